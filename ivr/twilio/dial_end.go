package twilio

import (
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/twilio/twilio-go/twiml"
)

// How a Dial ended is told once, and that the two were not connected stands nowhere else: without it a promise whose both
// sides have pressed 1 counts as kept. So when it cannot be written down, it travels in the URL of another try.

const (
	// againPause is between two tries to write how a Dial ended, and againMost is how many follow the first. The provider
	// takes ten redirects in a row at most.
	againPause = 5 * time.Second
	againMost  = 6
	// againLimit is how long somebody is kept on the line for it.
	againLimit = 30 * time.Second
)

// dialEnd is what the provider told at the end of a Dial.
type dialEnd struct {
	// Status and Bridged are its DialCallStatus and DialBridged; empty when it did not say.
	Status  string `json:"s,omitempty"`
	Bridged string `json:"b,omitempty"`
	// Tries is how often it could not be written, and Since when that was for the first time, in Unix seconds.
	Tries int   `json:"n"`
	Since int64 `json:"x"`
}

// dialEnded is how a Dial ended, told by this webhook or by an earlier one.
func (s *Server) dialEnded(w webhook) dialEnd {
	var a attempt
	if err := s.Sealer.Open("attempt", "", w.sealed, &a); err == nil && a.Ended != nil {
		return *a.Ended
	}
	return dialEnd{Status: w.form.Get("DialCallStatus"), Bridged: w.form.Get("DialBridged")}
}

// worthAnother reports whether the store may take later what it did not take now.
func worthAnother(err error) bool {
	if err == nil {
		return false
	}
	for _, lasting := range []error{
		ErrSeal, errNoLine, errRecording, callbacks.ErrNotFound, callbacks.ErrNotOpen, callbacks.ErrTransition, dispatch.ErrForeignCall,
	} {
		if errors.Is(err, lasting) {
			return false
		}
	}
	return true
}

// writeAgain keeps whoever is on the line for another try, after a while, and gives up in the end. cause is returned with
// either document.
func (s *Server) writeAgain(w webhook, path string, end dialEnd, cause error) (*document, error) {
	now, first := s.Now(), end.Tries == 0
	if first {
		end.Since = now.Unix()
	}
	end.Tries++
	over := now.Add(againPause+callbackWrite).Sub(time.Unix(end.Since, 0)) > againLimit
	if !worthAnother(cause) || end.Tries > againMost || over {
		return plainGoodbye(sorry), cause
	}
	var a attempt
	if err := s.Sealer.Open("attempt", "", w.sealed, &a); err != nil {
		return plainGoodbye(sorry), errors.Join(cause, err)
	}
	a.Ended = &end
	again, err := s.sealedURL(path, "attempt", "", a)
	if err != nil {
		return plainGoodbye(sorry), errors.Join(cause, err)
	}
	doc := &document{}
	if first {
		doc = s.oneMoment(a)
	}
	doc.add(&twiml.VoicePause{Length: seconds(againPause)}, &twiml.VoiceRedirect{Url: again, Method: "POST"})
	return doc, cause
}

// oneMoment asks somebody to stay on the line, in his language where that is known without the store.
func (s *Server) oneMoment(a attempt) *document {
	line := s.Lines.Find(a.Line, "")
	if line == nil {
		return &document{verbs: []twiml.Element{&twiml.VoiceSay{Message: "One moment, please. Stay on the line.", Language: "en-US"}}}
	}
	doc := &document{line: line}
	doc.add(doc.says([]ivr.Utterance{line.Say(line.Language(a.Language).Tag, "desk.connecting")})...)
	return doc
}

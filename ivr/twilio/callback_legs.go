package twilio

import (
	"context"
	"errors"
	"fmt"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/twilio/twilio-go/twiml"
)

// The two telephones of a callback: the agent's, and behind it the customer's. The other way round is in ringback_first.go.

// attempt is what travels in the URLs of a callback's legs.
type attempt struct {
	ID string `json:"a"`
	// Again is set once a customer has pressed another key than 1.
	Again bool `json:"g,omitempty"`
	// Leg is the call that a URL behind the first leg's was given to; empty until that leg's first webhook.
	Leg string `json:"leg,omitempty"`
	// Target counts those of the desk's that have rung behind a customer who was rung first.
	Target int `json:"t,omitempty"`
	// Line and Language are those of whoever hears how a Dial ended, even when the store cannot be asked.
	Line     string `json:"l,omitempty"`
	Language string `json:"u,omitempty"`
	// Ended is how a Dial ended that could not be written down yet.
	Ended *dialEnd `json:"e,omitempty"`
}

// rung is a callback whose telephones ring, as a webhook of one of its legs finds it.
type rung struct {
	callbacks.Callback
	attempt attempt
	verdict dispatch.Verdict
	foreign bool // the webhook's call is not the attempt's; then the verdict is never to proceed
	line    *ivr.Line
}

var errNoLine = errors.New("the line is no longer configured")

// A question about an attempt is put to the callbacks' room in the name of its first leg.
type question func(ctx context.Context, attemptID, callSID string) (callbacks.Callback, dispatch.Verdict, error)

// A side says which of an attempt's two telephones a webhook has to come from.
type side int

const (
	rungFirst  side = iota // its call is the attempt's own
	rungBehind             // a Dial of that call made it
)

// firstLeg is the leg of the attempt that was rung first, as far as this webhook may speak for it: its own call, or
// the one whose Dial made it. Empty when it may not: it comes from the other side, or from another leg than the one
// asked before.
func (w webhook) firstLeg(a attempt, from side) string {
	switch {
	case from == rungBehind && (a.Leg == "" || a.Leg == w.call().SID):
		return w.parent()
	case from == rungFirst && w.form.Get("ParentCallSid") == "":
		return w.call().SID
	}
	return ""
}

// onAttempt opens the attempt that a webhook carries, and puts a question about it to the callbacks' room.
// With an error the callback is only as complete as it got; the line may be nil.
func (s *Server) onAttempt(ctx context.Context, w webhook, from side, ask question) (r rung, err error) {
	if err := s.Sealer.Open("attempt", "", w.sealed, &r.attempt); err != nil {
		return r, err
	}
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	r.Callback, r.verdict, err = ask(ctx, r.attempt.ID, w.firstLeg(r.attempt, from))
	if r.foreign = errors.Is(err, dispatch.ErrForeignCall); r.foreign {
		s.foreign(w, err)
		r.verdict, err = dispatch.Gone, nil
	}
	if err != nil {
		return r, err
	}
	if from == rungBehind {
		r.attempt.Leg = w.call().SID
	}
	if r.line = s.Lines.Find(r.Line, ""); r.line == nil {
		return r, fmt.Errorf("%w: %q", errNoLine, r.Line)
	}
	return r, nil
}

// agentLanguage and customerLanguage are the languages of the two telephones.
func (r rung) agentLanguage() string    { return r.line.DeskLanguage(r.Desk) }
func (r rung) customerLanguage() string { return r.line.Language(r.Language).Tag }

// briefing is what an agent hears before the 1.
func (r rung) briefing() ivr.Utterance {
	prompt := "whisper.callback"
	if r.Urgent {
		prompt = "whisper.urgent"
	}
	return r.line.Briefing(prompt, r.agentLanguage(), r.Topic, r.Language)
}

func (r rung) bye(tag, prompt string) *document {
	return (&document{line: r.line}).bye(tag, prompt)
}

// attemptURL leads on with the same sealed attempt: all steps of its legs belong together.
func (s *Server) attemptURL(path string, w webhook) string {
	return s.PublicURL + path + "?s=" + w.sealed
}

// agent is heard by an agent who is rung for a callback. Whether it should still connect anybody is asked again.
func (s *Server) agent(ctx context.Context, w webhook) (*document, error) {
	r, err := s.onAttempt(ctx, w, rungFirst, s.Legs.Answered)
	switch {
	case err != nil:
		return plainGoodbye(sorry), err
	case r.verdict != dispatch.Proceed:
		return r.bye(r.agentLanguage(), "whisper.gone"), nil
	}
	doc := &document{line: r.line}
	doc.askKey([]ivr.Utterance{r.briefing()}, s.attemptURL(pathAgentKey, w))
	return doc, nil
}

// agentKey: 1 takes the callback. Only then are account and numbers told, and the customer rung; where the customer has
// left a spoken note, it can be heard first.
func (s *Server) agentKey(ctx context.Context, w webhook) (*document, error) {
	if w.form.Get("Digits") != "1" {
		return hangup(), nil
	}
	r, err := s.onAttempt(ctx, w, rungFirst, s.Legs.AgentTook)
	switch {
	case err != nil:
		return plainGoodbye(sorry), err
	case r.verdict != dispatch.Proceed:
		return r.bye(r.agentLanguage(), "whisper.gone"), nil
	}
	s.observe(Event{Name: "taken", CallSID: w.call().SID, Callback: r.Callback})
	doc := &document{line: r.line}
	about := r.line.CaseFor(r.agentLanguage(), r.Reference, r.Account, r.Answers)
	if r.Note.SID != "" {
		s.offerNote(doc, about, r, w, pathAgentNote)
		return doc, nil
	}
	doc.add(doc.says(about)...)
	s.ringCustomer(doc, r, w)
	return doc, nil
}

// keyHearNote plays the note to an agent who has taken the callback.
const keyHearNote = "3"

// offerNote asks the agent whether he wants to hear the note. Any other key, and silence, connects.
func (s *Server) offerNote(doc *document, said []ivr.Utterance, r rung, w webhook, path string) {
	said, action := append(said, r.line.Say(r.agentLanguage(), "whisper.note")), s.attemptURL(path, w)
	doc.add(&twiml.VoiceGather{
		Input: "dtmf", NumDigits: "1", Timeout: "4", Action: action, Method: "POST", ActionOnEmptyResult: "true",
		InnerElements: doc.says(said),
	})
	if path == pathAgentNote { // a net under the Gather; behind a customer, where the end of the document connects, none is needed
		doc.add(&twiml.VoiceRedirect{Url: action, Method: "POST"})
	}
}

// agentNote is the answer of an agent who was offered the note.
func (s *Server) agentNote(ctx context.Context, w webhook) (*document, error) {
	return s.playNote(ctx, w, rungFirst, pathAgentNote, s.ringCustomer)
}

// playNote plays the note as often as the agent asks for it, and then goes on.
func (s *Server) playNote(
	ctx context.Context, w webhook, from side, path string, goOn func(*document, rung, webhook),
) (*document, error) {
	r, err := s.onAttempt(ctx, w, from, s.Legs.AgentTook) // changes nothing: he has pressed 1
	switch {
	case err != nil:
		return plainGoodbye(sorry), err
	case r.verdict != dispatch.Proceed:
		return r.bye(r.agentLanguage(), "whisper.gone"), nil
	}
	doc := &document{line: r.line}
	if w.form.Get("Digits") == keyHearNote {
		if s.playable(ctx, r.Note.SID) {
			note, err := s.recordingURL(r.Note.SID)
			if err != nil {
				return plainGoodbye(sorry), err
			}
			doc.add(&twiml.VoicePlay{Url: note})
			s.offerNote(doc, nil, r, w, path)
			return doc, nil
		}
		doc.add(doc.says([]ivr.Utterance{r.line.Say(r.agentLanguage(), "whisper.note-missing")})...)
	}
	goOn(doc, r, w)
	return doc, nil
}

// ringCustomer puts the customer's telephone behind the agent's.
func (s *Server) ringCustomer(doc *document, r rung, w webhook) {
	doc.add(doc.says([]ivr.Utterance{r.line.Say(r.agentLanguage(), "whisper.connect")})...)
	r.attempt.Line, r.attempt.Language = r.Line, r.agentLanguage()
	ended, err := s.sealedURL(pathCustomerEnded, "attempt", "", r.attempt)
	if err != nil {
		ended = s.attemptURL(pathCustomerEnded, w) // the same, but for the language of an apology
	}
	whisper, status := s.attemptURL(pathCustomer, w), s.PublicURL+pathLegStatus
	doc.dial(callbacks.CustomerRing, ended, callbacks.Number, r.Number, whisper, status)
}

// customer is heard by whoever picks up the customer's telephone. A machine presses nothing.
func (s *Server) customer(ctx context.Context, w webhook) (*document, error) {
	return s.askCustomer(ctx, w, false)
}

// askCustomer asks for the 1. again is set when another key was pressed: that is explained once, then we take leave.
func (s *Server) askCustomer(ctx context.Context, w webhook, again bool) (*document, error) {
	r, err := s.onAttempt(ctx, w, rungBehind, s.Legs.AgentTook) // changes nothing: the agent has pressed 1
	switch {
	case err != nil:
		return plainGoodbye(sorry), err
	case r.verdict != dispatch.Proceed:
		return r.bye(r.customerLanguage(), "customer.missed"), nil
	}
	return s.askToPress(r, pathCustomerKey, again)
}

// askToPress asks a customer for the 1; the answer goes to path.
func (s *Server) askToPress(r rung, path string, again bool) (*document, error) {
	if again && r.attempt.Again {
		return r.bye(r.customerLanguage(), "customer.missed"), nil
	}
	r.attempt.Again = again
	action, err := s.sealedURL(path, "attempt", "", r.attempt)
	if err != nil {
		return plainGoodbye(sorry), err
	}
	doc := &document{line: r.line}
	tag := r.customerLanguage()
	doc.askKey([]ivr.Utterance{
		r.line.Say(tag, "customer.press", "line", r.line.Names[tag]), r.line.Say(tag, "customer.not-mine", "key", keyNotMine),
	}, action)
	doc.verbs = doc.verbs[:len(doc.verbs)-1] // in place of the bare hang-up
	return doc.bye(r.customerLanguage(), "customer.missed"), nil
}

// tryAgain is heard by a customer whose 1 could not be written down.
const tryAgain = "We are sorry: something went wrong on our side. We will call you again. Goodbye."

// customerKey: 1 connects, once it is written. An empty answer lets the provider bridge the two.
func (s *Server) customerKey(ctx context.Context, w webhook) (*document, error) {
	switch w.form.Get("Digits") {
	case "1":
	case keyNotMine:
		return s.notMine(ctx, w, rungBehind)
	default:
		return s.askCustomer(ctx, w, true)
	}
	r, err := s.onAttempt(ctx, w, rungBehind, s.Legs.CustomerTook)
	switch {
	case err != nil:
		// Connected without a record, he would be rung again when the end of the call gets lost as well. Until then it only
		// counts as a try.
		return plainGoodbye(tryAgain), err
	case r.verdict != dispatch.Proceed:
		return r.bye(r.customerLanguage(), "goodbye"), nil
	default:
		s.observe(Event{Name: "reached", CallSID: w.call().SID, Callback: r.Callback})
	}
	return &document{}, nil
}

// keyNotMine is pressed by a customer who did not ask for the call.
const keyNotMine = "2"

// notMine ends a callback that its customer did not ask for. An agent who waits for them hears that they were not
// reached, at the end of their leg.
func (s *Server) notMine(ctx context.Context, w webhook, from side) (*document, error) {
	r, err := s.onAttempt(ctx, w, from, s.Legs.Disown)
	switch {
	case err != nil:
		return plainGoodbye(sorry), err
	case r.verdict != dispatch.Proceed:
		return r.bye(r.customerLanguage(), "customer.gone"), nil
	}
	s.observe(Event{Name: "disowned", CallSID: w.call().SID, Callback: r.Callback})
	return r.bye(r.customerLanguage(), "customer.stopped"), nil
}

// customerEnded is told to the agent's leg when the customer's is over.
func (s *Server) customerEnded(ctx context.Context, w webhook) (*document, error) {
	end := s.dialEnded(w)
	if end.Bridged == "true" {
		// Only our own "press 1" lets the provider bridge, so this repeats what was written, or makes up for it.
		switch r, err := s.onAttempt(ctx, w, rungFirst, s.Legs.CustomerTook); {
		case worthAnother(err):
			return s.writeAgain(w, pathCustomerEnded, end, err)
		case r.foreign && err == nil:
			return r.bye(r.agentLanguage(), "whisper.gone"), nil
		}
	}
	ended := func(ctx context.Context, id, sid string) (callbacks.Callback, dispatch.Verdict, error) {
		callback, err := s.Legs.CustomerEnded(ctx, id, sid, end.Status, end.Bridged == "false")
		return callback, dispatch.Proceed, err
	}
	r, err := s.onAttempt(ctx, w, rungFirst, ended)
	switch {
	case err != nil:
		return s.writeAgain(w, pathCustomerEnded, end, err)
	case r.foreign:
		return r.bye(r.agentLanguage(), "whisper.gone"), nil
	case r.State == callbacks.Done:
		return r.bye(r.agentLanguage(), "agent.bye"), nil
	}
	return r.bye(r.agentLanguage(), "agent.missed"), nil
}

// attemptStatus hears how an agent's leg of a callback fares.
func (s *Server) attemptStatus(ctx context.Context, w webhook) error {
	seq := -1 // none
	if w.form.Has("SequenceNumber") {
		seq = atoi(w.form.Get("SequenceNumber"))
	}
	var a attempt
	if err := s.Sealer.Open("attempt", "", w.sealed, &a); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	return s.Legs.LegStatus(ctx, a.ID, w.firstLeg(a, rungFirst), w.form.Get("CallStatus"), seq)
}

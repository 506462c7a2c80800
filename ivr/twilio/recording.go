package twilio

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// What the provider tells of a recording: to the action of a Record, and to its recordingStatusCallback once it can be
// fetched.
// Source of the fields: the provider's page "TwiML Voice: <Record>".

// recorded is a recording that a webhook tells of, by its name in the webhook's account. The action is documented with
// a RecordingUrl and without a RecordingSid, so the name is taken from either, in its strict form alone: it becomes
// part of a path that is asked with the account's credentials. A status other than "completed" ("in-progress",
// "absent", "failed") tells of no sound.
func (w webhook) recorded() (callbacks.Recording, bool) {
	recording, ok := recordedIn(w.form)
	if ok && w.subAccount != "" {
		recording.SID = w.subAccount + "/" + recording.SID
	}
	return recording, ok
}

func recordedIn(form url.Values) (callbacks.Recording, bool) {
	if status := form.Get("RecordingStatus"); status != "" && status != recordingCompleted {
		return callbacks.Recording{}, false
	}
	recording := callbacks.Recording{SID: form.Get("RecordingSid"), Seconds: atoi(form.Get("RecordingDuration"))}
	named, own := recordingNamed(form.Get("RecordingUrl"))
	if !recordingName.MatchString(recording.SID) {
		recording.SID = named
	}
	if own && named == recording.SID {
		recording.URL = form.Get("RecordingUrl")
	}
	return recording, recording.SID != ""
}

const recordingCompleted = "completed"

var errRecording = errors.New("no recording can be read in it: " +
	"neither RecordingSid nor RecordingUrl has the provider's form")

// unreadable counts a recording that was told of and that nobody will find.
func (s *Server) unreadable() error {
	s.Metrics.failures.WithLabelValues("keep a recording").Inc()
	return errRecording
}

// recordingPath is how the address of a recording ends, as the resource or with the ending of a kind of sound.
var recordingPath = regexp.MustCompile(`/Accounts/AC[0-9a-fA-F]{32}/Recordings/(RE[0-9a-fA-F]{32})(\.[0-9a-z]{2,5})?$`)

// recordingNamed is the name of the recording that an address leads to, empty when it has another form, and whether the
// address is one of the provider's own.
func recordingNamed(address string) (sid string, own bool) {
	target, err := url.Parse(address)
	if err != nil || target.Scheme != "https" && target.Scheme != "http" || target.Host == "" || target.User != nil ||
		target.Fragment != "" {
		return "", false
	}
	found := recordingPath.FindStringSubmatch(target.EscapedPath())
	if found == nil {
		return "", false
	}
	return found[1], providersOwn(target)
}

// providersOwn reports whether an address is one of the provider's, reached so that nobody else can listen. Only there
// the account's credentials are sent.
func providersOwn(target *url.URL) bool {
	host := strings.ToLower(target.Hostname())
	return target.Scheme == "https" && (host == "twilio.com" || strings.HasSuffix(host, ".twilio.com"))
}

// recordedCall travels in the URL where the provider tells that a recording can be fetched: that has no From.
type recordedCall struct {
	ivr.State
	Caller string `json:"f"`
}

// recording learns that a message or a note can be fetched. It was saved when the caller finished it; if that webhook
// was lost, or is still on its way, it is saved now.
func (s *Server) recording(ctx context.Context, w webhook) error {
	var state recordedCall
	if err := s.Sealer.Open("recording", w.call().SID, w.sealed, &state); err != nil {
		return err
	}
	line, err := s.lineOf(state.State)
	if err != nil {
		return err
	}
	if status := w.form.Get("RecordingStatus"); status != "" && status != recordingCompleted {
		s.Log.Info("nothing was recorded", "call", w.call().SID, "line", line.ID)
		return nil
	}
	recording, ok := w.recorded()
	if !ok {
		return s.unreadable()
	}
	ctx, cancel := context.WithTimeout(ctx, callbackWrite)
	defer cancel()
	call := w.call()
	call.From = state.Caller
	switch kept := ivr.KeepRecording(line, s.Now(), call, state.State, recording).(type) {
	case ivr.AttachNote:
		return s.Callbacks.AttachNote(ctx, kept.ID, kept.Note)
	case ivr.SaveMessage:
		if _, err := s.Callbacks.SaveMessage(ctx, kept.Message); err != nil {
			return err
		}
		return s.Callbacks.AttachRecording(ctx, kept.Message.Key, recording)
	}
	return nil
}

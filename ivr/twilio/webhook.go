package twilio

import (
	"context"
	"net/url"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/ivr"
)

// Lines finds a line in the configuration that is in force. Both methods return nil for what is unknown.
type Lines interface {
	ByNumber(e164 string) *ivr.Line
	// Find is the line as that version of the configuration has it, where it is still known (see [Line.Version]);
	// otherwise as it is now, or was last. A call in progress thereby finishes with the menu that it began with.
	Find(id, version string) *ivr.Line
}

// Callbacks is what calls need to know and to have done about callbacks; [callbacks.Service] implements it.
type Callbacks interface {
	OpenFor(ctx context.Context, line, caller string) (callbacks.Callback, bool, error)
	Callback(ctx context.Context, id int64) (callbacks.Callback, error)
	Book(ctx context.Context, request callbacks.Request) (callbacks.Booking, error)
	Verify(ctx context.Context, key string, id int64, caller, digits string) (callbacks.Callback, bool, error)
	Move(ctx context.Context, id int64, to callbacks.Move) (callbacks.Callback, error)
	Cancel(ctx context.Context, id int64, by string) (callbacks.Callback, error)
	HoldFor(ctx context.Context, line, desk, caller string) error
	ReleaseFor(ctx context.Context, line, desk, caller string) error
	CancelFor(ctx context.Context, line, desk, caller string) error
	SaveMessage(ctx context.Context, message callbacks.Message) (callbacks.Message, error)
	AttachRecording(ctx context.Context, key string, recording callbacks.Recording) error
	AttachNote(ctx context.Context, id int64, note callbacks.Recording) error
	SaveCallRecord(ctx context.Context, record callbacks.CallRecord) (callbacks.CallRecord, error)
	MarkTaken(ctx context.Context, callSID string, dial int, target string) error
	WasTaken(ctx context.Context, callSID string, dial int) (bool, error)
	SMSDelivered(ctx context.Context, d callbacks.SMSDelivery) (line string, changed bool, err error)
}

// Legs takes what is heard of the calls that keep callbacks; [dispatch.Dispatcher] implements it.
type Legs interface {
	Answered(ctx context.Context, attemptID, callSID string) (callbacks.Callback, dispatch.Verdict, error)
	AgentTook(ctx context.Context, attemptID, callSID string) (callbacks.Callback, dispatch.Verdict, error)
	CustomerTook(ctx context.Context, attemptID, callSID string) (callbacks.Callback, dispatch.Verdict, error)
	Disown(ctx context.Context, attemptID, callSID string) (callbacks.Callback, dispatch.Verdict, error)
	AgentEnded(ctx context.Context, attemptID, callSID, dialStatus string, notBridged,
		hasNext bool) (callbacks.Callback, error)
	CustomerEnded(ctx context.Context, attemptID, callSID, dialStatus string, notBridged bool) (callbacks.Callback,
		error)
	LegStatus(ctx context.Context, attemptID, callSID, status string, seq int) error
}

// A webhook is one verified request of the provider.
type webhook struct {
	path   string // of its route, for the log
	form   url.Values
	sealed string
	// subAccount is whose it is, unless it is our own account's.
	subAccount string
}

func (w webhook) call() ivr.Call {
	return ivr.Call{SID: w.form.Get("CallSid"), From: callerOf(w.form.Get("From")), To: w.form.Get("To")}
}

// parent is the call whose Dial made the leg that this webhook is about; empty when none did.
func (w webhook) parent() string {
	parent, call := w.form.Get("ParentCallSid"), w.call().SID
	if call == "" || call == parent {
		return ""
	}
	return parent
}

// calledNumber is the number by which a line is found: trunks send it as a SIP address, too, and without its plus.
func calledNumber(to string) string {
	if user := ivr.SIPUser(to); user != "" {
		to = user
	}
	to = strings.TrimPrefix(to, "+")
	if to == "" || strings.Trim(to, "0123456789") != "" {
		return ""
	}
	return "+" + to
}

// event tells what a request to a step's action means.
func (w webhook) event() ivr.Event {
	switch {
	case w.form.Has("DialCallStatus"):
		return ivr.DialEnded{Status: w.form.Get("DialCallStatus")}
	}
	recording, ok := w.recorded()
	switch {
	case ok:
		return ivr.Recorded{Key: w.form.Get("Digits"), Recording: recording}
	case w.form.Has("RecordingUrl") && w.form.Get("Digits") != ivr.KeyPerson:
		return ivr.Refused{Why: ivr.Failed} // something was spoken, and nobody will find it
	}
	return ivr.Keys{Digits: w.form.Get("Digits")}
}

package twilio

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/callbacks"
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
	Called(ctx context.Context, key, line, caller string, numbers []string, reference string) (bool, error)
	Move(ctx context.Context, id int64, to callbacks.Move) (callbacks.Callback, error)
	Cancel(ctx context.Context, id int64, by string) (callbacks.Callback, error)
	PutOffFor(ctx context.Context, line, caller string, d time.Duration) error
	HoldFor(ctx context.Context, line, desk, caller string) error
	ReleaseFor(ctx context.Context, line, desk, caller string) error
	CancelFor(ctx context.Context, line, desk, caller string) error
	SaveMessage(ctx context.Context, message callbacks.Message) (callbacks.Message, error)
	AttachRecording(ctx context.Context, key string, recording callbacks.Recording) error
	AttachNote(ctx context.Context, id int64, note callbacks.Recording) error
	SaveCallRecord(ctx context.Context, record callbacks.CallRecord) (callbacks.CallRecord, error)
	MarkTaken(ctx context.Context, callSID string, dial int, target callbacks.Target) error
	DialsEnded(ctx context.Context, callSID string) error
	WasTaken(ctx context.Context, callSID string, dial int) (bool, error)
	Alert(ctx context.Context, key, line, desk, caller string) error
	SMSDelivered(ctx context.Context, d callbacks.SMSDelivery) (line string, changed bool, err error)
}

// Legs takes what is heard of the calls that keep callbacks; [dispatch.Dispatcher] implements it.
type Legs interface {
	Answered(ctx context.Context, attemptID, callSID string) (callbacks.Callback, callbacks.Verdict, error)
	AgentTook(ctx context.Context, attemptID, callSID string) (callbacks.Callback, callbacks.Verdict, error)
	CustomerTook(ctx context.Context, attemptID, callSID string) (callbacks.Callback, callbacks.Verdict, error)
	Disown(ctx context.Context, attemptID, callSID string) (callbacks.Callback, callbacks.Verdict, error)
	AgentEnded(ctx context.Context, attemptID, callSID, dialStatus string, notBridged,
		hasNext bool) (callbacks.Callback, error)
	CustomerEnded(ctx context.Context, attemptID, callSID, dialStatus string, notBridged bool) (callbacks.Callback,
		error)
	RingsAgain(c callbacks.Callback) bool
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

// callFrom is the call as the flow knows it: the calling number was read when the call began.
func (w webhook) callFrom(caller string) ivr.Call {
	call := w.call()
	call.From = caller
	return call
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
		return ivr.DialEnded{Status: w.form.Get("DialCallStatus"), HungUp: w.form.Get("CallStatus") == "completed"}
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

const (
	// maxBody bounds a webhook's body; the provider's are a few kB.
	maxBody = 64 << 10
	// longestValue bounds what is taken of one field, in bytes. The address of a recording is the longest that we need.
	longestValue = 512
	// answerLimit is how long the provider waits for an answer: what takes longer is for nobody.
	answerLimit = 15 * time.Second
)

// verified reads the raw body, checks its signature over the configured public URL, and only then believes a word of
// it.
func (s *Server) verified(answer http.ResponseWriter, r *http.Request) (webhook, error) {
	form, err := readForm(r)
	if err != nil {
		return webhook{}, err
	}
	// The body came within the server's short limit for reading, which would cancel an answer that takes longer.
	// Real time on purpose: it is the connection's. A test's connection has no limit.
	_ = http.NewResponseController(answer).SetReadDeadline(time.Now().Add(answerLimit))
	// The request's own path and query as they came, behind our public URL, whose path a proxy may have cut off.
	if err := s.authentic(r.Header, s.PublicURL+r.RequestURI, form); err != nil {
		return webhook{}, err
	}
	if !s.ours(form["AccountSid"]) {
		return webhook{}, errAccount
	}
	shorten(form)
	return webhook{path: r.URL.Path, form: form, subAccount: s.subAccount(form), sealed: r.URL.Query().Get("s")}, nil
}

func readForm(r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, errForm
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || kind != "application/x-www-form-urlencoded" {
		return nil, errForm
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errForm
	}
	return form, nil
}

// ours reports whether a webhook is of an account that we serve. A key may sign for several.
func (s *Server) ours(accounts []string) bool {
	if len(s.Accounts) == 0 {
		return true
	}
	return len(accounts) == 1 && slices.Contains(s.Accounts, accounts[0])
}

// subAccount is the account of a webhook, if it is another than our own.
func (s *Server) subAccount(form url.Values) string {
	if account := form.Get("AccountSid"); len(s.Accounts) > 0 && account != s.Accounts[0] {
		return account
	}
	return ""
}

// shorten cuts every value to what means anything to us, so that no stranger fills the store or a log with one. An
// address of ours that failed is longer, since a call's whole state is in it.
func shorten(form url.Values) {
	for name, values := range form {
		if name == "ErrorUrl" {
			continue
		}
		for i, value := range values {
			values[i] = cut(value, longestValue)
		}
	}
}

// cut shortens a text to at most limit bytes and never within a character.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return strings.Clone(text[:limit])
}

// withheldNumbers are the numbers with which the provider spells a caller who withholds theirs, on the keypad:
// RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS, UNAVAILABLE. Some of them parse as somebody's number.
var withheldNumbers = map[string]bool{
	"+7378742833":  true,
	"+2562533":     true,
	"+8656696":     true,
	"+266696687":   true,
	"+86282452253": true,
}

// Withheld reports whether a calling number or address, as the provider sends it, spells a withheld number.
func Withheld(from string) bool {
	if user := ivr.SIPUser(from); user != "" {
		from = user
	}
	return withheldNumbers[from]
}

// callerOf is the calling number or address as the provider sends it, and empty where it is withheld.
func callerOf(from string) string {
	if Withheld(from) {
		return ""
	}
	return from
}

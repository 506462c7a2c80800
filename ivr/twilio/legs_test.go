package twilio

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/ivr"
)

// Every webhook speaks for one leg of one call. Here whole calls are walked webhook by webhook on a real store, and
// before each the same is said by every leg that may not say it.

const (
	firstCall   = "CA11111111111111111111111111111111" // the one that the provider was asked for, or the caller's
	behindCall  = "CA22222222222222222222222222222222" // the one that a Dial of it made
	siblingCall = "CA33333333333333333333333333333333" // another one that a Dial of it made
	foreignCall = "CA44444444444444444444444444444444"
)

// boundToNothing are the routes of webhooks that carry no attempt, no dial and no state, with what they may do.
var boundToNothing = map[string]string{
	PathIncoming:  "the first webhook of a call: there is no other leg yet",
	PathStatus:    "the end of a call is counted and logged",
	pathSMSStatus: "what became of a text message: no call's; bound to the message by seal and MessageSid",
}

// A moment is one webhook of a call as the provider sends it.
type moment struct {
	path string
	form url.Values
	// hears is part of the document that it is answered with; empty where it is answered with nothing.
	hears string
}

// says is the form of a webhook of a leg that no Dial made, or that a Dial of first made.
func says(call, parent string, pairs ...string) url.Values {
	form := url.Values{"CallSid": {call}, "From": {caller.From}, "To": {caller.To}, "AccountSid": {someAccount}}
	if parent != "" {
		form.Set("ParentCallSid", parent)
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// ended is the action of a Dial of the first call, connected if the status is "completed".
func ended(status, behind string) url.Values {
	connected := fmt.Sprint(status == "completed")
	return says(firstCall, "", "DialCallStatus", status, "DialBridged", connected, "DialCallSid", behind)
}

// A legWalk is the edge on a real store, with one callback whose first telephone rings.
type legWalk struct {
	*edge
	store    *sqlite.Store
	callback int64
	plan     *callbacks.Plan
	attempt  string
	urls     map[string]string // by path, the last that a document led to
	walked   map[string]bool   // paths, whatever the call
}

func (w *legWalk) Place(_ context.Context, p dispatch.Placement) (string, error) {
	w.attempt = p.AttemptID
	return firstCall, nil
}
func (w *legWalk) Find(context.Context, string, string, time.Time) ([]dispatch.PlacedCall, error) {
	return nil, nil
}
func (w *legWalk) Fetch(context.Context, string) (dispatch.PlacedCall, error) {
	return dispatch.PlacedCall{}, callbacks.ErrNotFound
}
func (w *legWalk) Hangup(context.Context, string) error { return nil }

func newLegWalk(t *testing.T, customerFirst bool) *legWalk {
	t.Helper()
	store, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := &legWalk{store: store, urls: map[string]string{}, walked: map[string]bool{}}
	now := func() time.Time { return w.now }
	line := sketch(t)
	w.plan = &callbacks.Plan{
		Targets: line.Desks["support"].Targets, From: line.Numbers[0], CustomerFirst: customerFirst,
	}
	plans := onePlan{w.plan}
	service, err := callbacks.New(callbacks.Config{Store: store, Plans: plans, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	dispatcher, err := dispatch.New(dispatch.Config{Store: store, Dialer: w, Plans: plans, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	w.edge = newEdge(t, func(s *Settings) { s.Callbacks, s.Legs = service, dispatcher })
	booked, err := service.Book(t.Context(), callbacks.Request{
		Key: "k", Line: line.ID, Desk: "support", Topic: "fees", Language: "en", Number: caller.From,
		Caller:  caller.From,
		Account: "081398765432", Kind: callbacks.ASAP, Called: w.now, Due: w.now, Expires: w.now.Add(72 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.callback = booked.Callback.ID
	if err := service.AttachNote(t.Context(), w.callback, callbacks.Recording{SID: someSound, Seconds: 3}); err != nil {
		t.Fatal(err)
	}
	dispatcher.Tick(t.Context())
	answered, err := w.server.Sealer.seal("attempt", "", leg{State: ivr.State{Attempt: w.attempt}})
	if err != nil || w.attempt == "" {
		t.Fatalf("attempt %q, %v", w.attempt, err)
	}
	for _, path := range []string{pathAgent, pathFirst, pathAttemptStatus} {
		w.urls[path] = path + "?s=" + answered
	}
	return w
}

type onePlan struct{ plan *callbacks.Plan }

func (p onePlan) Plan(string, string) (callbacks.Plan, bool) { return *p.plan, true }

var leads = regexp.MustCompile(`https://hotline\.example\.com(/voice/[a-z/-]+)\?s=[\w-]+`)

// send sends a webhook and takes up where its answer leads to.
func (w *legWalk) send(m moment) string {
	w.t.Helper()
	target, known := w.urls[m.path]
	if !known {
		target = m.path
	}
	answer := w.ask(ask{path: target, body: m.form.Encode()})
	if _, status := w.paths(); slices.Contains(status, m.path) {
		if answer.Code != http.StatusNoContent {
			w.t.Errorf("%s %v: answered %d", m.path, m.form, answer.Code)
		}
		return ""
	}
	return voiceAnswer(w.t, answer)
}

// kept is everything that a webhook could have changed.
func (w *legWalk) kept() any {
	w.t.Helper()
	unchanged := func(*callbacks.Record) error { return callbacks.ErrUnchanged }
	r, err := w.store.ChangeAttempt(w.t.Context(), w.attempt, 0, unchanged)
	if err != nil {
		w.t.Fatal(err)
	}
	messages, err := w.store.Messages(w.t.Context(), "sketch", 100)
	if err != nil {
		w.t.Fatal(err)
	}
	taken := map[string]bool{}
	for _, call := range []string{firstCall, behindCall, siblingCall, foreignCall, ""} {
		if taken[call], err = w.store.WasTaken(w.t.Context(), call, 1); err != nil {
			w.t.Fatal(err)
		}
	}
	return []any{r, messages, taken}
}

// others are the same webhook, said by every leg that may not say it.
func others(m moment) map[string]url.Values {
	said := map[string]url.Values{}
	change := func(name string, pairs ...string) {
		form := maps.Clone(m.form)
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		said[name] = form
	}
	change("another call", "CallSid", foreignCall, "ParentCallSid", "")
	change("a leg of another call", "CallSid", behindCall, "ParentCallSid", foreignCall)
	change("no call", "CallSid", "")
	if !m.form.Has("ParentCallSid") {
		change("the leg behind it", "CallSid", behindCall, "ParentCallSid", firstCall)
		return said
	}
	change("the leg before it", "CallSid", firstCall, "ParentCallSid", "")
	change("the leg before it as its own", "CallSid", firstCall, "ParentCallSid", firstCall)
	if m.form.Has("Digits") {
		change("another leg behind the same", "CallSid", siblingCall)
	}
	return said
}

// walk walks a call. Before each webhook nobody else may say the same.
func (w *legWalk) walk(call []moment) {
	w.t.Helper()
	for _, m := range call {
		w.walked[m.path] = true
		if _, free := boundToNothing[m.path]; !free {
			w.refuses(m)
		}
		text := w.send(m)
		if m.hears != "" && !strings.Contains(text, m.hears) {
			w.t.Fatalf("%s %v: nothing of %q in %s", m.path, m.form, m.hears, text)
		}
		for _, found := range leads.FindAllStringSubmatch(text, -1) {
			w.urls[found[1]] = strings.TrimPrefix(found[0], w.server.PublicURL)
		}
	}
}

// tellsOrConnects is what no document for another leg holds.
var tellsOrConnects = []string{"<Dial", "<Play", "0 8 1 3", "whisper.note", "customer.hint", pathWhisperKey,
	pathAgentKey, pathFirstAgentKey}

func (w *legWalk) refuses(m moment) {
	w.t.Helper()
	before := w.kept()
	for name, form := range others(m) {
		counted, logged := w.refusals(), w.log.Len()
		text := w.send(moment{path: m.path, form: form})
		for _, wrong := range tellsOrConnects {
			// a call whose state is not its own goes on without, to a person
			if m.path == pathStep && wrong == "<Dial" {
				continue
			}
			if strings.Contains(text, wrong) {
				w.t.Errorf("%s said by %s: %q in %s", m.path, name, wrong, text)
			}
		}
		if diff := cmp.Diff(before, w.kept()); diff != "" {
			w.t.Fatalf("%s said by %s changed (-was +is)\n%s", m.path, name, diff)
		}
		if w.refusals() == counted || w.log.Len() == logged {
			w.t.Errorf("%s said by %s is not counted, or not logged", m.path, name)
		}
	}
}

func (w *legWalk) refusals() string {
	w.t.Helper()
	return w.count(`hotline_webhooks_refused_total{reason="leg"}`) +
		w.count(`hotline_failures_total{what="read the state of a call"}`)
}

// legCalls are whole calls, and how the callback stands behind them.
var legCalls = map[string]struct {
	customerFirst bool
	call          []moment
	ends          callbacks.State
	deskAttempts  int // 0: as many as usual
}{
	"the agent is rung first": {false, []moment{
		{pathAttemptStatus, says(firstCall, "", "CallStatus", "ringing", "SequenceNumber", "1"), ""},
		{pathAgent, says(firstCall, ""), "whisper.callback"},
		{pathAgentKey, says(firstCall, "", "Digits", "1"), "whisper.note"},
		{pathAgentNote, says(firstCall, "", "Digits", ""), "<Dial"},
		{pathCustomer, says(behindCall, firstCall), "customer.press"},
		{pathCustomerKey, says(behindCall, firstCall, "Digits", "5"), "customer.press"},
		{pathCustomerKey, says(behindCall, firstCall, "Digits", "1"), "customer.hint"},
		{pathCustomerEnded, ended("completed", behindCall), "agent.bye"},
		{pathAttemptStatus, says(firstCall, "", "CallStatus", "completed", "SequenceNumber", "3"), ""},
	}, callbacks.Done, 0},
	"the agent is rung first, and the customer does not pick up": {false, []moment{
		{pathAgent, says(firstCall, ""), "whisper.callback"},
		{pathAgentKey, says(firstCall, "", "Digits", "1"), "whisper.note"},
		{pathAgentNote, says(firstCall, "", "Digits", ""), "<Dial"},
		{pathCustomerEnded, ended("no-answer", behindCall), "agent.missed"},
	}, callbacks.Booked, 0},
	"the customer is rung first": {true, []moment{
		{pathFirst, says(firstCall, ""), "customer.press"},
		{pathFirstKey, says(firstCall, "", "Digits", "1"), "<Dial"},
		{pathFirstAgent, says(behindCall, firstCall), "whisper.callback"},
		{pathFirstAgentKey, says(behindCall, firstCall, "Digits", "1"), "whisper.note"},
		{pathFirstAgentNote, says(behindCall, firstCall, "Digits", ""), "whisper.connect"},
		{pathFirstEnded, ended("completed", behindCall), "goodbye"},
	}, callbacks.Done, 0},
	"the customer is rung first, and the agent does not take it": {true, []moment{
		{pathFirst, says(firstCall, ""), "customer.press"},
		{pathFirstKey, says(firstCall, "", "Digits", "1"), "<Dial"},
		{pathFirstAgent, says(behindCall, firstCall), "whisper.callback"},
		{pathFirstEnded, ended("no-answer", behindCall), "desk.next"},
		{pathFirstAgent, says(siblingCall, firstCall), "whisper.callback"},
		{pathFirstEnded, ended("no-answer", siblingCall), "customer.nobody"},
	}, callbacks.Booked, 0},
	"the customer is rung first, no agent is left, and they choose another time": {customerFirst: true, call: []moment{
		{pathFirst, says(firstCall, ""), "customer.press"},
		{pathFirstKey, says(firstCall, "", "Digits", "1"), "<Dial"},
		{pathFirstAgent, says(behindCall, firstCall), "whisper.callback"},
		{pathFirstEnded, ended("no-answer", behindCall), "desk.next"},
		{pathFirstAgent, says(siblingCall, firstCall), "whisper.callback"},
		{pathFirstEnded, ended("no-answer", siblingCall), "customer.slot"},
		{pathFirstTime, says(firstCall, "", "Digits", "1"), "customer.moved"},
	}, ends: callbacks.Booked, deskAttempts: 1},
	"the same, and they choose none": {customerFirst: true, call: []moment{
		{pathFirst, says(firstCall, ""), "customer.press"},
		{pathFirstKey, says(firstCall, "", "Digits", "1"), "<Dial"},
		{pathFirstEnded, ended("no-answer", behindCall), "desk.next"},
		{pathFirstEnded, ended("no-answer", siblingCall), "customer.given-up"},
		{pathFirstTime, says(firstCall, "", "Digits", ""), "existing.task"},
	}, ends: callbacks.Task, deskAttempts: 1},
	"a caller": {false, []moment{
		{PathIncoming, says(firstCall, ""), "welcome"},
		{pathStep, says(firstCall, "", "Digits", "2"), "menu.topic"},
		{pathStep, says(firstCall, "", "Digits", "0"), "<Dial"},
		{pathWhisper, says(behindCall, firstCall), "whisper.call"},
		{pathWhisperKey, says(behindCall, firstCall, "Digits", "1"), "whisper.reference"},
		{pathStep, ended("completed", behindCall), "goodbye"},
		{PathStatus, says(firstCall, "", "CallStatus", "completed"), ""},
	}, callbacks.Cancelled, 0}, // they have talked, so nobody is rung back
}

func TestEveryWebhookSpeaksOnlyForItsOwnLeg(t *testing.T) {
	walked := map[string]bool{}
	for name, c := range legCalls {
		t.Run(name, func(t *testing.T) {
			w := newLegWalk(t, c.customerFirst)
			w.plan.Policy.MaxDeskAttempts = c.deskAttempts
			w.walk(c.call)
			got, err := w.store.Callback(t.Context(), w.callback)
			if err != nil || got.State != c.ends {
				t.Errorf("the callback is %s, %v; want %s", got.State, err, c.ends)
			}
			maps.Copy(walked, w.walked)
		})
	}
	t.Run("a message", func(t *testing.T) {
		w := newLegWalk(t, false)
		w.records()
		w.walk([]moment{{pathRecording, recordingTold("completed", someAddress), ""}})
		messages, err := w.store.Messages(t.Context(), "sketch", 9)
		if err != nil || len(messages) != 1 || messages[0].Caller != caller.From {
			t.Errorf("messages %+v, %v", messages, err)
		}
		maps.Copy(walked, w.walked)
	})
	// The fallback goes on with the URL that failed, and so with what that is bound to.
	t.Run("the fallback", func(t *testing.T) {
		w := newLegWalk(t, false)
		for path, from := range map[string]side{
			pathAgentKey: rungFirst, pathCustomerEnded: rungFirst, pathFirst: rungFirst, pathFirstEnded: rungFirst,
			pathCustomer: rungBehind, pathCustomerKey: rungBehind, pathFirstAgent: rungBehind,
			pathFirstAgentNote: rungBehind,
		} {
			failed := w.server.PublicURL + w.sealed(path, "attempt", "", leg{State: ivr.State{Attempt: w.attempt}})
			form, call := says(firstCall, ""), firstCall
			if from == rungBehind {
				form, call = says(behindCall, firstCall), behindCall
			}
			maps.Copy(form, ended("completed", behindCall))
			maps.Copy(form, url.Values{"CallSid": {call}, "ErrorCode": {"11200"}, "ErrorUrl": {failed}})
			w.refuses(moment{path: PathFallback, form: form})
		}
		walked[PathFallback] = true
	})
	voice, status := newEdge(t, nil).paths()
	for _, path := range slices.Concat(voice, status) {
		if _, free := boundToNothing[path]; !walked[path] && !free {
			t.Errorf("%s is in no call: say here who may say what there, or in boundToNothing why anybody may", path)
		}
	}
}

package ivr

import (
	"context"
	"fmt"
	"io"
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
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
)

// Every webhook speaks for one leg of one call. Here whole calls are walked webhook by webhook on a real store, and before
// each the same is said by every leg that may not say it.

const (
	firstCall   = "CA11111111111111111111111111111111" // the one that the provider was asked for, or the caller's
	behindCall  = "CA22222222222222222222222222222222" // the one that a Dial of it made
	siblingCall = "CA33333333333333333333333333333333" // another one that a Dial of it made
	foreignCall = "CA44444444444444444444444444444444"
	someAddress = "https://api.twilio.com/2010-04-01/Accounts/" + someAccount + "/Recordings/" + someSound
	someSound   = "RE0123456789abcdef0123456789abcdef"
)

// boundToNothing are the routes of webhooks that carry no attempt, no dial and no state, with what they may do.
var boundToNothing = map[string]string{
	PathIncoming:  "the first webhook of a call: there is no other leg yet",
	PathStatus:    "the end of a call is counted and logged",
	pathLegStatus: "a leg's progress is logged",
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

// A legWalk is the edge on a real store, with one callback whose first telephone rings.
type legWalk struct {
	*edge
	store    *sqlite.Memory
	callback int64
	attempt  string
	urls     map[string]string // by path, the last that a document led to
	walked   map[string]bool   // paths, whatever the call
}

func (w *legWalk) Place(_ context.Context, p callbacks.Placement) (string, error) {
	w.attempt = p.AttemptID
	return firstCall, nil
}
func (w *legWalk) Find(context.Context, string, string, time.Time) ([]callbacks.PlacedCall, error) {
	return nil, nil
}
func (w *legWalk) Fetch(context.Context, string) (callbacks.PlacedCall, error) {
	return callbacks.PlacedCall{}, callbacks.ErrNotFound
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
	service := callbacks.New(store, now, nil, nil)
	w.edge = newEdge(t, func(s *Settings) { s.Promises = service })
	line := sketch(t)
	dispatcher := callbacks.NewDispatcher(store, service, w, onePlan{callbacks.Plan{
		Targets: line.Desks["support"].Targets, From: line.Numbers[0], CustomerFirst: customerFirst,
	}}, now, nil)
	booked, err := service.Book(t.Context(), callbacks.Request{
		Key: "k", Line: line.ID, Desk: "support", Topic: "fees", Language: "en", Number: caller.From, Caller: caller.From, Account: "081398765432",
		Kind: callbacks.ASAP, Called: w.now, Due: w.now, Expires: w.now.Add(72 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.callback = booked.Callback.ID
	if err := service.AttachNote(t.Context(), w.callback, callbacks.Recording{SID: someSound, Seconds: 3}); err != nil {
		t.Fatal(err)
	}
	dispatcher.Tick(t.Context())
	answered, err := w.server.Sealer.Seal("attempt", "", attempt{ID: w.attempt})
	if err != nil || w.attempt == "" {
		t.Fatalf("attempt %q, %v", w.attempt, err)
	}
	for _, path := range []string{pathAgent, pathFirst, pathAttemptStatus} {
		w.urls[path] = path + "?s=" + answered
	}
	return w
}

type onePlan struct{ plan callbacks.Plan }

func (p onePlan) Plan(string, string) (callbacks.Plan, bool) { return p.plan, true }

var leads = regexp.MustCompile(`https://hotline\.example\.com(/voice/[a-z/-]+)\?s=[\w-]+`)

// send sends a webhook and takes up where its answer leads to.
func (w *legWalk) send(m moment) string {
	w.t.Helper()
	target := orElse(w.urls[m.path], m.path)
	answer := w.ask(ask{path: target, body: m.form.Encode()})
	if _, voice := w.server.voiceRoutes()[m.path]; !voice {
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
	r, err := w.store.ChangeAttempt(w.t.Context(), w.attempt, 0, func(*callbacks.Record) error { return callbacks.ErrUnchanged })
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

func (w *legWalk) refuses(m moment) {
	w.t.Helper()
	before := w.kept()
	for name, form := range others(m) {
		counted, logged := w.refusals(), w.log.Len()
		text := w.send(moment{path: m.path, form: form})
		for _, wrong := range []string{"<Dial", "<Play", "0 8 1 3", "whisper.note", pathWhisperKey, pathAgentKey, pathFirstAgentKey} {
			if m.path == pathStep && wrong == "<Dial" { // a call whose state is not its own goes on without, to a person
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
	return w.count(`hotline_webhooks_refused_total{reason="leg"}`) + w.count(`hotline_failures_total{what="read the state of a call"}`)
}

func TestEveryWebhookSpeaksOnlyForItsOwnLeg(t *testing.T) {
	walked := map[string]bool{}
	for name, c := range map[string]struct {
		customerFirst bool
		call          []moment
		ends          callbacks.State
	}{
		"the agent is rung first": {false, []moment{
			{pathAttemptStatus, says(firstCall, "", "CallStatus", "ringing", "SequenceNumber", "1"), ""},
			{pathAgent, says(firstCall, ""), "whisper.callback"},
			{pathAgentKey, says(firstCall, "", "Digits", "1"), "whisper.note"},
			{pathAgentNote, says(firstCall, "", "Digits", ""), "<Dial"},
			{pathLegStatus, says(behindCall, firstCall, "CallStatus", "ringing"), ""},
			{pathCustomer, says(behindCall, firstCall), "customer.press"},
			{pathCustomerKey, says(behindCall, firstCall, "Digits", "5"), "customer.press"},
			{pathCustomerKey, says(behindCall, firstCall, "Digits", "1"), "<Response/>"},
			{pathCustomerEnded, says(firstCall, "", "DialCallStatus", "completed", "DialBridged", "true", "DialCallSid", behindCall), "agent.bye"},
			{pathAttemptStatus, says(firstCall, "", "CallStatus", "completed", "SequenceNumber", "3"), ""},
		}, callbacks.Done},
		"the agent is rung first, and the customer does not pick up": {false, []moment{
			{pathAgent, says(firstCall, ""), "whisper.callback"},
			{pathAgentKey, says(firstCall, "", "Digits", "1"), "whisper.note"},
			{pathAgentNote, says(firstCall, "", "Digits", ""), "<Dial"},
			{pathCustomerEnded, says(firstCall, "", "DialCallStatus", "no-answer", "DialBridged", "false", "DialCallSid", behindCall), "agent.missed"},
		}, callbacks.Booked},
		"the customer is rung first": {true, []moment{
			{pathFirst, says(firstCall, ""), "customer.press"},
			{pathFirstKey, says(firstCall, "", "Digits", "1"), "<Dial"},
			{pathFirstAgent, says(behindCall, firstCall), "whisper.callback"},
			{pathFirstAgentKey, says(behindCall, firstCall, "Digits", "1"), "whisper.note"},
			{pathFirstAgentNote, says(behindCall, firstCall, "Digits", ""), "whisper.connect"},
			{pathFirstEnded, says(firstCall, "", "DialCallStatus", "completed", "DialBridged", "true", "DialCallSid", behindCall), "goodbye"},
		}, callbacks.Done},
		"the customer is rung first, and the agent does not take it": {true, []moment{
			{pathFirst, says(firstCall, ""), "customer.press"},
			{pathFirstKey, says(firstCall, "", "Digits", "1"), "<Dial"},
			{pathFirstAgent, says(behindCall, firstCall), "whisper.callback"},
			{pathFirstEnded, says(firstCall, "", "DialCallStatus", "no-answer", "DialBridged", "false", "DialCallSid", behindCall), "desk.next"},
			{pathFirstAgent, says(siblingCall, firstCall), "whisper.callback"},
			{pathFirstEnded, says(firstCall, "", "DialCallStatus", "no-answer", "DialBridged", "false", "DialCallSid", siblingCall), "customer.nobody"},
		}, callbacks.Booked},
		"a caller": {false, []moment{
			{PathIncoming, says(firstCall, ""), "welcome"},
			{pathStep, says(firstCall, "", "Digits", "2"), "menu.topic"},
			{pathStep, says(firstCall, "", "Digits", "0"), "<Dial"},
			{pathWhisper, says(behindCall, firstCall), "whisper.call"},
			{pathWhisperKey, says(behindCall, firstCall, "Digits", "1"), "whisper.reference"},
			{pathStep, says(firstCall, "", "DialCallStatus", "completed", "DialBridged", "true", "DialCallSid", behindCall), "goodbye"},
			{PathStatus, says(firstCall, "", "CallStatus", "completed"), ""},
		}, callbacks.Cancelled}, // they have talked, so nobody is rung back
	} {
		t.Run(name, func(t *testing.T) {
			w := newLegWalk(t, c.customerFirst)
			w.walk(c.call)
			got, err := w.store.Callback(t.Context(), w.callback)
			if err != nil || got.State != c.ends {
				t.Errorf("the promise is %s, %v; want %s", got.State, err, c.ends)
			}
			maps.Copy(walked, w.walked)
		})
	}
	t.Run("a message", func(t *testing.T) {
		w := newLegWalk(t, false)
		state := recordedCall{State{Line: "sketch", Step: stepMessage, Language: "en"}, caller.From}
		w.urls[pathRecording] = w.sealed(pathRecording, "recording", firstCall, state)
		form := url.Values{"CallSid": {firstCall}, "AccountSid": {someAccount}, "RecordingSid": {someSound}, "RecordingUrl": {someAddress},
			"RecordingStatus": {"completed"}, "RecordingDuration": {"5"}}
		w.walk([]moment{{pathRecording, form, ""}})
		if messages, err := w.store.Messages(t.Context(), "sketch", 9); err != nil || len(messages) != 1 || messages[0].Caller != caller.From {
			t.Errorf("messages %+v, %v", messages, err)
		}
		maps.Copy(walked, w.walked)
	})
	// The fallback goes on with the URL that failed, and so with what that is bound to.
	t.Run("the fallback", func(t *testing.T) {
		w := newLegWalk(t, false)
		for path, from := range map[string]side{
			pathAgentKey: rungFirst, pathCustomerEnded: rungFirst, pathFirst: rungFirst, pathFirstEnded: rungFirst,
			pathCustomer: rungBehind, pathCustomerKey: rungBehind, pathFirstAgent: rungBehind, pathFirstAgentNote: rungBehind,
		} {
			failed := w.server.PublicURL + w.sealed(path, "attempt", "", attempt{ID: w.attempt})
			form := says(firstCall, "")
			if from == rungBehind {
				form = says(behindCall, firstCall)
			}
			maps.Copy(form, url.Values{"ErrorCode": {"11200"}, "ErrorUrl": {failed}, "DialCallStatus": {"completed"}, "DialBridged": {"true"}})
			w.refuses(moment{path: PathFallback, form: form})
		}
		walked[PathFallback] = true
	})
	voice, status := newEdge(t, nil).paths()
	for _, path := range slices.Concat(voice, status) {
		if !walked[path] {
			t.Errorf("%s is in no call: say here who may say what there, or in boundToNothing why anybody may", path)
		}
	}
}

// The documented action of a Record names the recording in its address alone.
func TestRecordingsAreKnownByNameOrAddress(t *testing.T) {
	const sid = someSound
	for name, c := range map[string]struct {
		form url.Values
		want callbacks.Recording
	}{
		"as documented": {url.Values{"RecordingUrl": {someAddress}, "RecordingDuration": {"7"}, "Digits": {"#"}}, callbacks.Recording{SID: sid, URL: someAddress, Seconds: 7}},
		"by both":       {url.Values{"RecordingUrl": {someAddress}, "RecordingSid": {sid}}, callbacks.Recording{SID: sid, URL: someAddress}},
		"by name alone": {url.Values{"RecordingSid": {sid}}, callbacks.Recording{SID: sid}},
		"as a sound":    {url.Values{"RecordingUrl": {someAddress + ".mp3"}}, callbacks.Recording{SID: sid, URL: someAddress + ".mp3"}},
		"with a query":  {url.Values{"RecordingUrl": {someAddress + "?x=1"}}, callbacks.Recording{SID: sid, URL: someAddress + "?x=1"}},
		"in a region":   {url.Values{"RecordingUrl": {strings.Replace(someAddress, "api.", "api.tokyo.jp1.", 1)}}, callbacks.Recording{SID: sid, URL: strings.Replace(someAddress, "api.", "api.tokyo.jp1.", 1)}},
		// The address is not kept, since it is asked for with the account's credentials; the name leads to the provider.
		"elsewhere":         {url.Values{"RecordingUrl": {strings.Replace(someAddress, "api.twilio.com", "evil.example.com", 1)}}, callbacks.Recording{SID: sid}},
		"nearly there":      {url.Values{"RecordingUrl": {strings.Replace(someAddress, "api.twilio.com", "eviltwilio.com", 1)}}, callbacks.Recording{SID: sid}},
		"over plain HTTP":   {url.Values{"RecordingUrl": {strings.Replace(someAddress, "https", "http", 1)}}, callbacks.Recording{SID: sid}},
		"of another name":   {url.Values{"RecordingUrl": {someAddress}, "RecordingSid": {"RE" + strings.Repeat("f", 32)}}, callbacks.Recording{SID: "RE" + strings.Repeat("f", 32)}},
		"with a wrong name": {url.Values{"RecordingUrl": {someAddress}, "RecordingSid": {"RE1"}}, callbacks.Recording{SID: sid, URL: someAddress}},
		"completed":         {url.Values{"RecordingUrl": {someAddress}, "RecordingStatus": {"completed"}}, callbacks.Recording{SID: sid, URL: someAddress}},
		"in progress":       {url.Values{"RecordingUrl": {someAddress}, "RecordingSid": {sid}, "RecordingStatus": {"in-progress"}}, callbacks.Recording{}},
		"absent":            {url.Values{"RecordingUrl": {someAddress}, "RecordingSid": {sid}, "RecordingStatus": {"absent"}}, callbacks.Recording{}},
		"failed":            {url.Values{"RecordingUrl": {someAddress}, "RecordingSid": {sid}, "RecordingStatus": {"failed"}}, callbacks.Recording{}},
		"short":             {url.Values{"RecordingUrl": {strings.TrimSuffix(someAddress, "f")}}, callbacks.Recording{}},
		"long":              {url.Values{"RecordingUrl": {someAddress + "0"}}, callbacks.Recording{}},
		"of a call":         {url.Values{"RecordingUrl": {strings.Replace(someAddress, "/RE", "/CA", 1)}}, callbacks.Recording{}},
		"of no account":     {url.Values{"RecordingUrl": {"https://api.twilio.com/Recordings/" + sid}}, callbacks.Recording{}},
		"with a path on":    {url.Values{"RecordingUrl": {someAddress + "/../x"}}, callbacks.Recording{}},
		"encoded":           {url.Values{"RecordingUrl": {strings.Replace(someAddress, "/RE", "%2FRE", 1)}}, callbacks.Recording{}},
		"with a user":       {url.Values{"RecordingUrl": {strings.Replace(someAddress, "//", "//a:b@", 1)}}, callbacks.Recording{}},
		"in a fragment":     {url.Values{"RecordingUrl": {"https://api.twilio.com/#" + someAddress}}, callbacks.Recording{}},
		"no address":        {url.Values{"RecordingUrl": {"://"}}, callbacks.Recording{}},
		"none":              {url.Values{"Digits": {"1"}}, callbacks.Recording{}},
	} {
		if got, ok := recordedIn(c.form); ok != (c.want.SID != "") || ok && got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, ok, c.want)
		}
	}
}

// What no repetition can mend is not asked for again, and what was not recorded is no message.
func TestRecordingStatuses(t *testing.T) {
	w := newLegWalk(t, false)
	state := recordedCall{State{Line: "sketch", Step: stepMessage, Language: "en"}, caller.From}
	w.urls[pathRecording] = w.sealed(pathRecording, "recording", firstCall, state)
	for _, status := range []string{"in-progress", "absent", "failed", "odd"} {
		w.send(moment{path: pathRecording, form: url.Values{"CallSid": {firstCall}, "RecordingStatus": {status}, "RecordingSid": {someSound}, "RecordingUrl": {someAddress}}})
	}
	w.send(moment{path: pathRecording, form: url.Values{"CallSid": {firstCall}, "RecordingStatus": {"completed"}, "RecordingUrl": {"https://x.example/y"}}})
	if messages, err := w.store.Messages(t.Context(), "sketch", 9); err != nil || len(messages) != 0 {
		t.Errorf("messages %+v, %v", messages, err)
	}
	if !strings.Contains(w.log.String(), "no recording can be read in it") {
		t.Errorf("the log does not say what was wrong: %s", w.log.String())
	}
}

// A recording whose name cannot be read is not taken for silence: the caller hears that the message is not kept.
func TestARecordingThatCannotBeNamed(t *testing.T) {
	for step, want := range map[StepID]string{stepMessage: "message.failed", stepNoteSpoken: "note.failed"} {
		e := newEdge(t, nil)
		text := e.call(e.sealed(pathStep, "call", caller.SID, State{Line: "sketch", Step: step, Language: "en"}), url.Values{"RecordingUrl": {"https://x.example/y"}, "Digits": {"#"}})
		if !strings.Contains(text, want) || e.count(`hotline_failures_total{what="keep a recording"}`) != "1" {
			t.Errorf("%s: the caller hears %s", step, text)
		}
	}
}

// A base URL is for the provider's own hosts. Media may redirect elsewhere: there the request goes as it is, and without the
// account's credentials, with a base URL or without.
func TestOnlyTheProvidersOwnHostsAreRewritten(t *testing.T) {
	for _, base := range []string{"", "http://127.0.0.1:9000/stand-in"} {
		var sent []string
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			_, _, credentials := r.BasicAuth()
			sent = append(sent, fmt.Sprintf("%s %v", r.URL, credentials))
			answer := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"audio/mpeg"}}, Body: io.NopCloser(strings.NewReader("sound")), Request: r}
			if strings.Contains(r.URL.Path, "/Recordings/") {
				answer.StatusCode = http.StatusTemporaryRedirect
				answer.Header.Set("Location", "https://media.example-bucket.com/sound.mp3?signature=1")
			}
			return answer, nil
		})
		now := openHour
		p, err := NewProvider(someAccount, someToken, base, "https://hotline.example.com", sealerAt(t, &now, keyA), transport)
		if err != nil {
			t.Fatal(err)
		}
		sound, _, err := p.Media(t.Context(), someSound)
		if err != nil {
			t.Fatal(err)
		}
		_ = sound.Close()
		want := []string{
			orElse(base, "https://api.twilio.com") + "/2010-04-01/Accounts/" + someAccount + "/Recordings/" + someSound + ".mp3 true",
			"https://media.example-bucket.com/sound.mp3?signature=1 false",
		}
		if diff := cmp.Diff(want, sent); diff != "" {
			t.Errorf("base %q (-want +got)\n%s", base, diff)
		}
		// Whatever names another host, and whoever put credentials into the request.
		for _, address := range []string{"https://eviltwilio.com/x", "https://twilio.com.evil.example/x", "http://api.twilio.com/x", "https://127.0.0.1:9000/x"} {
			sent = nil
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.SetBasicAuth(someAccount, someToken)
			answer, err := p.http.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if want := []string{address + " false"}; !slices.Equal(sent, want) {
				t.Errorf("base %q: sent %v, want %v", base, sent, want)
			}
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (r roundTrip) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// What a lost webhook would cost is repeated by the provider, and the fragment that asks for it is neither signed nor sent.
func TestInsisting(t *testing.T) {
	stub := &restStub{answer: placedSomeCall}
	if _, err := stubbed(t, stub).Place(t.Context(), placement(callbacks.Client, "anna")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"StatusCallback": true, "Url": false, "FallbackUrl": false} {
		if got := strings.HasSuffix(stub.sent[0].form.Get(name), insist); got != want {
			t.Errorf("%s insists: %v", name, got)
		}
	}
	e := newEdge(t, nil)
	text := e.call(e.sealed(pathStep, "call", caller.SID, State{Line: "sketch", Step: stepMessage, Language: "en"}), nil)
	if want := strings.ReplaceAll(insist, "&", "&amp;") + `"`; strings.Count(text, want) != 1 || !strings.Contains(text, pathRecording) {
		t.Errorf("the recording's status callback does not insist: %s", text)
	}
	plain, with := Sign(someToken, someURL, someForm), Sign(someToken, someURL+insist, someForm)
	if plain != with || !Verify([]string{someToken}, someURL+insist, someForm, plain) || strings.Contains(SignedText(someURL+insist, nil), "#") {
		t.Error("the fragment is signed")
	}
}

const placedSomeCall = `{"sid":"` + someCall + `"}`

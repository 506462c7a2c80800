package twilio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

func TestWebhooksAreRefused(t *testing.T) {
	body := callForm(nil).Encode()
	// At the limit and one over it: "x=" and as much as is wanted.
	sized := func(n int) string { return "x=" + strings.Repeat("a", n-2) }
	e := newEdge(t, nil)
	voice, status := e.paths()
	for _, path := range slices.Concat(voice, status) {
		for _, c := range []struct {
			name   string
			ask    ask
			reason string
		}{
			{"no signature", ask{body: body, unsigned: true}, "signature"},
			{"empty signature", ask{body: body, change: func(r *http.Request) { r.Header.Set(SignatureHeader, "") }},
				"signature"},
			{"wrong token", ask{body: body, token: strings.Repeat("f", 32)}, "signature"},
			{"signed for another URL", ask{body: body, signedURL: "https://hotline.example.com/voice/other"},
				"signature"},
			{"signed for another host", ask{body: body, signedURL: "https://evil.example.com" + path}, "signature"},
			{"signed for http", ask{body: body, signedURL: "http://hotline.example.com" + path}, "signature"},
			{"body changed", ask{body: body, change: replaceBody(strings.Replace(body, "6281", "6282", 1))},
				"signature"},
			{"field added", ask{body: body, change: replaceBody(body + "&Digits=1")}, "signature"},
			{"field repeated", ask{body: body, change: replaceBody(body + "&From=anonymous")}, "signature"},
			{"body gone", ask{body: body, change: replaceBody("")}, "signature"},
			{"query added", ask{body: body, change: func(r *http.Request) { r.RequestURI += "?Digits=1" }},
				"signature"},
			{"JSON", ask{body: `{"CallSid":"CA1"}`, kind: "application/json"}, "form"},
			{"no content type", ask{body: body, change: func(r *http.Request) { r.Header.Del("Content-Type") }},
				"form"},
			{"multipart", ask{body: body, kind: "multipart/form-data; boundary=x"}, "form"},
			{"no form", ask{body: "a=%zz", kind: ""}, "form"},
			{"too large", ask{body: sized(maxBody + 1)}, "form"},
		} {
			c.ask.path = path
			metric := fmt.Sprintf("hotline_webhooks_refused_total{reason=%q}", c.reason)
			before := e.count(metric)
			answer := e.ask(c.ask)
			if answer.Code != http.StatusForbidden || strings.Contains(answer.Body.String(), "<Response") {
				t.Errorf("%s, %s: answered %d %s", path, c.name, answer.Code, answer.Body)
			}
			if e.count(metric) == before {
				t.Errorf("%s, %s: not counted as %s", path, c.name, metric)
			}
		}
		if answer := e.ask(ask{path: path, body: sized(maxBody)}); answer.Code == http.StatusForbidden {
			t.Errorf("%s: refuses a signed body of %d bytes", path, maxBody)
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete} {
			if answer := e.ask(ask{method: method, path: path}); answer.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: answered %d", method, path, answer.Code)
			}
		}
	}
}

// A number set to GET at the provider is the most frequent mistake: it is counted, and the log says what to change. So
// is any other request by a wrong method, whatever its route, and the log is not filled.
func TestTheWrongMethodIsCounted(t *testing.T) {
	e := newEdge(t, nil)
	voice, status := e.paths()
	wrong := 0
	for _, path := range []string{pathPlayback, "/healthz", "/readyz", "/metrics"} {
		answer := e.ask(ask{path: path})
		if wrong++; answer.Code != http.StatusMethodNotAllowed || answer.Header().Get("Allow") != "OPTIONS, GET" {
			t.Errorf("POST %s: answered %d, allowed %q", path, answer.Code, answer.Header().Get("Allow"))
		}
	}
	for _, path := range slices.Concat(voice, status) {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut} {
			answer := e.ask(ask{method: method, path: path})
			if wrong++; answer.Code != http.StatusMethodNotAllowed || answer.Header().Get("Allow") != "OPTIONS, POST" {
				t.Errorf("%s %s: answered %d, allowed %q", method, path, answer.Code, answer.Header().Get("Allow"))
			}
		}
	}
	if n := e.count(`hotline_webhooks_refused_total{reason="method"}`); n != strconv.Itoa(wrong) {
		t.Errorf("%d requests were refused, counted are %s", wrong, n)
	}
	if log := e.log.String(); !strings.Contains(log, "HTTP POST") || strings.Count(log, "\n") > refusalsAtOnce {
		t.Errorf("the log does not say what to do, or too often: %s", log)
	}
}

func replaceBody(body string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
}

// Once the signature holds, a voice route answers with a document whatever else is wrong: the caller hears something.
func TestVoiceRoutesAlwaysAnswerWithADocument(t *testing.T) {
	e := newEdge(t, nil)
	voice, _ := e.paths()
	sealedFor := map[string]string{pathStep: "call", pathWhisper: "whisper", pathWhisperKey: "whisper"}
	for _, path := range voice {
		for name, target := range map[string]string{
			"no state":        path,
			"state of nobody": path + "?s=AAAA",
			"state of a dead line": e.sealed(path, sealedFor[path], caller.SID,
				ivr.State{Line: "gone", Step: stepTopic}),
			"step of a newer one": e.sealed(path, sealedFor[path], caller.SID,
				ivr.State{Line: "sketch", Step: "teleport"}),
		} {
			for _, form := range []url.Values{nil, {"Digits": {"1"}}, {"To": {"+10000000000"}}, {"CallSid": {}}} {
				if text := e.call(target, form); !strings.Contains(text, "<Say") && !strings.Contains(text, "<Hangup") {
					t.Errorf("%s, %s, %v: nothing is said and nothing ends: %s", path, name, form, text)
				}
			}
		}
	}
}

func TestBothTokensOpenTheEdgeDuringARotation(t *testing.T) {
	older, newer := strings.Repeat("a", 32), strings.Repeat("b", 32)
	e := newEdge(t, func(s *Settings) { s.Tokens = []string{newer, older} })
	for token, want := range map[string]int{older: 200, newer: 200, someToken: 403} {
		if answer := e.ask(ask{path: PathIncoming, body: callForm(nil).Encode(), token: token}); answer.Code != want {
			t.Errorf("token %s…: answered %d, want %d", token[:1], answer.Code, want)
		}
	}
}

// What a request says of itself does not matter, only the configured public URL.
func TestForwardedHeadersDoNotMatter(t *testing.T) {
	e := newEdge(t, nil)
	body := callForm(nil).Encode()
	forge := func(r *http.Request) {
		r.Host = "evil.example.com"
		r.Header.Set("X-Forwarded-Host", "evil.example.com")
		r.Header.Set("X-Forwarded-Proto", "http")
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		r.Header.Set("X-Original-Url", "/voice/step")
		r.Header.Set("Forwarded", "host=evil.example.com;proto=http")
	}
	text := voiceAnswer(t, e.ask(ask{path: PathIncoming, body: body, change: forge}))
	if strings.Contains(text, "evil") || !strings.Contains(text, `"https://hotline.example.com/voice/step?s=`) {
		t.Errorf("the document leads elsewhere: %s", text)
	}
	if answer := e.ask(ask{path: PathIncoming, body: body, change: forge,
		signedURL: "http://evil.example.com" + PathIncoming}); answer.Code != http.StatusForbidden {
		t.Errorf("a signature for the forged host is answered with %d", answer.Code)
	}
	if strings.Contains(e.log.String(), "203.0.113.9") {
		t.Errorf("a forged address is taken for the peer's: %s", e.log.String())
	}
}

// A query is signed as part of the URL, but what it says is not mixed with what the provider says.
func TestQueryIsNoForm(t *testing.T) {
	e := newEdge(t, nil)
	path := PathIncoming + "?To=%2B10000000000&CallSid=CA9"
	if text := e.call(path, nil); !strings.Contains(text, "welcome") {
		t.Errorf("the query's number was called: %s", text)
	}
}

// A proxy may serve us below a path that it cuts off: the provider signs the whole.
func TestPublicURLWithAPath(t *testing.T) {
	for _, public := range []string{"https://h.example.com/ivr", "https://h.example.com/ivr/",
		"https://h.example.com:8443/a/b"} {
		e := newEdge(t, func(s *Settings) { s.PublicURL = public })
		want := `"` + strings.TrimRight(public, "/") + pathStep + "?s="
		if text := e.call(PathIncoming, nil); !strings.Contains(text, want) {
			t.Errorf("%s: the document leads elsewhere: %s", public, text)
		}
		answer := e.ask(ask{path: PathIncoming, body: callForm(nil).Encode(),
			signedURL: "https://h.example.com" + PathIncoming})
		if answer.Code != http.StatusForbidden {
			t.Errorf("%s: a signature without the path is answered with %d", public, answer.Code)
		}
	}
}

func TestNewServerRefusesToBeUnsafe(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"no tokens":           func(s *Settings) { s.Tokens = nil },
		"an empty token":      func(s *Settings) { s.Tokens = []string{""} },
		"a blank token":       func(s *Settings) { s.Tokens = []string{" ", ""} },
		"no public URL":       func(s *Settings) { s.PublicURL = "" },
		"a host alone":        func(s *Settings) { s.PublicURL = "hotline.example.com" },
		"a URL with a query":  func(s *Settings) { s.PublicURL += "?a=b" },
		"a URL with fragment": func(s *Settings) { s.PublicURL += "#a" },
	} {
		settings := newEdge(t, nil).server.Settings
		change(&settings)
		if _, err := NewServer(settings); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestUnknownNumber(t *testing.T) {
	e := newEdge(t, nil)
	text := e.call(PathIncoming, url.Values{"To": {"+10000000000"}})
	if !strings.Contains(text, "not in use") || !strings.Contains(text, "<Hangup") {
		t.Errorf("the caller hears %s", text)
	}
	if n := e.count("hotline_unknown_number_calls_total"); n != "1" {
		t.Errorf("counted %s times", n)
	}
	if logged := e.log.String(); strings.Contains(logged, "+10000000000") ||
		!strings.Contains(logged, callbacks.Mask("+10000000000")) {
		t.Errorf("logged %s", logged)
	}
}

// A trunk sends the called number as a SIP address, some without its plus.
func TestACalledNumberWithoutPlusOrAsASIPAddressReachesItsLine(t *testing.T) {
	for _, to := range []string{"+622150001000", "622150001000", "sip:+622150001000@pbx.example.com",
		"sip:622150001000@pbx.example.com"} {
		if body := newEdge(t, nil).call(PathIncoming, url.Values{"To": {to}}); !strings.Contains(body, "welcome") {
			t.Errorf("a call to %s is answered with %s", to, body)
		}
	}
}

// A panic of ours is heard as an apology that leads on, never as a dropped call.
func TestPanics(t *testing.T) {
	boom := func() { panic("no store") }
	for _, c := range []struct {
		name, path string
		purpose    string
		value      any
		form       url.Values
		change     func(*edge)
		hears      []string
	}{
		{
			"while a message is saved", pathStep, "call", ivr.State{Line: "sketch", Step: stepMessage, Language: "en"},
			url.Values{"RecordingUrl": {someAddress}, "RecordingDuration": {"5"}, "Digits": {"#"}},
			func(e *edge) {
				e.callbacks.saveMessage = func(callbacks.Message) (callbacks.Message,
					error) {
					boom()
					return callbacks.Message{}, nil
				}
			},
			[]string{"failure.person", "<Dial"},
		},
		{
			"after a dial", pathStep, "call", ivr.State{Line: "sketch", Step: stepDesk, Language: "en",
				Desk: "support", Dials: 1},
			url.Values{"DialCallStatus": {"no-answer"}}, nil, // WasTaken is not expected
			[]string{"failure.person", "<Dial"},
		},
		{
			"for an agent who is rung back", pathAgent, "attempt", leg{State: ivr.State{Attempt: "a"}}, nil,
			func(e *edge) {
				e.callbacks.answered = func() (callbacks.Callback, callbacks.Verdict,
					error) {
					boom()
					return callbacks.Callback{}, "", nil
				}
			},
			[]string{"failure.message", "<Hangup"},
		},
		{
			"when an agent takes a callback", pathAgentKey, "attempt", leg{State: ivr.State{Attempt: "a"}},
			url.Values{"Digits": {"1"}}, nil, []string{"failure.message", "<Hangup"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEdge(t, nil)
			if c.change != nil {
				c.change(e)
			}
			owner := map[string]string{"call": caller.SID}[c.purpose]
			text := e.call(e.sealed(c.path, c.purpose, owner, c.value), c.form)
			for _, want := range c.hears {
				if !strings.Contains(text, want) {
					t.Errorf("nothing of %q in %s", want, text)
				}
			}
			if !strings.Contains(e.log.String(), "panic") {
				t.Error("the panic is not logged")
			}
		})
	}
}

// The look for an open callback runs beside the webhook, where a panic would end the process and every call in it.
func TestPanicWhileLookingForACallback(t *testing.T) {
	e := newEdge(t, nil)
	e.callbacks.openFor = func(context.Context) (callbacks.Callback, bool, error) { panic("no store") }
	text := e.call(e.sealed(pathStep, "call", caller.SID, ivr.State{Line: "sketch", Step: stepLanguage}),
		url.Values{"Digits": {"2"}})
	if !strings.Contains(text, "emergency.first 1") || !strings.Contains(e.log.String(), "panic") {
		t.Errorf("the caller hears %s", text)
	}
}

type panickingLines struct{}

func (panickingLines) ByNumber(string) *ivr.Line     { panic("no configuration") }
func (panickingLines) Find(string, string) *ivr.Line { panic("no configuration") }

func TestPanicBeforeALineIsKnown(t *testing.T) {
	e := newEdge(t, func(s *Settings) { s.Lines = panickingLines{} })
	for _, path := range []string{PathIncoming, PathFallback,
		e.sealed(pathStep, "call", caller.SID, ivr.State{Line: "sketch", Step: stepTopic})} {
		if text := e.call(path, nil); !strings.Contains(text, "We are sorry") {
			t.Errorf("%s: the caller hears %s", path, text)
		}
	}
}

// The early look for an open callback has a short limit, whether the store heeds the limit or not.
func TestASlowStoreDoesNotKeepTheCallerWaiting(t *testing.T) {
	for name, heeds := range map[string]bool{"heeds its limit": true, "does not": false} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t, nil)
			over := make(chan struct{})
			defer close(over)
			e.callbacks.openFor = func(ctx context.Context) (callbacks.Callback, bool, error) {
				if heeds {
					<-ctx.Done()
				} else {
					<-over
				}
				return callbacks.Callback{}, false, errors.New("too late")
			}
			start := time.Now()
			text := e.call(e.sealed(pathStep, "call", caller.SID, ivr.State{Line: "sketch", Step: stepLanguage}),
				url.Values{"Digits": {"2"}})
			if !strings.Contains(text, "emergency.first 1") || strings.Contains(text, "callback.open") {
				t.Errorf("the caller hears %s", text)
			}
			// The store is asked for 0.3 s; the provider would wait for 15.
			if waited := time.Since(start); waited > 5*time.Second {
				t.Errorf("the caller waited %s", waited)
			}
		})
	}
}

func TestOpenCallbackIsMentioned(t *testing.T) {
	e := newEdge(t, nil)
	e.callbacks.openFor = func(context.Context) (callbacks.Callback, bool, error) {
		return callbacks.Callback{ID: 7},
			true, nil
	}
	text := e.call(e.sealed(pathStep, "call", caller.SID, ivr.State{Line: "sketch", Step: stepLanguage}),
		url.Values{"Digits": {"2"}})
	if !strings.Contains(text, "callback.open 7") {
		t.Errorf("the caller hears %s", text)
	}
}

func TestFallback(t *testing.T) {
	state := ivr.State{Line: "sketch", Step: stepTopic, Language: "en", Topic: "refund", Called: openHour.Unix()}
	e := newEdge(t, nil)
	readable := e.server.PublicURL + e.sealed(pathStep, "call", caller.SID, state)
	state.Failures = 1
	second := e.server.PublicURL + e.sealed(pathStep, "call", caller.SID, state)
	for _, c := range []struct {
		name, errorURL string
		hears          []string
	}{
		{"goes on where it was, in the caller's language", readable, []string{"failure.person", "en-US", "<Dial"}},
		{"a second fault leads to a message", second, []string{"failure.message", "en-US", "<Record"}},
		{"no ErrorUrl", "", []string{"failure.person", "id-ID", "<Dial"}},
		{"the first webhook failed", e.server.PublicURL + PathIncoming, []string{"failure.person", "id-ID", "<Dial"}},
		{"no URL at all", "http://[::1:%zz", []string{"failure.person", "id-ID", "<Dial"}},
		{"another call's state", e.server.PublicURL + e.sealed(pathStep, "call", "CA2", state),
			[]string{"failure.person", "id-ID", "<Dial"}},
	} {
		text := e.call(PathFallback, url.Values{"ErrorCode": {"11200"}, "ErrorUrl": {c.errorURL}})
		for _, want := range c.hears {
			if !strings.Contains(text, want) {
				t.Errorf("%s: nothing of %q in %s", c.name, want, text)
			}
		}
	}
	if n := e.count("hotline_fallbacks_total"); n != "6" {
		t.Errorf("counted %s times", n)
	}
	e.now = closedHour
	if text := e.call(PathFallback, nil); !strings.Contains(text, "failure.message") ||
		!strings.Contains(text, "emergency.first 1") {
		t.Errorf("while the desk is closed the caller hears %s", text)
	}
}

// A status is taken notice of and answered with nothing; one that could not be written is answered so that it comes
// again.
func TestStatusRoutes(t *testing.T) {
	e := newEdge(t, nil)
	path := e.sealed(pathAttemptStatus, "attempt", "", leg{State: ivr.State{Attempt: "a"}})
	form := callForm(url.Values{"CallStatus": {"no-answer"}, "SequenceNumber": {"3"}}).Encode()
	var status string
	var seq int
	e.callbacks.legStatus = func(s string, n int) error { status, seq = s, n; return nil }
	if answer := e.ask(ask{path: path, body: form}); answer.Code != http.StatusNoContent || status != "no-answer" ||
		seq != 3 {
		t.Errorf("answered %d, noted %q, %d", answer.Code, status, seq)
	}
	e.callbacks.legStatus = func(string, int) error { return errors.New("the store is down") }
	if answer := e.ask(ask{path: path, body: form}); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("with the store down: answered %d", answer.Code)
	}
	e.callbacks.legStatus = func(string, int) error { panic("no store") }
	if answer := e.ask(ask{path: path, body: form}); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("after a panic: answered %d", answer.Code)
	}
	if answer := e.ask(ask{path: pathAttemptStatus + "?s=AAAA", body: form}); answer.Code != http.StatusNoContent {
		t.Errorf("without an attempt, which no repetition can mend: answered %d", answer.Code)
	}
	ended := callForm(url.Values{"CallStatus": {"completed"}, "CallDuration": {"61"}}).Encode()
	if answer := e.ask(ask{path: PathStatus, body: ended}); answer.Code != http.StatusNoContent ||
		e.count(`hotline_calls_ended_total{status="completed"}`) != "1" {
		t.Errorf("the end of a call: answered %d, or not counted", answer.Code)
	}
	odd := callForm(url.Values{"CallStatus": {"+6281234567890"}}).Encode()
	if e.ask(ask{path: PathStatus, body: odd}); e.count(`hotline_calls_ended_total{status="other"}`) != "1" {
		t.Error("a status that is none is not counted as other")
	}
}

func TestHealth(t *testing.T) {
	broken := errors.New("the store is down")
	var fault error
	e := newEdge(t, func(s *Settings) { s.Ready = func(context.Context) error { return fault } })
	get := func(path string) int { return e.ask(ask{method: http.MethodGet, path: path, unsigned: true}).Code }
	if get("/healthz") != 200 || get("/readyz") != 200 {
		t.Error("not healthy or not ready")
	}
	if fault = broken; get("/healthz") != 200 || get("/readyz") != 503 {
		t.Error("a store that is down must cost the readiness, and it alone")
	}
	if code := newEdge(t, nil).ask(ask{method: http.MethodGet, path: "/readyz"}).Code; code != 200 {
		t.Errorf("with nothing to ask: %d", code)
	}
}

// Who calls and what is keyed in never reaches the log, in whatever form.
func TestLogsHoldNoNumbers(t *testing.T) {
	e := newEdge(t, nil)
	const account, transaction = "081398765432", "7766554433"
	e.callbacks.openFor = func(context.Context) (callbacks.Callback, bool, error) {
		return callbacks.Callback{}, false, errors.New("down")
	}
	e.callbacks.saveMessage = func(callbacks.Message) (callbacks.Message, error) { panic("no store") }
	next := PathIncoming
	for _, form := range []url.Values{
		nil, {"Digits": {"2"}}, {"Digits": {"2"}}, {"Digits": {"2"}}, {"Digits": {account}}, {"Digits": {"1"}},
		{"Digits": {transaction}}, {"Digits": {"4111111111111111"}}, {"Digits": {"1"}}, {"Digits": {"1"}},
		{"DialCallStatus": {"busy"}},
	} {
		next = leadsTo(t, e.server.PublicURL, e.call(next, form))
	}
	state := ivr.State{Line: "sketch", Step: stepMessage, Account: account, Answers: "transaction:" + transaction,
		Number: caller.From, Draft: transaction}
	e.call(e.sealed(pathStep, "call", caller.SID, state), url.Values{"RecordingUrl": {someAddress}})
	e.call(PathFallback, url.Values{"ErrorUrl": {e.server.PublicURL + next + "&Digits=" + account}})
	e.call(pathStep+"?s=bad&Digits="+account, url.Values{"Digits": {account}})
	e.ask(ask{path: pathStep + "?Digits=" + account, body: callForm(url.Values{"Digits": {account}}).Encode(),
		unsigned: true})
	e.ask(ask{path: PathStatus, body: callForm(url.Values{"CallStatus": {caller.From}}).Encode()})

	logged, metrics := e.log.String(), e.ask(ask{method: http.MethodGet, path: "/metrics"}).Body.String()
	for _, secret := range []string{caller.From, strings.TrimPrefix(caller.From, "+62"), account, transaction,
		"4111111111111111", "s=A"} {
		for name, text := range map[string]string{"log": logged, "metrics": metrics} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s stands in the %s: …%s…", secret, name, text[max(0, at-120):min(len(text), at+60)])
			}
		}
	}
	// The log is not merely empty: the call can be followed, with the number shortened.
	for _, want := range []string{callbacks.Mask(caller.From), "step=topic", "step=account-right",
		"step=number-right", "panic"} {
		if !strings.Contains(logged, want) {
			t.Errorf("nothing of %q in the log:\n%s", want, logged)
		}
	}
}

// Every step of a telephone that we ring has its webhooks: what it may wait for comes in somewhere.
func TestEveryStepOfALegHasItsWebhooks(t *testing.T) {
	s := newEdge(t, nil).server
	waits := map[legEvent][]ivr.StepID{
		pickedUp: {ivr.StepAgentLeg, ivr.StepAgentFirst, ivr.StepAgentBehind, ivr.StepCustomerFirst,
			ivr.StepCustomerBehind},
		keyed: {ivr.StepAgentLeg, ivr.StepAgentFirst, ivr.StepAgentBehind, ivr.StepCustomerFirst,
			ivr.StepCustomerBehind,
			ivr.StepAgentNote, ivr.StepAgentBehindNote, ivr.StepAnotherTime},
		dialEnded: {ivr.StepAgentWaits, ivr.StepCustomerWaits},
	}
	routes := 0
	for told, steps := range waits {
		for _, step := range steps {
			routes++
			if path := s.legPath(step, told); path == PathFallback {
				t.Errorf("%s has no webhook for event %d", step, told)
			}
		}
	}
	paths := map[string]bool{}
	for _, r := range s.routes() {
		if r.leg != nil {
			routes--
		}
		if paths[r.path] || r.about == "" || (r.voice != nil) == (r.status != nil || r.leg != nil) {
			t.Errorf("%s: there twice, without words, or with two answers", r.path)
		}
		paths[r.path] = true
	}
	if routes != 0 {
		t.Errorf("%d webhooks of legs more are needed than there are", routes)
	}
}

package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate/page"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	lineNumber = "+622150001000"
	mine       = "+6281234567890"
	deskNumber = "+622150002001"
	account    = "AC0123456789abcdef0123456789abcdef"
	token      = "0123456789abcdef0123456789abcdef"
)

// start is a Friday, ten o'clock in Jakarta.
var start = time.Date(2026, time.March, 6, 3, 0, 0, 0, time.UTC)

// documents are what the product of these tests answers, by path; %s is its URL.
var documents = map[string]string{
	"/voice": `<Gather action="%s/key" numDigits="1"><Say language="en-US">Welcome. Press 1.</Say></Gather><Hangup/>`,
	"/key": `<Say language="cmn-CN">一会儿</Say><Dial action="%s/done" timeout="20"><Number url="%s/whisper">` +
		deskNumber + `</Number></Dial>`,
	"/whisper": `<Gather action="%s/took" numDigits="1"><Say language="id-ID">Tekan 1. Akun 0 8 1 2, 9 9 9 9.</Say></Gather><Hangup/>`,
	"/took":    `<Pause length="1"/>`,
	"/done":    `<Say language="en-US">Goodbye.</Say><Hangup/>`,
	"/back":    `<Gather action="%s/done" numDigits="1"><Say language="en-US">We call you back. Press 1.</Say></Gather><Hangup/>`,
	"/entry":   `<Gather action="%s/done" timeout="30"><Say language="en-US">Your account, please.</Say></Gather><Hangup/>`,
	"/message": `<Say language="en-US">Speak after the tone.</Say><Record action="%s/done" maxLength="60" timeout="5"/><Hangup/>`,
}

// A testConsole is a console on a simulator with a small product behind it. The real clock stands still, so the
// simulator's time moves only when a test skips or jumps.
type testConsole struct {
	t         *testing.T
	simulator *simulator.Simulator
	console   *page.Console
	product   *httptest.Server
	page      *httptest.Server
	lookup    func(int64) (callbacks.Callback, error)
}

func newLine(t *testing.T) *ivr.Line {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	day := []hours.Span{{From: 8 * 60, To: 17 * 60}}
	calendar, err := hours.New(zone, hours.Week{nil, day, day, day, day, day, nil},
		[]hours.Special{{From: hours.Date{Year: 2026, Month: 3, Day: 19},
			To: hours.Date{Year: 2026, Month: 3, Day: 19}, Closed: true, Name: "Nyepi"}})
	if err != nil {
		t.Fatal(err)
	}
	return &ivr.Line{ID: "wallet", Region: "ID", Numbers: []string{lineNumber}, Hours: calendar,
		Languages: []ivr.Language{{Tag: "en"}, {Tag: "zh"}},
		Desks: map[string]*ivr.Desk{"support": {ID: "support", Hours: calendar,
			Targets: []callbacks.Target{{ID: "support-1", Kind: callbacks.Number, Address: deskNumber}}}}}
}

// newTestConsole opens a page on a line whose calls begin with the document of a path.
func newTestConsole(t *testing.T, first string) *testConsole {
	t.Helper()
	s := &testConsole{t: t}
	s.product = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Response>%s</Response>`,
			strings.ReplaceAll(documents[r.URL.Path], "%s", s.product.URL))
	}))
	s.simulator = simulator.New(simulator.Options{Start: start, AccountSID: account, AuthToken: token,
		Observe: func(e simulator.Event) { s.console.SimulatorEvent(e) }})
	s.simulator.Number(lineNumber, simulator.Number{VoiceURL: s.product.URL + first})
	var err error
	s.console, err = page.New(page.Options{Simulator: s.simulator, Lines: []*ivr.Line{newLine(t)},
		Lookup: func(_ context.Context, id int64) (callbacks.Callback, error) { return s.lookup(id) },
		Now:    func() time.Time { return start }, After: func(time.Duration) <-chan time.Time { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	s.page = httptest.NewServer(s.console.Handler())
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.console.Run(ctx) }()
	t.Cleanup(func() {
		if v := s.simulator.Violations(); len(v) > 0 {
			t.Errorf("violations: %q", v)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		s.simulator.Close()
		s.page.Close()
		s.product.Close()
	})
	return s
}

// post sends what the page would send; words is what the page would show when it is refused.
func (s *testConsole) post(path, body string) (words string) {
	s.t.Helper()
	answer, err := http.Post(s.page.URL+"/api/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNoContent {
		return ""
	}
	var refused struct{ Error string }
	if err := json.NewDecoder(answer.Body).Decode(&refused); err != nil || refused.Error == "" {
		s.t.Fatalf("%s: status %d without words: %v", path, answer.StatusCode, err)
	}
	return refused.Error
}

// does is post for what has to work.
func (s *testConsole) does(path, body string) {
	s.t.Helper()
	if words := s.post(path, body); words != "" {
		s.t.Fatalf("%s %s is refused: %s", path, body, words)
	}
}

// An ear is one connection to the stream.
type ear struct {
	t      *testing.T
	body   io.ReadCloser
	read   *bufio.Scanner
	heard  []string // every message, as it was sent
	cancel context.CancelFunc
}

func (s *testConsole) listen() *ear {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.page.URL+"/api/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		s.t.Fatalf("the stream has type %q", kind)
	}
	e := &ear{t: s.t, body: answer.Body, read: bufio.NewScanner(answer.Body), cancel: cancel}
	e.read.Buffer(nil, 1<<20)
	s.t.Cleanup(e.close)
	return e
}

func (e *ear) close() {
	e.cancel()
	_ = e.body.Close() // a second time does nothing
}

// hears reads messages of a name until one holds all of the words, and returns it.
func (e *ear) hears(name string, words ...string) string {
	e.t.Helper()
	kind := ""
	for e.read.Scan() {
		if rest, ok := strings.CutPrefix(e.read.Text(), "event: "); ok {
			kind = rest
		}
		data, ok := strings.CutPrefix(e.read.Text(), "data: ")
		if !ok {
			continue
		}
		e.heard = append(e.heard, data)
		if kind == name && containsAll(data, words) {
			return data
		}
	}
	e.t.Fatalf("no %s with %q; heard:\n%s", name, words, strings.Join(e.heard, "\n"))
	return ""
}

func containsAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// skipsTo skips from one thing to the next until an entry holds all of the words.
func (s *testConsole) skipsTo(words ...string) {
	s.t.Helper()
	for range 50 {
		e := s.listen()
		var shown struct{ Entries []json.RawMessage }
		if err := json.Unmarshal([]byte(e.hears("snapshot")), &shown); err != nil {
			s.t.Fatal(err)
		}
		e.close()
		for _, entry := range shown.Entries {
			if containsAll(string(entry), words) {
				return
			}
		}
		s.does("skip", `{}`)
	}
	s.t.Fatalf("skipping led to no entry with %q", words)
}

func TestRingPressAndTalk(t *testing.T) {
	s := newTestConsole(t, "/voice")
	e := s.listen()
	e.hears("snapshot", `"state":"idle"`, `"agents":"answer"`, `"open until 17:00"`, `"example":"+62`)
	s.does("ring", `{"line":"wallet","from":"`+mine+`"}`)
	e.hears("entry", `"panel":"events"`, "rings wallet from …7890")
	e.hears("entry", `"panel":"caller"`, `"lang":"en-US"`, "Welcome. Press 1.")
	s.does("press", `{"phone":"caller","keys":"1"}`)
	e.hears("entry", `"kind":"key"`, `"text":"1"`)
	e.hears("entry", `"lang":"zh-CN"`, "一会儿")
	s.skipsTo(`"panel":"events"`, `"who":"support-1"`, `"text":"picks up"`)
	s.skipsTo(`"lang":"id-ID"`, "Tekan 1. Akun …9999.")
	s.skipsTo("is connected with support-1")
	e.close()
	e = s.listen()
	e.hears("snapshot", `"caller":{"id":"caller","state":"talking","with":"wallet"}`)
	s.does("hangup", `{"phone":"caller"}`)
	e.hears("phones", `"caller":{"id":"caller","state":"idle"}`)
	e.hears("entry", "support-1 talked for")
	if all := strings.Join(e.heard, "\n"); strings.Contains(all, mine) {
		t.Errorf("the calling number is to be masked:\n%s", all)
	}
}

func TestAPageThatConnectsAgainGetsEverything(t *testing.T) {
	s := newTestConsole(t, "/voice")
	s.does("agents", `{"do":"busy"}`)
	first := s.listen()
	s.does("ring", `{"line":"wallet","from":"withheld"}`)
	first.hears("entry", "Welcome")
	first.close()
	var snapshot struct {
		Clock   struct{ Now time.Time }
		Phones  map[string]struct{ State, With string }
		Agents  string
		Entries []page.Entry
	}
	if err := json.Unmarshal([]byte(s.listen().hears("snapshot")), &snapshot); err != nil {
		t.Fatal(err)
	}
	if !snapshot.Clock.Now.Equal(start) || snapshot.Agents != "busy" || snapshot.Phones["caller"].State != "up" ||
		snapshot.Phones["caller"].With != "wallet" {
		t.Errorf("snapshot: %+v", snapshot)
	}
	var words []string
	for i, entry := range snapshot.Entries {
		words = append(words, entry.Text)
		if entry.ID != i+1 {
			t.Errorf("entry %d has the number %d", i+1, entry.ID)
		}
	}
	if all := strings.Join(words, "|"); !containsAll(all, []string{"from a withheld number", "Welcome. Press 1."}) {
		t.Errorf("entries: %s", all)
	}
}

func TestManyKeysAreOneMaskedEntry(t *testing.T) {
	s := newTestConsole(t, "/entry")
	e := s.listen()
	s.does("ring", `{"line":"wallet","from":"`+mine+`"}`)
	e.hears("entry", "Your account")
	s.does("press", `{"phone":"caller","keys":"081299998888#"}`)
	s.skipsTo(`"text":"…8888 #"`)
	e.hears("entry", `"text":"…8888 #"`)
	all := strings.Join(e.heard, "\n")
	if strings.Contains(all, "081299998888") || strings.Contains(all, "…99998888") {
		t.Errorf("the account is to be masked:\n%s", all)
	}
}

func TestAgentsTelephone(t *testing.T) {
	s := newTestConsole(t, "/key")
	e := s.listen()
	s.does("agents", `{"do":"manual"}`)
	s.does("ring", `{"line":"wallet","from":"`+mine+`"}`)
	e.hears("entry", "一会儿")
	s.skipsTo("The telephone rings.")
	e.hears("phones", `"agent":{"id":"agent","state":"ringing","with":"support-1"}`)
	if words := s.post("press", `{"phone":"agent","keys":"1"}`); !strings.Contains(words, "Pick it up first") {
		t.Errorf("pressing while it rings: %q", words)
	}
	s.does("pickup", `{"phone":"agent"}`)
	e.hears("entry", `"panel":"agent"`, "Tekan 1.")
	s.does("press", `{"phone":"agent","keys":"1"}`)
	s.skipsTo("is connected with support-1")
	e.close()
	e = s.listen()
	e.hears("snapshot", `"agent":{"id":"agent","state":"talking"`, `"caller":{"id":"caller","state":"talking"`)
	s.does("hangup", `{"phone":"agent"}`)
	e.hears("entry", `"panel":"caller"`, "Goodbye.")
}

func TestMessageAfterTheTone(t *testing.T) {
	s := newTestConsole(t, "/message")
	e := s.listen()
	s.does("ring", `{"line":"wallet","from":"`+mine+`"}`)
	s.skipsTo("The tone has sounded")
	s.does("press", `{"phone":"caller","keys":"#"}`)
	e.hears("entry", "Goodbye.")
}

// ringBack has the product ring the customer, by REST, at an instant.
func (s *testConsole) ringBack(at time.Time) {
	rest := httptest.NewServer(s.simulator.Handler())
	s.t.Cleanup(rest.Close)
	done := false
	s.simulator.Worker(func(ctx context.Context) time.Time {
		switch {
		case done:
			return time.Time{}
		case s.simulator.Now().Before(at):
			return at
		}
		done = true
		form := url.Values{"To": {mine}, "From": {lineNumber}, "Url": {s.product.URL + "/back"}}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost,
			rest.URL+"/2010-04-01/Accounts/"+account+"/Calls.json", strings.NewReader(form.Encode()))
		if err != nil {
			s.t.Error(err)
			return time.Time{}
		}
		request.SetBasicAuth(account, token)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			s.t.Error(err)
			return time.Time{}
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusCreated {
			s.t.Errorf("placing a call: status %d", answer.StatusCode)
		}
		return time.Time{}
	})
}

func TestCallbackIsShownAndTheTelephoneRings(t *testing.T) {
	s := newTestConsole(t, "/voice")
	due := start.Add(48 * time.Hour)
	callback := callbacks.Callback{ID: 7, Reference: "1234567", Line: "wallet", Desk: "support", Number: mine,
		Due: due, State: callbacks.Booked}
	var kept atomic.Bool
	s.lookup = func(int64) (callbacks.Callback, error) {
		now := callback
		if kept.Load() {
			now.State = callbacks.Done
		}
		return now, nil
	}
	e := s.listen()
	s.console.ProductEvent(twilio.Event{Name: "book", Line: "wallet", Desk: "support", Reference: "1234567",
		Callback: callback})
	e.hears("entry", "Callback 1234567 is written down: desk support, due Sun 8 Mar 10:00 (Asia/Jakarta).")
	e.hears("callbacks", `"number":"…7890"`, `"state":"booked"`, `"open":true`)
	s.ringBack(due)

	// The clock stops where somebody has to pick up, well before the time that was asked for.
	if words := s.post("jump", `{"line":"wallet","to":"holiday"}`); !strings.Contains(words, "a telephone rings") {
		t.Errorf("jumping past a callback: %q", words)
	}
	if now := s.simulator.Now(); now.Before(due) || now.After(due.Add(time.Minute)) {
		t.Errorf("the clock stopped at %s, the callback was due at %s", now, due)
	}
	e.hears("phones", `"caller":{"id":"caller","state":"ringing","with":"wallet"}`)
	s.does("pickup", `{"phone":"caller"}`)
	e.hears("entry", "We call you back")
	s.does("press", `{"phone":"caller","keys":"1"}`)
	e.hears("entry", "Goodbye.")
	kept.Store(true)
	s.does("hangup", `{"phone":"caller"}`) // whatever happens has callbacks looked up
	e.hears("callbacks", `"state":"done"`, `"open":false`)
	e.hears("entry", "Callback 1234567 is kept.")
	if all := strings.Join(e.heard, "\n"); strings.Contains(all, mine) {
		t.Errorf("the customer's number is to be masked:\n%s", all)
	}
}

func TestSkipAndJump(t *testing.T) {
	s := newTestConsole(t, "/voice")
	if words := s.post("skip", `{}`); !strings.Contains(words, "nothing to skip to") {
		t.Errorf("with nothing to skip to: %q", words)
	}
	s.does("jump", `{"line":"wallet","to":"night"}`)
	if want := time.Date(2026, time.March, 6, 20, 0, 0, 0, time.UTC); !s.simulator.Now().Equal(want) {
		t.Errorf("night is %s, want %s", s.simulator.Now(), want)
	}
	s.does("ring", `{"line":"wallet","from":"`+mine+`"}`)
	for path, body := range map[string]string{
		"ring": `{"line":"wallet","from":"` + mine + `"}`,
		"jump": `{"line":"wallet","to":"night"}`,
	} {
		if words := s.post(path, body); !strings.Contains(words, "Hang up first") {
			t.Errorf("%s during a call: %q", path, words)
		}
	}
	s.does("hangup", `{"phone":"caller"}`)
}

func TestWhatCannotBeDoneIsRefusedInWords(t *testing.T) {
	s := newTestConsole(t, "/voice")
	for _, c := range []struct{ path, body, words string }{
		{"ring", `{"line":"other","from":"+6281234567890"}`, "no such line"},
		{"ring", `{"line":"wallet","from":"081234567890"}`, "begins with +"},
		{"ring", `{"line":"wallet","from":"+62"}`, "7 to 15 digits"},
		{"press", `{"phone":"caller","keys":"1"}`, "not in use"},
		{"press", `{"phone":"caller","keys":"A"}`, "0 to 9"},
		{"press", `{"phone":"other","keys":"1"}`, "no such telephone"},
		{"pickup", `{"phone":"agent"}`, "not in use"},
		{"hangup", `{"phone":"caller"}`, "not in use"},
		{"agents", `{"do":"sing"}`, "cannot do that"},
		{"jump", `{"line":"wallet","to":"yesterday"}`, "no such time"},
		{"jump", `{"line":"other","to":"night"}`, "no such line"},
	} {
		if words := s.post(c.path, c.body); !strings.Contains(words, c.words) {
			t.Errorf("%s %s: %q, want %q", c.path, c.body, words, c.words)
		}
	}
}

//go:build conformance && linux

package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

const (
	// speed is how many seconds of a call pass in a real one. The program's clock is the real one.
	speed = 10
	// answerLimit is how long a caller waits for an answer at most. The provider gives up after 15 seconds.
	answerLimit = 5 * time.Second
	// settleLimit is how long the last calls may go on, in real time.
	settleLimit = time.Minute
)

// Outcomes of a caller's call. Any other one is a call that lost its way.
const (
	heardReference = "heard a reference"
	reachedAgent   = "reached an agent"
	heardSorry     = "heard that it could not be saved"
	lostTheWay     = "lost the way"
)

// load is the provider, with its callers, customers and agents, and what they heard.
type load struct {
	t    *testing.T
	sim  *simulator.Simulator
	rest string // its REST interface
	link *http.Transport
	stop func() // of the simulator
	nth  int

	mu         sync.Mutex
	placed     map[string]bool // calls asked for by REST
	calls      map[string]*heard
	references map[string]string // by reference, who heard it
	bridges    map[string]int    // of callbacks, by customer
	problems   []string          // what the provider found wrong
	webhooks   int
	again      int // notices that nobody hears an answer to, and that the provider was asked to send once more
	longest    time.Duration
	slowest    string
	byInstance map[string]time.Duration // longest
	// What fails now, and the longest answer meanwhile.
	failing       string
	longestDuring map[string]time.Duration
	provider      simulator.RESTFault // what its REST interface does
	refused       map[string]int      // webhooks that were not answered as they should be
}

// heard is what a caller heard and came to.
type heard struct {
	during    string // what failed when the call began
	said      strings.Builder
	reference bool
	agent     bool
}

// newLoad is a provider that nobody rings yet. Webhooks go to the proxy at this address.
func newLoad(t *testing.T, front string) *load {
	t.Helper()
	l := &load{t: t, placed: map[string]bool{}, calls: map[string]*heard{}, references: map[string]string{},
		bridges: map[string]int{}, refused: map[string]int{}, byInstance: map[string]time.Duration{},
		longestDuring: map[string]time.Duration{}}
	l.link = &http.Transport{MaxIdleConnsPerHost: 100, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", front)
		}}
	began := time.Now().Round(0)
	l.sim = simulator.New(simulator.Options{AccountSID: simulate.AccountSID, AuthToken: token, Forgetful: true,
		Client: &http.Client{Transport: l}, Rates: map[string]float64{"en": 60},
		Answering: l.answers, Observe: l.observe,
		Faults: simulator.Faults{REST: func(simulator.Request) simulator.RESTFault {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.provider
		}},
		Clock: func() time.Time { return began.Add(time.Since(began) * speed) },
	})
	l.sim.Number(lineNumber, simulator.Number{VoiceURL: publicURL + twilio.PathIncoming,
		FallbackURL: publicURL + twilio.PathFallback, StatusCallback: publicURL + twilio.PathStatus})
	rest := httptest.NewServer(l.sim.Handler())
	l.rest = rest.URL
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := l.sim.RunLive(ctx, simulator.Pace{Speed: speed}); err != nil {
			t.Error(err)
		}
	})
	l.stop = sync.OnceFunc(func() {
		stop()
		running.Wait()
		l.sim.Close()
		rest.Close()
		l.link.CloseIdleConnections()
	})
	t.Cleanup(l.stop)
	return l
}

// RoundTrip takes a webhook to the proxy and notes how it was answered.
func (l *load) RoundTrip(request *http.Request) (*http.Response, error) {
	began := time.Now()
	l.mu.Lock()
	failing := l.failing
	l.mu.Unlock()
	answer, err := l.link.RoundTrip(request)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(answer.Body)
		_ = answer.Body.Close()
	}
	took := time.Since(began)
	wrong, again := "", false
	switch notice := strings.HasSuffix(request.URL.Path, "status") || request.URL.Path == "/voice/recording"; {
	case request.Context().Err() != nil: // the test has ended
	case err != nil:
		wrong = err.Error()
	case notice:
		again = answer.StatusCode == http.StatusServiceUnavailable
		if !again && answer.StatusCode != http.StatusNoContent {
			wrong = fmt.Sprintf("%s: %d", request.URL.Path, answer.StatusCode)
		}
	case answer.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("<Response")):
		wrong = fmt.Sprintf("%s: %d %s", request.URL.Path, answer.StatusCode, body)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.webhooks++
	if again {
		l.again++
	}
	if wrong != "" {
		l.refused[strings.TrimSpace(failing+" "+wrong)]++
	}
	l.longestDuring[failing] = max(l.longestDuring[failing], took)
	if took > l.longest {
		l.longest, l.slowest = took, request.URL.Path
	}
	if err != nil {
		return nil, err
	}
	at := answer.Header.Get("X-Instance")
	l.byInstance[at] = max(l.byInstance[at], took)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// answers says who is at a telephone: agents of the emergency desk take no inbound call, so that these callers are
// called back.
func (l *load) answers(r simulator.CallRecord) simulator.Party {
	l.mu.Lock()
	defer l.mu.Unlock()
	dialled := r.Direction == "outbound-dial"
	if !dialled {
		l.placed[r.SID] = true
	}
	if strings.HasPrefix(r.To, "client:emergency_") && !l.placed[r.ParentSID] && dialled {
		return simulator.Party{Answer: simulator.Busy}
	}
	party := simulator.Party{After: 3 * time.Second, Keys: simulator.Always("1"), TalkFor: -1}
	if !strings.HasPrefix(r.To, "client:") {
		party.TalkFor = 10 * time.Second
	}
	return party
}

var (
	spokenReference = regexp.MustCompile(`reference(?: number)? is ([0-9 ,]+)\.`)
	sorry           = []string{"something went wrong on our side", "could not book the callback", "could not be saved"}
)

func (l *load) observe(e simulator.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e.Event {
	case simulator.EventWebhookFailed:
		if !strings.HasSuffix(e.Detail, "callback: HTTP status 503") {
			l.problem(e)
		}
	case simulator.EventViolation, simulator.EventFallback, simulator.EventReject:
		l.problem(e)
	case simulator.EventBridge:
		if h := l.calls[e.From]; e.Role == simulate.RoleCaller && h != nil {
			h.agent = true
		} else {
			customer := e.Target
			if !strings.HasPrefix(e.To, "client:") {
				customer = e.To
			}
			l.bridges[customer]++
		}
	case simulator.EventSay:
		h := l.calls[e.From]
		if e.Role != simulate.RoleCaller || h == nil {
			return
		}
		h.said.WriteString(e.Text + " ")
		if found := spokenReference.FindStringSubmatch(e.Text); found != nil {
			l.references[strings.NewReplacer(" ", "", ",", "").Replace(found[1])] = e.From
			h.reference = h.reference || strings.Contains(e.Text, "reference number is")
		}
	}
}

// problem notes what the provider found wrong; l is locked.
func (l *load) problem(e simulator.Event) {
	l.problems = append(l.problems, fmt.Sprint(l.failing, ": ", e.Event, " ", e.Role, " ", e.URL[:min(60, len(e.URL))],
		" ", e.Detail))
}

// ring makes the next call: of four, two want an agent, of whom one is rather called back, one reports a theft, and one
// asks a desk that is closed.
func (l *load) ring() *simulator.Call {
	l.nth++
	from := fmt.Sprintf("+62812%08d", 10_000_000+l.nth)
	l.mu.Lock()
	l.calls[from] = &heard{during: l.failing}
	l.mu.Unlock()
	return l.sim.Ring(from, lineNumber, simulator.Party{Name: simulate.RoleCaller, HangUpAfter: 5 * time.Minute,
		TalkFor: 5 * time.Second, Keys: caller([]string{"2", "1", "3", "2"}[l.nth%4], l.nth%4 == 3)})
}

// caller presses a topic's key in the menu, and then takes what is offered: first, or rather a callback.
func caller(topic string, rather bool) func(simulator.Prompt) simulator.Reply {
	return func(prompt simulator.Prompt) simulator.Reply {
		said := func(words string) bool { return strings.Contains(prompt.SaidText, words) }
		switch {
		case said("Your reference number is"), prompt.Verb == "Record" && said("could not"), prompt.Index > 12:
			return simulator.Reply{HangUp: true}
		case said("For current offers"):
			return simulator.Reply{Digits: topic}
		case rather && said("To be called back instead, press 2"):
			return simulator.Reply{Digits: "2"}
		}
		return simulator.Reply{Digits: "1"}
	}
}

// during names what fails from now on.
func (l *load) during(fault string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failing = fault
}

// api has the provider's REST interface fail, or be well again.
func (l *load) api(fault simulator.RESTFault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.provider = fault
}

// run keeps so many calls a second coming while during does its work, and waits for the last ones to end.
func (l *load) run(rate float64, during func()) {
	l.t.Helper()
	over := make(chan struct{})
	go func() { defer close(over); during() }()
	every := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer every.Stop()
	var live []*simulator.Call
	for working := true; working; {
		live = append(slices.DeleteFunc(live, (*simulator.Call).Done), l.ring())
		select {
		case <-over:
			working = false
		case <-every.C:
		}
	}
	for limit := time.Now().Add(settleLimit); len(live) > 0 && time.Now().Before(limit); <-every.C {
		live = slices.DeleteFunc(live, (*simulator.Call).Done)
	}
	if len(live) > 0 {
		l.t.Errorf("%d calls have not ended after %s", len(live), settleLimit)
	}
}

// outcome is what came of a call.
func (h *heard) outcome() string {
	switch text := h.said.String(); {
	case h.reference:
		return heardReference
	case h.agent:
		return reachedAgent
	case slices.ContainsFunc(sorry, func(words string) bool { return strings.Contains(text, words) }):
		return heardSorry
	}
	return lostTheWay
}

// outcomesDuring are those of calls that began while something failed.
func (l *load) outcomesDuring(fault string) map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := map[string]int{}
	for _, h := range l.calls {
		if h.during == fault {
			counts[h.outcome()]++
		}
	}
	return counts
}

// outcomes are how the callers' calls went.
func (l *load) outcomes() (counts map[string]int, lost []string) {
	counts = map[string]int{}
	for _, h := range l.calls {
		counts[h.outcome()]++
		if h.outcome() == lostTheWay {
			lost = append(lost, h.during+": "+h.said.String())
		}
	}
	return counts, lost
}

// judge stops the load, and checks what every test of this package is about: no webhook was answered late or with
// anything but TwiML, no call lost its way, and every reference that somebody heard is in the database.
func (l *load) judge(store string) {
	l.t.Helper()
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	counts, lost := l.outcomes()
	missing := l.missing(store)
	l.t.Logf("%d calls: %v; %d webhooks, longest answer %.2f s (%s), %d notices asked for again; "+
		"%d references spoken, %d of them lost; %d callbacks connected", len(l.calls), counts, l.webhooks,
		l.longest.Seconds(), l.slowest, l.again, len(l.references), len(missing), len(l.bridges))
	if len(l.calls) == 0 || len(l.references) == 0 {
		l.t.Error("hardly a load")
	}
	for customer, n := range l.bridges {
		if n > 1 {
			l.t.Errorf("%s was called back and connected %d times", customer, n)
		}
	}
	if len(missing) > 0 {
		l.t.Errorf("references that were spoken and are not in the database: %v", missing)
	}
	if l.longest > answerLimit {
		l.t.Errorf("a webhook was answered after %s", l.longest)
	}
	for wrong, n := range l.refused {
		l.t.Errorf("%d webhooks: %s", n, wrong)
	}
	for _, problem := range l.problems[:min(10, len(l.problems))] {
		l.t.Errorf("the provider: %s", problem)
	}
	for _, text := range lost[:min(5, len(lost))] {
		l.t.Errorf("a call lost its way: %q", text)
	}
}

// missing are references that callers heard and that the database does not have.
func (l *load) missing(store string) (missing []string) {
	l.t.Helper()
	db, err := sql.Open("pgx", store)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.Query(`SELECT reference FROM callbacks UNION ALL SELECT reference FROM messages
		UNION ALL SELECT reference FROM call_records`)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	there := map[string]bool{}
	for rows.Next() {
		var reference string
		if err := rows.Scan(&reference); err != nil {
			l.t.Fatal(err)
		}
		there[reference] = true
	}
	if err := rows.Err(); err != nil {
		l.t.Fatal(err)
	}
	for reference := range l.references {
		if !there[reference] {
			missing = append(missing, reference)
		}
	}
	return missing
}

// wait lets real time pass: processes cannot be asked to hurry.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

package simulator

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testSID   = "AC0123456789abcdef0123456789abcdef"
	testToken = "0123456789abcdef0123456789abcdef"
	line      = "+622150001000"
	customer  = "+6281234567890"
	agent     = "+622150002001"
	agent2    = "+622150002002"
)

// testStart is the first instant of every test.
var testStart = time.Date(2026, time.March, 2, 2, 0, 0, 0, time.UTC)

// A product answers webhooks by their path, and checks each signature with the provider's own library.
type product struct {
	t      *testing.T
	server *httptest.Server
	mu     sync.Mutex
	pages  map[string]func(url.Values) string
	forms  map[string][]url.Values
}

func newProduct(t *testing.T) *product {
	p := &product{t: t, pages: map[string]func(url.Values) string{}, forms: map[string][]url.Values{}}
	p.server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.server.Close)
	return p
}

// page answers a path with a document's inside; xml may hold one %s for the product's URL.
func (p *product) page(path, xml string) {
	p.pages[path] = func(url.Values) string { return strings.ReplaceAll(xml, "%s", p.server.URL) }
}

func (p *product) serve(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.t.Errorf("%s: %v", r.URL, err)
	}
	validator := client.NewRequestValidator(testToken)
	flat := map[string]string{}
	for name := range r.PostForm {
		flat[name] = r.PostForm.Get(name)
	}
	if !validator.Validate(p.server.URL+r.URL.RequestURI(), flat, r.Header.Get("X-Twilio-Signature")) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	p.mu.Lock()
	p.forms[r.URL.Path] = append(p.forms[r.URL.Path], maps.Clone(r.Form))
	page := p.pages[r.URL.Path]
	p.mu.Unlock()
	switch {
	case page != nil:
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Response>%s</Response>`, page(r.Form))
	case strings.HasPrefix(r.URL.Path, "/status"):
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// got is what was posted to a path, reduced to the named fields, "a=1 b=2" for each request.
func (p *product) got(path string, names ...string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, form := range p.forms[path] {
		var parts []string
		for _, name := range names {
			parts = append(parts, name+"="+form.Get(name))
		}
		out = append(out, strings.Join(parts, " "))
	}
	return out
}

// A world is a simulator with a product behind it.
type world struct {
	*product
	c      *Simulator
	events []Event
}

func newWorld(t *testing.T, change ...func(*Options)) *world {
	w := &world{product: newProduct(t)}
	o := Options{Start: testStart, AccountSID: testSID, AuthToken: testToken,
		Observe: func(e Event) { w.events = append(w.events, e) }}
	for _, f := range change {
		f(&o)
	}
	w.c = New(o)
	t.Cleanup(w.c.Close)
	w.c.Number(line, Number{VoiceURL: w.server.URL + "/voice", FallbackURL: w.server.URL + "/fallback",
		StatusCallback: w.server.URL + "/status"})
	return w
}

// run lets d pass.
func (w *world) run(d time.Duration) {
	w.t.Helper()
	if err := w.c.Run(context.Background(), w.c.Now().Add(d)); err != nil {
		w.t.Fatal(err)
	}
}

// sound fails the test when a rule was broken or something is left over.
func (w *world) sound() {
	w.t.Helper()
	if diff := cmp.Diff([]string(nil), w.c.Violations()); diff != "" {
		w.t.Errorf("violations:\n%s", diff)
	}
	if diff := cmp.Diff([]string(nil), w.c.Dangling()); diff != "" {
		w.t.Errorf("dangling:\n%s", diff)
	}
}

// eventLines has one line for each event: seconds since the start, role, event and what matters of it.
func (w *world) eventLines(names ...string) []string {
	var out []string
	for _, e := range w.events {
		if len(names) > 0 && !slices.Contains(names, e.Event) {
			continue
		}
		s := fmt.Sprintf("%.2f %s %s", e.At.Sub(testStart).Seconds(), e.Role, e.Event)
		for _, part := range []string{e.Text, e.Digits, e.Status, e.Target, e.Queue, e.Detail} {
			if part != "" {
				s += " " + part
			}
		}
		out = append(out, s)
	}
	return out
}

func (w *world) want(got []string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("(-want +got)\n%s", diff)
	}
}

// rest is the provider's own client, pointed at the simulator.
func (w *world) rest() *openapi.ApiService {
	server := httptest.NewServer(w.c.Handler())
	w.t.Cleanup(server.Close)
	to, err := url.Parse(server.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	transport := &http.Transport{}
	w.t.Cleanup(transport.CloseIdleConnections)
	c := &client.Client{Credentials: client.NewCredentials(testSID, testToken),
		HTTPClient: &http.Client{Transport: rewriter{to, transport}}}
	c.SetAccountSid(testSID)
	return openapi.NewApiServiceWithClient(c)
}

// rewriter sends what is meant for the provider to the simulator.
type rewriter struct {
	to   *url.URL
	next http.RoundTripper
}

func (r rewriter) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host = r.to.Scheme, r.to.Host
	return r.next.RoundTrip(req)
}

func TestInboundCallReachesAgentThroughMenuAndWhisper(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Gather numDigits="1" action="/menu"><Say language="en-US">Press one.</Say></Gather><Redirect>/voice</Redirect>`)
	w.page("/menu", `<Dial action="/after" timeout="20"><Number url="/whisper" statusCallback="%s/status/agent"
		statusCallbackEvent="initiated ringing answered completed">`+agent+`</Number></Dial>`)
	w.page("/whisper", `<Gather numDigits="1" action="/take"><Say language="en-US">A call.</Say></Gather><Hangup/>`)
	w.page("/take", ``)
	w.page("/after", `<Say language="en-US">Bye.</Say>`)
	w.c.Subscribe(agent, Party{Name: "agent", After: 4 * time.Second, Keys: Script("1"), TalkFor: 30 * time.Second})
	w.c.Ring(customer, line, Party{Keys: Script("1")})
	w.run(10 * time.Minute)
	w.sound()
	w.want(w.eventLines(EventSay, EventPress, EventAnswer, EventBridge, EventUnbridge, EventHangup, EventDialEnd),
		"0.00 caller answer",
		"0.00 caller say Press one.",
		"1.17 caller press 1",
		"5.17 agent answer",
		"5.17 agent say A call.",
		"6.13 agent press 1",
		"6.13 caller bridge agent",
		"36.13 agent hangup completed",
		"36.13 caller unbridge agent",
		"36.13 caller dial-end completed "+agent+" connected",
		"36.13 caller say Bye.",
		"36.40 caller hangup completed",
	)
	w.want(w.got("/menu", "Digits", "CallStatus", "Direction"), "Digits=1 CallStatus=in-progress Direction=inbound")
	w.want(w.got("/after", "DialCallStatus", "DialBridged", "DialCallDuration"),
		"DialCallStatus=completed DialBridged=true DialCallDuration=30")
	w.want(w.got("/status/agent", "CallStatus", "SequenceNumber"), "CallStatus=initiated SequenceNumber=0",
		"CallStatus=ringing SequenceNumber=1", "CallStatus=in-progress SequenceNumber=2",
		"CallStatus=completed SequenceNumber=3")
	w.want(w.got("/status", "CallStatus", "CallDuration"), "CallStatus=completed CallDuration=36")
}

func TestCallPlacedByREST(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	w.c.Subscribe(agent, Party{Name: "agent", After: 3 * time.Second, Keys: Script("1")})
	w.page("/callback", `<Gather numDigits="1" action="/took"><Say language="en-US">Take it?</Say></Gather><Hangup/>`)
	w.page("/took", `<Dial action="/done" callerId="`+line+`"><Number>`+customer+`</Number></Dial>`)
	w.page("/done", `<Hangup/>`)
	w.c.Subscribe(customer, Party{Name: "customer", After: 5 * time.Second, TalkFor: 20 * time.Second})

	var placed *openapi.ApiV2010Call
	w.c.Worker(func(context.Context) time.Time {
		due := testStart.Add(time.Minute)
		if placed != nil {
			return time.Time{}
		}
		if w.c.Now().Before(due) {
			return due
		}
		p := &openapi.CreateCallParams{}
		p.SetTo(agent)
		p.SetFrom(line)
		p.SetUrl(w.server.URL + "/callback")
		p.SetStatusCallback(w.server.URL + "/status/call")
		p.SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"})
		var err error
		if placed, err = api.CreateCall(p); err != nil {
			t.Error(err)
		}
		return time.Time{}
	})
	w.run(10 * time.Minute)
	w.sound()
	if placed == nil || *placed.Status != "queued" {
		t.Fatalf("placed %+v", placed)
	}
	w.want(w.got("/status/call", "CallStatus", "CallDuration"), "CallStatus=initiated CallDuration=",
		"CallStatus=ringing CallDuration=",
		"CallStatus=in-progress CallDuration=", "CallStatus=completed CallDuration=26")
	w.want(w.got("/done", "DialCallStatus", "CallStatus"), "DialCallStatus=completed CallStatus=in-progress")
	fetched, err := api.FetchCall(*placed.Sid, nil)
	if err != nil || *fetched.Status != "completed" || *fetched.Duration != "26" {
		t.Errorf("fetched %+v, %v", fetched, err)
	}
}

// newServer serves h until the test is over, and returns its URL.
func newServer(t *testing.T, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

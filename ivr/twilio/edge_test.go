package twilio

import (
	"bytes"
	"context"
	"encoding/xml"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/prometheus/client_golang/prometheus"
)

// The edge with everything behind it replaced, for tests of single webhooks.

// fakeCallbacks answers as if nothing stood and everything could be written. A test replaces what it is about;
// what it does not expect panics, through the nil interface.
type fakeCallbacks struct {
	Callbacks
	Legs
	openFor     func(context.Context) (callbacks.Callback, bool, error)
	callback    func(context.Context) (callbacks.Callback, error)
	saveMessage func(callbacks.Message) (callbacks.Message, error)
	answered    func() (callbacks.Callback, callbacks.Verdict, error)
	legStatus   func(status string, seq int) error
}

func (f *fakeCallbacks) OpenFor(ctx context.Context, _, _ string) (callbacks.Callback, bool, error) {
	if f.openFor == nil {
		return callbacks.Callback{}, false, nil
	}
	return f.openFor(ctx)
}

func (f *fakeCallbacks) RingsAgain(callbacks.Callback) bool { return false }

func (f *fakeCallbacks) Callback(ctx context.Context, _ int64) (callbacks.Callback, error) {
	return f.callback(ctx)
}

func (f *fakeCallbacks) DialsEnded(context.Context, string) error { return nil }

func (f *fakeCallbacks) SaveMessage(_ context.Context, m callbacks.Message) (callbacks.Message, error) {
	return f.saveMessage(m)
}

func (f *fakeCallbacks) Answered(context.Context, string, string) (callbacks.Callback, callbacks.Verdict, error) {
	return f.answered()
}

func (f *fakeCallbacks) LegStatus(_ context.Context, _, _, status string, seq int) error {
	return f.legStatus(status, seq)
}

type oneLine struct{ line *ivr.Line }

func (l oneLine) ByNumber(number string) *ivr.Line {
	if slices.Contains(l.line.Numbers, number) {
		return l.line
	}
	return nil
}

func (l oneLine) Find(id, _ string) *ivr.Line {
	if id == l.line.ID {
		return l.line
	}
	return nil
}

// An edge is a server with everything behind it replaced.
type edge struct {
	t         *testing.T
	server    *Server
	handler   http.Handler
	callbacks *fakeCallbacks
	now       time.Time
	log       bytes.Buffer
}

// newEdge serves the sketch at an hour when its desk is open. change may alter the settings; it may be nil.
func newEdge(t *testing.T, change func(*Settings)) *edge {
	t.Helper()
	e := &edge{t: t, callbacks: &fakeCallbacks{}, now: openHour}
	registry := prometheus.NewRegistry()
	settings := Settings{
		PublicURL: "https://hotline.example.com", Tokens: []string{someToken}, Lines: oneLine{sketch(t)},
		Callbacks: e.callbacks, Legs: e.callbacks,
		Sealer: sealerAt(t, &e.now, keyA), Now: func() time.Time { return e.now },
		Log:     slog.New(slog.NewTextHandler(&e.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: NewMetrics(registry), Gatherer: registry,
	}
	if change != nil {
		change(&settings)
	}
	server, err := NewServer(settings)
	if err != nil {
		t.Fatal(err)
	}
	e.server, e.handler = server, server.Handler()
	return e
}

// An ask is one request to the edge. Empty fields stand for what the provider would send.
type ask struct {
	method, path, body, kind string
	token, signedURL         string     // of the signature
	key                      SigningKey // signs in the place of the token, when it has a secret
	unsigned                 bool
	change                   func(*http.Request)
}

func (e *edge) ask(a ask) *httptest.ResponseRecorder {
	e.t.Helper()
	if a.method == "" {
		a.method = http.MethodPost
	}
	if a.kind == "" {
		a.kind = "application/x-www-form-urlencoded; charset=UTF-8"
	}
	if a.token == "" {
		a.token = someToken
	}
	if a.signedURL == "" {
		a.signedURL = e.server.PublicURL + a.path
	}
	request := httptest.NewRequest(a.method, a.path, strings.NewReader(a.body))
	request.Header.Set("Content-Type", a.kind)
	if !a.unsigned {
		form, err := url.ParseQuery(a.body)
		if err != nil {
			form = nil
		}
		request.Header.Set(SignatureHeader, signWith(a.token, a.signedURL, form))
		if a.key.Secret != "" {
			request.Header.Set(SignatureHeader, a.key.Sign(a.signedURL, form))
			request.Header.Set(SettingsHeader, a.key.Header())
		}
	}
	if a.change != nil {
		a.change(request)
	}
	answer := httptest.NewRecorder()
	e.handler.ServeHTTP(answer, request)
	return answer
}

// call sends what the provider would about a call, and returns the TwiML.
func (e *edge) call(path string, form url.Values) string {
	e.t.Helper()
	answer := e.ask(ask{path: path, body: callForm(form).Encode()})
	return voiceAnswer(e.t, answer)
}

// callForm adds what every webhook of a call carries.
func callForm(form url.Values) url.Values {
	full := url.Values{"CallSid": {caller.SID}, "From": {caller.From}, "To": {caller.To}, "AccountSid": {someAccount},
		"Direction": {"inbound"}}
	for name, values := range form {
		full[name] = values
	}
	return full
}

// voiceAnswer is the TwiML of an answer that the provider can use: 200, text/xml, one Response.
func voiceAnswer(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	text := answer.Body.String()
	if kind := answer.Header().Get("Content-Type"); answer.Code != http.StatusOK ||
		!strings.HasPrefix(kind, "text/xml") {
		t.Fatalf("answered %d %s: %s", answer.Code, kind, text)
	}
	var document struct {
		XMLName xml.Name `xml:"Response"`
	}
	if err := xml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("no TwiML: %v: %s", err, text)
	}
	return text
}

// sealed is the URL of a step with a state, without scheme and host.
func (e *edge) sealed(path, purpose, owner string, value any) string {
	e.t.Helper()
	full, err := e.server.sealedURL(path, purpose, owner, value)
	if err != nil {
		e.t.Fatal(err)
	}
	return strings.TrimPrefix(full, e.server.PublicURL)
}

// count reads a metric as the monitoring would, from /metrics. A metric that is not there counts 0.
func (e *edge) count(metric string) string {
	e.t.Helper()
	answer := e.ask(ask{method: http.MethodGet, path: "/metrics"})
	for line := range strings.Lines(answer.Body.String()) {
		if value, ok := strings.CutPrefix(line, metric+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return "0"
}

func (e *edge) paths() (voice, status []string) {
	for _, r := range e.server.routes() {
		if r.status != nil {
			status = append(status, r.path)
		} else {
			voice = append(voice, r.path)
		}
	}
	slices.Sort(voice)
	slices.Sort(status)
	return voice, status
}

// leadsTo is the path that a document sends the provider to, without scheme and host.
func leadsTo(t *testing.T, public, text string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, `action="`+public)
	path, _, closed := strings.Cut(rest, `"`)
	if !found || !closed {
		t.Fatalf("leads nowhere: %s", text)
	}
	return strings.ReplaceAll(path, "&amp;", "&")
}

package twilio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/twilio/twilio-go/client"
)

const (
	someAccount = "AC0123456789abcdef0123456789abcdef"
	someCall    = "CA0123456789abcdef0123456789abcdef"
)

// A restStub stands for the provider's REST interface: it keeps what it was sent and answers what it was told.
type restStub struct {
	status int
	answer string
	sent   []restRequest
}

type restRequest struct {
	method, path string
	form         url.Values
	user, token  string
}

func (s *restStub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form := r.URL.Query()
	if r.Method == http.MethodPost {
		form, _ = url.ParseQuery(string(body))
	}
	user, token, _ := r.BasicAuth()
	s.sent = append(s.sent, restRequest{r.Method, r.URL.Path, form, user, token})
	w.Header().Set("Content-Type", "application/json")
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	_, _ = io.WriteString(w, s.answer)
}

// stubbed is a provider whose requests go to handler.
func stubbed(t *testing.T, handler http.Handler) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	now := openHour
	p, err := NewClient(someAccount, someToken, server.URL, "https://hotline.example.com/ivr",
		sealerAt(t, &now, keyA), nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func placement(kind callbacks.TargetKind, address string) dispatch.Placement {
	return dispatch.Placement{
		AttemptID: "6f1c1f0e-0000-4000-8000-000000000001", From: "+622150001000", Ring: 20 * time.Second,
		Target: callbacks.Target{ID: "support-1", Kind: kind, Address: address},
		Callback: callbacks.Callback{ID: 7, Line: "gopay", Desk: "support", Reference: "1234567",
			Number: "+6281234567890", Account: "081234567890", Answers: "transaction:9988776655"},
	}
}

func TestPlaceCarriesTheAttemptAndNothingElse(t *testing.T) {
	stub := &restStub{status: http.StatusCreated, answer: `{"sid":"` + someCall + `","status":"queued"}`}
	p := stubbed(t, stub)
	wanted := placement(callbacks.Client, "anna")
	sid, err := p.Place(context.Background(), wanted)
	if err != nil || sid != someCall {
		t.Fatalf("placed %q, %v", sid, err)
	}
	if len(stub.sent) != 1 {
		t.Fatalf("%d requests for one call", len(stub.sent))
	}
	sent := stub.sent[0]
	if sent.user != someAccount || sent.token != someToken || sent.method != http.MethodPost ||
		sent.path != "/2010-04-01/Accounts/"+someAccount+"/Calls.json" {
		t.Errorf("sent %s %s as %s", sent.method, sent.path, sent.user)
	}
	if sent.form.Get("To") != "client:anna" || sent.form.Get("From") != "+622150001000" ||
		sent.form.Get("Timeout") != "20" || sent.form.Has("Byoc") {
		t.Errorf("sent %v", sent.form)
	}
	if events := sent.form["StatusCallbackEvent"]; !slices.Equal(events,
		[]string{"initiated", "ringing", "answered", "completed"}) {
		t.Errorf("asks for events %v", events)
	}
	for _, secret := range []string{wanted.Callback.Number, wanted.Callback.Account,
		wanted.Callback.Answers.Get("transaction")} {
		if strings.Contains(sent.form.Encode(), url.QueryEscape(secret)) {
			t.Errorf("%s stands readable in the request", secret)
		}
	}
	for name, path := range map[string]string{"Url": pathAgent, "StatusCallback": pathAttemptStatus} {
		target, err := url.Parse(sent.form.Get(name))
		if err != nil || target.Host != "hotline.example.com" || target.Path != "/ivr"+path {
			t.Fatalf("%s is %q, %v", name, target, err)
		}
		var carried leg
		if err := p.sealer.Open("attempt", "", target.Query().Get("s"), &carried); err != nil ||
			carried.Attempt != wanted.AttemptID {
			t.Errorf("%s carries %q, %v", name, carried.Attempt, err)
		}
	}
}

func TestPlaceWithARoute(t *testing.T) {
	stub := &restStub{answer: `{"sid":"` + someCall + `"}`}
	routed := placement(callbacks.Number, "+8613800138000")
	routed.Byoc = "BY0123456789abcdef0123456789abcdef"
	if _, err := stubbed(t, stub).Place(context.Background(), routed); err != nil ||
		stub.sent[0].form.Get("Byoc") != routed.Byoc {
		t.Errorf("sent %v, error %v", stub.sent[0].form, err)
	}
}

// What an answer to Place means: placed, plainly refused, or unknown. Unknown is looked up before anybody dials again,
// so nothing but a plain refusal may be read as one.
func TestPlaceTellsRefusedFromUnknown(t *testing.T) {
	refused := func(status, code int) string {
		return fmt.Sprintf(`{"code":%d,"message":"no +6281234567890","more_info":"","status":%d}`, code, status)
	}
	const unknown, temporary, permanent = "unknown", "refused for now", "refused for good"
	for _, c := range []struct {
		name   string
		status int
		answer string
		want   string
	}{
		{"no such number", 400, refused(400, 21211), permanent},
		{"country not permitted", 400, refused(400, 21215), permanent},
		{"country not permitted on the trunk", 403, refused(403, 32205), permanent},
		{"too many requests", 429, refused(429, 20429), temporary},
		{"token not accepted", 401, refused(401, 20003), temporary},
		{"request timeout", 408, refused(408, 20408), unknown},
		{"fault of theirs", 500, refused(500, 20500), unknown},
		{"overloaded", 503, refused(503, 20503), unknown},
		{"response of a proxy", 502, "<html>Bad Gateway</html>", unknown},
		{"response of a firewall", 403, "<html>Forbidden</html>", unknown},
		{"empty refusal", 400, "", unknown},
		{"success that cannot be read", 201, "<html>", unknown},
		{"success without a call", 201, "{}", unknown},
		{"empty success", 201, "", unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			stub := &restStub{status: c.status, answer: c.answer}
			sid, err := stubbed(t, stub).Place(context.Background(), placement(callbacks.Number, "+622150002001"))
			if err == nil || sid != "" {
				t.Fatalf("placed %q, %v", sid, err)
			}
			got := unknown
			var plain *callbacks.RefusedError
			if errors.As(err, &plain) {
				got = map[bool]string{true: permanent, false: temporary}[plain.Permanent]
			}
			if got != c.want {
				t.Errorf("read as %s, want %s: %v", got, c.want, err)
			}
			if plain != nil && strings.Contains(err.Error(), "6281234567890") {
				t.Errorf("the error, which is logged, names the number: %v", err)
			}
			if len(stub.sent) != 1 {
				t.Errorf("%d requests: a call must never be asked for twice", len(stub.sent))
			}
		})
	}
}

func TestFindSinceAnInstant(t *testing.T) {
	stub := &restStub{answer: `{"calls":[
		{"sid":"CA1","to":"+622150002001","from":"+622150001000","status":"ringing","date_created":"Wed, 04 Mar 2026 03:00:05 +0000","direction":"outbound-api"},
		{"sid":"CA2","to":"+622150002001","from":"+622150001000","status":"queued","date_created":"Wed, 04 Mar 2026 03:00:00 +0000","direction":"outbound-api"},
		{"sid":"CA3","to":"+622150002001","from":"+622150001000","status":"completed","date_created":"Wed, 04 Mar 2026 02:59:59 +0000","direction":"outbound-api"}]}`}
	// The provider counts in whole seconds: a call of the same second is not older than the instant.
	found, err := stubbed(t, stub).Find(context.Background(), "+622150002001", "+622150001000",
		openHour.Add(900*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	var sids []string
	for _, call := range found {
		sids = append(sids, call.SID)
	}
	if !slices.Equal(sids, []string{"CA1", "CA2"}) {
		t.Errorf("found %v", sids)
	}
	if want := (dispatch.PlacedCall{SID: "CA1", To: "+622150002001", From: "+622150001000", Status: "ringing",
		Created: openHour.Add(5 * time.Second)}); found[0] != want {
		t.Errorf("found %+v, want %+v", found[0], want)
	}
}

// The provider's library cuts a dot and the digits behind it out of what it puts into a query.
func TestFindIsNotMisledByTheLibrary(t *testing.T) {
	for _, to := range []string{"sip:anna@10.0.0.5", "sip:anna@pbx.3cx.example", "client:anna.2",
		"sip:anna@pbx.example.com", "+622150002001"} {
		stub := &restStub{answer: `{"calls":[
			{"sid":"CA1","to":"` + to + `","date_created":"Wed, 04 Mar 2026 03:00:05 +0000","direction":"outbound-api"},
			{"sid":"CA3","to":"` + to + `","date_created":"Wed, 04 Mar 2026 03:00:05 +0000","direction":"outbound-dial"},
			{"sid":"CA2","to":"client:somebody-else","date_created":"Wed, 04 Mar 2026 03:00:05 +0000","direction":"outbound-api"}]}`}
		found, err := stubbed(t, stub).Find(context.Background(), to, "+622150001000", openHour)
		if err != nil || len(found) != 1 || found[0].SID != "CA1" {
			t.Errorf("%s: found %+v, %v", to, found, err)
		}
		if asked := stub.sent[0].form; asked.Has("To") && asked.Get("To") != to {
			t.Errorf("%s: asked for %q", to, asked.Get("To"))
		}
	}
}

func TestFindFailing(t *testing.T) {
	for _, stub := range []*restStub{{status: 500, answer: `{"status":500}`}, {status: 502, answer: "<html>"},
		{answer: "<html>"}} {
		if found, err := stubbed(t, stub).Find(context.Background(), "+622150002001", "+622150001000",
			openHour); err == nil {
			t.Errorf("answer %d %q: found %v and no error, which reads as \"never placed\"", stub.status, stub.answer,
				found)
		}
	}
}

func TestFetch(t *testing.T) {
	stub := &restStub{answer: `{"sid":"` + someCall + `","status":"no-answer","date_created":"Wed, 04 Mar 2026 03:00:05 +0000","direction":"outbound-api"}`}
	call, err := stubbed(t, stub).Fetch(context.Background(), someCall)
	if err != nil || call.Status != "no-answer" || call.SID != someCall {
		t.Errorf("fetched %+v, %v", call, err)
	}
	for _, c := range []struct {
		status int
		answer string
		gone   bool
	}{{404, `{"status":404,"code":20404}`, true}, {500, `{"status":500}`, false}, {404, "<html>", false}} {
		_, err := stubbed(t, &restStub{status: c.status, answer: c.answer}).Fetch(context.Background(), someCall)
		if err == nil || errors.Is(err, callbacks.ErrNotFound) != c.gone {
			t.Errorf("answer %d %q: %v", c.status, c.answer, err)
		}
	}
}

func TestHangup(t *testing.T) {
	for _, c := range []struct {
		status int
		answer string
		fails  bool
	}{
		{200, `{"sid":"` + someCall + `"}`, false},
		{400, `{"status":400,"code":21220}`, false}, // it has ended already
		{404, `{"status":404,"code":20404}`, false},
		{401, `{"status":401,"code":20003}`, true},
		{500, `{"status":500}`, true},
		{502, "<html>", true},
	} {
		stub := &restStub{status: c.status, answer: c.answer}
		if err := stubbed(t, stub).Hangup(context.Background(), someCall); (err != nil) != c.fails {
			t.Errorf("answer %d %q: %v", c.status, c.answer, err)
		}
		if stub.sent[0].form.Get("Status") != "completed" {
			t.Errorf("sent %v", stub.sent[0].form)
		}
	}
}

func TestNewProviderWantsAWholeBaseURL(t *testing.T) {
	for _, base := range []string{"127.0.0.1:9000", "/api", "http://", "http://[::1"} {
		if _, err := NewClient(someAccount, someToken, base, "https://h.example", nil, nil); err == nil {
			t.Errorf("base URL %q is accepted", base)
		}
	}
}

// A base URL may have a path, as behind a proxy.
func TestBaseURLWithAPath(t *testing.T) {
	asked := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		fmt.Fprint(w, `{"calls": []}`)
	}))
	defer server.Close()
	sealer, err := NewSealer([][]byte{make([]byte, 32)}, time.Hour, func() time.Time { return openHour })
	if err != nil {
		t.Fatal(err)
	}
	provider, err := NewClient("AC00000000000000000000000000000000", "token", server.URL+"/proxy/",
		"https://x.example", sealer, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Find(t.Context(), "+6281", "+6221", openHour); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(asked, "/proxy/2010-04-01/Accounts/") || !strings.Contains(asked, "To=%2B6281") {
		t.Errorf("asked for %s", asked)
	}
}

// What is logged of a failure holds no number.
func TestErrorsHoldNoNumbers(t *testing.T) {
	for _, err := range []error{
		&client.TwilioRestError{Status: 503, Code: 20500, Message: "cannot call +6281234567890"},
		&url.Error{Op: "Get", URL: "https://api.example/Calls.json?To=%2B6281234567890",
			Err: errors.New("connection refused")},
	} {
		if text := discreet(err).Error(); strings.Contains(text, "81234567890") {
			t.Error(text)
		}
	}
}

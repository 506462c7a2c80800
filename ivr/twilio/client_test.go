package twilio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/ivr"
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
	p, err := NewClient(ClientConfig{AccountSID: someAccount, Token: someToken, BaseURL: server.URL,
		PublicURL: "https://hotline.example.com/ivr", Sealer: sealerAt(t, &now, keyA)})
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
		if err := p.sealer.open("attempt", "", target.Query().Get("s"), &carried); err != nil ||
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
	stub := &restStub{answer: `{"sid":"` + someCall +
		`","status":"no-answer","date_created":"Wed, 04 Mar 2026 03:00:05 +0000","direction":"outbound-api"}`}
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
		if _, err := NewClient(ClientConfig{BaseURL: base}); err == nil {
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
	provider, err := NewClient(ClientConfig{AccountSID: "AC00000000000000000000000000000000", Token: "token",
		BaseURL: server.URL + "/proxy/", PublicURL: "https://x.example", Sealer: sealer})
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

func TestSendATextMessage(t *testing.T) {
	stub := &restStub{status: http.StatusCreated, answer: `{"sid":"SM1","status":"queued"}`}
	p := stubbed(t, stub)
	sid, err := p.Send(t.Context(), callbacks.OutgoingSMS{ID: 7, Sender: "+622150001000", To: "+6281234567890",
		Body: "Reference 1234567."})
	if err != nil || sid != "SM1" || len(stub.sent) != 1 {
		t.Fatalf("%q, %v, %+v", sid, err, stub.sent)
	}
	sent := stub.sent[0]
	if sent.method != http.MethodPost || sent.path != "/2010-04-01/Accounts/"+someAccount+"/Messages.json" ||
		sent.form.Get("From") != "+622150001000" ||
		sent.form.Get("To") != "+6281234567890" || sent.form.Get("Body") != "Reference 1234567." ||
		len(sent.form) != 4 {
		t.Errorf("asked %+v", sent)
	}
	callback, err := url.Parse(sent.form.Get("StatusCallback"))
	if err != nil || callback.Host != "hotline.example.com" || callback.Path != "/ivr"+pathSMSStatus {
		t.Fatalf("what becomes of it is told to %q, %v", callback, err)
	}
	var carried sentText
	if err := p.sealer.open("text", "", callback.Query().Get("s"), &carried); err != nil || carried.ID != 7 {
		t.Errorf("the address carries %+v, %v", carried, err)
	}
}

// A line's sender is a number, a name, or a messaging service, which the provider wants in a field of its own.
func TestSendersOfTextMessages(t *testing.T) {
	const service = "MG0123456789abcdef0123456789ABCDEF"
	for sender, want := range map[string][2]string{
		"+622150001000": {"+622150001000", ""}, "GOPAY": {"GOPAY", ""}, "MG Shop": {"MG Shop", ""}, service: {"",
			service},
	} {
		stub := &restStub{status: http.StatusCreated, answer: `{"sid":"SM1","status":"queued"}`}
		if _, err := stubbed(t, stub).Send(t.Context(), callbacks.OutgoingSMS{Sender: sender, To: "+6281234567890",
			Body: "x"}); err != nil {
			t.Fatal(err)
		}
		if got := [2]string{stub.sent[0].form.Get("From"), stub.sent[0].form.Get("MessagingServiceSid")}; got != want {
			t.Errorf("%s is sent as From and MessagingServiceSid %q", sender, got)
		}
	}
}

// What was plainly refused may be sent again; of anything else nobody knows.
func TestWhatIsKnownOfATextMessage(t *testing.T) {
	for _, tt := range []struct {
		status             int
		answer             string
		refused, permanent bool
	}{
		{http.StatusTooManyRequests, `{"code":20429,"message":"Too many requests","status":429}`, true, false},
		{http.StatusBadRequest, `{"code":21611,"message":"Queue of +6281234567890 is full","status":400}`, true, false},
		{http.StatusBadRequest, `{"code":21408,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusBadRequest, `{"code":21606,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusBadRequest, `{"code":21610,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusBadRequest, `{"code":21612,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusBadRequest, `{"code":21614,"message":"no +6281234567890","status":400}`, true, true},
		{http.StatusServiceUnavailable, `{"code":20503,"message":"unavailable","status":503}`, false, false},
		{http.StatusBadRequest, `{"code":21211,"message":"The number +6281234567890 is invalid","status":400}`, true,
			true},
		{http.StatusBadGateway, "<html>502</html>", false, false},
		{http.StatusCreated, `{}`, false, false},
	} {
		_, err := stubbed(t, &restStub{status: tt.status, answer: tt.answer}).Send(t.Context(),
			callbacks.OutgoingSMS{Sender: "+622150001000", To: "+6281234567890", Body: "x"})
		var refusal *callbacks.RefusedError
		if err == nil || errors.Is(err, callbacks.ErrRefused) != tt.refused || errors.As(err, &refusal) &&
			refusal.Permanent != tt.permanent {
			t.Errorf("%d: %v", tt.status, err)
		}
		if err != nil && strings.Contains(err.Error(), "6281234567890") {
			t.Errorf("the error tells the number: %v", err)
		}
	}
}

func TestDeleteARecording(t *testing.T) {
	for status, fine := range map[int]bool{http.StatusNoContent: true, http.StatusNotFound: true,
		http.StatusServiceUnavailable: false} {
		stub := &restStub{status: status, answer: ""}
		if status == http.StatusNotFound {
			stub.answer = `{"code":20404,"message":"not found","status":404}`
		}
		err := stubbed(t, stub).Delete(t.Context(), "RE0123456789abcdef0123456789abcdef")
		if (err == nil) != fine || len(stub.sent) != 1 || stub.sent[0].method != http.MethodDelete {
			t.Errorf("%d: %v, asked %+v", status, err, stub.sent)
		}
	}
}

// A recording of a sub-account is asked for, and deleted, there: elsewhere it is not found, and would count as deleted.
func TestRecordingsOfASubAccount(t *testing.T) {
	stub := &restStub{status: http.StatusNoContent}
	p := stubbed(t, stub)
	if err := p.Delete(t.Context(), someSubAccount+"/"+someSound); err != nil {
		t.Fatal(err)
	}
	_, _, _ = p.Media(t.Context(), someSubAccount+"/"+someSound) // the stub has no sound
	for _, sent := range stub.sent {
		if !strings.HasPrefix(sent.path, "/2010-04-01/Accounts/"+someSubAccount+"/Recordings/"+someSound) {
			t.Errorf("asked %s", sent.path)
		}
	}
	if len(stub.sent) != 2 {
		t.Errorf("asked %d times", len(stub.sent))
	}
	own := webhook{form: url.Values{"RecordingSid": {someSound}, "AccountSid": {someAccount}}}
	theirs := webhook{form: own.form, subAccount: someSubAccount}
	for want, w := range map[string]webhook{someSound: own, someSubAccount + "/" + someSound: theirs} {
		if got, ok := w.recorded(); !ok || got.SID != want {
			t.Errorf("it is kept as %q, want %q", got.SID, want)
		}
	}
}

// A recording's name becomes part of a path: what is none leads nowhere.
func TestNamesOfRecordings(t *testing.T) {
	for _, sid := range []string{"", "RE", "RE1", someSound + "/../../x", someSound + "?x", "../" + someSound,
		someCall, someSound + ".json", someSound + "\n"} {
		stub := &restStub{status: http.StatusOK}
		p := stubbed(t, stub)
		_, _, mediaErr := p.Media(t.Context(), sid)
		if err := p.Delete(t.Context(), sid); err == nil || mediaErr == nil || len(stub.sent) != 0 {
			t.Errorf("%q is asked for: %+v", sid, stub.sent)
		}
	}
}

func TestMediaOfARecording(t *testing.T) {
	var asked *http.Request
	p := stubbed(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, "sound")
	}))
	sound, kind, err := p.Media(t.Context(), someSound)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(sound)
	if err != nil || string(body) != "sound" || kind != "audio/mpeg" || sound.Close() != nil {
		t.Errorf("%q, %q, %v", body, kind, err)
	}
	if user, token, ok := asked.BasicAuth(); !ok || user != someAccount || token != someToken ||
		asked.URL.Path != "/2010-04-01/Accounts/"+someAccount+"/Recordings/"+someSound+".mp3" {
		t.Errorf("asked %s as %s", asked.URL, user)
	}
	if _, _, err := stubbed(t, &restStub{status: http.StatusNotFound}).Media(t.Context(), someSound); err == nil {
		t.Error("a recording that is not there is played")
	}
}

// asked asks a provider at this address for a call and for a text message, and says what is known of each.
func asked(t *testing.T, baseURL string, transport http.RoundTripper) map[string]error {
	t.Helper()
	now := openHour
	p, err := NewClient(ClientConfig{AccountSID: someAccount, Token: someToken, BaseURL: baseURL,
		PublicURL: "https://hotline.example.com", Sealer: sealerAt(t, &now, keyA), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	_, placed := p.Place(context.Background(), placement(callbacks.Number, "+622150002001"))
	_, sent := p.Send(context.Background(), callbacks.OutgoingSMS{ID: 1, Sender: "+622150001000",
		To: "+6281234567890", Body: "x"})
	return map[string]error{"a call": placed, "a text message": sent}
}

// Where no connection came about nothing was asked for: it is refused for now, and tried again.
func TestConnectionRefusedIsNotUnknown(t *testing.T) {
	// A port that was free may be another test's by now; this one is nobody's.
	const gone = "http://127.0.0.1:1"
	stranger := httptest.NewTLSServer(http.NotFoundHandler()) // whose certificate nobody knows
	defer stranger.Close()
	plain := httptest.NewServer(http.NotFoundHandler()) // which speaks no TLS
	defer plain.Close()
	nameless := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "api.twilio.com",
			IsNotFound: true}}
	}}
	for name, tt := range map[string]struct {
		url       string
		transport http.RoundTripper
	}{
		"nobody listens": {gone, nil}, "no such host": {"https://api.example.com", nameless},
		"a certificate of somebody else's": {stranger.URL, nil}, "no TLS": {strings.Replace(plain.URL, "http:",
			"https:", 1), nil},
	} {
		t.Run(name, func(t *testing.T) {
			for what, err := range asked(t, tt.url, tt.transport) {
				var refused *callbacks.RefusedError
				if !errors.As(err, &refused) || !refused.Unreached || refused.Permanent {
					t.Errorf("%s: read as %v", what, err)
				}
			}
		})
	}
}

type failing func(*http.Request) (*http.Response, error)

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Once there was a connection, or where the transport does not tell, nobody knows.
func TestABrokenConnectionIsUnknown(t *testing.T) {
	hangsUp := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter,
		*http.Request) {
		panic(http.ErrAbortHandler)
	}))
	defer hangsUp.Close()
	silent := failing(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	})
	for name, tt := range map[string]struct {
		url       string
		transport http.RoundTripper
	}{
		"closed without an answer": {hangsUp.URL, nil}, "a transport that does not tell": {"https://api.example.com",
			silent},
	} {
		t.Run(name, func(t *testing.T) {
			for what, err := range asked(t, tt.url, tt.transport) {
				if err == nil || errors.Is(err, callbacks.ErrRefused) {
					t.Errorf("%s: read as %v", what, err)
				}
			}
		})
	}
}

// Requests go to the host of the edge and the region, those of the library as well as the one for sound, and never
// where the library's own environment variables say.
func TestRequestsGoToTheEdgeAndTheRegion(t *testing.T) {
	t.Setenv("TWILIO_EDGE", "dublin")
	t.Setenv("TWILIO_REGION", "ie1")
	for _, tt := range []struct{ edge, region, host string }{
		{"", "", "api.twilio.com"}, {"tokyo", "", "api.tokyo.us1.twilio.com"}, {"tokyo", "jp1",
			"api.tokyo.jp1.twilio.com"},
		{"sao-paulo", "us1", "api.sao-paulo.us1.twilio.com"}, {"", "us1", "api.us1.twilio.com"},
	} {
		var hosts []string
		transport := failing(func(r *http.Request) (*http.Response, error) {
			hosts = append(hosts, r.URL.Host)
			return nil, errors.New("nobody there")
		})
		now := openHour
		p, err := NewClient(ClientConfig{AccountSID: someAccount, Token: someToken, Edge: tt.edge, Region: tt.region,
			PublicURL: "https://hotline.example.com", Sealer: sealerAt(t, &now, keyA), Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = p.Place(t.Context(), placement(callbacks.Number, "+622150002001"))
		_, _ = p.Send(t.Context(), callbacks.OutgoingSMS{Sender: "GOPAY", To: "+6281234567890"})
		_, _, _ = p.Media(t.Context(), "RE0123456789abcdef0123456789abcdef")
		if got := strings.Join(hosts, " "); got != tt.host+" "+tt.host+" "+tt.host {
			t.Errorf("edge %q, region %q: asked %s", tt.edge, tt.region, got)
		}
	}
}

// What each code means: tried again or not, and whose fault it is; in words, and never with a number.
func TestProviderCodes(t *testing.T) {
	for code, want := range map[int][2]bool{ // permanent, ours
		21211: {true, false}, 21215: {true, false}, 13227: {true, false}, 32205: {true,
			false}, 20429: {}, 20003: {}, 0: {}, 99999: {},
		21212: {true, true}, 21210: {true, true}, 21213: {true, true},
		21408: {true, false}, 21606: {true, true}, 21610: {true, false}, 21612: {true, false}, 21614: {true,
			false}, 21635: {true, false},
		21603: {true, true}, 21659: {true, true}, 21660: {true, true}, 21617: {true, true}, 21611: {},
	} {
		_, err := stubbed(t, &restStub{status: http.StatusBadRequest,
			answer: `{"code":` + strconv.Itoa(code) + `,"message":"number +6281234567890 is bad","status":400}`}).
			Send(t.Context(), callbacks.OutgoingSMS{Sender: "GOPAY", To: "+6281234567890"})
		var refused *callbacks.RefusedError
		if !errors.As(err, &refused) || refused.Code != code || refused.Permanent != want[0] ||
			refused.Ours != want[1] {
			t.Errorf("%d: %+v", code, err)
			continue
		}
		if strings.Contains(err.Error()+refused.Why(), "+62") || !strings.Contains(refused.Why(), strconv.Itoa(code)) {
			t.Errorf("%d: %v, in words %s", code, err, refused.Why())
		}
	}
	for code, known := range providerCodes {
		if known.why == "" || strings.HasSuffix(known.why, ".") || known.ours && !known.permanent {
			t.Errorf("%d: %+v", code, known)
		}
	}
}

// The provider's words about a text message, as they are documented.
func TestWordsAboutATextMessage(t *testing.T) {
	for word, want := range map[string]callbacks.SMSState{
		"accepted": "", "scheduled": "", "queued": "", "sending": "", "": "", "receiving": "",
		"sent": callbacks.SMSSent, "delivered": callbacks.SMSReachedCustomer, "read": callbacks.SMSReachedCustomer,
		"undelivered": callbacks.SMSUndelivered, "failed": callbacks.SMSFailed, "canceled": callbacks.SMSFailed,
	} {
		if got, known := textState(word); got != want || known != (want != "") {
			t.Errorf("%q is %q", word, got)
		}
	}
	for code, want := range map[int]string{0: "", 30005: "code 30005, there is no such number", 31337: "code 31337"} {
		if got := codeWords(code); got != want {
			t.Errorf("%d is %q", code, got)
		}
	}
}

// The number that is shown: by a route of the line's own its first number, otherwise the caller ID, if there is one.
func TestCallerID(t *testing.T) {
	line := sketch(t)
	if got := shownTo(line, "client:two"); got != line.Numbers[0] {
		t.Errorf("without a caller ID %s is shown", got)
	}
	line.Numbers, line.CallerID = []string{"+862150001000"}, "+6566002000"
	line.Callbacks.Routes = []callbacks.Route{{Prefix: "+86", Byoc: "BY00000000000000000000000000000001"}}
	for address, want := range map[string]string{
		"two": line.CallerID, "sip:anna@example.com": line.CallerID, "+6581234567": line.CallerID,
		"+8613800138000": line.Numbers[0],
	} {
		if got := shownTo(line, address); got != want {
			t.Errorf("%s is shown %s, want %s", address, got, want)
		}
	}
	doc := &document{line: line}
	doc.connect(ivr.Connect{Target: callbacks.Target{Kind: callbacks.Client, Address: "two"}}, responseURLs{})
	if text, err := doc.xml(); err != nil || !strings.Contains(string(text),
		`callerId="`+url.PathEscape(line.CallerID)+`"`) {
		t.Errorf("%s, %v", text, err)
	}
}

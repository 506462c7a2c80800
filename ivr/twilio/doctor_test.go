package twilio

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

const someService = "MG0123456789abcdef0123456789abcdef"

// An examined is an account at the simulator, a server at a public URL, and lines.
type examined struct {
	provider *simulator.Simulator
	public   *httptest.Server
	doctor   Doctor
}

// healthy is one where all is right. api may stand in front of the provider's REST interface; nil: nothing does.
func healthy(t *testing.T, api func(http.Handler) http.Handler) *examined {
	t.Helper()
	x := &examined{provider: simulator.New(simulator.Options{AccountSID: someAccount, AuthToken: someToken,
		Permissions: map[string]simulator.Permission{"ID": {Allowed: true, Codes: []string{"+62"}},
			"SG": {Allowed: true, Codes: []string{"+65"}}, "CN": {Codes: []string{"+86"}},
			"JP": {Codes: []string{"+81"}}},
		Services: map[string]string{someService: "callbacks"}})}
	t.Cleanup(x.provider.Close)
	x.public = httptest.NewServer(newEdge(t, nil).handler)
	t.Cleanup(x.public.Close)
	handler := x.provider.Handler()
	if api != nil {
		handler = api(handler)
	}
	line := *sketch(t)
	line.Region, line.SMS, line.SMSSender, line.CallerID = "ID", true, "", ""
	line.Numbers = []string{"+622150001000"}
	line.Callbacks.Countries = []string{"ID", "SG"}
	line.Desks = map[string]*ivr.Desk{"support": {Targets: []callbacks.Target{
		{ID: "support-1", Kind: callbacks.Number, Address: "+622150002001"}}}}
	x.doctor = Doctor{Client: stubbed(t, handler), Accounts: []string{someAccount}, PublicURL: x.public.URL + "/",
		Lines: []*ivr.Line{&line}, HTTP: x.public.Client()}
	x.provider.Number("+622150001000", x.pointing())
	x.provider.Number("+6221500010001", simulator.Number{}) // of which that number is a part
	return x
}

// pointing is a number that points at us.
func (x *examined) pointing() simulator.Number {
	return simulator.Number{VoiceURL: x.public.URL + PathIncoming + "#rc=2", FallbackURL: x.public.URL + PathFallback,
		StatusCallback: x.public.URL + PathStatus}
}

// finds returns the findings of a verdict, as text.
func (x *examined) finds(t *testing.T, verdict Verdict) (found []string) {
	t.Helper()
	all, err := x.doctor.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Verdict == verdict {
			found = append(found, strings.ReplaceAll(fmt.Sprint(f.Line, " ", f.About, ": ", f.Detail), x.public.URL, "URL"))
		}
	}
	if violations := x.provider.Violations(); violations != nil {
		t.Errorf("the provider says: %q", violations)
	}
	return found
}

func TestDoctorFindsNothing(t *testing.T) {
	x := healthy(t, nil)
	if found := slices.Concat(x.finds(t, Wrong), x.finds(t, Unknown)); found != nil {
		t.Errorf("found %q", found)
	}
	if ok := x.finds(t, OK); len(ok) != 9 {
		t.Errorf("%d things are right: %q", len(ok), ok)
	}
}

// Each mistake is found, alone, and told with what to do.
func TestDoctorFinds(t *testing.T) {
	number := func(change func(*simulator.Number)) func(*examined) {
		return func(x *examined) {
			n := x.pointing()
			change(&n)
			x.provider.Number("+622150001000", n)
		}
	}
	line := func(change func(*ivr.Line)) func(*examined) {
		return func(x *examined) { change(x.doctor.Lines[0]) }
	}
	for name, c := range map[string]struct {
		change  func(*examined)
		verdict Verdict
		want    string
	}{
		"a number of nobody": {line(func(l *ivr.Line) { l.Numbers = append(l.Numbers, "+622150009") }), Wrong,
			"number +622150009: the account does not have it: buy or port it"},
		"a number over a trunk": {line(func(l *ivr.Line) {
			l.Numbers = append(l.Numbers, "+862150001000")
			l.Callbacks.Routes = []callbacks.Route{{Prefix: "+86", Byoc: "BY0123456789abcdef0123456789abcdef"}}
		}), Unknown, "look in the console whether the trunk asks URL/voice/incoming"},
		"another server": {number(func(n *simulator.Number) { n.VoiceURL = "https://old.example.com/voice" }), Wrong,
			"a call comes in: https://old.example.com/voice is asked: enter URL/voice/incoming, POST"},
		"no status": {number(func(n *simulator.Number) { n.StatusCallback = "" }), Wrong,
			"call status changes: nothing is asked: enter URL/voice/status, POST"},
		"no fallback": {number(func(n *simulator.Number) { n.FallbackURL = "" }), Wrong, "hotline fallback prints"},
		"a TwiML Bin": {number(func(n *simulator.Number) { n.FallbackURL = "https://handler.twilio.com/twiml/EH1" }), OK,
			"https://handler.twilio.com/twiml/EH1, which was not tried"},
		"a number that cannot text": {number(func(n *simulator.Number) { n.NoSMS = true }), Wrong,
			"text messages from +622150001000: the number cannot send any"},
		"a sender of nobody": {line(func(l *ivr.Line) { l.SMSSender = "+6580001111" }), Wrong, "correct text_sender"},
		"a name":             {line(func(l *ivr.Line) { l.SMSSender = "GOPAY" }), Unknown, "guidelines say which countries"},
		"a service": {line(func(l *ivr.Line) { l.SMSSender = someService }), OK,
			`messaging service "callbacks"`},
		"no such service": {line(func(l *ivr.Line) { l.SMSSender = strings.Replace(someService, "f", "0", 1) }), Wrong,
			"no such messaging service"},
		"a caller ID of nobody": {line(func(l *ivr.Line) { l.CallerID = "+6580001111" }), Wrong, "caller ID +6580001111"},
		"a country": {line(func(l *ivr.Line) { l.Callbacks.Countries = []string{"JP"} }), Wrong,
			"calls to JP: switched off: switch it on in the console"},
		"a country over a trunk": {line(func(l *ivr.Line) {
			l.Callbacks.Countries = []string{"CN"}
			l.Callbacks.Routes = []callbacks.Route{{Prefix: "+86", Byoc: "BY0123456789abcdef0123456789abcdef"}}
		}), Unknown, "calls to CN: over a trunk"},
		"no country": {line(func(l *ivr.Line) { l.Callbacks.Countries = []string{"XK"} }), Unknown, "does not list"},
		"an agent abroad": {line(func(l *ivr.Line) {
			l.Desks["support"].Targets[0].Address = "+81312345678"
		}), Wrong, "calls to JP"},
		"keys only":   {func(x *examined) { x.doctor.KeysOnly = true }, Unknown, "only shared keys are accepted"},
		"nobody here": {func(x *examined) { x.public.Close() }, Wrong, "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			x := healthy(t, nil)
			c.change(x)
			found := x.finds(t, c.verdict)
			if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, c.want) }) ||
				c.verdict != OK && len(found) != 1 {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}

// Something else than the server may answer at the public URL.
func TestDoctorAtAnotherServer(t *testing.T) {
	for status, want := range map[int]string{http.StatusOK: "not hotline serve", http.StatusBadGateway: "/healthz answers",
		http.StatusNotFound: "not hotline serve"} {
		x := healthy(t, nil)
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(other.Close)
		x.doctor.PublicURL = other.URL
		if found := fmt.Sprint(x.finds(t, Wrong)); !strings.Contains(found, want) {
			t.Errorf("%d: found %s", status, found)
		}
	}
}

// An account that is refused, and a provider that is away, are told in one line, without the number's or token's
// digits.
func TestDoctorWithoutTheProvider(t *testing.T) {
	x := healthy(t, nil)
	x.doctor.Client = stubbed(t, &restStub{status: 401, answer: `{"code":20003,"message":"Authenticate","status":401}`})
	refused, err := x.doctor.Examine(t.Context())
	if err == nil || refused != nil || strings.Contains(err.Error(), "\n") ||
		!strings.Contains(err.Error(), "status 401, code 20003; check HOTLINE_TWILIO_ACCOUNT_SID") {
		t.Errorf("refused: %v, %v", refused, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	x.doctor.Client, err = NewClient(ClientConfig{AccountSID: someAccount, Token: someToken,
		BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.doctor.Examine(ctx); err == nil || !strings.Contains(err.Error(), "cannot be asked") ||
		strings.Contains(err.Error(), someToken) {
		t.Errorf("away: %v", err)
	}
}

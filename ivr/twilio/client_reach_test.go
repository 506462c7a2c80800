package twilio

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// asked asks a provider at this address for a call and for a text message, and says what is known of each.
func asked(t *testing.T, baseURL string, transport http.RoundTripper) map[string]error {
	t.Helper()
	now := openHour
	p, err := NewClient(someAccount, someToken, baseURL, "https://hotline.example.com", sealerAt(t, &now, keyA),
		transport)
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
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
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
		"nobody listens": {gone.URL, nil}, "no such host": {"https://api.example.com", nameless},
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
		p, err := NewClient(someAccount, someToken, "", "https://hotline.example.com", sealerAt(t, &now, keyA),
			transport)
		if err != nil {
			t.Fatal(err)
		}
		p.UseRegion(tt.edge, tt.region)
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
		"two": line.CallerID, "sip:anna@example.com": line.CallerID, "+6581234567": line.CallerID, "+8613800138000": line.Numbers[0],
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

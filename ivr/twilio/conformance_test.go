//go:build conformance

package twilio

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/ivr/twilio/conformance"
	"pgregory.net/rapid"
)

// Independent validators: the provider's own Node library for signatures, its OpenAPI document for REST requests.
// `make validators` installs both in testdata/validators; `make test` does so too.

const validators = "testdata/validators"

// newRESTValidator validates REST requests by the provider's own document.
func newRESTValidator(t *testing.T) *conformance.RESTValidator {
	t.Helper()
	r, err := conformance.OpenAPI(filepath.Join(validators, conformance.SpecPath))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every request that the REST client can make is one that the provider's document permits.
func TestRESTRequestsAgainstTheProvidersDocument(t *testing.T) {
	validator := newRESTValidator(t)
	ctx := context.Background()
	routed := placement(callbacks.Number, "+8613800138000")
	routed.Byoc = "BY0123456789abcdef0123456789abcdef"
	since := openHour
	for name, c := range map[string]struct {
		answer string
		ask    func(*Client) error
	}{
		"place a call to a number":      {placedAnswer, place(placement(callbacks.Number, "+622150002001"))},
		"place a call over a trunk":     {placedAnswer, place(routed)},
		"place a call to a SIP address": {placedAnswer, place(placement(callbacks.SIP, "sip:anna@pbx.example.com"))},
		"place a call to a browser":     {placedAnswer, place(placement(callbacks.Client, "anna"))},
		"find calls to a number": {`{"calls":[]}`, func(p *Client) error {
			_,
				err := p.Find(ctx, "+622150002001", "+622150001000", since)
			return err
		}},
		"find calls to a SIP address": {`{"calls":[]}`, func(p *Client) error {
			_, err := p.Find(ctx, "sip:anna@pbx.example.com", "+622150001000", since)
			return err
		}},
		"find calls to a browser": {`{"calls":[]}`, func(p *Client) error {
			_,
				err := p.Find(ctx, "client:anna", "+622150001000", since)
			return err
		}},
		"fetch a call":   {`{}`, func(p *Client) error { _, err := p.Fetch(ctx, someCall); return err }},
		"hang a call up": {`{}`, func(p *Client) error { return p.Hangup(ctx, someCall) }},
	} {
		t.Run(name, func(t *testing.T) {
			seen := 0
			handler := validator.Handler(&restStub{answer: c.answer}, func(r *http.Request, verdict error) {
				seen++
				if verdict != nil {
					t.Errorf("%s %s: %v", r.Method, r.URL, verdict)
				}
			})
			if err := c.ask(stubbed(t, handler)); err != nil {
				t.Error(err)
			}
			if seen != 1 {
				t.Errorf("%d requests were validated", seen)
			}
		})
	}
}

const placedAnswer = `{"sid":"` + someCall + `"}`

func place(p dispatch.Placement) func(*Client) error {
	return func(provider *Client) error { _, err := provider.Place(context.Background(), p); return err }
}

// Text messages: who they may come from, and what the validator refuses.
func TestTheProvidersDocumentOnTextMessages(t *testing.T) {
	validator := newRESTValidator(t)
	const messages = "/2010-04-01/Accounts/" + someAccount + "/Messages.json"
	for _, c := range []struct {
		from, service, want string
	}{
		{"+622150001000", "", ""}, {"GOPAY", "", ""}, {"Go & Pay-2_+", "", "Error at"}, {"12345678901", "",
			"Error at"}, {"TWELVELETTER", "", "Error at"},
		{"", "MG0123456789abcdef0123456789abcdef", ""}, {"", "MG0123", "Error at"}, {"", "", "anyOf"}, {"GOPAY!", "",
			"Error at"},
	} {
		form := url.Values{"To": {"+6281234567890"}, "Body": {"x"}, "StatusCallback": {"https://h.example/x?s=1"}}
		for name, value := range map[string]string{"From": c.from, "MessagingServiceSid": c.service} {
			if value != "" {
				form.Set(name, value)
			}
		}
		if err := validator.Check("POST", messages, form); (err == nil) != (c.want == "") || err != nil &&
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("from %q by %q: %v", c.from, c.service, err)
		}
	}
	if err := validator.Check("POST", messages, url.Values{"To": {"+6281234567890"}, "From": {"GOPAY"}}); err == nil {
		t.Error("a message that says nothing is taken")
	}
}

// The validator can say no, and says it about the right field.
func TestTheProvidersDocumentRefuses(t *testing.T) {
	validator := newRESTValidator(t)
	const calls = "/2010-04-01/Accounts/" + someAccount + "/Calls.json"
	const call = "/2010-04-01/Accounts/" + someAccount + "/Calls/" + someCall + ".json"
	good := url.Values{"To": {"+622150002001"}, "From": {"+622150001000"}, "Url": {"https://h.example/x"}}
	if err := validator.Check("POST", calls, good); err != nil {
		t.Fatalf("a good request is refused: %v", err)
	}
	for _, c := range []struct {
		name, method, path string
		change             url.Values // over good; an empty list takes the field away
		want               string
	}{
		{"no To", "POST", calls, url.Values{"To": {}}, `"To" is missing`},
		{"no From", "POST", calls, url.Values{"From": {}}, `"From" is missing`},
		{"To in national form", "POST", calls, url.Values{"To": {"02150002001"}}, "Error at \"/To\""},
		{"To a bare name", "POST", calls, url.Values{"To": {"anna"}}, "Error at \"/To\""},
		{"To a SIP address without a host", "POST", calls, url.Values{"To": {"sip:anna"}}, "Error at \"/To\""},
		{"From a browser, To a number", "POST", calls, url.Values{"From": {"client:anna"}}, "field From"},
		{"no document", "POST", calls, url.Values{"Url": {}}, "anyOf"},
		{"path for a URL", "POST", calls, url.Values{"Url": {"/voice/agent"}}, "Error at \"/Url\""},
		{"misspelt field", "POST", calls, url.Values{"StatusCallBack": {"https://h.example/x"}}, "StatusCallBack"},
		{"unknown event", "POST", calls, url.Values{"StatusCallbackEvent": {"initiated", "busy"}},
			"StatusCallbackEvent/1"},
		{"events in one text", "POST", calls, url.Values{"StatusCallbackEvent": {"initiated ringing"}},
			"StatusCallbackEvent/0"},
		{"repeated field", "POST", calls, url.Values{"Url": {"https://h.example/x", "https://h.example/y"}},
			"field Url: given 2 times"},
		{"method in small letters", "POST", calls, url.Values{"Method": {"post"}}, "Error at \"/Method\""},
		{"ringing in words", "POST", calls, url.Values{"Timeout": {"20s"}}, "field Timeout"},
		{"ringing for ever", "POST", calls, url.Values{"Timeout": {"601"}}, "Error at \"/Timeout\""},
		{"ringing not at all", "POST", calls, url.Values{"Timeout": {"0"}}, "Error at \"/Timeout\""},
		{"trunk by its name", "POST", calls, url.Values{"Byoc": {"jakarta"}}, "Error at \"/Byoc\""},
		{"record perhaps", "POST", calls, url.Values{"Record": {"perhaps"}}, "field Record"},
		{"status that cannot be set", "POST", call, url.Values{"To": {}, "From": {}, "Status": {"busy"}},
			"Error at \"/Status\""},
		{"another account's form", "POST", strings.Replace(calls, "AC", "XX", 1), nil, "AccountSid in the path"},
		{"call without its number", "GET", strings.Replace(call, someCall, "CA1", 1),
			url.Values{"To": {}, "From": {}, "Url": {}}, "Sid in the path"},
		{"body's field in a query", "GET", calls, nil, "field Url"},
		{"date in words", "GET", calls, url.Values{"Url": {}, "StartTime>": {"yesterday"}}, "StartTime>"},
		{"unknown path", "POST", strings.Replace(calls, "Calls", "Dials", 1), nil, "no operation"},
		{"unknown method", "PUT", calls, nil, "no operation"},
	} {
		form := url.Values{}
		for name, values := range good {
			form[name] = values
		}
		for name, values := range c.change {
			if form[name] = values; len(values) == 0 {
				delete(form, name)
			}
		}
		if err := validator.Check(c.method, c.path, form); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something about %s", c.name, err, c.want)
		}
	}
}

// A signedRequest is one for the Node library to validate.
type signedRequest struct {
	Token     string         `json:"token"`
	URL       string         `json:"url"`
	Params    map[string]any `json:"params"`
	Signature string         `json:"signature"`
	Settings  string         `json:"settings"` // the header that names a shared key

	form url.Values
	key  SigningKey
	good bool // signed by us as it is; else something was changed after signing
}

// signedRequests makes n requests; every fourth is changed after it was signed.
func signedRequests(n int) []signedRequest {
	requests := make([]signedRequest, n)
	for i := range requests {
		requests[i] = rapid.Custom(drawRequest).Example(i)
		if requests[i].good = i%4 != 3; !requests[i].good {
			requests[i].URL += "&x=1"
		}
	}
	return requests
}

func drawRequest(t *rapid.T) signedRequest {
	// As a name: what the provider sends, and signs of its alphabet in an order that is not ours.
	names := rapid.OneOf(rapid.SampledFrom([]string{"CallSid", "Digits", "From", "To", "SpeechResult",
		"SipHeader_X-Account", "a", "A", "Z", "10", "9", "_"}),
		rapid.StringMatching(`[A-Za-z][A-Za-z0-9_]{0,10}`))
	values := rapid.OneOf(rapid.String(), rapid.StringMatching(`\+[1-9][0-9]{6,14}`),
		rapid.StringMatching(`[0-9*#]{0,19}`),
		rapid.SampledFrom([]string{"", "+", " ", "a+b c%20d", "残高を知りたい", "余额不足", "halo 👋🏽", "'\"&=?/", "\r\n\t", "ñ",
			"n\u0303"}))
	r := signedRequest{
		Token:  rapid.StringMatching(`[0-9a-f]{32}`).Draw(t, "token"),
		URL:    rapid.StringMatching(`https?://([a-z]{1,9}\.)?example\.com(:[1-9][0-9]{1,3})?/[a-z/-]{0,14}\?(s=[A-Za-z0-9_-]{1,60}|q=%E6%97%A5&a\+b=c%20d|a=1&a=2)`).Draw(t, "url"),
		Params: map[string]any{}, form: url.Values{},
	}
	for range rapid.IntRange(0, 14).Draw(t, "fields") {
		r.form.Set(names.Draw(t, "name"), values.Draw(t, "value"))
	}
	if rapid.Bool().Draw(t, "repeated") {
		// Node sorts by UTF-16 and we by UTF-8; the two differ only beyond the first 65,536 characters.
		r.form["Repeated"] = rapid.SliceOfN(rapid.StringMatching(`[a-c残高+ é]{0,2}`), 2, 5).Draw(t, "values")
	}
	for name, all := range r.form {
		if r.Params[name] = all[0]; len(all) > 1 {
			r.Params[name] = all
		}
	}
	r.key = SigningKey{Algorithm: HMACSHA1, Secret: r.Token}
	if rapid.Bool().Draw(t, "shared") {
		r.key = SigningKey{"webhooks_sharedkey_" + rapid.StringMatching(`[0-9a-z]{1,26}`).Draw(t, "key"), HMACSHA256,
			rapid.StringMatching(`[!-~]{16,64}`).Draw(t, "secret")}
		r.Token, r.Settings = r.key.Secret, r.key.Header()
	}
	r.Signature = r.key.Sign(r.URL, r.form)
	return r
}

func TestSignaturesAgainstTheProvidersNodeLibrary(t *testing.T) {
	requests := signedRequests(600)
	type verdict struct {
		Accepted  bool   `json:"accepted"`
		Signature string `json:"signature"`
	}
	verdicts := askNode[verdict](t, "signatures.mjs", requests)
	repeated, shared := 0, 0
	for i, r := range requests {
		if v := verdicts[i]; v.Accepted != r.good {
			t.Errorf("request %d: accepted %v, want %v: %s %q", i, v.Accepted, r.good, r.URL, r.form)
		}
		if !verify([]SigningKey{r.key}, r.URL, r.form, verdicts[i].Signature) {
			t.Errorf("request %d: we refuse the library's signature of %s %q", i, r.URL, r.form)
		}
		if verify([]SigningKey{r.key}, r.URL, r.form, r.Signature) != r.good {
			t.Errorf("request %d: we say %v of our own signature of %s %q", i, !r.good, r.URL, r.form)
		}
		if len(r.form["Repeated"]) > 1 {
			repeated++
		}
		if r.Settings != "" {
			shared++
		}
	}
	if repeated < 100 || shared < 100 || shared > 500 {
		t.Errorf("of %d requests %d repeat a field, %d are signed with a shared key", len(requests), repeated, shared)
	}
}

// askNode gives all questions to one process of our script, a line each, and returns its answers in their order.
func askNode[A, Q any](t *testing.T, script string, questions []Q) []A {
	t.Helper()
	var in, complaints bytes.Buffer
	encoder := json.NewEncoder(&in)
	for _, question := range questions {
		if err := encoder.Encode(question); err != nil {
			t.Fatal(err)
		}
	}
	node := exec.CommandContext(t.Context(), "node", script)
	node.Dir, node.Env, node.Stdin, node.Stderr = validators, append(os.Environ(), "NODE_OPTIONS="), &in, &complaints
	out, err := node.Output()
	if err != nil {
		t.Fatalf("node %s: %v; is it installed (`make validators`)?\n%s", script, err, complaints.String())
	}
	var answers []A
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		var answer A
		if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
			t.Fatalf("%s answers %q: %v", script, lines.Text(), err)
		}
		answers = append(answers, answer)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%s gave %d answers to %d questions", script, len(answers), len(questions))
	}
	return answers
}

package twilio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
	"pgregory.net/rapid"
)

// A vector is one signed request of testdata/signature-vectors.json: published ones from the test suites of the
// provider's own libraries, computed ones judged by four of these libraries.
type vector struct {
	ID        string
	URL       string
	Params    map[string]any
	Token     string
	Signature string
	// Expect is what the source of the vector says.
	Expect bool
	// Exact: the signature is of the URL as it stands, without a port added or removed.
	Exact bool
	// VerifiedBy holds, by library, true, false or the error that it ended with.
	VerifiedBy map[string]any `json:"verified_by"`
}

func (v vector) form() url.Values {
	form := url.Values{}
	for name, value := range v.Params {
		switch value := value.(type) {
		case []any:
			for _, one := range value {
				form.Add(name, one.(string))
			}
		default:
			form.Set(name, value.(string))
		}
	}
	return form
}

// signWith is the signature of a form request with an auth token.
func signWith(token, fullURL string, form url.Values) string {
	return tokenKeys(token)[0].Sign(fullURL, form)
}

// verify is our own verdict.
func (v vector) verify() bool {
	return verify(tokenKeys(v.Token), v.URL, v.form(), v.Signature)
}

// split says whether the libraries, the source and we do not all say the same.
func (v vector) split(ours bool) bool {
	for _, verdict := range v.VerifiedBy {
		if verdict != v.Expect {
			return true
		}
	}
	return ours != v.Expect
}

// splits is every vector on which not all agree, with what we say and why.
var splits = map[string]struct {
	ours bool
	why  string
}{
	"duplicates":       {true, "each value once, sorted: what Python, PHP and Node say; Go and Ruby look at one value only"},
	"intl-url":         {true, "the bytes of the URL as they came; Ruby ends with an error unless they are ASCII"},
	"mixed-case-wrong": {false, "the URL is signed as it is written; only Node tries a lower-case host as well"},
	"upper-scheme":     {true, "a URL with an upper-case scheme is signed as it is written; Python and Ruby lower it first"},
}

func TestSignatureVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/signature-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 54 {
		t.Errorf("%d vectors; there were 54", len(vectors))
	}
	known := map[string]bool{}
	for _, v := range vectors {
		known[v.ID] = true
		t.Run(v.ID, func(t *testing.T) { checkVector(t, v) })
	}
	for id := range splits {
		if !known[id] {
			t.Errorf("splits names %q, which is no vector", id)
		}
	}
}

func checkVector(t *testing.T, v vector) {
	ours, want := v.verify(), v.Expect
	exception, listed := splits[v.ID]
	if listed {
		want = exception.ours
	}
	if ours != want {
		t.Errorf("verified: %v, want %v", ours, want)
	}
	if split := v.split(ours); split != listed {
		t.Errorf("libraries %v, source %v, ours %v: split is %v, but listed in splits is %v", v.VerifiedBy, v.Expect,
			ours, split, listed)
	}
	if v.Exact && v.Expect {
		if signature := signWith(v.Token, v.URL, v.form()); signature != v.Signature {
			t.Errorf("signed %s, want %s", signature, v.Signature)
		}
	}
}

const (
	someURL   = "https://hotline.example.com/voice/step?s=abc"
	someToken = "0123456789abcdef0123456789abcdef"
)

var someForm = url.Values{"CallSid": {"CA1"}, "Digits": {"1"}, "From": {"+6281234567890"}}

func TestNothingIsNeverARightTokenOrSignature(t *testing.T) {
	for name, tokens := range map[string][]string{"no tokens": nil, "an empty token": {""}, "empty tokens": {"", ""}} {
		if verify(tokenKeys(tokens...), someURL, someForm, signWith("", someURL, someForm)) {
			t.Errorf("%s: a form signed with the empty key passes", name)
		}
	}
	if verify(tokenKeys("", someToken), someURL, someForm, signWith("", someURL, someForm)) {
		t.Error("an empty token beside a real one lets the empty key pass")
	}
	if verify(tokenKeys(someToken), someURL, someForm, "") {
		t.Error("an empty signature passes")
	}
}

func TestBothTokensAreRightDuringARotation(t *testing.T) {
	older, newer := "a"+someToken, "b"+someToken
	for _, signer := range []string{older, newer} {
		if !verify(tokenKeys(newer, older), someURL, someForm, signWith(signer, someURL, someForm)) {
			t.Errorf("signed with %q, refused by both", signer[:1])
		}
	}
	if verify(tokenKeys(newer), someURL, someForm, signWith(older, someURL, someForm)) {
		t.Error("a token that was taken away still passes")
	}
}

// The provider's edge adds the standard port to what it signs, or leaves a port out. Only these two readings count.
func TestPorts(t *testing.T) {
	for _, c := range []struct {
		ours, signed string
		want         bool
	}{
		{"https://h.example/x", "https://h.example:443/x", true},
		{"https://h.example:443/x", "https://h.example/x", true},
		{"https://h.example:8443/x", "https://h.example/x", true},
		{"https://h.example:8443/x", "https://h.example:8443/x", true},
		{"http://h.example/x", "http://h.example:80/x", true},
		{"http://h.example:80/x", "http://h.example/x", true},
		{"HTTP://h.example/x", "HTTP://h.example:80/x", true},
		{"https://u:p@h.example/x", "https://u:p@h.example:443/x", true},
		{"https://u:p@h.example:443/x", "https://u:p@h.example/x", true},
		{"https://[2001:db8::1]/x", "https://[2001:db8::1]:443/x", true},
		{"https://[2001:db8::1]:443/x", "https://[2001:db8::1]/x", true},
		{"https://h.example", "https://h.example:443", true},
		{"https://h.example?a=b:1", "https://h.example:443?a=b:1", true},
		{"https://h.example/x?at=12:30", "https://h.example:443/x?at=12:30", true},

		{"https://h.example/x", "https://h.example:80/x", false},
		{"https://h.example/x", "https://h.example:8443/x", false},
		{"http://h.example/x", "http://h.example:443/x", false},
		{"https://h.example:8443/x", "https://h.example:443/x", false},
		{"https://h.example/x", "http://h.example/x", false},
		{"https://h.example/x:80", "https://h.example/x", false},
		{"https://[2001:db8::1]/x", "https://[2001:db8:/x", false},
		{"/x", "https://h.example/x", false},
	} {
		if got := verify(tokenKeys(someToken), c.ours, someForm,
			signWith(someToken, c.signed, someForm)); got != c.want {
			t.Errorf("our URL %s, signed %s: %v, want %v", c.ours, c.signed, got, c.want)
		}
	}
}

// The provider's Go library looks at the first value of a repeated field only, hence forms without repetition.
func TestAgreesWithTheProvidersGoLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.StringMatching(`[0-9a-f]{32}`).Draw(t, "token")
		target := rapid.StringMatching(`https?://[a-z]{1,8}\.example(:[1-9][0-9]{1,3})?/[a-z/]{0,12}(\?s=[A-Za-z0-9_-]{0,40}(&[a-z]=[a-z0-9]{0,4})?)?`).Draw(t, "url")
		fields := rapid.MapOf(rapid.StringMatching(`[A-Za-z][A-Za-z0-9]{0,12}`), rapid.String()).Draw(t, "fields")
		form := url.Values{}
		for name, value := range fields {
			form.Set(name, value)
		}
		validator := client.NewRequestValidator(token)
		if signature := signWith(token, target, form); !validator.Validate(target, fields, signature) {
			t.Errorf("the library refuses our signature of %q with %q", target, fields)
		}
		// Any port that the library would accept, we accept, and the reverse.
		signed := rapid.SampledFrom([]string{target, portVariants(target)[1], target + "x"}).Draw(t, "signed")
		signature := signWith(token, signed, form)
		if ours, theirs := verify(tokenKeys(token), target, form, signature), validator.Validate(target, fields,
			signature); ours != theirs {
			t.Errorf("our URL %q, signed %q: we say %v, the library %v", target, signed, ours, theirs)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add(someURL, "Digits=1&From=%2B62", "c2lnbmF0dXJl", uint(3), byte(1))
	f.Add("https://[::1]:443", "a=b&a=c&a=b", "", uint(0), byte(255))
	f.Add("://", "%zz", "x", uint(9), byte(2))
	f.Add("https://h?a:b@c", "", "=", uint(1), byte(7))
	f.Add("#0000", "", "", uint(2), byte(2))
	f.Fuzz(func(t *testing.T, target, body, signature string, at uint, change byte) {
		form, _ := url.ParseQuery(body) // what can be read of it
		tokens := []string{someToken}
		verify(tokenKeys(tokens...), target, form, signature)

		good := signWith(someToken, target, form)
		if !verify(tokenKeys(tokens...), target, form, good) {
			t.Fatalf("we refuse our own signature of %q with %q", target, form)
		}
		if change == 0 {
			return
		}
		if changed := flip(good, at, change); verify(tokenKeys(tokens...), target, form, changed) {
			t.Errorf("signature %q passes in place of %q", changed, good)
		}
		changed := flip(target, at, change)
		if signedPart(changed) != signedPart(target) && verify(tokenKeys(tokens...), changed, form, good) {
			t.Errorf("URL %q passes with the signature of %q", changed, target)
		}
		if changed, ok := flipField(form, at, change); ok && verify(tokenKeys(tokens...), target, changed, good) {
			t.Errorf("fields %q pass with the signature of %q", changed, form)
		}
	})
}

// signedPart is a URL without its fragment, which is neither signed nor sent.
func signedPart(target string) string {
	target, _, _ = strings.Cut(target, "#")
	return target
}

// flip changes one byte of text, never its length.
func flip(text string, at uint, change byte) string {
	if text == "" {
		return text
	}
	raw := []byte(text)
	raw[at%uint(len(raw))] ^= change
	return string(raw)
}

// flipField changes one byte of one field. It is false where that leaves the same set of fields, since
// a field that is sent twice counts once.
func flipField(form url.Values, at uint, change byte) (url.Values, bool) {
	changed, before, after := url.Values{}, map[string]bool{}, map[string]bool{}
	var text bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			before[fmt.Sprintf("%q=%q", name, value)] = true
			start := uint(text.Len())
			text.WriteString(name + value)
			if at >= start && at < uint(text.Len()) {
				pair := flip(name+value, at-start, change)
				name, value = pair[:len(name)], pair[len(name):]
			}
			after[fmt.Sprintf("%q=%q", name, value)] = true
			changed.Add(name, value)
		}
	}
	return changed, fmt.Sprint(before) != fmt.Sprint(after)
}

var (
	sharedKey = SigningKey{"webhooks_sharedkey_1", HMACSHA256, "a-secret-of-the-operator's-own"}
	olderKey  = SigningKey{"webhooks_sharedkey_0", HMACSHA1, "another-secret-of-the-operator's"}
)

// sharedEdge takes two shared keys beside the token, and webhooks of one account.
func sharedEdge(t *testing.T, change func(*Settings)) *edge {
	t.Helper()
	return newEdge(t, func(s *Settings) {
		s.Keys, s.Accounts = []SigningKey{sharedKey, olderKey}, []string{someAccount, someSubAccount}
		if change != nil {
			change(s)
		}
	})
}

const someSubAccount = "AC99999999999999999999999999999999"

// header sets the one that names the key, or several of them; none takes it away.
func header(name string, values ...string) func(*http.Request) {
	return func(r *http.Request) { r.Header[http.CanonicalHeaderKey(name)] = values }
}

var loggedReason = regexp.MustCompile(`reason=("[^"]*"|\S+)`)

// answered sends an incoming call and returns the status and why it was refused.
func (e *edge) answered(a ask) (status int, reason string) {
	e.t.Helper()
	if a.path == "" {
		a.path = PathIncoming
	}
	if a.body == "" {
		a.body = callForm(nil).Encode()
	}
	e.log.Reset()
	e.now = e.now.Add(refusalsAtOnce * time.Second) // so that every refusal is logged
	answer := e.ask(a)
	if found := loggedReason.FindStringSubmatch(e.log.String()); found != nil {
		reason = strings.Trim(found[1], `"`)
	}
	return answer.Code, reason
}

func TestCallsSignedWithASharedKeyAreAnswered(t *testing.T) {
	e := sharedEdge(t, nil)
	for name, a := range map[string]ask{
		"HMAC-SHA256":                       {key: sharedKey},
		"another key":                       {key: olderKey},
		"the auth token, during the change": {},
		"with the standard port": {key: sharedKey,
			signedURL: "https://hotline.example.com:443" + PathIncoming},
		"blanks and a part that the provider may add": {key: sharedKey, change: header(SettingsHeader,
			" algorithm = HMAC_SHA256 , key = webhooks_sharedkey_1 ,version=2")},
	} {
		if status, reason := e.answered(a); status != http.StatusOK {
			t.Errorf("%s: answered %d, %s", name, status, reason)
		}
	}
}

// The header chooses among our keys and nothing else: not a weaker algorithm, and not whether a key is needed.
func TestAHeaderChoosesNeitherAlgorithmNorSecret(t *testing.T) {
	e := sharedEdge(t, nil)
	settings := func(text string) func(*http.Request) { return header(SettingsHeader, text) }
	weaker := SigningKey{sharedKey.Name, HMACSHA1, sharedKey.Secret}
	stronger := SigningKey{olderKey.Name, HMACSHA256, olderKey.Secret}
	const name = "webhooks_sharedkey_1"
	for what, c := range map[string]struct {
		ask    ask
		reason string
	}{
		"a weaker algorithm":      {ask{key: weaker}, "algorithm"},
		"another key's algorithm": {ask{key: stronger}, "algorithm"},
		"a weaker algorithm, and the right one": {ask{key: weaker,
			change: settings("key=" + name + ",algorithm=HMAC_SHA1,algorithm=HMAC_SHA256")}, "signature settings"},
		"a weaker signature under its name": {ask{key: weaker, change: settings(sharedKey.Header())}, "signature"},
		"another key's signature": {ask{key: olderKey, change: settings(sharedKey.Header())},
			"signature"},
		"the token's signature":      {ask{change: settings(sharedKey.Header())}, "signature"},
		"the token for a key":        {ask{key: SigningKey{name, HMACSHA256, someToken}}, "signature"},
		"the key without its header": {ask{key: sharedKey, change: header(SettingsHeader)}, "signature"},
		"the secret as a token":      {ask{token: sharedKey.Secret}, "signature"},
		"an unknown key": {ask{key: SigningKey{"webhooks_sharedkey_2", HMACSHA256, "x"}},
			"unknown signing key"},
		"the name of the token, which has none": {ask{change: settings("key=,algorithm=HMAC_SHA1")},
			"signature settings"},
		"an unknown algorithm": {ask{key: sharedKey,
			change: settings("key=" + name + ",algorithm=none")}, "algorithm"},
		"no algorithm": {ask{key: sharedKey, change: settings("key=" + name)},
			"signature settings"},
		"no key": {ask{key: sharedKey, change: settings("algorithm=HMAC_SHA256")},
			"signature settings"},
		"two keys": {ask{key: sharedKey,
			change: settings("key=" + name + ",key=x,algorithm=HMAC_SHA256")}, "signature settings"},
		"nothing in it": {ask{change: settings("")}, "signature settings"},
		"no pairs": {ask{key: sharedKey,
			change: settings("webhooks_sharedkey_1 HMAC_SHA256")}, "signature settings"},
		"a comma too much": {ask{key: sharedKey, change: settings(sharedKey.Header() + ",")},
			"signature settings"},
		"too long": {ask{key: sharedKey,
			change: settings(sharedKey.Header() + ",x=" + strings.Repeat("y", longestSettings))}, "signature settings"},
		"two headers": {ask{key: sharedKey,
			change: header(SettingsHeader, sharedKey.Header(), sharedKey.Header())}, "signature settings"},
		"an empty one before": {ask{key: sharedKey,
			change: header(SettingsHeader, "", sharedKey.Header())}, "signature settings"},
		"two signatures": {ask{key: sharedKey, change: header(SignatureHeader, "x", "y")},
			"signature"},
		"no signature": {ask{key: sharedKey, change: header(SignatureHeader)}, "signature"},
		"an empty signature": {ask{key: sharedKey, change: header(SignatureHeader, "")},
			"signature"},
		"a changed body": {ask{key: sharedKey,
			change: replaceBody(callForm(url.Values{"From": {"+62811"}}).Encode())}, "signature"},
	} {
		if status, reason := e.answered(c.ask); status != http.StatusForbidden || reason != c.reason {
			t.Errorf("%s: answered %d, %q, want %q", what, status, reason, c.reason)
		}
		if e.count(fmt.Sprintf("hotline_webhooks_refused_total{reason=%q}", c.reason)) == "0" {
			t.Errorf("%s: not counted", what)
		}
		if strings.Contains(e.log.String(), sharedKey.Secret) || len(e.log.String()) > 1000 {
			t.Errorf("%s: logged %s", what, e.log.String())
		}
	}
}

func TestNoTokenCountsWhereOnlyKeysDo(t *testing.T) {
	e := sharedEdge(t, func(s *Settings) { s.KeysOnly = true })
	if status, reason := e.answered(ask{}); status != http.StatusForbidden || reason != "signed with the auth token" {
		t.Errorf("the token: answered %d, %q", status, reason)
	}
	if status, reason := e.answered(ask{key: sharedKey}); status != http.StatusOK {
		t.Errorf("a key: answered %d, %q", status, reason)
	}
	settings := e.server.Settings
	settings.Keys = nil
	if _, err := NewServer(settings); err == nil {
		t.Error("only keys, and none: accepted")
	}
}

func TestAKeyThatCannotSignVerifiesNothing(t *testing.T) {
	for name, key := range map[string]SigningKey{
		"no secret":            {"a", HMACSHA256, ""},
		"no algorithm":         {"a", "", "secret"},
		"an unknown algorithm": {"a", "HMAC_MD5", "secret"},
	} {
		for _, signature := range []string{"", key.Sign(someURL, someForm)} {
			if verify([]SigningKey{key}, someURL, someForm, signature) {
				t.Errorf("%s: %q passes", name, signature)
			}
		}
	}
}

// A signature proves whose key it is, not whose account: a key may sign for many.
func TestWebhooksOfAnotherAccountAreRefused(t *testing.T) {
	account := func(sids ...string) string {
		form := callForm(nil)
		form["AccountSid"] = sids
		return form.Encode()
	}
	e := sharedEdge(t, nil)
	for _, key := range []SigningKey{{}, sharedKey} {
		for _, sid := range []string{someAccount, someSubAccount} {
			if status, reason := e.answered(ask{key: key, body: account(sid)}); status != http.StatusOK {
				t.Errorf("%s: answered %d, %q", sid, status, reason)
			}
		}
		for name, sids := range map[string][]string{
			"another": {"AC00000000000000000000000000000009"}, "none": nil, "an empty one": {""},
			"ours in small letters": {strings.ToLower(someAccount)},
			"ours and another":      {someAccount, "AC00000000000000000000000000000009"},
		} {
			status, reason := e.answered(ask{key: key, body: account(sids...)})
			if status != http.StatusForbidden || reason != "account" {
				t.Errorf("%s: answered %d, %q", name, status, reason)
			}
		}
	}
	if status, _ := newEdge(t, nil).answered(ask{body: account()}); status != http.StatusOK {
		t.Errorf("a simulation, which has no account: answered %d", status)
	}
}

// FuzzSettings reads any header: what is taken holds each part once, as it was sent.
func FuzzSettings(f *testing.F) {
	for _, header := range []string{"", ",", "=", "key=a,algorithm=HMAC_SHA256", sharedKey.Header(),
		"key=a,key=b,algorithm=x", "algorithm==,key==", "key=a,algorithm=b,\x00=c", "KEY=a,algorithm=b"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		name, algorithm, err := parseSettings(header)
		if err != nil {
			if name != "" || algorithm != "" {
				t.Errorf("%q is refused, and gives %q and %q", header, name, algorithm)
			}
			return
		}
		if name == "" || algorithm == "" || strings.ContainsAny(name+string(algorithm), ",") ||
			len(header) > longestSettings {
			t.Errorf("%q gives %q and %q", header, name, algorithm)
		}
		if strings.Count(header, "key") < 1 || strings.Count(header, "algorithm") < 1 {
			t.Errorf("%q names neither, and gives %q and %q", header, name, algorithm)
		}
		// Said again with the other order, it means the same; said twice, nothing.
		again, same, err := parseSettings(fmt.Sprintf("algorithm=%s,key=%s", algorithm, name))
		if err != nil || again != name || same != algorithm {
			t.Errorf("%q gives %q and %q, and these %q and %q (%v)", header, name, algorithm, again, same, err)
		}
		if _, _, err := parseSettings(header + ",key=" + name); err == nil {
			t.Errorf("%q is taken with a second key", header)
		}
	})
}

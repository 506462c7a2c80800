package twilio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"testing"

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
	return tokenKey(token).Sign(fullURL, form)
}

// verify is our own verdict.
func (v vector) verify() bool {
	return Verify([]string{v.Token}, v.URL, v.form(), v.Signature)
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
		if Verify(tokens, someURL, someForm, signWith("", someURL, someForm)) {
			t.Errorf("%s: a form signed with the empty key passes", name)
		}
	}
	if Verify([]string{"", someToken}, someURL, someForm, signWith("", someURL, someForm)) {
		t.Error("an empty token beside a real one lets the empty key pass")
	}
	if Verify([]string{someToken}, someURL, someForm, "") {
		t.Error("an empty signature passes")
	}
}

func TestBothTokensAreRightDuringARotation(t *testing.T) {
	older, newer := "a"+someToken, "b"+someToken
	for _, signer := range []string{older, newer} {
		if !Verify([]string{newer, older}, someURL, someForm, signWith(signer, someURL, someForm)) {
			t.Errorf("signed with %q, refused by both", signer[:1])
		}
	}
	if Verify([]string{newer}, someURL, someForm, signWith(older, someURL, someForm)) {
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
		if got := Verify([]string{someToken}, c.ours, someForm, signWith(someToken, c.signed, someForm)); got != c.want {
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
		if ours, theirs := Verify([]string{token}, target, form, signature), validator.Validate(target, fields,
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
	f.Fuzz(func(t *testing.T, target, body, signature string, at uint, change byte) {
		form, _ := url.ParseQuery(body) // what can be read of it
		tokens := []string{someToken}
		Verify(tokens, target, form, signature)

		good := signWith(someToken, target, form)
		if !Verify(tokens, target, form, good) {
			t.Fatalf("we refuse our own signature of %q with %q", target, form)
		}
		if change == 0 {
			return
		}
		if changed := flip(good, at, change); Verify(tokens, target, form, changed) {
			t.Errorf("signature %q passes in place of %q", changed, good)
		}
		if changed := flip(target, at, change); changed != target && Verify(tokens, changed, form, good) {
			t.Errorf("URL %q passes with the signature of %q", changed, target)
		}
		if changed, ok := flipField(form, at, change); ok && Verify(tokens, target, changed, good) {
			t.Errorf("fields %q pass with the signature of %q", changed, form)
		}
	})
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

package twilio

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

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
			if key.Verify(someURL, someForm, signature) {
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
			"another": {"AC00000000000000000000000000000009"}, "none": nil, "an empty one": {""}, "ours in small letters": {strings.ToLower(someAccount)},
			"ours and another": {someAccount, "AC00000000000000000000000000000009"},
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

package twilio

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// SignatureHeader carries the provider's signature of a webhook.
const SignatureHeader = "X-Twilio-Signature"

// SignedText is what the provider signs: the full URL, then every form field as name and value, sorted by name;
// repeated values of one name sorted, each once, as the provider's own libraries do.
// A fragment is neither signed nor sent: behind it are settings for the provider alone.
// Source: the provider's "Webhooks security" page.
func SignedText(fullURL string, form url.Values) string {
	var text strings.Builder
	fullURL, _, _ = strings.Cut(fullURL, "#")
	text.WriteString(fullURL)
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			text.WriteString(name)
			text.WriteString(value)
		}
	}
	return text.String()
}

// Sign returns the signature of a form request: base64 of HMAC-SHA1 with the auth token as key.
func Sign(token, fullURL string, form url.Values) string { return tokenKey(token).Sign(fullURL, form) }

func tokenKey(token string) SigningKey { return SigningKey{Algorithm: HMACSHA1, Secret: token} }

// Verify reports whether signature is right for the request under one of the tokens. The URL is tried as given and with
// its standard port added or its port removed, because the provider's edge does either. An empty token or signature is
// never right.
func Verify(tokens []string, fullURL string, form url.Values, signature string) bool {
	return verifyAny(tokens, fullURL, signature, form)
}

// VerifyBody is [Verify] for a request with a body that is no form: the URL alone is signed,
// and its query parameter bodySHA256 must be the hexadecimal SHA-256 of the body.
func VerifyBody(tokens []string, fullURL string, body []byte, signature string) bool {
	target, err := url.Parse(fullURL)
	if err != nil {
		return false
	}
	digest := sha256.Sum256(body)
	want := hex.EncodeToString(digest[:])
	if subtle.ConstantTimeCompare([]byte(target.Query().Get("bodySHA256")), []byte(want)) != 1 {
		return false
	}
	return verifyAny(tokens, fullURL, signature, nil)
}

func verifyAny(tokens []string, fullURL, signature string, form url.Values) bool {
	right := false
	for _, token := range tokens {
		if tokenKey(token).Verify(fullURL, form, signature) {
			right = true
		}
	}
	return right
}

// portVariants returns the URL with and without a port, by text and not by parsing and printing,
// so that not a byte of path and query changes.
func portVariants(fullURL string) []string {
	scheme, rest, ok := strings.Cut(fullURL, "://")
	if !ok {
		return []string{fullURL}
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	host, colon := authority, strings.LastIndexByte(authority, ':')
	if colon > strings.LastIndexByte(authority, ']') && colon > strings.LastIndexByte(authority, '@') {
		host = authority[:colon]
		return []string{fullURL, scheme + "://" + host + tail}
	}
	port := ":443"
	if strings.EqualFold(scheme, "http") {
		port = ":80"
	}
	return []string{fullURL, scheme + "://" + host + port + tail}
}

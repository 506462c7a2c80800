package twilio

import (
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

func tokenKey(token string) SigningKey { return SigningKey{Algorithm: HMACSHA1, Secret: token} }

// Verify reports whether signature is right for the request under one of the tokens. The URL is tried as given and with
// its standard port added or its port removed, because the provider's edge does either. An empty token or signature is
// never right.
func Verify(tokens []string, fullURL string, form url.Values, signature string) bool {
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

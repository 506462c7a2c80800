package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"maps"
	"net/http"
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
	fullURL, _, _ = strings.Cut(fullURL, "#")
	return fullURL + signedForm(form)
}

func signedForm(form url.Values) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(form)) {
		values := form[name]
		if len(values) > 1 {
			values = slices.Compact(slices.Sorted(slices.Values(values)))
		}
		for _, value := range values {
			text.WriteString(name)
			text.WriteString(value)
		}
	}
	return text.String()
}

// tokenKeys are auth tokens as keys.
func tokenKeys(tokens ...string) []SigningKey {
	keys := make([]SigningKey, len(tokens))
	for i, token := range tokens {
		keys[i] = SigningKey{Algorithm: HMACSHA1, Secret: token}
	}
	return keys
}

// verify reports whether signature is right for the request under one of the keys. The URL is tried as given and with
// its standard port added or its port removed, because the provider's edge does either. An empty secret or signature is
// never right.
func verify(keys []SigningKey, fullURL string, form url.Values, signature string) bool {
	right, signed := false, signedForm(form)
	fullURL, _, _ = strings.Cut(fullURL, "#")
	for _, candidate := range portVariants(fullURL) {
		for _, key := range keys {
			good := key.sign(candidate + signed)
			right = right || key.Secret != "" && good != "" && hmac.Equal([]byte(good), []byte(signature))
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

// Shared keys: the provider signs with a key of ours in the place of the auth token, and names it in a header.
// Source: the provider's page "Sign webhooks with shared keys" (public beta, September 2026) and its Node library.

// SettingsHeader names the shared key that signed a webhook and how: "key=NAME,algorithm=HMAC_SHA256". A webhook that
// is signed with the auth token has none.
const SettingsHeader = "X-Twilio-Webhooks-Signature-Settings"

// An Algorithm is how a webhook is signed, in the provider's words.
type Algorithm string

// The algorithms of the provider. The auth token signs with HMACSHA1.
const (
	HMACSHA1   Algorithm = "HMAC_SHA1"
	HMACSHA256 Algorithm = "HMAC_SHA256"
)

// A SigningKey signs webhooks with one algorithm and no other, whatever a request says of itself.
type SigningKey struct {
	// Name is the provider's identifier of the key. Empty for an auth token.
	Name string
	// Algorithm is one of the two; with any other the key signs nothing and verifies nothing.
	Algorithm Algorithm
	// Secret is what the provider showed when the key was made. An empty one is never right.
	Secret string
}

// Sign returns the signature of a form request: base64 of the HMAC over [SignedText]. It is empty
// for an unknown algorithm.
func (k SigningKey) Sign(fullURL string, form url.Values) string {
	return k.sign(SignedText(fullURL, form))
}

func (k SigningKey) sign(text string) string {
	var algorithm func() hash.Hash
	switch k.Algorithm {
	case HMACSHA1:
		algorithm = sha1.New
	case HMACSHA256:
		algorithm = sha256.New
	}
	if algorithm == nil {
		return ""
	}
	mac := hmac.New(algorithm, []byte(k.Secret))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Header is what the provider says of the key beside a signature.
func (k SigningKey) Header() string { return fmt.Sprintf("key=%s,algorithm=%s", k.Name, k.Algorithm) }

// Why a webhook is refused; the words are labels of a metric.
var (
	errSignature  = errors.New("signature")
	errForm       = errors.New("form")
	errAccount    = errors.New("account")
	errSettings   = errors.New("signature settings")
	errUnknownKey = errors.New("unknown signing key")
	errAlgorithm  = errors.New("algorithm")
	errToken      = errors.New("signed with the auth token")
)

// longestSettings bounds the header; the provider's is a tenth of it.
const longestSettings = 512

// parseSettings reads the header. Each of its two parts must be there once. Others that the provider may add are passed
// over, since they change neither key nor algorithm.
func parseSettings(header string) (name string, algorithm Algorithm, err error) {
	if len(header) > longestSettings {
		return "", "", errSettings
	}
	given := map[string]string{}
	for part := range strings.SplitSeq(header, ",") {
		key, value, ok := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if _, twice := given[key]; !ok || twice || key == "" || value == "" {
			return "", "", errSettings
		}
		given[key] = value
	}
	name, algorithm = given["key"], Algorithm(given["algorithm"])
	if name == "" || algorithm == "" {
		return "", "", errSettings
	}
	return name, algorithm, nil
}

// authentic reports why a form request is not the provider's; nil if it is. The header chooses among the keys that are
// configured, and nothing else: a key's algorithm is its own.
func (s *Server) authentic(header http.Header, fullURL string, form url.Values) error {
	signatures, settings := header.Values(SignatureHeader), header.Values(SettingsHeader)
	switch {
	case len(signatures) != 1:
		return errSignature
	case len(settings) > 1:
		return errSettings
	case len(settings) == 0 && s.KeysOnly:
		return errToken
	case len(settings) == 0:
		if !verify(tokenKeys(s.Tokens...), fullURL, form, signatures[0]) {
			return errSignature
		}
		return nil
	}
	name, algorithm, err := parseSettings(settings[0])
	if err != nil {
		return err
	}
	at := slices.IndexFunc(s.Keys, func(k SigningKey) bool { return k.Name == name })
	switch {
	case at < 0:
		return errUnknownKey
	case !strings.EqualFold(string(s.Keys[at].Algorithm), string(algorithm)):
		return errAlgorithm
	case !verify(s.Keys[at:at+1], fullURL, form, signatures[0]):
		return errSignature
	}
	return nil
}

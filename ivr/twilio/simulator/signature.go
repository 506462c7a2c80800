package simulator

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the provider's signature is defined with SHA-1
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Sign is the provider's signature of a webhook: the URL as it is requested, query included and fragment left out,
// followed by the form's names and values in the order of the names. form is nil for a GET.
func Sign(authToken, rawURL string, form url.Values) string {
	return signed(sha1.New, authToken, rawURL, form)
}

// A SharedKey signs webhooks in the place of the auth token, with HMAC-SHA256 over the same text.
type SharedKey struct{ Name, Secret string }

// Sign is the signature with the key.
func (k SharedKey) Sign(rawURL string, form url.Values) string {
	return signed(sha256.New, k.Secret, rawURL, form)
}

func signed(algorithm func() hash.Hash, secret, rawURL string, form url.Values) string {
	rawURL, _, _ = strings.Cut(rawURL, "#")
	mac := hmac.New(algorithm, []byte(secret))
	mac.Write([]byte(rawURL))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			mac.Write([]byte(name + value))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// sign adds the headers that a webhook is signed with.
func (o Options) sign(header http.Header, rawURL string, form url.Values) {
	if o.SharedKey.Secret == "" {
		header.Set("X-Twilio-Signature", Sign(o.AuthToken, rawURL, form))
		return
	}
	header.Set("X-Twilio-Signature", o.SharedKey.Sign(rawURL, form))
	header.Set("X-Twilio-Webhooks-Signature-Settings", "key="+o.SharedKey.Name+",algorithm=HMAC_SHA256")
}

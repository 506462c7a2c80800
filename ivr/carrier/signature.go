package carrier

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the provider's signature is defined with SHA-1
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Sign is the provider's signature of a webhook: the URL as it is requested, query included and fragment left out,
// followed by the form's names and values in the order of the names. form is nil for a GET.
func Sign(authToken, rawURL string, form url.Values) string {
	rawURL, _, _ = strings.Cut(rawURL, "#")
	mac := hmac.New(sha1.New, []byte(authToken))
	mac.Write([]byte(rawURL))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			mac.Write([]byte(name + value))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

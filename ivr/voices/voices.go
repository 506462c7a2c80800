// Package voices knows which of the provider's text-to-speech voices speak which language.
package voices

import (
	"fmt"
	"strings"
)

// pollyLocales are the voices without a locale in their name that are known to work, with theirs.
// Source: the provider's table of text-to-speech voices.
var pollyLocales = map[string]string{
	"Polly.Zhiyu":   "cmn-CN",
	"Polly.Takumi":  "ja-JP",
	"Polly.Mizuki":  "ja-JP",
	"Polly.Kazuha":  "ja-JP",
	"Polly.Tomoko":  "ja-JP",
	"Polly.Joanna":  "en-US",
	"Polly.Matthew": "en-US",
	"Polly.Amy":     "en-GB",
}

// Fits reports an error unless the voice speaks the locale: the provider ends a call on a wrong pair.
// Google voices carry their locale in the name ("Google.id-ID-Standard-A"); of Polly voices a fixed list is accepted,
// each also with the ending -Neural. Polly has no Indonesian voice.
func Fits(voice, locale string) error {
	if rest, ok := strings.CutPrefix(voice, "Google."); ok {
		if rest == locale || strings.HasPrefix(rest, locale+"-") {
			return nil
		}
		return fmt.Errorf("voice %q does not speak %q; choose a voice that begins with \"Google.%s-\"", voice, locale,
			locale)
	}
	speaks, ok := pollyLocales[strings.TrimSuffix(voice, "-Neural")]
	if !ok {
		return fmt.Errorf("voice %q is not known; use a Google voice such as \"Google.%s-Standard-A\"", voice, locale)
	}
	if speaks != locale {
		return fmt.Errorf("voice %q speaks %q, not %q", voice, speaks, locale)
	}
	return nil
}

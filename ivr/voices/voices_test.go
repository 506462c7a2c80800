package voices_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/ivr/voices"
)

func TestFits(t *testing.T) {
	for _, tt := range []struct {
		voice, locale string
		fits          bool
	}{
		{"Google.id-ID-Standard-A", "id-ID", true},
		{"Google.id-ID-Standard-A", "en-US", false},
		{"Google.id-ID-Nonsense", "id-ID", true}, // not known, and nothing against it
		{"Google.id-ID-Nonsense", "en-US", false},
		{"Polly.Kazuha-Neural", "ja-JP", true},
		{"Polly.Zhiyu", "ja-JP", false},
		{"ElevenLabs.x", "ja-JP", true},
	} {
		if err := voices.Fits(tt.voice, tt.locale); (err == nil) != tt.fits {
			t.Errorf("%s, %s: %v", tt.voice, tt.locale, err)
		}
	}
}

func TestKnown(t *testing.T) {
	for voice, want := range map[string]bool{"Google.en-US-Standard-C": true, "Polly.Kazuha-Neural": true,
		"Polly.Kazuha": false, "Google.en-US-Nonsense": false, "": false, "en-US": false} {
		if voices.Known(voice) != want {
			t.Errorf("%s: known %v", voice, !want)
		}
	}
	for _, voice := range voices.Names() {
		if name, ok := strings.CutPrefix(voice, "Google."); ok && !slices.ContainsFunc(voices.Locales(),
			func(locale string) bool {
				return strings.HasPrefix(name, locale+"-") && voices.Fits(voice, locale) == nil
			}) {
			t.Errorf("%s is behind another locale", voice)
		}
	}
}

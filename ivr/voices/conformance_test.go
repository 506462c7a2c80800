//go:build conformance

package voices_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/hotline-ivr/hotline/ivr/voices"
)

// TestProvidersList: the voices of our languages are those of the provider's own library.
func TestProvidersList(t *testing.T) {
	data, err := os.ReadFile("../twilio/testdata/validators/node_modules/twilio/lib/twiml/VoiceResponse.d.ts")
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]bool{}
	for _, m := range regexp.MustCompile(`"((?:Google|Polly)\.[^"]+)"`).FindAllStringSubmatch(string(data), -1) {
		theirs[m[1]] = true
	}
	ours := regexp.MustCompile(`^Google\.(en|id|ja|cmn)-`)
	for voice := range theirs {
		if ours.MatchString(voice) && !voices.Known(voice) {
			t.Errorf("%s is not in the list", voice)
		}
	}
	for _, voice := range voices.Names() {
		if !theirs[voice] {
			t.Errorf("the provider has no %s", voice)
		}
	}
}

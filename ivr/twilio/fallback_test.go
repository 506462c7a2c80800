package twilio_test

import (
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

func TestStaticFallback(t *testing.T) {
	snapshot, err := config.Load(config.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range snapshot.Lines {
		for _, dial := range []string{"", "+622150002001"} {
			text, err := twilio.StaticFallback(line, dial)
			if err != nil {
				t.Errorf("%s: %v", line.ID, err)
				continue
			}
			for _, wrong := range simulator.ValidateTwiML([]byte(text)) {
				t.Errorf("%s: %s", line.ID, wrong)
			}
			if again, err := twilio.StaticFallback(line, dial); err != nil || again != text {
				t.Errorf("%s: another document the second time, %v", line.ID, err)
			}
			for _, language := range line.Languages {
				key := map[bool]string{true: "failure.message", false: "failure.person"}[dial == ""]
				if words := line.Sentence(language.Tag, key); words == "" || !strings.Contains(text, words) {
					t.Errorf("%s does not say %q in %s:\n%s", line.ID, words, language.Tag, text)
				}
				_, last, dials := strings.Cut(text, "</Dial>") // heard when nobody answers
				if words := line.Sentence(language.Tag, "goodbye"); dials && !strings.Contains(last, words) {
					t.Errorf("%s does not say %q after it has dialled:\n%s", line.ID, words, text)
				}
			}
			if strings.Contains(text, "http") || strings.Contains(text, "<Number>"+dial+"</Number>") != (dial != "") {
				t.Errorf("%s, to dial %q:\n%s", line.ID, dial, text)
			}
		}
	}
	if _, err := twilio.StaticFallback(snapshot.ByID("gopay"), "081234567890"); err == nil ||
		!strings.Contains(err.Error(), "write + and the country code") {
		t.Error(err)
	}
}

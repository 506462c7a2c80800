package twilio

import "testing"

func TestWithheldNumbers(t *testing.T) {
	for from, want := range map[string]string{
		"+7378742833": "", "+2562533": "", "+8656696": "", "+266696687": "", "+86282452253": "",
		"sip:+86282452253@trunk.example.com": "",
		"+6281234567890":                     "+6281234567890",
		"anonymous":                          "anonymous",
		"sip:bob@example.com":                "sip:bob@example.com",
		"":                                   "",
	} {
		if got := callerOf(from); got != want {
			t.Errorf("%q is %q, want %q", from, got, want)
		}
	}
}

package config_test

import (
	"strings"
	"testing"
)

// TestSecretsAreNotRepeated: a message about a secret in a file says where it belongs, and does not repeat it. The
// messages are in testdata/mistakes.
func TestSecretsAreNotRepeated(t *testing.T) {
	tried := 0
	for _, m := range mistakes(t) {
		if !strings.HasSuffix(m.name, "-secret") {
			continue
		}
		tried++
		for line := range strings.Lines(m.want) {
			if !strings.Contains(line, "belong to the server's environment") {
				t.Errorf("%s: %s", m.name, line)
			}
		}
		for _, secret := range []string{"hunter2", "0123456789abcdef", "c2VjcmV0"} {
			if strings.Contains(m.want, secret) {
				t.Errorf("%s: a secret is repeated", m.name)
			}
		}
	}
	if tried < 8 {
		t.Errorf("%d mistakes with a secret", tried)
	}
}

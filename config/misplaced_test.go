package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecretsAreNotRepeated: who writes a secret into a file is told where it belongs, and no log has it. What is said is in
// testdata/mistakes.
func TestSecretsAreNotRepeated(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*-secret.txtar")
	if err != nil || len(files) < 8 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, want, _ := strings.Cut(string(data), "-- want --\n")
		for line := range strings.Lines(want) {
			if !strings.Contains(line, "belong to the server's environment") {
				t.Errorf("%s: %s", file, line)
			}
		}
		for _, secret := range []string{"hunter2", "0123456789abcdef", "c2VjcmV0"} {
			if strings.Contains(want, secret) {
				t.Errorf("%s: a secret is repeated", file)
			}
		}
	}
}

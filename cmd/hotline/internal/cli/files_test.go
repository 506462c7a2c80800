package cli

import (
	"os"
	"path/filepath"
	"testing"
)

const (
	home    = "+6281234567890"
	openDay = "2026-03-04T10:00:00+07:00" // a Wednesday
	night   = "2026-03-21T03:00:00+07:00" // Idul Fitri, three in the morning
)

// Files of a test's directory, by their path with slashes.

func readFile(t testing.TB, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

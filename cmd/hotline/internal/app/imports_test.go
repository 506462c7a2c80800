package app_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The serving process has no simulator in it: an edit is tried by the pure flow.
func TestTheProductHasNoSimulator(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.Lines(string(out)) {
		own := strings.Contains(path, "hotline-ivr/hotline/")
		if own && (strings.Contains(path, "/simulat") || strings.Contains(path, "/cli")) {
			t.Errorf("app imports %s", path)
		}
	}
}

// What is made for tests is in no program that runs.
func TestTheProgramHasNoTestingLibrary(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "../..").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.Lines(string(out)) {
		if strings.HasPrefix(path, "testing") {
			t.Errorf("hotline imports %s", path)
		}
	}
}

// The commands reach the simulator through simulate alone, and simulate knows no command.
func TestTheCommandsImportNoSimulator(t *testing.T) {
	for of, forbidden := range map[string]string{"cli": "/ivr/twilio/simulator", "simulate": "/internal/cli"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{join .Imports "\n"}}`, "../"+of).Output()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(out), forbidden) {
			t.Errorf("%s imports %s", of, forbidden)
		}
	}
}

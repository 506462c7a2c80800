package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

// "hotline test" as somebody at a terminal, or CI, meets it.

func TestTestTheShippedCalls(t *testing.T) {
	out, err := run(t, "", "test", "--line", "gopay")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err != nil || len(lines) != 8 || lines[7] != "SUCCESS, 7 calls" ||
		lines[5] != "ok      calls/gopay-stolen-at-night.yaml  A stolen account rings the emergency desk at once, "+
			"at three in the morning of a holiday" {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := run(t, "", "test", "--line", "gopya"); err == nil ||
		!strings.Contains(err.Error(), `there is no line "gopya"`) {
		t.Errorf("err = %v", err)
	}
}

func TestTestAfterAnEdit(t *testing.T) {
	dir := apptest.Copy(t)
	apptest.Replace(t, filepath.Join(dir, "hours", "gopay.yaml"), `mon: ["08:00-17:00"]`, `mon: ["09:00-17:00"]`)
	out, err := run(t, "", "test", dir, "--line", "gopay")
	if err == nil || err.Error() != "test: FAILED, 1 of 7 calls" {
		t.Errorf("err = %v", err)
	}
	marked, readErr := os.ReadFile("../simulate/testdata/monday-at-nine.txt")
	if readErr != nil {
		t.Fatal(readErr)
	}
	_, behind, ok := strings.Cut(out,
		"FAILED  calls/gopay-saturday-evening.yaml  On Saturday evening the line is closed until Monday at eight, "+
			"and a callback is booked for then\n")
	if !ok || !strings.HasPrefix(behind, indented(string(marked))+"ok      calls/") || strings.Count(out, "\n>") != 3 {
		t.Errorf("%s", out)
	}
}

func TestTestPrintsJSON(t *testing.T) {
	dir := apptest.Copy(t)
	apptest.Replace(t, filepath.Join(dir, "hours", "gopay.yaml"), `mon: ["08:00-17:00"]`, `mon: ["09:00-17:00"]`)
	out, err := run(t, "", "test", "--config", dir, "--json", "--line", "gopay")
	if err == nil || err.Error() != "test: FAILED, 1 of 7 calls" {
		t.Errorf("err = %v", err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for _, line := range lines {
		var call struct {
			File, Line, Title, Differs, Transcript string
			OK                                     bool
		}
		if err := json.Unmarshal([]byte(line), &call); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		failed := call.File == "calls/gopay-saturday-evening.yaml"
		if call.OK == failed || (call.Differs != "") != failed || call.Line == "" || call.Title == "" ||
			!strings.Contains(call.Transcript, "caller") {
			t.Errorf("%s", line)
		}
	}
	if len(lines) != 7 {
		t.Errorf("%d objects", len(lines))
	}
}

func TestTestNamesMistakes(t *testing.T) {
	dir := apptest.Copy(t)
	apptest.Replace(t, filepath.Join(dir, "calls", "gopay-stolen-at-night.yaml"), "line: gopay", "line: gopya")
	out, err := run(t, "", "test", dir)
	if err == nil || err.Error() != "test: FAILED, 1 mistake; no call test was run" ||
		out != "calls/gopay-stolen-at-night.yaml:3: line: there is no line \"gopya\"; did you mean \"gopay\"?\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTestMentionsLinesWithoutCalls(t *testing.T) {
	dir := apptest.Copy(t)
	calls, err := filepath.Glob(filepath.Join(dir, "calls", "[^w]*-*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range calls {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	out, err := run(t, "", "test", dir)
	if err != nil || strings.Count(out, "has no call test") != 4 ||
		!strings.HasSuffix(out, "line upay has no call test; write one in calls/, for example "+
			"calls/upay-open.yaml\nSUCCESS, 5 calls\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run(t, "", "test", dir, "--line", "upay"); err != nil ||
		!strings.HasSuffix(out, "SUCCESS, 0 calls\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := run(t, "", "test", dir, "--line", "upay", "--every-line"); err == nil ||
		err.Error() != "test: FAILED, there is no call test of upay" {
		t.Errorf("err = %v", err)
	}
	if _, err := run(t, "", "test", "--line", "gopay", "--every-line"); err != nil {
		t.Errorf("err = %v", err)
	}
}

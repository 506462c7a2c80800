package cli

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
)

// onTerminal runs a command whose standard error is a terminal, and its standard output a file or that terminal as
// well.
func onTerminal(t *testing.T, outToo bool, args ...string) (out, screen string, err error) {
	t.Helper()
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan string)
	go func() {
		text, _ := io.ReadAll(ours) // ends with an error, as terminals do, when the last writer is gone
		seen <- string(text)
	}()
	var written strings.Builder
	root := New(strings.NewReader(""), &written, theirs)
	if outToo {
		root.SetOut(theirs)
	}
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	if closed := theirs.Close(); closed != nil {
		t.Error(closed)
	}
	screen = <-seen
	if closed := ours.Close(); closed != nil {
		t.Error(closed)
	}
	return written.String(), screen, err
}

// An export shows a bar on a terminal; the data is beside it and whole.
func TestExportShowsABar(t *testing.T) {
	store := books(t)
	now := tuesday
	for i := range exportPage {
		_, err := store.Book(t.Context(), callbacks.Request{Key: fmt.Sprint("many", i), Line: "gopay", Desk: "support",
			Number: fmt.Sprintf("+62811%08d", i),
			Kind:   callbacks.ASAP, Called: now, Due: now, Expires: now.Add(time.Hour)}, fmt.Sprint(2000000+i))
		if err != nil {
			t.Fatal(err)
		}
	}
	out, screen, err := onTerminal(t, false, "callbacks", "export")
	records, wrong := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || wrong != nil || len(records) != exportPage+3+1 {
		t.Errorf("%d records, %v, %v", len(records), err, wrong)
	}
	for _, want := range []string{"\rcallbacks  99% |", "(1000/1003) ", "\rcallbacks 100% |", "(1003/1003)\r\n",
		"\r\n1003 callbacks written\r\n"} {
		if !strings.Contains(screen, want) {
			t.Errorf("the terminal does not show %q: %q", want, screen)
		}
	}
	if strings.Contains(screen, "…") {
		t.Errorf("lines beside the bar: %q", screen)
	}
	// To a file, with the terminal for both.
	file := filepath.Join(t.TempDir(), "out.csv")
	if _, screen, err := onTerminal(t, true, "callbacks", "export", "--out", file); err != nil ||
		!strings.Contains(screen, "100% |") {
		t.Errorf("%v, %q", err, screen)
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != out {
		t.Errorf("the file holds other than standard output did: %v", err)
	}
	// The data goes to the terminal itself, or there is none: no bar.
	if _, screen, err := onTerminal(t, true, "callbacks", "export"); err != nil || strings.Contains(screen, "% |") ||
		!strings.Contains(screen, "1003 callbacks written") {
		t.Errorf("%v, %q", err, screen)
	}
	var errs strings.Builder
	root := New(strings.NewReader(""), io.Discard, &errs)
	root.SetArgs([]string{"callbacks", "export"})
	if err := root.ExecuteContext(t.Context()); err != nil || errs.String() !=
		"configuration: built in\n1000 …\n1003 callbacks written\n" {
		t.Errorf("%v, %q", err, errs.String())
	}
	if _, screen, err := onTerminal(t, false, "callbacks", "export", "--state", "broken"); err != nil ||
		strings.Contains(screen, "% |") {
		t.Errorf("of nothing: %v, %q", err, screen)
	}
}

// A move shows a bar for each table, and says what was wrong on a line of its own.
func TestMoveShowsBars(t *testing.T) {
	old := withCallback(t)
	t.Setenv("HOTLINE_STORE", "sqlite:"+filepath.Join(t.TempDir(), "new.db"))
	out, screen, err := onTerminal(t, false, "store", "move", old)
	if err != nil || !strings.HasPrefix(out, "Copied 5 rows.") {
		t.Errorf("%v, %q", err, out)
	}
	for _, want := range []string{"\rreference_numbers 100% |", "(1/1)\r\n", "\r\n\rcallbacks 100% |"} {
		if !strings.Contains(screen, want) {
			t.Errorf("the terminal does not show %q: %q", want, screen)
		}
	}
	if strings.Contains(screen, " of ") {
		t.Errorf("lines beside the bars: %q", screen)
	}
	if _, screen, err := onTerminal(t, false, "store", "move", old); err == nil || screen != "" {
		t.Errorf("a move that fails: %v, %q", err, screen)
	}
}

// Work that ends early leaves the cursor on a line of its own.
func TestABarIsLeftHalfway(t *testing.T) {
	var screen strings.Builder
	p := &terminal.Progress{Errs: &screen}
	p.At("rows", 3, 10)
	p.End()
	p.End()
	if !strings.Contains(screen.String(), "30% |") || !strings.HasSuffix(screen.String(), "\n") ||
		strings.Count(screen.String(), "\n") != 1 {
		t.Errorf("%q", screen.String())
	}
	var none *terminal.Progress
	if none.At("rows", 1, 2) {
		t.Error("a bar where there is no terminal")
	}
	none.End()
}

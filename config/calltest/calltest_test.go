package calltest_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
)

// edited is the shipped configuration with one file edited.
func edited(t *testing.T, file, old, new string) *config.Snapshot {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(config.Shipped(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(config.Shipped(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	files[file].Data = []byte(strings.Replace(string(files[file].Data), old, new, 1))
	snapshot, err := config.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

func TestShippedCallTests(t *testing.T) {
	snapshot := edited(t, "topics.yaml", "", "")
	report, err := calltest.Check(t.Context(), snapshot)
	if err != nil || report.Err() != nil || report.Tests != len(snapshot.Calls) {
		t.Errorf("%d of %d: %v, %v", report.Tests, len(snapshot.Calls), report.Err(), err)
	}
	// Whether a callback is made in the end takes a product; that it is not tried is said.
	if want := "calls/okpay-customer-first.yaml expect.callback.kept"; !slices.Contains(report.NotTried, want) {
		t.Errorf("not tried are %q", report.NotTried)
	}
}

// An edit after which a caller hears something else is named, and nothing else.
func TestAnEditBreaksACallTest(t *testing.T) {
	snapshot := edited(t, "hours/gopay.yaml", `mon: ["08:00-17:00"]`, `mon: ["09:00-17:00"]`)
	report, err := calltest.Check(t.Context(), snapshot)
	want := `calls/gopay-saturday-evening.yaml:8: steps[2]: want to hear "from Monday, 9 March, at 8 a.m."`
	edit := "The line is closed then [hours/gopay.yaml:19] and opens Mon 2026-03-09 09:00 [hours/gopay.yaml:14]. If " +
		"these hours, or the sentences in prompts/, are meant to be so, edit calls/gopay-saturday-evening.yaml; " +
		"otherwise correct them. hotline test prints the call"
	if err != nil || len(report.Failed) != 1 || !strings.Contains(report.Err().Error(), want) ||
		!strings.HasSuffix(report.Err().Error(), edit) {
		t.Errorf("%v, %v", report.Err(), err)
	}
}

// Where a sentence is what differs, it is named with its place before the hours.
func TestAnEditOfASentence(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"prompts/en.yaml", `"Agents are back {when}"`, `"We are back {when}"`,
			`a callback is booked for then). prompts/en.yaml:20: hours.opens says "We are back Monday, 9 March, at ` +
				`8 a.m.". If that is meant to be so, edit calls/gopay-saturday-evening.yaml; otherwise correct it. ` +
				`The line`},
		{"prompts/en.yaml", `"Thank you. Goodbye."`, `"Thanks a lot. Bye."`,
			"What was heard is in prompts/en.yaml:90, prompts/en.yaml:204. The line is open then"},
	} {
		report, err := calltest.Check(t.Context(), edited(t, c.file, c.old, c.new))
		if err != nil || report.Err() == nil || !strings.Contains(report.Err().Error(), c.want) {
			t.Errorf("want %q in %v, %v", c.want, report.Err(), err)
		}
	}
}

// A fault of ours is an error and no end of the process, which may be answering real calls; so is an end of the
// context.
func TestCheckEnds(t *testing.T) {
	snapshot := edited(t, "topics.yaml", "", "")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := calltest.Check(ended, snapshot); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	snapshot.ByID("okpay").Languages = nil
	if _, err := calltest.Check(t.Context(), snapshot); err == nil ||
		!strings.Contains(err.Error(), "could not be run: panic: ") {
		t.Errorf("err = %v", err)
	}
}

func BenchmarkShippedCallTests(b *testing.B) {
	snapshot, err := config.Load(config.Shipped())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if report, err := calltest.Check(b.Context(), snapshot); err != nil || report.Err() != nil {
			b.Fatal(err, report.Err())
		}
	}
}

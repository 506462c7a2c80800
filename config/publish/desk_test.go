package publish_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
)

// A desk is a supervisor's directory, an instance that publishes it, and a clock that moves when it is told to.
type desk struct {
	*publish.Publisher
	t     *testing.T
	dir   string
	store *sqlite.Store
	now   time.Time
	log   bytes.Buffer
	said  strings.Builder
	// tested is how often the call tests were run; fails is how the next run ends.
	tested   int
	fails    error
	runTests func() error
	// heard counts the calls that were answered, by configuration; first is the one that began.
	heard map[string]int
	first string
}

var noon = time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)

// newDesk publishes two of the shipped lines from a directory.
func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), now: noon, heard: map[string]int{}}
	twoLines(t, d.dir)
	var err error
	if d.store, err = sqlite.Open(t.Context(), sqlitetest.New(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
	d.starts()
	d.first = d.State().Hash
	return d
}

// otherLines are sentences of lines that are not copied.
var otherLines = regexp.MustCompile(`(?m)^(paypay|upay|wallet)/.*\n`)

// Of the lines' languages English alone: sentences are most of what is read, and nothing here depends on them.
var (
	otherTongues = regexp.MustCompile(`(?m)^  - \{tag: (id|zh),.*\n|^    by_language: .*\n|(id|zh): "[^"]*", |, zh: "[^"]*"`)
	english      = regexp.MustCompile(`language: (id|zh)`)
)

// twoLines copies gopay and okpay of the shipped configuration.
func twoLines(t testing.TB, dir string) {
	t.Helper()
	for _, name := range []string{"topics.yaml", "lines/gopay.yaml", "lines/okpay.yaml", "hours/gopay.yaml",
		"hours/okpay.yaml",
		"prompts/en.yaml"} {
		data, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		switch folder, _, _ := strings.Cut(name, "/"); folder {
		case "prompts":
			data = otherLines.ReplaceAll(data, nil)
		case "lines":
			data = english.ReplaceAll(otherTongues.ReplaceAll(data, nil), []byte("language: en"))
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (d *desk) options() publish.Options {
	return publish.Options{
		Dir: d.dir, Files: os.DirFS(d.dir), History: d.store, Now: func() time.Time { return d.now },
		Log: slog.New(slog.NewTextHandler(&d.log, nil)), Say: func(text string) { d.said.WriteString(text + "\n") },
		RunCallTests: func(context.Context, *config.Snapshot) error {
			d.tested++
			if d.runTests != nil {
				return d.runTests()
			}
			return d.fails
		},
	}
}

// starts is a start of the process, or a restart.
func (d *desk) starts() {
	d.t.Helper()
	d.Publisher = publish.New(d.options())
	if err := d.Start(d.t.Context()); err != nil {
		d.t.Fatalf("it does not start: %v", err)
	}
}

// settles looks as the process would for half a minute.
func (d *desk) settles() {
	d.t.Helper()
	for end := d.now.Add(30 * time.Second); d.now.Before(end); {
		d.rings()
		next := d.Look(d.t.Context())
		d.rings()
		if !next.After(d.now) {
			d.t.Fatalf("at %s it wants to look again at %s", d.now, next)
		}
		d.now = next
	}
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

func (d *desk) read(name string) string {
	d.t.Helper()
	data, err := os.ReadFile(d.path(name))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(data)
}

// saves writes a file in place.
func (d *desk) saves(name, text string) {
	d.t.Helper()
	if err := os.WriteFile(d.path(name), []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// edits replaces words in a file.
func (d *desk) edits(name, old, new string) {
	d.t.Helper()
	text := d.read(name)
	if !strings.Contains(text, old) {
		d.t.Fatalf("%s has no %q", name, old)
	}
	d.saves(name, strings.Replace(text, old, new, 1))
}

// open reports whether gopay is open at this time on Friday 27 November 2026.
func (d *desk) open(clock string) bool {
	d.t.Helper()
	at, err := time.Parse(time.RFC3339, "2026-11-27T"+clock+":00+07:00")
	if err != nil {
		d.t.Fatal(err)
	}
	return d.Live().ByNumber("+622150001000").Hours.IsOpen(at)
}

func (d *desk) versions() (list []callbacks.Version) {
	d.t.Helper()
	list, err := d.store.Versions(d.t.Context(), 100)
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

// inForce fails unless this hash is in force, and refused unless something is refused whose error has these words.
func (d *desk) inForce(hash string) {
	d.t.Helper()
	if got := d.State().Hash; got != hash || d.Live().Snapshot().Hash != hash {
		d.t.Fatalf("in force is %s (lines: %s), want %s", got, d.Live().Snapshot().Hash, hash)
	}
}

func (d *desk) refused(words string) {
	d.t.Helper()
	r := d.State().Refused
	if r == nil || !strings.Contains(r.Err.Error(), words) {
		d.t.Fatalf("refused is %+v, want one that says %q", r, words)
	}
	if !strings.Contains(d.said.String(), words) || !strings.Contains(d.log.String(), "is refused") {
		d.t.Errorf("the supervisor is not told %q: said %q", words, d.said.String())
	}
}

// A supervisor saves a file, and calls that come in find the new hours.
func TestAnEditIsPublished(t *testing.T) {
	d := newDesk(t)
	before := d.State().Hash
	if !d.open("16:00") {
		t.Fatal("gopay is closed before the edit")
	}
	old := d.Live().ByNumber("+622150001000")
	d.edits("hours/gopay.yaml", "  - {date: 2026-12-24,",
		"  - {date: 2026-11-27, open: [\"08:00-11:30\"], name: Staff meeting}\n  - {date: 2026-12-24,")
	d.settles()
	after := d.State()
	if after.Hash == before || after.Refused != nil || d.open("16:00") || after.Version != 2 {
		t.Fatalf("after the edit: %+v, open %v", after, d.open("16:00"))
	}
	if got := d.Live().Find("gopay", old.Version); got != old {
		t.Error("a call in progress does not find the line that it began with")
	}
	if d.tested != 2 {
		t.Errorf("the call tests were run %d times, want once at the start and once for the edit", d.tested)
	}
	list := d.versions()
	if len(list) != 2 || !strings.Contains(list[0].Changes, "Staff meeting") || list[0].Author == "" ||
		!list[0].At.Equal(after.Since) {
		t.Errorf("recorded is %+v", list)
	}
	if !strings.Contains(d.said.String(), "Published") || !strings.Contains(d.said.String(), "Staff meeting") {
		t.Errorf("said is %q", d.said.String())
	}
}

// Files that are no part of the configuration change nothing, and neither does a change that is taken back.
func TestWhatIsNoEdit(t *testing.T) {
	d := newDesk(t)
	before, text := d.State(), d.read("hours/gopay.yaml")
	for _, name := range []string{"hours/.gopay.yaml.swp", "hours/gopay.yaml~", "hours/4913", "README.md",
		"lines/#gopay.yaml#"} {
		d.saves(name, "half of something")
	}
	d.settles()
	d.edits("hours/gopay.yaml", "08:00", "07:00")
	d.Look(t.Context())
	d.saves("hours/gopay.yaml", text)
	d.settles()
	if d.State() != before || len(d.versions()) != 1 {
		t.Errorf("now %+v, before %+v, versions %v", d.State(), before, d.versions())
	}
}

// A call test that fails keeps an edit from being published; a run that could not begin is tried again.
func TestCallTestsRunBeforePublishing(t *testing.T) {
	d := newDesk(t)
	before := d.State().Hash
	d.fails = errors.New("calls/gopay-open.yaml:7: want to hear \"open\", heard \"closed\"")
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-10:00\"]")
	d.settles()
	d.inForce(before)
	d.refused("calls/gopay-open.yaml:7")
	tested := d.tested
	d.settles()
	if d.tested != tested {
		t.Error("an edit that failed is tested again though nothing has changed")
	}

	d.fails = errors.Join(publish.ErrCallTestsNotRun, errors.New("no loopback"))
	d.edits("hours/gopay.yaml", "sun: [\"09:00-10:00\"]", "sun: [\"09:00-11:00\"]")
	d.settles()
	d.inForce(before)
	d.refused("no loopback")
	d.fails = nil
	for range 3 {
		d.settles()
	}
	if s := d.State(); s.Hash == before || s.Refused != nil {
		t.Errorf("a run of call tests that failed to start was not tried again: %+v", s)
	}
}

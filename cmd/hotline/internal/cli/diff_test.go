package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
)

// a draft is a copy of the shipped configuration with edits: FILE, what stands there, what is to stand there.
func draft(t *testing.T, edits ...[3]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range shippedFiles(t) {
		for _, e := range edits {
			if e[0] != name {
				continue
			}
			edited := strings.Replace(string(data), e[1], e[2], 1)
			if edited == string(data) {
				t.Fatalf("%s: the edit of %q changes nothing", name, e[1])
			}
			data = []byte(edited)
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// shippedFiles are the configuration's, by path.
func shippedFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	shipped := config.Shipped()
	err := fs.WalkDir(shipped, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(shipped, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var (
	staffMeeting = [3]string{"hours/gopay.yaml", "special:\n",
		"special:\n  - {date: 2026-11-27, open: [\"08:00-11:30\"], name: Staff meeting}\n"}
	longMondays = [3]string{"hours/gopay.yaml", `mon: ["08:00-17:00"]`, `mon: ["08:00-19:00"]`}
	longRing    = [3]string{"lines/gopay.yaml", "ring: 20s", "ring: 35s"}
)

// nowhere is a directory without a database, in which the command runs.
func nowhere(t *testing.T) string {
	t.Helper()
	t.Setenv("HOTLINE_STORE", "")
	dir := t.TempDir()
	t.Chdir(dir)
	return dir
}

func TestDiffOfTwoDirectories(t *testing.T) {
	old, new := draft(t), draft(t, staffMeeting, longMondays, longRing)
	dir := nowhere(t)
	out, err := run(t, "", "diff", old, new, "--from", "2026-11-26")
	want := `gopay
  hours, on the clock of Asia/Jakarta
    Mondays         opens 17:00-19:00   (was 08:00-17:00, now 08:00-19:00)              hours/gopay.yaml:14
    Fri 2026-11-27  closes 13:00-17:00  (was 08:00-11:30 13:00-17:00, now 08:00-11:30)  hours/gopay.yaml:50 Staff meeting
  desk support: ring  35s, was 20s

Callbacks were not looked at: there is no hotline.db here; name the database with HOTLINE_STORE or --store.
`
	if err != nil || out != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, out, want)
	}
	if made, err := os.ReadDir(dir); err != nil || len(made) > 0 {
		t.Errorf("the command has made %v, %v", made, err)
	}
	if out, err := run(t, "", "diff", old, new, "--line", "okpay"); err != nil || out != "Nothing changes.\n" {
		t.Errorf("%v, %s", err, out)
	}
	commented := draft(t, [3]string{"hours/gopay.yaml", "week:", "# mind it\nweek:"})
	if out, err := run(t, "", "diff", old, commented); err != nil || out != "Nothing changes.\n" {
		t.Errorf("%v, %s", err, out)
	}
}

func TestDiffRefuses(t *testing.T) {
	old, wrong := draft(t), draft(t, [3]string{"hours/gopay.yaml", "week:", "weak:"})
	nowhere(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{old}, "name two configurations"},
		{[]string{old, old, "--against", "live"}, "--against takes the place of OLD"},
		{[]string{old, wrong}, "cannot be used, 1 mistake"},
		{[]string{"live", old}, "there is no hotline.db here"},
		{[]string{old, old, "--line", "nope"}, `there is no line "nope"; known here: gopay, okpay`},
		{[]string{old, old, "--days", "0"}, "ask for 1 to 400 days"},
		{[]string{old, old, "--from", "soon"}, `--from "soon" is not a date`},
		{[]string{old, old, "--store", "sqlite:other.db"}, "the database"},
	} {
		out, err := run(t, "", append([]string{"diff"}, c.args...)...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.args, err, c.want)
		}
		if slices.Contains(c.args, wrong) &&
			!strings.Contains(out, `hours/gopay.yaml:13: weak: unknown key; did you mean "week"?`) {
			t.Errorf("the mistake is not told:\n%s", out)
		}
	}
}

// A versioned store knows which configurations were in force.
type versioned struct {
	app.Store
	versions []callbacks.Version
}

func (s versioned) Version(_ context.Context, number int64) (callbacks.Version, error) {
	if number == 0 {
		number = int64(len(s.versions))
	}
	if number < 1 || number > int64(len(s.versions)) {
		return callbacks.Version{}, callbacks.ErrNotFound
	}
	v := s.versions[number-1]
	v.Number = number
	return v, nil
}

// diffs runs the command on a store with versions.
func diffs(t *testing.T, list []callbacks.Version, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := New(strings.NewReader(""), &out, &out)
	for _, c := range root.Commands() {
		if c.Name() == "diff" {
			root.RemoveCommand(c)
		}
	}
	root.AddCommand(newDiff(func(ctx context.Context, name string) (app.Store, error) {
		store, err := app.OpenStore(ctx, name)
		return versioned{store, list}, err
	}))
	root.SetArgs(append([]string{"diff"}, args...))
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestDiffAgainstLive(t *testing.T) {
	books(t)
	first := shippedFiles(t)
	second := shippedFiles(t)
	second["lines/gopay.yaml"] = bytes.Replace(second["lines/gopay.yaml"], []byte("ring: 20s"), []byte("ring: 30s"), 1)
	list := []callbacks.Version{{Files: first}, {Files: second}}
	third := draft(t, longRing)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--against", "live", third}, "desk support: ring  35s, was 30s"},
		{[]string{"--against", "live", "--config", third}, "desk support: ring  35s, was 30s"},
		{[]string{"1", "live"}, "desk support: ring  30s, was 20s"},
		{[]string{"1", "2"}, "desk support: ring  30s, was 20s"},
		{[]string{"--against", "1"}, "Nothing changes."}, // the built-in one
	} {
		if out, err := diffs(t, list, c.args...); err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%v: %v, got\n%s\nwant %q", c.args, err, out, c.want)
		}
	}
	if _, err := diffs(t, list, "1", "3"); err == nil || !strings.Contains(err.Error(), "there is no version 3") {
		t.Error(err)
	}
	if _, err := diffs(t, nil, "live", third); err == nil ||
		!strings.Contains(err.Error(), "no configuration has been put in force yet") {
		t.Error(err)
	}
}

// A day that is closed puts off what was promised for it.
func TestDiffPredictsCallbacks(t *testing.T) {
	due := tuesday.Add(24 * time.Hour)
	store := books(t, func(i int, r *callbacks.Request) {
		r.Due, r.Expires = due, due.Add(72*time.Hour)
		r.Desk = []string{"support", "emergency", "gone"}[i]
		r.Urgent = i == 1
	})
	jakarta, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	// The line is open at all hours but for that day and, in the draft, for the next three days.
	week := [3]string{"hours/gopay.yaml", "overrides: []",
		"overrides:\n  - {from: 2020-01-01 00:00, until: 2090-01-01 00:00, open: true, reason: Trial}\n"}
	closure := "overrides:\n  - {from: 2020-01-01 00:00, until: " +
		due.In(jakarta).Add(-time.Hour).Format("2006-01-02 15:04") + ", open: true, reason: Trial}\n" +
		"  - {from: " + due.In(jakarta).Add(-time.Hour).Format("2006-01-02 15:04") + ", until: " +
		due.In(jakarta).Add(time.Hour).Format("2006-01-02 15:04") + ", closed: true, reason: Fire drill}\n" +
		"  - {from: " + due.In(jakarta).Add(time.Hour).Format("2006-01-02 15:04") +
		", until: 2090-01-01 00:00, open: true, reason: Trial}\n"
	anyHour := [3]string{"lines/gopay.yaml", `calling_hours: "08:00-21:00"`, `calling_hours: "00:00-24:00"`}
	old, new := draft(t, week, anyHour), draft(t, [3]string{"hours/gopay.yaml", "overrides: []", closure}, anyHour)
	out, err := run(t, "", "diff", old, new)
	if err != nil {
		t.Fatal(err)
	}
	at := func(t time.Time) string { return t.In(jakarta).Format("Mon 2006-01-02 15:04") }
	for _, want := range []string{
		"3 callbacks of these lines are open; 1 would be made otherwise:\n",
		"  1000000  gopay  support  …7800  put off to " + at(due.Add(time.Hour)) +
			", the desk is closed  instead of: rung " + at(due) + "\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "62812") {
		t.Errorf("a number is shown whole:\n%s", out)
	}
	out, err = run(t, "", "diff", old, new, "--json")
	var answer struct {
		Looked    bool           `json:"callbacks_looked_at"`
		Otherwise []diffCallback `json:"callbacks_kept_otherwise"`
	}
	if err := errors.Join(err, json.Unmarshal([]byte(out), &answer)); err != nil {
		t.Fatal(err)
	}
	if len(answer.Otherwise) != 1 || answer.Otherwise[0].Will.Outcome != "rung" ||
		!answer.Otherwise[0].Will.At.Equal(due.Add(time.Hour)) || !answer.Looked {
		t.Errorf("%+v", answer)
	}
	if c, err := store.ByReference(t.Context(), "1000000"); err != nil || !c.Due.Equal(due) {
		t.Errorf("the command has moved the callback: %+v, %v", c, err)
	}
}

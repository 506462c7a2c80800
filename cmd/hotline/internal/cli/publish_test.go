package cli

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
)

// An office is a supervisor at a terminal: a directory, a store in which its first version is recorded, and a clock.
type office struct {
	t         *testing.T
	live      string
	database  string // as HOTLINE_STORE names it
	store     app.Store
	now       time.Time
	publisher *publish.Publisher
}

func newOffice(t *testing.T) *office { return newOfficeOn(t, "sqlite:"+sqlitetest.New(t)) }

func newOfficeOn(t *testing.T, database string) *office {
	t.Helper()
	o := &office{t: t, live: filepath.Join(t.TempDir(), "live"), database: database,
		now: time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)}
	if err := os.CopyFS(o.live, config.Shipped()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOTLINE_STORE", database)
	t.Setenv("USER", "anna")
	t.Setenv("SUDO_USER", "")
	var err error
	if o.store, err = app.OpenStore(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.store.Close(); err != nil {
			t.Error(err)
		}
	})
	o.publisher = publish.New(publish.Options{Dir: o.live, Files: os.DirFS(o.live), History: o.store,
		Now: func() time.Time { return o.now }, Log: slog.New(slog.DiscardHandler)})
	if err := o.publisher.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o
}

// gives a command; its output ends with the error, if there is one.
func (o *office) gives(args ...string) (out string, failed bool) {
	o.t.Helper()
	var b bytes.Buffer
	root := New(strings.NewReader(""), &b, &b)
	root.SetArgs(args)
	err := root.ExecuteContext(withClock(o.t.Context(), func() time.Time { return o.now }))
	if err != nil {
		b.WriteString("hotline: " + err.Error() + "\n")
	}
	return b.String(), err != nil
}

// works fails unless a command goes well and prints these words; refuses is the other way round.
func (o *office) works(words string, args ...string) string {
	o.t.Helper()
	out, failed := o.gives(args...)
	if failed || !strings.Contains(out, words) {
		o.t.Fatalf("%q: want %q, got\n%s", args, words, out)
	}
	return out
}

func (o *office) refuses(words string, args ...string) string {
	o.t.Helper()
	out, failed := o.gives(args...)
	if !failed || !strings.Contains(out, words) {
		o.t.Fatalf("%q: want to be refused with %q, got\n%s", args, words, out)
	}
	return out
}

// takesUp lets the instance look at the directory until it has come to rest.
func (o *office) takesUp() {
	for range 20 {
		o.now = o.publisher.Look(o.t.Context())
	}
}

func (o *office) draft(edits ...string) string {
	o.t.Helper()
	draft := filepath.Join(o.t.TempDir(), "draft")
	o.works("is a copy of", "draft", draft, "--config", o.live)
	if len(edits) > 0 {
		apptest.Replace(o.t, filepath.Join(draft, "hours", "gopay.yaml"), edits...)
	}
	return draft
}

// Edits that no call test minds.
const (
	friday, longFriday           = `"13:00-17:00"]   # rest`, `"13:00-18:00"]   # rest`
	okpayFriday, okpayLongFriday = `  fri: ["09:00-18:00"]`, `  fri: ["09:00-18:30"]`
)

func TestPublishAndRollBack(t *testing.T) {
	o := newOffice(t)
	draft := o.draft(friday, longFriday)
	out := o.works("Fridays", "publish", draft, "--dry-run")
	if strings.Contains(out, "Written") || strings.Contains(apptest.Read(t, o.live, "hours/gopay.yaml"), longFriday) {
		t.Fatalf("a dry run writes:\n%s", out)
	}
	o.works("No instance is running", "publish", draft)
	o.refuses("nothing was edited", "publish", draft)
	o.takesUp()
	if !strings.Contains(o.works("Fridays", "history"), "anna") &&
		!strings.Contains(o.works("Fridays", "history"), "root") {
		t.Error("the history names nobody")
	}
	o.works("hours/gopay.yaml\ngopay", "history", "2")
	o.refuses("there is no version 7", "history", "7")
	o.refuses("is no number", "history", "last")

	apptest.Replace(t, filepath.Join(o.live, "hours", "okpay.yaml"), okpayFriday, okpayLongFriday)
	o.refuses("holds an edit that is not in force, of hours/okpay.yaml", "rollback", "1", "--config", o.live)
	o.works("Written: 2 files of version 1", "rollback", "1", "--config", o.live, "--discard")
	o.takesUp()
	o.works("as version 1", "history")
	o.works("is as version 1 already", "rollback", "1", "--config", o.live)
	// Published again: the draft is one of the files as they are now.
	apptest.Replace(t, filepath.Join(draft, "hours", "gopay.yaml"), longFriday, `"13:00-19:00"]   # rest`)
	o.refuses("hours/gopay.yaml was edited by somebody else", "publish", draft)
	o.works("Written: 1 file of version 2", "rollback", "2", "--config", o.live)
	o.takesUp()
	o.works("Written: 1 file", "publish", draft)
	o.refuses("the built-in configuration cannot be edited", "rollback", "1")
}

// Two supervisors took drafts of the same version: the second is told what the first has done, and overwrites nothing.
func TestAStaleDraft(t *testing.T) {
	o := newOffice(t)
	first, second := o.draft(friday, longFriday), o.draft("  sat: [", "  sat: [ ")
	third := o.draft()
	apptest.Replace(t, filepath.Join(third, "hours", "okpay.yaml"), okpayFriday, okpayLongFriday)
	o.works("Written", "publish", first)
	o.refuses("hours/gopay.yaml was edited by somebody else", "publish", second)
	if text := apptest.Read(t, o.live, "hours/gopay.yaml"); !strings.Contains(text, longFriday) ||
		strings.Contains(text, "  sat: [ ") {
		t.Error("the first supervisor's edit is lost")
	}
	o.works("Written: 1 file", "publish", third) // another file
}

func TestADraftThatIsNotPublished(t *testing.T) {
	o := newOffice(t)
	before := apptest.Read(t, o.live, "hours/gopay.yaml")
	wrong := o.draft(`  sun: []`, `  sun: ["09:00-12:0"]`)
	o.refuses("hours/gopay.yaml:20: week.sun[0]", "publish", wrong)
	unexpected := o.draft(`  mon: ["08:00-17:00"]`, `  mon: ["09:00-17:00"]`)
	out := o.refuses("1 of 27 call tests", "publish", unexpected)
	if !strings.Contains(out, "\n> want") || !strings.Contains(out, "calls/gopay-saturday-evening.yaml") {
		t.Errorf("the call that goes otherwise is not shown:\n%s", out)
	}
	o.refuses("is no draft", "publish", o.live)
	o.refuses("was taken from", "publish", o.draft(friday, longFriday), "--config", wrong)
	o.refuses("is no draft", "publish", filepath.Join(t.TempDir(), "nothing"), "--config",
		filepath.Join(t.TempDir(), "nowhere"))
	if apptest.Read(t, o.live, "hours/gopay.yaml") != before {
		t.Error("something was written")
	}
}

// Into a directory that cannot be written nothing is; the change is printed as a patch. The command's last step is
// tried by itself: a call test cannot run on a thread that is locked.
func TestPublishIntoAReadOnlyDirectory(t *testing.T) {
	o := newOffice(t)
	live, err := readDirectory(o.live)
	if err != nil {
		t.Fatal(err)
	}
	work, err := readDirectory(o.draft(friday, longFriday))
	if err != nil {
		t.Fatal(err)
	}
	for dir := o.live; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) { // so that it can be read
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t, o.live, func() {
		var out bytes.Buffer
		err := live.put(&out, live.files.EditOf(work.files), live.files.Sums())
		if err == nil || !strings.Contains(err.Error(), "the change is printed above as a patch") {
			t.Errorf("err = %v", err)
		}
		if text := out.String(); !strings.Contains(text, "--- a/hours/gopay.yaml\n+++ b/hours/gopay.yaml\n") ||
			!strings.Contains(text, "\n+  fri: [\"08:00-11:30\", "+longFriday) {
			t.Errorf("no patch:\n%s", text)
		}
	})
	if strings.Contains(apptest.Read(t, o.live, "hours/gopay.yaml"), longFriday) {
		t.Error("something was written")
	}
}

// forbid takes the permission to write a directory, and its files, until the test ends.
func forbid(t *testing.T, dir string) {
	t.Helper()
	modes := map[string]fs.FileMode{}
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		modes[file] = info.Mode().Perm()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for file, mode := range modes {
		if err := os.Chmod(file, mode&^0o222); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(file, mode) })
	}
}

// asNobody runs something on a thread whose user may write nowhere; the databases that are open already stay so.
func asNobody(t *testing.T, dir string, do func()) {
	t.Helper()
	if os.Geteuid() != 0 { // then without permissions for anybody
		forbid(t, dir)
		do()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0); errno != 0 {
			t.Error(errno)
			return
		}
		do()
	}()
	<-done
}

func TestStatus(t *testing.T) {
	o := newOffice(t)
	hash := o.publisher.State().Hash
	o.works("No instance is running", "status", "--config", o.live)
	see := func(i callbacks.Instance) {
		t.Helper()
		i.Since, i.Seen = o.now, o.now
		if err := o.store.SeeInstance(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	see(callbacks.Instance{ID: "a/1", Hash: hash})
	o.works("holds what is in force", "status", "--config", o.live)
	see(callbacks.Instance{ID: "b/2", Hash: "0123456789abcdef", Offered: hash,
		Problem: "hours/gopay.yaml:9: zone: is not a known zone"})
	out := o.refuses("1 of 2 instances does not run configuration "+hash, "status")
	if !strings.Contains(out, "  hours/gopay.yaml:9: zone: is not a known zone\n") ||
		!strings.Contains(out, "DIFFERS") {
		t.Errorf("printed is\n%s", out)
	}
	apptest.Replace(t, filepath.Join(o.live, "hours", "gopay.yaml"), "zone: Asia", "zone: Asja")
	if out, _ := o.gives("status", "--config", o.live); !strings.Contains(out, "hours/gopay.yaml:9: zone") ||
		!strings.Contains(out, "holds an edit that cannot be used") {
		t.Errorf("printed is\n%s", out)
	}
}

// Waiting for the instances: one refuses, one does not answer.
func TestPublishWaits(t *testing.T) {
	o := newOffice(t)
	see := func(i callbacks.Instance) {
		t.Helper()
		i.Since, i.Seen = o.now, o.now
		if err := o.store.SeeInstance(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	see(callbacks.Instance{ID: "a/1", Hash: o.publisher.State().Hash})
	draft := o.draft(friday, longFriday)
	o.refuses("after 200ms not every instance has it in force: [a/1]", "publish", draft, "--wait", "200ms")
	snapshot, err := config.Load(os.DirFS(o.live))
	if err != nil {
		t.Fatal(err)
	}
	see(callbacks.Instance{ID: "a/1", Hash: "0123456789abcdef", Offered: snapshot.Hash,
		Problem: "calls/x.yaml:7: want to hear"})
	a := &session{store: o.store, now: func() time.Time { return o.now }}
	if err := awaitInForce(t.Context(), os.Stderr, a, snapshot.Hash, nil, time.Minute); err == nil ||
		!strings.Contains(err.Error(), "a/1 refuses it") || !strings.Contains(err.Error(), "calls/x.yaml:7") {
		t.Errorf("err = %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := awaitInForce(ended, os.Stderr, a, "other", nil, time.Minute); err == nil {
		t.Error("it waits after its end")
	}
}

// A call test cannot be taken away unnoticed: diff, publish and the history tell it.
func TestPublishingFewerCallTests(t *testing.T) {
	o := newOffice(t)
	draft := o.draft()
	calls, err := filepath.Glob(filepath.Join(draft, "calls", "upay*.yaml"))
	if err != nil || len(calls) == 0 {
		t.Fatal(err, calls)
	}
	for _, file := range calls {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	want := "upay\n  call test  removed calls/" + filepath.Base(calls[0])
	o.works(want, "diff", o.live, draft)
	o.works(want, "publish", draft)
	o.takesUp()
	o.works("upay: call test removed calls/", "history")
}

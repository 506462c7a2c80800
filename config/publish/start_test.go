package publish_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/publish"
)

// Roll back, restart, roll forward: the history goes on, and what is in force is what the directory holds.
func TestBackRestartForward(t *testing.T) {
	d := newDesk(t)
	first, text := d.State().Hash, d.read("hours/gopay.yaml")
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.settles()
	second, forward := d.State().Hash, d.read("hours/gopay.yaml")

	d.saves("hours/gopay.yaml", text)
	d.settles()
	d.inForce(first)
	before := d.tested
	d.starts()
	d.inForce(first)
	if s := d.State(); s.Version != 3 || s.Refused != nil {
		t.Errorf("after a restart: %+v", s)
	}
	if d.tested != before {
		t.Error("a restart tests again what was in force")
	}
	d.saves("hours/gopay.yaml", forward)
	d.settles()
	d.inForce(second)

	list := d.versions()
	var got []string
	for _, v := range list {
		got = append(got, v.Hash+" "+v.Note)
	}
	want := []string{second + " as version 2", first + " as version 1", second + " ", first + " "}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the history is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if list[0].Changes != list[2].Changes || !strings.Contains(list[1].Changes, "closes 09:00-12:00") {
		t.Errorf("the changes are %q, %q, %q", list[0].Changes, list[1].Changes, list[2].Changes)
	}
}

// An edit that was made while nothing ran is tested and recorded at the start.
func TestEditedWhileNothingRan(t *testing.T) {
	d := newDesk(t)
	d.tested = 0
	before := d.State().Hash
	d.edits("hours/okpay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.starts()
	d.inForce(before)
	d.settles()
	if list := d.versions(); len(list) != 2 || !strings.Contains(list[0].Changes, "okpay") || list[0].Author == "" {
		t.Errorf("recorded is %+v", list)
	}
	if d.tested != 1 {
		t.Errorf("the call tests were run %d times, want once", d.tested)
	}
}

// Without anything that was ever in force, a directory with a mistake is an error at the start, and nothing is
// recorded.
func TestNothingToFallBackOn(t *testing.T) {
	d := newDesk(t)
	other := &desk{t: t, dir: t.TempDir(), now: noon, heard: map[string]int{}}
	twoLines(t, other.dir)
	other.store = emptyStore(t)
	other.edits("hours/gopay.yaml", "zone: Asia/Jakarta", "zone: Asia/Jakrata")
	other.Publisher = publish.New(other.options())
	if err := other.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "hours/gopay.yaml:9") {
		t.Errorf("err = %v", err)
	}
	if n := len(other.versions()); n != 0 || len(d.versions()) != 1 {
		t.Errorf("%d versions are recorded", n)
	}
}

// An instance whose directory lags behind the others' runs what they run, says so, and writes no history.
func TestAnInstanceThatLagsBehind(t *testing.T) {
	d := newDesk(t)
	first, text := d.State().Hash, d.read("hours/gopay.yaml")
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.settles()
	if err := d.store.SeeInstance(t.Context(), callbacks.Instance{ID: "other", Hash: d.State().Hash, Since: d.now,
		Seen: d.now}); err != nil {
		t.Fatal(err)
	}
	behind := &desk{t: t, dir: t.TempDir(), now: d.now, heard: map[string]int{}, store: d.store, first: first}
	twoLines(t, behind.dir)
	behind.saves("hours/gopay.yaml", text)
	behind.starts()
	behind.settles()
	behind.inForce(d.State().Hash)
	behind.refused("an older version than the other instances run")
	if said := strings.Count(behind.said.String(), "an older version"); said != 1 {
		t.Errorf("it is said %d times", said)
	}
	if n := len(d.versions()); n != 2 {
		t.Errorf("%d versions", n)
	}
	// Its directory is brought up to date: the same version, and not a new one.
	behind.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	behind.settles()
	behind.inForce(d.State().Hash)
	if n := len(d.versions()); n != 2 || behind.State().Version != 2 || behind.State().Refused != nil {
		t.Errorf("%d versions, it runs %+v", n, behind.State())
	}
}

// An older version that was put back while nothing ran is a roll back, as soon as it is sure that nobody else runs: the
// instance that was killed counts as running for a while.
func TestRolledBackWhileNothingRan(t *testing.T) {
	d := newDesk(t)
	first, text := d.State().Hash, d.read("hours/gopay.yaml")
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.settles()
	ghost := callbacks.Instance{ID: "killed", Hash: d.State().Hash, Since: d.now, Seen: d.now}
	if err := d.store.SeeInstance(t.Context(), ghost); err != nil {
		t.Fatal(err)
	}
	d.saves("hours/gopay.yaml", text)
	d.starts()
	f := publish.NewFollower(d.Publisher, "me", "host")
	for range 5 {
		d.settles()
		d.follows(f, 3*time.Second)
	}
	d.inForce(first)
	if list := d.versions(); len(list) != 3 || list[0].Note != "as version 1" || d.State().Refused != nil {
		t.Errorf("%+v, recorded %+v", d.State(), list)
	}
}

// A command that dies while the process is down leaves its mark, and a process that starts takes up nothing of its
// half.
func TestStartsWithHalfOfACommand(t *testing.T) {
	d := newDesk(t)
	before := d.State().Hash
	d.saves(publish.Marker, "")
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.starts()
	for range 4 {
		d.settles()
	}
	d.inForce(before)
	d.refused("has not finished")
	// The files are set right, and the mark is removed: nothing is wrong any more, and it does not say so.
	d.edits("hours/gopay.yaml", "sun: [\"09:00-12:00\"]", "sun: []")
	d.removes(publish.Marker)
	d.settles()
	d.inForce(before)
	if r := d.State().Refused; r != nil {
		t.Errorf("a refusal that is over is still shown: %v", r.Err)
	}
	first := publish.New(d.options())
	first.History = emptyStore(t)
	d.saves(publish.Marker, "")
	if err := first.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "has not finished") {
		t.Errorf("the first start of all: %v", err)
	}
}

// What stood refused before a command began stands refused when its mark is gone.
func TestARefusalBehindAnUnfinishedCommand(t *testing.T) {
	d := newDesk(t)
	d.saves("hours/gopay.yaml", "rubbish\n")
	d.settles()
	d.refused("hours/gopay.yaml")
	d.saves(publish.Marker, "")
	d.saves("hours/okpay.yaml", "rubbish\n")
	for range 4 {
		d.settles()
	}
	d.refused("has not finished")
	d.removes(publish.Marker)
	d.settles()
	d.refused("hours/okpay.yaml")
}

// Call tests that cannot be run at the start is tried again.
func TestCallTestsNotRunAtTheStart(t *testing.T) {
	d := newDesk(t)
	before := d.State().Hash
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.fails = errors.Join(publish.ErrCallTestsNotRun, errors.New("no loopback"))
	d.starts()
	d.settles()
	d.refused("no loopback")
	d.fails = nil
	for range 4 {
		d.settles()
	}
	if s := d.State(); s.Hash == before || s.Refused != nil {
		t.Errorf("not tried again: %+v", s)
	}
}

// The directory is gone, as with a volume that is mounted late: what was in force stays, and the directory is taken up
// when it is there.
func TestTheDirectoryIsGone(t *testing.T) {
	d := newDesk(t)
	before := d.State().Hash
	away := d.dir + "-away"
	if err := os.Rename(d.dir, away); err != nil {
		t.Fatal(err)
	}
	d.starts()
	d.settles()
	d.inForce(before)
	d.refused("the configuration directory is not there")
	if err := os.Rename(away, d.dir); err != nil {
		t.Fatal(err)
	}
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.settles()
	if s := d.State(); s.Hash == before || s.Refused != nil {
		t.Errorf("it is there again: %+v", s)
	}
}

// What is no file is named, and not waited for.
func TestAPipeAmongTheFiles(t *testing.T) {
	d := newDesk(t)
	before := d.State().Hash
	if err := syscall.Mkfifo(d.path("hours/pipe.yaml"), 0o644); err != nil {
		t.Fatal(err)
	}
	d.settles()
	d.inForce(before)
	d.refused("hours/pipe.yaml: is no file")
}

// The clock is set back while an edit comes to rest.
func TestTheClockIsSetBack(t *testing.T) {
	d := newDesk(t)
	before := d.State().Hash
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.Look(t.Context())
	d.now = d.now.Add(-time.Hour)
	d.settles()
	if d.State().Hash == before {
		t.Error("the edit waits for an hour to pass")
	}
}

// With the store gone an edit is put in force all the same, and recorded when the store is back.
func TestPublishedWithoutTheStore(t *testing.T) {
	d := newDesk(t)
	gone := &goneHistory{History: d.store}
	o := d.options()
	o.History = gone
	d.Publisher = publish.New(o)
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := d.State().Hash
	gone.gone = true
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.settles()
	if s := d.State(); s.Hash == before || s.Version != 0 ||
		!strings.Contains(d.log.String(), "could not be recorded") {
		t.Fatalf("%+v; the log: %s", s, d.log.String())
	}
	gone.gone = false
	d.settles()
	if s := d.State(); s.Version != 2 || len(d.versions()) != 2 {
		t.Errorf("%+v, %d versions", s, len(d.versions()))
	}
}

var errGone = errors.New("the database is gone")

// A goneHistory fails while it is gone.
type goneHistory struct {
	publish.History
	gone bool
}

// A command that writes several files and dies leaves its mark: nothing of its edit is taken up, and it says so.
func TestHalfOfACommand(t *testing.T) {
	d := newDesk(t)
	before := d.State().Hash
	d.saves(publish.Marker, "")
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.settles()
	d.inForce(before)
	if d.State().Refused != nil {
		t.Errorf("a command at work is refused: %v", d.State().Refused.Err)
	}
	for range 3 {
		d.settles()
	}
	d.inForce(before)
	d.refused("has not finished")
	if err := os.Remove(d.path(publish.Marker)); err != nil {
		t.Fatal(err)
	}
	d.settles()
	if s := d.State(); s.Hash == before || s.Refused != nil {
		t.Errorf("the whole edit is not taken up: %+v", s)
	}
}

// Calls that began before a restart go on with the version that they began with.
func TestEarlierVersionsAreRemembered(t *testing.T) {
	d := newDesk(t)
	first := d.State().Hash
	d.edits("lines/gopay.yaml", "\n  - refund\n", "\n")
	d.settles()
	second := d.State().Hash
	d.now = d.now.Add(time.Hour)
	d.starts()
	if line := d.Live().Find("gopay", first); line == nil || line.Topic("refund") == nil {
		t.Error("a call that began an hour ago lost its menu with the restart")
	}
	if line := d.Live().Find("gopay", ""); line.Version != second || line.Topic("refund") != nil {
		t.Errorf("a new call is answered by %s", line.Version)
	}
	d.now = d.now.Add(4 * time.Hour)
	d.starts()
	if line := d.Live().Find("gopay", first); line.Version != second {
		t.Error("a version is kept for ever")
	}
}

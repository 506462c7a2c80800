package publish_test

import (
	"errors"
	"os"
	"strings"
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
	rehearsed := len(d.rehearsals)
	d.starts()
	d.inForce(first)
	if s := d.State(); s.Version != 3 || s.Refused != nil {
		t.Errorf("after a restart: %+v", s)
	}
	if len(d.rehearsals) != rehearsed {
		t.Errorf("a restart rehearses again what was in force: %v", d.rehearsals[rehearsed:])
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

// An edit that was made while nothing ran is rehearsed and recorded at the start.
func TestEditedWhileNothingRan(t *testing.T) {
	d := newDesk(t)
	d.rehearsals = nil
	d.edits("hours/okpay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.starts()
	if list := d.versions(); len(list) != 2 || !strings.Contains(list[0].Changes, "okpay") || list[0].Author == "" {
		t.Errorf("recorded is %+v", list)
	}
	if len(d.rehearsals) != 1 || d.rehearsals[0] != "okpay" {
		t.Errorf("rehearsed were %v, want okpay alone", d.rehearsals)
	}
}

// Without anything that was ever in force, a directory with a mistake is an error at the start, and nothing is recorded.
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

// An instance whose directory lags behind the others' starts with what it has, says so, and writes no history.
func TestAnInstanceThatLagsBehind(t *testing.T) {
	d := newDesk(t)
	first, text := d.State().Hash, d.read("hours/gopay.yaml")
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.settles()
	if err := d.store.SeeInstance(t.Context(), callbacks.Instance{ID: "other", Hash: d.State().Hash, Since: d.now, Seen: d.now}); err != nil {
		t.Fatal(err)
	}
	behind := &desk{t: t, dir: t.TempDir(), now: d.now, heard: map[string]int{}, store: d.store, first: first}
	twoLines(t, behind.dir)
	behind.saves("hours/gopay.yaml", text)
	behind.starts()
	behind.inForce(first)
	if n := len(d.versions()); n != 2 || !strings.Contains(behind.log.String(), "older configuration than the others run") {
		t.Errorf("%d versions; the log: %s", n, behind.log.String())
	}
	// Its directory is brought up to date: the same version, and not a new one.
	behind.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	behind.settles()
	behind.inForce(d.State().Hash)
	if n := len(d.versions()); n != 2 || behind.State().Version != 2 {
		t.Errorf("%d versions, it runs version %d", n, behind.State().Version)
	}
}

// With the store gone an edit is put in force all the same, and recorded when the store is back.
func TestPublishedWithoutTheStore(t *testing.T) {
	d := newDesk(t)
	gone := &goneLedger{Ledger: d.store}
	o := d.options()
	o.Ledger = gone
	d.Publisher = publish.New(o)
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := d.State().Hash
	gone.gone = true
	d.edits("hours/gopay.yaml", "sun: []", "sun: [\"09:00-12:00\"]")
	d.settles()
	if s := d.State(); s.Hash == before || s.Version != 0 || !strings.Contains(d.log.String(), "could not be recorded") {
		t.Fatalf("%+v; the log: %s", s, d.log.String())
	}
	gone.gone = false
	d.settles()
	if s := d.State(); s.Version != 2 || len(d.versions()) != 2 {
		t.Errorf("%+v, %d versions", s, len(d.versions()))
	}
}

var errGone = errors.New("the database is gone")

// A goneLedger fails while it is gone.
type goneLedger struct {
	callbacks.Ledger
	gone bool
}

// A command that writes several files and dies leaves its mark: nothing of its edit is taken up, and it says so.
func TestHalfOfACommand(t *testing.T) {
	d := newDesk(t)
	before := d.State().Hash
	d.saves(publish.Writing, "")
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
	if err := os.Remove(d.path(publish.Writing)); err != nil {
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

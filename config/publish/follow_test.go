package publish_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/publish"
)

// lineOpen reports whether gopay's number is answered by an open line now.
func (d *desk) lineOpen() bool { return d.Live().ByNumber("+622150001000").Hours.IsOpen(d.now) }

func (d *desk) closes(over callbacks.DeclaredOverride) callbacks.DeclaredOverride {
	d.t.Helper()
	if over.Line == "" {
		over.Line = "gopay"
	}
	over.From, over.Reason, over.By, over.Created = d.now, "Power cut", "anna", d.now
	over, err := d.store.DeclareOverride(d.t.Context(), over)
	if err != nil {
		d.t.Fatal(err)
	}
	return over
}

// follows lets a follower run for so long.
func (d *desk) follows(f *publish.Follower, long time.Duration) {
	d.t.Helper()
	for end := d.now.Add(long); d.now.Before(end); {
		next := f.Tick(d.t.Context())
		if !next.After(d.now) || next.Sub(d.now) > publish.FollowEvery {
			d.t.Fatalf("at %s it wants to ask again at %s", d.now, next)
		}
		d.now = next
	}
}

// A closure is in force on every instance within ten seconds, for calls in progress as well, survives an edit of the
// files and a restart, and ends by itself or when it is lifted.
func TestAClosureInAnEmergency(t *testing.T) {
	d := newDesk(t)
	f := publish.NewFollower(d.Publisher, "a", "host")
	d.follows(f, 9*time.Second)
	if !d.lineOpen() {
		t.Fatal("gopay is closed before")
	}
	d.closes(callbacks.DeclaredOverride{Until: d.now.Add(2 * time.Hour),
		Say: map[string]string{"en": "No electricity."}})
	d.follows(f, 9*time.Second)
	line := d.Live().Find("gopay", d.first)
	if d.lineOpen() || line.Hours.IsOpen(d.now) || line.Desks["support"].Hours.IsOpen(d.now) ||
		!line.Desks["emergency"].Hours.IsOpen(d.now) {
		t.Error("not closed for everybody but the emergency desk")
	}
	if n := len(line.Announcements); n != 1 || line.Announcements[0].Text["en"] != "No electricity." {
		t.Errorf("%d announcements", n)
	}
	if other := d.Live().Find("okpay", ""); other != d.Live().Written().ByID("okpay") {
		t.Error("another line is concerned")
	}
	d.edits("lines/gopay.yaml", "\n  - refund\n", "\n")
	d.settles()
	if d.lineOpen() || d.Live().Find("gopay", d.first).Hours.IsOpen(d.now) {
		t.Error("an edit of the files opens a line that was closed")
	}
	d.starts()
	f = publish.NewFollower(d.Publisher, "a", "host")
	d.follows(f, time.Second)
	if d.lineOpen() || d.Live().Find("gopay", d.first).Hours.IsOpen(d.now) {
		t.Error("a restart opens a line that was closed")
	}
	if _, err := d.store.LiftOverrides(t.Context(), "gopay", "", "ben", d.now); err != nil {
		t.Fatal(err)
	}
	d.follows(f, 9*time.Second)
	if !d.lineOpen() || len(d.Live().Overrides()) != 0 {
		t.Error("lifted, and still closed")
	}
}

// With the store gone the last known overrides stand, each until its end.
func TestOverridesWithoutTheStore(t *testing.T) {
	d := newDesk(t)
	gone := &goneHistory{History: d.store}
	d.History = gone
	f := publish.NewFollower(d.Publisher, "a", "host")
	end := d.now.Add(time.Minute)
	d.closes(callbacks.DeclaredOverride{Until: end})
	d.follows(f, time.Second)
	gone.gone = true
	d.follows(f, 30*time.Second)
	if d.lineOpen() || f.Shared().Err == nil || strings.Count(d.log.String(),
		"the overrides that are known stay in force") != 1 {
		t.Errorf("open %v, heard %+v, log %s", d.lineOpen(), f.Shared(), d.log.String())
	}
	d.now = end
	if !d.lineOpen() {
		t.Error("an override lasts beyond its end")
	}
	gone.gone = false
	d.follows(f, time.Second)
	if f.Shared().Err != nil {
		t.Errorf("the store is back: %v", f.Shared().Err)
	}
}

// A closed desk: its own callers, and those of its topics hear why.
func TestADeskIsClosed(t *testing.T) {
	d := newDesk(t)
	f := publish.NewFollower(d.Publisher, "a", "host")
	d.closes(callbacks.DeclaredOverride{Desk: "senior", Until: d.now.Add(time.Hour),
		Say: map[string]string{"en": "Training."}})
	d.closes(callbacks.DeclaredOverride{Desk: "emergency", Until: d.now.Add(time.Hour)})
	d.closes(callbacks.DeclaredOverride{Desk: "gone", Until: d.now.Add(time.Hour)})
	d.closes(callbacks.DeclaredOverride{Line: "gone", Until: d.now.Add(time.Hour)})
	d.follows(f, time.Second)
	line := d.Live().Find("gopay", "")
	if !line.Hours.IsOpen(d.now) || line.Desks["senior"].Hours.IsOpen(d.now) ||
		!line.Desks["support"].Hours.IsOpen(d.now) || !line.Desks["emergency"].Hours.IsOpen(d.now) {
		t.Error("closed is not the desk senior alone")
	}
	if len(line.Announcements) != 1 || strings.Join(line.Announcements[0].Topics, " ") != "senior" {
		t.Errorf("announced is %+v", line.Announcements)
	}
}

// Instances that run different configurations for longer than it takes to publish are a warning on each, once.
func TestDrift(t *testing.T) {
	d := newDesk(t)
	one, other := publish.NewFollower(d.Publisher, "a", "host"), callbacks.Instance{ID: "b", Host: "other",
		Hash: "0123456789abcdef"}
	see := func() {
		other.Seen, other.Since = d.now, d.now
		if err := d.store.SeeInstance(t.Context(), other); err != nil {
			t.Fatal(err)
		}
	}
	warned := func() int { return strings.Count(d.log.String(), "instances run different configurations") }
	see()
	d.follows(one, 9*time.Second)
	if shared := one.Shared(); !shared.Drift() || len(shared.Instances) != 2 || warned() != 0 {
		t.Errorf("after seconds: drift %v of %+v, warned %d times", shared.Drift(), shared.Instances, warned())
	}
	for range 6 {
		see()
		d.follows(one, 9*time.Second)
	}
	if warned() != 1 {
		t.Errorf("warned %d times", warned())
	}
	other.Hash = d.State().Hash
	see()
	d.follows(one, 9*time.Second)
	if one.Shared().Drift() {
		t.Error("together again, and still a drift")
	}
	d.follows(one, publish.Fresh+9*time.Second)
	if n := len(one.Shared().Instances); n != 1 {
		t.Errorf("%d instances; one that says nothing any more counts as gone", n)
	}
	// A refused edit is told to the others.
	d.saves("hours/gopay.yaml", "rubbish\n")
	d.settles()
	d.follows(one, time.Second)
	if i := one.Shared().Instances[0]; !strings.Contains(i.Problem, "hours/gopay.yaml") || i.Hash != d.State().Hash {
		t.Errorf("it says of itself %+v", i)
	}
	if err := one.Leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, err := d.store.Instances(t.Context(), d.now.Add(-time.Hour)); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}

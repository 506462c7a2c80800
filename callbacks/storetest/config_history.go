package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A Place is an empty database. Open opens it, again each time it is called, and closes it when the test ends; Beside
// is for what a test does past the store, once it was opened.
type Place struct {
	Open   func(t *testing.T) Store
	Beside *sql.DB
}

// ConfigHistory runs the suite for the history of the configuration. place makes a place each time it is called.
func ConfigHistory(t *testing.T, place func(t *testing.T) Place) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, h *history)
	}{
		{"overrides", testOverrides},
		{"lifted overrides", testLiftOverrides},
		{"overrides with an end", testOverrideEnds},
		{"overrides, at once", testOverridesAtOnce},
		{"versions", testVersions},
		{"no versions", testNoVersions},
		{"files", testFiles},
		{"files of many versions", testFilesOfManyVersions},
		{"many files", testManyFiles},
		{"recordings", testAudio},
		{"the latest versions are kept", testVersionsKept},
		{"the same version, at once", testTheSameVersionAtOnce},
		{"versions, at once", testVersionsAtOnce},
		{"instances", testInstances},
		{"instances of the past", testInstancesOfThePast},
		{"words that are none", testWords},
		{"after a restart", testHistoryAfterARestart},
		{"cancelled context", testHistoryContext},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := place(t)
			c.test(t, &history{Store: p.Open(t), place: p, ctx: context.Background()})
		})
	}
}

// history adds what the tests repeat.
type history struct {
	Store
	place Place
	ctx   context.Context
}

// odd is an instant in another zone, with more digits than are kept; kept is what comes back.
var (
	odd  = time.Date(2026, 3, 2, 10, 0, 0, 123_456_789, time.FixedZone("Asia/Jakarta", 7*60*60))
	kept = time.Date(2026, 3, 2, 3, 0, 0, 123_000_000, time.UTC)
)

// closure is an override of a line for the two hours from Start on.
func closure(edit ...func(*callbacks.DeclaredOverride)) callbacks.DeclaredOverride {
	o := callbacks.DeclaredOverride{Line: "gopay", From: Start, Until: Start.Add(2 * time.Hour), Reason: "fire drill",
		By:      "sari",
		Created: Start}
	for _, e := range edit {
		e(&o)
	}
	return o
}

// must is for calls that return a value and an error.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (h *history) declare(t *testing.T, edit ...func(*callbacks.DeclaredOverride)) callbacks.DeclaredOverride {
	t.Helper()
	return must[callbacks.DeclaredOverride](t)(h.DeclareOverride(h.ctx, closure(edit...)))
}

func (h *history) overrides(t *testing.T, after time.Time) []callbacks.DeclaredOverride {
	t.Helper()
	return must[[]callbacks.DeclaredOverride](t)(h.Overrides(h.ctx, after))
}

// exactly is same, but two instants are only equal in the same zone, too.
func exactly(t *testing.T, got, want any) {
	t.Helper()
	zone := cmp.Comparer(func(a, b time.Time) bool { return a == b })
	// Without this every byte of a recording is compared by itself, with all of cmp's options.
	content := cmp.Comparer(func(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) })
	if diff := cmp.Diff(want, got, zone, content); diff != "" {
		t.Fatalf("-want +got\n%s", diff)
	}
}

func testOverrides(t *testing.T, h *history) {
	say := map[string]string{"id": "Kantor kami dievakuasi.", "zh": "我们的办公室正在疏散。", "ja": "ただいま避難中です。",
		"en": `"Evacuated" <&> \`}
	declared := closure(func(o *callbacks.DeclaredOverride) {
		o.Desk, o.Open, o.Say, o.Reason, o.By = "support", true, say, "地震 \n', ?", "Jörg"
		o.From, o.Until, o.Created = odd, odd.Add(time.Hour), odd.Add(-time.Minute)
		o.Lifted, o.LiftedBy = odd, "nobody" // it is not, when it is declared
	})
	first := must[callbacks.DeclaredOverride](t)(h.DeclareOverride(h.ctx, declared))
	want := declared
	want.ID, want.From, want.Until = first.ID, kept, kept.Add(time.Hour)
	want.Created, want.Lifted, want.LiftedBy = kept.Add(-time.Minute), time.Time{}, ""
	if first.ID == 0 {
		t.Fatal("it has no number")
	}
	exactly(t, first, want)
	// The order is that of the declarations, whatever begins or ends first.
	late := h.declare(t, func(o *callbacks.DeclaredOverride) { o.Until = Start.Add(20 * time.Hour) })
	early := h.declare(t, func(o *callbacks.DeclaredOverride) {
		o.From, o.Until, o.Say = Start.Add(-time.Hour), Start.Add(time.Minute), map[string]string{}
	})
	if first.ID >= late.ID || late.ID >= early.ID || late.Say != nil || early.Say != nil {
		t.Fatalf("declared as %+v, %+v", late, early)
	}
	exactly(t, h.overrides(t, Start), []callbacks.DeclaredOverride{first, late, early})
	exactly(t, h.overrides(t, early.Until.Add(-time.Millisecond)), []callbacks.DeclaredOverride{first, late, early})
	exactly(t, h.overrides(t, early.Until), []callbacks.DeclaredOverride{first, late}) // the end is exclusive
	exactly(t, h.overrides(t, Start.Add(30*time.Hour)), []callbacks.DeclaredOverride(nil))
}

func testLiftOverrides(t *testing.T, h *history) {
	over := h.declare(t, func(o *callbacks.DeclaredOverride) { o.Until = Start.Add(time.Hour) })
	stands, another := h.declare(t), h.declare(t, func(o *callbacks.DeclaredOverride) { o.Open = true })
	comes := h.declare(t, func(o *callbacks.DeclaredOverride) {
		o.From, o.Until = Start.Add(24*time.Hour),
			Start.Add(48*time.Hour)
	})
	desk := h.declare(t, func(o *callbacks.DeclaredOverride) { o.Desk = "support" })
	line := h.declare(t, func(o *callbacks.DeclaredOverride) { o.Line = "upay" })
	now := odd.Add(time.Hour) // one is over by then
	lift := func(line, desk, by string, now time.Time) []callbacks.DeclaredOverride {
		t.Helper()
		return must[[]callbacks.DeclaredOverride](t)(h.LiftOverrides(h.ctx, line, desk, by, now))
	}
	third, fourth := h.declare(t), h.declare(t)
	third.Lifted, third.LiftedBy = kept.Add(time.Hour), "budi"
	exactly(t, must[[]callbacks.DeclaredOverride](t)(h.LiftOverrides(h.ctx, "gopay", "", "budi", now, third.ID)),
		[]callbacks.DeclaredOverride{third})
	exactly(t, must[[]callbacks.DeclaredOverride](t)(h.LiftOverrides(h.ctx, "upay", "", "budi", now, fourth.ID)),
		[]callbacks.DeclaredOverride(nil)) // another line's
	want := []callbacks.DeclaredOverride{stands, another, comes, fourth}
	for i := range want {
		want[i].Lifted, want[i].LiftedBy = kept.Add(time.Hour), "budi"
	}
	exactly(t, lift("gopay", "", "budi", now), want)
	for _, o := range want {
		if o.Rules(now) || !o.From.After(Start) && !o.Rules(now.Add(-time.Second)) {
			t.Errorf("%+v rules when it was lifted, or did not before", o)
		}
	}
	exactly(t, lift("gopay", "", "again", now.Add(time.Minute)), []callbacks.DeclaredOverride(nil))
	exactly(t, lift("gopay", "senior", "budi", now), []callbacks.DeclaredOverride(nil))
	exactly(t, lift("nobody's", "", "budi", now), []callbacks.DeclaredOverride(nil))
	exactly(t, h.overrides(t, Start), []callbacks.DeclaredOverride{over, desk, line})
	desk.Lifted, desk.LiftedBy = Start, ""
	exactly(t, lift("gopay", "support", "", Start), []callbacks.DeclaredOverride{desk})
	again := h.declare(t) // what was lifted stands in the way of nothing
	exactly(t, h.overrides(t, Start), []callbacks.DeclaredOverride{over, line, again})
	exactly(t, lift("gopay", "", "budi", again.Until), []callbacks.DeclaredOverride(nil)) // it has just ended
}

func testOverrideEnds(t *testing.T, h *history) {
	for name, until := range map[string]time.Time{"none": {}, "before it begins": Start.Add(-time.Hour),
		"when it begins": Start} {
		over := closure(func(o *callbacks.DeclaredOverride) { o.Until = until })
		if o, err := h.DeclareOverride(h.ctx, over); err == nil || o.ID != 0 {
			t.Errorf("an end %s: %+v", name, o)
		}
	}
	exactly(t, h.overrides(t, time.Time{}), []callbacks.DeclaredOverride(nil))
}

// Two who lift at once are not both told that they did.
func testOverridesAtOnce(t *testing.T, h *history) {
	const each = 8
	stores := []Store{h.Store, h.place.Open(t)}
	atOnce(2*each, func(i int) {
		if _, err := stores[i%2].DeclareOverride(h.ctx, closure()); err != nil {
			t.Error(err)
		}
	})
	list := h.overrides(t, Start)
	if len(list) != 2*each {
		t.Fatalf("%d of %d stand", len(list), 2*each)
	}
	lifted := make([]int, 2*each)
	atOnce(2*each, func(i int) {
		list, err := stores[i%2].LiftOverrides(h.ctx, "gopay", "", "sari", Start)
		if err != nil {
			t.Error(err)
		}
		lifted[i] = len(list)
	})
	all := 0
	for _, n := range lifted {
		all += n
	}
	if all != 2*each {
		t.Errorf("of %d overrides %v were lifted", 2*each, lifted)
	}
}

func (h *history) instances(t *testing.T, since time.Time) []callbacks.Instance {
	t.Helper()
	return must[[]callbacks.Instance](t)(h.Instances(h.ctx, since))
}

func (h *history) sees(t *testing.T, i callbacks.Instance) {
	t.Helper()
	if err := h.SeeInstance(h.ctx, i); err != nil {
		t.Fatal(err)
	}
}

func testInstances(t *testing.T, h *history) {
	exactly(t, h.instances(t, time.Time{}), []callbacks.Instance(nil))
	b := callbacks.Instance{ID: "b", Host: "host-1", Hash: "h1", Since: odd.Add(-time.Hour), Offered: "h2",
		Problem: "gopay.yaml:3: 「25:00」", Seen: odd}
	a := callbacks.Instance{ID: "a", Host: "host-1", Hash: "h1", Since: Start, Seen: Start.Add(time.Minute)}
	big := callbacks.Instance{ID: "B", Host: "host-2", Hash: "h1", Since: Start, Seen: Start.Add(2 * time.Minute)}
	for _, i := range []callbacks.Instance{b, a, big} {
		h.sees(t, i)
	}
	b.Since, b.Seen = kept.Add(-time.Hour), kept
	exactly(t, h.instances(t, Start), []callbacks.Instance{big, a, b})
	exactly(t, h.instances(t, kept), []callbacks.Instance{big, a, b}) // since the instant, not after it
	exactly(t, h.instances(t, kept.Add(time.Millisecond)), []callbacks.Instance{big, a})
	// What it says takes the place of all it said before.
	b = callbacks.Instance{ID: "b", Host: "host-3", Hash: "h2", Since: Start.Add(time.Hour),
		Seen: Start.Add(2 * time.Hour)}
	h.sees(t, b)
	exactly(t, h.instances(t, Start), []callbacks.Instance{big, a, b})
	for range 2 { // the second time there is none
		if err := h.ForgetInstance(h.ctx, "a"); err != nil {
			t.Fatal(err)
		}
	}
	exactly(t, h.instances(t, Start), []callbacks.Instance{big, b})
}

func testInstancesOfThePast(t *testing.T, h *history) {
	const week = 7 * 24 * time.Hour
	gone := callbacks.Instance{ID: "gone", Since: Start, Seen: Start}
	nearly := callbacks.Instance{ID: "nearly", Since: Start, Seen: Start.Add(time.Millisecond)}
	h.sees(t, gone)
	h.sees(t, nearly)
	now := callbacks.Instance{ID: "now", Since: Start, Seen: Start.Add(week)}
	h.sees(t, now)
	exactly(t, h.instances(t, time.Time{}), []callbacks.Instance{gone, nearly, now})
	now.Seen = now.Seen.Add(time.Millisecond)
	h.sees(t, now)
	exactly(t, h.instances(t, time.Time{}), []callbacks.Instance{nearly, now})
}

// What an error quotes from a broken file, and what a terminal sends, may be no text. It is kept as far as it can be
// read.
func testWords(t *testing.T, h *history) {
	const broken, read = "caf\xe9 \x00.", "caf\uFFFD \uFFFD."
	h.sees(t, callbacks.Instance{ID: "i", Host: broken, Problem: broken, Seen: Start})
	exactly(t, h.instances(t, Start), []callbacks.Instance{{ID: "i", Host: read, Problem: read, Seen: Start}})
	o := h.declare(t, func(o *callbacks.DeclaredOverride) {
		o.Reason, o.By, o.Say = broken, broken, map[string]string{"en": "caf\xe9 \x00."}
	})
	if o.Reason != read || o.By != read || o.Say["en"] != "caf\uFFFD \x00." {
		t.Errorf("declared as %+v", o)
	}
	lifted := must[[]callbacks.DeclaredOverride](t)(h.LiftOverrides(h.ctx, "gopay", "", broken, Start))
	if len(lifted) != 1 || lifted[0].LiftedBy != read {
		t.Errorf("lifted as %+v", lifted)
	}
	v := h.add(t, callbacks.Version{Hash: "h", Author: broken, Note: broken, Summary: broken,
		Changes: broken})
	if v.Author != read || v.Note != read || v.Summary != read || v.Changes != read {
		t.Errorf("added as %+v", v)
	}
}

// Another process, and the next one, reads what this one wrote.
func testHistoryAfterARestart(t *testing.T, h *history) {
	h.declare(t, func(o *callbacks.DeclaredOverride) { o.Say = map[string]string{"zh": "关闭"} })
	h.declare(t)
	h.add(t, callbacks.Version{Hash: "h1", At: odd, Files: files("a", "1", "b", "")})
	h.add(t, callbacks.Version{Hash: "h2", At: odd, Author: "sari", Note: "n", Changes: "c", Files: files("a", "2")})
	h.sees(t, callbacks.Instance{ID: "i", Host: "host", Hash: "h2", Since: odd, Offered: "h3", Problem: "p", Seen: odd})
	read := func(h *history) []any {
		t.Helper()
		return []any{
			h.overrides(t, Start), must[[]callbacks.Version](t)(h.Versions(h.ctx, 10)), h.version(t, 0),
			h.version(t, 1),
			must[callbacks.Version](t)(h.VersionOf(h.ctx, "h1")), h.instances(t, Start),
		}
	}
	next := &history{Store: h.place.Open(t), place: h.place, ctx: h.ctx}
	exactly(t, read(next), read(h))
	if v := next.add(t, callbacks.Version{Hash: "h3"}); v.Number != 3 {
		t.Errorf("the next version is %+v", v)
	}
	if _, added, err := next.AddVersion(h.ctx, callbacks.Version{Hash: "h3"}); err != nil || added {
		t.Errorf("added again: %v, %v", added, err)
	}
}

func testHistoryContext(t *testing.T, h *history) {
	ctx, stop := context.WithCancel(h.ctx)
	stop()
	if _, err := h.DeclareOverride(ctx, closure()); err == nil {
		t.Error("declared although the caller is gone")
	}
	if _, added, err := h.AddVersion(ctx, callbacks.Version{Hash: "h"}); err == nil || added {
		t.Error("added although the caller is gone")
	}
	if err := h.SeeInstance(ctx, callbacks.Instance{ID: "i", Seen: Start}); err == nil {
		t.Error("seen although the caller is gone")
	}
	exactly(t, h.overrides(t, Start), []callbacks.DeclaredOverride(nil))
	exactly(t, h.instances(t, Start), []callbacks.Instance(nil))
	if v := h.add(t, callbacks.Version{Hash: "h"}); v.Number != 1 {
		t.Errorf("the first version is %+v", v)
	}
}

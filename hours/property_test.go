package hours_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/hours"
)

var zoneNames = strings.Fields(allZones)

// drawRules draws a zone, an instant from 1973 (when the last zone gave up half minutes) to 2100, near a clock change
// or anywhere, and rules around it.
func drawRules(rt *rapid.T) (hours.Rules, time.Time) {
	draw := drawRapid(rt)
	name := rapid.SampledFrom(zoneNames).Draw(rt, "zone")
	z, err := time.LoadLocation(name)
	if err != nil {
		rt.Fatal(err)
	}
	near := time.Unix(rapid.Int64Range(94694400, 4102444800).Draw(rt, "instant")/60*60, 0).UTC()
	if _, end := near.In(z).ZoneBounds(); draw.oneIn(2) && !end.IsZero() {
		near = end.UTC().Truncate(time.Minute)
	}
	return draw.rules(z, near), near
}

func drawCalendar(rt *rapid.T) (*hours.Calendar, time.Time) {
	rules, near := drawRules(rt)
	return rapidBuild(rt, rules), near
}

func rapidBuild(rt *rapid.T, rules hours.Rules) *hours.Calendar {
	c, err := hours.Build(rules)
	if err != nil {
		rt.Fatalf("Build: %v", err)
	}
	return c
}

func TestRandomInstants(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rules, near := drawRules(rt)
		c := rapidBuild(rt, rules)
		if err := compare(c, newOracle(rules).open, near.Add(-30*time.Hour), near.Add(30*time.Hour)); err != nil {
			rt.Fatal(err)
		}
		decided := 0
		for _, r := range c.Explain(near).Considered {
			if r.Decides {
				decided++
			}
		}
		if decided != 1 {
			rt.Fatalf("%d rules decide", decided)
		}
	})
}

// TestHigherLayersDecide: of the rules of today that apply the one of the highest rank decides, unless something runs
// on from the evening before; and the one that would decide otherwise ranks no higher.
func TestHigherLayersDecide(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, near := drawCalendar(rt)
		why := c.Explain(near)
		today := hours.DateOf(near.In(c.Zone()))
		var last hours.Layer
		for i, r := range why.Considered {
			if r.Decides != (i == slices.IndexFunc(why.Considered,
				func(o hours.Considered) bool { return o.Applies })) {
				rt.Fatalf("decided by %+v of %+v", r, why.Considered)
			}
			if r.Date != today && r.Layer != hours.LayerOverride {
				continue
			}
			if r.Layer < last {
				rt.Fatalf("%s after a lower rank: %+v", r.Layer, why.Considered)
			}
			last = r.Layer
		}
		if why.Otherwise.Decides || why.Otherwise.Layer != 0 && !why.Otherwise.Applies {
			rt.Fatalf("otherwise %+v", why.Otherwise)
		}
	})
}

func TestSpansNeitherOverlapNorTouch(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, near := drawCalendar(rt)
		from, to := near.AddDate(0, 0, -10), near.AddDate(0, 0, 10)
		last := from.Add(-1)
		for i := range c.Spans(from, to) {
			if !i.From.After(last) || !i.To.After(i.From) || i.From.Before(from) || i.To.After(to) {
				rt.Fatalf("%v after %s", i, last)
			}
			last = i.To
		}
	})
}

// TestOrderDoesNotMatter: the same rules in another order give the same answers, explanations included.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rules, near := drawRules(rt)
		other := rules
		for d := range other.Week {
			other.Week[d] = rapid.Permutation(rules.Week[d]).Draw(rt, "spans")
		}
		other.Special = rapid.Permutation(rules.Special).Draw(rt, "specials")
		other.Overrides = rapid.Permutation(rules.Overrides).Draw(rt, "overrides")
		other.Holidays = rapid.Permutation(rules.Holidays).Draw(rt, "sets")
		for i := range other.Holidays {
			other.Holidays[i].Days = rapid.Permutation(other.Holidays[i].Days).Draw(rt, "days")
		}
		a, b := rapidBuild(rt, rules), rapidBuild(rt, other)
		for at := near.AddDate(0, 0, -6); at.Before(near.AddDate(0, 0, 6)); at = at.Add(45 * time.Minute) {
			if x, y := a.At(at), b.At(at); !reflect.DeepEqual(x, y) {
				rt.Fatalf("at %s: %+v and %+v", at, x, y)
			}
		}
		if x, y := a.Explain(near), b.Explain(near); !reflect.DeepEqual(x, y) {
			rt.Fatalf("%+v and %+v", x, y)
		}
	})
}

// TestIntersect: an intersection answers everything like a calendar that is open when both are, in zones of their own.
func TestIntersect(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		one, near := drawRules(rt)
		z, err := time.LoadLocation(rapid.SampledFrom(zoneNames).Draw(rt, "other zone"))
		if err != nil {
			rt.Fatal(err)
		}
		draw := drawRapid(rt)
		two, three := draw.rules(z, near), draw.rules(time.UTC, near)
		a, b, c := newOracle(one), newOracle(two), newOracle(three)
		both := hours.Intersect(rapidBuild(rt, one), rapidBuild(rt, two))
		from, to := near.Add(-24*time.Hour), near.Add(24*time.Hour)
		if err := compare(both, func(t time.Time) bool { return a.open(t) && b.open(t) }, from, to); err != nil {
			rt.Fatal(err)
		}
		all := hours.Intersect(both, rapidBuild(rt, three))
		if err := compare(all, func(t time.Time) bool { return a.open(t) && b.open(t) && c.open(t) }, from,
			to); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestSlotsAreOpenOrderedAndIndependentOfFrom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, near := drawCalendar(rt)
		if rapid.Bool().Draw(rt, "intersect") {
			c = hours.Intersect(c, rapidBuild(rt, drawRapid(rt).rules(time.UTC, near)))
		}
		length := time.Duration(rapid.SampledFrom([]int{10, 15, 20, 30, 45, 50, 60, 90, 120}).Draw(rt,
			"length")) * time.Minute
		from := near.Add(-20 * time.Hour)
		all := c.Slots(from, length, 40)
		last := from
		for _, s := range all {
			if s.From.Before(last) || s.To.Sub(s.From) != length {
				rt.Fatalf("%v after %s", s, last)
			}
			last = s.To
			if got := slices.Collect(c.Spans(s.From, s.To)); len(got) != 1 || got[0] != s {
				rt.Fatalf("%v is open only in %v", s, got)
			}
		}
		later := from.Add(time.Duration(rapid.IntRange(0, 40*60).Draw(rt, "later")) * time.Minute)
		rest := slices.DeleteFunc(slices.Clone(all), func(s hours.Interval) bool { return s.From.Before(later) })
		if got := c.Slots(later, length, len(rest)); !slices.Equal(got, rest) {
			rt.Fatalf("from %s: %v, want %v", later, got, rest)
		}
	})
}

// TestLongClosures: the first opening after weeks or months is the first minute at which the oracle turns.
func TestLongClosures(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rules, near := drawRules(rt)
		days := rapid.IntRange(10, 100).Draw(rt, "days")
		rules.Special = []hours.Special{{From: date0(near, 0), To: date0(near, days), Closed: true, Name: "Long"}}
		rules.Overrides = nil
		if rapid.IntRange(0, 3).Draw(rt, "override") == 0 {
			rules.Overrides = []hours.Override{{From: near, Until: near.AddDate(0, 0, days+3), Reason: "Long"}}
		}
		c, o := rapidBuild(rt, rules), newOracle(rules)
		at := near.AddDate(0, 0, 3)
		first := at
		for n := 0; !o.open(first) && n < (days+20)*24*60; n++ {
			first = first.Add(time.Minute)
		}
		got, ok := c.NextOpening(at)
		if o.open(first) != ok || ok && !got.Equal(first) {
			rt.Fatalf("after %s: %s %v, want %s", at, got, ok, first)
		}
		if s := c.At(first.Add(-time.Minute)); ok && (s.Open || !s.Until.Equal(first)) {
			rt.Fatalf("%+v, want until %s", s, first)
		}
	})
}

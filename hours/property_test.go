package hours_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/hours"
)

// around holds, for each zone, an instant near which its clock does something.
var around = map[string][]string{
	"America/New_York":    {"2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"},
	"Australia/Lord_Howe": {"2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"}, // half an hour
	"Africa/Casablanca":   {"2026-02-15T02:00:00Z", "2026-03-22T02:00:00Z"}, // back for Ramadan
	"America/Havana":      {"2026-03-08T05:00:00Z", "2026-11-01T05:00:00Z"}, // at midnight
	"Pacific/Apia":        {"2011-12-30T10:00:00Z"},                         // a day is skipped
	"Asia/Jakarta":        {"2026-12-31T17:00:00Z"},                         // no change
	"Asia/Kathmandu":      {"1985-12-31T18:30:00Z"},                         // a quarter of an hour
}

var zones = slices.Sorted(func(yield func(string) bool) {
	for name := range around {
		if !yield(name) {
			return
		}
	}
})

// genDay draws spans of one day that do not overlap; a last one may run past midnight, until early.
func genDay(rt *rapid.T, early int) []hours.Span {
	n := rapid.IntRange(0, 3).Draw(rt, "spans")
	cuts := rapid.SliceOfNDistinct(rapid.IntRange(early/15, 24*4), 2*n, 2*n, rapid.ID[int]).Draw(rt, "quarters")
	slices.Sort(cuts)
	var out []hours.Span
	for i := 0; i+1 < len(cuts); i += 2 {
		out = append(out, hours.Span{From: cuts[i] * 15, To: cuts[i+1] * 15})
	}
	if len(out) > 0 && rapid.Bool().Draw(rt, "overnight") {
		out[len(out)-1].To = rapid.IntRange(0, early/15).Draw(rt, "until") * 15
		if out[len(out)-1].To == out[len(out)-1].From {
			out[len(out)-1].To = 24 * 60
		}
	}
	return rapid.Permutation(out).Draw(rt, "order")
}

// genRules draws a week and special days around an instant.
func genRules(rt *rapid.T, near time.Time) (week hours.Week, special []hours.Special) {
	const early = 5 * 60
	for d := range week {
		week[d] = genDay(rt, early)
	}
	for offset := -4; offset <= 4; offset++ {
		// Counted in UTC: where a zone skipped a day, two offsets are the same date.
		s := hours.Special{From: hours.DateOf(near.UTC().AddDate(0, 0, offset)), Name: "Special"}
		switch rapid.IntRange(0, 7).Draw(rt, "special") {
		case 0:
			s.Closed = true
		case 1:
			if s.Open = genDay(rt, 0); len(s.Open) == 0 {
				continue
			}
		case 2:
			as := time.Weekday(rapid.IntRange(0, 6).Draw(rt, "as"))
			s.As = &as
		default:
			continue
		}
		special = append(special, s)
	}
	return week, special
}

// genCalendar draws rules, a zone and an instant near which the zone's clock changes.
func genCalendar(rt *rapid.T) (*hours.Calendar, time.Time) {
	name := rapid.SampledFrom(zones).Draw(rt, "zone")
	z, err := time.LoadLocation(name)
	if err != nil {
		rt.Fatal(err)
	}
	near, err := time.Parse(time.RFC3339, rapid.SampledFrom(around[name]).Draw(rt, "near"))
	if err != nil {
		rt.Fatal(err)
	}
	week, special := genRules(rt, near)
	c, err := hours.New(z, week, special)
	if err != nil {
		rt.Fatalf("New: %v", err)
	}
	return c, near
}

// openByReading decides an instant from what is written, knowing nothing of intervals.
func openByReading(c *hours.Calendar, t time.Time) bool {
	local := t.In(c.Zone())
	minute := local.Hour()*60 + local.Minute()
	today := hours.DateOf(local)
	noon := time.Date(today.Year, today.Month, today.Day, 12, 0, 0, 0, time.UTC)
	spans, _ := c.Day(today)
	for _, s := range spans {
		if s.From <= minute && (minute < s.To || s.To <= s.From) {
			return true
		}
	}
	spans, _ = c.Day(hours.DateOf(noon.AddDate(0, 0, -1)))
	for _, s := range spans {
		if s.To <= s.From && minute < s.To {
			return true
		}
	}
	return false
}

func TestAtAgreesWithReadingsAndSpans(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, near := genCalendar(rt)
		from, to := near.Add(-30*time.Hour), near.Add(30*time.Hour)
		all := slices.Collect(c.Spans(from, to))
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			want := openByReading(c, at)
			if got := c.IsOpen(at); got != want {
				rt.Fatalf("IsOpen(%s) = %v", at.In(c.Zone()), got)
			}
			if got := slices.ContainsFunc(all, func(i hours.Interval) bool { return i.Contains(at) }); got != want {
				rt.Fatalf("%s: open %v, in Spans %v", at.In(c.Zone()), want, got)
			}
			if at.Minute() == 0 {
				if got := c.At(at).Open; got != want {
					rt.Fatalf("At(%s).Open = %v", at.In(c.Zone()), got)
				}
			}
		}
	})
}

func TestChangesAreTheFirstAndLastMinuteByMinute(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, near := genCalendar(rt)
		at := near.Add(time.Duration(rapid.IntRange(-30*60, 30*60).Draw(rt, "minutes")) * time.Minute)
		state := c.At(at)
		const look = 48 * 60
		first := at
		for n := 0; n < look && openByReading(c, first) == state.Open; n++ {
			first = first.Add(time.Minute)
		}
		if changed := openByReading(c, first) != state.Open; changed && !state.Until.Equal(first) {
			rt.Fatalf("at %s: Until %s, first change %s", at.In(c.Zone()), state.Until.In(c.Zone()), first.In(c.Zone()))
		} else if !changed && !state.Until.IsZero() && state.Until.Before(first) {
			rt.Fatalf("at %s: Until %s, but nothing changes before %s", at.In(c.Zone()), state.Until.In(c.Zone()), first.In(c.Zone()))
		}
		last := at
		for n := 0; n < look && openByReading(c, last.Add(-time.Minute)) == state.Open; n++ {
			last = last.Add(-time.Minute)
		}
		if changed := openByReading(c, last.Add(-time.Minute)) != state.Open; changed && !state.Since.Equal(last) {
			rt.Fatalf("at %s: Since %s, last change %s", at.In(c.Zone()), state.Since.In(c.Zone()), last.In(c.Zone()))
		}
		next, ok := c.NextOpening(at)
		switch {
		case state.Open && !(ok && next.Equal(at)):
			rt.Fatalf("open at %s, NextOpening %s %v", at, next, ok)
		case !state.Open && ok != !state.Until.IsZero(), !state.Open && ok && !next.Equal(state.Until), !state.Open && !state.NextOpen.Equal(state.Until):
			rt.Fatalf("closed at %s until %s, NextOpening %s %v", at, state.Until, next, ok)
		}
	})
}

func TestSpansNeitherOverlapNorTouch(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, near := genCalendar(rt)
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

func TestOrderOfSpecialDaysDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		near := time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
		week, special := genRules(rt, near)
		a, err := hours.New(time.UTC, week, special)
		if err != nil {
			rt.Fatal(err)
		}
		b, err := hours.New(time.UTC, week, rapid.Permutation(special).Draw(rt, "order of specials"))
		if err != nil {
			rt.Fatal(err)
		}
		for at := near.AddDate(0, 0, -6); at.Before(near.AddDate(0, 0, 6)); at = at.Add(45 * time.Minute) {
			if x, y := a.At(at), b.At(at); x != y {
				rt.Fatalf("at %s: %+v and %+v", at, x, y)
			}
		}
	})
}

func TestSlotsAreOpenOrderedAndIndependentOfFrom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, near := genCalendar(rt)
		length := time.Duration(rapid.SampledFrom([]int{10, 15, 20, 30, 45, 50, 60, 90, 120}).Draw(rt, "length")) * time.Minute
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

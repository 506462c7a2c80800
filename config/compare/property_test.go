package compare_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// drawSpans draws spans of one day that do not overlap; the last may run past midnight where late is set.
func drawSpans(rt *rapid.T, late bool) (out []hours.Span) {
	var cuts []int
	for range 2 * rapid.IntRange(0, 2).Draw(rt, "spans") {
		if cut := 30 * rapid.IntRange(8, 47).Draw(rt, "cut"); !slices.Contains(cuts, cut) {
			cuts = append(cuts, cut)
		}
	}
	slices.Sort(cuts)
	for i := 0; i+1 < len(cuts); i += 2 {
		out = append(out, hours.Span{From: cuts[i], To: cuts[i+1]})
	}
	if len(out) > 0 && late && rapid.Bool().Draw(rt, "late") {
		out[len(out)-1].To = 30 * rapid.IntRange(1, 7).Draw(rt, "until")
	}
	return out
}

// drawRules draws hours around an instant.
func drawRules(rt *rapid.T, zone *time.Location, near time.Time) hours.Rules {
	r := hours.Rules{Zone: zone}
	for d := range r.Week {
		r.Week[d] = drawSpans(rt, true)
	}
	editRules(rt, &r, near)
	return r
}

// editRules makes one change or a few.
func editRules(rt *rapid.T, r *hours.Rules, near time.Time) {
	r.Special, r.Overrides = slices.Clone(r.Special), slices.Clone(r.Overrides)
	for range rapid.IntRange(0, 3).Draw(rt, "edits") {
		switch rapid.IntRange(0, 3).Draw(rt, "edit") {
		case 0:
			r.Week[rapid.IntRange(0, 6).Draw(rt, "weekday")] = drawSpans(rt, true)
		case 1:
			date := hours.DateOf(near.In(r.Zone).AddDate(0, 0, rapid.IntRange(-2, 30).Draw(rt, "day")))
			r.Special = slices.DeleteFunc(r.Special, func(s hours.Special) bool { return s.From == date })
			if s := (hours.Special{From: date, Name: "Special", Open: drawSpans(rt, false)}); rapid.Bool().Draw(rt,
				"special") {
				s.Closed = len(s.Open) == 0
				r.Special = append(r.Special, s)
			}
		case 2:
			from := near.Add(time.Duration(rapid.IntRange(-3000, 40000).Draw(rt, "from")) * time.Minute)
			r.Overrides = []hours.Override{{From: from,
				Until: from.Add(time.Duration(rapid.IntRange(1, 4000).Draw(rt, "for")) * time.Minute),
				Open:  rapid.Bool().Draw(rt, "open"), Reason: "Override"}}
		case 3:
			r.Overrides = nil
		}
	}
}

func snapshotOf(c *hours.Calendar) *config.Snapshot {
	return &config.Snapshot{Lines: []*ivr.Line{{ID: "shop", Hours: c, Numbers: []string{"+622150001000"}}}}
}

var drawnZones = []string{"Asia/Jakarta", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"}

// Within the days compared, what is told to open or close is exactly where the calendars differ, minute by minute; and
// the words say the same as the instants.
func TestComparedHoursAreExact(t *testing.T) {
	const days = 16 // a weekday comes at least twice
	rapid.Check(t, func(rt *rapid.T) {
		zone := func(label string) *time.Location {
			zone, err := time.LoadLocation(rapid.SampledFrom(drawnZones).Draw(rt, label))
			if err != nil {
				rt.Fatal(err)
			}
			return zone
		}
		// clocks change meanwhile
		near := thursday.AddDate(0, rapid.IntRange(0, 11).Draw(rt, "month"), rapid.IntRange(0, 6).Draw(rt, "day"))
		before := drawRules(rt, zone("zone"), near)
		after := before
		editRules(rt, &after, near)
		if rapid.IntRange(0, 5).Draw(rt, "moves") == 0 {
			after.Zone = zone("new zone")
		}
		old, new := build(rt, before), build(rt, after)
		if old == nil || new == nil {
			return // spans that overlap make no calendar; few are drawn
		}
		changes := compare.Snapshots(snapshotOf(old), snapshotOf(new), near, days)
		var told compare.HoursChanges
		for _, one := range changes.Each {
			for _, h := range one.Hours {
				told = h
			}
		}
		today := hours.DateOf(near.In(after.Zone))
		begin := time.Date(today.Year, today.Month, today.Day, 0, 0, 0, 0, after.Zone)
		end := time.Date(today.Year, today.Month, today.Day+days, 0, 0, 0, 0, after.Zone)
		instants, words := changedAt(told), toldAt(told, after.Zone)
		for at := begin; at.Before(end); at = at.Add(time.Minute) {
			was, is := old.IsOpen(at), new.IsOpen(at)
			want := ""
			if was != is {
				want = fmt.Sprint(is)
			}
			if got := instants(at); got != want {
				rt.Fatalf("%v: open was %t and is %t, told is %q\n%s", at, was, is, got, changes)
			}
			if got := words(at); got != want {
				rt.Fatalf("%v: open was %t and is %t, in words %q\n%s", at, was, is, got, changes)
			}
		}
	})
}

func build(rt *rapid.T, r hours.Rules) *hours.Calendar {
	c, err := hours.Build(r)
	if err != nil {
		return nil
	}
	return c
}

// changedAt tells by instants what an instant becomes: open "true", closed "false", or "" for as it was. Two answers
// are "twice".
func changedAt(h compare.HoursChanges) func(time.Time) string {
	var all []compare.ChangedSpan
	for _, d := range h.Days {
		all = append(all, d.Changed...)
	}
	slices.SortFunc(all, func(a, b compare.ChangedSpan) int { return a.From.Compare(b.From) })
	return func(at time.Time) string {
		i, _ := slices.BinarySearchFunc(all, at, func(c compare.ChangedSpan, at time.Time) int {
			if c.To.After(at) {
				return 1
			}
			return -1
		})
		covers := func(i int) bool { return i < len(all) && !at.Before(all[i].From) && at.Before(all[i].To) }
		switch {
		case !covers(i):
			return ""
		case covers(i + 1):
			return "twice"
		}
		return fmt.Sprint(all[i].Open)
	}
}

// toldAt does the same by the words: dates, weekdays and times of day on the clock of a zone.
func toldAt(h compare.HoursChanges, zone *time.Location) func(time.Time) string {
	byDate := map[hours.Date][]compare.DayChange{}
	for _, d := range h.Days {
		for day := d.First; day.Compare(d.Last) <= 0; day = day.AddDays(1) {
			if (len(d.Weekdays) == 0 || slices.Contains(d.Weekdays, compare.Weekday(day.Weekday()))) &&
				!slices.Contains(d.Except, day) {
				byDate[day] = append(byDate[day], d)
			}
		}
	}
	return func(at time.Time) (told string) {
		at = at.In(zone)
		for _, d := range byDate[hours.DateOf(at)] {
			for open, spans := range map[bool][]string{true: d.Opens, false: d.Closes} {
				for _, span := range spans {
					if inWords(span, at) {
						told += fmt.Sprint(open)
					}
				}
			}
		}
		return told
	}
}

// inWords reports whether a clock shows a time within a span, "08:00-12:00" or with offsets "01:30+02:00 to
// 02:30+01:00".
func inWords(span string, at time.Time) bool {
	if from, to, offsets := strings.Cut(span, " to "); offsets {
		instant := func(text string) time.Time {
			clock, err := time.Parse("2006-01-02 15:04-07:00", at.Format("2006-01-02 ")+text)
			if err != nil {
				panic(err)
			}
			return clock
		}
		a, b := instant(from), instant(to)
		if !b.After(a) { // until midnight
			b = b.AddDate(0, 0, 1)
		}
		return !at.Before(a) && at.Before(b)
	}
	clock := at.Format("15:04")
	from, to, _ := strings.Cut(span, "-")
	return cmp.Compare(from, clock) <= 0 && clock < to
}

// Nothing is different from itself.
func TestCompareWithItself(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(drawnZones).Draw(rt, "zone"))
		if err != nil {
			rt.Fatal(err)
		}
		rules := drawRules(rt, zone, thursday)
		a, b := build(rt, rules), build(rt, rules)
		if a == nil {
			return // spans that overlap make no calendar; few are drawn
		}
		if changes := compare.Snapshots(snapshotOf(a), snapshotOf(b), thursday, 60); !changes.Empty() {
			rt.Fatal(changes)
		}
	})
}

package hours_test

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// TestEdgesOfTime: instants beyond what is told apart are answered, and questions about them end.
func TestEdgesOfTime(t *testing.T) {
	z := zone(t, "America/New_York")
	c := build(t, hours.Rules{Zone: z, Week: officeWeek(t), Holidays: []hours.HolidaySet{fiveYears(t)}})
	for _, at := range []time.Time{{}, time.Unix(math.MinInt64, 0), time.Unix(math.MaxInt64/2, 0),
		time.Unix(math.MaxInt64, 0),
		time.Unix(-1<<40, 5), time.Unix(1<<40, 5), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(1, 1, 1, 0, 0,
			0, 0, time.UTC)} {
		s := c.At(at)
		if s.Reason == "" || c.IsOpen(at) != s.Open {
			t.Errorf("%s: %+v", at, s)
		}
		c.NextOpening(at)
		c.NextClosing(at)
		c.Explain(at)
		c.Slots(at, time.Hour, 3)
		for range c.Spans(at, at.Add(time.Hour)) {
		}
	}
	if got := c.At(time.Date(9999, 12, 31, 15, 0, 0, 0, time.UTC)); !got.Open { // a Friday, 10:00
		t.Errorf("%+v", got)
	}
}

// TestRareOpenings: what comes back after years is found, and what never does is never.
func TestRareOpenings(t *testing.T) {
	now := wall(t, time.UTC, "2096-03-01 00:00")
	hour := spans(t, "09:00-10:00")
	for _, tt := range []struct {
		name    string
		special hours.Special
		want    string
	}{
		{"29 February, over 2100", hours.Special{Yearly: &hours.Yearly{Month: 2, Day: 29}}, "2104-02-29 09:00"},
		{"a fifth Sunday of February, over 2100", hours.Special{Nth: &hours.Nth{Month: 2, Weekday: time.Sunday, N: 5}},
			"2128-02-29 09:00"},
		{"30 February", hours.Special{From: date(t, "2026-01-01"), RRule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, ""},
		{"a rule that has ended", hours.Special{From: date(t, "2026-01-01"), RRule: "FREQ=DAILY;COUNT=3"}, ""},
	} {
		tt.special.Open = hour
		c := build(t, hours.Rules{Zone: time.UTC, Special: []hours.Special{tt.special}})
		got, ok := c.NextOpening(now)
		if ok != (tt.want != "") || ok && got.Format("2006-01-02 15:04") != tt.want {
			t.Errorf("%s: %s %v, want %s", tt.name, got, ok, tt.want)
		}
	}
}

// TestManyAtOnce: a calendar is asked by many goroutines, about stretches that take each other's place.
func TestManyAtOnce(t *testing.T) {
	rules := hours.Rules{Zone: zone(t, "Asia/Shanghai"), Week: officeWeek(t),
		Holidays: []hours.HolidaySet{fiveYears(t)},
		Special:  []hours.Special{{From: date(t, "2020-01-01"), RRule: "FREQ=WEEKLY;INTERVAL=3", Closed: true}}}
	c, alone := build(t, rules), build(t, rules)
	var asked []time.Time
	for n := range 200 {
		asked = append(asked, time.Unix(int64(n%10)*1<<30/7+int64(n)*7211, 0))
	}
	var want []bool
	for _, at := range asked {
		want = append(want, alone.IsOpen(at))
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			var got []bool
			for _, at := range asked {
				got = append(got, c.At(at).Open)
			}
			if !slices.Equal(got, want) {
				t.Error("answers differ")
			}
		})
	}
	all.Wait()
}

// TestHolidaysAreShared: sets in order are kept as they are, for every line that names them, and never changed.
func TestHolidaysAreShared(t *testing.T) {
	set := fiveYears(t)
	slices.Reverse(set.Days)
	before := slices.Clone(set.Days)
	c := build(t, hours.Rules{Zone: time.UTC, Week: officeWeek(t), Holidays: []hours.HolidaySet{set}})
	if name := c.Day(date(t, "2026-01-12")).Name; name != "Holiday" {
		t.Errorf("the set is not in order: %q", name)
	}
	if !slices.Equal(before, set.Days) {
		t.Error("the set was changed")
	}
}

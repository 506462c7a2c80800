package hours_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// officeWeek is the week that speed is measured on: a break every working day.
func officeWeek(t testing.TB) hours.Week {
	workday := spans(t, "09:00-12:00", "13:00-18:00")
	return hours.Week{time.Monday: workday, time.Tuesday: workday, time.Wednesday: workday, time.Thursday: workday,
		time.Friday: workday}
}

// fiveYears are 40 holidays a year, 8 of them make-up days, from 2024 to 2028.
func fiveYears(t testing.TB) hours.HolidaySet {
	set := hours.HolidaySet{Name: "cn", From: date(t, "2024-01-01"), To: date(t, "2028-12-31")}
	for year := 2024; year <= 2028; year++ {
		for n := range 40 {
			h := hours.Holiday{Date: hours.DateOf(time.Date(year, 1, 3+9*n, 0, 0, 0, 0, time.UTC)), Name: "Holiday"}
			if n%5 == 4 {
				h.Kind = hours.MakeUp
			}
			set.Days = append(set.Days, h)
		}
	}
	return set
}

func build(t testing.TB, r hours.Rules) *hours.Calendar {
	t.Helper()
	c, err := hours.Build(r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// instants are those of a quarter of a year, an uneven number of minutes apart.
func instants() (out []time.Time) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 1024 {
		out = append(out, at)
		at = at.Add(127 * time.Minute)
	}
	return out
}

var sink bool

// speeds are what is measured, by name. Every function asks about n instants.
func speeds(t testing.TB) map[string]func(n int) {
	z, all := zone(t, "Asia/Shanghai"), instants()
	monday := time.Monday
	plain := hours.Rules{Zone: z, Week: officeWeek(t)}
	holidays := plain
	holidays.Holidays, holidays.MakeUp = []hours.HolidaySet{fiveYears(t)}, &monday
	closure := plain
	closure.Special = []hours.Special{{From: date(t, "2026-01-01"), To: date(t, "2026-12-31"), Closed: true,
		Name: "A year"}}
	at := func(c *hours.Calendar) func(int) {
		return func(n int) {
			for i := range n {
				sink = c.At(all[i%1024]).Open
			}
		}
	}
	shut := build(t, closure)
	return map[string]func(int){
		"at":       at(build(t, plain)),
		"holidays": at(build(t, holidays)),
		"next-open-after-a-year": func(n int) {
			for i := range n {
				_, sink = shut.NextOpening(all[i%1024])
			}
		},
		"wall-clock": func(n int) {
			for i := range n {
				hour, _, _ := all[i%1024].In(z).Clock()
				sink = hour > 9
			}
		},
	}
}

// thousand is 1,000 lines with hours of their own and two sets in common.
func thousand(t testing.TB, lines int) (out []*hours.Calendar) {
	cn := fiveYears(t)
	id := cn
	id.Name = "id"
	z := zone(t, "Asia/Jakarta")
	for n := range lines {
		r := hours.Rules{Zone: z, Week: officeWeek(t), Holidays: []hours.HolidaySet{cn, id}}
		for day := range 20 {
			r.Special = append(r.Special,
				hours.Special{From: hours.DateOf(time.Date(2026, 1, 1+day*17+n%17, 0, 0, 0, 0, time.UTC)), Closed: true,
					Name: "Closed"})
		}
		out = append(out, build(t, r))
	}
	return out
}

func TestNothingAllocates(t *testing.T) {
	for name, ask := range speeds(t) {
		ask(1024) // the stretches that are asked about are made
		if n := testing.AllocsPerRun(20, func() { ask(1024) }); n > 0 {
			t.Errorf("%s: %v allocations in 1,024 answers", name, n)
		}
	}
}

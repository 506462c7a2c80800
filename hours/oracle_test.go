package hours_test

import (
	"time"

	"github.com/teambition/rrule-go"

	"github.com/hotline-ivr/hotline/hours"
)

// An oracle decides instants from the rules as they are written, one wall-clock reading at a time. It is slow, knows
// nothing of intervals or zones' changes, and shares no code with the package.
type oracle struct {
	rules hours.Rules
	dates map[hours.Date][]hours.Span
	last  [2]struct { // the day asked last and the day before it
		date  hours.Date
		spans []hours.Span
	}
}

func newOracle(r hours.Rules) *oracle { return &oracle{rules: r, dates: map[hours.Date][]hours.Span{}} }

func (o *oracle) open(t time.Time) bool {
	for _, over := range o.rules.Overrides {
		if !t.Before(over.From) && (over.Until.IsZero() || t.Before(over.Until)) {
			return over.Open
		}
	}
	local := t.In(o.rules.Zone)
	year, month, day := local.Date()
	hour, min, _ := local.Clock()
	minute := hour*60 + min
	if today := (hours.Date{Year: year, Month: month, Day: day}); o.last[0].date != today {
		y, m, d := time.Date(year, month, day-1, 12, 0, 0, 0, time.UTC).Date()
		o.last[0].date, o.last[0].spans = today, o.on(today)
		o.last[1].date = hours.Date{Year: y, Month: m, Day: d}
		o.last[1].spans = o.on(o.last[1].date)
	}
	for _, s := range o.last[0].spans {
		if s.From <= minute && (minute < s.To || s.To <= s.From) {
			return true
		}
	}
	for _, s := range o.last[1].spans {
		if s.To <= s.From && minute < s.To {
			return true
		}
	}
	return false
}

func (o *oracle) on(d hours.Date) []hours.Span {
	spans, known := o.dates[d]
	if !known {
		spans = o.decide(d)
		o.dates[d] = spans
	}
	return spans
}

// decide looks through the rules from the highest rank down.
func (o *oracle) decide(d hours.Date) []hours.Span {
	noon := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
	for rank := range 4 {
		for _, s := range o.rules.Special {
			if rankOf(s) == rank && falls(s, noon) {
				if s.As != nil {
					return o.rules.Week[*s.As]
				}
				return s.Open
			}
		}
	}
	kinds := map[hours.HolidayKind]bool{}
	for _, set := range o.rules.Holidays {
		for _, h := range set.Days {
			kinds[h.Kind] = kinds[h.Kind] || h.Date == d
		}
	}
	switch {
	case kinds[hours.PublicHoliday], kinds[hours.Collective] && o.rules.Collective:
		return nil
	case kinds[hours.MakeUp] && o.rules.MakeUp == nil:
		return nil
	case kinds[hours.MakeUp] && *o.rules.MakeUp != hours.OwnDay:
		return o.rules.Week[*o.rules.MakeUp]
	}
	return o.rules.Week[noon.Weekday()]
}

func rankOf(s hours.Special) int {
	switch {
	case s.Yearly != nil:
		return 1
	case s.Nth != nil:
		return 2
	case s.RRule != "":
		return 3
	}
	return 0
}

// falls reports whether a special day is on the day of a noon.
func falls(s hours.Special, noon time.Time) bool {
	at := func(d hours.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }
	switch {
	case s.Yearly != nil:
		return noon.Month() == s.Yearly.Month && noon.Day() == s.Yearly.Day
	case s.Nth != nil:
		// Count: how often was it this weekday this month, until today?
		n := 0
		for day := noon.AddDate(0, 0, 1-noon.Day()); !day.After(noon); day = day.AddDate(0, 0, 1) {
			if day.Weekday() == s.Nth.Weekday {
				n++
			}
		}
		return noon.Weekday() == s.Nth.Weekday && n == s.Nth.N && (s.Nth.Month == 0 || s.Nth.Month == noon.Month())
	case s.RRule != "":
		option, err := rrule.StrToROption(s.RRule)
		if err != nil {
			panic(err)
		}
		option.Dtstart = at(s.From)
		rule, err := rrule.NewRRule(*option)
		if err != nil {
			panic(err)
		}
		return len(rule.Between(noon, noon, true)) > 0
	}
	last := s.To
	if last == (hours.Date{}) {
		last = s.From
	}
	return !noon.Before(at(s.From)) && !noon.After(at(last))
}

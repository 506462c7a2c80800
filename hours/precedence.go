package hours

import (
	"slices"
	"strings"
)

// A resolver decides which rule applies to a day. It serves one question of one goroutine, and keeps the weekdays that
// it had to compile for days which a holiday set does not cover.
type resolver struct {
	*ruleset
	week    [7]day // the week with a note that sets do not cover it:
	year    int    // in this year,
	missing []int  // by these sets
	buffer  []int
}

// day decides a day counted from 1970-01-01. The order of precedence is here; it is documented at [Rules]. Overrides
// know no days and are put on top by [ruleset.cut]. A new rank of rules also needs a place in considerDay.
func (r *resolver) day(number int64) *day {
	if d := r.datedOn(number); d != nil {
		return d
	}
	if len(r.recurring) == 0 && len(r.Holidays) == 0 {
		return &r.ruleset.week[weekday(number)]
	}
	date := dateOf(number)
	for i := range r.recurring {
		if r.recurring[i].on(date, number) {
			return &r.recurring[i].day
		}
	}
	if set, h := r.holidayOn(date); h != nil {
		d := r.compileHoliday(set, *h)
		return &d
	}
	return r.weekOn(date)
}

func (r *ruleset) datedOn(number int64) *day {
	i, found := slices.BinarySearchFunc(r.dated, number, func(s datedDay, n int64) int {
		switch {
		case s.last < n:
			return -1
		case s.first > n:
			return 1
		}
		return 0
	})
	if !found {
		return nil
	}
	return &r.dated[i].day
}

// weekOn is the week's day for a date, with a note if holiday sets do not cover it.
func (r *resolver) weekOn(date Date) *day {
	missing := r.buffer[:0]
	for i := range r.Holidays {
		if !r.Holidays[i].covers(date) {
			missing = append(missing, i)
		}
	}
	r.buffer = missing
	d := date.Weekday()
	if len(missing) == 0 {
		return &r.ruleset.week[d]
	}
	if date.Year != r.year || !slices.Equal(missing, r.missing) {
		r.year, r.missing, r.week = date.Year, slices.Clone(missing), [7]day{}
	}
	if r.week[d].closed.layer == 0 {
		var notes []string
		for _, i := range missing {
			notes = append(notes, r.Holidays[i].gap(date))
		}
		r.week[d] = compileWeekday(d, r.Week[d], r.WeekSource[d], strings.Join(notes, " "))
	}
	found := r.week[d]
	return &found
}

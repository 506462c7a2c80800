package hours

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A Calendar answers when somebody is there. It is immutable and may be used by many goroutines at once.
type Calendar struct {
	zone    *time.Location
	week    [7]day
	special []specialDay // sorted by first
	// always is set when no instant is closed, so that nothing has to be searched for; never when none is open.
	always, never bool
}

// A day is the compiled rule of one day.
type day struct {
	spans []daySpan // sorted, not overlapping; only the last may run past midnight
	// closed explains the instants of the day at which nobody is there.
	closed rule
}

// A daySpan counts minutes from the midnight that begins its day; to is up to 2879.
type daySpan struct {
	from, to int
	rule     rule
}

// A rule explains a state. It is written once, when the calendar is made, so that answering allocates nothing.
type rule struct{ id, reason, source string }

// A specialDay is a run of days counted from 1970-01-01, both included.
type specialDay struct {
	first, last int64
	name        string
	day         day
}

// New makes a calendar of a week and special days; a special day has precedence over the week, and the order of
// special days does not matter. All mistakes are returned at once, joined, each a [*Mistake].
//
// Spans of one day, or of a weekday and the next, must not overlap; to touch is fine. A special day beside a span that
// runs past midnight may: the desk is open while either is.
func New(zone *time.Location, week Week, special []Special) (*Calendar, error) {
	if zone == nil {
		return nil, &Mistake{Path: "zone", Message: "is missing; name a zone, for example Asia/Jakarta"}
	}
	mistakes := slices.Concat(checkWeek(week), checkSpecial(special))
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	c := &Calendar{zone: zone}
	for d, spans := range week {
		c.week[d] = compileWeekday(time.Weekday(d), spans)
	}
	for _, s := range special {
		c.special = append(c.special, compileSpecial(s, week))
	}
	slices.SortFunc(c.special, func(a, b specialDay) int { return int(a.first - b.first) })
	c.always, c.never = c.constant()
	return c, nil
}

// Always is a calendar that never closes. A nil zone is UTC.
func Always(zone *time.Location) *Calendar {
	if zone == nil {
		zone = time.UTC
	}
	c := &Calendar{zone: zone, always: true}
	r := rule{id: "always", reason: "Open at all hours."}
	for d := range c.week {
		c.week[d] = day{spans: []daySpan{{from: 0, to: minutesPerDay, rule: r}}, closed: r}
	}
	return c
}

// Cite returns a copy of the calendar that names where each weekday's hours were written, for [State.Source].
func (c *Calendar) Cite(week [7]string) *Calendar {
	dup := *c
	for d := range dup.week {
		dup.week[d].closed.source = week[d]
		dup.week[d].spans = slices.Clone(dup.week[d].spans)
		for i := range dup.week[d].spans {
			dup.week[d].spans[i].rule.source = week[d]
		}
	}
	return &dup
}

// Zone is the zone of the wall clock.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Day is what is written for the date: the spans that start on it, in order, and the name of the special day if it is
// one. No spans means that nothing starts on that day; a span of the evening before may still run.
func (c *Calendar) Day(d Date) (spans []Span, name string) {
	number := d.number()
	for _, s := range c.day(number).spans {
		to := s.to
		if to > minutesPerDay {
			to -= minutesPerDay
		}
		spans = append(spans, Span{From: s.from, To: to})
	}
	if s := c.specialOn(number); s != nil {
		name = s.name
	}
	return spans, name
}

// day is the rule of a day counted from 1970-01-01.
func (c *Calendar) day(number int64) *day {
	if s := c.specialOn(number); s != nil {
		return &s.day
	}
	return &c.week[weekday(number)]
}

func (c *Calendar) specialOn(number int64) *specialDay {
	i, found := slices.BinarySearchFunc(c.special, number, func(s specialDay, n int64) int {
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
	return &c.special[i]
}

// tail is how many minutes of a day still belong to a span of the day before.
func (c *Calendar) tail(before int64) int {
	spans := c.day(before).spans
	if len(spans) == 0 {
		return 0
	}
	return max(0, spans[len(spans)-1].to-minutesPerDay)
}

// constant finds the calendars that have no change at all.
func (c *Calendar) constant() (always, never bool) {
	always, never = len(c.special) == 0, true
	for d := range c.week {
		spans := c.week[d].spans
		never = never && len(spans) == 0
		covered := 0
		if before := c.week[(d+6)%7].spans; len(before) > 0 {
			covered = max(0, before[len(before)-1].to-minutesPerDay)
		}
		for _, s := range spans {
			if s.from > covered {
				always = false
			}
			covered = max(covered, s.to)
		}
		always = always && covered >= minutesPerDay
	}
	for _, s := range c.special {
		never = never && len(s.day.spans) == 0
	}
	return always, never
}

// shortDay is the name of a weekday in files: "mon".
func shortDay(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

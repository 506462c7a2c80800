package hours

import (
	"errors"
	"slices"
	"time"
)

// A Calendar answers whether a line is open at an instant, since when, until when and why. It is immutable and safe
// for concurrent use.
//
// It covers the years 1 to 9999. An instant outside gets the answer of the nearest one inside.
type Calendar struct {
	rules *ruleset
	// and is set for an intersection, which is open while both are open.
	and    *Calendar
	blocks *blocks
}

// New is [Build] with a week and special days alone.
func New(zone *time.Location, week Week, special []Special) (*Calendar, error) {
	return Build(Rules{Zone: zone, Week: week, Special: special})
}

// Build makes a calendar of rules. The error joins all mistakes, each a [*Mistake].
//
// Spans of one day, or of a weekday and the next, must not overlap, though they may touch. A special day's spans may
// overlap with a span of the evening before: the line is open during either.
func Build(r Rules) (*Calendar, error) {
	if r.Zone == nil {
		return nil, errors.Join(&Mistake{Path: "zone", Message: "is missing; name a zone, for example Asia/Jakarta"})
	}
	special, mistakes := checkSpecial(r.Special)
	mistakes = slices.Concat(checkWeek(r.Week), mistakes, checkHolidays(r.Holidays), checkMakeUp(r.MakeUp),
		checkOverrides(r.Overrides))
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return newCalendar(compile(r, special)), nil
}

func newCalendar(rules *ruleset) *Calendar { return &Calendar{rules: rules, blocks: new(blocks)} }

// Always returns a calendar that never closes. A nil zone means UTC.
func Always(zone *time.Location) *Calendar {
	if zone == nil {
		zone = time.UTC
	}
	all := []Span{{From: 0, To: minutesPerDay}}
	set := compile(Rules{Zone: zone, Week: Week{all, all, all, all, all, all, all}}, nil)
	set.always = true
	r := rule{open: true, layer: LayerWeek, id: "always", reason: "Open at all hours.", why: "Open at all hours."}
	for d := range set.week {
		set.week[d] = day{spans: []daySpan{{from: 0, to: minutesPerDay, rule: r}}, closed: r}
	}
	return newCalendar(set)
}

// Always reports whether the calendar was made by [Always].
func (c *Calendar) Always() bool { return c.rules.always && c.and == nil }

// Intersect returns a calendar that is open while both are open. Zone, Day and Slots follow a. While a is closed, the
// state names a's rule.
func Intersect(a, b *Calendar) *Calendar {
	c := newCalendar(a.rules)
	if a.and != nil {
		b = Intersect(a.and, b)
	}
	c.and = b
	return c
}

// Zone is the zone of the wall clock.
func (c *Calendar) Zone() *time.Location { return c.rules.Zone }

// Specials are the special days, as they were given to [Build].
func (c *Calendar) Specials() []Special { return c.rules.Special }

// A Day is what the rules of a calendar say about one date, overrides apart.
type Day struct {
	// Spans start on the date, in order. Without them nothing starts on that day, though a span of the evening before
	// may still run.
	Spans []Span
	// Name is that of the special day or holiday, if it is one; MakeUp is set for a make-up working day.
	Name   string
	MakeUp bool
	// Source is where the rule is written, if it is known.
	Source string
}

// Day returns what is written for a date. Overrides are not shown.
func (c *Calendar) Day(d Date) Day {
	found := (&resolver{ruleset: c.rules}).day(d.number())
	out := Day{Name: found.name, MakeUp: found.closed.kind == MakeUp, Source: found.closed.source}
	for _, s := range found.spans {
		to := s.to
		if to > minutesPerDay {
			to -= minutesPerDay
		}
		out.Spans = append(out.Spans, Span{From: s.from, To: to})
	}
	return out
}

// Hours returns the spans that start on a date with the overrides. Of one that is longer than a day it is the part on
// the date.
func (c *Calendar) Hours(d Date) (spans []Span) {
	begin, end := d.Midnight(c.Zone()), d.AddDays(1).Midnight(c.Zone())
	minute := func(t time.Time) int { return t.Hour()*60 + t.Minute() }
	for i := range c.Spans(begin.AddDate(0, 0, -1), end.AddDate(0, 0, 1)) {
		from, to := i.From.In(c.Zone()), i.To.In(c.Zone())
		if to.Sub(from) > 24*time.Hour {
			from = slices.MaxFunc([]time.Time{from, begin}, time.Time.Compare)
			to = slices.MinFunc([]time.Time{to, end}, time.Time.Compare)
		}
		if from.Before(begin) || !from.Before(end) || !from.Before(to) {
			continue
		}
		span := Span{From: minute(from), To: minute(to)}
		if to.Equal(end) {
			span.To = minutesPerDay
		}
		spans = append(spans, span)
	}
	return spans
}

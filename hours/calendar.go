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
		return nil, &Mistake{Path: "zone", Message: "is missing; name a zone, for example Asia/Jakarta"}
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
	r := rule{open: true, layer: LayerWeek, id: "always", reason: "Open at all hours."}
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

// Day returns the spans that start on a date, in order, and the name of the special day or holiday, if it is one.
// Without spans nothing starts on that day, though a span of the evening before may still run. Overrides are not shown.
func (c *Calendar) Day(d Date) (spans []Span, name string) {
	found := (&resolver{ruleset: c.rules}).day(d.number())
	for _, s := range found.spans {
		to := s.to
		if to > minutesPerDay {
			to -= minutesPerDay
		}
		spans = append(spans, Span{From: s.from, To: to})
	}
	return spans, found.name
}

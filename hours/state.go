package hours

import (
	"iter"
	"time"
)

// A State is what the calendar says about one instant. Its instants are in UTC.
type State struct {
	Open bool
	// Since is when the state began. Zero means that it has not changed within the last 41 years.
	Since time.Time
	// Until is the next change. Zero means that there is none within 41 years.
	Until time.Time
	// NextOpen is the next opening, while the line is closed. Zero means that it is open, or that there is none.
	NextOpen time.Time
	// Reason is a plain English sentence, for example "Closed: Year-end (2026-12-31)."
	Reason string
	// Rule is a short name of the rule that decided: "week mon 09:00-12:00", "week sun closed",
	// "special 2026-12-31 Year-end", "holiday cn 2026-02-17 Spring Festival", "override 2026-03-04T02:00:00Z",
	// "always".
	Rule string
	// Layer is the rank of that rule.
	Layer Layer
	// Recurring is set for a special day that an RRULE repeats.
	Recurring bool
	// Name is what the reason calls a special day or a holiday, or why an override is in force; empty for the week.
	Name string
	// Source is where that rule is written, if it is known.
	Source string
	// Say is what callers hear while an override is in force, by language tag; otherwise nil. It must not be changed.
	Say map[string]string
}

// An Interval lasts from one instant to another, the end not included. A zero To means that it never ends.
type Interval struct{ From, To time.Time }

// At returns the state at an instant. Since and Until are changes of the state: two spans that touch are one opening.
func (c *Calendar) At(t time.Time) State {
	b, s := c.find(clamp(t.Unix()))
	r := s.rule
	out := State{
		Open: r.open, Reason: r.reason, Rule: r.id, Layer: r.layer, Recurring: r.recurring,
		Name: r.name, Source: r.source, Say: r.say,
	}
	if since := b.changes[s.run]; since != never {
		out.Since = time.Unix(since, 0).UTC()
	}
	if until := b.changes[s.run+1]; until != never {
		out.Until = time.Unix(until, 0).UTC()
		if !r.open {
			out.NextOpen = out.Until
		}
	}
	return out
}

// IsOpen reports whether the line is open at an instant.
func (c *Calendar) IsOpen(t time.Time) bool {
	_, s := c.find(clamp(t.Unix()))
	return s.rule.open
}

// NextOpening returns the first instant, t or later, at which the line is open: t itself if it is open then, otherwise
// an instant in UTC. It is false if there is none within 41 years.
func (c *Calendar) NextOpening(t time.Time) (time.Time, bool) { return c.next(t, true) }

// NextClosing returns the first instant, t or later, at which the line is closed: t itself if it is closed then,
// otherwise an instant in UTC. It is false if there is none within 41 years.
func (c *Calendar) NextClosing(t time.Time) (time.Time, bool) { return c.next(t, false) }

func (c *Calendar) next(t time.Time, open bool) (time.Time, bool) {
	b, s := c.find(clamp(t.Unix()))
	if s.rule.open == open {
		return t, true
	}
	until := b.changes[s.run+1]
	if until == never {
		return time.Time{}, false
	}
	return time.Unix(until, 0).UTC(), true
}

// Spans yields the open intervals between two instants, in order, clipped to them, in UTC. They neither overlap nor
// touch. There are none if to is not after from.
func (c *Calendar) Spans(from, to time.Time) iter.Seq[Interval] {
	return func(yield func(Interval) bool) {
		for at := from; at.Before(to); {
			b, s := c.find(clamp(at.Unix()))
			end := to
			if until := b.changes[s.run+1]; until > at.Unix() && time.Unix(until, 0).Before(to) {
				end = time.Unix(until, 0)
			}
			if s.rule.open && !yield(Interval{From: at.UTC(), To: end.UTC()}) {
				return
			}
			at = end
		}
	}
}

// Working returns how long the line is open between two instants: 0 if to is not after from.
func (c *Calendar) Working(from, to time.Time) (total time.Duration) {
	for i := range c.Spans(from, to) {
		total += i.To.Sub(i.From)
	}
	return total
}

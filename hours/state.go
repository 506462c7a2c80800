package hours

import (
	"iter"
	"math"
	"time"
)

// horizon bounds every search, in seconds: three years.
const horizon = 3 * 366 * secondsPerDay

// A State is what the calendar says about one instant. Its instants are in UTC.
type State struct {
	Open bool
	// Since is when the state began. Zero: it did not change in the three years before.
	Since time.Time
	// Until is the next change. Zero: never, which is to say not within three years.
	Until time.Time
	// NextOpen is the next opening, while closed. Zero: open now, or never.
	NextOpen time.Time
	// Reason is a plain English sentence, for example "Closed: Year-end (2026-12-31)."
	Reason string
	// Rule is a short name of the rule that decided: "week mon 09:00-12:00", "week sun closed", "special 2026-12-31 Year-end", "always".
	Rule string
	// Source is where that rule was written, when it is known.
	Source string
}

// At is the state at an instant. Until and Since are changes of the state: two spans that touch are one opening.
func (c *Calendar) At(t time.Time) State {
	now := t.Unix()
	r, open := c.ruleAt(now)
	s := State{Open: open, Reason: r.reason, Rule: r.id, Source: r.source}
	if c.always || c.never {
		return s
	}
	if since, ok := c.since(now, open); ok {
		s.Since = time.Unix(since, 0).UTC()
	}
	if until, ok := c.until(now, open); ok {
		s.Until = time.Unix(until, 0).UTC()
		if !open {
			s.NextOpen = s.Until
		}
	}
	return s
}

// IsOpen reports whether somebody is there at an instant.
func (c *Calendar) IsOpen(t time.Time) bool {
	_, open := c.ruleAt(t.Unix())
	return open
}

// NextOpening is the first instant, t or later, at which somebody is there: t itself when that is now, else in UTC.
// It is false when there is none within three years.
func (c *Calendar) NextOpening(t time.Time) (time.Time, bool) {
	now := t.Unix()
	if _, open := c.ruleAt(now); open {
		return t, true
	}
	if c.never {
		return time.Time{}, false
	}
	next, ok := c.until(now, false)
	if !ok {
		return time.Time{}, false
	}
	return time.Unix(next, 0).UTC(), true
}

// Spans yields the open intervals between two instants, in order, clipped to them, in UTC. They neither overlap nor
// touch. There are none when to is not after from.
func (c *Calendar) Spans(from, to time.Time) iter.Seq[Interval] {
	return func(yield func(Interval) bool) {
		if !from.Before(to) {
			return
		}
		end := to.Unix()
		if to.Nanosecond() > 0 {
			end++
		}
		var open piece
		emit := func(p piece) bool {
			i := Interval{From: time.Unix(p.from, 0).UTC(), To: time.Unix(p.to, 0).UTC()}
			if i.From.Before(from) {
				i.From = from.UTC()
			}
			if i.To.After(to) {
				i.To = to.UTC()
			}
			return !i.From.Before(i.To) || yield(i)
		}
		for p := range c.pieces(from.Unix(), end) {
			if p.from == open.to && open.span != nil {
				open.to = p.to
				continue
			}
			if open.span != nil && !emit(open) {
				return
			}
			open = p
		}
		if open.span != nil {
			emit(open)
		}
	}
}

// ruleAt decides one instant by its wall-clock reading alone.
func (c *Calendar) ruleAt(now int64) (*rule, bool) {
	_, offset := time.Unix(now, 0).In(c.zone).Zone()
	wall := now + int64(offset)
	number := floorDiv(wall, secondsPerDay)
	minute := int(floorMod(wall, secondsPerDay) / 60)
	today := c.day(number)
	if before := c.day(number - 1).spans; len(before) > 0 {
		if s := &before[len(before)-1]; minute < s.to-minutesPerDay {
			return &s.rule, true
		}
	}
	for i := range today.spans {
		if s := &today.spans[i]; s.from <= minute && minute < s.to {
			return &s.rule, true
		}
	}
	return &today.closed, false
}

// until finds the next change.
func (c *Calendar) until(now int64, open bool) (int64, bool) {
	end, limit := now, now+horizon
	for p := range c.pieces(now, limit) {
		if !open {
			return p.from, true
		}
		if p.from > end {
			break
		}
		end = p.to
	}
	return end, open && end < limit
}

// since finds the last change. It looks forward from ever further back, as almost every answer lies within a week.
func (c *Calendar) since(now int64, open bool) (int64, bool) {
	for _, back := range [...]int64{2 * secondsPerDay, 8 * secondsPerDay, 64 * secondsPerDay, horizon} {
		start := now - back
		var from, to int64 = start, start
		for p := range c.pieces(start, now+1) {
			if p.from > to {
				from = p.from
			}
			to = p.to
		}
		if open && from > start {
			return from, true
		}
		if !open && to > start {
			return to, true
		}
	}
	return 0, false
}

// A piece is a part of an open span between two instants (Unix seconds) with one offset of the zone.
type piece struct {
	from, to int64
	number   int64 // the day to which the span belongs
	span     *daySpan
}

// pieces yields what is open in [from, to), in order. Each stretch of time with one offset from UTC is a shifted copy
// of the wall clock, so spans are cut there in wall-clock seconds and shifted back: nothing has to be guessed about
// readings that are skipped or repeated.
func (c *Calendar) pieces(from, to int64) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		for from < to {
			offset, end := c.offset(from)
			end = min(end, to)
			low, high := from+offset, end+offset
			// The day before may still run.
			for number := floorDiv(low, secondsPerDay) - 1; number*secondsPerDay < high; number++ {
				midnight, tail := number*secondsPerDay, c.tail(number-1)
				spans := c.day(number).spans
				for i := range spans {
					s := &spans[i]
					a := max(low, midnight+60*int64(max(s.from, tail)))
					b := min(high, midnight+60*int64(s.to))
					if a < b && !yield(piece{a - offset, b - offset, number, s}) {
						return
					}
				}
			}
			from = end
		}
	}
}

// offset is the zone's offset from UTC in seconds, and the instant at which it next may change.
func (c *Calendar) offset(at int64) (offset, end int64) {
	t := time.Unix(at, 0).In(c.zone)
	_, seconds := t.Zone()
	_, bound := t.ZoneBounds()
	end = math.MaxInt64 - secondsPerDay
	if !bound.IsZero() && bound.Unix() > at {
		end = bound.Unix()
	}
	return int64(seconds), end
}

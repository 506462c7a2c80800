package hours

import (
	"math"
	"time"
)

// A segment is a stretch of time in which one rule decides. It lasts until the next one begins.
type segment struct {
	from   int64 // Unix seconds
	number int64 // the day to which the rule belongs; see overrideDay
	rule   *rule
}

// same reports whether two segments belong to the same span. Rules are compared by content, because some are compiled
// again for every question.
func (s segment) same(o segment) bool {
	return s.number == o.number && s.rule != nil && o.rule != nil &&
		s.rule.open == o.rule.open && s.rule.minute == o.rule.minute && s.rule.id == o.rule.id
}

// overrideDay stands for the day of an override, which has none.
const overrideDay = math.MinInt64

// segments lists the rules between two instants, in order and without a gap. Neighbours differ in rule or day.
func (c *Calendar) segments(from, to int64) []segment {
	out := c.rules.cut(c.rules.readings(from, to), to)
	if c.and == nil {
		return out
	}
	return both(out, c.and.segments(from, to))
}

// readings lists the segments of the days, without overrides. Each stretch of time with a constant offset from UTC is a
// shifted copy of the wall clock. So days are cut in wall-clock seconds there and shifted back, and readings that are
// skipped or repeated need no special case.
func (r *ruleset) readings(from, to int64) (out []segment) {
	days := resolver{ruleset: r}
	for from < to {
		offset, end := r.offset(from)
		end = min(end, to)
		low, high := from+offset, end+offset
		first := floorDiv(low, secondsPerDay)
		before := days.day(first - 1)
		for number := first; number*secondsPerDay < high; number++ {
			today, midnight := days.day(number), number*secondsPerDay
			emit := func(minute, until int, of int64, rule *rule) {
				a, b := max(low, midnight+60*int64(minute)), min(high, midnight+60*int64(until))
				if a < b {
					out = add(out, segment{a - offset, of, rule})
				}
			}
			rule, at := before.tail()
			emit(0, at, number-1, rule)
			for i := range today.spans {
				s := &today.spans[i]
				emit(at, s.from, number, &today.closed)
				emit(max(at, s.from), min(s.to, minutesPerDay), number, &s.rule)
				at = max(at, min(s.to, minutesPerDay))
			}
			emit(at, minutesPerDay, number, &today.closed)
			before = today
		}
		from = end
	}
	return out
}

// add appends a segment that is not the continuation of the last.
func add(out []segment, s segment) []segment {
	if n := len(out); n > 0 && out[n-1].rule == s.rule && out[n-1].number == s.number {
		return out
	}
	return append(out, s)
}

// cut puts the overrides on top of the days.
func (r *ruleset) cut(in []segment, to int64) []segment {
	over := r.overrides
	for len(over) > 0 && (len(in) == 0 || over[0].until <= in[0].from) {
		over = over[1:]
	}
	if len(over) == 0 || over[0].from >= to {
		return in
	}
	out := make([]segment, 0, len(in)+4)
	for i, s := range in {
		end := to
		if i+1 < len(in) {
			end = in[i+1].from
		}
		for s.from < end {
			for len(over) > 0 && over[0].until <= s.from {
				over = over[1:]
			}
			switch {
			case len(over) > 0 && over[0].from <= s.from:
				out = add(out, segment{s.from, overrideDay, over[0].rule})
				s.from = min(end, over[0].until)
			case len(over) > 0:
				out = add(out, s)
				s.from = min(end, over[0].from)
			default:
				out = add(out, s)
				s.from = end
			}
		}
	}
	return out
}

// both is open where a and b are open. Elsewhere the first that is closed gives the reason.
func both(a, b []segment) (out []segment) {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		s := a[i]
		s.from = max(a[i].from, b[j].from)
		if s.rule.open && !b[j].rule.open {
			s.rule, s.number = b[j].rule, b[j].number
		}
		out = add(out, s)
		switch {
		case j+1 == len(b) || i+1 < len(a) && a[i+1].from < b[j+1].from:
			i++
		case i+1 == len(a) || b[j+1].from < a[i+1].from:
			j++
		default:
			i, j = i+1, j+1
		}
	}
	return out
}

// offset is the zone's offset from UTC in seconds, and an instant until which it stays the same.
func (r *ruleset) offset(at int64) (offset, end int64) {
	t := time.Unix(at, 0).In(r.Zone)
	_, seconds := t.Zone()
	_, bound := t.ZoneBounds()
	end = forever
	if !bound.IsZero() {
		end = max(bound.Unix(), at+1)
	}
	return int64(seconds), end
}

const (
	// earliest and latest bound the instants that have answers of their own: the years 1 to 9999, and two days.
	earliest = -62135596800 - 2*secondsPerDay
	latest   = 253402300800 + 2*secondsPerDay
	// horizon bounds the search for a change, in seconds. A weekday of a leap day comes back within 40 years.
	horizon = 41 * 366 * secondsPerDay
	// settled is how long after the last date the week has repeated itself.
	settled = 16 * secondsPerDay
	// never stands for a change that does not happen.
	never = math.MinInt64
)

func clamp(at int64) int64 { return max(earliest, min(at, latest)) }

// after finds the first change at or after an instant; open is the state before it.
func (c *Calendar) after(at int64, open bool) int64 {
	_, limit := c.limits(at)
	for step := int64(8 * secondsPerDay); at < limit; step = min(2*step, 256*secondsPerDay) {
		for _, s := range c.segments(at, min(at+step, limit)) {
			if s.rule.open != open {
				return s.from
			}
		}
		at += step
	}
	return never
}

// before finds the last change at or before an instant; open is the state after it.
func (c *Calendar) before(at int64, open bool) int64 {
	limit, _ := c.limits(at)
	for step := int64(8 * secondsPerDay); at > limit; step = min(2*step, 256*secondsPerDay) {
		start := max(at-step, limit)
		segments := c.segments(start, at)
		for i := len(segments) - 1; i >= 0; i-- {
			if segments[i].rule.open == open {
				continue
			}
			if i+1 < len(segments) {
				return segments[i+1].from
			}
			return at
		}
		at = start
	}
	return never
}

// limits are the instants beyond which a search finds nothing new.
func (c *Calendar) limits(at int64) (low, high int64) {
	low, high = at-settled, at+settled
	r := c.rules
	if r.first <= r.last {
		low = min(low, r.first*secondsPerDay-settled)
		high = max(high, (r.last+1)*secondsPerDay+settled)
	}
	if len(r.recurring) > 0 {
		low, high = at-horizon, at+horizon
	}
	if c.and != nil {
		// Two zones shift against each other with the seasons: spans that overlap in July may not in January.
		const season = 366 * secondsPerDay
		l, h := c.and.limits(at)
		low, high = min(low-season, l), max(high+season, h)
	}
	return max(low, at-horizon, earliest-settled), min(high, at+horizon, latest+settled)
}

package hours

import "time"

// farthest bounds the search for slots, in seconds: three years.
const farthest = 3 * 366 * secondsPerDay

// Slots returns the first n slots of the given length that lie inside one open span and start at from or later, in UTC.
// A span is cut from its start, rounded up to the largest unit that divides both the length and an hour: slots of
// 30 minutes start on :00 and :30, slots of 45 minutes on quarters. Slots do not depend on from, which only selects
// them. There are none for a length under a minute, and none more than three years away.
func (c *Calendar) Slots(from time.Time, length time.Duration, n int) []Interval {
	seconds := int64(length / time.Second)
	if seconds < 60 || n <= 0 {
		return nil
	}
	k := cutter{rules: c.rules, from: from, length: seconds, n: n}
	start := clamp(from.Unix())
	at, end := c.wellBefore(start), start+farthest
	var open segment // the span that is running, if it has a rule
	for at < end && len(k.out) < n {
		stop := min(at+16*secondsPerDay, end)
		for _, s := range c.segments(at, stop) {
			if s.same(open) {
				continue
			}
			if open.rule != nil {
				k.cut(open.from, s.from)
			}
			if open = s; !s.rule.open {
				open = segment{}
			}
		}
		// A span that runs on is cut again from its start once more of it is known.
		if open.rule != nil {
			ahead := k
			ahead.out = append([]Interval(nil), k.out...)
			if ahead.cut(open.from, stop); len(ahead.out) >= n || stop == end {
				return ahead.out
			}
		}
		at = stop
	}
	return k.out
}

// wellBefore is an instant before the span that is running at the given one. No span of a day lasts three days,
// whatever the clock does meanwhile, but an override may.
func (c *Calendar) wellBefore(at int64) int64 {
	at -= 3 * secondsPerDay
	for _, o := range c.rules.overrides {
		if o.rule.open && o.from < at && at < o.until {
			at = o.from - 1
			break
		}
	}
	return at
}

// A cutter cuts spans into slots until there are n.
type cutter struct {
	rules  *ruleset
	from   time.Time
	length int64 // seconds
	n      int
	out    []Interval
}

// cut appends the slots of one span.
func (k *cutter) cut(start, end int64) {
	unit := gcd(k.length, 60*60)
	at := k.rules.roundUp(start, unit)
	for ; at+k.length <= end && len(k.out) < k.n; at = k.rules.roundUp(at+k.length, unit) {
		if slot := time.Unix(at, 0).UTC(); !slot.Before(k.from) {
			k.out = append(k.out, Interval{From: slot, To: time.Unix(at+k.length, 0).UTC()})
		}
	}
}

// roundUp moves an instant forward until the wall clock shows a multiple of the unit. A clock change on the way can
// move the reading off again, hence the loop.
func (r *ruleset) roundUp(at, unit int64) int64 {
	for range 4 {
		offset, _ := r.offset(at)
		over := floorMod(at+offset, unit)
		if over == 0 {
			break
		}
		at += unit - over
	}
	return at
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

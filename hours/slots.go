package hours

import "time"

// Slots are the first n whole slots of the given length that lie inside one open span and start at from or later, in
// UTC. A span is cut from its start, rounded up to the greatest unit of the clock that fits both the length and the
// hour: slots of 30 minutes start on :00 and :30, slots of 45 minutes on quarters. Which slots there are does not
// depend on from. There are none for a length under a minute, nor beyond three years.
func (c *Calendar) Slots(from time.Time, length time.Duration, n int) []Interval {
	seconds := int64(length / time.Second)
	if seconds < 60 || n <= 0 {
		return nil
	}
	var out []Interval
	start := from.Unix()
	var open piece
	// Spans are cut from their start, so the one that is running has to be met from there: three days are more than
	// any span lasts, whatever the clock does meanwhile.
	for p := range c.pieces(start-3*secondsPerDay, start+horizon) {
		if p.number == open.number && p.span == open.span && p.from == open.to {
			open.to = p.to
			continue
		}
		out = c.cut(out, open, from, seconds, n)
		if len(out) == n {
			return out
		}
		open = p
	}
	return c.cut(out, open, from, seconds, n)
}

// cut appends the slots of one span until there are n.
func (c *Calendar) cut(out []Interval, span piece, from time.Time, length int64, n int) []Interval {
	unit := gcd(length, 60*60)
	for at := c.roundUp(span.from, unit); at+length <= span.to && len(out) < n; at = c.roundUp(at+length, unit) {
		if slot := time.Unix(at, 0).UTC(); !slot.Before(from) {
			out = append(out, Interval{From: slot, To: time.Unix(at+length, 0).UTC()})
		}
	}
	return out
}

// roundUp moves an instant forward until the wall clock shows a multiple of the unit. A clock change on the way may
// move the reading off again, hence the loop.
func (c *Calendar) roundUp(at, unit int64) int64 {
	for range 4 {
		offset, _ := c.offset(at)
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

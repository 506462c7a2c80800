package callbacks

import (
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// Who is rung at an opening: the callbacks of the night neither come all at once nor before those who ring just then.

const (
	// night is how long a desk has to be closed for its opening to be one at which callbacks have gathered. A lunch
	// break is shorter.
	night = 3 * time.Hour
	// longestSpread bounds how late a callback of the night may fall due after the opening.
	longestSpacing = 4 * time.Hour
)

// soonest is when a callback as soon as possible would come: now while the desk is open and not about to close, else at
// its next opening, the morning's delay behind it. false: it never opens again.
func (p Policy) soonest(cal *hours.Calendar, now time.Time) (time.Time, bool) {
	from := now
	if closing, ok := cal.NextClosing(now); ok && cal.IsOpen(now) && p.ASAPCutoff > 0 && closing.Sub(now) <= p.ASAPCutoff {
		from = closing
	}
	at, ok := cal.NextOpening(from)
	if !ok || at.Equal(now) {
		return at.UTC(), ok
	}
	if late := at.Add(p.OpeningDelay); gathered(cal, at) && cal.IsOpen(late) {
		at = late
	}
	return at.UTC(), true
}

// gathered reports whether the desk was closed for a night before an opening.
func gathered(cal *hours.Calendar, opening time.Time) bool {
	before := cal.At(opening.Add(-time.Second))
	return !before.Open && (before.Since.IsZero() || opening.Sub(before.Since) >= night)
}

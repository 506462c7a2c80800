package callbacks

import (
	"cmp"
	"context"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// CallerLimits bound what is asked for by people who ring: callbacks that are booked or moved, urgent ones included. A
// zero field bounds nothing. The zero CallerLimits stand for a request that no caller made, such as a supervisor's: it
// is not counted, and nobody's silence is in its way.
type CallerLimits struct {
	// CallerHour and CallerDay are how many requests one calling number makes within an hour and a day, over all lines.
	CallerHour, CallerDay int
	// NumberHour and NumberDay are how many requests for callbacks to one number others make who do not ring from it,
	// over all lines.
	NumberHour, NumberDay int
	// AnonymousHour is how many requests all anonymous callers of a line make together within an hour.
	AnonymousHour int
	// OpenPerCaller is how many open callbacks one calling number holds, over all lines.
	OpenPerCaller int
}

// Limits bound what is booked. An open callback is returned whatever they say; zero values bound nothing.
type Limits struct {
	CallerLimits
	// MaxOpen is how many callbacks of one line may be open, urgent ones not counted.
	MaxOpen int
	// OpeningSpacing is the least distance between callbacks of a desk that were put off to its opening. Due is moved
	// back behind those of the same or a higher priority that were made before, and fall due between it and SpacingEnd,
	// where the last ones stay; so nobody gets a time before somebody who has waited longer. Expires moves along.
	OpeningSpacing time.Duration
	SpacingEnd     time.Time
}

// DefaultCallerLimits are those of a policy that names none. Families and offices share a calling number.
var DefaultCallerLimits = CallerLimits{CallerHour: 6, CallerDay: 15, NumberHour: 2, NumberDay: 4, AnonymousHour: 6,
	OpenPerCaller: 3}

// withDefaults fills in what is zero.
func (l CallerLimits) withDefaults() CallerLimits {
	d := DefaultCallerLimits
	return CallerLimits{
		CallerHour: cmp.Or(l.CallerHour, d.CallerHour), CallerDay: cmp.Or(l.CallerDay, d.CallerDay),
		NumberHour: cmp.Or(l.NumberHour, d.NumberHour), NumberDay: cmp.Or(l.NumberDay, d.NumberDay),
		AnonymousHour: cmp.Or(l.AnonymousHour, d.AnonymousHour),
		OpenPerCaller: cmp.Or(l.OpenPerCaller, d.OpenPerCaller),
	}
}

// MoveLimits are the limits within which callers move callbacks.
func (p Policy) MoveLimits() CallerLimits { return p.Limits.withDefaults() }

// LimitsOf are the limits that a request is booked within; the hours are its desk's, and its Due is as [Policy.OfferTo]
// gave it. An urgent one is bound by those of its caller only.
func (p Policy) LimitsOf(r Request, cal *hours.Calendar) (l Limits) {
	l.CallerLimits = p.MoveLimits()
	if r.Urgent {
		return l
	}
	l.MaxOpen = p.MaxOpen
	cal = p.within(cal, r.Number)
	if p.OpeningSpacing <= 0 || cal == nil || r.Kind != ASAP {
		return l
	}
	l.OpeningSpacing, l.SpacingEnd = p.OpeningSpacing, r.Due.Add(longestSpacing)
	if closing, ok := cal.NextClosing(r.Due); ok && closing.Add(-p.ASAPCutoff-p.OpeningSpacing).Before(l.SpacingEnd) {
		l.SpacingEnd = closing.Add(-p.ASAPCutoff - p.OpeningSpacing)
	}
	if l.SpacingEnd.Before(r.Due) {
		l.SpacingEnd = r.Due
	}
	return l
}

// Silenced is until when nobody but its owner has a callback's number rung, UTC; zero when its owner asked for it, or
// when nobody objected.
func (s *Service) Silenced(ctx context.Context, c Callback) (time.Time, error) {
	if c.Number == "" || c.Caller == c.Number {
		return time.Time{}, nil
	}
	return s.store.Silenced(ctx, c.Number, s.now())
}

package callbacks

import "time"

// What will come of a promise that waits, if nobody does anything about it: so that an edit of hours can be judged before it
// is made. The decisions are those of the dispatcher, in the same functions.

// A Fate is what comes of a promise.
type Fate string

const (
	// Rung: the first telephone rings, as soon as one is free.
	Rung Fate = "rung"
	// GivenUp: it expires.
	GivenUp Fate = "given-up"
	// NotDialled: its number may not be dialled, and it ends as undialable.
	NotDialled Fate = "not-dialled"
	// Underway: it is being kept at the moment, or has ended; nothing is foretold.
	Underway Fate = "underway"
)

// An Outlook is what will come of a promise.
type Outlook struct {
	Fate Fate
	// At is when, UTC. Zero when Underway.
	At time.Time
	// Why says why it is not kept when it falls due, or ends; empty when it is kept then.
	Why string
	// Texted is when the customer is sent a text message about that, UTC; zero if never.
	Texted time.Time
}

// PutOff reports whether the promise is kept later than it falls due.
func (o Outlook) PutOff() bool { return o.Fate == Rung && o.Why != "" }

// Forecast foretells what comes of a promise under some plans. Record is as a [Store] returns it; where the promise has had
// no attempt in this pass, the callback alone is enough.
func Forecast(plans Plans, r Record, now time.Time) (o Outlook) {
	r.Attempt = nil
	c := &r.Callback
	if c.State != Booked {
		return Outlook{Fate: Underway}
	}
	for {
		now = laterOf(now, earlierOf(c.Due, c.Expires)).UTC()
		k := newKeeping(plans, *c, now)
		why := k.settle(&r)
		if why == "" {
			o.Fate, o.At = Rung, k.now
			return o
		}
		if o.Why == "" || c.State.Final() && k.known { // that nobody knows the desk is said rather than that the time has run out
			o.Why = why
		}
		r.Text = ""
		if k.remark(&r, why); r.Text != "" {
			o.Texted = k.now
		}
		switch c.State {
		case Expired:
			o.Fate, o.At = GivenUp, k.now
			return o
		case Undialable:
			o.Fate, o.At = NotDialled, k.now
			return o
		case Booked:
		default:
			return Outlook{Fate: Underway}
		}
		if !k.known {
			c.Due = c.Expires // it is looked at every few minutes until then, for an edit that brings the desk back
		}
	}
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlierOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

package dispatch

import (
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// What will come of a callback that waits, if nobody does anything about it: so that an edit of hours can be assessed
// before it is made. The decisions are those of the dispatcher, in the same functions.

// A ForecastOutcome is what comes of a callback.
type ForecastOutcome string

const (
	// Rung: the first telephone rings, as soon as one is free.
	Rung ForecastOutcome = "rung"
	// GivenUp: it expires.
	GivenUp ForecastOutcome = "given-up"
	// LeftToPerson: it becomes a task, and rings nobody.
	LeftToPerson ForecastOutcome = "left-to-a-person"
	// NotDialled: its number may not be dialled, and it ends as undialable.
	NotDialled ForecastOutcome = "not-dialled"
	// Underway: it is being kept at the moment, or has ended; nothing is predicted.
	Underway ForecastOutcome = "underway"
)

// A Prediction is what will come of a callback.
type Prediction struct {
	Outcome ForecastOutcome
	// At is when, UTC. Zero when Underway.
	At time.Time
	// Why says why it is not kept when it falls due, or ends; empty when it is kept then.
	Why string
	// SMSAt is when the customer is sent an SMS about that, UTC; zero if never.
	SMSAt time.Time
}

// PutOff reports whether the callback is kept later than it falls due.
func (p Prediction) PutOff() bool { return p.Outcome == Rung && p.Why != "" }

// RingsAgain reports whether a callback whose customer has picked up, and is not connected, is kept by another try: so
// that they are told as it will be. It decides as the end of their leg does.
func (d *Dispatcher) RingsAgain(c callbacks.Callback) bool {
	dec := d.decide(c, d.now())
	switch c.State {
	case callbacks.Dialling: // rung first; it is counted when their leg ends
		c.Attempts++
		fallthrough
	case callbacks.AgentReached, callbacks.CustomerReached:
		dec.again(&c, statusCompleted)
	}
	return c.State == callbacks.Booked
}

// Predict says what comes of a callback under some plans. Record is as a [callbacks.Store] returns it; where the
// callback has had no attempt in this pass, the callback alone is enough.
func Predict(plans callbacks.Plans, r callbacks.Record, now time.Time) (o Prediction) {
	r.Attempt = nil
	c := &r.Callback
	if c.State != callbacks.Booked {
		return Prediction{Outcome: Underway}
	}
	for {
		now = slices.MaxFunc([]time.Time{now, slices.MinFunc([]time.Time{c.Due, c.Expires}, time.Time.Compare)},
			time.Time.Compare)
		dec := newDecision(plans, *c, now)
		why, _ := dec.settle(&r)
		if why == "" {
			o.Outcome, o.At = Rung, dec.now
			return o
		}
		if o.Why == "" || c.State != callbacks.Booked && dec.known {
			// that nobody knows the desk is said rather than that the time has run out
			o.Why = why
		}
		r.SMSBody = ""
		if dec.remark(&r, why); r.SMSBody != "" {
			o.SMSAt = dec.now
		}
		switch c.State {
		case callbacks.Expired:
			o.Outcome, o.At = GivenUp, dec.now
			return o
		case callbacks.Task:
			o.Outcome, o.At = LeftToPerson, dec.now
			return o
		case callbacks.Undialable:
			o.Outcome, o.At = NotDialled, dec.now
			return o
		case callbacks.Booked:
		default:
			return Prediction{Outcome: Underway}
		}
		if !dec.known {
			c.Due = c.Expires // it is looked at every few minutes until then, for an edit that brings the desk back
		}
	}
}

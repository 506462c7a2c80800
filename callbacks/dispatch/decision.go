package dispatch

import (
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

// What is decided about a callback, without a store: whether it can be dialled now, when it is tried again, and when it
// is given up. What an attempt adds to that is in outcome.go, which telephone is next in who_is_next.go.

// A decision has what is needed to decide about a callback: the plan as configured now, and the instant.
type decision struct {
	plan callbacks.Plan
	// known is false when the line or desk is not configured: limits are the defaults then, and whether
	// a desk attempt is over is left to a dispatcher that knows the targets.
	known bool
	now   time.Time
	// hours is when the desk is there and the customer may be rung. Nil is always.
	hours *hours.Calendar
	// targets are whom the provider is asked to ring: the desk's, or the customer.
	targets []callbacks.Target
}

// decide gathers what a decision about a callback needs.
func (d *Dispatcher) decide(c callbacks.Callback, now time.Time) decision {
	return newDecision(d.plans, c, now)
}

func newDecision(plans callbacks.Plans, c callbacks.Callback, now time.Time) decision {
	dec := decision{now: now.UTC().Truncate(time.Millisecond)} // as a store keeps it
	dec.plan, dec.known = plans.Plan(c.Line, c.Desk)
	dec.plan.Policy = dec.plan.Policy.WithDefaults()
	dec.hours, dec.targets = dec.plan.HoursFor(c), targetsFor(dec.plan, c)
	return dec
}

// open is the first instant at or after t at which the callback can be kept; false when there is none.
func (dec decision) open(t time.Time) (time.Time, bool) {
	if dec.hours == nil {
		return t, true
	}
	return dec.hours.NextOpening(t)
}

// whyNot is why the callback cannot be kept at this hour, or "".
func (dec decision) whyNot() string {
	switch {
	case dec.hours == nil || dec.hours.IsOpen(dec.now):
		return ""
	case dec.plan.Hours == nil || dec.plan.Hours.IsOpen(dec.now):
		return "the customer is outside their calling hours"
	}
	return "the desk is closed"
}

// putOff ends or postpones a callback that waits and cannot be dialled now, and says why; "" when it can be. The note
// goes on with that, or is empty.
func (dec decision) putOff(c *callbacks.Callback) (why, note string) {
	refusal := dec.plan.Policy.Refusal(c.Number)
	switch {
	case !dec.now.Before(c.Expires):
		dec.giveUp(c)
		return "its time has run out", ""
	case dec.outOfAttempts(c):
		dec.giveUp(c)
		return "the customer has been rung as often as the policy allows", ""
	case !dec.known:
		c.Due = dec.now.Add(dec.plan.Policy.RetryAfter)
		return "its line or desk is not configured any more", ""
	case refusal != nil:
		c.Finish(callbacks.Undialable, dec.now)
		return "its number may not be dialled: " + string(refusal.Reason) + ", " + refusal.Detail, ""
	}
	if why = dec.whyNot(); why != "" {
		dec.closed(c)
		return why, "; no attempt was spent"
	}
	return "", ""
}

// settle is putOff for a callback with its attempts: it is also put off, or ended, when no target is left in this pass.
func (dec decision) settle(r *callbacks.Record) (why, note string) {
	if why, note = dec.putOff(&r.Callback); why != "" || len(dec.untried(r)) > 0 {
		return why, note
	}
	dec.passOver(r)
	return "no target of the desk is left in this desk attempt", ""
}

// outOfAttempts reports whether a customer was rung as often as may be.
func (dec decision) outOfAttempts(c *callbacks.Callback) bool {
	if c.Urgent {
		return c.Attempts+c.DeskAttempts >= callbacks.UrgentTries
	}
	return c.Attempts >= dec.plan.Policy.MaxAttempts
}

// outOfDeskAttempts is the same for the desk.
func (dec decision) outOfDeskAttempts(c *callbacks.Callback) bool {
	if c.Urgent {
		return dec.outOfAttempts(c)
	}
	return c.DeskAttempts >= dec.plan.Policy.MaxDeskAttempts
}

// unlessSpent begins a new pass after a pause, or gives the callback up when it was tried as often as may be.
func (dec decision) unlessSpent(c *callbacks.Callback, spent bool, pause time.Duration) {
	if spent {
		dec.giveUp(c)
		return
	}
	dec.later(c, pause)
}

// later begins a new pass after a pause, when the desk is open and the customer may be rung. The time until then does
// not count, unless it is urgent.
func (dec decision) later(c *callbacks.Callback, pause time.Duration) {
	again := dec.now.Add(pause)
	due, ok := dec.open(again)
	if !ok || !dec.now.Before(c.Expires) || dec.tooLate(c, due) {
		dec.giveUp(c)
		return
	}
	if !c.Urgent {
		c.Expires = c.Expires.Add(due.Sub(again))
	}
	c.Pass++
	c.NextTarget = 0
	dec.back(c, due)
}

// closed moves a callback to the next instant at which it can be kept. It costs neither a desk attempt nor an attempt
// at the customer, nor time: a callback expires after so much time in which it could have been kept, so a holiday gives
// nobody up and nothing is open for ever.
func (dec decision) closed(c *callbacks.Callback) {
	due, ok := dec.open(dec.now)
	if !ok || dec.tooLate(c, due) {
		dec.giveUp(c)
		return
	}
	dec.back(c, due)
	if !c.Urgent {
		c.Expires = c.Expires.Add(due.Sub(dec.now))
	}
}

// tooLate reports whether an urgent callback would be out of time then: a person hears of it now.
func (dec decision) tooLate(c *callbacks.Callback, due time.Time) bool {
	return c.Urgent && !due.Before(c.Expires)
}

// back lets a callback wait again. If its caller talks with the desk just then, it is held; if they have, it is
// cancelled.
func (dec decision) back(c *callbacks.Callback, due time.Time) {
	switch {
	case c.CancelAfterAttempt:
		c.Finish(callbacks.Cancelled, dec.now)
	case !c.Held.IsZero() && c.State != callbacks.Booked:
		c.State, c.Due, c.Held = callbacks.Booked, dec.now.Add(callbacks.MaxHold), due
	default:
		c.State, c.Due = callbacks.Booked, due
	}
}

// giveUp settles a callback that is out of tries or of time. Unless its customer was rung as often as may be, it is the
// desk that has failed, and not they: the callback stays open, for a person. An urgent one does in any case.
func (dec decision) giveUp(c *callbacks.Callback) {
	switch {
	case c.CancelAfterAttempt:
		c.Finish(callbacks.Cancelled, dec.now)
	case c.Urgent, !dec.outOfAttempts(c):
		c.State, c.Held = callbacks.Task, time.Time{}
	default:
		c.Finish(callbacks.Expired, dec.now)
	}
}

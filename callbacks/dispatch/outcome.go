package dispatch

import (
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/hours"

	"github.com/hotline-ivr/hotline/callbacks"
)

const (
	// notNowLimit is how often in one pass a target may be refused for the moment, or get stuck in the
	// provider's queue, before it counts as used up.
	notNowLimit = 3
	// notNowPause is the pause after the first of them; it doubles.
	notNowPause = 10 * time.Second
	// leaveGrace is how long an agent hears how it ended before their call is looked up, and how long the action of a
	// Dial is waited for after the end of the call.
	leaveGrace = 30 * time.Second
)

// A decision is what a decision about a callback needs: the plan as configured now, and the instant.
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

// customerTarget is the ID of a customer as a target.
const customerTarget = "customer"

// decide gathers what a decision about a callback needs.
func (d *Dispatcher) decide(c callbacks.Callback, now time.Time) decision {
	return newDecision(d.plans, c, now)
}

func newDecision(plans callbacks.Plans, c callbacks.Callback, now time.Time) decision {
	dec := decision{now: now.UTC().Truncate(time.Millisecond)} // as a store keeps it
	dec.plan, dec.known = plans.Plan(c.Line, c.Desk)
	dec.plan.Policy = dec.plan.Policy.WithDefaults()
	dec.hours, dec.targets = dec.plan.HoursFor(c), dec.plan.Targets
	if dec.plan.CustomerFirst && !c.AgentFirst && len(dec.targets) > 0 {
		dec.targets = []callbacks.Target{{ID: customerTarget, Kind: callbacks.Customer, Address: c.Number}}
	}
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

// end ends the attempt concerned: its call is over, or never was.
func end(r *callbacks.Record, outcome string) {
	r.Attempt.State = callbacks.Ended
	r.Attempt.Outcome = outcome
}

// leave settles the attempt concerned while its call to the agent still lasts, as far as is known.
func leave(r *callbacks.Record, outcome string, now time.Time) {
	if finalStatus(r.Attempt.Status) {
		end(r, outcome)
		return
	}
	r.Attempt.State = callbacks.Leaving
	r.Attempt.Outcome = outcome
	r.Attempt.Check = now.Add(leaveGrace)
}

// putOff ends or postpones a callback that waits and cannot be dialled now, and says why; "" when it can be.
func (dec decision) putOff(c *callbacks.Callback) (why string) {
	refusal := dec.plan.Policy.Refusal(c.Number)
	switch {
	case !dec.now.Before(c.Expires):
		dec.giveUp(c)
		return "its time has run out"
	case dec.outOfAttempts(c):
		dec.giveUp(c)
		return "the customer has been rung as often as the policy allows"
	case !dec.known:
		c.Due = dec.now.Add(dec.plan.Policy.RetryAfter)
		return "its line or desk is not configured any more"
	case refusal != nil:
		c.Finish(callbacks.Undialable, dec.now)
		return "its number may not be dialled: " + string(refusal.Reason) + ", " + refusal.Detail
	}
	if why = dec.whyNot(); why != "" {
		dec.closed(c)
		return why + "; no attempt was spent"
	}
	return ""
}

// settle is putOff for a callback with its attempts: it is also put off, or ended, when no target is left in this pass.
func (dec decision) settle(r *callbacks.Record) (why string) {
	if why = dec.putOff(&r.Callback); why != "" || len(dec.untried(r)) > 0 {
		return why
	}
	dec.passOver(r)
	return "no target of the desk is left in this desk attempt"
}

// notTaken ends an attempt in which nobody pressed 1: the callback waits for its next target, or the pass is over.
func (dec decision) notTaken(r *callbacks.Record, outcome string) {
	end(r, outcome)
	c := &r.Callback
	switch {
	case c.State != callbacks.Dialling: // taken back meanwhile; only the call was still in flight
		return
	case r.Attempt.CustomerFirst():
		dec.customerNotReached(r)
		return
	}
	byID := statsByTarget(r)
	c.NextTarget = 0
	for _, t := range byID {
		if t.usedUp() {
			c.NextTarget++
		}
	}
	if dec.known && len(dec.untried(r)) == 0 {
		dec.passOver(r)
		return
	}
	dec.soon(r, byID[r.Attempt.Target.ID])
}

// soon lets the callback wait for its next target, or for a while if this one could not be rung for the moment.
func (dec decision) soon(r *callbacks.Record, t targetStats) {
	due := dec.now
	if !t.usedUp() && t.putOff > 0 {
		due = dec.now.Add(notNowPause << (t.putOff - 1))
	}
	dec.back(&r.Callback, due)
}

// customerNotReached settles a callback whose customer was rung first and pressed no 1. Only what may have rung at
// their place counts as an attempt.
func (dec decision) customerNotReached(r *callbacks.Record) {
	c := &r.Callback
	switch r.Attempt.Outcome {
	case callbacks.OutcomeRefused:
		c.Finish(callbacks.Undialable, dec.now)
	case callbacks.OutcomeNotNow, callbacks.OutcomeOverqueued:
		if t := statsByTarget(r)[r.Attempt.Target.ID]; !t.usedUp() {
			dec.soon(r, t)
			return
		}
		dec.later(c, dec.plan.Policy.RetryAfter)
	case callbacks.OutcomeNotPlaced:
		dec.later(c, dec.plan.Policy.RetryAfter)
	default:
		c.Attempts++
		dec.again(c, r.Attempt.Outcome)
	}
}

// again tries a customer once more after a pause, unless they were rung as often as the policy allows. status is how
// the last try ended.
func (dec decision) again(c *callbacks.Callback, status string) {
	if dec.outOfAttempts(c) {
		dec.giveUp(c)
		return
	}
	dec.later(c, pauseAfter(dec.plan.Policy, status))
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

// pauseAfter is how long a customer is left alone after a try that ended with this status of their leg.
func pauseAfter(p callbacks.Policy, status string) time.Duration {
	pause := time.Duration(0)
	switch status {
	case statusBusy:
		pause = p.RetryBusy
	case statusNoAnswer:
		pause = p.RetryNoAnswer
	case statusCompleted, statusAnswered: // somebody or something picked up, and pressed no 1
		pause = p.RetryMachine
	}
	if pause > 0 {
		return pause
	}
	return p.RetryAfter
}

// passOver begins another pass, or gives the callback up. It counts as a desk attempt if any target was
// really tried: while the provider takes no calls at all the desk is not to blame, and only time runs out.
func (dec decision) passOver(r *callbacks.Record) {
	c := &r.Callback
	for _, t := range statsByTarget(r) {
		if t.tried {
			c.DeskAttempts++
			break
		}
	}
	if dec.outOfDeskAttempts(c) {
		dec.giveUp(c)
		return
	}
	dec.later(c, dec.plan.Policy.RetryAfter)
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

// over settles an attempt in which the one who was rung first pressed 1. connected is set if the other one did as well,
// notBridged if the two were not connected all the same; status is how the other one's leg ended. It does not touch the
// attempt.
func (dec decision) over(r *callbacks.Record, connected, notBridged bool, status string) {
	c, customerFirst := &r.Callback, r.Attempt.CustomerFirst()
	switch {
	case connected && !notBridged:
		if customerFirst {
			c.Attempts++
		}
		c.Finish(callbacks.Done, dec.now)
	case customerFirst:
		dec.deskFailed(c)
	default:
		dec.again(c, status)
	}
}

// deskFailed settles a callback whose customer was rung first, pressed 1 and waited for nobody. It costs them no
// attempt, and from now on an agent is rung first.
func (dec decision) deskFailed(c *callbacks.Callback) {
	c.AgentFirst = true
	c.DeskAttempts++
	if dec.outOfDeskAttempts(c) {
		dec.giveUp(c)
		return
	}
	dec.later(c, dec.plan.Policy.RetryAfter)
}

// otherOutcome names the outcome of an attempt in which the one who was rung first pressed 1. status is that of the
// other one's leg.
func otherOutcome(a callbacks.Attempt, connected, notBridged bool, status string) string {
	other := "customer-"
	if a.CustomerFirst() {
		other = "agent-"
	}
	switch {
	case connected && notBridged:
		return callbacks.OutcomeNotBridged
	case connected:
		return callbacks.OutcomeKept
	case status == "":
		return other + "unknown"
	}
	return other + status
}

// notifyDelay is how long a callback has to be put off for its customer to be told.
const notifyDelay = 3 * time.Hour

// remark notes what a change came of, and has the customer told when their callback was given up, left to a person or
// put off for hours, and the line's people when that was not the customer's doing. Urgent customers are rung by a
// person at once.
func (dec decision) remark(r *callbacks.Record, why string) {
	r.Callback.Remark, r.SMSAt, r.Alert = why, dec.now, dec.alert(r.Callback)
	switch r.Callback.State {
	case callbacks.Expired, callbacks.Undialable:
		r.SMSBody = dec.plan.Notification(r.Callback, callbacks.NotifyGivenUp)
	case callbacks.Task:
		if !r.Callback.Urgent {
			r.SMSBody = dec.plan.Notification(r.Callback, callbacks.NotifyTask)
		}
	case callbacks.Booked:
		if r.Callback.Due.Sub(dec.now) >= notifyDelay {
			r.SMSBody = dec.plan.Notification(r.Callback, callbacks.NotifyMoved)
		}
	}
}

// alert is what the line's people are told of a callback that is left to them, or given up; nil if nothing.
func (dec decision) alert(c callbacks.Callback) *callbacks.Alert {
	what := callbacks.CallbackNotKept
	switch {
	case dec.plan.Alert == "":
		return nil
	case c.Urgent && (c.State == callbacks.Task || c.State == callbacks.Undialable):
		what = callbacks.UrgentCallbackUnanswered
	case c.State == callbacks.Task:
	default:
		return nil
	}
	a := dec.plan.NewAlert("callback/"+strconv.FormatInt(c.ID, 10)+"/"+strconv.Itoa(c.Pass), what, c, dec.now)
	return &a
}

package callbacks

import (
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

const (
	// notNowLimit is how often in one pass a target may be refused for the moment, or get stuck in the
	// provider's queue, before it counts as used up.
	notNowLimit = 3
	// notNowPause is the pause after the first of them; it doubles.
	notNowPause = 10 * time.Second
	// leaveGrace is how long an agent hears how it ended before his call is looked up, and how long the action of a Dial is
	// waited for after the end of the call.
	leaveGrace = 30 * time.Second
)

// A decision is what a decision about a callback needs: the plan as configured now, and the instant.
type decision struct {
	plan Plan
	// known is false when the line or desk is not configured: limits are the defaults then, and whether
	// a round is over is left to a dispatcher that knows the targets.
	known bool
	now   time.Time
	// hours is when the desk is there and the customer may be rung. Nil is always.
	hours *hours.Calendar
	// targets are whom the provider is asked to ring: the desk's, or the customer.
	targets []Target
}

func newDecision(plans Plans, c Callback, now time.Time) decision {
	k := decision{now: now.UTC().Truncate(time.Millisecond)} // as a store keeps it
	if plans != nil {
		k.plan, k.known = plans.Plan(c.Line, c.Desk)
	}
	k.plan.Policy = k.plan.Policy.withDefaults()
	k.hours, k.targets = k.plan.Hours, k.plan.Targets
	if k.plan.CustomerFirst && len(k.targets) > 0 {
		k.targets = []Target{{ID: customerTarget, Kind: Customer, Address: c.Number}}
	}
	if !c.Urgent && c.Number != "" {
		k.hours = k.plan.Policy.within(k.plan.Hours, c.Number)
	}
	return k
}

// open is the first instant at or after t at which the callback can be kept; false when there is none.
func (k decision) open(t time.Time) (time.Time, bool) {
	if k.hours == nil {
		return t, true
	}
	return k.hours.NextOpening(t)
}

// whyNot is why the callback cannot be kept at this hour, or "".
func (k decision) whyNot() string {
	switch {
	case k.hours == nil || k.hours.IsOpen(k.now):
		return ""
	case k.plan.Hours == nil || k.plan.Hours.IsOpen(k.now):
		return "the customer is outside their calling hours"
	}
	return "the desk is closed"
}

// finish makes a callback final.
func finish(c *Callback, state State, now time.Time) {
	c.State = state
	c.Ended = now.UTC().Truncate(time.Millisecond)
}

// end ends the attempt concerned: its call is over, or never was.
func end(r *Record, outcome string) {
	r.Attempt.State = Ended
	r.Attempt.Outcome = outcome
}

// leave settles the attempt concerned while its call to the agent still lasts, as far as is known.
func leave(r *Record, outcome string, now time.Time) {
	if finalStatus(r.Attempt.Status) {
		end(r, outcome)
		return
	}
	r.Attempt.State = Leaving
	r.Attempt.Outcome = outcome
	r.Attempt.Check = now.Add(leaveGrace)
}

// targetStats is what became of one target in the current pass.
type targetStats struct {
	// tried: it was rung, or refused for good. putOff: how often it could not be rung for the moment.
	tried  bool
	putOff int
}

// usedUp reports whether the target has had its turn in this pass.
func (t targetStats) usedUp() bool { return t.tried || t.putOff >= notNowLimit }

// statsByTarget gives them by the target's identifier. A target without an attempt in this pass is not in it.
func statsByTarget(r *Record) map[string]targetStats {
	byID := map[string]targetStats{}
	count := func(a Attempt) {
		if a.InFlight() || a.Pass != r.Callback.Pass || a.Outcome == OutcomeClosed {
			return
		}
		t := byID[a.Target.ID]
		if a.Outcome == OutcomeNotNow || a.Outcome == OutcomeOverqueued {
			t.putOff++
		} else {
			t.tried = true
		}
		byID[a.Target.ID] = t
	}
	for _, a := range r.Earlier {
		count(a)
	}
	if r.Attempt != nil {
		count(*r.Attempt)
	}
	return byID
}

// untried are the targets that are left in this pass, in order.
func (k decision) untried(r *Record) []Target {
	byID := statsByTarget(r)
	var left []Target
	for _, t := range k.targets {
		if !byID[t.ID].usedUp() {
			left = append(left, t)
		}
	}
	return left
}

// free is how many telephones of the desk are in nobody's use, by what is known here.
func (k decision) free(air inFlight, d Desk) int {
	free := -air.customers[d] // each will need one
	for _, t := range k.plan.Targets {
		if !air.busy[t.To()] {
			free++
		}
	}
	return free
}

// putOff ends or postpones a callback that waits and cannot be dialled now, and says why; "" when it can be.
func (k decision) putOff(c *Callback) (why string) {
	refusal := k.plan.Policy.Refusal(c.Number)
	switch {
	case !k.now.Before(c.Expires):
		finish(c, Expired, k.now)
		return "its time has run out"
	case c.Attempts >= k.plan.Policy.MaxAttempts:
		finish(c, Expired, k.now)
		return "the customer has been rung as often as the policy allows"
	case !k.known:
		c.Due = k.now.Add(k.plan.Policy.RetryAfter)
		return "its line or desk is not configured any more"
	case refusal != nil:
		finish(c, Undialable, k.now)
		return "its number may not be dialled: " + string(refusal.Reason) + ", " + refusal.Detail
	}
	if why = k.whyNot(); why != "" {
		k.closed(c)
		return why + "; no attempt was spent"
	}
	return ""
}

// settle is putOff for a callback with its attempts: it is also put off, or ended, when no target is left in this pass.
func (k decision) settle(r *Record) (why string) {
	if why = k.putOff(&r.Callback); why != "" || len(k.untried(r)) > 0 {
		return why
	}
	k.passOver(r)
	return "no target of the desk is left in this round"
}

// notTaken ends an attempt of which nobody pressed 1: the callback waits for its next target, or the pass is over.
func (k decision) notTaken(r *Record, outcome string) {
	end(r, outcome)
	c := &r.Callback
	switch {
	case c.State != Dialling: // taken back meanwhile; only the call was still in flight
		return
	case r.Attempt.CustomerFirst():
		k.customerNotReached(r)
		return
	}
	byID := statsByTarget(r)
	c.NextTarget = 0
	for _, t := range byID {
		if t.usedUp() {
			c.NextTarget++
		}
	}
	if k.known && len(k.untried(r)) == 0 {
		k.passOver(r)
		return
	}
	k.soon(r, byID[r.Attempt.Target.ID])
}

// soon lets the callback wait for its next target, or for a while if this one could not be rung for the moment.
func (k decision) soon(r *Record, t targetStats) {
	due := k.now
	if !t.usedUp() && t.putOff > 0 {
		due = k.now.Add(notNowPause << (t.putOff - 1))
	}
	k.back(&r.Callback, due)
}

// customerNotReached settles a callback whose customer was rung first and pressed no 1. Only what may have rung at his
// place counts as an attempt.
func (k decision) customerNotReached(r *Record) {
	c := &r.Callback
	switch r.Attempt.Outcome {
	case OutcomeRefused:
		finish(c, Undialable, k.now)
	case OutcomeNotNow, OutcomeOverqueued:
		if t := statsByTarget(r)[r.Attempt.Target.ID]; !t.usedUp() {
			k.soon(r, t)
			return
		}
		k.later(c, k.plan.Policy.RetryAfter)
	case OutcomeNotPlaced:
		k.later(c, k.plan.Policy.RetryAfter)
	default:
		c.Attempts++
		k.again(c, r.Attempt.Outcome)
	}
}

// again tries a customer once more after a pause, unless he was rung as often as the policy allows. status is how the
// last try ended.
func (k decision) again(c *Callback, status string) {
	if c.Attempts >= k.plan.Policy.MaxAttempts && !c.CancelAfterAttempt {
		finish(c, Expired, k.now)
		return
	}
	k.later(c, k.plan.Policy.pauseAfter(status))
}

// pauseAfter is how long a customer is left alone after a try that ended with this status of his leg.
func (p Policy) pauseAfter(status string) time.Duration {
	pause := time.Duration(0)
	switch status {
	case "busy":
		pause = p.RetryBusy
	case "no-answer":
		pause = p.RetryNoAnswer
	case "completed", "answered": // somebody or something picked up, and pressed no 1
		pause = p.RetryMachine
	}
	if pause > 0 {
		return pause
	}
	return p.RetryAfter
}

// passOver begins another pass, or gives the callback up. It counts as a round in vain if any target was
// really tried: while the provider takes no calls at all the desk is not to blame, and only time runs out.
func (k decision) passOver(r *Record) {
	c := &r.Callback
	for _, t := range statsByTarget(r) {
		if t.tried {
			c.DeskAttempts++
			break
		}
	}
	if c.DeskAttempts >= k.plan.Policy.MaxDeskAttempts {
		finish(c, Expired, k.now)
		return
	}
	k.later(c, k.plan.Policy.RetryAfter)
}

// later begins a new pass after a pause, when the desk is open and the hour is decent. The time until then does not count.
func (k decision) later(c *Callback, pause time.Duration) {
	again := k.now.Add(pause)
	due, ok := k.open(again)
	if !ok || !k.now.Before(c.Expires) {
		finish(c, Expired, k.now)
		return
	}
	c.Expires = c.Expires.Add(due.Sub(again))
	c.Pass++
	c.NextTarget = 0
	k.back(c, due)
}

// back lets a callback wait again. If its caller talks with the desk just then, it is held; if he has, it is taken back.
func (k decision) back(c *Callback, due time.Time) {
	switch {
	case c.CancelAfterAttempt:
		finish(c, Cancelled, k.now)
	case !c.Held.IsZero() && c.State != Booked:
		c.State, c.Due, c.Held = Booked, k.now.Add(holdFor), due
	default:
		c.State, c.Due = Booked, due
	}
}

// closed moves a callback to the next instant at which it can be kept. It costs neither a round nor an attempt, nor time:
// a callback expires after so much time in which it could have been kept, so a holiday gives nobody up and nothing
// stands for ever.
func (k decision) closed(c *Callback) {
	due, ok := k.open(k.now)
	if !ok {
		finish(c, Expired, k.now)
		return
	}
	k.back(c, due)
	c.Expires = c.Expires.Add(due.Sub(k.now))
}

// over settles an attempt in which whoever was rung first pressed 1. connected is set if the other one did as well, notBridged if
// the two were not connected all the same; status is how the other one's leg ended. It does not touch the attempt.
func (k decision) over(c *Callback, connected, notBridged bool, status string) {
	if connected && !notBridged {
		finish(c, Done, k.now)
		return
	}
	k.again(c, status)
}

// otherOutcome names the outcome of an attempt in which whoever was rung first pressed 1. status is that of the other one's
// leg.
func otherOutcome(a Attempt, connected, notBridged bool, status string) string {
	other := "customer-"
	if a.CustomerFirst() {
		other = "agent-"
	}
	switch {
	case connected && notBridged:
		return OutcomeNotBridged
	case connected:
		return OutcomeKept
	case status == "":
		return other + "unknown"
	}
	return other + status
}

package dispatch

import (
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// What follows an attempt: the next target (which one: who_is_next.go), a later pass of the desk, a later try at the
// customer (when: decision.go), or the end.

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
	dec.unlessSpent(c, dec.outOfAttempts(c), pauseAfter(dec.plan.Policy, status))
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
	dec.unlessSpent(c, dec.outOfDeskAttempts(c), dec.plan.Policy.RetryAfter)
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
	dec.unlessSpent(c, dec.outOfDeskAttempts(c), dec.plan.Policy.RetryAfter)
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

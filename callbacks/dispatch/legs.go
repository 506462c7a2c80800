package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

const (
	// answerGrace is how long after its ring time a call without a final status is looked up,
	// and lookAgain the interval after that.
	answerGrace = 90 * time.Second
	lookAgain   = 2 * time.Minute
)

// ErrForeignCall: what a webhook says of an attempt comes from a call that is not the attempt's. Nothing was changed.
var ErrForeignCall = callbacks.RuleError("the call is not the attempt's")

// adopts takes the call that a webhook of the first leg speaks of, where the provider's answer has not named one yet,
// and reports whether it is the attempt's own. A second call for the same attempt comes from a request that was
// repeated below us.
func adopts(a *callbacks.Attempt, callSID string) bool {
	if a.SID == "" {
		a.SID = callSID
	}
	return owns(a, callSID)
}

// owns reports whether callSID is the first leg of the attempt. What is told of the leg behind it is told in its name,
// and by then it is known.
func owns(a *callbacks.Attempt, callSID string) bool { return callSID != "" && a.SID == callSID }

// behind is owns for the end of the leg behind the first one, which is an agent's where the customer was rung first.
func behind(customerFirst bool) func(*callbacks.Attempt, string) bool {
	return func(a *callbacks.Attempt, callSID string) bool {
		return a.CustomerFirst() == customerFirst && owns(a, callSID)
	}
}

// stale is the verdict for a call that no longer belongs to its callback.
func stale(r *callbacks.Record) callbacks.Verdict {
	switch r.Callback.State {
	case callbacks.AgentReached, callbacks.CustomerReached:
		return callbacks.TakenByOther
	}
	return callbacks.Gone
}

// nextLook is when an attempt that has reached the network is looked at without having been heard of.
func nextLook(a callbacks.Attempt, now time.Time) time.Time {
	look := a.Created.Add(a.Ring + answerGrace)
	if !look.After(now) {
		look = now.Add(lookAgain)
	}
	return look
}

// Answered takes the first webhook of a placed call: somebody, or a machine, picked up. [callbacks.Proceed] asks for
// the 1; on any other verdict nobody is connected. The desk's hours and the customer's calling hours are checked again
// here: on [callbacks.Closed] the callback has been moved to when both allow it. [callbacks.ErrNotFound] for an attempt
// that does not exist; [ErrForeignCall], with the verdict for somebody who is not connected, when the call is not the
// attempt's.
func (d *Dispatcher) Answered(
	ctx context.Context, attemptID, callSID string,
) (callbacks.Callback, callbacks.Verdict, error) {
	return d.press(ctx, attemptID, "its telephone began to ring",
		func(r *callbacks.Record, dec decision) (callbacks.Verdict, string, error) {
			return dec.answered(r, callSID)
		})
}

// answered is [Dispatcher.Answered] for a record; the results are those of [Dispatcher.press].
func (dec decision) answered(r *callbacks.Record, callSID string) (verdict callbacks.Verdict, why string, err error) {
	a := r.Attempt
	switch {
	case !adopts(a, callSID):
		return stale(r), "", ErrForeignCall
	case !a.InFlight() && a.Outcome == callbacks.OutcomeClosed && r.Callback.State == callbacks.Booked:
		return callbacks.Closed, "", callbacks.ErrUnchanged // the webhook came twice
	case !a.InFlight():
		return stale(r), "", callbacks.ErrUnchanged
	case a.State == callbacks.Taken:
		return callbacks.Proceed, "", callbacks.ErrUnchanged
	case a.State == callbacks.Connected:
		return callbacks.Gone, "", callbacks.ErrUnchanged
	}
	a.State, a.Check = callbacks.Answered, dec.now.Add(lookAgain)
	if r.Callback.State != callbacks.Dialling {
		return callbacks.Gone, "", nil // they hear it; the call ends by itself
	}
	if why = dec.whyNot(); why != "" {
		dec.putBack(r, why)
		return callbacks.Closed, why, nil
	}
	return callbacks.Proceed, "", nil
}

// putBack ends an attempt whose callback may not be kept at this hour any more, and moves the callback.
func (dec decision) putBack(r *callbacks.Record, why string) {
	leave(r, callbacks.OutcomeClosed, dec.now)
	dec.closed(&r.Callback)
	dec.remark(r, why)
}

// press changes the callback of an attempt as somebody on its legs does, and answers with the verdict that change has.
// [callbacks.ErrUnchanged] means that there is nothing to write. why is set when the callback was moved, though it
// could be kept at an earlier moment.
func (d *Dispatcher) press(
	ctx context.Context, attemptID, moment string,
	change func(*callbacks.Record, decision) (verdict callbacks.Verdict, why string, err error),
) (callbacks.Callback, callbacks.Verdict, error) {
	now := d.now()
	var verdict callbacks.Verdict
	var why string
	r, err := d.store.ChangeAttempt(ctx, attemptID, 0, func(r *callbacks.Record) (err error) {
		verdict, why, err = change(r, d.decide(r.Callback, now))
		return err
	})
	if errors.Is(err, ErrForeignCall) {
		return r.Callback, verdict, err
	} else if err != nil {
		return r.Callback, "", err
	}
	if why != "" {
		callbacks.LogChange(ctx, d.log, r.Callback, why+", though it was not when "+moment)
	}
	d.signal.Raise()
	return r.Callback, verdict, nil
}

// AgentTook takes the agent's own signed "1". It is durable before anything is spoken. Only [callbacks.Proceed] may go
// on: to ring the customer, which counts as an attempt at them, or to connect the one who waits. callSID is the leg
// that the provider was asked for: the agent's own or, where the customer was rung first, the customer's. Hours are
// asked once more before a customer's telephone rings: [callbacks.Closed] and [ErrForeignCall] are as in
// [Dispatcher.Answered].
func (d *Dispatcher) AgentTook(
	ctx context.Context, attemptID, callSID string,
) (callbacks.Callback, callbacks.Verdict, error) {
	return d.took(ctx, attemptID, callSID, false)
}

// CustomerTook takes the customer's own signed "1". Only [callbacks.Proceed] may go on: to connect the two, or to ring
// an agent. callSID is the leg that was rung first, as in [Dispatcher.AgentTook].
func (d *Dispatcher) CustomerTook(
	ctx context.Context, attemptID, callSID string,
) (callbacks.Callback, callbacks.Verdict, error) {
	return d.took(ctx, attemptID, callSID, true)
}

func (d *Dispatcher) took(
	ctx context.Context, attemptID, callSID string, customer bool,
) (callbacks.Callback, callbacks.Verdict, error) {
	return d.press(ctx, attemptID, "the agent picked up",
		func(r *callbacks.Record, dec decision) (verdict callbacks.Verdict, why string, err error) {
			first := r.Attempt.CustomerFirst() == customer
			switch {
			case !owns(r.Attempt, callSID) && !(first && adopts(r.Attempt, callSID)):
				return stale(r), "", ErrForeignCall
			case first:
				verdict, why, err = dec.firstTook(r)
			default:
				verdict, err = dec.otherTook(r)
			}
			switch {
			case err != nil || verdict == callbacks.Closed:
			case customer:
				r.Callback.State, r.Callback.Reached = callbacks.CustomerReached, true
			default:
				r.Callback.State = callbacks.AgentReached
			}
			return verdict, why, err
		})
}

// firstTook is the 1 of the one who was rung first. The results are those of [Dispatcher.press].
func (dec decision) firstTook(r *callbacks.Record) (verdict callbacks.Verdict, why string, err error) {
	a := r.Attempt
	switch {
	case !a.InFlight():
		return stale(r), "", callbacks.ErrUnchanged
	case a.State == callbacks.Taken:
		return callbacks.Proceed, "", callbacks.ErrUnchanged // a webhook whose answer was lost comes again
	case a.State == callbacks.Connected || r.Callback.State != callbacks.Dialling:
		return callbacks.Gone, "", callbacks.ErrUnchanged // after the other one's 1 nobody rings them again
	}
	// A customer who was rung first is on the line already.
	if why = dec.whyNot(); why != "" && !a.CustomerFirst() {
		dec.putBack(r, why)
		return callbacks.Closed, why, nil
	}
	a.State, a.Check = callbacks.Taken, dec.now.Add(lookAgain)
	if !a.CustomerFirst() { // otherwise it depends on the desk whether it counts
		r.Callback.Attempts++
	}
	return callbacks.Proceed, "", nil
}

// otherTook is the 1 of the other one.
func (dec decision) otherTook(r *callbacks.Record) (callbacks.Verdict, error) {
	switch r.Attempt.State {
	case callbacks.Connected:
		return callbacks.Proceed, callbacks.ErrUnchanged
	case callbacks.Taken:
		r.Attempt.State, r.Attempt.Check = callbacks.Connected, dec.now.Add(lookAgain)
		return callbacks.Proceed, nil
	}
	return stale(r), callbacks.ErrUnchanged
}

// CustomerEnded takes the end of the customer's leg, where the agent was rung first: the action of the Dial on the
// agent's, which is callSID ([ErrForeignCall]). dialStatus is the provider's DialCallStatus; it is noted, but only
// [Dispatcher.CustomerTook] makes a customer reached. notBridged means that the provider plainly says the two
// were not connected, though the customer may have pressed 1.
func (d *Dispatcher) CustomerEnded(
	ctx context.Context, attemptID, callSID, dialStatus string, notBridged bool,
) (callbacks.Callback, error) {
	return d.settleLeg(ctx, attemptID, callSID, behind(false), func(r *callbacks.Record, dec decision) error {
		if !r.Attempt.InFlight() || !r.Callback.Open() {
			return callbacks.ErrUnchanged
		}
		if r.Callback.State == callbacks.Dialling {
			r.Callback.State = callbacks.AgentReached // the agent's "1" never reached us, and the customer was rung
			r.Callback.Attempts++
		}
		dec.leaveOver(r, notBridged, dialStatus)
		return nil
	})
}

// AgentEnded takes the end of an agent's leg, where the customer was rung first: the action of the Dial on the
// customer's, which is callSID ([ErrForeignCall]). hasNext is set when another target of the desk is rung next;
// otherwise a customer with whom no agent was connected is rung again later, behind an agent. notBridged is as in
// [Dispatcher.CustomerEnded].
func (d *Dispatcher) AgentEnded(
	ctx context.Context, attemptID, callSID, dialStatus string, notBridged, hasNext bool,
) (callbacks.Callback, error) {
	return d.settleLeg(ctx, attemptID, callSID, behind(true), func(r *callbacks.Record, dec decision) error {
		a := r.Attempt
		switch {
		case !a.InFlight() || !r.Callback.Open():
			return callbacks.ErrUnchanged
		case hasNext && a.State == callbacks.Connected && notBridged:
			// the agent's 1 led nowhere; the next one's will have to be waited for
			a.State, a.Check = callbacks.Taken, dec.now.Add(lookAgain)
			r.Callback.State = callbacks.CustomerReached
			return nil
		case hasNext && a.State != callbacks.Connected:
			return callbacks.ErrUnchanged
		case r.Callback.State == callbacks.Dialling:
			r.Callback.State = callbacks.CustomerReached // their 1 never reached us
		}
		dec.leaveOver(r, notBridged, dialStatus)
		return nil
	})
}

// leaveOver settles an attempt after the other one's leg, while the first one's still lasts.
func (dec decision) leaveOver(r *callbacks.Record, notBridged bool, status string) {
	connected := r.Attempt.State == callbacks.Connected
	leave(r, otherOutcome(*r.Attempt, connected, notBridged, status), dec.now)
	dec.over(r, connected, notBridged, status)
}

// LegStatus takes a status callback of the first leg: "initiated", "ringing", "answered", "completed", "busy",
// "no-answer", "failed" or "canceled", with the provider's sequence number (-1: none). Late, repeated and overtaking
// ones are harmless. A final one ends the attempt: next target, next pass, or other one not reached. Where both have
// pressed 1 the action of the Dial is waited for. [ErrForeignCall] when callSID is another leg.
func (d *Dispatcher) LegStatus(ctx context.Context, attemptID, callSID, status string, seq int) error {
	_, err := d.settleLeg(ctx, attemptID, callSID, adopts, func(r *callbacks.Record, dec decision) error {
		a := r.Attempt
		if a.State == callbacks.Ended {
			return callbacks.ErrUnchanged
		}
		final, known := finalStatus(status), finalStatus(a.Status)
		if !final && seq >= 0 && seq <= a.Seq {
			return callbacks.ErrUnchanged
		}
		a.Status, a.Seq = status, max(seq, a.Seq)
		switch {
		case final && a.State != callbacks.Connected:
			dec.legOver(r, status)
		case final && !known:
			// Both have pressed 1. Whether they were connected is told by the action of the Dial, which is on its way
			// at the same time; not until it stays away a look-up takes it for granted.
			a.Check = dec.now.Add(leaveGrace)
		case final || !a.InFlight():
		case a.State == callbacks.Placing || a.State == callbacks.Unknown:
			a.State = callbacks.Placed
			fallthrough
		case a.State == callbacks.Placed:
			if status != statusQueued && r.Callback.Open() {
				a.Check = nextLook(*a, dec.now)
			}
		}
		return nil
	})
	return err
}

// legOver ends an attempt whose first leg is over. status is the provider's, or an outcome.
func (dec decision) legOver(r *callbacks.Record, status string) {
	switch {
	case r.Attempt.State == callbacks.Leaving:
		r.Attempt.State = callbacks.Ended
	case r.Attempt.State == callbacks.Taken || r.Attempt.State == callbacks.Connected:
		// The action of the Dial got lost or comes later: without the first leg nobody is connected.
		connected := r.Attempt.State == callbacks.Connected
		end(r, otherOutcome(*r.Attempt, connected, false, status))
		dec.over(r, connected, false, "")
	case !r.Callback.Open():
		end(r, callbacks.OutcomeWithdrawn)
	default:
		dec.notTaken(r, status)
	}
}

// settleLeg is settle for what one of the attempt's calls says. mine reports whether callSID may speak for the attempt.
func (d *Dispatcher) settleLeg(
	ctx context.Context, attemptID, callSID string, mine func(*callbacks.Attempt, string) bool,
	change func(*callbacks.Record, decision) error,
) (callbacks.Callback, error) {
	r, err := d.settle(ctx, attemptID, d.now(), func(r *callbacks.Record, dec decision) error {
		if !mine(r.Attempt, callSID) {
			return ErrForeignCall
		}
		return change(r, dec)
	})
	if err == nil {
		d.signal.Raise()
	}
	return r.Callback, err
}

// settle changes the callback of an attempt. If it ended or waits again, its remark and the log say so, with the
// outcome of the attempt.
func (d *Dispatcher) settle(
	ctx context.Context, attemptID string, now time.Time, change func(*callbacks.Record, decision) error,
) (callbacks.Record, error) {
	var before callbacks.State
	r, err := d.store.ChangeAttempt(ctx, attemptID, 0, func(r *callbacks.Record) error {
		before = r.Callback.State
		dec := d.decide(r.Callback, now)
		err := change(r, dec)
		if err == nil && r.Callback.State != before {
			dec.remark(r, r.Attempt.Outcome)
		}
		return err
	})
	if err == nil && r.Callback.State != before {
		callbacks.LogChange(ctx, d.log, r.Callback, r.Attempt.Outcome)
	}
	return r, err
}

package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A customer who picks up and did not ask for the call: anybody can ask for one to a stranger's number.

// Disown ends a callback whose customer has picked up and says that they did not ask for the call: the key 2. callSID
// is the leg that was rung first. Requests by others for that number are silenced for a day, and other open callbacks
// for it that others asked for end, on all lines; one that is being kept just now ends when it comes back.
// [ErrForeignCall] when the call is not the attempt's.
func (d *Dispatcher) Disown(
	ctx context.Context, attemptID, callSID string,
) (callbacks.Callback, callbacks.Verdict, error) {
	now := d.now()
	var verdict callbacks.Verdict
	var done bool
	r, others, err := d.store.Disown(ctx, attemptID, now.Add(silence), func(r *callbacks.Record) error {
		done = false
		if !owns(r.Attempt, callSID) && !(r.Attempt.CustomerFirst() && adopts(r.Attempt, callSID)) {
			return ErrForeignCall // nothing is silenced for it
		}
		verdict = callbacks.Proceed
		if !r.Callback.Open() || !r.Attempt.InFlight() || r.Attempt.State == callbacks.Connected {
			return callbacks.ErrUnchanged
		}
		if r.Attempt.CustomerFirst() {
			r.Callback.Attempts++
		}
		leave(r, callbacks.OutcomeDisowned, now)
		disown(r, now)
		done = true
		return nil
	}, func(r *callbacks.Record) error {
		disown(r, now)
		return nil
	})
	if errors.Is(err, ErrForeignCall) {
		return r.Callback, callbacks.Gone, err
	}
	if err != nil {
		return r.Callback, "", err
	}
	if done {
		others = append(others, r.Callback)
	}
	for _, c := range others {
		callbacks.LogChange(ctx, d.log, c, disowned)
	}
	d.signal.Raise()
	return r.Callback, verdict, nil
}

// silence is how long others may not ask for callbacks to a number whose owner did not want one.
const silence = 24 * time.Hour

// disowned is the remark of a callback that its customer had not asked for.
const disowned = "the person who picked up did not ask for it"

// disown ends a callback, or has it end when it comes back.
func disown(r *callbacks.Record, now time.Time) {
	c := &r.Callback
	c.Remark = disowned
	inFlight := r.Attempt != nil && r.Attempt.InFlight()
	if inFlight && (c.State == callbacks.AgentReached || c.State == callbacks.CustomerReached) {
		c.CancelAfterAttempt = true
		return
	}
	c.Finish(callbacks.Cancelled, now)
	if inFlight {
		r.Attempt.Check = now // the dispatcher hangs it up at once
	}
}

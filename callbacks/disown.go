package callbacks

import (
	"context"
	"errors"
	"time"
)

// A customer who picks up and did not ask for the call: anybody can ask for one to a stranger's number.

// Disown ends a callback whose customer has picked up and says that they did not ask for the call: the key 2. callSID
// is the leg that was rung first. Requests by others for that number are silenced for a day, and other open callbacks
// for it that others asked for end, on all lines; one that is being kept just now ends when it comes back.
// [ErrForeignCall] when the call is not the attempt's.
func (s *Service) Disown(ctx context.Context, attemptID, callSID string) (Callback, Verdict, error) {
	now := s.now()
	var verdict Verdict
	var done bool
	r, others, err := s.store.Disown(ctx, attemptID, now.Add(silence), func(r *Record) error {
		done = false
		if !owns(r.Attempt, callSID) && !(r.Attempt.CustomerFirst() && adopts(r.Attempt, callSID)) {
			return ErrForeignCall // nothing is silenced for it
		}
		verdict = Proceed
		if !r.Callback.Open() || !r.Attempt.InFlight() || r.Attempt.State == Connected {
			return ErrUnchanged
		}
		if r.Attempt.CustomerFirst() && r.Attempt.State != Taken {
			r.Callback.Attempts++
		}
		leave(r, OutcomeDisowned, now)
		disown(r, now)
		done = true
		return nil
	}, func(r *Record) error {
		disown(r, now)
		return nil
	})
	if errors.Is(err, ErrForeignCall) {
		return r.Callback, Gone, err
	}
	if err != nil {
		return r.Callback, "", err
	}
	if done {
		others = append(others, r.Callback)
	}
	for _, c := range others {
		logChange(ctx, s.log, c, disowned)
	}
	s.Wake()
	return r.Callback, verdict, nil
}

// silence is how long others may not ask for callbacks to a number whose owner did not want one.
const silence = 24 * time.Hour

// disowned is the remark of a callback that its customer had not asked for.
const disowned = "whoever picked up there did not ask for it"

// disown ends a callback, or has it end when it comes back.
func disown(r *Record, now time.Time) {
	c := &r.Callback
	c.Remark = disowned
	if r.Attempt != nil && r.Attempt.InFlight() && (c.State == AgentReached || c.State == CustomerReached) {
		c.CancelAfterAttempt = true
		return
	}
	finish(c, Cancelled, now)
	if r.Attempt != nil && r.Attempt.InFlight() {
		r.Attempt.Check = now // the dispatcher hangs it up at once
	}
}

// Silenced is until when nobody but its owner has a callback's number rung, UTC; zero when its owner asked for it, or
// when nobody objected.
func (s *Service) Silenced(ctx context.Context, c Callback) (time.Time, error) {
	if c.Number == "" || c.Caller == c.Number {
		return time.Time{}, nil
	}
	return s.store.Silenced(ctx, c.Number, s.now())
}

package callbacks

import (
	"context"
	"time"
)

const (
	// answerGrace is how long after its ring time a call without a final status is looked up,
	// and lookAgain the interval after that.
	answerGrace = 90 * time.Second
	lookAgain   = 2 * time.Minute
)

// belongs adopts the call that a webhook speaks of, and reports whether it is the attempt's own.
// A second call for the same attempt comes from a request that was repeated below us.
func belongs(a *Attempt, callSID string) bool {
	if a.SID == "" {
		a.SID = callSID
	}
	return a.SID == callSID || callSID == ""
}

// stale is the verdict for a call that no longer belongs to its promise.
func stale(r *Record) Verdict {
	switch r.Callback.State {
	case AgentReached, CustomerReached:
		return TakenByOther
	}
	return Gone
}

// nextLook is when an attempt that has reached the network is looked at without having been heard of.
func nextLook(a Attempt, now time.Time) time.Time {
	look := a.Created.Add(a.Ring + answerGrace)
	if !look.After(now) {
		look = now.Add(lookAgain)
	}
	return look
}

// Answered takes the first webhook of a placed call: somebody, or a machine, picked up at the agent's.
// [Proceed] is the whisper; on any other verdict nobody is connected. The desk's hours and the customer's decent ones
// are asked again here: on [Closed] the promise has been moved to when both allow it. [ErrNotFound] for an attempt that does not exist.
func (s *Service) Answered(ctx context.Context, attemptID, callSID string) (Callback, Verdict, error) {
	now := s.now()
	var verdict Verdict
	var why string
	r, err := s.store.ChangeAttempt(ctx, attemptID, 0, func(r *Record) error {
		a := r.Attempt
		if !a.InAir() || !belongs(a, callSID) {
			verdict = stale(r)
			if r.Callback.State == Booked && a.Outcome == OutcomeClosed {
				verdict = Closed // the webhook came twice
			}
			return ErrUnchanged
		}
		switch a.State {
		case Taken:
			verdict = Proceed
			return ErrUnchanged
		case Connected:
			verdict = Gone
			return ErrUnchanged
		}
		if r.Callback.State != Dialling {
			verdict = Gone
			a.State, a.Check = Answered, now.Add(lookAgain) // he hears so; the call ends by itself
			return nil
		}
		k := s.keeping(r.Callback, now)
		if why = k.whyNot(); why != "" {
			verdict = Closed
			leave(r, OutcomeClosed, now)
			k.closed(&r.Callback)
			return nil
		}
		verdict = Proceed
		a.State, a.Check = Answered, now.Add(lookAgain)
		return nil
	})
	if err != nil {
		return r.Callback, "", err
	}
	if verdict == Closed {
		announce(ctx, s.log, r.Callback, why+", though it was not when its telephone began to ring")
	}
	s.Wake()
	return r.Callback, verdict, nil
}

// AgentTook takes the agent's own signed "1". It is durable before anything is spoken, and counts as an attempt
// at the customer, who is rung next. Only [Proceed] may ring him.
func (s *Service) AgentTook(ctx context.Context, attemptID, callSID string) (Callback, Verdict, error) {
	now := s.now()
	var verdict Verdict
	r, err := s.store.ChangeAttempt(ctx, attemptID, 0, func(r *Record) error {
		a := r.Attempt
		if !a.InAir() || !belongs(a, callSID) {
			verdict = stale(r)
			return ErrUnchanged
		}
		switch {
		case a.State == Taken:
			verdict = Proceed // the provider repeats a webhook whose answer it did not get
			return ErrUnchanged
		case a.State == Connected || r.Callback.State != Dialling:
			verdict = Gone // after the customer's "1" nobody rings him again
			return ErrUnchanged
		}
		verdict = Proceed
		a.State, a.Check = Taken, now.Add(lookAgain)
		r.Callback.State = AgentReached
		r.Callback.Attempts++
		return nil
	})
	if err != nil {
		return r.Callback, "", err
	}
	s.Wake()
	return r.Callback, verdict, nil
}

// CustomerTook takes the customer's own signed "1". Only [Proceed] may connect the two.
func (s *Service) CustomerTook(ctx context.Context, attemptID string) (Callback, Verdict, error) {
	now := s.now()
	verdict := Gone
	r, err := s.store.ChangeAttempt(ctx, attemptID, 0, func(r *Record) error {
		switch r.Attempt.State {
		case Connected:
			verdict = Proceed
			return ErrUnchanged
		case Taken:
			verdict = Proceed
			r.Attempt.State, r.Attempt.Check = Connected, now.Add(lookAgain)
			r.Callback.State = CustomerReached
			return nil
		}
		verdict = stale(r)
		return ErrUnchanged
	})
	if err != nil {
		return r.Callback, "", err
	}
	s.Wake()
	return r.Callback, verdict, nil
}

// CustomerEnded takes the end of the customer's leg: the action of the Dial on the agent's leg.
// dialStatus is the provider's DialCallStatus; it is noted, but only [Service.CustomerTook] makes a customer
// reached, because "completed" can be a machine. apart is set when the provider says in so many words that the two were
// not connected: then not even the customer's 1 has reached him. Not reached: the promise waits for another try, or expires.
func (s *Service) CustomerEnded(ctx context.Context, attemptID, dialStatus string, apart bool) (Callback, error) {
	return s.settle(ctx, attemptID, func(r *Record, k keeping) error {
		switch {
		case !r.Attempt.InAir() || !r.Callback.Open():
			return ErrUnchanged
		case r.Callback.State == Dialling:
			r.Callback.Attempts++ // the agent's "1" never reached us, and yet a customer was rung
		}
		leave(r, customerOutcome(r.Callback, dialStatus, apart), k.now)
		k.customerOver(&r.Callback, apart)
		return nil
	})
}

// CustomerRefused takes the provider's refusal of the customer's leg with an error code. A code that is for
// good (see [NewRefused]) ends the promise as [Undialable]; another counts like any customer not reached.
func (s *Service) CustomerRefused(ctx context.Context, attemptID string, code int) (Callback, error) {
	return s.settle(ctx, attemptID, func(r *Record, k keeping) error {
		c := &r.Callback
		switch {
		case !r.Attempt.InAir() || !c.Open() || c.State == CustomerReached:
			return ErrUnchanged
		case c.State == Dialling:
			c.Attempts++ // the agent's "1" never reached us
		}
		if NewRefused(code, "").Permanent {
			leave(r, OutcomeUndialable, k.now)
			finish(c, Undialable, k.now)
			return nil
		}
		leave(r, customerOutcome(*c, "failed", false), k.now)
		k.customerOver(c, false)
		return nil
	})
}

// LegStatus takes a status callback of the agent's leg: "initiated", "ringing", "answered", "completed", "busy",
// "no-answer", "failed" or "canceled", with the provider's sequence number (-1: none). Late, repeated and
// overtaking ones are harmless. A final one ends the attempt: next target, round over, customer not reached or kept.
func (s *Service) LegStatus(ctx context.Context, attemptID, callSID, status string, seq int) error {
	now := s.now()
	_, err := s.settle(ctx, attemptID, func(r *Record, k keeping) error {
		a := r.Attempt
		if a.State == Ended || !belongs(a, callSID) {
			return ErrUnchanged
		}
		if finalStatus(status) {
			a.Status, a.Seq = status, max(seq, a.Seq)
			k.legOver(r, status)
			return nil
		}
		if seq >= 0 && seq <= a.Seq {
			return ErrUnchanged
		}
		a.Status, a.Seq = status, max(seq, a.Seq)
		if !a.InAir() {
			return nil
		}
		if a.State == Placing || a.State == Unknown {
			a.State = Placed
		}
		if a.State == Placed && status != "queued" && r.Callback.Open() {
			a.Check = nextLook(*a, now)
		}
		return nil
	})
	return err
}

// legOver ends an attempt whose call to the agent is over. status is the provider's, or an outcome.
func (k keeping) legOver(r *Record, status string) {
	switch {
	case r.Attempt.State == Leaving:
		r.Attempt.State = Ended
	case r.Attempt.State == Taken || r.Attempt.State == Connected:
		// The action of the Dial got lost or comes later: without the agent's leg nobody is connected.
		end(r, customerOutcome(r.Callback, status, false))
		k.customerOver(&r.Callback, false)
	case !r.Callback.Open():
		end(r, OutcomeWithdrawn)
	default:
		k.notTaken(r, status)
	}
}

// settle changes the promise of an attempt, and says so when it ended or waits again.
func (s *Service) settle(ctx context.Context, attemptID string, change func(*Record, keeping) error) (Callback, error) {
	now := s.now()
	var before State
	r, err := s.store.ChangeAttempt(ctx, attemptID, 0, func(r *Record) error {
		before = r.Callback.State
		return change(r, s.keeping(r.Callback, now))
	})
	if err != nil {
		return r.Callback, err
	}
	if r.Callback.State != before {
		announce(ctx, s.log, r.Callback, r.Attempt.Outcome)
	}
	s.Wake()
	return r.Callback, nil
}

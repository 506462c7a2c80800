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

// adopts takes the call that a webhook of the first leg speaks of, where the provider's answer has not named one yet,
// and reports whether it is the attempt's own. A second call for the same attempt comes from a request that was
// repeated below us.
func adopts(a *Attempt, callSID string) bool {
	if a.SID == "" {
		a.SID = callSID
	}
	return owns(a, callSID)
}

// owns reports whether callSID is the first leg of the attempt. What is told of the leg behind it is told in its name,
// and by then it is known.
func owns(a *Attempt, callSID string) bool { return callSID != "" && a.SID == callSID }

// stale is the verdict for a call that no longer belongs to its callback.
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

// Answered takes the first webhook of a placed call: somebody, or a machine, picked up. [Proceed] asks for the 1; on
// any other verdict nobody is connected. The desk's hours and the customer's decent ones are asked again here: on
// [Closed] the callback has been moved to when both allow it. [ErrNotFound] for an attempt that does not exist;
// [ErrForeignCall], with the verdict for somebody who is not connected, when the call is not the attempt's.
func (s *Service) Answered(ctx context.Context, attemptID, callSID string) (Callback, Verdict, error) {
	now := s.now()
	var verdict Verdict
	var why string
	var foreign bool
	r, err := s.store.ChangeAttempt(ctx, attemptID, 0, func(r *Record) error {
		a := r.Attempt
		foreign = !adopts(a, callSID)
		if !a.InFlight() || foreign {
			verdict = stale(r)
			if r.Callback.State == Booked && a.Outcome == OutcomeClosed && !foreign {
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
		k := s.decide(r.Callback, now)
		if why = k.whyNot(); why != "" {
			verdict = Closed
			leave(r, OutcomeClosed, now)
			k.closed(&r.Callback)
			k.remark(r, why)
			return nil
		}
		verdict = Proceed
		a.State, a.Check = Answered, now.Add(lookAgain)
		return nil
	})
	switch {
	case err != nil:
		return r.Callback, "", err
	case foreign:
		return r.Callback, verdict, ErrForeignCall
	}
	if verdict == Closed {
		logChange(ctx, s.log, r.Callback, why+", though it was not when its telephone began to ring")
	}
	s.Wake()
	return r.Callback, verdict, nil
}

// AgentTook takes the agent's own signed "1". It is durable before anything is spoken. Only [Proceed] may go on: to
// ring the customer, which counts as an attempt at him, or to connect the one who waits. callSID is the leg that the
// provider was asked for: the agent's own or, where the customer was rung first, the customer's. Hours are asked once
// more before a customer's telephone rings: on [Closed] the callback has been moved, as in [Service.Answered], and so
// is [ErrForeignCall].
func (s *Service) AgentTook(ctx context.Context, attemptID, callSID string) (Callback, Verdict, error) {
	return s.took(ctx, attemptID, callSID, false)
}

// CustomerTook takes the customer's own signed "1". Only [Proceed] may go on: to connect the two, or to ring an agent.
// callSID is the leg that was rung first, as in [Service.AgentTook].
func (s *Service) CustomerTook(ctx context.Context, attemptID, callSID string) (Callback, Verdict, error) {
	return s.took(ctx, attemptID, callSID, true)
}

func (s *Service) took(ctx context.Context, attemptID, callSID string, customer bool) (Callback, Verdict, error) {
	now := s.now()
	var verdict Verdict
	var why string
	var foreign bool
	r, err := s.store.ChangeAttempt(ctx, attemptID, 0, func(r *Record) (err error) {
		why = ""
		first := r.Attempt.CustomerFirst() == customer
		if foreign = !(owns(r.Attempt, callSID) || first && adopts(r.Attempt, callSID)); foreign {
			verdict = stale(r)
			return ErrUnchanged
		}
		if first {
			verdict, why, err = s.decide(r.Callback, now).firstTook(r)
		} else {
			verdict, err = otherTook(r, now)
		}
		switch {
		case err != nil || verdict == Closed:
		case customer:
			r.Callback.State, r.Callback.Reached = CustomerReached, true
		default:
			r.Callback.State = AgentReached
		}
		return err
	})
	switch {
	case err != nil:
		return r.Callback, "", err
	case foreign:
		return r.Callback, verdict, ErrForeignCall
	}
	if why != "" {
		logChange(ctx, s.log, r.Callback, why+", though it was not when the agent picked up")
	}
	s.Wake()
	return r.Callback, verdict, nil
}

// firstTook is the 1 of whoever was rung first. [ErrUnchanged] when there is nothing to write. why is set when the callback
// has been moved, because it may not be kept at this hour any more.
func (k decision) firstTook(r *Record) (verdict Verdict, why string, err error) {
	a := r.Attempt
	switch {
	case !a.InFlight():
		return stale(r), "", ErrUnchanged
	case a.State == Taken:
		return Proceed, "", ErrUnchanged // the provider repeats a webhook whose answer it did not get
	case a.State == Connected || r.Callback.State != Dialling:
		return Gone, "", ErrUnchanged // after the other one's 1 nobody rings him again
	}
	// A customer who was rung first is on the line already.
	if why = k.whyNot(); why != "" && !a.CustomerFirst() {
		leave(r, OutcomeClosed, k.now)
		k.closed(&r.Callback)
		k.remark(r, why)
		return Closed, why, nil
	}
	a.State, a.Check = Taken, k.now.Add(lookAgain)
	r.Callback.Attempts++
	return Proceed, "", nil
}

// otherTook is the 1 of the other one.
func otherTook(r *Record, now time.Time) (Verdict, error) {
	switch r.Attempt.State {
	case Connected:
		return Proceed, ErrUnchanged
	case Taken:
		r.Attempt.State, r.Attempt.Check = Connected, now.Add(lookAgain)
		return Proceed, nil
	}
	return stale(r), ErrUnchanged
}

// CustomerEnded takes the end of the customer's leg, where the agent was rung first: the action of the Dial on the
// agent's, which is callSID ([ErrForeignCall]). dialStatus is the provider's DialCallStatus; it is noted, but only
// [Service.CustomerTook] makes a customer reached. notBridged means that the provider plainly says the two were not
// connected, though the customer may have pressed 1.
func (s *Service) CustomerEnded(ctx context.Context, attemptID, callSID, dialStatus string, notBridged bool) (Callback, error) {
	return s.settle(ctx, attemptID, callSID, owns, func(r *Record, k decision) error {
		if !r.Attempt.InFlight() || !r.Callback.Open() {
			return ErrUnchanged
		}
		if r.Callback.State == Dialling {
			r.Callback.State = AgentReached // the agent's "1" never reached us, and the customer was rung
			r.Callback.Attempts++
		}
		k.leaveOver(r, notBridged, dialStatus)
		return nil
	})
}

// AgentEnded takes the end of an agent's leg, where the customer was rung first: the action of the Dial on the
// customer's, which is callSID ([ErrForeignCall]). hasNext is set when another target of the desk is rung next; otherwise
// a customer with whom no agent was connected is rung again later. notBridged is as in [Service.CustomerEnded].
func (s *Service) AgentEnded(ctx context.Context, attemptID, callSID, dialStatus string, notBridged, hasNext bool) (Callback, error) {
	return s.settle(ctx, attemptID, callSID, owns, func(r *Record, k decision) error {
		a := r.Attempt
		switch {
		case !a.InFlight() || !r.Callback.Open():
			return ErrUnchanged
		case hasNext && a.State == Connected && notBridged: // the agent's 1 led nowhere; the next one's will have to be waited for
			a.State, a.Check = Taken, k.now.Add(lookAgain)
			r.Callback.State = CustomerReached
			return nil
		case hasNext && a.State != Connected:
			return ErrUnchanged
		case r.Callback.State == Dialling:
			r.Callback.State = CustomerReached // his 1 never reached us
			r.Callback.Attempts++
		}
		k.leaveOver(r, notBridged, dialStatus)
		return nil
	})
}

// leaveOver settles an attempt after the other one's leg, while the first one's still lasts.
func (k decision) leaveOver(r *Record, notBridged bool, status string) {
	connected := r.Attempt.State == Connected
	leave(r, otherOutcome(*r.Attempt, connected, notBridged, status), k.now)
	if r.Attempt.CustomerFirst() {
		status = "" // it tells of agents, and the pause depends on the customer
	}
	k.over(&r.Callback, connected, notBridged, status)
}

// LegStatus takes a status callback of the first leg: "initiated", "ringing", "answered", "completed", "busy",
// "no-answer", "failed" or "canceled", with the provider's sequence number (-1: none). Late, repeated and
// overtaking ones are harmless. A final one ends the attempt: next target, round over, or other one not reached. Where both have
// pressed 1 the action of the Dial is waited for. [ErrForeignCall] when callSID is another leg.
func (s *Service) LegStatus(ctx context.Context, attemptID, callSID, status string, seq int) error {
	now := s.now()
	_, err := s.settle(ctx, attemptID, callSID, adopts, func(r *Record, k decision) error {
		a := r.Attempt
		if a.State == Ended {
			return ErrUnchanged
		}
		if finalStatus(status) {
			known := finalStatus(a.Status)
			a.Status, a.Seq = status, max(seq, a.Seq)
			switch {
			case a.State != Connected:
				k.legOver(r, status)
			case !known:
				// Both have pressed 1. Whether they were connected is told by the action of the Dial, which is on its way
				// at the same time; not until it stays away a look-up takes it for granted.
				a.Check = now.Add(leaveGrace)
			}
			return nil
		}
		if seq >= 0 && seq <= a.Seq {
			return ErrUnchanged
		}
		a.Status, a.Seq = status, max(seq, a.Seq)
		if !a.InFlight() {
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

// legOver ends an attempt whose first leg is over. status is the provider's, or an outcome.
func (k decision) legOver(r *Record, status string) {
	switch {
	case r.Attempt.State == Leaving:
		r.Attempt.State = Ended
	case r.Attempt.State == Taken || r.Attempt.State == Connected:
		// The action of the Dial got lost or comes later: without the first leg nobody is connected.
		connected := r.Attempt.State == Connected
		end(r, otherOutcome(*r.Attempt, connected, false, status))
		k.over(&r.Callback, connected, false, "")
	case !r.Callback.Open():
		end(r, OutcomeWithdrawn)
	default:
		k.notTaken(r, status)
	}
}

// settle changes the callback of an attempt as one of its calls says, and says so when it ended or waits again. mine
// reports whether callSID may speak for the attempt.
func (s *Service) settle(ctx context.Context, attemptID, callSID string, mine func(*Attempt, string) bool,
	change func(*Record, decision) error) (Callback, error) {
	now := s.now()
	var before State
	var foreign bool
	r, err := s.store.ChangeAttempt(ctx, attemptID, 0, func(r *Record) error {
		before = r.Callback.State
		if foreign = !mine(r.Attempt, callSID); foreign {
			return ErrUnchanged
		}
		k := s.decide(r.Callback, now)
		if err := change(r, k); err != nil {
			return err
		}
		if r.Callback.State != before {
			k.remark(r, r.Attempt.Outcome)
		}
		return nil
	})
	switch {
	case err != nil:
		return r.Callback, err
	case foreign:
		return r.Callback, ErrForeignCall
	}
	if r.Callback.State != before {
		logChange(ctx, s.log, r.Callback, r.Attempt.Outcome)
	}
	s.Wake()
	return r.Callback, nil
}

package callbacks

import "context"

// Cancel takes a callback back for its caller, also while the first telephone rings. Taking it back twice is no error.
// [ErrInProgress] once somebody has pressed 1; [ErrNotOpen] when it ended otherwise. by is for the log.
func (s *Service) Cancel(ctx context.Context, id int64, by string) (Callback, error) {
	return s.cancel(ctx, id, by, false)
}

// Withdraw is Cancel by the desk: the customer is told with an SMS, where the line sends them.
func (s *Service) Withdraw(ctx context.Context, id int64, by string) (Callback, error) {
	return s.cancel(ctx, id, by, true)
}

func (s *Service) cancel(ctx context.Context, id int64, by string, tell bool) (Callback, error) {
	now := s.now()
	done := false
	r, err := s.store.Change(ctx, id, func(r *Record) error {
		switch r.Callback.State {
		case Cancelled:
			return ErrUnchanged
		case AgentReached, CustomerReached:
			return ErrInProgress
		case Booked, Dialling, Task:
		default:
			return ErrNotOpen
		}
		if tell {
			r.SMSBody = s.plan(r.Callback.Line, r.Callback.Desk).Notification(r.Callback, NotifyWithdrawn)
		}
		r.Callback.Finish(Cancelled, now)
		r.Callback.Remark = "taken back by " + by
		if r.Attempt != nil {
			r.Attempt.Check = now // the dispatcher hangs it up at once
		}
		done = true
		return nil
	})
	if err == nil && done {
		LogChange(ctx, s.log, r.Callback, "taken back by "+by)
		s.signal.Raise()
	}
	return r.Callback, err
}

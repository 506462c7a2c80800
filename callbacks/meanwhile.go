package callbacks

import (
	"context"
	"errors"
	"time"
)

// What becomes of a caller's callback while they are on the telephone with us: it waits while an agent's telephone
// rings for them and while they talk with its desk, and is cancelled once they have talked.

// PutOffFor keeps the callback of a line to a caller (E.164) from falling due for so long: a telephone rings for them,
// so theirs is in use. It is due then, unless it is held, or put off again. No callback is no error.
func (s *Service) PutOffFor(ctx context.Context, line, caller string, d time.Duration) error {
	c, found, err := s.OpenFor(ctx, line, caller)
	if err != nil || !found {
		return err
	}
	_, err = s.store.Change(ctx, c.ID, func(r *Record) error {
		until := s.now().Add(d)
		if r.Callback.State != Booked || !r.Callback.Due.Before(until) {
			return ErrUnchanged
		}
		r.Callback.Due = until
		return nil
	})
	s.signal.Raise() // it may have been ready
	return err
}

// MaxHold is how long a conversation can hold a callback back, in case nobody tells that it has ended.
const MaxHold = 2 * time.Hour

// HoldFor keeps the callback of a desk to a caller (E.164) from falling due while they talk with that desk. It lasts
// until [Service.CancelFor] or [Service.ReleaseFor], two hours at most. No callback is no error.
func (s *Service) HoldFor(ctx context.Context, line, desk, caller string) error {
	return s.changeFor(ctx, line, desk, caller, func(r *Record) error {
		until := s.now().Add(MaxHold)
		if r.Callback.CancelAfterAttempt || r.Callback.State == Task {
			return ErrUnchanged
		}
		if r.Callback.State != Booked && r.Callback.Open() && r.Callback.Held.IsZero() {
			r.Callback.Held = r.Callback.Due // for when it comes back
			return nil
		}
		if r.Callback.State != Booked || !r.Callback.Held.IsZero() || !r.Callback.Due.Before(until) {
			return ErrUnchanged
		}
		r.Callback.Held, r.Callback.Due = r.Callback.Due, until
		return nil
	})
}

// ReleaseFor lets a held callback fall due as before: they did not talk after all.
func (s *Service) ReleaseFor(ctx context.Context, line, desk, caller string) error {
	return s.changeFor(ctx, line, desk, caller, func(r *Record) error {
		switch c := &r.Callback; {
		case !c.Open() || c.Held.IsZero() || c.CancelAfterAttempt:
			return ErrUnchanged
		case c.State == Booked:
			c.Due = c.Held
		}
		r.Callback.Held = time.Time{}
		return nil
	})
}

func (s *Service) changeFor(ctx context.Context, line, desk, caller string, change func(*Record) error) error {
	c, found, err := s.openAt(ctx, line, desk, caller)
	if err != nil || !found {
		return err
	}
	_, err = s.store.Change(ctx, c.ID, change)
	s.signal.Raise()
	return err
}

// CancelFor cancels the callback of a desk to a caller (E.164) who has talked with that desk meanwhile. A callback
// about which an agent's telephone rings is taken back too, or the customer would be rung after all.
// No callback is no error.
func (s *Service) CancelFor(ctx context.Context, line, desk, caller string) error {
	c, found, err := s.openAt(ctx, line, desk, caller)
	if err != nil || !found {
		return err
	}
	_, err = s.Cancel(ctx, c.ID, talked)
	if errors.Is(err, ErrInProgress) {
		_, err = s.store.Change(ctx, c.ID, func(r *Record) error {
			switch c := &r.Callback; {
			case !c.Open(): // it has ended just now
				return ErrUnchanged
			case c.waits(): // or come back
				c.Finish(Cancelled, s.now())
			default:
				c.CancelAfterAttempt = true
			}
			return nil
		})
	}
	if errors.Is(err, ErrNotOpen) {
		return nil
	}
	return err
}

// talked is who takes a callback back whose caller got through.
const talked = "the caller's talk with the desk"

// openAt is the open callback of one desk; nobody is recognised by a number that many share.
func (s *Service) openAt(ctx context.Context, line, desk, caller string) (Callback, bool, error) {
	if desk == "" {
		return Callback{}, false, nil
	}
	return s.store.OpenFor(ctx, line, desk, recognisable(caller))
}

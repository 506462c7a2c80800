package callbacks

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Book writes a callback, or finds the one that stands already for the line and number, or line and account. A key that
// was seen returns the callback written first, with [ErrKeyUsed] if that is not what is asked for now, or has ended.
// [ErrSlotFull] asks for another slot; for limits see [Store.Book]. The callback may be due later than asked for, see
// [Limits]: tell what came back.
//
// An existing callback found by its account may be another caller's: tell nothing of it before [Service.Verify].
func (s *Service) Book(ctx context.Context, r Request) (Booking, error) {
	if err := checkRequest(r); err != nil {
		return Booking{}, err
	}
	r.Caller = recognisable(r.Caller)
	r.Asked = s.now()
	if r.SMSBody == nil {
		plan, asked := s.plan(r.Line, r.Desk), r.Asked
		r.SMSBody = func(c Callback) string { return plan.Notification(c, NotifyBooked, asked) }
	}
	r.GiveWay = func(other *Record) error {
		other.Callback.Finish(Cancelled, r.Asked)
		other.Callback.Remark = "its owner asked for a callback; this one was asked for from another number"
		return nil
	}
	var b Booking
	err := s.withReference(func(reference string) (err error) {
		b, err = s.store.Book(ctx, r, reference)
		return err
	})
	if err != nil {
		return Booking{}, err
	}
	if !b.Existing && !b.Callback.answers(r) {
		return b, ErrKeyUsed
	}
	s.log.InfoContext(ctx, "callback booked", "callback", b.Callback.ID, "line", b.Callback.Line, "desk", b.Callback.Desk,
		"number", Mask(b.Callback.Number), "due", b.Callback.Due, "existing", b.Existing)
	s.signal.Raise()
	return b, nil
}

// answers reports whether a callback is what a request with its key asks for, and still open. When an ASAP is due
// follows from the hour and from who else waits, so it is not compared.
func (c Callback) answers(r Request) bool {
	return c.Open() && c.Line == r.Line && c.Desk == r.Desk && c.Topic == r.Topic && c.Urgent == r.Urgent &&
		c.Number == r.Number && c.Account == r.Account && c.Answers == r.Answers && c.isAt(r.Kind, r.SlotEnd)
}

// isAt reports whether a callback is of this kind, and in the slot with this end.
func (c Callback) isAt(kind Kind, slotEnd time.Time) bool {
	return c.Kind == kind && c.SlotEnd.Equal(slotEnd.Truncate(time.Millisecond))
}

// withReference calls write with references until one is free.
func (s *Service) withReference(write func(reference string) error) error {
	for range referenceDraws {
		s.mu.Lock() // a reader handed in by a test need not be safe for concurrent use
		reference, err := drawReference(s.random)
		s.mu.Unlock()
		if err != nil {
			return err
		}
		if err = write(reference); !errors.Is(err, ErrReferenceTaken) {
			return err
		}
	}
	return fmt.Errorf("%w: %d draws in a row; are all seven-digit references in use?", ErrReferenceTaken, referenceDraws)
}

// checkRequest finds what would make a callback that cannot be kept. It names fields, never their content.
func checkRequest(r Request) error {
	var errs []error
	need := func(ok bool, what string) {
		if !ok {
			errs = append(errs, errors.New("callbacks: request: "+what))
		}
	}
	need(r.Key != "", "Key is empty; derive it from the call and the step")
	need(r.Line != "", "Line is empty")
	need(r.Desk != "", "Desk is empty")
	need(isE164(r.Number), "Number is not E.164; ask Policy.Refusal first")
	need(!r.Called.IsZero(), "Called is zero")
	errs = append(errs, checkTimes(r.Kind, r.Due, r.SlotEnd, r.Expires))
	return errors.Join(errs...)
}

// checkTimes is the part that Book and Move have in common.
func checkTimes(kind Kind, due, slotEnd, expires time.Time) error {
	switch {
	case kind != ASAP && kind != Slot:
		return fmt.Errorf("callbacks: request: Kind is %q, not %q or %q", kind, ASAP, Slot)
	case due.IsZero():
		return errors.New("callbacks: request: Due is zero")
	case !expires.After(due):
		return errors.New("callbacks: request: Expires is not after Due; use Policy.Expires")
	case kind == Slot && !slotEnd.After(due):
		return errors.New("callbacks: request: SlotEnd is not after Due")
	case kind == ASAP && !slotEnd.IsZero():
		return errors.New("callbacks: request: SlotEnd is set without a slot")
	}
	return nil
}

// isE164 checks the form alone: "+", then 7 to 15 digits, the first not 0.
func isE164(number string) bool {
	digits, ok := strings.CutPrefix(number, "+")
	if !ok || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// recognisable is the calling number if it tells who calls, else "": everybody who withholds their number
// shares one, and so would find each other's callbacks.
func recognisable(caller string) string {
	if !IsNumber(caller) {
		return ""
	}
	return caller
}

// OpenFor finds the open callback of a returning caller: by the number to be rung, or the number he called
// from, E.164. A caller who withholds his number is never recognised.
func (s *Service) OpenFor(ctx context.Context, line, caller string) (Callback, bool, error) {
	caller = recognisable(caller)
	if caller == "" {
		return Callback{}, false, nil
	}
	return s.store.OpenFor(ctx, line, "", caller)
}

// How many wrong proofs about one callback, and by one calling number, are heard within an hour and a day.
const (
	wrongProofsHour = 6
	wrongProofsDay  = 20
)

// Verify checks what a caller keyed in against the callback: its reference, or its [Callback.AccountProof].
// [ErrProofLimit] once too many wrong ones were given about it, or by the caller, within an hour or a day: until they
// are so old, not even the right one counts. key names the try: the same one again is not counted again.
func (s *Service) Verify(ctx context.Context, key string, id int64, caller, digits string) (Callback, bool, error) {
	if key == "" {
		return Callback{}, false, errors.New("callbacks: proof: the key is empty; derive it from the call and the step")
	}
	equal := func(want string) bool {
		return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(digits)) == 1
	}
	proof := Proof{Key: key, ID: id, Caller: recognisable(caller), Given: s.now(), Hour: wrongProofsHour, Day: wrongProofsDay}
	return s.store.Check(ctx, proof, func(c Callback) bool {
		return equal(c.Reference) || equal(c.AccountProof())
	})
}

// Move gives a callback that waits another time. It is idempotent on m.Key: a key that was seen changes nothing, and if
// the callback has another time now it comes with [ErrKeyUsed]. [ErrNotOpen] if the callback does not wait any more,
// [ErrSlotFull] if the slot has no room; for limits see [Store.Move].
func (s *Service) Move(ctx context.Context, id int64, m Move) (Callback, error) {
	if m.Key == "" {
		return Callback{}, errors.New("callbacks: move: the key is empty; derive it from the call and the step")
	}
	if err := checkTimes(m.Kind, m.Due, m.SlotEnd, m.Expires); err != nil {
		return Callback{}, err
	}
	m.Asked, m.Caller = s.now(), recognisable(m.Caller)
	if m.SMSBody == nil {
		m.SMSBody = func(c Callback) string { return s.plan(c.Line, c.Desk).Notification(c, NotifyMoved, m.Asked) }
	}
	c, err := s.store.Move(ctx, id, m)
	if err != nil {
		return c, err
	}
	switch {
	case !c.Open(): // moved under this key, and ended since
		return c, ErrNotOpen
	case !c.isAt(m.Kind, m.SlotEnd):
		return c, ErrKeyUsed
	}
	s.log.InfoContext(ctx, "callback moved", "callback", c.ID, "line", c.Line, "due", c.Due)
	s.signal.Raise()
	return c, nil
}

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
		case Booked, Dialling:
		default:
			return ErrNotOpen
		}
		if tell {
			r.SMSBody = s.plan(r.Callback.Line, r.Callback.Desk).Notification(r.Callback, NotifyWithdrawn, now)
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

// MaxHold is how long a conversation can hold a callback back, in case nobody tells that it has ended.
const MaxHold = 2 * time.Hour

// HoldFor keeps the callback of a desk to a caller (E.164) from falling due while he talks with that desk. It lasts until
// [Service.CancelFor] or [Service.ReleaseFor], two hours at most. No callback is no error.
func (s *Service) HoldFor(ctx context.Context, line, desk, caller string) error {
	return s.changeFor(ctx, line, desk, caller, func(r *Record) error {
		until := s.now().Add(MaxHold)
		if r.Callback.CancelAfterAttempt {
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

// CancelFor takes back what a desk has promised to a caller (E.164) who has talked with that desk meanwhile. A callback
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
			case c.State == Booked: // or come back
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
	caller = recognisable(caller)
	if caller == "" || desk == "" {
		return Callback{}, false, nil
	}
	return s.store.OpenFor(ctx, line, desk, caller)
}

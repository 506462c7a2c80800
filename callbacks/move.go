package callbacks

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Move is another time for a callback.
type Move struct {
	// Key makes a repeated webhook harmless.
	Key                   string
	Kind                  Kind
	Due, SlotEnd, Expires time.Time
	// Capacity is how many callbacks the slot may hold; 0 is no limit.
	Capacity int
	// Caller is the calling number of the one who asks for it, E.164. Empty: anonymous.
	Caller string
	// Limits bound how often; OpenPerCaller is not asked.
	Limits CallerLimits
	// SMSBody is as in [Request]; Asked is when it was asked for, UTC. [Service.Move] fills both in.
	SMSBody func(Callback) string
	Asked   time.Time
}

// Move gives a callback that waits another time; a [Task] rings again from then on. It is idempotent on m.Key: a key
// that was seen changes nothing, and if the callback has another time now it comes with [ErrKeyUsed]. [ErrNotOpen] if
// the callback does not wait any more, [ErrSlotFull] if the slot has no room; for limits see [Store.Move].
func (s *Service) Move(ctx context.Context, id int64, m Move) (Callback, error) {
	if m.Key == "" {
		return Callback{}, errors.New("callbacks: move: the key is empty; derive it from the call and the step")
	}
	if err := checkTimes(m.Kind, m.Due, m.SlotEnd, m.Expires); err != nil {
		return Callback{}, err
	}
	m.Asked, m.Caller = s.now(), recognisable(m.Caller)
	if m.SMSBody == nil {
		m.SMSBody = func(c Callback) string { return s.plan(c.Line, c.Desk).Notification(c, NotifyMoved) }
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

// Retry has a callback kept now: one that waits falls due, a [Task] is tried anew, one that was given up is made again
// under a new reference, at the place of the first call. Existing is set when the customer has another open callback:
// that one is returned, and nothing was done. [ErrInProgress] while it is being kept, or its caller talks with the
// desk; [ErrNotOpen] when it was kept or taken back; [ErrErased] when nobody knows any more whom to ring; [ErrSilenced]
// when somebody else asked for it than the number's owner, who said that they did not want it. The desk's hours are
// asked as always.
func (s *Service) Retry(ctx context.Context, id int64, by string) (Booking, error) {
	now := s.now()
	var given Callback
	c, err := s.store.Callback(ctx, id)
	if err != nil {
		return Booking{Callback: c}, err
	}
	if until, err := s.Silenced(ctx, c); err != nil {
		return Booking{Callback: c}, err
	} else if !until.IsZero() {
		return Booking{Callback: c}, ErrSilenced
	}
	r, err := s.store.Change(ctx, id, func(r *Record) error {
		switch r.Callback.State {
		case Booked:
			if !r.Callback.Held.IsZero() {
				return ErrInProgress // they are talking with the desk
			}
			r.Callback.Due = now
			return nil
		case Task:
			r.Callback.RingAgain(now, s.plan(r.Callback.Line, r.Callback.Desk).Policy.Expires(now))
			return nil
		case Expired, Undialable:
			given = r.Callback
			return ErrUnchanged
		case Done, Cancelled:
			return ErrNotOpen
		}
		return ErrInProgress
	})
	b := Booking{Callback: r.Callback}
	if err != nil {
		return b, err
	}
	if given.ID != 0 {
		if b, err = s.again(ctx, given, now); err != nil || b.Existing {
			return b, err
		}
	}
	c = b.Callback
	s.log.InfoContext(ctx, "callback to be kept now", "callback", c.ID, "line", c.Line, "desk", c.Desk,
		"number", Mask(c.Number), "by", by)
	s.signal.Raise()
	return b, nil
}

// CanBeKept is the first instant at or after at when a callback could be kept: its desk is there, and it is within
// calling hours where the customer is. Zero: there is none.
func (s *Service) CanBeKept(c Callback, at time.Time) time.Time {
	calendar := s.plan(c.Line, c.Desk).HoursFor(c)
	if calendar == nil {
		return at.UTC()
	}
	due, ok := calendar.NextOpening(at)
	if !ok {
		return time.Time{}
	}
	return due.UTC()
}

// ErrErased: the numbers of a callback were erased after their retention.
var ErrErased = RuleError("whose it was has been erased")

// again books what was given up. Asking twice makes one callback; when that was given up as well, it is made again.
func (s *Service) again(ctx context.Context, given Callback, now time.Time) (Booking, error) {
	if given.Number == "" {
		return Booking{Callback: given}, ErrErased
	}
	expires := s.plan(given.Line, given.Desk).Policy.Expires(now)
	b, err := s.Book(ctx, Request{
		Key:  fmt.Sprintf("retry/%d/%d", given.ID, given.Ended.UnixMilli()),
		Line: given.Line, Desk: given.Desk, Topic: given.Topic, Language: given.Language,
		Number: given.Number, Caller: given.Caller, Account: given.Account, Answers: given.Answers,
		Kind: ASAP, Urgent: given.Urgent, Priority: given.Priority,
		Called: given.Called, Due: now, Expires: expires,
	})
	switch {
	case err != nil && !errors.Is(err, ErrKeyUsed): // what was booked again may have been moved, or have ended
		return Booking{Callback: given}, err
	case b.Callback.State == Expired, b.Callback.State == Undialable:
		return s.again(ctx, b.Callback, now)
	case !b.Callback.Open(): // it was booked again, and that was kept or taken back
		return b, ErrNotOpen
	}
	if given.Note.SID != "" && !b.Existing {
		if err := s.AttachNote(ctx, b.Callback.ID, given.Note); err != nil {
			s.log.WarnContext(ctx, "the note of a callback that is made again is left behind", "callback",
				b.Callback.ID,
				"error", err)
		}
	}
	return b, nil
}

package callbacks

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Filter asks for some of all callbacks. The zero value asks for all of them.
type Filter struct {
	// Line and Desk are identifiers; empty is any.
	Line, Desk string
	// States are those asked for; none is any.
	States []State
	// From and To are when the caller rang, To exclusive; zero is any time.
	From, To time.Time
	// After continues a list behind this callback, which was its last; nil begins.
	After *Callback
	// Most is how many at most; 0 is no limit.
	Most int
}

// OpenStates are those in which a callback still stands.
var OpenStates = []State{Booked, Dialling, AgentReached, CustomerReached}

// ByReference returns the callback that a caller was told this reference for, or [ErrNotFound].
func (s *Service) ByReference(ctx context.Context, reference string) (Callback, error) {
	return s.store.ByReference(ctx, reference)
}

// Count is how many callbacks there are that List would return.
func (s *Service) Count(ctx context.Context, f Filter) (int, error) {
	return s.store.Count(ctx, f)
}

// List returns callbacks, those whose caller rang last first.
func (s *Service) List(ctx context.Context, f Filter) ([]Callback, error) {
	return s.store.List(ctx, f)
}

// Spoken returns what was spoken under a reference: the note of a callback, or a message. [ErrNotFound] if there is neither.
func (s *Service) Spoken(ctx context.Context, reference string) (Recording, error) {
	c, err := s.store.ByReference(ctx, reference)
	if err == nil && c.Note.SID != "" {
		return c.Note, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Recording{}, err
	}
	m, err := s.store.MessageByReference(ctx, reference)
	if err == nil && m.Recording.SID == "" {
		err = ErrErased
	}
	return m.Recording, err
}

// Messages returns recorded messages, the newest first. An empty line is all lines.
func (s *Service) Messages(ctx context.Context, line string, most int) ([]Message, error) {
	return s.store.Messages(ctx, line, most)
}

// Record returns a callback with its attempts, or [ErrNotFound].
func (s *Service) Record(ctx context.Context, id int64) (Record, error) {
	return s.store.Record(ctx, id)
}

// Retry has a callback kept now: one that waits falls due, one that was given up is made again under a new reference,
// at the place of the first call. Existing is set when the customer has another callback that stands: that one is
// returned, and nothing was done. [ErrInProgress] while it is being kept, or its caller talks with the desk;
// [ErrNotOpen] when it was kept or taken back; [ErrErased] when nobody knows any more whom to ring; [ErrSilenced] when
// somebody else asked for it than the number's owner, who said that they did not want it. The desk's hours are asked
// as always.
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
				return ErrInProgress // he is talking with the desk
			}
			r.Callback.Due = now
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
	s.log.InfoContext(ctx, "callback to be kept now", "callback", c.ID, "line", c.Line, "desk", c.Desk, "number", Mask(c.Number), "by", by)
	s.signal.Raise()
	return b, nil
}

// CanBeKept is the first instant at or after at when a callback could be kept: its desk is there, and it is within calling hours
// where the customer is. Zero: there is none.
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
var ErrErased = errors.New("callbacks: whose it was has been erased")

// again callbacks what was given up. Asking twice makes one callback; when that was given up as well, it is made again.
func (s *Service) again(ctx context.Context, given Callback, now time.Time) (Booking, error) {
	if given.Number == "" {
		return Booking{Callback: given}, ErrErased
	}
	expires := s.plan(given.Line, given.Desk).Policy.Expires(now)
	b, err := s.Book(ctx, Request{
		Key: fmt.Sprintf("retry/%d/%d", given.ID, given.Ended.UnixMilli()), Line: given.Line, Desk: given.Desk, Topic: given.Topic, Language: given.Language,
		Number: given.Number, Caller: given.Caller, Account: given.Account, Answers: given.Answers, Kind: ASAP, Urgent: given.Urgent, Priority: given.Priority,
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
			s.log.WarnContext(ctx, "the note of a callback that is made again is left behind", "callback", b.Callback.ID, "error", err)
		}
	}
	return b, nil
}

// Silenced is until when nobody but its owner has a callback's number rung, UTC; zero when its owner asked for it, or
// when nobody objected.
func (s *Service) Silenced(ctx context.Context, c Callback) (time.Time, error) {
	if c.Number == "" || c.Caller == c.Number {
		return time.Time{}, nil
	}
	return s.store.Silenced(ctx, c.Number, s.now())
}

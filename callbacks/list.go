package callbacks

import (
	"context"
	"errors"
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

// Count is how many callbacks there are that List would return.
func (s *Service) Count(ctx context.Context, f Filter) (int, error) {
	return s.store.Count(ctx, f)
}

// List returns callbacks, those whose caller rang last first.
func (s *Service) List(ctx context.Context, f Filter) ([]Callback, error) {
	return s.store.List(ctx, f)
}

// Spoken returns what was spoken under a reference: the note of a callback, or a message. [ErrNotFound] if there is
// neither.
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

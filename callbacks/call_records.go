package callbacks

import (
	"context"
	"errors"
	"time"
)

// Inbound calls that are put through to a desk: their records, and whose telephones they use.

// SaveCallRecord writes down a call that is put through and gives it a reference. A key that was seen returns the
// call record written first.
func (s *Service) SaveCallRecord(ctx context.Context, c CallRecord) (CallRecord, error) {
	switch {
	case c.Key == "":
		return CallRecord{}, errors.New("callbacks: call record: Key is empty; derive it from the call")
	case c.Line == "" || c.Desk == "":
		return CallRecord{}, errors.New("callbacks: call record: Line or Desk is empty")
	case c.Began.IsZero():
		return CallRecord{}, errors.New("callbacks: call record: Began is zero")
	}
	var saved CallRecord
	err := s.withReference(func(reference string) (err error) {
		c.Reference = reference
		saved, err = s.store.SaveCallRecord(ctx, c)
		return err
	})
	return saved, err
}

// MarkTaken notes durably that an agent pressed 1 on the dial-th Dial of an inbound call. target is the
// agent's, whose telephone is in use until [Service.DialsEnded]. Marking twice is no error.
func (s *Service) MarkTaken(ctx context.Context, callSID string, dial int, target Target) error {
	return s.store.MarkTaken(ctx, callSID, dial, target, s.now())
}

// DialsEnded notes that no agent is in an inbound call any more. A customer who is rung first may be rung now.
func (s *Service) DialsEnded(ctx context.Context, callSID string) error {
	ended, err := s.store.DialsEnded(ctx, callSID, s.now())
	if ended {
		s.signal.Raise()
	}
	return err
}

// A CallRecord is a call that was put through to a desk. Its record is what a caller refers to who rings again.
type CallRecord struct {
	// Key makes a repeated webhook harmless.
	Key                         string
	Reference                   string
	Line, Desk, Topic, Language string
	Caller, Account             string
	Answers                     Answers
	// Began is when the call began, UTC.
	Began time.Time
}

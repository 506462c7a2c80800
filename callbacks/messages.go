package callbacks

import (
	"context"
	"errors"
)

// SaveMessage writes a message and gives it a reference. A key that was seen returns the message written first.
func (s *Service) SaveMessage(ctx context.Context, m Message) (Message, error) {
	switch {
	case m.Key == "":
		return Message{}, errors.New("callbacks: message: Key is empty; derive it from the call and the step")
	case m.Line == "":
		return Message{}, errors.New("callbacks: message: Line is empty")
	}
	if m.Received.IsZero() {
		m.Received = s.now()
	}
	var saved Message
	err := s.withReference(func(reference string) (err error) {
		m.Reference = reference
		saved, err = s.store.SaveMessage(ctx, m)
		return err
	})
	return saved, err
}

// AttachRecording completes a message with its recording, or returns [ErrNotFound]. seconds is its length.
func (s *Service) AttachRecording(ctx context.Context, key, recordingSID, url string, seconds int) error {
	return s.store.AttachRecording(ctx, key, recordingSID, url, seconds)
}

// MarkTaken notes durably that an agent pressed 1 on the dial-th Dial of an inbound call. target is the
// identifier of the agent's target. Marking twice is no error.
func (s *Service) MarkTaken(ctx context.Context, callSID string, dial int, target string) error {
	return s.store.MarkTaken(ctx, callSID, dial, target, s.now())
}

// WasTaken reports whether an agent pressed 1 on that Dial.
func (s *Service) WasTaken(ctx context.Context, callSID string, dial int) (bool, error) {
	return s.store.WasTaken(ctx, callSID, dial)
}

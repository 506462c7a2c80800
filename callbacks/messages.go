package callbacks

import (
	"context"
	"errors"
	"time"
)

// SaveMessage writes a message and gives it a reference. A key that was seen returns the message written first, with
// [ErrKeyUsed] if that is another recording.
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
	if err == nil && saved.Recording.SID != m.Recording.SID {
		err = ErrKeyUsed
	}
	return saved, err
}

// AttachNote keeps what a caller spoke for the agent who rings back; a later note replaces an earlier one.
// [ErrNotFound]; [ErrNotOpen] when the callback has ended.
func (s *Service) AttachNote(ctx context.Context, id int64, note Recording) error {
	if note.SID == "" {
		return errors.New("callbacks: note: the recording has no SID")
	}
	return s.store.AttachNote(ctx, id, note)
}

// AttachRecording completes a message with its recording, or returns [ErrNotFound].
func (s *Service) AttachRecording(ctx context.Context, key string, recording Recording) error {
	return s.store.AttachRecording(ctx, key, recording)
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

// A Message is a recorded message.
type Message struct {
	// Key makes a repeated webhook harmless.
	Key                         string
	Reference                   string
	Line, Desk, Topic, Language string
	Caller                      string
	Account                     string
	Answers                     Answers
	// CallRecordKey is as in [Request].
	CallRecordKey string
	// Recording is what was spoken.
	Recording Recording
	// Received is when it was left, UTC.
	Received time.Time
}

// A Recording is something that a caller spoke, kept by the provider.
type Recording struct {
	// SID and URL name it at the provider; empty: there is none, or it was erased.
	SID, URL string
	// Seconds is its length.
	Seconds int
}

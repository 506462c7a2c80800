package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// SaveMessage implements [callbacks.Store].
func (s *Store) SaveMessage(ctx context.Context, m callbacks.Message) (callbacks.Message, error) {
	var saved callbacks.Message
	err := s.inTx(ctx, "save a message", func(tx conn) (err error) {
		if err := tx.serialize(ctx, "message/"+m.Key); err != nil {
			return err
		}
		saved, err = oneMessage(ctx, tx, m.Key)
		if !errors.Is(err, callbacks.ErrNotFound) {
			return err
		}
		if m.Reference, err = referenceFor(ctx, tx, m.CallRecordKey, m.Reference); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO messages (message_key, reference, line, desk, topic, language, caller,
			account, answers, recording_sid, recording_url, recording_seconds, received_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			m.Key, m.Reference, m.Line, m.Desk, m.Topic, m.Language, m.Caller, m.Account, m.Answers,
			m.Recording.SID, m.Recording.URL, m.Recording.Seconds, ms(m.Received))
		if err != nil {
			return err
		}
		saved, err = oneMessage(ctx, tx, m.Key)
		return err
	})
	if err != nil {
		return callbacks.Message{}, err
	}
	return saved, nil
}

const messageColumns = `message_key, reference, line, desk, topic, language, caller, account, answers, recording_sid,
	recording_url, recording_seconds, received_ms`

func scanMessage(row scanner) (m callbacks.Message, err error) {
	var received int64
	err = row.Scan(&m.Key, &m.Reference, &m.Line, &m.Desk, &m.Topic, &m.Language, &m.Caller, &m.Account, &m.Answers,
		&m.Recording.SID, &m.Recording.URL, &m.Recording.Seconds, &received)
	m.Received = instant(received)
	return m, err
}

func oneMessage(ctx context.Context, q conn, key string) (callbacks.Message, error) {
	return messageBy(ctx, q, "message_key = ?", key)
}

// MessageByReference implements [callbacks.Store].
func (s *Store) MessageByReference(ctx context.Context, reference string) (callbacks.Message, error) {
	m, err := messageBy(ctx, s.read, "reference = ?", reference)
	return m, s.wrap("find a message", err)
}

func messageBy(ctx context.Context, q conn, where, value string) (callbacks.Message, error) {
	m, err := scanMessage(q.QueryRowContext(ctx, "SELECT "+messageColumns+" FROM messages WHERE "+where, value))
	if errors.Is(err, sql.ErrNoRows) {
		return m, callbacks.ErrNotFound
	}
	return m, err
}

// AttachRecording implements [callbacks.Store].
func (s *Store) AttachRecording(ctx context.Context, key string, recording callbacks.Recording) error {
	return s.inTx(ctx, "attach a recording", func(tx conn) error {
		res, err := tx.ExecContext(ctx, `UPDATE messages SET recording_sid = ?, recording_url = ?, recording_seconds = ?
			WHERE message_key = ?`, recording.SID, recording.URL, recording.Seconds, key)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return callbacks.ErrNotFound
		}
		return nil
	})
}

// MarkTaken implements [callbacks.Store].
func (s *Store) MarkTaken(ctx context.Context, callSID string, dial int, target string, now time.Time) error {
	return s.inTx(ctx, "note that a call was taken", func(tx conn) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO accepted_dials (call_sid, dial, target, accepted_ms) VALUES (?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, callSID, dial, target, ms(now))
		return err
	})
}

// WasTaken implements [callbacks.Store].
func (s *Store) WasTaken(ctx context.Context, callSID string, dial int) (bool, error) {
	var was bool
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM accepted_dials WHERE call_sid = ? AND dial = ?)`,
		callSID, dial).Scan(&was)
	return was, s.wrap("ask whether a call was taken", err)
}

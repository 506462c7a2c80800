package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

type messageRow struct {
	callbacks.Message
	erased time.Time
}

func (r *messageRow) columns() columns {
	return columns{
		{"message_key", &r.Key}, {"reference", &r.Reference},
		{"line", &r.Line}, {"desk", &r.Desk}, {"topic", &r.Topic}, {"language", &r.Language},
		{"caller", &r.Caller}, {"account", &r.Account}, {"answers", &r.Answers},
		{"recording_sid", &r.Recording.SID}, {"recording_url", &r.Recording.URL},
		{"recording_seconds", &r.Recording.Seconds},
		{"received_ms", millis{&r.Received}}, {"erased_ms", millis{&r.erased}},
	}
}

// SaveMessage implements [callbacks.Store].
func (s *Store) SaveMessage(ctx context.Context, m callbacks.Message) (callbacks.Message, error) {
	return write(ctx, s, "save a message", func(tx conn) (callbacks.Message, error) {
		if err := tx.serialize(ctx, "message/"+m.Key); err != nil {
			return m, err
		}
		saved, err := oneMessage(ctx, tx, "message_key = ?", m.Key)
		if !errors.Is(err, callbacks.ErrNotFound) {
			return saved, err
		}
		if m.Reference, err = referenceFor(ctx, tx, m.CallRecordKey, m.Reference); err != nil {
			return m, err
		}
		if _, err = (&messageRow{Message: m}).columns().insert(ctx, tx, "messages", ""); err != nil {
			return m, err
		}
		return oneMessage(ctx, tx, "message_key = ?", m.Key)
	})
}

func oneMessage(ctx context.Context, q conn, where, value string) (callbacks.Message, error) {
	r, err := one(ctx, q, (*messageRow).columns, "messages WHERE "+where, value)
	return r.Message, err
}

// MessageByReference implements [callbacks.Store].
func (s *Store) MessageByReference(ctx context.Context, reference string) (callbacks.Message, error) {
	m, err := oneMessage(ctx, s.read, "reference = ?", reference)
	return m, s.wrap("find a message", err)
}

// Messages implements [callbacks.Store].
func (s *Store) Messages(ctx context.Context, line string, most int) (list []callbacks.Message, err error) {
	found, err := many(ctx, s.read, (*messageRow).columns,
		"messages WHERE ? = '' OR line = ? ORDER BY received_ms DESC, message_key LIMIT ?", line, line, most)
	for _, r := range found {
		list = append(list, r.Message)
	}
	return list, s.wrap("list messages", err)
}

// AttachRecording implements [callbacks.Store].
func (s *Store) AttachRecording(ctx context.Context, key string, recording callbacks.Recording) error {
	// One that comes after the message was erased is personal data again, and goes when its retention is over.
	n, err := s.exec(ctx, "attach a recording", `UPDATE messages
		SET recording_sid = ?, recording_url = ?, recording_seconds = ?, erased_ms = 0 WHERE message_key = ?`,
		recording.SID, recording.URL, recording.Seconds, key)
	if err == nil && n == 0 {
		err = callbacks.ErrNotFound
	}
	return err
}

type callRecordRow struct {
	callbacks.CallRecord
	erased time.Time
}

func (r *callRecordRow) columns() columns {
	return columns{
		{"call_key", &r.Key}, {"reference", &r.Reference},
		{"line", &r.Line}, {"desk", &r.Desk}, {"topic", &r.Topic}, {"language", &r.Language},
		{"caller", &r.Caller}, {"account", &r.Account}, {"answers", &r.Answers},
		{"began_ms", millis{&r.Began}}, {"erased_ms", millis{&r.erased}},
	}
}

// SaveCallRecord implements [callbacks.Store].
func (s *Store) SaveCallRecord(ctx context.Context, c callbacks.CallRecord) (callbacks.CallRecord, error) {
	return write(ctx, s, "save a call record", func(tx conn) (callbacks.CallRecord, error) {
		if err := tx.serialize(ctx, "call/"+c.Key); err != nil {
			return c, err
		}
		saved, err := oneCallRecord(ctx, tx, c.Key)
		if !errors.Is(err, callbacks.ErrNotFound) {
			return saved, err
		}
		if err := takeReference(ctx, tx, c.Reference); err != nil {
			return c, err
		}
		if _, err = (&callRecordRow{CallRecord: c}).columns().insert(ctx, tx, "call_records", ""); err != nil {
			return c, err
		}
		return oneCallRecord(ctx, tx, c.Key)
	})
}

func oneCallRecord(ctx context.Context, q conn, key string) (callbacks.CallRecord, error) {
	r, err := one(ctx, q, (*callRecordRow).columns, "call_records WHERE call_key = ?", key)
	return r.CallRecord, err
}

// MarkTaken implements [callbacks.Store].
func (s *Store) MarkTaken(ctx context.Context, callSID string, dial int, target callbacks.Target,
	now time.Time) error {
	_, err := s.exec(ctx, "note that a call was accepted",
		`INSERT INTO accepted_dials (call_sid, dial, target, address, accepted_ms)
		VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, callSID, dial, target.ID, target.To(), ms(now))
	return err
}

// DialsEnded implements [callbacks.Store].
func (s *Store) DialsEnded(ctx context.Context, callSID string, now time.Time) (bool, error) {
	n, err := s.exec(ctx, "note that a conversation has ended",
		`UPDATE accepted_dials SET ended_ms = ? WHERE call_sid = ? AND ended_ms = 0`, ms(now), callSID)
	return n > 0, err
}

// Talking implements dispatch.Store.
func (s *Store) Talking(ctx context.Context, since time.Time) ([]string, error) {
	list, err := rows(ctx, s.read, only[string], `SELECT DISTINCT address FROM accepted_dials
		WHERE ended_ms = 0 AND accepted_ms > ? AND address <> ''`, ms(since))
	return list, s.wrap("list telephones in use", err)
}

// WasTaken implements [callbacks.Store].
func (s *Store) WasTaken(ctx context.Context, callSID string, dial int) (bool, error) {
	was, err := value[bool](ctx, s.read, `SELECT EXISTS (SELECT 1 FROM accepted_dials WHERE call_sid = ? AND dial = ?)`,
		callSID, dial)
	return was, s.wrap("ask whether a call was accepted", err)
}

package sqlstore

import (
	"context"
	"database/sql"
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
		{"recording_sid", &r.Recording.SID}, {"recording_url", &r.Recording.URL}, {"recording_seconds", &r.Recording.Seconds},
		{"received_ms", millis{&r.Received}}, {"erased_ms", millis{&r.erased}},
	}
}

var messageColumns = new(messageRow).columns().names()

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
		row := (&messageRow{Message: m}).columns()
		if _, err = tx.ExecContext(ctx, row.insertInto("messages"), row.values()...); err != nil {
			return m, err
		}
		return oneMessage(ctx, tx, "message_key = ?", m.Key)
	})
}

func oneMessage(ctx context.Context, q conn, where, value string) (callbacks.Message, error) {
	var r messageRow
	err := q.QueryRowContext(ctx, "SELECT "+messageColumns+" FROM messages WHERE "+where,
		value).Scan(r.columns().pointers()...)
	if errors.Is(err, sql.ErrNoRows) {
		err = callbacks.ErrNotFound
	}
	return r.Message, err
}

// MessageByReference implements [callbacks.Store].
func (s *Store) MessageByReference(ctx context.Context, reference string) (callbacks.Message, error) {
	m, err := oneMessage(ctx, s.read, "reference = ?", reference)
	return m, s.wrap("find a message", err)
}

// Messages implements [callbacks.Store].
func (s *Store) Messages(ctx context.Context, line string, most int) (list []callbacks.Message, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+messageColumns+` FROM messages WHERE ? = '' OR line = ?
		ORDER BY received_ms DESC, message_key LIMIT ?`, line, line, most)
	found, err := collect(rows, err, (*messageRow).columns)
	for _, r := range found {
		list = append(list, r.Message)
	}
	return list, s.wrap("list messages", err)
}

// AttachRecording implements [callbacks.Store].
func (s *Store) AttachRecording(ctx context.Context, key string, recording callbacks.Recording) error {
	return s.inTx(ctx, "attach a recording", func(tx conn) error {
		n, err := tx.affect(ctx, `UPDATE messages SET recording_sid = ?, recording_url = ?, recording_seconds = ?
			WHERE message_key = ?`, recording.SID, recording.URL, recording.Seconds, key)
		if err == nil && n == 0 {
			err = callbacks.ErrNotFound
		}
		return err
	})
}

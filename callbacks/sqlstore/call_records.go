package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

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
		row := (&callRecordRow{CallRecord: c}).columns()
		if _, err = tx.ExecContext(ctx, row.insertInto("call_records"), row.values()...); err != nil {
			return c, err
		}
		return oneCallRecord(ctx, tx, c.Key)
	})
}

func oneCallRecord(ctx context.Context, q conn, key string) (callbacks.CallRecord, error) {
	var r callRecordRow
	row := r.columns()
	err := q.QueryRowContext(ctx, "SELECT "+row.names()+" FROM call_records WHERE call_key = ?",
		key).Scan(row.pointers()...)
	if errors.Is(err, sql.ErrNoRows) {
		err = callbacks.ErrNotFound
	}
	return r.CallRecord, err
}

// MarkTaken implements [callbacks.Store].
func (s *Store) MarkTaken(ctx context.Context, callSID string, dial int, target string, now time.Time) error {
	return s.inTx(ctx, "note that a call was accepted", func(tx conn) error {
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
	return was, s.wrap("ask whether a call was accepted", err)
}

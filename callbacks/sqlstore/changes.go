package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Record implements [callbacks.Store].
func (s *Store) Record(ctx context.Context, id int64) (r callbacks.Record, err error) {
	err = s.snapshot(ctx, "read a callback", func(tx conn) (err error) {
		r, err = load(ctx, tx, id, "")
		return err
	})
	return r, err
}

// Change implements [callbacks.Store].
func (s *Store) Change(ctx context.Context, id int64, change func(*callbacks.Record) error) (callbacks.Record, error) {
	var r callbacks.Record
	err := s.inTx(ctx, "change a callback", func(tx conn) (err error) {
		if r, err = load(ctx, tx, id, ""); err != nil {
			return err
		}
		return apply(ctx, tx, &r, change)
	})
	return r, err
}

// ChangeAttempt implements dispatch.Store.
func (s *Store) ChangeAttempt(ctx context.Context, attemptID string, fence int64,
	change func(*callbacks.Record) error) (callbacks.Record, error) {
	var r callbacks.Record
	err := s.inTx(ctx, "change an attempt", func(tx conn) error {
		id, err := value[int64](ctx, tx, `SELECT callback_id FROM attempts WHERE id = ?`, attemptID)
		if err != nil {
			return err
		}
		if r, err = load(ctx, tx, id, attemptID); err != nil {
			return err
		}
		if fence != 0 && fence != r.Fence {
			return callbacks.ErrFenced
		}
		return apply(ctx, tx, &r, change)
	})
	return r, err
}

// load reads a callback, the attempt concerned and the settled ones of its pass.
// attemptID "" means the active one, if any.
func load(ctx context.Context, q conn, id int64, attemptID string) (callbacks.Record, error) {
	row, err := oneCallback(ctx, q, "id = ?", id)
	r := callbacks.Record{Callback: row.Callback, Fence: row.fence}
	if err != nil {
		return r, err
	}
	where, args := "callback_id = ? AND state NOT IN ('leaving', 'ended')", []any{id}
	if attemptID != "" {
		where, args = "id = ?", []any{attemptID}
	}
	concerned, err := many(ctx, q, attemptColumns, "attempts WHERE "+where, args...)
	if err != nil {
		return r, err
	}
	if len(concerned) > 0 {
		r.Attempt = &concerned[0]
	}
	settled, err := many(ctx, q, attemptColumns, `attempts WHERE callback_id = ? AND pass = ?
		AND state IN ('leaving', 'ended') ORDER BY created_ms, `+q.dialect.Order, id, r.Callback.Pass)
	for _, a := range settled {
		if r.Attempt == nil || a.ID != r.Attempt.ID {
			r.Earlier = append(r.Earlier, a)
		}
	}
	return r, err
}

// apply edits a record and writes it, or puts it back as it was.
func apply(ctx context.Context, tx conn, r *callbacks.Record, change func(*callbacks.Record) error) error {
	before := *r
	if before.Attempt != nil {
		a := *before.Attempt
		before.Attempt = &a
	}
	err := change(r)
	if err == nil {
		err = callbacks.CheckRecord(before, *r)
	}
	if err != nil {
		*r = before
		if errors.Is(err, callbacks.ErrUnchanged) {
			return nil
		}
		return err
	}
	if ended := r.Callback.State.Final(); ended && !before.Callback.State.Final() || !ended && r.SMSBody != "" {
		if err := replaceSMS(ctx, tx, r.Callback, r.SMSBody, orElse(r.SMSAt, r.Callback.Ended)); err != nil {
			return fmt.Errorf("SMS of callback %d: %w", r.Callback.ID, err)
		}
	}
	alert := r.Alert
	r.SMSBody, r.SMSAt, r.Alert = "", time.Time{}, nil
	if err := save(ctx, tx, *r); err != nil || alert == nil {
		return err
	}
	return writeAlert(ctx, tx, *alert)
}

// save writes a record back. Whatever changes a callback takes its mark away that it is ready.
func save(ctx context.Context, tx conn, r callbacks.Record) error {
	row := callbackRow{Callback: r.Callback, fence: r.Fence}
	err := row.columns().update(ctx, tx, "callbacks", "request_key", "reference", "slot_start_ms", "erased_ms")
	if err != nil || r.Attempt == nil {
		return err
	}
	return attemptColumns(r.Attempt).update(ctx, tx, "attempts", "callback_id")
}

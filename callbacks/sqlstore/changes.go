package sqlstore

import (
	"context"
	"database/sql"
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
	change func(*callbacks.Record) error) (
	callbacks.Record, error,
) {
	var r callbacks.Record
	err := s.inTx(ctx, "change an attempt", func(tx conn) error {
		var id int64
		err := tx.QueryRowContext(ctx, `SELECT callback_id FROM attempts WHERE id = ?`, attemptID).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return callbacks.ErrNotFound
		} else if err != nil {
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
	var r callbacks.Record
	var err error
	if r.Callback, r.Fence, err = oneCallback(ctx, q, "id = ?", id); err != nil {
		return r, err
	}
	where, args := "callback_id = ? AND state NOT IN ('leaving', 'ended')", []any{id}
	if attemptID != "" {
		where, args = "id = ?", []any{attemptID}
	}
	concerned, err := manyAttempts(ctx, q, where, args...)
	if err != nil {
		return r, err
	}
	if len(concerned) > 0 {
		r.Attempt = &concerned[0]
	}
	settled, err := manyAttempts(ctx, q, `callback_id = ? AND pass = ? AND state IN ('leaving', 'ended')
		ORDER BY created_ms, `+q.dialect.Order, id, r.Callback.Pass)
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
	r.SMSBody, r.SMSAt = "", time.Time{}
	return save(ctx, tx, *r)
}

// save writes what a change function may have edited. Whatever changes a callback takes its mark away that it is ready.
func save(ctx context.Context, tx conn, r callbacks.Record) error {
	row := callbackRow{Callback: r.Callback, fence: r.Fence}
	edited := row.columns().only("due_ms", "held_ms", "cancel_after_attempt", "expires_ms", "state", "reached",
		"desk_attempts", "attempts", "next_target", "pass", "ended_ms", "fence", "remark", "ready")
	_, err := tx.ExecContext(ctx, "UPDATE callbacks SET "+edited.set()+" WHERE id = ?", append(edited.values(), row.ID)...)
	if err != nil {
		return fmt.Errorf("callback %d: %w", row.ID, err)
	}
	if r.Attempt == nil {
		return nil
	}
	edited = attemptColumns(r.Attempt).only("state", "outcome", "call_sid", "status", "status_seq", "next_check_ms")
	_, err = tx.ExecContext(ctx, "UPDATE attempts SET "+edited.set()+" WHERE id = ?",
		append(edited.values(), r.Attempt.ID)...)
	if err != nil {
		return fmt.Errorf("attempt %s: %w", r.Attempt.ID, err)
	}
	return nil
}

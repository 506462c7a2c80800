package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

const callbackColumns = `id, reference, line, desk, topic, language, number, caller, account, answers, kind, urgent,
	priority, called_ms, due_ms, held_ms, cancel_after_attempt, slot_end_ms, expires_ms, state, reached, rounds, attempts, next_target, pass, ended_ms,
	note_sid, note_url, note_seconds, remark, fence`

const attemptColumns = `id, callback_id, target_id, target_kind, target_address, from_number, ring_ms, state,
	outcome, call_sid, status, status_seq, fence, pass, created_ms, next_check_ms, line, desk`

// openStates is the condition of the partial indexes, word for word, so that they are used.
const openStates = `state IN ('booked', 'dialling', 'agent-reached', 'customer-reached')`

type scanner interface{ Scan(...any) error }

func scanCallback(row scanner) (c callbacks.Callback, fence int64, err error) {
	var called, due, held, slotEnd, expires, ended int64
	err = row.Scan(&c.ID, &c.Reference, &c.Line, &c.Desk, &c.Topic, &c.Language, &c.Number, &c.Caller, &c.Account,
		&c.Answers, &c.Kind, &c.Urgent, &c.Priority, &called, &due, &held, &c.CancelAfterAttempt, &slotEnd, &expires, &c.State, &c.Reached, &c.DeskAttempts, &c.Attempts,
		&c.NextTarget, &c.Pass, &ended, &c.Note.SID, &c.Note.URL, &c.Note.Seconds, &c.Remark, &fence)
	c.Called, c.Due, c.Held, c.SlotEnd = instant(called), instant(due), instant(held), instant(slotEnd)
	c.Expires, c.Ended = instant(expires), instant(ended)
	return c, fence, err
}

func scanAttempt(row scanner) (a callbacks.Attempt, err error) {
	var ring, created, check int64
	err = row.Scan(&a.ID, &a.CallbackID, &a.Target.ID, &a.Target.Kind, &a.Target.Address, &a.From, &ring, &a.State,
		&a.Outcome, &a.SID, &a.Status, &a.Seq, &a.Fence, &a.Pass, &created, &check, &a.Line, &a.Desk)
	a.Ring = time.Duration(ring) * time.Millisecond
	a.Created, a.Check = instant(created), instant(check)
	return a, err
}

// oneCallback runs a query for one promise; [callbacks.ErrNotFound] if there is none. In a transaction that writes, nobody
// else changes it until the end.
func oneCallback(ctx context.Context, q conn, where string, args ...any) (callbacks.Callback, int64, error) {
	c, fence, err := scanCallback(q.QueryRowContext(ctx, "SELECT "+callbackColumns+" FROM callbacks WHERE "+where+q.lock(), args...))
	if errors.Is(err, sql.ErrNoRows) {
		return c, 0, callbacks.ErrNotFound
	}
	return c, fence, err
}

// manyCallbacks runs a query for promises.
func manyCallbacks(ctx context.Context, q conn, where string, args ...any) (list []callbacks.Callback, err error) {
	rows, err := q.QueryContext(ctx, "SELECT "+callbackColumns+" FROM callbacks WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		c, _, err := scanCallback(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// manyAttempts runs a query for attempts.
func manyAttempts(ctx context.Context, q conn, where string, args ...any) (list []callbacks.Attempt, err error) {
	rows, err := q.QueryContext(ctx, "SELECT "+attemptColumns+" FROM attempts WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		a, err := scanAttempt(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// load reads a promise, the attempt concerned and the settled ones of its pass.
// attemptID "" means the one in the air, if any.
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

// save writes what a change function may have edited.
func save(ctx context.Context, tx conn, r callbacks.Record) error {
	c := r.Callback
	_, err := tx.ExecContext(ctx, `UPDATE callbacks SET due_ms = ?, held_ms = ?, cancel_after_attempt = ?, expires_ms = ?, state = ?, reached = ?, rounds = ?, attempts = ?,
		next_target = ?, pass = ?, ended_ms = ?, fence = ?, remark = ?, ready = 0 WHERE id = ?`,
		ms(c.Due), ms(c.Held), c.CancelAfterAttempt, ms(c.Expires), c.State, c.Reached, c.DeskAttempts, c.Attempts, c.NextTarget, c.Pass, ms(c.Ended), r.Fence, c.Remark, c.ID)
	if err != nil {
		return fmt.Errorf("promise %d: %w", c.ID, err)
	}
	a := r.Attempt
	if a == nil {
		return nil
	}
	_, err = tx.ExecContext(ctx, `UPDATE attempts SET state = ?, outcome = ?, call_sid = ?, status = ?, status_seq = ?, next_check_ms = ?
		WHERE id = ?`, a.State, a.Outcome, a.SID, a.Status, a.Seq, ms(a.Check), a.ID)
	if err != nil {
		return fmt.Errorf("attempt %s: %w", a.ID, err)
	}
	return nil
}

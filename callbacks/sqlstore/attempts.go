package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Record implements [callbacks.Store].
func (s *Store) Record(ctx context.Context, id int64) (r callbacks.Record, err error) {
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.dialect.Snapshot})
	if err != nil {
		return r, s.wrap("read a promise", err)
	}
	defer func() { _ = tx.Rollback() }() // it only read
	r, err = load(ctx, conn{handle: tx, dialect: s.dialect}, id, "")
	return r, s.wrap("read a promise", err)
}

// Change implements [callbacks.Store].
func (s *Store) Change(ctx context.Context, id int64, change func(*callbacks.Record) error) (callbacks.Record, error) {
	var r callbacks.Record
	err := s.inTx(ctx, "change a promise", func(tx conn) (err error) {
		if r, err = load(ctx, tx, id, ""); err != nil {
			return err
		}
		return apply(ctx, tx, &r, change)
	})
	return r, err
}

// ChangeAttempt implements [callbacks.Store].
func (s *Store) ChangeAttempt(ctx context.Context, attemptID string, fence int64, change func(*callbacks.Record) error) (callbacks.Record, error) {
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
			return fmt.Errorf("text messages of promise %d: %w", r.Callback.ID, err)
		}
	}
	r.SMSBody, r.SMSAt = "", time.Time{}
	return save(ctx, tx, *r)
}

// Claim implements [callbacks.Store].
func (s *Store) Claim(ctx context.Context, c callbacks.Claim) (callbacks.Record, error) {
	var r callbacks.Record
	err := s.inTx(ctx, "claim", func(tx conn) (err error) {
		if r, err = s.claimable(ctx, tx, c); err != nil {
			return err
		}
		r.Fence++
		r.Callback.State, r.Callback.Held = callbacks.Dialling, time.Time{}
		a := callbacks.Attempt{
			ID: c.AttemptID, CallbackID: c.CallbackID, Line: r.Callback.Line, Desk: r.Callback.Desk, Target: c.Target, From: c.From,
			Ring: c.Ring, State: callbacks.Placing, Seq: -1, Fence: r.Fence, Pass: r.Callback.Pass, Created: c.Now, Check: c.Now.Add(c.Lease),
		}
		if err := insertAttempt(ctx, tx, a); err != nil {
			return err
		}
		if err := save(ctx, tx, r); err != nil {
			return err
		}
		if err := pace(ctx, tx, c); err != nil { // last: whoever waits for it waits for this transaction's end only
			return err
		}
		r, err = load(ctx, tx, c.CallbackID, c.AttemptID)
		return err
	})
	if err != nil {
		return callbacks.Record{}, err
	}
	return r, nil
}

// claimable loads a promise that may be claimed, and locks it. One that somebody else keeps locked is passed over.
func (s *Store) claimable(ctx context.Context, tx conn, c callbacks.Claim) (r callbacks.Record, err error) {
	var id int64
	err = tx.QueryRowContext(ctx, `SELECT id FROM callbacks WHERE id = ?`+tx.skipLocked(), c.CallbackID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		tx.writes = false // it is only looked at: whoever keeps it locked is not waited for
		_, _, err := oneCallback(ctx, tx, "id = ?", c.CallbackID)
		if err == nil {
			err = callbacks.ErrNotOpen
		}
		return r, err
	} else if err != nil {
		return r, err
	}
	if r, err = load(ctx, tx, c.CallbackID, ""); err != nil {
		return r, err
	}
	if r.Callback.State != callbacks.Booked {
		return r, callbacks.ErrNotOpen
	}
	if c.Check != nil {
		err = c.Check(r)
	}
	return r, err
}

// insertAttempt writes an attempt, unless its target is busy.
func insertAttempt(ctx context.Context, tx conn, a callbacks.Attempt) error {
	res, err := tx.ExecContext(ctx, `INSERT INTO attempts (id, callback_id, line, desk, target_id, target_kind, target_address,
		from_number, ring_ms, state, status_seq, fence, pass, created_ms, next_check_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`,
		a.ID, a.CallbackID, a.Line, a.Desk, a.Target.ID, a.Target.Kind, a.Target.Address, a.From, a.Ring.Milliseconds(),
		a.State, a.Seq, a.Fence, a.Pass, ms(a.Created), ms(a.Check))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return callbacks.ErrTargetBusy
}

// pace lets one call pass each time, and bounds how many customers are rung for a desk. Its row is what makes
// instances wait for each other.
func pace(ctx context.Context, tx conn, c callbacks.Claim) error {
	var last int64
	if err := tx.QueryRowContext(ctx, `SELECT last_call_ms FROM call_pacing WHERE name = 'calls'`+tx.lock()).Scan(&last); err != nil {
		return err
	}
	if until := instant(last).Add(c.Pace); last != 0 && c.Pace > 0 && until.UnixMilli() > ms(c.Now) {
		return &callbacks.PacedError{Until: until}
	}
	if c.Most > 0 {
		var rung int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM attempts a WHERE state <> 'ended' AND target_kind = ?
			AND EXISTS (SELECT 1 FROM attempts b WHERE b.id = ? AND b.line = a.line AND b.desk = a.desk)`,
			callbacks.Customer, c.AttemptID).Scan(&rung)
		if err != nil {
			return err
		}
		if rung > c.Most {
			return callbacks.ErrTargetBusy
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE call_pacing SET last_call_ms = ? WHERE name = 'calls'`, ms(c.Now))
	return err
}

// NextDue implements [callbacks.Store].
func (s *Store) NextDue(ctx context.Context, now time.Time) (time.Time, error) {
	var next sql.NullInt64
	err := s.read.QueryRowContext(ctx, `SELECT min(t) FROM (
		SELECT min(due_ms) AS t FROM callbacks WHERE state = 'booked' AND ready = 0
		UNION ALL
		SELECT min(expires_ms) FROM callbacks WHERE state = 'booked' AND expires_ms > ?1) AS next`, ms(now)).Scan(&next)
	return instant(next.Int64), s.wrap("find the next due promise", err)
}

// ActiveAttempts implements [callbacks.Store].
func (s *Store) ActiveAttempts(ctx context.Context) ([]callbacks.Attempt, error) {
	list, err := manyAttempts(ctx, s.read, "state <> 'ended' ORDER BY created_ms, "+s.dialect.Order)
	return list, s.wrap("list attempts", err)
}

// KnownSIDs implements [callbacks.Store].
func (s *Store) KnownSIDs(ctx context.Context, sids []string) (known map[string]bool, err error) {
	known = map[string]bool{}
	if len(sids) == 0 {
		return known, nil
	}
	args := make([]any, len(sids))
	for i, sid := range sids {
		args[i] = sid
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(sids)), ", ")
	rows, err := s.read.QueryContext(ctx, fmt.Sprintf(`SELECT call_sid FROM attempts WHERE call_sid <> '' AND call_sid IN (%s)`, marks), args...)
	if err != nil {
		return nil, s.wrap("look up calls", err)
	}
	defer func() { err = s.wrap("look up calls", errors.Join(err, rows.Close())) }()
	for rows.Next() {
		var sid string
		if err := rows.Scan(&sid); err != nil {
			return nil, err
		}
		known[sid] = true
	}
	return known, rows.Err()
}

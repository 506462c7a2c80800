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
	return save(ctx, tx, *r)
}

// Claim implements [callbacks.Store].
func (s *Store) Claim(ctx context.Context, c callbacks.Claim) (callbacks.Record, error) {
	var r callbacks.Record
	err := s.inTx(ctx, "claim", func(tx conn) (err error) {
		if err := tx.serialize(ctx, "claim"); err != nil { // the pace and free targets are everybody's
			return err
		}
		if r, err = load(ctx, tx, c.CallbackID, ""); err != nil {
			return err
		}
		if r.Callback.State != callbacks.Booked {
			return callbacks.ErrNotOpen
		}
		if err := free(ctx, tx, c); err != nil {
			return err
		}
		r.Fence++
		r.Callback.State, r.Callback.Held = callbacks.Dialling, time.Time{}
		_, err = tx.ExecContext(ctx, `INSERT INTO attempts (id, callback_id, target_id, target_kind, target_address,
			from_number, ring_ms, state, fence, pass, created_ms, check_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.AttemptID, c.CallbackID, c.Target.ID, c.Target.Kind, c.Target.Address, c.From, c.Ring.Milliseconds(),
			callbacks.Placing, r.Fence, r.Callback.Pass, ms(c.Now), ms(c.Now.Add(c.Lease)))
		if err != nil {
			return err
		}
		if err := save(ctx, tx, r); err != nil {
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

// free says whether a call may be placed to the target now.
func free(ctx context.Context, tx conn, c callbacks.Claim) error {
	var busy bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM attempts WHERE state <> 'ended'
		AND target_kind = ? AND target_address = ?)`, c.Target.Kind, c.Target.Address).Scan(&busy)
	if err != nil {
		return err
	}
	if busy {
		return callbacks.ErrTargetBusy
	}
	var latest sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT max(created_ms) FROM attempts`).Scan(&latest); err != nil {
		return err
	}
	until := instant(latest.Int64).Add(c.Pace)
	if latest.Valid && c.Pace > 0 && until.UnixMilli() > ms(c.Now) {
		return &callbacks.PacedError{Until: until}
	}
	return nil
}

// Due implements [callbacks.Store].
func (s *Store) Due(ctx context.Context, now time.Time) ([]callbacks.Callback, error) {
	list, err := manyCallbacks(ctx, s.read, `state = 'booked' AND (due_ms <= ?1 OR expires_ms <= ?1)
		ORDER BY urgent DESC, called_ms, id`, ms(now))
	return list, s.wrap("list due promises", err)
}

// NextDue implements [callbacks.Store].
func (s *Store) NextDue(ctx context.Context, now time.Time) (time.Time, error) {
	var next sql.NullInt64
	err := s.read.QueryRowContext(ctx, `SELECT min(t) FROM (
		SELECT min(due_ms) AS t FROM callbacks WHERE state = 'booked' AND due_ms > ?1
		UNION ALL
		SELECT min(expires_ms) FROM callbacks WHERE state = 'booked' AND expires_ms > ?1) AS next`, ms(now)).Scan(&next)
	return instant(next.Int64), s.wrap("find the next due promise", err)
}

// Unended implements [callbacks.Store].
func (s *Store) Unended(ctx context.Context) ([]callbacks.Attempt, error) {
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
	rows, err := s.read.QueryContext(ctx, fmt.Sprintf(`SELECT sid FROM attempts WHERE sid <> '' AND sid IN (%s)`, marks), args...)
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

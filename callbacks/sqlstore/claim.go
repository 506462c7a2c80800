package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Claim implements dispatch.Store.
func (s *Store) Claim(ctx context.Context, c callbacks.Claim) (callbacks.Record, error) {
	return write(ctx, s, "claim", func(tx conn) (callbacks.Record, error) {
		r, err := s.claimable(ctx, tx, c)
		if err != nil {
			return r, err
		}
		r.Fence++
		r.Callback.State, r.Callback.Held = callbacks.Dialling, time.Time{}
		if err := insertAttempt(ctx, tx, callbacks.Attempt{
			ID: c.AttemptID, CallbackID: c.CallbackID, Line: r.Callback.Line, Desk: r.Callback.Desk, Target: c.Target,
			From: c.From, Ring: c.Ring, State: callbacks.Placing, Seq: -1, Fence: r.Fence, Pass: r.Callback.Pass,
			Created: c.Now, Check: c.Now.Add(c.Lease),
		}); err != nil {
			return r, err
		}
		if err := save(ctx, tx, r); err != nil {
			return r, err
		}
		if err := pace(ctx, tx, c); err != nil { // last, so that others wait for this transaction's end only
			return r, err
		}
		return load(ctx, tx, c.CallbackID, c.AttemptID)
	})
}

// claimable loads a callback that may be claimed, and locks it. One that somebody else keeps locked is passed over.
func (s *Store) claimable(ctx context.Context, tx conn, c callbacks.Claim) (r callbacks.Record, err error) {
	_, err = value[int64](ctx, tx, `SELECT id FROM callbacks WHERE id = ?`+tx.dialect.SkipLocked, c.CallbackID)
	if errors.Is(err, callbacks.ErrNotFound) {
		tx.writes = false // it is only looked at: nobody who keeps it locked is waited for
		if _, err = oneCallback(ctx, tx, "id = ?", c.CallbackID); err == nil {
			err = callbacks.ErrNotOpen
		}
	}
	if err != nil {
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
	n, err := attemptColumns(&a).insert(ctx, tx, "attempts", " ON CONFLICT DO NOTHING")
	if err == nil && n == 0 {
		err = callbacks.ErrTargetBusy
	}
	return err
}

// pace lets one call pass each time, and bounds how many customers are rung for a desk. Its row is what makes
// instances wait for each other.
func pace(ctx context.Context, tx conn, c callbacks.Claim) error {
	last, err := instantOf(ctx, tx, `SELECT last_call_ms FROM call_pacing WHERE name = 'calls'`+tx.lock())
	if err != nil {
		return err
	}
	if until := last.Add(c.Pace); !last.IsZero() && c.Pace > 0 && until.UnixMilli() > ms(c.Now) {
		return &callbacks.PacedError{Until: until}
	}
	if c.Most > 0 {
		rung, err := value[int](ctx, tx, `SELECT count(*) FROM attempts a WHERE state <> 'ended' AND target_kind = ?
			AND EXISTS (SELECT 1 FROM attempts b WHERE b.id = ? AND b.line = a.line AND b.desk = a.desk)`,
			callbacks.Customer, c.AttemptID)
		if err != nil {
			return err
		}
		if rung > c.Most {
			return callbacks.ErrTargetBusy
		}
	}
	_, err = tx.exec(ctx, `UPDATE call_pacing SET last_call_ms = ? WHERE name = 'calls'`, ms(c.Now))
	return err
}

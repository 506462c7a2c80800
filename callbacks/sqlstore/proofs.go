package sqlstore

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Check implements [callbacks.Store].
func (s *Store) Check(ctx context.Context, p callbacks.Proof,
	correct func(callbacks.Callback) bool) (callbacks.Callback, bool, error) {
	var c callbacks.Callback
	var ok bool
	err := s.inTx(ctx, "check a proof", func(tx conn) (err error) {
		ok = false
		if p.Caller != "" { // before the callback is locked, as everywhere
			if err := tx.serialize(ctx, "proofs/"+p.Caller); err != nil {
				return err
			}
		}
		if c, _, err = oneCallback(ctx, tx, "id = ?", p.ID); err != nil {
			return err
		}
		var seen bool
		if seen, err = proofWithin(ctx, tx, p); err != nil || seen {
			return err
		}
		if ok = correct(c); ok {
			return nil
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO wrong_proofs (proof_key, callback_id, caller, given_ms) VALUES (?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, p.Key, p.ID, p.Caller, ms(p.Given))
		return err
	})
	return c, ok && err == nil, err
}

// proofWithin is [callbacks.ErrProofLimit] when none counts now. seen is set for one that was written down as wrong
// before.
func proofWithin(ctx context.Context, tx conn, p callbacks.Proof) (seen bool, err error) {
	var caller any // NULL is equal to nothing
	if p.Caller != "" {
		caller = p.Caller
	}
	var ofCallbackHour, ofCallbackDay, ofCallerHour, ofCallerDay, before int
	err = tx.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM wrong_proofs WHERE callback_id = ?1 AND given_ms > ?3),
		(SELECT count(*) FROM wrong_proofs WHERE callback_id = ?1 AND given_ms > ?4),
		(SELECT count(*) FROM wrong_proofs WHERE caller <> '' AND caller = ?2 AND given_ms > ?3),
		(SELECT count(*) FROM wrong_proofs WHERE caller <> '' AND caller = ?2 AND given_ms > ?4),
		(SELECT count(*) FROM wrong_proofs WHERE proof_key = ?5)`,
		p.ID, caller, ms(p.Given.Add(-time.Hour)), ms(p.Given.Add(-24*time.Hour)), p.Key).
		Scan(&ofCallbackHour, &ofCallbackDay, &ofCallerHour, &ofCallerDay, &before)
	switch {
	case err != nil || before > 0:
		return before > 0, err
	case max(ofCallbackHour, ofCallerHour) >= p.Hour, max(ofCallbackDay, ofCallerDay) >= p.Day:
		return false, callbacks.ErrProofLimit
	}
	return false, nil
}

// Forget implements [callbacks.HousekeeperStore].
func (s *Store) Forget(ctx context.Context, before, now time.Time) error {
	return s.inTx(ctx, "forget what limits counted", func(tx conn) error {
		for query, at := range map[string]time.Time{
			`DELETE FROM callback_requests WHERE requested_ms < ?`: before,
			`DELETE FROM wrong_proofs WHERE given_ms < ?`:          before,
			`DELETE FROM silenced_numbers WHERE until_ms <= ?`:     now,
		} {
			if _, err := tx.ExecContext(ctx, query, ms(at)); err != nil {
				return err
			}
		}
		return nil
	})
}

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// body is what a text message about a promise says; empty: there is none.
func body(text func(callbacks.Callback) string, c callbacks.Callback) string {
	if text == nil {
		return ""
	}
	return text(c)
}

// writeText writes the text message of a promise, if there is one.
func writeText(ctx context.Context, tx conn, c callbacks.Callback, text string, now time.Time) error {
	if text == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO texts (callback_id, body, state, created_ms, check_ms) VALUES (?, ?, ?, ?, ?)`,
		c.ID, text, callbacks.TextWaiting, ms(now), ms(now))
	return err
}

// replaceText withdraws what has not been sent about a promise, and writes what holds now.
func replaceText(ctx context.Context, tx conn, c callbacks.Callback, text string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE texts SET state = ?, body = '' WHERE callback_id = ? AND state = ?`,
		callbacks.TextDropped, c.ID, callbacks.TextWaiting)
	if err != nil {
		return err
	}
	return writeText(ctx, tx, c, text, now)
}

// ClaimText implements [callbacks.Store].
func (s *Store) ClaimText(ctx context.Context, now time.Time, lease time.Duration) (t callbacks.Text, found bool, err error) {
	err = s.inTx(ctx, "claim a text message", func(tx conn) error {
		var promise, created int64
		err := tx.QueryRowContext(ctx, `UPDATE texts SET state = 'sending', tries = tries + 1, check_ms = ?
			WHERE id = (SELECT id FROM texts WHERE state IN ('waiting', 'sending') AND state = 'waiting' AND check_ms <= ?
				ORDER BY check_ms, id LIMIT 1`+tx.skipLocked()+`)
			RETURNING id, callback_id, body, tries, created_ms`, ms(now.Add(lease)), ms(now)).
			Scan(&t.ID, &promise, &t.Body, &t.Tries, &created)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		found, t.Created = true, instant(created)
		t.Callback, _, err = oneCallback(ctx, tx, "id = ?", promise)
		return err
	})
	return t, found && err == nil, err
}

// SettleText implements [callbacks.Store].
func (s *Store) SettleText(ctx context.Context, id int64, state callbacks.TextState, sid string, again time.Time) error {
	return s.inTx(ctx, "settle a text message", func(tx conn) error {
		_, err := tx.ExecContext(ctx, `UPDATE texts SET state = ?, sid = ?, check_ms = ? WHERE id = ? AND state = 'sending'`,
			state, sid, ms(again), id)
		return err
	})
}

// LoseTexts implements [callbacks.Store].
func (s *Store) LoseTexts(ctx context.Context, now time.Time) (int, error) {
	var lost int64
	err := s.inTx(ctx, "give up text messages", func(tx conn) error {
		res, err := tx.ExecContext(ctx, `UPDATE texts SET state = 'unknown'
			WHERE state IN ('waiting', 'sending') AND state = 'sending' AND check_ms <= ?`, ms(now))
		if err != nil {
			return err
		}
		lost, err = res.RowsAffected()
		return err
	})
	return int(lost), err
}

// NextText implements [callbacks.Store].
func (s *Store) NextText(ctx context.Context) (time.Time, error) {
	var next sql.NullInt64
	err := s.read.QueryRowContext(ctx, `SELECT min(check_ms) FROM texts WHERE state IN ('waiting', 'sending')`).Scan(&next)
	return instant(next.Int64), s.wrap("find the next text message", err)
}

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

// writeSMS writes the text message of a promise, if there is one.
func writeSMS(ctx context.Context, tx conn, c callbacks.Callback, text string, now time.Time) error {
	if text == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO sms (callback_id, body, state, created_ms, next_check_ms) VALUES (?, ?, ?, ?, ?)`,
		c.ID, text, callbacks.SMSWaiting, ms(now), ms(now))
	return err
}

// replaceSMS withdraws what has not been sent about a promise, and writes what holds now.
func replaceSMS(ctx context.Context, tx conn, c callbacks.Callback, text string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE sms SET state = ?, body = '' WHERE callback_id = ? AND state = ?`,
		callbacks.SMSDropped, c.ID, callbacks.SMSWaiting)
	if err != nil {
		return err
	}
	return writeSMS(ctx, tx, c, text, now)
}

// ClaimSMS implements [callbacks.Store].
func (s *Store) ClaimSMS(ctx context.Context, now time.Time, lease time.Duration) (t callbacks.SMS, found bool, err error) {
	err = s.inTx(ctx, "claim a text message", func(tx conn) error {
		var callback, created int64
		err := tx.QueryRowContext(ctx, `UPDATE sms SET state = 'sending', tries = tries + 1, next_check_ms = ?
			WHERE id = (SELECT id FROM sms WHERE state IN ('waiting', 'sending') AND state = 'waiting' AND next_check_ms <= ?
				ORDER BY next_check_ms, id LIMIT 1`+tx.skipLocked()+`)
			RETURNING id, callback_id, body, tries, created_ms`, ms(now.Add(lease)), ms(now)).
			Scan(&t.ID, &callback, &t.Body, &t.Tries, &created)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		found, t.State, t.Created = true, callbacks.SMSSending, instant(created)
		t.Callback, _, err = oneCallback(ctx, tx, "id = ?", callback)
		return err
	})
	return t, found && err == nil, err
}

// SettleSMS implements [callbacks.Store].
func (s *Store) SettleSMS(ctx context.Context, id int64, settled callbacks.SMSResult) error {
	return s.inTx(ctx, "settle a text message", func(tx conn) error {
		_, err := tx.ExecContext(ctx, `UPDATE sms SET state = ?, message_sid = ?, next_check_ms = ?, error_code = ?, remark = ?
			WHERE id = ? AND state = 'sending'`,
			settled.State, settled.SID, ms(settled.Again), settled.Code, settled.Remark, id)
		return err
	})
}

// SMSDelivered implements [callbacks.Store]. The word about the delivery has a column of its own: state says what we
// did.
func (s *Store) SMSDelivered(ctx context.Context, d callbacks.SMSDelivery) (line string, changed bool, err error) {
	word, unless := string(d.State), ""
	if !d.Final() {
		word, unless = "", " AND state <> 'sent'"
	}
	err = s.inTx(ctx, "note the delivery of a text message", func(tx conn) error {
		err := tx.QueryRowContext(ctx, `SELECT c.line FROM sms t JOIN callbacks c ON c.id = t.callback_id
			WHERE t.id = ?`, d.SMSID).Scan(&line)
		if errors.Is(err, sql.ErrNoRows) {
			return callbacks.ErrNotFound
		} else if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `UPDATE sms SET state = 'sent', message_sid = ?, delivery = ?, error_code = ?, remark = ?
			WHERE id = ? AND delivery = '' AND message_sid IN ('', ?)`+unless,
			d.SID, word, d.Code, d.Remark, d.SMSID, d.SID)
		if err != nil {
			return err
		}
		rows, err := res.RowsAffected()
		changed = rows > 0
		return err
	})
	return line, changed && err == nil, err
}

// Texts implements [callbacks.Store].
func (s *Store) SMSOf(ctx context.Context, callbackID int64) (texts []callbacks.SMS, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, body, CASE WHEN delivery <> '' THEN delivery ELSE state END, tries,
		error_code, remark, created_ms
		FROM sms WHERE callback_id = ? ORDER BY id`, callbackID)
	if err != nil {
		return nil, s.wrap("list text messages", err)
	}
	defer func() { err = s.wrap("list text messages", errors.Join(err, rows.Close())) }()
	for rows.Next() {
		var t callbacks.SMS
		var created int64
		if err := rows.Scan(&t.ID, &t.Body, &t.State, &t.Tries, &t.Code, &t.Remark, &created); err != nil {
			return nil, err
		}
		t.Created = instant(created)
		texts = append(texts, t)
	}
	return texts, rows.Err()
}

// ExpireSMS implements [callbacks.Store].
func (s *Store) ExpireSMS(ctx context.Context, now time.Time) (int, error) {
	var lost int64
	err := s.inTx(ctx, "give up text messages", func(tx conn) error {
		res, err := tx.ExecContext(ctx, `UPDATE sms
			SET state = 'unknown', remark = 'the answer of the provider was never written down'
			WHERE state IN ('waiting', 'sending') AND state = 'sending' AND next_check_ms <= ?`, ms(now))
		if err != nil {
			return err
		}
		lost, err = res.RowsAffected()
		return err
	})
	return int(lost), err
}

// NextSMS implements [callbacks.Store].
func (s *Store) NextSMS(ctx context.Context) (time.Time, error) {
	var next sql.NullInt64
	err := s.read.QueryRowContext(ctx, `SELECT min(next_check_ms) FROM sms WHERE state IN ('waiting', 'sending')`).Scan(&next)
	return instant(next.Int64), s.wrap("find the next text message", err)
}

package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// An smsRow is an SMS, and what only the store knows of it. What became of it after it was sent is in delivery: State
// says what we did.
type smsRow struct {
	callbacks.SMS
	delivery   string
	messageSID string
	nextCheck  time.Time
	alertKey   string
	occasions  int
}

func (r *smsRow) columns() columns {
	return columns{
		{"id", &r.ID}, {"line", &r.Callback.Line}, {"desk", &r.Callback.Desk},
		{"callback_id", reference{&r.Callback.ID}}, {"alert_key", &r.alertKey}, {"occasions", &r.occasions},
		{"body", &r.Body}, {"state", &r.State},
		{"delivery", &r.delivery},
		{"tries", &r.Tries}, {"message_sid", &r.messageSID}, {"error_code", &r.Code}, {"remark", &r.Remark},
		{"created_ms", millis{&r.Created}}, {"next_check_ms", millis{&r.nextCheck}},
	}
}

var smsColumns = new(smsRow).columns().names()

// body is what an SMS about a callback says; empty: there is none.
func body(text func(callbacks.Callback) string, c callbacks.Callback) string {
	if text == nil {
		return ""
	}
	return text(c)
}

// writeSMS writes the SMS about a callback, if there is one.
func writeSMS(ctx context.Context, tx conn, c callbacks.Callback, text string, now time.Time) error {
	if text == "" {
		return nil
	}
	row := smsRow{nextCheck: now, SMS: callbacks.SMS{Callback: c, Body: text, State: callbacks.SMSWaiting,
		Created: now}}
	_, err := row.columns().without("id").insert(ctx, tx, "sms", "")
	return err
}

// replaceSMS withdraws what has not been sent about a callback, and writes what holds now.
func replaceSMS(ctx context.Context, tx conn, c callbacks.Callback, text string, now time.Time) error {
	_, err := tx.exec(ctx, `UPDATE sms SET state = ?, body = '' WHERE callback_id = ? AND state = ?`,
		callbacks.SMSDropped, c.ID, callbacks.SMSWaiting)
	if err != nil {
		return err
	}
	return writeSMS(ctx, tx, c, text, now)
}

// Alert implements [callbacks.Store].
func (s *Store) Alert(ctx context.Context, a callbacks.Alert) error {
	return s.inTx(ctx, "write an alert", func(tx conn) error { return writeAlert(ctx, tx, a) })
}

// writeAlert adds an occasion to the line's alert that waits, or writes one. What it waits for is the last that a
// transaction waits for, so that no two wait for each other.
func writeAlert(ctx context.Context, tx conn, a callbacks.Alert) error {
	if err := tx.serialize(ctx, "alert/"+a.Line); err != nil {
		return err
	}
	told, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT 1 FROM sms WHERE alert_key = ?)`, a.Key)
	if err != nil || told {
		return err
	}
	ofLine := `sms WHERE alert_key <> '' AND line = ?`
	waiting, err := one(ctx, tx, (*smsRow).columns, ofLine+` AND state = 'waiting'`+tx.lock(), a.Line)
	if err == nil {
		_, err = tx.exec(ctx, `UPDATE sms SET desk = ?, alert_key = ?, occasions = ?, body = ? WHERE id = ?`,
			a.Desk, a.Key, waiting.occasions+1, a.Body(waiting.occasions+1), waiting.ID)
		return err
	}
	if !errors.Is(err, callbacks.ErrNotFound) {
		return err
	}
	last, err := instantOf(ctx, tx, `SELECT max(created_ms) FROM `+ofLine, a.Line)
	if err != nil {
		return err
	}
	at := asStored(a.At)
	if next := last.Add(callbacks.AlertPause); !last.IsZero() && next.After(at) {
		at = next
	}
	row := smsRow{nextCheck: at, alertKey: a.Key, occasions: 1, SMS: callbacks.SMS{Body: a.Body(1), Created: at,
		State: callbacks.SMSWaiting, Callback: callbacks.Callback{Line: a.Line, Desk: a.Desk}}}
	_, err = row.columns().without("id").insert(ctx, tx, "sms", "")
	return err
}

// ClaimSMS implements [callbacks.SMSStore].
func (s *Store) ClaimSMS(ctx context.Context, now time.Time, lease time.Duration) (callbacks.SMS, bool, error) {
	r, err := write(ctx, s, "claim an SMS", func(tx conn) (smsRow, error) {
		r, err := first(rows(ctx, tx, (*smsRow).columns, `UPDATE sms
			SET state = 'sending', tries = tries + 1, next_check_ms = ?
			WHERE id = (SELECT id FROM sms WHERE state IN ('waiting', 'sending') AND state = 'waiting'
				AND next_check_ms <= ?
				ORDER BY next_check_ms, id LIMIT 1`+tx.dialect.SkipLocked+`)
			RETURNING `+smsColumns, ms(now.Add(lease)), ms(now)))
		if r.Alert = r.alertKey != ""; err == nil && !r.Alert {
			var about callbackRow
			about, err = oneCallback(ctx, tx, "id = ?", r.Callback.ID)
			r.Callback = about.Callback
		}
		return r, err
	})
	if errors.Is(err, callbacks.ErrNotFound) {
		return r.SMS, false, nil
	}
	return r.SMS, err == nil, err
}

// SettleSMS implements [callbacks.SMSStore].
func (s *Store) SettleSMS(ctx context.Context, id int64, settled callbacks.SMSResult) error {
	_, err := s.exec(ctx, "settle an SMS", `UPDATE sms
		SET state = ?, message_sid = ?, next_check_ms = ?, error_code = ?, remark = ?
		WHERE id = ? AND state = 'sending'`,
		settled.State, settled.SID, ms(settled.Again), settled.Code, settled.Remark, id)
	return err
}

// SMSDelivered implements [callbacks.Store].
func (s *Store) SMSDelivered(ctx context.Context, d callbacks.SMSDelivery) (line string, changed bool, err error) {
	delivery, unless := string(d.State), ""
	if !d.Final() {
		delivery, unless = "", " AND state <> 'sent'"
	}
	err = s.inTx(ctx, "note the delivery of an SMS", func(tx conn) error {
		line, err = value[string](ctx, tx, `SELECT line FROM sms WHERE id = ?`, d.SMSID)
		if err != nil {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE sms SET state = 'sent', message_sid = ?, delivery = ?, error_code = ?, remark = ?
			WHERE id = ? AND delivery = '' AND message_sid IN ('', ?)`+unless,
			d.SID, delivery, d.Code, d.Remark, d.SMSID, d.SID)
		changed = n > 0
		return err
	})
	return line, changed && err == nil, err
}

// SMSOf implements [callbacks.Store].
func (s *Store) SMSOf(ctx context.Context, callbackID int64) ([]callbacks.SMS, error) {
	list, err := many(ctx, s.read, (*smsRow).columns, "sms WHERE callback_id = ? ORDER BY id", callbackID)
	var all []callbacks.SMS
	for _, r := range list {
		if r.delivery != "" {
			r.State = callbacks.SMSState(r.delivery)
		}
		r.Callback = callbacks.Callback{}
		all = append(all, r.SMS)
	}
	return all, s.wrap("list SMS", err)
}

// ExpireSMS implements [callbacks.SMSStore].
func (s *Store) ExpireSMS(ctx context.Context, now time.Time) (int, error) {
	lost, err := s.exec(ctx, "give up SMS", `UPDATE sms
		SET state = 'unknown', remark = 'the answer of the provider was never written down'
		WHERE state IN ('waiting', 'sending') AND state = 'sending' AND next_check_ms <= ?`, ms(now))
	return int(lost), err
}

// NextSMS implements [callbacks.SMSStore].
func (s *Store) NextSMS(ctx context.Context) (time.Time, error) {
	next, err := instantOf(ctx, s.read, `SELECT min(next_check_ms) FROM sms WHERE state IN ('waiting', 'sending')`)
	return next, s.wrap("find the next SMS", err)
}

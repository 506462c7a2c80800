package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Kept implements [callbacks.Store].
func (s *Store) HoldingPersonalData(ctx context.Context) ([]callbacks.Desk, error) {
	return s.desks(ctx, "list what is kept", `SELECT line, desk FROM callbacks WHERE erased_ms = 0 AND ended_ms > 0
		UNION SELECT line, desk FROM messages WHERE erased_ms = 0
		UNION SELECT line, desk FROM call_records WHERE erased_ms = 0 ORDER BY line, desk`)
}

// desks runs a query for lines and desks.
func (s *Store) desks(ctx context.Context, what, query string) (desks []callbacks.Desk, err error) {
	rows, err := s.read.QueryContext(ctx, query)
	if err != nil {
		return nil, s.wrap(what, err)
	}
	defer func() { err = s.wrap(what, errors.Join(err, rows.Close())) }()
	for rows.Next() {
		var d callbacks.Desk
		if err := rows.Scan(&d.Line, &d.Desk); err != nil {
			return nil, err
		}
		desks = append(desks, d)
	}
	return desks, rows.Err()
}

// What Erase takes of a desk: line, desk, before.
const (
	// An attempt still in the air keeps its address: the target counts as busy by it.
	erasedCallbacks = `line = ? AND desk = ? AND erased_ms = 0 AND ended_ms > 0 AND ended_ms < ?
		AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.callback_id = callbacks.id AND a.state <> 'ended')`
	erasedMessages    = `line = ? AND desk = ? AND erased_ms = 0 AND received_ms < ?`
	erasedCallRecords = `line = ? AND desk = ? AND erased_ms = 0 AND began_ms < ?`
)

// RecordingsOf implements [callbacks.Store].
func (s *Store) RecordingsOf(ctx context.Context, d callbacks.Desk, before time.Time) (sids []string, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT note_sid FROM callbacks WHERE note_sid <> '' AND `+erasedCallbacks+`
		UNION SELECT recording_sid FROM messages WHERE recording_sid <> '' AND `+erasedMessages+` ORDER BY 1`,
		d.Line, d.Desk, ms(before), d.Line, d.Desk, ms(before))
	if err != nil {
		return nil, s.wrap("list recordings", err)
	}
	defer func() { err = s.wrap("list recordings", errors.Join(err, rows.Close())) }()
	for rows.Next() {
		var sid string
		if err := rows.Scan(&sid); err != nil {
			return nil, err
		}
		sids = append(sids, sid)
	}
	return sids, rows.Err()
}

// Erase implements [callbacks.Store].
func (s *Store) Erase(ctx context.Context, d callbacks.Desk, before, now time.Time) (int, error) {
	var erased int64
	err := s.inTx(ctx, "erase", func(tx conn) error {
		of := []any{d.Line, d.Desk, ms(before)}
		for _, behind := range []string{ // what hangs on promises goes while it can be told by them
			`UPDATE attempts SET target_address = '', from_number = '', call_sid = '' WHERE callback_id IN`,
			`UPDATE sms SET body = '', message_sid = '', state = CASE WHEN state = 'waiting' THEN 'dropped' ELSE state END WHERE callback_id IN`,
		} {
			if _, err := tx.ExecContext(ctx, behind+` (SELECT id FROM callbacks WHERE `+erasedCallbacks+`)`, of...); err != nil {
				return err
			}
		}
		for _, rows := range []string{
			`UPDATE callbacks SET number = '', caller = '', account = '', answers = '', note_sid = '', note_url = '', erased_ms = ? WHERE ` + erasedCallbacks,
			`UPDATE messages SET caller = '', account = '', answers = '', recording_sid = '', recording_url = '', erased_ms = ? WHERE ` + erasedMessages,
			`UPDATE call_records SET caller = '', account = '', answers = '', erased_ms = ? WHERE ` + erasedCallRecords,
		} {
			res, err := tx.ExecContext(ctx, rows, append([]any{ms(now)}, of...)...)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			erased += n
		}
		return nil
	})
	if err != nil || erased == 0 {
		return 0, err
	}
	if s.dialect.Erased != nil {
		return int(erased), s.wrap("after erasing", s.dialect.Erased(ctx, s.writer))
	}
	return int(erased), nil
}

// Report implements [callbacks.Store].
func (s *Store) Report(ctx context.Context, from, to time.Time) (list []callbacks.Report, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT line, sum(called), sum(done), sum(cancelled), sum(expired),
			sum(undialable), sum(open), sum(messages), sum(contacts) FROM (
		SELECT line,
			CASE WHEN called_ms >= ?1 AND called_ms < ?2 THEN 1 ELSE 0 END AS called,
			CASE WHEN state = 'done' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS done,
			CASE WHEN state = 'cancelled' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS cancelled,
			CASE WHEN state = 'expired' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS expired,
			CASE WHEN state = 'undialable' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS undialable,
			CASE WHEN `+openStates+` THEN 1 ELSE 0 END AS open, 0 AS messages, 0 AS contacts FROM callbacks
		UNION ALL
		SELECT line, 0, 0, 0, 0, 0, 0, CASE WHEN received_ms >= ?1 AND received_ms < ?2 THEN 1 ELSE 0 END, 0 FROM messages
		UNION ALL
		SELECT line, 0, 0, 0, 0, 0, 0, 0, CASE WHEN began_ms >= ?1 AND began_ms < ?2 THEN 1 ELSE 0 END FROM call_records) AS counted
		GROUP BY line ORDER BY line`, ms(from), ms(to))
	if err != nil {
		return nil, s.wrap("report", err)
	}
	defer func() { err = s.wrap("report", errors.Join(err, rows.Close())) }()
	for rows.Next() {
		var r callbacks.Report
		if err := rows.Scan(&r.Line, &r.Called, &r.Done, &r.Cancelled, &r.Expired, &r.Undialable, &r.Open, &r.Messages, &r.CallRecords); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// LastRun implements [callbacks.Store].
func (s *Store) LastRun(ctx context.Context, job string) (time.Time, error) {
	var last int64
	err := s.read.QueryRowContext(ctx, `SELECT last_run_ms FROM jobs WHERE name = ?`, job).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return instant(last), s.wrap("read a job's last run", err)
}

// BeginJob implements [callbacks.Store].
func (s *Store) BeginJob(ctx context.Context, job string, last, now time.Time, lease time.Duration) (mine bool, err error) {
	err = s.inTx(ctx, "begin a job", func(tx conn) error {
		res, err := tx.ExecContext(ctx, `UPDATE jobs SET leased_until_ms = ? WHERE name = ? AND last_run_ms = ? AND leased_until_ms <= ?`,
			ms(now.Add(lease)), job, ms(last), ms(now))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		mine = n > 0
		return err
	})
	return mine && err == nil, err
}

// SetLastRun implements [callbacks.Store].
func (s *Store) SetLastRun(ctx context.Context, job string, at time.Time) error {
	return s.inTx(ctx, "write a job's last run", func(tx conn) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO jobs (name, last_run_ms) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET last_run_ms = excluded.last_run_ms, leased_until_ms = 0`, job, ms(at))
		return err
	})
}

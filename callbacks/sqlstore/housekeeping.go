package sqlstore

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// What a [callbacks.Housekeeper] needs: when jobs ran, the report, and what is erased.

// LastRun implements [callbacks.HousekeeperStore].
func (s *Store) LastRun(ctx context.Context, job string) (time.Time, error) {
	last, err := instantOf(ctx, s.read, `SELECT last_run_ms FROM jobs WHERE name = ?`, job)
	return last, s.wrap("read a job's last run", err)
}

// BeginJob implements [callbacks.HousekeeperStore].
func (s *Store) BeginJob(ctx context.Context, job string, last, now time.Time, lease time.Duration) (bool, error) {
	n, err := s.exec(ctx, "begin a job",
		`UPDATE jobs SET leased_until_ms = ? WHERE name = ? AND last_run_ms = ? AND leased_until_ms <= ?`,
		ms(now.Add(lease)), job, ms(last), ms(now))
	return n > 0, err
}

// SetLastRun implements [callbacks.HousekeeperStore].
func (s *Store) SetLastRun(ctx context.Context, job string, at time.Time) error {
	_, err := s.exec(ctx, "write a job's last run", `INSERT INTO jobs (name, last_run_ms) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET last_run_ms = excluded.last_run_ms, leased_until_ms = 0`, job, ms(at))
	return err
}

func reportColumns(r *callbacks.Report) columns {
	return columns{
		{"line", &r.Line}, {"called", &r.Called}, {"done", &r.Done}, {"cancelled", &r.Cancelled},
		{"expired", &r.Expired},
		{"undialable", &r.Undialable}, {"open", &r.Open}, {"messages", &r.Messages}, {"call_records", &r.CallRecords},
	}
}

// Report implements [callbacks.HousekeeperStore].
func (s *Store) Report(ctx context.Context, from, to time.Time) (list []callbacks.Report, err error) {
	list, err = rows(ctx, s.read, reportColumns, `SELECT line, sum(called), sum(done), sum(cancelled), sum(expired),
			sum(undialable), sum(open), sum(messages), sum(call_records) FROM (
		SELECT line,
			CASE WHEN called_ms >= ?1 AND called_ms < ?2 THEN 1 ELSE 0 END AS called,
			CASE WHEN state = 'done' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS done,
			CASE WHEN state = 'cancelled' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS cancelled,
			CASE WHEN state = 'expired' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS expired,
			CASE WHEN state = 'undialable' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS undialable,
			CASE WHEN `+openStates+` THEN 1 ELSE 0 END AS open, 0 AS messages, 0 AS call_records FROM callbacks
		UNION ALL
		SELECT line, 0, 0, 0, 0, 0, 0, CASE WHEN received_ms >= ?1 AND received_ms < ?2 THEN 1 ELSE 0 END, 0
			FROM messages
		UNION ALL
		SELECT line, 0, 0, 0, 0, 0, 0, 0, CASE WHEN began_ms >= ?1 AND began_ms < ?2 THEN 1 ELSE 0 END
			FROM call_records) AS counted
		GROUP BY line ORDER BY line`, ms(from), ms(to))
	return list, s.wrap("report", err)
}

// Forget implements [callbacks.HousekeeperStore].
func (s *Store) Forget(ctx context.Context, before, now time.Time) error {
	return s.inTx(ctx, "forget what limits counted", func(tx conn) error {
		for query, at := range map[string]time.Time{
			`DELETE FROM callback_requests WHERE requested_ms < ?`: before,
			`DELETE FROM wrong_proofs WHERE given_ms < ?`:          before,
			`DELETE FROM silenced_numbers WHERE until_ms <= ?`:     now,
		} {
			if _, err := tx.exec(ctx, query, ms(at)); err != nil {
				return err
			}
		}
		return nil
	})
}

// HoldingPersonalData implements [callbacks.HousekeeperStore].
func (s *Store) HoldingPersonalData(ctx context.Context) ([]callbacks.Desk, error) {
	return s.desks(ctx, "list what is kept", `SELECT line, desk FROM callbacks WHERE erased_ms = 0 AND ended_ms > 0
		UNION SELECT line, desk FROM messages WHERE erased_ms = 0
		UNION SELECT line, desk FROM call_records WHERE erased_ms = 0
		UNION SELECT line, desk FROM sms WHERE alert_key <> '' AND body <> '' ORDER BY line, desk`)
}

// desks runs a query for lines and desks.
func (s *Store) desks(ctx context.Context, what, query string) ([]callbacks.Desk, error) {
	of := func(d *callbacks.Desk) columns { return columns{{"line", &d.Line}, {"desk", &d.Desk}} }
	list, err := rows(ctx, s.read, of, query)
	return list, s.wrap(what, err)
}

// What Erase takes of a desk: line, desk, before.
const (
	// An active attempt keeps its address: the target counts as busy by it.
	erasedCallbacks = `line = ? AND desk = ? AND erased_ms = 0 AND ended_ms > 0 AND ended_ms < ?
		AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.callback_id = callbacks.id AND a.state <> 'ended')`
	erasedMessages    = `line = ? AND desk = ? AND erased_ms = 0 AND received_ms < ?`
	erasedCallRecords = `line = ? AND desk = ? AND erased_ms = 0 AND began_ms < ?`
)

// RecordingsOf implements [callbacks.HousekeeperStore].
func (s *Store) RecordingsOf(ctx context.Context, d callbacks.Desk, before time.Time) (sids []string, err error) {
	sids, err = rows(ctx, s.read, only[string],
		`SELECT note_sid FROM callbacks WHERE note_sid <> '' AND `+erasedCallbacks+`
		UNION SELECT recording_sid FROM messages WHERE recording_sid <> '' AND `+erasedMessages+` ORDER BY 1`,
		d.Line, d.Desk, ms(before), d.Line, d.Desk, ms(before))
	return sids, s.wrap("list recordings", err)
}

// Erase implements [callbacks.HousekeeperStore].
func (s *Store) Erase(ctx context.Context, d callbacks.Desk, before, now time.Time) (int, error) {
	of := []any{d.Line, d.Desk, ms(before)}
	r, err := s.erase(ctx, "erase", false, selection{
		callbacks: condition{erasedCallbacks, of}, messages: condition{erasedMessages, of},
		callRecords: condition{erasedCallRecords, of},
		alerts:      condition{`line = ? AND desk = ? AND created_ms < ?`, of},
	}, nil, now)
	return r.Callbacks + r.Messages + r.CallRecords + r.Alerts, err
}

package sqlstore

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// HoldingPersonalData implements [callbacks.HousekeeperStore].
func (s *Store) HoldingPersonalData(ctx context.Context) ([]callbacks.Desk, error) {
	return s.desks(ctx, "list what is kept", `SELECT line, desk FROM callbacks WHERE erased_ms = 0 AND ended_ms > 0
		UNION SELECT line, desk FROM messages WHERE erased_ms = 0
		UNION SELECT line, desk FROM call_records WHERE erased_ms = 0 ORDER BY line, desk`)
}

// desks runs a query for lines and desks.
func (s *Store) desks(ctx context.Context, what, query string) ([]callbacks.Desk, error) {
	rows, err := s.read.QueryContext(ctx, query)
	list, err := collect(rows, err, func(d *callbacks.Desk) columns { return columns{{"line", &d.Line}, {"desk", &d.Desk}} })
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
	rows, err := s.read.QueryContext(ctx, `SELECT note_sid FROM callbacks WHERE note_sid <> '' AND `+erasedCallbacks+`
		UNION SELECT recording_sid FROM messages WHERE recording_sid <> '' AND `+erasedMessages+` ORDER BY 1`,
		d.Line, d.Desk, ms(before), d.Line, d.Desk, ms(before))
	sids, err = collect(rows, err, text)
	return sids, s.wrap("list recordings", err)
}

// Erase implements [callbacks.HousekeeperStore].
func (s *Store) Erase(ctx context.Context, d callbacks.Desk, before, now time.Time) (int, error) {
	var erased int64
	err := s.inTx(ctx, "erase", func(tx conn) error {
		of := []any{d.Line, d.Desk, ms(before)}
		for _, behind := range []string{ // what belongs to callbacks goes while they still tell which it is
			`UPDATE attempts SET target_address = '', from_number = '', call_sid = '' WHERE callback_id IN`,
			`UPDATE sms SET body = '', message_sid = '', state = CASE WHEN state = 'waiting' THEN 'dropped' ELSE state END
				WHERE callback_id IN`,
		} {
			if _, err := tx.ExecContext(ctx, behind+` (SELECT id FROM callbacks WHERE `+erasedCallbacks+`)`, of...); err != nil {
				return err
			}
		}
		for _, rows := range []string{
			`UPDATE callbacks SET number = '', caller = '', account = '', answers = '', note_sid = '', note_url = '',
				erased_ms = ? WHERE ` + erasedCallbacks,
			`UPDATE messages SET caller = '', account = '', answers = '', recording_sid = '', recording_url = '',
				erased_ms = ? WHERE ` + erasedMessages,
			`UPDATE call_records SET caller = '', account = '', answers = '', erased_ms = ? WHERE ` + erasedCallRecords,
		} {
			n, err := tx.affect(ctx, rows, append([]any{ms(now)}, of...)...)
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

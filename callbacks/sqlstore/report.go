package sqlstore

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Report implements [callbacks.HousekeeperStore].
func (s *Store) Report(ctx context.Context, from, to time.Time) (list []callbacks.Report, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT line, sum(called), sum(done), sum(cancelled), sum(expired),
			sum(undialable), sum(open), sum(messages), sum(call_records) FROM (
		SELECT line,
			CASE WHEN called_ms >= ?1 AND called_ms < ?2 THEN 1 ELSE 0 END AS called,
			CASE WHEN state = 'done' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS done,
			CASE WHEN state = 'cancelled' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS cancelled,
			CASE WHEN state = 'expired' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS expired,
			CASE WHEN state = 'undialable' AND ended_ms >= ?1 AND ended_ms < ?2 THEN 1 ELSE 0 END AS undialable,
			CASE WHEN `+openStates+` THEN 1 ELSE 0 END AS open, 0 AS messages, 0 AS call_records FROM callbacks
		UNION ALL
		SELECT line, 0, 0, 0, 0, 0, 0, CASE WHEN received_ms >= ?1 AND received_ms < ?2 THEN 1 ELSE 0 END, 0 FROM messages
		UNION ALL
		SELECT line, 0, 0, 0, 0, 0, 0, 0, CASE WHEN began_ms >= ?1 AND began_ms < ?2 THEN 1 ELSE 0 END
			FROM call_records) AS counted
		GROUP BY line ORDER BY line`, ms(from), ms(to))
	list, err = collect(rows, err, func(r *callbacks.Report) columns {
		return columns{
			{"line", &r.Line}, {"called", &r.Called}, {"done", &r.Done}, {"cancelled", &r.Cancelled}, {"expired", &r.Expired},
			{"undialable", &r.Undialable}, {"open", &r.Open}, {"messages", &r.Messages}, {"call_records", &r.CallRecords},
		}
	})
	return list, s.wrap("report", err)
}

package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// within is nil when one more promise keeps the limits.
func within(ctx context.Context, tx conn, r callbacks.Request) error {
	if r.PerDay > 0 {
		var n int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM callbacks WHERE line = ? AND number = ? AND called_ms >= ?`,
			r.Line, r.Number, ms(r.DayBegan)).Scan(&n)
		if err != nil {
			return err
		}
		if n >= r.PerDay {
			return callbacks.ErrPerDay
		}
	}
	if r.Pending > 0 && !r.Urgent {
		var n int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM callbacks WHERE `+openStates+` AND line = ? AND urgent = ?
			LIMIT ?) AS pending`, r.Line, false, r.Pending).Scan(&n)
		if err != nil {
			return err
		}
		if n >= r.Pending {
			return callbacks.ErrPending
		}
	}
	return nil
}

// spread is when a promise falls due that would fall due together with others: a step behind the last of them.
func spread(ctx context.Context, tx conn, r callbacks.Request) (time.Time, error) {
	if r.Spread <= 0 || r.Kind != callbacks.ASAP {
		return r.Due, nil
	}
	var last sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT max(due_ms) FROM callbacks WHERE state = 'booked' AND line = ? AND desk = ?
		AND kind = 'asap' AND due_ms >= ? AND due_ms <= ?`, r.Line, r.Desk, ms(r.Due), ms(r.SpreadEnd)).Scan(&last)
	if err != nil || !last.Valid {
		return r.Due, err
	}
	due := instant(last.Int64).Add(r.Spread)
	if due.After(r.SpreadEnd) {
		due = r.SpreadEnd
	}
	return due.UTC(), nil
}

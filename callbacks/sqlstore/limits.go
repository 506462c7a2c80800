package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// bookingAtOnce is how many may be booking at the same moment, all instances together: more than a database has connections.
const bookingAtOnce = 200

// within is nil when one more promise keeps the limits. Whoever counts the same waits until this one is written; not
// everybody of a line, though, while the line's limit is far.
func within(ctx context.Context, tx conn, r callbacks.Request) error {
	if r.PerDay > 0 {
		if err := tx.serialize(ctx, "number/"+r.Line+"/"+r.Number); err != nil {
			return err
		}
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
	if r.Pending <= 0 || r.Urgent {
		return nil
	}
	n, err := pending(ctx, tx, r)
	if err == nil && n > r.Pending-bookingAtOnce {
		if err = tx.serialize(ctx, "pending/"+r.Line); err == nil {
			n, err = pending(ctx, tx, r)
		}
	}
	if err == nil && n >= r.Pending {
		err = callbacks.ErrPending
	}
	return err
}

// pending is how many ordinary promises of a line stand, as far as that matters.
func pending(ctx context.Context, tx conn, r callbacks.Request) (n int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM callbacks WHERE `+openStates+` AND line = ? AND urgent = ?
		LIMIT ?) AS pending`, r.Line, false, r.Pending).Scan(&n)
	return n, err
}

// putOff is how long after a call a promise falls due that waits for an opening; those of the day come while its caller is
// hardly off the line.
const putOff = 5 * time.Minute

// spread is when a promise falls due that would fall due together with others: a step behind the last of them.
func spread(ctx context.Context, tx conn, r callbacks.Request) (time.Time, error) {
	if r.Spread <= 0 || r.Kind != callbacks.ASAP {
		return r.Due, nil
	}
	if err := tx.serialize(ctx, "desk/"+r.Line+"/"+r.Desk); err != nil {
		return r.Due, err
	}
	var last sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT max(due_ms) FROM callbacks WHERE state = 'booked' AND line = ? AND desk = ?
		AND kind = 'asap' AND due_ms >= ? AND due_ms <= ? AND pass = 0 AND priority >= ? AND due_ms > called_ms + ?`,
		r.Line, r.Desk, ms(r.Due), ms(r.SpreadEnd), r.Priority, putOff.Milliseconds()).Scan(&last)
	if err != nil || !last.Valid {
		return r.Due, err
	}
	due := instant(last.Int64).Add(r.Spread)
	if due.After(r.SpreadEnd) {
		due = r.SpreadEnd
	}
	return due.UTC(), nil
}

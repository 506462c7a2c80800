package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// bookingAtOnce is how many may be booking at the same moment, all instances together: more than a database has
// connections.
const bookingAtOnce = 200

// An ask is a callback that a caller books or moves, as far as it is counted.
type ask struct {
	key, line, caller, number string
	urgent, moves             bool
	at                        time.Time
	limits                    callbacks.CallerLimits
}

// counted is false for a request that no caller made.
func (a ask) counted() bool { return a.limits != callbacks.CallerLimits{} }

// byOther is true when somebody asks who does not ring from the number.
func (a ask) byOther() bool { return a.caller != a.number }

// someone is the calling number, or NULL, which is equal to nothing.
func (a ask) someone() any {
	if a.caller == "" {
		return nil
	}
	return a.caller
}

// queue waits until no other transaction counts the same. The order is always this one, and before rows are locked, so
// that no two wait for each other.
func (a ask) queue(ctx context.Context, tx conn) error {
	who := "caller/" + a.caller
	if a.caller == "" {
		who = "anonymous/" + a.line
	}
	if err := tx.serialize(ctx, who); err != nil || !a.byOther() {
		return err
	}
	return tx.serialize(ctx, "number/"+a.number)
}

// How often something was asked for, and what is open; ?1 is the caller, NULL for an anonymous one, ?2 the number, ?3
// the line, ?4 an hour and ?5 a day ago, ?6 now, ?7 true, and ?8 the caller again. The anonymous ones of a line are
// one caller together.
const counts = `SELECT
	(SELECT count(*) FROM callback_requests WHERE caller <> '' AND caller = ?1 AND requested_ms > ?4),
	(SELECT count(*) FROM callback_requests WHERE caller <> '' AND caller = ?1 AND requested_ms > ?5),
	(SELECT count(*) FROM callback_requests WHERE caller <> number AND number = ?2 AND requested_ms > ?4),
	(SELECT count(*) FROM callback_requests WHERE caller <> number AND number = ?2 AND requested_ms > ?5),
	(SELECT count(*) FROM callback_requests WHERE caller = '' AND line = ?3 AND requested_ms > ?4),
	(SELECT count(*) FROM callbacks WHERE ` + openStates + ` AND caller = ?1),
	(SELECT count(*) FROM callbacks WHERE ` + openStates + ` AND caller = ?8 AND (caller <> '' OR line = ?3)
		AND urgent = ?7 AND number <> caller),
	(SELECT count(*) FROM callbacks WHERE ` + openStates + ` AND number = ?2 AND urgent = ?7 AND number <> caller),
	(SELECT count(*) FROM silenced_numbers WHERE number = ?2 AND until_ms > ?6)`

// within is nil when the limits bear one more. The caller has queued.
func (a ask) within(ctx context.Context, tx conn) error {
	var callerHour, callerDay, numberHour, numberDay, anonymousHour, open, urgentOfCaller, urgentForNumber, silenced int
	hour, day := a.at.Add(-time.Hour), a.at.Add(-24*time.Hour)
	err := tx.QueryRowContext(ctx, counts, a.someone(), a.number, a.line, ms(hour), ms(day), ms(a.at),
		true, a.caller).
		Scan(&callerHour, &callerDay, &numberHour, &numberDay, &anonymousHour, &open, &urgentOfCaller, &urgentForNumber,
			&silenced)
	if err != nil {
		return err
	}
	reached := func(n, most int) bool { return most > 0 && n >= most }
	l, books := a.limits, !a.moves
	switch {
	case a.caller == "" && reached(anonymousHour, l.AnonymousHour):
		return callbacks.ErrAnonymousLimit
	case a.caller != "" && (reached(callerHour, l.CallerHour) || reached(callerDay, l.CallerDay)):
		return callbacks.ErrCallerLimit
	case a.caller != "" && books && reached(open, l.OpenPerCaller):
		return callbacks.ErrOpenLimit
	case !a.byOther():
		return nil
	case silenced > 0:
		return callbacks.ErrSilenced
	case a.caller == "" && books && a.urgent && urgentOfCaller > 0:
		return callbacks.ErrAnonymousLimit
	case reached(numberHour, l.NumberHour) || reached(numberDay, l.NumberDay), books && a.urgent &&
		urgentOfCaller+urgentForNumber > 0:
		return callbacks.ErrNumberLimit
	}
	return nil
}

// write counts it from now on.
func (a ask) write(ctx context.Context, tx conn) error {
	if !a.counted() {
		return nil
	}
	_, err := tx.ExecContext(ctx,
		`INSERT INTO callback_requests (request_key, line, caller, number, requested_ms) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, a.key, a.line, a.caller, a.number, ms(a.at))
	return err
}

// askOf is the request for a callback.
func askOf(r callbacks.Request) ask {
	return ask{
		key: r.Key, line: r.Line, caller: r.Caller, number: r.Number, urgent: r.Urgent, at: orElse(r.Asked,
			r.Called), limits: r.CallerLimits,
	}
}

// askToMove is the request for another time.
func askToMove(m callbacks.Move, c callbacks.Callback) ask {
	return ask{
		key: m.Key, line: c.Line, caller: m.Caller, number: c.Number, urgent: c.Urgent, moves: true, at: m.Asked,
		limits: m.Limits,
	}
}

// within is nil when one more callback keeps the limits. Others who count the same wait until this one is written; not
// everybody of a line, though, while the line's limit is far.
func within(ctx context.Context, tx conn, r callbacks.Request) error {
	if a := askOf(r); a.counted() {
		if err := a.queue(ctx, tx); err != nil {
			return err
		}
		if err := a.within(ctx, tx); err != nil {
			return err
		}
	}
	if r.MaxOpen <= 0 || r.Urgent {
		return nil
	}
	n, err := openOfLine(ctx, tx, r)
	if err == nil && n > r.MaxOpen-bookingAtOnce {
		if err = tx.serialize(ctx, "open/"+r.Line); err == nil {
			n, err = openOfLine(ctx, tx, r)
		}
	}
	if err == nil && n >= r.MaxOpen {
		err = callbacks.ErrMaxOpen
	}
	return err
}

// openOfLine is how many ordinary callbacks of a line are open, as far as that matters.
func openOfLine(ctx context.Context, tx conn, r callbacks.Request) (n int, err error) {
	err = tx.QueryRowContext(ctx,
		`SELECT count(*) FROM (SELECT 1 FROM callbacks WHERE `+openStates+` AND line = ? AND urgent = ?
		LIMIT ?) AS pending`, r.Line, false, r.MaxOpen).Scan(&n)
	return n, err
}

// putOff is how long after a call a callback falls due that waits for an opening; those of the day come while its
// caller is hardly off the line.
const putOff = 5 * time.Minute

// spread is when a callback falls due that would fall due together with others: a step behind the last of them.
func spread(ctx context.Context, tx conn, r callbacks.Request) (time.Time, error) {
	if r.OpeningSpacing <= 0 || r.Kind != callbacks.ASAP {
		return r.Due, nil
	}
	if err := tx.serialize(ctx, "desk/"+r.Line+"/"+r.Desk); err != nil {
		return r.Due, err
	}
	var last sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT max(due_ms) FROM callbacks WHERE state = 'booked' AND line = ? AND desk = ?
		AND kind = 'asap' AND due_ms >= ? AND due_ms <= ? AND pass = 0 AND priority >= ? AND due_ms > called_ms + ?`,
		r.Line, r.Desk, ms(r.Due), ms(r.SpacingEnd), r.Priority, putOff.Milliseconds()).Scan(&last)
	if err != nil || !last.Valid {
		return r.Due, err
	}
	due := instant(last.Int64).Add(r.OpeningSpacing)
	if due.After(r.SpacingEnd) {
		due = r.SpacingEnd
	}
	return due.UTC(), nil
}

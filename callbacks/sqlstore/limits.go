package sqlstore

import (
	"context"
	"slices"
	"strings"
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

// A bound is how many rows of a kind there may be before another one is refused.
type bound struct {
	// counts is false where the bound does not apply. most may be 0: there is no bound.
	counts  bool
	most    int
	refusal error
	// rows is what follows FROM in a query for them.
	rows string
	args []any
}

// refuse is the refusal of the first bound that is reached, nil if none is. One query counts for all of them.
func refuse(ctx context.Context, tx conn, bounds []bound) error {
	bounds = slices.DeleteFunc(bounds, func(b bound) bool { return !b.counts || b.most <= 0 })
	if len(bounds) == 0 {
		return nil
	}
	var counts []string
	var args []any
	for _, b := range bounds {
		counts, args = append(counts, "(SELECT count(*) FROM "+b.rows+")"), append(args, b.args...)
	}
	found, err := first(rows(ctx, tx, func(n *[]int) (list columns) {
		*n = make([]int, len(bounds))
		for i := range bounds {
			list = append(list, column{"", &(*n)[i]})
		}
		return list
	}, "SELECT "+strings.Join(counts, ", "), args...))
	if err != nil {
		return err
	}
	for i, b := range bounds {
		if found[i] >= b.most {
			return b.refusal
		}
	}
	return nil
}

// within is nil when the limits bear one more. The caller has queued. The anonymous callers of a line are one caller
// together.
func (a ask) within(ctx context.Context, tx conn) error {
	const (
		byCaller = `callback_requests WHERE caller = ? AND requested_ms > ?`
		byLine   = `callback_requests WHERE caller = '' AND line = ? AND requested_ms > ?`
		byOthers = `callback_requests WHERE caller <> number AND number = ? AND requested_ms > ?`
		open     = `callbacks WHERE ` + openStates + ` AND `
		urgent   = open + `urgent = TRUE AND number <> caller AND `
	)
	hour, day := ms(a.at.Add(-time.Hour)), ms(a.at.Add(-24*time.Hour))
	known, other := a.caller != "", a.byOther()
	urgentForOther := other && a.urgent && !a.moves
	return refuse(ctx, tx, []bound{
		{!known, a.limits.AnonymousHour, callbacks.ErrAnonymousLimit, byLine, []any{a.line, hour}},
		{known, a.limits.CallerHour, callbacks.ErrCallerLimit, byCaller, []any{a.caller, hour}},
		{known, a.limits.CallerDay, callbacks.ErrCallerLimit, byCaller, []any{a.caller, day}},
		{known && !a.moves, a.limits.OpenPerCaller, callbacks.ErrOpenLimit, open + `caller = ?`, []any{a.caller}},
		{other, 1, callbacks.ErrSilenced, `silenced_numbers WHERE number = ? AND until_ms > ?`,
			[]any{a.number, ms(a.at)}},
		{urgentForOther && !known, 1, callbacks.ErrAnonymousLimit, urgent + `caller = '' AND line = ?`, []any{a.line}},
		{other, a.limits.NumberHour, callbacks.ErrNumberLimit, byOthers, []any{a.number, hour}},
		{other, a.limits.NumberDay, callbacks.ErrNumberLimit, byOthers, []any{a.number, day}},
		{urgentForOther && known, 1, callbacks.ErrNumberLimit, urgent + `caller = ?`, []any{a.caller}},
		{urgentForOther, 1, callbacks.ErrNumberLimit, urgent + `number = ?`, []any{a.number}},
	})
}

// write counts it from now on.
func (a ask) write(ctx context.Context, tx conn) error {
	if !a.counted() {
		return nil
	}
	_, err := tx.exec(ctx, `INSERT INTO callback_requests
		(request_key, line, caller, number, requested_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, a.key, a.line,
		a.caller, a.number, ms(a.at))
	return err
}

// askOf is the request for a callback.
func askOf(r callbacks.Request) ask {
	return ask{
		key: r.Key, line: r.Line, caller: r.Caller, number: r.Number, urgent: r.Urgent,
		at: orElse(r.Asked, r.Called), limits: r.CallerLimits,
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

// openOfLine is how many ordinary callbacks of a line are open, as far as that matters. Tasks ring nobody.
func openOfLine(ctx context.Context, tx conn, r callbacks.Request) (int, error) {
	// the states are those of the index callbacks_of_line, word for word
	return value[int](ctx, tx, `SELECT count(*) FROM (SELECT 1 FROM callbacks
		WHERE state IN ('booked', 'dialling', 'agent-reached', 'customer-reached')
		AND line = ? AND urgent = ? LIMIT ?) AS pending`, r.Line, false, r.MaxOpen)
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
	last, err := instantOf(ctx, tx, `SELECT max(due_ms) FROM callbacks WHERE state = 'booked' AND line = ? AND desk = ?
		AND kind = 'asap' AND due_ms >= ? AND due_ms <= ? AND pass = 0 AND priority >= ? AND due_ms > called_ms + ?`,
		r.Line, r.Desk, ms(r.Due), ms(r.SpacingEnd), r.Priority, putOff.Milliseconds())
	if err != nil || last.IsZero() {
		return r.Due, err
	}
	due := last.Add(r.OpeningSpacing)
	if due.After(r.SpacingEnd) {
		due = r.SpacingEnd
	}
	return due.UTC(), nil
}

// Check implements [callbacks.Store].
func (s *Store) Check(ctx context.Context, p callbacks.Proof,
	correct func(callbacks.Callback) bool) (c callbacks.Callback, ok bool, err error) {
	err = s.inTx(ctx, "check a proof", func(tx conn) (err error) {
		ok = false
		for _, who := range []string{p.Caller, p.Number} { // before the callback is locked, as everywhere
			if who == "" {
				continue
			}
			if err := tx.serialize(ctx, "proofs/"+who); err != nil {
				return err
			}
		}
		if p.ID != 0 {
			r, err := oneCallback(ctx, tx, "id = ?", p.ID)
			if c = r.Callback; err != nil {
				return err
			}
		}
		seen, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT 1 FROM wrong_proofs WHERE proof_key = ?)`, p.Key)
		if err != nil || seen { // it was written down as wrong before
			return err
		}
		if err := proofWithin(ctx, tx, p); err != nil {
			return err
		}
		if ok = correct(c); ok {
			return nil
		}
		_, err = tx.exec(ctx, `INSERT INTO wrong_proofs (proof_key, callback_id, number, caller, given_ms)
			VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, p.Key, p.ID, p.Number, p.Caller, ms(p.Given))
		return err
	})
	return c, ok && err == nil, err
}

// proofWithin is [callbacks.ErrProofLimit] when none counts now.
func proofWithin(ctx context.Context, tx conn, p callbacks.Proof) error {
	const (
		ofCallback = `wrong_proofs WHERE callback_id = ? AND given_ms > ?`
		ofNumber   = `wrong_proofs WHERE number <> '' AND number = ? AND given_ms > ?`
		ofCaller   = `wrong_proofs WHERE caller <> '' AND caller = ? AND given_ms > ?`
	)
	hour, day := ms(p.Given.Add(-time.Hour)), ms(p.Given.Add(-24*time.Hour))
	return refuse(ctx, tx, []bound{
		{p.ID != 0, p.Hour, callbacks.ErrProofLimit, ofCallback, []any{p.ID, hour}},
		{p.ID != 0, p.Day, callbacks.ErrProofLimit, ofCallback, []any{p.ID, day}},
		{p.Number != "", p.Hour, callbacks.ErrProofLimit, ofNumber, []any{p.Number, hour}},
		{p.Number != "", p.Day, callbacks.ErrProofLimit, ofNumber, []any{p.Number, day}},
		{p.Caller != "", p.Hour, callbacks.ErrProofLimit, ofCaller, []any{p.Caller, hour}},
		{p.Caller != "", p.Day, callbacks.ErrProofLimit, ofCaller, []any{p.Caller, day}},
	})
}

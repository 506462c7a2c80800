package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// errStands: what was to be written, or something in its way, stands.
var errStands = errors.New("a promise stands in the way")

// Book implements [callbacks.Store]. It writes first: that nothing is in the way is known by the indexes, which costs
// nothing, and callers do not wait for each other's commit.
func (s *Store) Book(ctx context.Context, r callbacks.Request, reference string) (b callbacks.Booking, err error) {
	for try := range tries {
		err = s.inTx(ctx, "book", func(tx conn) (err error) {
			b, err = book(ctx, tx, r, reference, try > 0)
			return err
		})
		if !errors.Is(err, errStands) {
			break
		}
	}
	if err != nil {
		return callbacks.Booking{}, err
	}
	return b, nil
}

// book returns errStands when look is not set and something stands; or when it was written since it was looked for.
func book(ctx context.Context, tx conn, r callbacks.Request, reference string, look bool) (callbacks.Booking, error) {
	if look {
		b, err := standing(ctx, tx, r)
		if err == nil && b.Existing && r.OwnerBefore(b.Callback) {
			b, err = giveWay(ctx, tx, b, r)
		}
		if !errors.Is(err, callbacks.ErrNotFound) {
			return b, err
		}
	}
	c, err := selectCallback(ctx, tx, r, reference)
	if ours(err) { // what stands goes before a refusal, and may be the reason for it
		if b, err := standing(ctx, tx, r); !errors.Is(err, callbacks.ErrNotFound) {
			return b, err
		}
	}
	return callbacks.Booking{Callback: c}, err
}

// giveWay ends what somebody else has asked for at the number of the caller, and is [callbacks.ErrNotFound] then; one
// that is being kept just now stands.
func giveWay(ctx context.Context, tx conn, b callbacks.Booking, r callbacks.Request) (callbacks.Booking, error) {
	record, err := load(ctx, tx, b.Callback.ID, "")
	if err != nil || record.Callback.State != callbacks.Booked {
		return b, err
	}
	if err := apply(ctx, tx, &record, r.GiveWay); err != nil {
		return b, err
	}
	return b, callbacks.ErrNotFound
}

// promise writes a promise, unless a limit, a full slot or the reference is in the way.
func selectCallback(ctx context.Context, tx conn, r callbacks.Request, reference string) (c callbacks.Callback, err error) {
	if err := within(ctx, tx, r); err != nil {
		return c, err
	}
	due, err := spread(ctx, tx, r)
	if err != nil {
		return c, err
	}
	r.Due, r.Expires = due, r.Expires.Add(due.Sub(r.Due)) // its time begins when it falls due
	if r.Kind == callbacks.Slot {
		slot := callbacks.Move{Kind: r.Kind, Due: r.Due, SlotEnd: r.SlotEnd, Capacity: r.SlotCapacity}
		if err := room(ctx, tx, r.Line, r.Desk, 0, slot); err != nil {
			return c, err
		}
	}
	if reference, err = referenceFor(ctx, tx, r.CallRecordKey, reference); err != nil {
		return c, err
	}
	if c, err = insert(ctx, tx, r, reference); err != nil {
		return c, err
	}
	if err := askOf(r).write(ctx, tx); err != nil {
		return c, err
	}
	return c, writeSMS(ctx, tx, c, body(r.SMSBody, c), orElse(r.Asked, r.Called))
}

// orElse is the first instant, if there is one.
func orElse(at, otherwise time.Time) time.Time {
	if at.IsZero() {
		return otherwise
	}
	return at
}

// standing is what was booked under the request's key, or else an open promise in its way; [callbacks.ErrNotFound] if there
// is neither.
func standing(ctx context.Context, tx conn, r callbacks.Request) (b callbacks.Booking, err error) {
	// The conditions stand side by side so that each can use its own index.
	const open = ` FROM callbacks WHERE ` + openStates + ` AND line = ?3 AND urgent = ?5 AND `
	row := tx.QueryRowContext(ctx, `SELECT `+callbackColumns+`, way FROM (
		SELECT `+callbackColumns+`, 0 AS way FROM callbacks WHERE request_key = ?1
		UNION ALL SELECT `+callbackColumns+`, 1`+open+`number = ?2
		UNION ALL SELECT `+callbackColumns+`, 2`+open+`account <> '' AND account = ?4) AS standing ORDER BY way LIMIT 1`,
		r.Key, r.Number, r.Line, r.Account, r.Urgent)
	var way int
	b.Callback, _, err = scanCallback(with{row, &way})
	b.Existing = way > 0
	if errors.Is(err, sql.ErrNoRows) {
		return b, callbacks.ErrNotFound
	}
	return b, err
}

// with scans one column more than asked for.
type with struct {
	scanner
	last any
}

func (w with) Scan(into ...any) error { return w.scanner.Scan(append(into, w.last)...) }

// insert returns errStands when there is something in the way. It returns what oneCallback would read.
func insert(ctx context.Context, tx conn, r callbacks.Request, reference string) (callbacks.Callback, error) {
	c := callbacks.Callback{
		Reference: reference, Line: r.Line, Desk: r.Desk, Topic: r.Topic, Language: r.Language, Number: r.Number, Caller: r.Caller,
		Account: r.Account, Answers: r.Answers, Kind: r.Kind, Urgent: r.Urgent, Priority: r.Priority, Called: instant(ms(r.Called)),
		Due: instant(ms(r.Due)), SlotEnd: instant(ms(r.SlotEnd)), Expires: instant(ms(r.Expires)), State: callbacks.Booked,
	}
	var slotStart int64
	if r.Kind == callbacks.Slot {
		slotStart = ms(r.Due)
	}
	err := tx.QueryRowContext(ctx, `INSERT INTO callbacks (request_key, reference, line, desk, topic, language, number,
		caller, account, answers, kind, urgent, priority, called_ms, due_ms, slot_start_ms, slot_end_ms, expires_ms, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		r.Key, c.Reference, c.Line, c.Desk, c.Topic, c.Language, c.Number, c.Caller, c.Account, c.Answers, c.Kind,
		c.Urgent, c.Priority, ms(c.Called), ms(c.Due), slotStart, ms(c.SlotEnd), ms(c.Expires), c.State).Scan(&c.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return c, errStands
	}
	return c, err
}

// referenceFor is the reference of the call's contact, unless a promise or a message has it; else the one given, reserved.
func referenceFor(ctx context.Context, tx conn, record, drawn string) (string, error) {
	if record == "" {
		return drawn, takeReference(ctx, tx, drawn)
	}
	var reference string
	err := tx.QueryRowContext(ctx, `SELECT reference FROM call_records c WHERE call_key = ?
		AND NOT EXISTS (SELECT 1 FROM callbacks WHERE reference = c.reference)
		AND NOT EXISTS (SELECT 1 FROM messages WHERE reference = c.reference)`, record).Scan(&reference)
	if errors.Is(err, sql.ErrNoRows) {
		return drawn, takeReference(ctx, tx, drawn)
	}
	return reference, err
}

// takeReference reserves a reference for a promise, a message or a contact.
func takeReference(ctx context.Context, tx conn, reference string) error {
	res, err := tx.ExecContext(ctx, `INSERT INTO reference_numbers (reference) VALUES (?) ON CONFLICT DO NOTHING`, reference)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return callbacks.ErrReferenceTaken
	}
	return nil
}

// room is nil when one more promise fits into a slot. Slots are compared by overlap and not by their start,
// so that an edit of the slot length does not double the capacity.
func room(ctx context.Context, q conn, line, desk string, except int64, m callbacks.Move) error {
	if m.Capacity <= 0 {
		return nil
	}
	if err := q.serialize(ctx, "desk/"+line+"/"+desk); err != nil { // whoever counts the same waits until this one is written
		return err
	}
	var n int
	err := q.QueryRowContext(ctx, `SELECT count(*) FROM callbacks WHERE `+openStates+` AND line = ? AND desk = ?
		AND kind = 'slot' AND id <> ? AND slot_start_ms < ? AND slot_end_ms > ?`,
		line, desk, except, ms(m.SlotEnd), ms(m.Due)).Scan(&n)
	if err != nil {
		return err
	}
	if n >= m.Capacity {
		return callbacks.ErrSlotFull
	}
	return nil
}

// Callback implements [callbacks.Store].
func (s *Store) Callback(ctx context.Context, id int64) (callbacks.Callback, error) {
	c, _, err := oneCallback(ctx, s.read, "id = ?", id)
	return c, s.wrap("read a promise", err)
}

// OpenFor implements [callbacks.Store].
func (s *Store) OpenFor(ctx context.Context, line, desk, caller string) (callbacks.Callback, bool, error) {
	if caller == "" {
		return callbacks.Callback{}, false, nil
	}
	const newest = ` AND (? = '' OR desk = ?) ORDER BY urgent DESC, called_ms DESC, id DESC LIMIT 1`
	c, _, err := oneCallback(ctx, s.read, openStates+` AND line = ? AND number = ?`+newest, line, caller, desk, desk)
	if errors.Is(err, callbacks.ErrNotFound) {
		c, _, err = oneCallback(ctx, s.read, openStates+` AND line = ? AND caller = ?`+newest, line, caller, desk, desk)
	}
	if errors.Is(err, callbacks.ErrNotFound) {
		return callbacks.Callback{}, false, nil
	}
	return c, err == nil, s.wrap("find an open promise", err)
}

// Move implements [callbacks.Store].
func (s *Store) Move(ctx context.Context, id int64, m callbacks.Move) (callbacks.Callback, error) {
	var c callbacks.Callback
	err := s.inTx(ctx, "move", func(tx conn) (err error) {
		if err := queueToMove(ctx, tx, id, m); err != nil {
			return err
		}
		if c, _, err = oneCallback(ctx, tx, "id = ?", id); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO moves (move_key, callback_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, m.Key, id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // moved already, under this key
		}
		if c.State != callbacks.Booked {
			return callbacks.ErrNotOpen
		}
		if err := moveWithin(ctx, tx, c, m); err != nil {
			return err
		}
		var slotStart int64
		if m.Kind == callbacks.Slot {
			if err := room(ctx, tx, c.Line, c.Desk, id, m); err != nil {
				return err
			}
			slotStart = ms(m.Due)
		}
		_, err = tx.ExecContext(ctx, `UPDATE callbacks SET kind = ?, due_ms = ?, held_ms = 0, slot_start_ms = ?, slot_end_ms = ?,
			expires_ms = ?, rounds = 0, next_target = 0, pass = pass + 1, ready = 0 WHERE id = ?`,
			m.Kind, ms(m.Due), slotStart, ms(m.SlotEnd), ms(m.Expires), id)
		if err != nil {
			return err
		}
		if c, _, err = oneCallback(ctx, tx, "id = ?", id); err != nil {
			return err
		}
		return replaceSMS(ctx, tx, c, body(m.SMSBody, c), m.Asked)
	})
	return c, err
}

// queueToMove waits until nobody else counts what a move counts, before the promise is locked.
func queueToMove(ctx context.Context, tx conn, id int64, m callbacks.Move) error {
	if askToMove(m, callbacks.Callback{}).counted() {
		tx.writes = false // whom it is for never changes, so it is only looked at
		c, _, err := oneCallback(ctx, tx, "id = ?", id)
		if err != nil {
			return err
		}
		return askToMove(m, c).queue(ctx, tx)
	}
	return nil
}

// moveWithin counts a move, unless a limit is in the way.
func moveWithin(ctx context.Context, tx conn, c callbacks.Callback, m callbacks.Move) error {
	a := askToMove(m, c)
	if !a.counted() {
		return nil
	}
	if err := a.within(ctx, tx); err != nil {
		return err
	}
	return a.write(ctx, tx)
}

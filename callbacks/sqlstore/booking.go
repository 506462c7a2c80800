package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// errInTheWay: the request was written before, or an open callback is in its way.
var errInTheWay = errors.New("a callback is in the way")

// Book implements [callbacks.Store]. It writes first: the indexes tell whether anything is in the way, which costs
// nothing, and callers do not wait for each other's commit.
func (s *Store) Book(ctx context.Context, r callbacks.Request, reference string) (b callbacks.Booking, err error) {
	for try := range tries {
		b, err = write(ctx, s, "book", func(tx conn) (callbacks.Booking, error) {
			return book(ctx, tx, r, reference, try > 0)
		})
		if !errors.Is(err, errInTheWay) {
			break
		}
	}
	return b, err
}

// book returns errInTheWay when look is not set and there is something, or when it was written since it was looked for.
func book(ctx context.Context, tx conn, r callbacks.Request, reference string, look bool) (callbacks.Booking, error) {
	if look {
		b, err := existing(ctx, tx, r)
		if err == nil && b.Existing && r.OwnerBefore(b.Callback) {
			b, err = giveWay(ctx, tx, b, r)
		}
		if !errors.Is(err, callbacks.ErrNotFound) {
			return b, err
		}
	}
	c, err := writeCallback(ctx, tx, r, reference)
	if refused(err) { // what is open goes before a refusal, and may be the reason for it
		if b, err := existing(ctx, tx, r); !errors.Is(err, callbacks.ErrNotFound) {
			return b, err
		}
	}
	return callbacks.Booking{Callback: c}, err
}

// existing is what was booked under the request's key, or else an open callback in its way; [callbacks.ErrNotFound] if
// there is neither.
func existing(ctx context.Context, tx conn, r callbacks.Request) (callbacks.Booking, error) {
	// The conditions are apart so that each can use its own index.
	open := ` FROM callbacks WHERE ` + openStates + ` AND line = ?3 AND urgent = ?5 AND `
	type found struct {
		callbackRow
		way int
	}
	f, err := first(rows(ctx, tx, func(f *found) columns { return append(f.columns(), column{"way", &f.way}) },
		`SELECT `+callbackColumns+`, way FROM (
		SELECT `+callbackColumns+`, 0 AS way FROM callbacks WHERE request_key = ?1
		UNION ALL SELECT `+callbackColumns+`, 1`+open+`number = ?2
		UNION ALL SELECT `+callbackColumns+`, 2`+open+`account <> '' AND account = ?4) AS existing
		ORDER BY way LIMIT 1`,
		r.Key, r.Number, r.Line, r.Account, r.Urgent))
	return callbacks.Booking{Callback: f.Callback, Existing: f.way > 0}, err
}

// giveWay ends a callback in whose place another is written, and is [callbacks.ErrNotFound] then; one that is being
// dialled stays.
func giveWay(ctx context.Context, tx conn, b callbacks.Booking, r callbacks.Request) (callbacks.Booking, error) {
	record, err := load(ctx, tx, b.Callback.ID, "")
	if err != nil || record.Callback.State != callbacks.Booked && record.Callback.State != callbacks.Task {
		return b, err
	}
	if err := apply(ctx, tx, &record, r.GiveWay); err != nil {
		return b, err
	}
	return b, callbacks.ErrNotFound
}

// writeCallback writes a callback, unless a limit, a full slot or the reference is in the way.
func writeCallback(ctx context.Context, tx conn, r callbacks.Request,
	reference string) (c callbacks.Callback, err error) {
	if r.Replaces != 0 {
		replaced := callbacks.Booking{Callback: callbacks.Callback{ID: r.Replaces}}
		if _, err := giveWay(ctx, tx, replaced, r); err != nil && !errors.Is(err, callbacks.ErrNotFound) {
			return c, err
		}
	}
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

// insert returns errInTheWay when there is something in the way. It returns what oneCallback would read.
func insert(ctx context.Context, tx conn, r callbacks.Request, reference string) (callbacks.Callback, error) {
	r.Called, r.Due = asStored(r.Called), asStored(r.Due)
	r.SlotEnd, r.Expires = asStored(r.SlotEnd), asStored(r.Expires)
	row := callbackRow{requestKey: r.Key, Callback: r.Callback()}
	row.Reference = reference
	if r.Kind == callbacks.Slot {
		row.slotStart = r.Due
	}
	written := row.columns().without("id")
	id, err := value[int64](ctx, tx, written.insertInto("callbacks")+` ON CONFLICT DO NOTHING RETURNING id`,
		written.values()...)
	if errors.Is(err, callbacks.ErrNotFound) {
		err = errInTheWay
	}
	row.ID = id
	return row.Callback, err
}

// referenceFor is the reference of the call's record, unless a callback or a message has it; else the one given,
// reserved.
func referenceFor(ctx context.Context, tx conn, call, drawn string) (string, error) {
	if call == "" {
		return drawn, takeReference(ctx, tx, drawn)
	}
	reference, err := value[string](ctx, tx, `SELECT reference FROM call_records c WHERE call_key = ?
		AND NOT EXISTS (SELECT 1 FROM callbacks WHERE reference = c.reference)
		AND NOT EXISTS (SELECT 1 FROM messages WHERE reference = c.reference)`, call)
	if errors.Is(err, callbacks.ErrNotFound) {
		return drawn, takeReference(ctx, tx, drawn)
	}
	return reference, err
}

// takeReference reserves a reference for a callback, a message or a call record.
func takeReference(ctx context.Context, tx conn, reference string) error {
	n, err := tx.exec(ctx, `INSERT INTO reference_numbers (reference) VALUES (?) ON CONFLICT DO NOTHING`, reference)
	if err == nil && n == 0 {
		err = callbacks.ErrReferenceTaken
	}
	return err
}

// room is nil when one more callback fits into a slot. Slots are compared by overlap and not by their start,
// so that an edit of the slot length does not double the capacity.
func room(ctx context.Context, q conn, line, desk string, except int64, m callbacks.Move) error {
	if m.Capacity <= 0 {
		return nil
	}
	// others who count the same wait until this one is written
	if err := q.serialize(ctx, "desk/"+line+"/"+desk); err != nil {
		return err
	}
	n, err := value[int](ctx, q, `SELECT count(*) FROM callbacks WHERE `+openStates+` AND line = ? AND desk = ?
		AND kind = 'slot' AND id <> ? AND slot_start_ms < ? AND slot_end_ms > ?`,
		line, desk, except, ms(m.SlotEnd), ms(m.Due))
	if err == nil && n >= m.Capacity {
		err = callbacks.ErrSlotFull
	}
	return err
}

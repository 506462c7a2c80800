package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Book implements [callbacks.Store].
func (s *Store) Book(ctx context.Context, r callbacks.Request, reference string) (callbacks.Booking, error) {
	var b callbacks.Booking
	err := s.inTx(ctx, "book", func(tx conn) error {
		if err := tx.serialize(ctx, "book/"+r.Line); err != nil { // what stands, and what is left of a slot, is counted
			return err
		}
		c, _, err := oneCallback(ctx, tx, "request_key = ?", r.Key)
		if err == nil {
			b = callbacks.Booking{Callback: c}
			return nil
		} else if !errors.Is(err, callbacks.ErrNotFound) {
			return err
		}
		// The conditions stand side by side so that each can use its own index.
		c, _, err = oneCallback(ctx, tx, openStates+` AND line = ? AND number = ? AND urgent = ? LIMIT 1`, r.Line, r.Number, r.Urgent)
		if errors.Is(err, callbacks.ErrNotFound) && r.Account != "" {
			c, _, err = oneCallback(ctx, tx, openStates+` AND account <> '' AND line = ? AND account = ? AND urgent = ? LIMIT 1`, r.Line, r.Account, r.Urgent)
		}
		if err == nil {
			b = callbacks.Booking{Callback: c, Existing: true}
			return nil
		} else if !errors.Is(err, callbacks.ErrNotFound) {
			return err
		}
		if err := within(ctx, tx, r); err != nil {
			return err
		}
		if r.Due, err = spread(ctx, tx, r); err != nil {
			return err
		}
		if r.Kind == callbacks.Slot {
			slot := callbacks.Move{Kind: r.Kind, Due: r.Due, SlotEnd: r.SlotEnd, Capacity: r.SlotCapacity}
			if err := room(ctx, tx, r.Line, r.Desk, 0, slot); err != nil {
				return err
			}
		}
		reference, err := referenceFor(ctx, tx, r.Contact, reference)
		if err != nil {
			return err
		}
		if b.Callback, err = insert(ctx, tx, r, reference); err != nil {
			return err
		}
		return writeText(ctx, tx, b.Callback, body(r.Text, b.Callback), r.Called)
	})
	if err != nil {
		return callbacks.Booking{}, err
	}
	return b, nil
}

func insert(ctx context.Context, tx conn, r callbacks.Request, reference string) (callbacks.Callback, error) {
	var slotStart int64
	if r.Kind == callbacks.Slot {
		slotStart = ms(r.Due)
	}
	var id int64
	err := tx.QueryRowContext(ctx, `INSERT INTO callbacks (request_key, reference, line, desk, topic, language, number,
		caller, account, txn, kind, urgent, priority, called_ms, due_ms, slot_start_ms, slot_end_ms, expires_ms, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		r.Key, reference, r.Line, r.Desk, r.Topic, r.Language, r.Number, r.Caller, r.Account, r.Answers, r.Kind,
		r.Urgent, r.Priority, ms(r.Called), ms(r.Due), slotStart, ms(r.SlotEnd), ms(r.Expires), callbacks.Booked).Scan(&id)
	if err != nil {
		return callbacks.Callback{}, err
	}
	c, _, err := oneCallback(ctx, tx, "id = ?", id)
	return c, err
}

// referenceFor is the reference of the call's contact, unless a promise or a message has it; else the one given, reserved.
func referenceFor(ctx context.Context, tx conn, contact, drawn string) (string, error) {
	var reference string
	err := tx.QueryRowContext(ctx, `SELECT reference FROM contacts c WHERE contact_key = ?
		AND NOT EXISTS (SELECT 1 FROM callbacks WHERE reference = c.reference)
		AND NOT EXISTS (SELECT 1 FROM messages WHERE reference = c.reference)`, contact).Scan(&reference)
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

// Check implements [callbacks.Store].
func (s *Store) Check(ctx context.Context, key string, id int64, limit int, correct func(callbacks.Callback) bool) (callbacks.Callback, bool, error) {
	var c callbacks.Callback
	var ok bool
	err := s.inTx(ctx, "check an answer", func(tx conn) (err error) {
		if c, _, err = oneCallback(ctx, tx, "id = ?", id); err != nil {
			return err
		}
		var wrong int
		var last string
		if err := tx.QueryRowContext(ctx, `SELECT wrong_answers, last_answer FROM callbacks WHERE id = ?`, id).Scan(&wrong, &last); err != nil {
			return err
		}
		if ok = wrong < limit && correct(c); ok || wrong >= limit || key != "" && last == key {
			return nil
		}
		_, err = tx.ExecContext(ctx, `UPDATE callbacks SET wrong_answers = wrong_answers + 1, last_answer = ? WHERE id = ?`, key, id)
		return err
	})
	return c, ok && err == nil, err
}

// Move implements [callbacks.Store].
func (s *Store) Move(ctx context.Context, id int64, m callbacks.Move) (callbacks.Callback, error) {
	var c callbacks.Callback
	err := s.inTx(ctx, "move", func(tx conn) (err error) {
		var line string
		if err := tx.QueryRowContext(ctx, `SELECT line FROM callbacks WHERE id = ?`, id).Scan(&line); errors.Is(err, sql.ErrNoRows) {
			return callbacks.ErrNotFound
		} else if err != nil {
			return err
		}
		if err := tx.serialize(ctx, "book/"+line); err != nil {
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
		return replaceText(ctx, tx, c, body(m.Text, c), m.Asked)
	})
	return c, err
}

package sqlstore

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Move implements [callbacks.Store].
func (s *Store) Move(ctx context.Context, id int64, m callbacks.Move) (callbacks.Callback, error) {
	var row callbackRow
	err := s.inTx(ctx, "move", func(tx conn) (err error) {
		if err := queueToMove(ctx, tx, id, m); err != nil {
			return err
		}
		if row, err = oneCallback(ctx, tx, "id = ?", id); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `INSERT INTO moves (move_key, callback_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, m.Key,
			id)
		if err != nil || n == 0 {
			return err // moved already, under this key
		}
		if row.State != callbacks.Booked && row.State != callbacks.Task {
			return callbacks.ErrNotOpen
		}
		c := &row.Callback
		if err := moveWithin(ctx, tx, *c, m); err != nil {
			return err
		}
		row.slotStart, row.ready = time.Time{}, 0
		if m.Kind == callbacks.Slot {
			if err := room(ctx, tx, c.Line, c.Desk, id, m); err != nil {
				return err
			}
			row.slotStart = m.Due
		}
		c.RingAgain(asStored(m.Due), asStored(m.Expires))
		c.Kind, c.SlotEnd = m.Kind, asStored(m.SlotEnd)
		if err := row.columns().update(ctx, tx, "callbacks", "request_key", "reference"); err != nil {
			return err
		}
		return replaceSMS(ctx, tx, *c, body(m.SMSBody, *c), m.Asked)
	})
	return row.Callback, err
}

// queueToMove waits until nobody else counts what a move counts, before the callback is locked.
func queueToMove(ctx context.Context, tx conn, id int64, m callbacks.Move) error {
	if !askToMove(m, callbacks.Callback{}).counted() {
		return nil
	}
	tx.writes = false // whom it is for never changes, so it is only looked at
	r, err := oneCallback(ctx, tx, "id = ?", id)
	if err != nil {
		return err
	}
	return askToMove(m, r.Callback).queue(ctx, tx)
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

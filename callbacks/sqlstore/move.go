package sqlstore

import (
	"context"

	"github.com/hotline-ivr/hotline/callbacks"
)

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
		n, err := tx.affect(ctx, `INSERT INTO moves (move_key, callback_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, m.Key, id)
		if err != nil || n == 0 {
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
		_, err = tx.ExecContext(ctx,
			`UPDATE callbacks SET kind = ?, due_ms = ?, held_ms = 0, slot_start_ms = ?, slot_end_ms = ?,
			expires_ms = ?, desk_attempts = 0, next_target = 0, pass = pass + 1, ready = 0 WHERE id = ?`,
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

// queueToMove waits until nobody else counts what a move counts, before the callback is locked.
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

package sqlstore

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Disown implements dispatch.Store.
func (s *Store) Disown(ctx context.Context, attemptID string, until time.Time,
	change, end func(*callbacks.Record) error) (callbacks.Record, []callbacks.Callback, error) {
	var r callbacks.Record
	var others []callbacks.Callback
	err := s.inTx(ctx, "silence a number", func(tx conn) error {
		others = nil
		c, err := silence(ctx, tx, attemptID, until)
		if err != nil {
			return err
		}
		if r, err = load(ctx, tx, c.ID, attemptID); err != nil {
			return err
		}
		if err := apply(ctx, tx, &r, change); err != nil {
			return err
		}
		others, err = endOthers(ctx, tx, c, end)
		return err
	})
	return r, others, err
}

// silence keeps others from asking for callbacks to the number of an attempt's callback, which it returns. Nobody who
// asks for one just now is missed by what follows.
func silence(ctx context.Context, tx conn, attemptID string, until time.Time) (callbacks.Callback, error) {
	look := tx
	look.writes = false // whom it is for never changes, and it is locked after the queue
	r, err := oneCallback(ctx, look, "id = (SELECT callback_id FROM attempts WHERE id = ?)", attemptID)
	if err == nil {
		err = tx.serialize(ctx, "number/"+r.Number)
	}
	if err == nil {
		_, err = tx.exec(ctx, `INSERT INTO silenced_numbers (number, until_ms) VALUES (?, ?)
			ON CONFLICT (number) DO UPDATE SET until_ms = excluded.until_ms`, r.Number, ms(until))
	}
	return r.Callback, err
}

// endOthers ends what others have asked for at a number.
func endOthers(ctx context.Context, tx conn, disowned callbacks.Callback,
	end func(*callbacks.Record) error) ([]callbacks.Callback, error) {
	open, err := manyCallbacks(ctx, tx, openStates+` AND number = ? AND caller <> number AND id <> ? ORDER BY id`,
		disowned.Number, disowned.ID)
	if err != nil {
		return nil, err
	}
	var ended []callbacks.Callback
	for _, c := range open {
		r, err := load(ctx, tx, c.ID, "")
		if err != nil {
			return nil, err
		}
		if !r.Callback.Open() { // it has ended since it was listed
			continue
		}
		if err := apply(ctx, tx, &r, end); err != nil {
			return nil, err
		}
		ended = append(ended, r.Callback)
	}
	return ended, nil
}

// Silenced implements [callbacks.Store].
func (s *Store) Silenced(ctx context.Context, number string, now time.Time) (time.Time, error) {
	until, err := silenced(ctx, s.read, number, now)
	return until, s.wrap("look for a silenced number", err)
}

func silenced(ctx context.Context, q conn, number string, now time.Time) (time.Time, error) {
	return instantOf(ctx, q, `SELECT until_ms FROM silenced_numbers WHERE number = ? AND until_ms > ?`, number, ms(now))
}

package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hotline-ivr/hotline/callbacks"
)

// SaveCallRecord implements [callbacks.Store].
func (s *Store) SaveCallRecord(ctx context.Context, c callbacks.CallRecord) (callbacks.CallRecord, error) {
	var saved callbacks.CallRecord
	err := s.inTx(ctx, "save a contact", func(tx conn) (err error) {
		if err := tx.serialize(ctx, "contact/"+c.Key); err != nil {
			return err
		}
		saved, err = oneCallRecord(ctx, tx, c.Key)
		if !errors.Is(err, callbacks.ErrNotFound) {
			return err
		}
		if err := takeReference(ctx, tx, c.Reference); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO call_records (call_key, reference, line, desk, topic, language, caller,
			account, answers, began_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.Key, c.Reference, c.Line, c.Desk, c.Topic, c.Language, c.Caller, c.Account, c.Answers, ms(c.Began))
		if err != nil {
			return err
		}
		saved, err = oneCallRecord(ctx, tx, c.Key)
		return err
	})
	if err != nil {
		return callbacks.CallRecord{}, err
	}
	return saved, nil
}

func oneCallRecord(ctx context.Context, q conn, key string) (c callbacks.CallRecord, err error) {
	var began int64
	err = q.QueryRowContext(ctx, `SELECT call_key, reference, line, desk, topic, language, caller, account, answers,
		began_ms FROM call_records WHERE call_key = ?`, key).
		Scan(&c.Key, &c.Reference, &c.Line, &c.Desk, &c.Topic, &c.Language, &c.Caller, &c.Account, &c.Answers, &began)
	if errors.Is(err, sql.ErrNoRows) {
		return c, callbacks.ErrNotFound
	}
	c.Began = instant(began)
	return c, err
}

// AttachNote implements [callbacks.Store].
func (s *Store) AttachNote(ctx context.Context, id int64, note callbacks.Recording) error {
	return s.inTx(ctx, "attach a note", func(tx conn) error {
		c, _, err := oneCallback(ctx, tx, "id = ?", id)
		switch {
		case err != nil:
			return err
		case !c.Open():
			return callbacks.ErrNotOpen
		}
		_, err = tx.ExecContext(ctx, `UPDATE callbacks SET note_sid = ?, note_url = ?, note_seconds = ? WHERE id = ?`,
			note.SID, note.URL, note.Seconds, id)
		return err
	})
}

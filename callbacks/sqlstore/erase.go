package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A selection is what is erased together: conditions of the rows of four tables, and of those that only limits count.
type selection struct {
	callbacks, messages, callRecords, alerts condition
	requests, proofs                         condition // empty: none
}

// A condition is what follows WHERE, with its arguments.
type condition struct {
	where string
	args  []any
}

// errCounted takes a transaction back that was to count only.
var errCounted = errors.New("it was only counted")

// erase takes what personal data rows hold, and the log that SQLite keeps of it. check may refuse.
func (s *Store) erase(ctx context.Context, what string, count bool, chosen selection, check func(conn) error,
	now time.Time) (r callbacks.ErasedRows, err error) {
	err = s.inTx(ctx, what, func(tx conn) (err error) {
		if check != nil {
			if err := check(tx); err != nil {
				return err
			}
		}
		if r, err = chosen.erase(ctx, tx, now); err == nil && count {
			err = errCounted
		}
		return err
	})
	switch {
	case errors.Is(err, errCounted):
		return r, nil
	case err != nil:
		return callbacks.ErasedRows{}, err
	case r.All() > 0 && s.dialect.Erased != nil:
		err = s.wrap("after erasing", s.dialect.Erased(ctx, s.writer))
	}
	return r, err
}

// erase is every statement that takes personal data away. Rows that counts need stay, without it.
func (of selection) erase(ctx context.Context, tx conn, now time.Time) (r callbacks.ErasedRows, _ error) {
	const eraseSMS = `UPDATE sms SET body = '', message_sid = '',
		state = CASE WHEN state = 'waiting' THEN 'dropped' ELSE state END WHERE `
	about := condition{`callback_id IN (SELECT id FROM callbacks WHERE ` + of.callbacks.where + `)`, of.callbacks.args}
	for _, step := range []struct {
		counted *int
		query   string
		of      condition
		dated   bool
	}{
		// What belongs to callbacks goes while they still tell which it is.
		{&r.Attempts, `UPDATE attempts SET target_address = '', from_number = '', call_sid = '' WHERE `, about, false},
		{&r.SMS, eraseSMS, about, false},
		{&r.Alerts, eraseSMS + `alert_key <> '' AND body <> '' AND `, of.alerts, false},
		{&r.Callbacks, `UPDATE callbacks SET number = '', caller = '', account = '', answers = '', note_sid = '',
			note_url = '', erased_ms = ? WHERE `, of.callbacks, true},
		{&r.Messages, `UPDATE messages SET caller = '', account = '', answers = '', recording_sid = '',
			recording_url = '', erased_ms = ? WHERE `, of.messages, true},
		{&r.CallRecords, `UPDATE call_records SET caller = '', account = '', answers = '', erased_ms = ? WHERE `,
			of.callRecords, true},
		{&r.Requests, `DELETE FROM callback_requests WHERE `, of.requests, false},
		{&r.Requests, `DELETE FROM wrong_proofs WHERE `, of.proofs, false},
	} {
		if step.of.where == "" {
			continue
		}
		args := step.of.args
		if step.dated {
			args = append([]any{ms(now)}, args...)
		}
		n, err := tx.exec(ctx, step.query+step.of.where, args...)
		if err != nil {
			return r, err
		}
		*step.counted += int(n)
	}
	return r, nil
}

const (
	ofPerson       = `(number = ? OR caller = ?)`
	underWayOfThem = ofPerson + ` AND (` + openStates + ` OR EXISTS (
		SELECT 1 FROM attempts a WHERE a.callback_id = callbacks.id AND a.state <> 'ended'))`
)

// Person implements [callbacks.PersonStore].
func (s *Store) Person(ctx context.Context, number string, now time.Time) (p callbacks.Person, err error) {
	err = s.snapshot(ctx, "look for a person", func(tx conn) (err error) {
		p.Open, err = manyCallbacks(ctx, tx, openStates+` AND `+ofPerson+` ORDER BY id`, number, number)
		if err != nil {
			return err
		}
		p.Recordings, err = rows(ctx, tx, only[string], `SELECT note_sid FROM callbacks WHERE note_sid <> ''
			AND `+ofPerson+` UNION SELECT recording_sid FROM messages WHERE recording_sid <> '' AND caller = ?
			ORDER BY 1`, number, number, number)
		if err != nil {
			return err
		}
		p.Silenced, err = silenced(ctx, tx, number, now)
		return err
	})
	return p, err
}

// ErasePerson implements [callbacks.PersonStore].
func (s *Store) ErasePerson(ctx context.Context, number string, now time.Time,
	count bool) (callbacks.ErasedRows, error) {
	twice, once := []any{number, number}, []any{number}
	var check func(conn) error
	if !count {
		check = func(tx conn) error {
			busy, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT 1 FROM callbacks WHERE `+underWayOfThem+`)`,
				twice...)
			if err == nil && busy {
				err = callbacks.ErrInProgress
			}
			return err
		}
	}
	return s.erase(ctx, "erase a person", count, selection{
		callbacks: condition{ofPerson, twice}, messages: condition{`caller = ?`, once},
		callRecords: condition{`caller = ?`, once},
		// One that waits is still to be sent, and may tell of others that end alike.
		alerts: condition{`state NOT IN ('waiting', 'sending') AND body LIKE ?`,
			[]any{"%" + callbacks.AlertMention(number) + "%"}},
		requests: condition{ofPerson, twice}, proofs: condition{ofPerson, twice},
	}, check, now)
}

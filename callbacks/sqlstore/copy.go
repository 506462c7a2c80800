package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A table is one that is copied, with its columns. Instants are numbers in both databases, so nothing is converted but
// truth.
type table struct {
	name, columns string
	// order makes rows come in the order of their writing.
	order string
	// truth are the columns that hold true or false.
	truth []string
	// counted is set where the database numbers the rows itself.
	counted bool
	// begun is the condition of the rows that a first start may have written, which make way; empty: there are none.
	begun string
}

// tables are in the order in which one refers to another. What instances say of themselves is not copied: they say it again.
var tables = []table{
	{name: "reference_numbers", columns: "reference", order: "reference"},
	{name: "callbacks", order: "id", truth: []string{"urgent", "reached", "cancel_after_attempt"}, counted: true, columns: `id, request_key, reference, line, desk,
		topic, language, number,
		caller, account, answers, kind, urgent, called_ms, due_ms, held_ms, cancel_after_attempt, slot_start_ms, slot_end_ms, expires_ms, state, reached, rounds,
		attempts, next_target, pass, fence, ended_ms, erased_ms, note_sid, note_url, note_seconds, priority, remark`},
	{name: "attempts", order: "created_ms", columns: `id, callback_id, target_id, target_kind, target_address, from_number, ring_ms,
		state, outcome, call_sid, status, status_seq, fence, pass, created_ms, next_check_ms, line, desk`},
	{name: "moves", order: "move_key", columns: "move_key, callback_id"},
	{name: "callback_requests", order: "request_key", columns: "request_key, line, caller, number, requested_ms"},
	{name: "silenced_numbers", order: "number", columns: "number, until_ms"},
	{name: "wrong_proofs", order: "proof_key", columns: "proof_key, callback_id, caller, given_ms"},
	{name: "messages", order: "message_key", columns: `message_key, reference, line, desk, topic, language, caller, account, answers,
		recording_sid, recording_url, recording_seconds, received_ms, erased_ms`},
	{name: "call_records", order: "call_key", columns: `call_key, reference, line, desk, topic, language, caller, account, answers,
		began_ms, erased_ms`},
	{name: "sms", order: "id", counted: true, columns: `id, callback_id, body, state, tries, message_sid, created_ms, next_check_ms,
		delivery, error_code, remark`},
	{name: "accepted_dials", order: "call_sid, dial", columns: "call_sid, dial, target, accepted_ms"},
	{name: "jobs", order: "name", columns: "name, last_run_ms", begun: "1 = 1"},
	{name: "overrides", order: "id", truth: []string{"opens"}, counted: true, columns: `id, line, desk, opens, from_ms, until_ms, reason, announcement, declared_by,
		created_ms, lifted_ms, lifted_by`},
	{name: "config_versions", order: "number", columns: versionColumns, begun: "number = 1"},
	{name: "config_contents", order: "hash", columns: "hash, content", begun: "1 = 1"},
	{name: "config_files", order: "path, since_version", columns: "path, since_version, until_version, content_hash", begun: "1 = 1"},
}

// ErrNotEmpty: the store that everything would be copied to holds something.
var ErrNotEmpty = errors.New("the store that everything would go to is not empty")

// CopyFrom takes everything over from another store, in one transaction: all of it, or nothing. [ErrNotEmpty] if this
// store holds anything. Nobody may write to either meanwhile. progress, which may be nil, is told how many rows of a
// table were copied, of how many.
func (s *Store) CopyFrom(ctx context.Context, from *Store, progress func(table string, done, of int)) error {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	return s.once(ctx, "take over", func(tx conn) error {
		if err := makeWay(ctx, tx); err != nil {
			return err
		}
		for _, t := range tables {
			if err := t.copy(ctx, from.read, tx, progress); err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
		}
		return nil
	})
}

// makeWay removes what a first start has written: when it was, and the configuration that it found. [ErrNotEmpty] if there
// is anything else.
func makeWay(ctx context.Context, tx conn) error {
	for _, t := range tables {
		var any bool
		query := "SELECT EXISTS (SELECT 1 FROM " + t.name
		if t.begun != "" {
			query += " WHERE NOT (" + t.begun + ")"
		}
		if err := tx.QueryRowContext(ctx, query+")").Scan(&any); err != nil {
			return err
		}
		if any {
			return fmt.Errorf("%w: there are rows in %s", ErrNotEmpty, t.name)
		}
	}
	for _, t := range slices.Backward(tables) {
		if t.begun == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+t.name); err != nil {
			return err
		}
	}
	return nil
}

func (t table) copy(ctx context.Context, from, to conn, progress func(string, int, int)) (err error) {
	var total, done int
	if err := from.QueryRowContext(ctx, "SELECT count(*) FROM "+t.name).Scan(&total); err != nil {
		return err
	}
	columns := strings.Split(strings.Join(strings.Fields(t.columns), ""), ",")
	list, marks := strings.Join(columns, ", "), strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
	rows, err := from.QueryContext(ctx, "SELECT "+list+" FROM "+t.name+" ORDER BY "+t.order)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	insert := "INSERT INTO " + t.name + " (" + list + ") VALUES (" + marks + ")"
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, column := range columns {
			if slices.Contains(t.truth, column) {
				values[i] = truth(values[i])
			}
			if content, ok := values[i].([]byte); ok && content == nil {
				values[i] = []byte{} // SQLite's driver has nil for what is empty, and PostgreSQL's takes nil for NULL
			}
		}
		if _, err := to.ExecContext(ctx, insert, values...); err != nil {
			return err
		}
		if done++; done%1000 == 0 || done == total {
			progress(t.name, done, total)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if t.counted && to.dialect.Recount != "" {
		_, err = to.ExecContext(ctx, strings.ReplaceAll(to.dialect.Recount, "TABLE", t.name))
	}
	return err
}

// truth is true or false, which SQLite keeps as a number.
func truth(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case int64:
		return v != 0
	}
	return false
}

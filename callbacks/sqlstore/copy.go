package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A table is one that is copied, with its columns. Instants are numbers in both databases, so nothing is converted but
// what is true or false.
type table struct {
	name    string
	columns columns
	// numbered is set where the database numbers the rows itself, by their id.
	numbered bool
	// replaced is the condition of the rows that a first start may have written, which make way; empty: there are none.
	// No table refers to such a one.
	replaced string
}

// tables are in the order in which one refers to another. What instances report of themselves is not copied: they
// report it again.
var tables = []table{
	{name: "reference_numbers", columns: named("reference")},
	{name: "callbacks", columns: new(callbackRow).columns(), numbered: true},
	{name: "attempts", columns: attemptColumns(&callbacks.Attempt{})},
	{name: "call_pacing", columns: named("name", "last_call_ms"), replaced: "1 = 1"},
	{name: "moves", columns: named("move_key", "callback_id")},
	{name: "callback_requests", columns: named("request_key", "line", "caller", "number", "requested_ms")},
	{name: "silenced_numbers", columns: named("number", "until_ms")},
	{name: "wrong_proofs", columns: named("proof_key", "callback_id", "number", "caller", "given_ms")},
	{name: "messages", columns: new(messageRow).columns()},
	{name: "call_records", columns: new(callRecordRow).columns()},
	{name: "sms", columns: new(smsRow).columns(), numbered: true},
	{name: "accepted_dials", columns: named("call_sid", "dial", "target", "address", "accepted_ms", "ended_ms")},
	{name: "jobs", columns: named("name", "last_run_ms", "leased_until_ms"), replaced: "1 = 1"},
	{name: "overrides", columns: overrideColumns(&callbacks.DeclaredOverride{}), numbered: true},
	{name: "config_versions", columns: versionColumns(&callbacks.Version{}), replaced: "number = 1"},
	{name: "config_audio", columns: named("name", "sound"),
		replaced: "name IN (SELECT name FROM config_version_audio WHERE number = 1)"},
	{name: "config_version_audio", columns: named("number", "path", "name"), replaced: "number = 1"},
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
		if err := sameVersion(ctx, from.read, tx); err != nil {
			return err
		}
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

// sameVersion refuses tables of which one has more than this program knows: it would be left behind.
func sameVersion(ctx context.Context, from, to conn) error {
	theirs, err := value[int64](ctx, from, tablesVersion)
	if err != nil {
		return err
	}
	ours, err := value[int64](ctx, to, tablesVersion)
	if err == nil && theirs != ours {
		err = fmt.Errorf("the tables are of version %d there and %d here; use the latest program that wrote to either",
			theirs, ours)
	}
	return err
}

// makeWay removes what a first start has written: when it was, and the configuration that it found. [ErrNotEmpty] if
// there is anything else.
func makeWay(ctx context.Context, tx conn) error {
	for _, t := range tables {
		where := cmp.Or(t.replaced, "1 = 0")
		any, err := value[bool](ctx, tx, "SELECT EXISTS (SELECT 1 FROM "+t.name+" WHERE NOT ("+where+"))")
		if err != nil {
			return err
		}
		if any {
			return fmt.Errorf("%w: there are rows in %s", ErrNotEmpty, t.name)
		}
	}
	for _, t := range tables {
		if t.replaced == "" {
			continue
		}
		if _, err := tx.exec(ctx, "DELETE FROM "+t.name); err != nil {
			return err
		}
	}
	return nil
}

// order makes the rows come in the order of their writing, which matters where the database numbers them.
func (t table) order(d *Dialect) string {
	switch {
	case t.name == "attempts":
		return d.Order
	case t.numbered:
		return "id"
	}
	return "1"
}

func (t table) copy(ctx context.Context, from, to conn, progress func(string, int, int)) (err error) {
	total, err := value[int](ctx, from, "SELECT count(*) FROM "+t.name)
	if err != nil {
		return err
	}
	rows, err := from.query(ctx, "SELECT "+t.columns.names()+" FROM "+t.name+" ORDER BY "+t.order(from.dialect))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	insert, done := t.columns.insertInto(t.name), 0
	for rows.Next() {
		values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, column := range t.columns {
			if _, ok := column.at.(*bool); ok {
				values[i] = values[i] == true || values[i] == int64(1) // SQLite has a number
			}
		}
		if _, err := to.exec(ctx, insert, values...); err != nil {
			return err
		}
		if done++; done%1000 == 0 || done == total {
			progress(t.name, done, total)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if t.numbered && to.dialect.Recount != "" {
		_, err = to.exec(ctx, strings.ReplaceAll(to.dialect.Recount, "TABLE", t.name))
	}
	return err
}

// Package sqlstore keeps callbacks, SMS, call records and the history of the configuration in a relational database.
// What SQLite and PostgreSQL have in common is here; their differences are a [Dialect].
//
// Every method of a [Store] is one transaction, durable when it returns. Instants are kept to the millisecond and come
// back in UTC. The tables are made by migrations/*.sql. A new column needs a script there, and a place in the list of
// its table's columns, by which it is read, written and copied; the list is in the file of its table (callbacks.go,
// attempts.go, sms.go and so on). A small table that is only copied has its list in copy.go. Personal data is listed
// again in erase.go.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A Dialect is how one database differs from the other.
type Dialect struct {
	// Name is for errors: "sqlite", "postgres".
	Name string
	// Words replaces what the migrations have in braces: {id} is the type of a key that the database numbers, {blob}
	// that of bytes, {rowless} ends a table whose rows are best kept in the order of its key, and {write_order} is a
	// column that numbers the rows as they are written, where there is none anyway.
	Words *strings.Replacer
	// Migrations is the database in the terms of the library that applies the scripts.
	Migrations goose.Dialect
	// Numbered writes placeholders as $1, $2; otherwise they are ?.
	Numbered bool
	// Lock keeps others from a row until the end of the transaction, SkipLocked passes over rows that others keep:
	// " FOR UPDATE". Empty where only one transaction writes at a time.
	Lock, SkipLocked string
	// Serialize lets one transaction at a time pass that gives the same name: a query with one placeholder. Empty as
	// above.
	Serialize string
	// Order is the column by which rows of the same millisecond are in the order of their writing.
	Order string
	// Snapshot is the isolation in which several reads see the same moment.
	Snapshot sql.IsolationLevel
	// OneWriter lets transactions that write take turns on one connection. The driver keeps no statements prepared, so
	// the store does.
	OneWriter bool
	// Intact is asked after each commit, before anybody is told of it: what was written cannot be relied on when it is
	// not nil. May be nil.
	Intact func() error
	// Reason says in a few words why an error keeps everything from being written, without paths, hosts and names;
	// empty: it is not known. May be nil.
	Reason func(error) string
	// Afresh makes the connection that writes read from the disk again what it reads next. Empty: there is no such
	// thing.
	Afresh string
	// Again reports an error after which the same transaction may succeed: a deadlock. Nil: none is.
	Again func(error) bool
	// Recount lets the numbering of TABLE go on behind the rows that were copied into it. Empty: it does so by itself.
	Recount string
	// LastID is a query for the last number that was given to a row of TABLE.
	LastID string
	// TableNames is a query for the names of all tables.
	TableNames string
	// Erased is called after personal data was erased. May be nil.
	Erased func(ctx context.Context, writer *sql.DB) error
}

// A Store is what the service, the dispatcher, the workers and the publisher need of one.
type Store struct {
	dialect *Dialect
	// writer and readers may be the same pool.
	writer, readers *sql.DB
	read            conn
	// one is nil unless the dialect has one writer.
	one *writer
}

// New makes a store of pools whose tables are up to date. It closes them when it is closed.
func New(dialect Dialect, writer, readers *sql.DB) *Store {
	s := &Store{dialect: &dialect, writer: writer, readers: readers, read: conn{handle: readers, dialect: &dialect}}
	if dialect.OneWriter {
		s.one, s.read.handle = newWriter(writer), &preparedPool{DB: readers}
	}
	return s
}

// Close waits until it is its turn to write, and closes both pools.
func (s *Store) Close() error {
	if s.one != nil {
		_ = s.one.enter(context.Background()) // its context does not end
		defer s.one.pass()
	}
	return errors.Join(s.readers.Close(), s.writer.Close())
}

// tries is how often a transaction is begun that may succeed the next time.
const tries = 5

// inTx runs f in a transaction that writes. f may run more than once, and must not use the store.
func (s *Store) inTx(ctx context.Context, what string, f func(tx conn) error) error {
	for try := 1; ; try++ {
		err := s.once(ctx, what, f)
		if err == nil || try == tries || s.dialect.Again == nil || !s.dialect.Again(err) || ctx.Err() != nil {
			return err
		}
	}
}

// write is inTx for an f with a result, of which nothing is left when the transaction fails.
func write[T any](ctx context.Context, s *Store, what string, f func(tx conn) (T, error)) (T, error) {
	var result, none T
	if err := s.inTx(ctx, what, func(tx conn) (err error) { result, err = f(tx); return err }); err != nil {
		return none, err
	}
	return result, nil
}

// exec is inTx for one statement, and returns how many rows it wrote.
func (s *Store) exec(ctx context.Context, what, query string, args ...any) (n int64, err error) {
	return write(ctx, s, what, func(tx conn) (int64, error) { return tx.exec(ctx, query, args...) })
}

// once runs f in a transaction that writes, and returns when that is durable. When the context ends before the commit,
// nothing is written.
func (s *Store) once(ctx context.Context, what string, f func(tx conn) error) error {
	if s.one != nil {
		if err := s.one.enter(ctx); err != nil {
			return s.wrap(what, err)
		}
		defer s.one.pass()
		s.one.prepare()
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %s: begin: %w", s.dialect.Name, what, err)
	}
	// After a commit there is nothing to take back; else it fails only when the connection is gone as well.
	defer func() { _ = tx.Rollback() }()
	var handle handle = tx
	if s.one != nil {
		handle = preparedTx{tx, &s.one.statements}
	}
	err = f(conn{handle: handle, dialect: s.dialect, writes: true})
	if err == nil {
		if err = tx.Commit(); err != nil {
			err = fmt.Errorf("commit: %w", err)
		}
	}
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		err = ctx.Err() // it was taken back when the context ended
	}
	if err == nil && s.dialect.Intact != nil {
		err = s.dialect.Intact()
	}
	return s.wrap(what, err)
}

// snapshot runs f in a transaction that only reads, and in which all reads see the same moment.
func (s *Store) snapshot(ctx context.Context, what string, f func(tx conn) error) error {
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.dialect.Snapshot})
	if err != nil {
		return s.wrap(what, err)
	}
	defer func() { _ = tx.Rollback() }() // it only read
	return s.wrap(what, f(conn{handle: tx, dialect: s.dialect}))
}

// wrap adds what was being done to errors of the database, and leaves refusals alone.
func (s *Store) wrap(what string, err error) error {
	if err == nil || refused(err) {
		return err
	}
	return fmt.Errorf("%s: %s: %w", s.dialect.Name, what, err)
}

// refused reports an answer of the rules, unlike an error of the database.
func refused(err error) bool {
	var rule callbacks.RuleError
	var paced *callbacks.PacedError
	return errors.As(err, &rule) || errors.As(err, &paced)
}

// Writable writes one row, as callbacks are written, and reads where they are. Its error is a
// [callbacks.UnwritableError].
func (s *Store) Writable(ctx context.Context, now time.Time) error {
	err := s.inTx(ctx, "try whether anything can be written", func(tx conn) error {
		if s.dialect.Afresh != "" {
			if _, err := tx.exec(ctx, s.dialect.Afresh); err != nil {
				return err
			}
		}
		if _, err := value[sql.NullInt64](ctx, tx, `SELECT max(id) FROM callbacks`); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO jobs (name, last_run_ms) VALUES ('readiness', ?)
			ON CONFLICT (name) DO UPDATE SET last_run_ms = excluded.last_run_ms`, ms(now))
		return err
	})
	if err == nil {
		return nil
	}
	return &callbacks.UnwritableError{Reason: s.reason(err), Err: err}
}

func (s *Store) reason(err error) (reason string) {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "the database does not answer"
	case s.dialect.Reason != nil:
		reason = s.dialect.Reason(err)
	}
	if reason == "" {
		return "the database takes nothing"
	}
	return reason
}

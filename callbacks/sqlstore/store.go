// Package sqlstore keeps promises in a relational database. What SQLite and PostgreSQL have in common is here, their
// differences are a [Dialect].
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Dialect is how one database differs from the other.
type Dialect struct {
	// Name is for errors: "sqlite", "postgres".
	Name string
	// Words replaces what the migrations have in braces: {id} is the type of a key that the database numbers, {blob} that
	// of bytes, {rowless} ends a table whose rows are best kept in the order of its key, and {write_order} is a column that
	// numbers the rows as they are written, where there is none anyway.
	Words *strings.Replacer
	// Numbered writes placeholders as $1, $2; otherwise they are ?.
	Numbered bool
	// Lock keeps others from a row until the end of the transaction, SkipLocked passes over rows that others keep:
	// " FOR UPDATE". Empty where only one transaction writes at a time.
	Lock, SkipLocked string
	// Serialize lets one transaction at a time pass that gives the same name: a query with one placeholder. Empty as above.
	Serialize string
	// Order is the column by which rows that were written in the same millisecond stand in the order of their writing.
	Order string
	// Snapshot is the isolation in which several reads see the same moment.
	Snapshot sql.IsolationLevel
	// Grouped lets transactions that write take turns on the one connection of the writer, and be durable together.
	Grouped bool
	// Intact is asked after the commit of a group, before anybody is told of it: what was written cannot be relied on when
	// it is not nil. May be nil.
	Intact func() error
	// Reason says in a few words why an error keeps everything from being written, without paths, hosts and names; empty:
	// it is not known. May be nil.
	Reason func(error) string
	// Afresh makes the connection that writes read from the disk again what it reads next. Empty: there is no such thing.
	Afresh string
	// Again reports an error after which the same transaction may succeed: a deadlock. Nil: none is.
	Again func(error) bool
	// Recount lets the numbering of TABLE go on behind the rows that were copied into it. Empty: it does so by itself.
	Recount string
	// Erased is called after personal data was erased. May be nil.
	Erased func(ctx context.Context, writer *sql.DB) error
}

// A Store is a [callbacks.Store].
type Store struct {
	dialect *Dialect
	// writer and readers may be the same pool.
	writer, readers *sql.DB
	read            conn
	// queue is nil unless the dialect is grouped.
	queue *queue
}

// New makes a store of pools whose tables are up to date. It closes them when it is closed.
func New(dialect Dialect, writer, readers *sql.DB) *Store {
	s := &Store{dialect: &dialect, writer: writer, readers: readers, read: conn{handle: readers, dialect: &dialect}}
	if dialect.Grouped {
		prepared := &statements{db: writer, prepared: map[string]*sql.Stmt{}}
		s.queue = newQueue()
		s.queue.make = func() *group {
			return &group{queue: s.queue, statements: prepared, intact: dialect.Intact, done: make(chan struct{})}
		}
	}
	return s
}

// Close waits for whoever is writing and closes both pools.
func (s *Store) Close() error {
	if s.queue != nil {
		s.queue.close()
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

func (s *Store) once(ctx context.Context, what string, f func(tx conn) error) error {
	if s.queue != nil {
		return s.inGroup(ctx, what, f)
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %s: begin: %w", s.dialect.Name, what, err)
	}
	if err := f(conn{handle: tx, dialect: s.dialect, writes: true}); err != nil {
		// The first error says what happened; a rollback fails only when the connection is gone as well.
		_ = tx.Rollback()
		return s.wrap(what, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: %s: commit: %w", s.dialect.Name, what, err)
	}
	return nil
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

// wrap adds what was being done to errors of the database, and leaves the package callbacks' own alone.
func (s *Store) wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	if ours(err) {
		return err
	}
	return fmt.Errorf("%s: %s: %w", s.dialect.Name, what, err)
}

// ours reports an error of the package callbacks: a refusal.
func ours(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "callbacks: ") }

// ms is an instant as it is stored.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// instant is the reverse of ms.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// asStored is an instant as it comes back.
func asStored(t time.Time) time.Time { return instant(ms(t)) }

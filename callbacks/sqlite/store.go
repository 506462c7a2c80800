// Package sqlite keeps callbacks in one SQLite file. It needs no C compiler.
//
// One connection writes, a pool reads. Transactions that write begin at once (BEGIN IMMEDIATE), so that two
// processes never meet halfway; each is on disk before it returns (synchronous=FULL with a write-ahead log). Those who
// wait to write are served in the order in which they came.
// Leases use the clock handed in by the dispatcher: processes that share a SQLite file share a host and its clock.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"

	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

// readers is how many connections read at the same time.
const readers = 4

// A Store keeps everything in a SQLite file.
type Store struct {
	*sqlstore.Store
	writer *sql.DB
	// anchor is a connection that nobody uses: as long as it is open the files beside the database stay the same,
	// whatever happens to the other connections. Nil in memory.
	anchor *sql.Conn
	// Restricted is which of its files others could read or change until it was opened; none on Windows, where rights
	// are not in the mode.
	Restricted []string
}

// Close waits for those who write, and closes all connections.
func (s *Store) Close() error {
	var err error
	if s.anchor != nil {
		err = s.anchor.Close()
	}
	if errors.Is(err, sql.ErrConnDone) { // closed before
		err = nil
	}
	return errors.Join(err, s.Store.Close())
}

// dialect is SQLite's: one transaction writes at a time, so nothing has to be locked within it.
var dialect = sqlstore.Dialect{
	Name: "sqlite", Migrations: goose.DialectSQLite3, Order: "rowid", OneWriter: true, Erased: cutLog, Reason: reason,
	Afresh:     "PRAGMA shrink_memory",
	LastID:     `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'TABLE'), 0)`,
	TableNames: `SELECT name FROM sqlite_master WHERE type = 'table'`,
	Words: strings.NewReplacer("{id}", "INTEGER PRIMARY KEY AUTOINCREMENT", "{blob}", "BLOB", "{rowless}",
		"WITHOUT ROWID",
		"{write_order}", ""),
}

// cutLog cuts the log beside the file, which holds the old pages until it is written back. If a reader is in the way
// that happens later by itself, so a busy answer is no failure.
func cutLog(ctx context.Context, writer *sql.DB) error {
	_, err := writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

// Open opens or creates the file and brings its tables up to date. The directory must exist.
// Several processes may open the same file at once. If a log lies beside that is another database's, it is an error and
// every file stays as it is.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	file, err := followed(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: the directory for the database: %w; make it, or name another with sqlite:PATH",
			err)
	}
	lock := file + ".migrate-lock"
	unlock, err := lockFile(lock)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %s: waiting for the migration lock: %w", path, err)
	}
	defer unlock()
	if err := ownLog(file, lock); err != nil {
		return nil, err
	}
	restricted, err := private(file)
	if err != nil {
		return nil, err
	}
	files := &place{}
	err = files.add(path)
	// a new log may get the identity of one that was deleted: should this process die, that must not be known
	if err == nil {
		err = remember(file, lock)
	}
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	s, err := openPlaced(ctx, file, files)
	if err == nil {
		s.Restricted = restricted
		if err = remember(file, lock); err != nil {
			err = errors.Join(err, s.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("sqlite: %s: %w", path, err)
	}
	return s, nil
}

// openPlaced opens a file that is there, and adds those beside it to its place.
func openPlaced(ctx context.Context, file string, files *place) (*Store, error) {
	write, err := pool(dsn(file, false), files, 1)
	if err != nil {
		return nil, err
	}
	read, err := pool(dsn(file, true), files, readers+1)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	placed := dialect
	placed.Intact = files.intact
	s := &Store{Store: sqlstore.New(placed, write, read), writer: write}
	if err = dialect.Migrate(ctx, write, sqlstore.Migrations); err == nil {
		err = s.hold(ctx, read)
	}
	if err == nil {
		err = files.add(beside(file)...) // what was committed last is in the log alone, and the index of it beside
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// hold opens the anchor.
func (s *Store) hold(ctx context.Context, read *sql.DB) (err error) {
	if s.anchor, err = read.Conn(ctx); err != nil {
		return err
	}
	var tables int
	return s.anchor.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables)
}

// dsn escapes the path: a "?" or "#" in a directory's name would end it otherwise.
func dsn(path string, readOnly bool) string {
	pragmas := []string{
		// The driver waits this long whatever the context says; a caller on the line must not wait longer.
		"busy_timeout(3000)",
		"foreign_keys(1)",
		"synchronous(FULL)",
	}
	q := url.Values{"mode": {"rw"}} // it is made by [private], or a file that was deleted would come back empty
	if readOnly {
		pragmas = append(pragmas, "query_only(1)")
	} else {
		// What retention erases is overwritten in the file, not only unlinked.
		pragmas = append(pragmas, "journal_mode(WAL)", "secure_delete(1)", "temp_store(MEMORY)")
		q.Set("_txlock", "immediate")
	}
	q["_pragma"] = pragmas
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + q.Encode()
}

package sqlite

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"sync"
	"testing"
)

// Pragma reads a setting of the connection that writes.
func Pragma(t *testing.T, s *Store, name string) (value string) {
	t.Helper()
	if err := s.writer.QueryRow("PRAGMA " + name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// DSN is how the store opens a file.
var DSN = dsn

// Migrate brings the tables of a database up to date.
func Migrate(ctx context.Context, db *sql.DB, scripts fs.FS) error {
	oneProcess.Lock() // as the lock beside the file does
	defer oneProcess.Unlock()
	return dialect.Migrate(ctx, db, scripts)
}

var oneProcess sync.Mutex

// Writes reports whether the connection that writes is in use.
func Writes(s *Store) bool { return s.writer.Stats().InUse > 0 }

// Chmod has rights changed in another way until the test ends.
func Chmod(t *testing.T, by func(name string, mode os.FileMode) error) {
	before := chmod
	chmod = by
	t.Cleanup(func() { chmod = before })
}

// Reason says in a few words what an error means.
var Reason = reason

// CutLog writes the log into the file, by the connection that writes.
func CutLog(t *testing.T, s *Store) {
	t.Helper()
	if err := cutLog(t.Context(), s.writer); err != nil {
		t.Fatal(err)
	}
}

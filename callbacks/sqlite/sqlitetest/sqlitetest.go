// Package sqlitetest gives tests databases that need no migration any more: a test that opens one of its own for every
// call would spend most of its time on reading how tables are made.
package sqlitetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/sqlite"
)

// New writes an empty database into a folder of the test's own, and gives its path.
func New(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hotline.db")
	if err := Write(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// Write writes an empty database into a file, which must not be there yet.
func Write(path string) error {
	content, err := migrated()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// migrated is the content of an empty database, made by the store itself, once in a process.
var migrated = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "sqlitetest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "hotline.db")
	store, err := sqlite.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil { // what is still in the log is written into the file
		return nil, err
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("sqlitetest: %s was closed and has a log", path)
	}
	return os.ReadFile(path)
})

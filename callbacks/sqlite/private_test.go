//go:build unix

package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
)

func modeOf(t *testing.T, name string) os.FileMode {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// readableByOthers is a database in use whose files others may read.
func readableByOthers(t *testing.T) (files []string) {
	t.Helper()
	path := sqlitetest.New(t)
	open(t, path)
	files = []string{path, path + "-wal", path + "-shm"}
	for i, name := range files {
		if err := os.Chmod(name, []os.FileMode{0o644, 0o640, 0o666}[i]); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestADatabaseThatOthersCanReadIsItsOwnersAloneOnceItIsOpened(t *testing.T) {
	files := readableByOthers(t)
	if changed := open(t, files[0]).Restricted; len(changed) != len(files) {
		t.Errorf("changed %q", changed)
	}
	for _, name := range files {
		if mode := modeOf(t, name); mode != 0o600 {
			t.Errorf("%s is %o", filepath.Base(name), mode)
		}
	}
	if changed := open(t, files[0]).Restricted; len(changed) > 0 {
		t.Errorf("changed again: %q", changed)
	}
}

func TestADatabaseThatOthersCanStillReadIsRefused(t *testing.T) {
	for i, name := range []string{"the database", "its log", "its index"} {
		files := readableByOthers(t)
		sqlite.Chmod(t, func(file string, mode os.FileMode) error {
			if file == files[i] {
				return &os.PathError{Op: "chmod", Path: file, Err: os.ErrPermission}
			}
			return os.Chmod(file, mode)
		})
		store, err := sqlite.Open(context.Background(), files[0])
		if err == nil {
			_ = store.Close()
		}
		if err == nil || !strings.Contains(err.Error(), files[i]+" holds customers' numbers") ||
			!strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANewDatabaseIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	open(t, path)
	if mode := modeOf(t, path); mode != 0o600 {
		t.Errorf("mode %o", mode)
	}
}

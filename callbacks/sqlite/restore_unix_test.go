//go:build unix

package sqlite_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
)

// What root restores belongs to the server's user, and what the server's user restores to that user.
func TestRestoreKeepsTheOwner(t *testing.T) {
	user, group := os.Geteuid(), os.Getegid()
	if user == 0 { // only root can give files to others
		user, group = 12345, 12345
	}
	backup := filepath.Join(t.TempDir(), "b.db")
	if _, err := sqlite.Backup(t.Context(), sqlitetest.New(t), backup); err != nil {
		t.Fatal(err)
	}
	owned, dir := sqlitetest.New(t), t.TempDir()
	for _, name := range []string{owned, dir} {
		if err := os.Chown(name, user, group); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{owned, filepath.Join(dir, "new.db")} {
		if _, _, err := sqlite.Restore(t.Context(), backup, path, backedUp); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{path, path + ".migrate-lock"} {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			stat, ok := info.Sys().(*syscall.Stat_t)
			if !ok || int(stat.Uid) != user || int(stat.Gid) != group || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %+v, %v", name, stat, info.Mode())
			}
		}
	}
}

//go:build unix

package process

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
)

// A backup is made of a database that a server has open, and restored once it has stopped, not before.
func TestRestoreUnderAServer(t *testing.T) {
	s := startServe(t)
	heard := s.stolenAt(t, 1, "+6281234567891")
	backup, now := filepath.Join(t.TempDir(), "backup.db"), time.Now()
	if _, err := sqlite.Backup(t.Context(), s.store, backup); err != nil {
		t.Fatal(err)
	}
	later := s.stolenAt(t, 2, "+6281234567892")
	if heard == "" || later == "" {
		t.Fatal("nothing was heard")
	}
	if aside, _, err := sqlite.Restore(t.Context(), backup, s.store, now); !errors.Is(err, sqlite.ErrInUse) || aside != "" {
		t.Fatalf("restored while the server runs: %q, %v", aside, err)
	}
	s.stolenAt(t, 3, "+6281234567893") // nothing was touched
	s.stop()
	aside, _, err := sqlite.Restore(t.Context(), backup, s.store, now)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{s.store: 1, aside: 3} {
		store, err := app.OpenStore(t.Context(), "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := store.Count(t.Context(), callbacks.Filter{})
		if err = errors.Join(err, store.Close()); err != nil || n != want {
			t.Errorf("%s has %d callbacks, %v, want %d", path, n, err, want)
		}
	}
	s.start()
	s.says("serving")
	s.stop()
}

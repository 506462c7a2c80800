package sqlite_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

func TestMigrations(t *testing.T) {
	storetest.Migrations(t, another(t, filepath.Join(t.TempDir(), "hotline.db")), sqlite.Migrate)
}

// history writes the first of everything in the history of the configuration.
func history(t *testing.T, s *sqlite.Store) {
	t.Helper()
	o, err := s.DeclareOverride(t.Context(), callbacks.DeclaredOverride{Line: "gopay", From: storetest.Start,
		Until: storetest.Start.AddDate(0, 0, 1)})
	if err != nil || o.ID != 1 {
		t.Fatalf("declared as %+v, %v", o, err)
	}
	v, added, err := s.AddVersion(t.Context(), callbacks.Version{Hash: "h", Files: map[string][]byte{"a": []byte("1")}})
	if err != nil || !added || v.Number != 1 {
		t.Fatalf("added as %+v, %v, %v", v, added, err)
	}
	if v, err := s.Version(t.Context(), 0); err != nil || string(v.Files["a"]) != "1" {
		t.Fatalf("added as %+v, %v", v, err)
	}
	if err := s.SeeInstance(t.Context(), callbacks.Instance{ID: "i", Seen: storetest.Start}); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Instances(t.Context(), storetest.Start); err != nil || len(list) != 1 {
		t.Fatalf("instances: %+v, %v", list, err)
	}
}

// Who asks for the hours in force waits for nobody who writes, be it another process.
func TestTheConfigHistoryIsReadWhileOthersWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	s := open(t, path)
	history(t, s)
	tx, err := another(t, path).Begin() // which keeps the file to itself
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`DELETE FROM overrides; DELETE FROM instances; DELETE FROM config_versions`); err != nil {
		t.Fatal(err)
	}
	// In this process one waits for the other, and has the connection that writes.
	waits := make(chan error)
	go func() { waits <- s.ForgetInstance(t.Context(), "nobody") }()
	for !sqlite.Writes(s) {
		runtime.Gosched()
	}
	for range 20 {
		if list, err := s.Overrides(t.Context(), storetest.Start); err != nil || len(list) != 1 {
			t.Errorf("overrides: %+v, %v", list, err)
		}
		if list, err := s.Versions(t.Context(), 5); err != nil || len(list) != 1 {
			t.Errorf("versions: %+v, %v", list, err)
		}
		if v, err := s.Version(t.Context(), 1); err != nil || len(v.Files) != 1 {
			t.Errorf("the version: %+v, %v", v, err)
		}
		if v, err := s.VersionOf(t.Context(), "h"); err != nil || len(v.Files) != 1 {
			t.Errorf("the version: %+v, %v", v, err)
		}
		if list, err := s.Instances(t.Context(), storetest.Start); err != nil || len(list) != 1 {
			t.Errorf("instances: %+v, %v", list, err)
		}
	}
	select {
	case err := <-waits:
		t.Fatalf("it waited for who wrote: %v", err)
	default:
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-waits; err != nil {
		t.Error(err)
	}
}

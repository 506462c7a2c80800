package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// The newest migration can be taken back, and made again, with data in the tables that stay.
func TestTheNewestMigrationDownAndUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	s := open(t, path)
	book(t, s)
	ledger(t, s)
	db := another(t, path)
	p, err := sqlite.Migrations(db)
	if err != nil {
		t.Fatal(err)
	}
	whole := schema(t, db)
	down, err := p.Down(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := another(t, filepath.Join(t.TempDir(), "before.db"))
	older, err := sqlite.Migrations(before)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := older.UpTo(t.Context(), down.Source.Version-1); err != nil {
		t.Fatal(err)
	}
	if got, want := schema(t, db), schema(t, before); !slices.Equal(got, want) || slices.Equal(got, whole) {
		t.Errorf("taken back, it has %q, want %q", got, want)
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := schema(t, db); !slices.Equal(got, whole) {
		t.Errorf("made again, it has %q, want %q", got, whole)
	}
	s = open(t, path)
	if v, err := s.VersionOf(t.Context(), "h"); err != nil || v.Number != 1 {
		t.Errorf("the version is %+v, %v", v, err)
	}
	if c, err := s.Callback(t.Context(), 1); err != nil || c.Reference != "1234567" {
		t.Errorf("the promise is %+v, %v", c, err)
	}
}

// schema is what columns the tables have, in whatever order, and what the indexes are made by.
func schema(t *testing.T, db *sql.DB) (made []string) {
	t.Helper()
	rows, err := db.Query(`SELECT name || ': ' || coalesce(sql, '') FROM sqlite_master WHERE type <> 'table'
		UNION ALL SELECT t.name || '.' || c.name || ': ' || c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk
			FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		made = append(made, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return made
}

// book makes promise 1.
func book(t *testing.T, s *sqlite.Store) {
	t.Helper()
	if _, err := s.Book(t.Context(), callbacks.Request{Key: "k", Line: "gopay", Desk: "support", Number: "+628120000001", Kind: callbacks.ASAP,
		Called: storetest.Start, Due: storetest.Start, Expires: storetest.Start.Add(time.Hour)}, "1234567"); err != nil {
		t.Fatal(err)
	}
}

// ledger writes the first of everything that a ledger keeps.
func ledger(t *testing.T, s *sqlite.Store) {
	t.Helper()
	o, err := s.DeclareOverride(t.Context(), callbacks.Override{Line: "gopay", From: storetest.Start, Until: storetest.Start.AddDate(0, 0, 1)})
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
func TestTheLedgerIsReadWhileOthersWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	s := open(t, path)
	ledger(t, s)
	tx, err := another(t, path).Begin() // which keeps the file to itself
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`DELETE FROM overrides; DELETE FROM instances; DELETE FROM version_files; DELETE FROM versions`); err != nil {
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
		t.Fatalf("whoever wrote was waited for: %v", err)
	default:
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-waits; err != nil {
		t.Error(err)
	}
}

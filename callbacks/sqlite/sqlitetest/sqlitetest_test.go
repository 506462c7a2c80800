package sqlitetest_test

import (
	"context"
	"database/sql"
	"os"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
)

// A database that was copied takes callbacks, and the next one knows nothing of them.
func TestDatabasesAreApart(t *testing.T) {
	called := time.Date(2026, 3, 4, 1, 0, 0, 0, time.UTC)
	for range 2 {
		store, err := sqlite.Open(t.Context(), sqlitetest.New(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		found, err := store.List(context.Background(), callbacks.Filter{})
		if err != nil || len(found) != 0 {
			t.Fatalf("%d callbacks, %v", len(found), err)
		}
		if _, err := store.Book(t.Context(), callbacks.Request{
			Key: "+6281234567890", Line: "gopay", Desk: "support", Topic: "login", Language: "en",
			Number: "+6281234567890",
			Caller: "+6281234567890",
			Kind:   callbacks.ASAP, Called: called, Due: called, Expires: called.Add(time.Hour),
		}, "1111111"); err != nil {
			t.Fatal(err)
		}
	}
}

// The copy has nothing left to migrate: its version is the one that it still has when the store has opened it.
func TestNothingIsLeftToMigrate(t *testing.T) {
	path := sqlitetest.New(t)
	version := func() (newest int64) {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if err := db.QueryRow("SELECT max(version_id) FROM goose_db_version").Scan(&newest); err != nil {
			t.Fatal(err)
		}
		return newest
	}
	before := version()
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if after := version(); before == 0 || after != before {
		t.Errorf("version %d, and %d once it was opened", before, after)
	}
}

// A file that is there stays as it is.
func TestWriteKeepsWhatIsThere(t *testing.T) {
	path := sqlitetest.New(t)
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sqlitetest.Write(path); err == nil {
		t.Error("written over it")
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != "mine" {
		t.Errorf("%q, %v", content, err)
	}
}

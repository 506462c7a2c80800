package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// A database of the first release goes on: its promises are kept and told with the number that was keyed in then.
func TestADatabaseOfTheFirstRelease(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	script, err := os.ReadFile("migrations/00001_promises.sql")
	if err != nil {
		t.Fatal(err)
	}
	up, _, _ := strings.Cut(string(script), "-- +goose Down")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		up,
		`CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))`,
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1)`,
		`INSERT INTO reference_numbers VALUES ('7654321')`,
		`INSERT INTO callbacks (request_key, reference, line, desk, topic, language, number, caller, account, txn, kind, urgent,
			called_ms, due_ms, expires_ms, state) VALUES ('k', '7654321', 'gopay', 'support', 'refund', 'id', '+6281234567890', '', '',
			'998877', 'asap', 0, 1772420400000, 1772420400000, 1772679600000, 'booked')`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	if n, err := s.Promote(context.Background(), storetest.Start.Add(time.Hour), 5); err != nil || n != 1 {
		t.Fatalf("%d fall due, %v", n, err)
	}
	due, err := s.Ready(context.Background(), callbacks.Desk{Line: "gopay", Desk: "support"}, nil, 5)
	if err != nil || len(due) != 1 {
		t.Fatalf("due: %+v, %v", due, err)
	}
	if c := due[0]; c.Answers.Get("transaction") != "998877" || c.Note != (callbacks.Recording{}) {
		t.Errorf("taken over as %+v", c)
	}
	// It keeps what a new one keeps, and has no history yet.
	if _, err := s.Version(context.Background(), 0); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("a version that was never in force: %v", err)
	}
	ledger(t, s)
}

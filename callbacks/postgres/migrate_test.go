//go:build referee

package postgres_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// The newest migration can be taken back, and made again, with data in the tables that stay.
func TestTheNewestMigrationDownAndUp(t *testing.T) {
	url, beforeURL := cluster.Database(t), cluster.Database(t)
	s := open(t, url)
	if _, err := s.Book(t.Context(), callbacks.Request{Key: "k", Line: "gopay", Desk: "support", Number: "+628120000001", Kind: callbacks.ASAP,
		Called: storetest.Start, Due: storetest.Start, Expires: storetest.Start.Add(time.Hour)}, "1234567"); err != nil {
		t.Fatal(err)
	}
	version := callbacks.Version{Hash: "h", Files: map[string][]byte{"a": []byte("1")}}
	if _, added, err := s.AddVersion(t.Context(), version); err != nil || !added {
		t.Fatal(added, err)
	}
	db, before := another(t, url), another(t, beforeURL)
	p, err := postgres.Migrations(db)
	if err != nil {
		t.Fatal(err)
	}
	whole := schema(t, db)
	down, err := p.Down(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	older, err := postgres.Migrations(before)
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
	s = open(t, url)
	if v, err := s.VersionOf(t.Context(), "h"); err != nil || v.Number != 1 {
		t.Errorf("the version is %+v, %v", v, err)
	}
	if c, err := s.Callback(t.Context(), 1); err != nil || c.Reference != "1234567" {
		t.Errorf("the promise is %+v, %v", c, err)
	}
}

// schema is what tables, indexes and constraints there are.
func schema(t *testing.T, db *sql.DB) (made []string) {
	t.Helper()
	rows, err := db.Query(`SELECT table_name || '.' || column_name || ': ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
			FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1`)
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

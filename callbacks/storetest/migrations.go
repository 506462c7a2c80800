package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// Migrations tries how an empty database is brought up to date from one version to the next. migrate is the dialect's.
func Migrations(t *testing.T, db *sql.DB, migrate func(context.Context, *sql.DB, fs.FS) error) {
	first := scripts("CREATE TABLE kept (name TEXT);\nINSERT INTO kept VALUES ('a');")
	second := scripts(`CREATE TABLE kept (name TEXT);`, `ALTER TABLE kept ADD COLUMN age INTEGER NOT NULL DEFAULT 7;`)
	broken := scripts(`SELECT 1;`, `SELECT 1;`, `INSERT INTO kept VALUES ('b', 8);`,
		"INSERT INTO kept VALUES ('c', 9);\nINSERT INTO nowhere VALUES (1);")
	kept := func(want string) {
		t.Helper()
		var all string
		if err := db.QueryRow(`SELECT max(version_id) || ': ' || (SELECT min(name || age) || max(name || age) FROM kept)
			FROM goose_db_version`).Scan(&all); err != nil || all != want {
			t.Errorf("there is %q, %v, want %q", all, err, want)
		}
	}
	if err := migrate(t.Context(), db, first); err != nil {
		t.Fatal(err)
	}
	var processes sync.WaitGroup
	for range 4 { // all see the older version
		processes.Go(func() {
			if err := migrate(context.Background(), db, second); err != nil {
				t.Error(err)
			}
		})
	}
	processes.Wait()
	kept("2: a7a7")
	if err := migrate(t.Context(), db, broken); err == nil || !strings.Contains(err.Error(), "version:4") {
		t.Errorf("a script that fails: %v", err)
	}
	kept("3: a7b8") // what came before it is kept, of itself nothing
	if err := migrate(t.Context(), db, first); err != nil {
		t.Errorf("the program before, which a rollback starts again: %v", err)
	}
	kept("3: a7b8")
	breaking := second.(fstest.MapFS)
	breaking["migrations/0100_script.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nALTER TABLE kept RENAME TO " +
		"gone;\nCREATE TABLE kept AS SELECT name, age FROM gone;")}
	if err := migrate(t.Context(), db, breaking); err != nil {
		t.Error(err)
	}
	if err := migrate(t.Context(), db, first); err == nil || !strings.Contains(err.Error(), "of version 100") ||
		!strings.Contains(err.Error(), "up to 99") {
		t.Errorf("a program that cannot live with the tables: %v", err)
	}
	kept("100: a7b8")
}

// scripts are migrations by the names of their files.
func scripts(texts ...string) fs.FS {
	files := fstest.MapFS{}
	for i, text := range texts {
		files[fmt.Sprintf("migrations/%04d_script.sql", i+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return files
}

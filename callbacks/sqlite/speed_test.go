//go:build referee && !race

package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// beside opens the file as the store's own writer does, past the store.
func beside(t *testing.T, path string) storetest.Database {
	t.Helper()
	db, err := sql.Open("sqlite", sqlite.DSN(path, false))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return storetest.Database{DB: db}
}

func TestBookingSpeed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	storetest.BookingSpeed(t, open(t, path), beside(t, path))
}

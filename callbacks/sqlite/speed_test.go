//go:build referee && bench

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
	return storetest.Database{
		DB: db,
		Hurry: []string{
			"PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF", "PRAGMA secure_delete = OFF", "PRAGMA cache_size = -200000",
		},
		Indexes: `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'callbacks' AND sql IS NOT NULL`,
		Settle:  []string{"PRAGMA wal_checkpoint(TRUNCATE)"},
	}
}

func TestBookingSpeed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	storetest.BookingSpeed(t, open(t, path), beside(t, path))
}

func TestGrowthSpeed(t *testing.T) {
	storetest.GrowthSpeed(t, func(t *testing.T) (storetest.Store, storetest.Database) {
		path := filepath.Join(t.TempDir(), "hotline.db")
		return open(t, path), beside(t, path)
	})
}

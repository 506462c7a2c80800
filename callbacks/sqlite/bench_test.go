package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// benched is an empty store, and its file as the store's own writer opens it.
func benched(b *testing.B) (storetest.Store, storetest.Database) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "hotline.db")
	s, err := sqlite.Open(context.Background(), path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	db, err := sql.Open("sqlite", sqlite.DSN(path, false))
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { _ = db.Close() })
	return s, storetest.Database{
		DB: db,
		Hurry: []string{
			"PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF", "PRAGMA secure_delete = OFF",
			"PRAGMA cache_size = -200000",
		},
		Indexes: `SELECT name, sql FROM sqlite_master
			WHERE type = 'index' AND tbl_name = 'callbacks' AND sql IS NOT NULL`,
		Settle: []string{"PRAGMA wal_checkpoint(TRUNCATE)"},
	}
}

func BenchmarkBookings(b *testing.B) {
	s, _ := benched(b)
	storetest.BenchmarkBookings(b, s)
}

func BenchmarkOneBooking(b *testing.B) { storetest.BenchmarkOneBooking(b, benched) }

func BenchmarkGrowth(b *testing.B) { storetest.BenchmarkGrowth(b, benched) }

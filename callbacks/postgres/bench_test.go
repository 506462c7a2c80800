//go:build conformance

package postgres_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// benched is an empty store, and a connection past it.
func benched(b *testing.B) (storetest.Store, storetest.Database) {
	b.Helper()
	url := cluster.Database(b)
	s, err := postgres.Open(context.Background(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	db, err := sql.Open("pgx", url)
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { _ = db.Close() })
	return s, storetest.Database{
		DB: db,
		Hurry: []string{
			"SET synchronous_commit = off", "SET session_replication_role = replica",
			"SET maintenance_work_mem = '256MB'",
		},
		Indexes: `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'callbacks'
			AND indexname NOT IN (SELECT conname FROM pg_constraint)`,
		Settle: []string{"VACUUM ANALYZE", "CHECKPOINT"},
	}
}

func BenchmarkBookings(b *testing.B) {
	s, _ := benched(b)
	storetest.BenchmarkBookings(b, s)
}

func BenchmarkOneBooking(b *testing.B) { storetest.BenchmarkOneBooking(b, benched) }

func BenchmarkGrowth(b *testing.B) { storetest.BenchmarkGrowth(b, benched) }

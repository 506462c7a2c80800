//go:build referee && bench

package postgres_test

import (
	"database/sql"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// beside opens a database past the store.
func beside(t *testing.T, url string) storetest.Database {
	t.Helper()
	db, err := sql.Open("pgx", url)
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
		DB:      db,
		Hurry:   []string{"SET synchronous_commit = off", "SET session_replication_role = replica", "SET maintenance_work_mem = '256MB'"},
		Indexes: `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'callbacks' AND indexname NOT IN (SELECT conname FROM pg_constraint)`,
		Settle:  []string{"VACUUM ANALYZE", "CHECKPOINT"},
	}
}

func TestGrowthSpeed(t *testing.T) {
	storetest.GrowthSpeed(t, func(t *testing.T) (storetest.Store, storetest.Database) {
		url := cluster.Database(t)
		return open(t, url), beside(t, url)
	})
}

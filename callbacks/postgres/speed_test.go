//go:build referee && !race

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
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for setting, want := range map[string]string{"fsync": "on", "synchronous_commit": "on"} {
		var is string
		if err := db.QueryRow("SHOW " + setting).Scan(&is); err != nil || is != want {
			t.Fatalf("%s = %s, %v: what is measured must be durable", setting, is, err)
		}
	}
	return storetest.Database{DB: db, Numbered: true}
}

func TestBookingSpeed(t *testing.T) {
	url := cluster.Database(t)
	storetest.BookingSpeed(t, open(t, url), beside(t, url))
}

//go:build conformance

package dispatch_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// The same property with the callbacks in PostgreSQL.
func TestRandomEventsOnPostgreSQL(t *testing.T) {
	for _, first := range []bool{false, true} {
		t.Run(fmt.Sprint("customer first ", first), func(t *testing.T) { randomEventsOnPostgreSQL(t, first) })
	}
}

func randomEventsOnPostgreSQL(t *testing.T, first bool) {
	runs(t, checksOnPostgreSQL)
	cluster := pgtest.New(t)
	empty := cluster.Database(t)
	store, err := postgres.Open(t.Context(), empty)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil { // nobody may be connected to what is copied
		t.Fatal(err)
	}
	randomEvents(t, first, func(rt *rapid.T) func() (storetest.Store, error) {
		url := cluster.Copy(rt, empty)
		return func() (storetest.Store, error) { return postgres.Open(context.Background(), url) }
	})
}

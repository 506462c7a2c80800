//go:build conformance

package postgres_test

import (
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

func TestMigrations(t *testing.T) {
	storetest.Migrations(t, another(t, cluster.Database(t)), postgres.Migrate)
}

//go:build conformance

package sqlstore_test

import (
	"context"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
)

const postgresCatalogue = postgresSchema + `FROM information_schema.columns WHERE table_schema = 'public'`

func inPostgres(t *testing.T, cluster *pgtest.Cluster) database {
	t.Helper()
	url := cluster.Database(t)
	s, err := postgres.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return database{s.Store, beside(t, "pgx", url), postgresCatalogue}
}

func TestEveryColumnMovesToPostgreSQLAndBack(t *testing.T) {
	cluster := pgtest.New(t)
	from, to, back := inSQLite(t), inPostgres(t, cluster), inSQLite(t)
	testColumns(t, to)
	from.fill(t)
	testMove(t, from, to)
	testMove(t, to, back)
}

func TestErasePersonInPostgreSQL(t *testing.T) { testErasePerson(t, inPostgres(t, pgtest.New(t))) }

// Package postgres keeps promises in PostgreSQL, for several instances behind a load balancer.
package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// connections is how many one instance keeps at most; PostgreSQL has 100 for all of them unless told otherwise.
	connections = 16
	// statementLimit is how long the server works on one statement, a lock that is waited for included. A caller is on the
	// line.
	statementLimit = 4 * time.Second
)

// dialect is PostgreSQL's.
var dialect = sqlstore.Dialect{
	Name: "postgres", Numbered: true, Order: "seq_written", Snapshot: sql.LevelRepeatableRead,
	Lock: " FOR UPDATE", SkipLocked: " FOR UPDATE SKIP LOCKED",
	Serialize: `SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`,
	Recount:   `SELECT setval(pg_get_serial_sequence('TABLE', 'id'), coalesce((SELECT max(id) FROM TABLE), 0) + 1, false)`,
	Again:     again,
	Reason:    reason,
}

// again reports a deadlock, or a transaction that another one got in the way of: class 40 of the server's error codes
// (PostgreSQL documentation, appendix A).
func again(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && len(refused.Code) == 5 && refused.Code[:2] == "40"
}

// reason is a [sqlstore.Dialect]'s: from the server's error codes, or there was no answer of the server's.
func reason(err error) string {
	var refused *pgconn.PgError
	switch {
	case !errors.As(err, &refused):
		return "the database cannot be reached"
	case refused.Code == "53100":
		return "the disk is full"
	case refused.Code == "25006":
		return "the database is read-only"
	case refused.Code == "55P03", refused.Code == "57014": // 57014: it took longer than statementLimit
		return "the database is locked"
	case strings.HasPrefix(refused.Code, "XX"):
		return "the database is corrupt"
	}
	return ""
}

// A Store is a [callbacks.Store] in a PostgreSQL database.
type Store struct {
	*sqlstore.Store
	pool *sql.DB
}

var _ callbacks.Store = (*Store)(nil)

// Open connects to a database by its URL ("postgres://user:password@host/database") and brings its tables up to date.
// Instances that start at once wait for each other. Errors do not repeat the URL: it may hold a password.
func Open(ctx context.Context, url string) (*Store, error) {
	settings, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("postgres: the URL cannot be read; write postgres://user:password@host:5432/database")
	}
	settings.RuntimeParams["application_name"] = "hotline"
	settings.RuntimeParams["statement_timeout"] = fmt.Sprint(statementLimit.Milliseconds())
	// A promise is on the disk before it is spoken, whatever the server does by default.
	settings.RuntimeParams["synchronous_commit"] = "on"
	// Whatever a call or a dispatcher waits for has an index, which one plan for all values finds. It must not be planned anew
	// each time, nor must the planner guess, while a table has no statistics, that reading all of it is quicker.
	settings.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	// Where it has no other way, that looks so dear that compiling the query would seem to pay.
	settings.RuntimeParams["enable_seqscan"] = "off"
	settings.RuntimeParams["jit"] = "off"
	pool := stdlib.OpenDB(*settings)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := migrate(ctx, settings); err != nil {
		return nil, errors.Join(fmt.Errorf("postgres: database %s on %s: %w", settings.Database, settings.Host, err), pool.Close())
	}
	return &Store{sqlstore.New(dialect, pool, pool), pool}, nil
}

// migrate brings the tables up to date under a lock of the session, on a connection of its own: a migration may take
// longer than a statement of a call.
func migrate(ctx context.Context, settings *pgx.ConnConfig) (err error) {
	patient := settings.Copy()
	delete(patient.RuntimeParams, "statement_timeout")
	db := stdlib.OpenDB(*patient)
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := provider(db)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
}

// Close closes the connections.
func (s *Store) Close() error { return s.pool.Close() }

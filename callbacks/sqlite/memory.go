package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

// OpenMemory opens an empty store in memory, apart from every other, for simulations: it is fast, nothing of it is
// durable, and it is gone when it is closed.
func OpenMemory(ctx context.Context) (*Store, error) {
	image, err := emptyImage()
	if err != nil {
		return nil, fmt.Errorf("sqlite: in memory: %w", err)
	}
	db, err := memory()
	if err != nil {
		return nil, fmt.Errorf("sqlite: in memory: %w", err)
	}
	if err := withImage(ctx, db, func(c imaged) error { return c.Deserialize(image) }); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: in memory: %w", err), db.Close())
	}
	return &Store{Store: sqlstore.New(dialect, db, db), writer: db}, nil
}

// emptyImage is a database whose tables are up to date, made once: migrations take longer than a simulation.
var emptyImage = sync.OnceValues(func() (image []byte, err error) {
	ctx := context.Background()
	db, err := memory()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := dialect.Migrate(ctx, db, sqlstore.Migrations); err != nil {
		return nil, err
	}
	err = withImage(ctx, db, func(c imaged) (err error) { image, err = c.Serialize(); return err })
	return image, err
})

// memory opens a database in memory. Each connection would have one of its own, so there is one, which is never let go
// and which all take in turn.
func memory() (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file::memory:?"+url.Values{"_pragma": {"foreign_keys(1)", "temp_store(MEMORY)"},
		"_txlock": {"immediate"}}.Encode())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// imaged is what a connection of the driver does besides.
type imaged interface {
	Serialize() ([]byte, error)
	Deserialize(image []byte) error
}

func withImage(ctx context.Context, db *sql.DB, f func(imaged) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	return errors.Join(conn.Raw(func(c any) error { return f(c.(imaged)) }), conn.Close())
}

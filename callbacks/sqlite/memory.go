package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

// A Memory is a [Store] in memory, for simulations: it is fast, nothing of it is durable, and it is gone when it is
// closed.
type Memory struct {
	*Store
	tables []string
}

// OpenMemory makes an empty one, apart from every other.
func OpenMemory(ctx context.Context) (*Memory, error) {
	db, err := sql.Open("sqlite", "file::memory:?"+url.Values{"_pragma": {"foreign_keys(1)", "temp_store(MEMORY)"},
		"_txlock": {"immediate"}}.Encode())
	if err != nil {
		return nil, fmt.Errorf("sqlite: in memory: %w", err)
	}
	// Each connection would have a database of its own, so there is one, which is never let go and which all take in turn.
	db.SetMaxOpenConns(1)
	m := &Memory{Store: &Store{Store: sqlstore.New(dialect, db, db), writer: db}}
	if err = dialect.Migrate(ctx, db, sqlstore.Migrations); err == nil {
		err = m.remember(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: in memory: %w", err), m.Close())
	}
	return m, nil
}

// remember keeps what a new store holds.
func (m *Memory) remember(ctx context.Context) (err error) {
	if m.tables, err = m.list(ctx); err != nil {
		return err
	}
	for _, table := range m.tables {
		if _, err := m.writer.ExecContext(ctx, "CREATE TEMP TABLE new_"+table+" AS SELECT * FROM "+table); err != nil {
			return err
		}
	}
	return nil
}

// Clear forgets everything, as if the store had just been opened. Nobody may use the store meanwhile.
func (m *Memory) Clear(ctx context.Context) error {
	if err := m.clear(ctx); err != nil {
		return fmt.Errorf("sqlite: in memory: clear: %w", err)
	}
	return nil
}

func (m *Memory) clear(ctx context.Context) (err error) {
	if _, err := m.writer.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil { // tables are emptied in any order
		return err
	}
	defer func() {
		_, again := m.writer.ExecContext(ctx, "PRAGMA foreign_keys = ON")
		err = errors.Join(err, again)
	}()
	tx, err := m.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, table := range m.tables {
		for _, statement := range []string{"DELETE FROM " + table, "INSERT INTO " + table + " SELECT * FROM new_" + table} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return errors.Join(err, tx.Rollback())
			}
		}
	}
	return tx.Commit()
}

// list names the tables that hold what was written, and the numbering of their rows.
func (m *Memory) list(ctx context.Context) (names []string, err error) {
	rows, err := m.writer.QueryContext(ctx,
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'goose_db_version'
		AND (name NOT LIKE 'sqlite_%' OR name = 'sqlite_sequence')`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

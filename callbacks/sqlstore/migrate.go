package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// Migrations are the scripts that make and change the tables of both databases.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Migrate brings the tables of a database up to date. The scripts run in the order of their names; the n-th takes the
// database to version n. Those that it does not have yet are applied together or not at all, and processes that start
// at once wait for each other. A database of a later version than there are scripts is refused and stays as it is.
func (d Dialect) Migrate(ctx context.Context, db *sql.DB, scripts fs.FS) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("migrations: begin: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("migrations: %w", errors.Join(err, tx.Rollback()))
		}
	}()
	if err := (conn{handle: tx, dialect: &d}).serialize(ctx, "migrations"); err != nil {
		return err
	}
	if err := d.migrate(ctx, tx, scripts); err != nil {
		return err
	}
	return tx.Commit()
}

func (d Dialect) migrate(ctx context.Context, tx *sql.Tx, scripts fs.FS) error {
	if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)`); err != nil {
		return err
	}
	var version int
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_version`).Scan(&version); err != nil {
		return err
	}
	names, err := fs.Glob(scripts, "migrations/*.sql")
	if err != nil {
		return err
	}
	if version > len(names) {
		return fmt.Errorf("the database is of version %d and this program knows versions up to %d; run the program that "+
			"wrote it, or a later one", version, len(names))
	}
	for i, name := range names[version:] {
		script, err := fs.ReadFile(scripts, name)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, d.Words.Replace(string(script))); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		set := fmt.Sprintf("DELETE FROM schema_version; INSERT INTO schema_version (version) VALUES (%d)", version+i+1)
		if _, err := tx.ExecContext(ctx, set); err != nil {
			return err
		}
	}
	return nil
}

package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/spf13/afero"
)

// Migrations are the scripts that make and change the tables of both databases, the n-th in the file that begins with
// n.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Migrate brings the tables of a database up to date: those scripts that it has not had are applied in the order of
// their names, each as one transaction. A database of a later version than there are scripts is refused and stays as it
// is. Processes that start at once wait for each other where the dialect has a Locker; elsewhere the caller sees to it.
func (d Dialect) Migrate(ctx context.Context, db *sql.DB, scripts fs.FS) error {
	p, err := d.migrations(db, scripts)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	version, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	sources := p.ListSources()
	if known := sources[len(sources)-1].Version; version > known {
		return fmt.Errorf("migrations: the database is of version %d and this program knows versions up to %d; "+
			"run the program that wrote it, or a later one", version, known)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// migrations are the scripts in the words of the dialect.
func (d Dialect) migrations(db *sql.DB, scripts fs.FS) (*goose.Provider, error) {
	names, err := fs.Glob(scripts, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	files := afero.NewMemMapFs()
	for _, name := range names {
		script, err := fs.ReadFile(scripts, name)
		if err != nil {
			return nil, err
		}
		if err := afero.WriteFile(files, name, []byte(d.Words.Replace(string(script))), 0o444); err != nil {
			return nil, err
		}
	}
	dir, err := fs.Sub(afero.NewIOFS(files), "migrations")
	if err != nil {
		return nil, err
	}
	var options []goose.ProviderOption
	if d.Locker != nil {
		options = append(options, goose.WithSessionLocker(d.Locker))
	}
	return goose.NewProvider(d.Migrations, db, dir, options...)
}

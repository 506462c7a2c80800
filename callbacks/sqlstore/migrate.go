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

// Migrations are the scripts that make and change the tables of both databases, by the numbers that their files begin
// with. Programs of the last version run on beside the next one's tables, and a rollback starts them there again. So a
// script only adds: tables, indexes, and columns with a default. One that an older program cannot live with, since it
// removes or renames what that one uses, is for a later release, and begins the next hundred: 0100, 0200.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// compatible is how many versions of the tables suit a program that knows the first of them.
const compatible = 100

// Migrate brings the tables of a database up to date: those scripts that it has not had are applied in the order of
// their names, each as one transaction. A database of a later version than there are scripts stays as it is; of a later
// hundred it is refused. The caller sees to it that one process at a time does so.
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
	known := sources[len(sources)-1].Version
	if err := suitable(version, known); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if version > known {
		return nil // of a later release, which only added to it
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// suitable is an error when a program that knows versions up to one cannot use tables of another.
func suitable(version, known int64) error {
	if version/compatible <= known/compatible {
		return nil
	}
	return fmt.Errorf("the database is of version %d and this program runs on versions up to %d; "+
		"run the program that wrote it, or a later one", version, (known/compatible+1)*compatible-1)
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
	return goose.NewProvider(d.Migrations, db, dir)
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

// mostProblems is how many problems of one kind are told.
const mostProblems = 20

// Check reads the whole file and changes nothing, while servers use it or not: whether its pages and indexes fit
// together, whether rows refer to others that there are, and how many rows each table has.
func Check(ctx context.Context, path string) (sqlstore.Health, error) {
	file, err := existing(path)
	if err != nil {
		return sqlstore.Health{}, err
	}
	h, err := check(ctx, file, "mode=ro")
	return h, remedied(err)
}

// remedied adds what to do about a database that cannot be read.
func remedied(err error) error {
	if reason(err) == corrupt {
		return fmt.Errorf("%w; keep the file, and restore a backup with hotline store restore", err)
	}
	return err
}

// existing is the file that a path leads to, which must be there with the log that is its own.
func existing(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("sqlite: %w", err)
	}
	file, err := followed(path)
	if err == nil {
		_, err = os.Stat(file) // opening it would make an empty one
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("sqlite: %w; name the database as the server does, with HOTLINE_STORE or --store", err)
	}
	if err != nil {
		return "", fmt.Errorf("sqlite: %w", err)
	}
	return file, ownLog(file, file+".migrate-lock")
}

// reading opens a file for nothing but reading. how is "mode=ro", or "immutable=1" for one that nobody uses: then
// SQLite puts nothing beside it.
func reading(file, how string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(file)}).EscapedPath()+"?"+how+
		"&_pragma=busy_timeout(3000)")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func check(ctx context.Context, file, how string) (h sqlstore.Health, err error) {
	db, err := reading(file, how)
	if err != nil {
		return h, fmt.Errorf("sqlite: %s: %w", file, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if h.Problems, err = wrongPages(ctx, db); err == nil && len(h.Problems) == 0 {
		h, err = dialect.Check(ctx, db)
		var dangling []string
		if err == nil {
			dangling, err = danglingRows(ctx, db)
		}
		h.Problems = append(h.Problems, dangling...)
	}
	if err != nil {
		return h, fmt.Errorf("sqlite: %s: %w", file, err)
	}
	return h, nil
}

// wrongPages is what does not fit together in the file: then its rows cannot be relied on.
func wrongPages(ctx context.Context, db *sql.DB) (problems []string, err error) {
	pages, err := texts(ctx, db, "PRAGMA integrity_check("+strconv.Itoa(mostProblems)+")", 1)
	for _, found := range pages {
		if found[0] != "ok" {
			problems = append(problems, found[0])
		}
	}
	return problems, err
}

// danglingRows are those that refer to others that there are not.
func danglingRows(ctx context.Context, db *sql.DB) (problems []string, err error) {
	rows, err := texts(ctx, db, "PRAGMA foreign_key_check", 4)
	for _, found := range rows[:min(len(rows), mostProblems)] {
		problems = append(problems, fmt.Sprintf("a row of %s refers to one of %s that there is not", found[0], found[2]))
	}
	return problems, err
}

// texts are the rows of a query of so many columns.
func texts(ctx context.Context, db *sql.DB, query string, columns int) (all [][]string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		row, into := make([]sql.NullString, columns), make([]any, columns)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		words := make([]string, columns)
		for i, cell := range row {
			words[i] = cell.String
		}
		all = append(all, words)
	}
	return all, rows.Err()
}

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Health is what a check finds of a database.
type Health struct {
	// Version is that of its tables, Known the latest that this program knows.
	Version, Known int64
	// Tables are those that a move copies, with how many rows each has, all at the same moment.
	Tables []TableRows
	// Open is how many callbacks are open, and Unsent how many text messages wait: a server deals with them at once.
	Open, Unsent int
	// Problems are what is wrong, in words.
	Problems []string
}

// TableRows is how many rows a table has.
type TableRows struct {
	Table string
	Rows  int
}

// tablesVersion asks for the latest script that was applied.
const tablesVersion = `SELECT max(version_id) FROM goose_db_version WHERE is_applied`

// Check reads a database and changes nothing, of every version that this program can run on: the tables of an
// older one are brought up to date by the program that opens it, and a later one only has more. Others are an error.
func (d Dialect) Check(ctx context.Context, db *sql.DB) (h Health, err error) {
	known, err := d.migrations(db, Migrations)
	if err != nil {
		return h, err
	}
	sources := known.ListSources()
	h.Known = sources[len(sources)-1].Version
	s := Store{dialect: &d, readers: db}
	err = s.snapshot(ctx, "check", func(tx conn) (err error) {
		there, err := rows(ctx, tx, only[string], d.TableNames)
		if err != nil {
			return err
		}
		if !slices.Contains(there, "goose_db_version") {
			return errors.New("it is empty or not a database of Hotline (it has no table goose_db_version): " +
				"name the one that a server has used, or a backup of it")
		}
		if h.Version, err = value[int64](ctx, tx, tablesVersion); err != nil {
			return fmt.Errorf("the version of its tables: %w", err)
		}
		if err := suitable(h.Version, h.Known); err != nil {
			return err
		}
		for _, t := range tables {
			if !slices.Contains(there, t.name) {
				if h.Version >= h.Known { // an older one may have fewer
					h.Problems = append(h.Problems, "the table "+t.name+" is missing")
				}
				continue
			}
			h.Problems, err = t.check(ctx, tx, h.Problems)
			var n int
			if err == nil {
				n, err = value[int](ctx, tx, "SELECT count(*) FROM "+t.name)
			}
			if err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
			h.Tables = append(h.Tables, TableRows{t.name, n})
		}
		if len(h.Problems) > 0 {
			return nil
		}
		if h.Open, err = value[int](ctx, tx, "SELECT count(*) FROM callbacks WHERE "+openStates); err == nil {
			h.Unsent, err = value[int](ctx, tx, "SELECT count(*) FROM sms WHERE state = 'waiting'")
		}
		return err
	})
	return h, err
}

// check adds to the problems when the database would give a number to a row that another one has.
func (t table) check(ctx context.Context, tx conn, problems []string) ([]string, error) {
	if !t.numbered {
		return problems, nil
	}
	highest, err := value[int64](ctx, tx, "SELECT coalesce(max(id), 0) FROM "+t.name)
	if err != nil {
		return problems, err
	}
	last, err := value[int64](ctx, tx, strings.ReplaceAll(tx.dialect.LastID, "TABLE", t.name))
	if err == nil && last < highest {
		problems = append(problems, fmt.Sprintf("%s: the numbering is at %d and there is a row %d: the next rows cannot be "+
			"written", t.name, last, highest))
	}
	return problems, err
}

// ErrProblems: a check has found problems.
var ErrProblems = errors.New("the database has problems")

// Err is [ErrProblems] with what is wrong, or nil.
func (h Health) Err() error {
	if len(h.Problems) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrProblems, strings.Join(h.Problems, "; "))
}

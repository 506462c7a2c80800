package sqlstore

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"
)

// handle is what a transaction and a pool have in common.
type handle interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// A conn speaks the dialect of a database. Queries are written with ? or ?1, which do not occur within their texts.
type conn struct {
	handle  handle
	dialect *Dialect
	// writes is set in a transaction that writes.
	writes bool
}

// query must have its rows read to the end before another one runs; see rows.
func (c conn) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return c.handle.QueryContext(ctx, c.dialect.rebound(query), args...)
}

// exec runs a statement and returns how many rows it wrote.
func (c conn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := c.handle.ExecContext(ctx, c.dialect.rebound(query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// serialize waits until no other transaction that gave the same name is under way.
func (c conn) serialize(ctx context.Context, name string) error {
	if c.dialect.Serialize == "" {
		return nil
	}
	_, err := c.exec(ctx, c.dialect.Serialize, name)
	return err
}

// lock is what is appended to a query for a row that is going to be changed.
func (c conn) lock() string {
	if c.writes {
		return c.dialect.Lock
	}
	return ""
}

// numbered are queries with $1 by the same with ?. There are as many as the package has, so it stays small.
var numbered sync.Map

// rebound writes placeholders as the database wants them.
func (d *Dialect) rebound(query string) string {
	if !d.Numbered {
		return query
	}
	if known, ok := numbered.Load(query); ok {
		return known.(string)
	}
	var out strings.Builder
	parts := strings.Split(query, "?")
	out.WriteString(parts[0])
	for i, part := range parts[1:] {
		out.WriteByte('$')
		if part == "" || part[0] < '1' || part[0] > '9' { // ?1 brings its own number
			out.WriteString(strconv.Itoa(i + 1))
		}
		out.WriteString(part)
	}
	numbered.Store(query, out.String())
	return out.String()
}

package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
)

// A group is transactions that are written one after another in one of the database, each behind a savepoint, and are
// durable at one commit. Whoever has the turn uses it alone.
type group struct {
	queue      *queue
	statements *statements
	members    int
	intact     func() error
	// tx is nil until a member writes.
	tx *sql.Tx
	// failed is what ends the group for all members, refuses the last ticket of those who fail with it.
	failed  error
	refuses int64
	// done is closed when the group has ended, well or not.
	done chan struct{}
}

// inGroup runs f as one transaction of a group and returns when that is committed. When the context ends before, f either
// did not run, or its work may yet be kept.
func (s *Store) inGroup(ctx context.Context, what string, f func(tx conn) error) error {
	g, err := s.queue.enter(ctx)
	if err != nil {
		return s.wrap(what, err)
	}
	// A refusal also waits for the commit: it may rest on what another member wrote.
	err = s.join(ctx, g, f)
	select {
	case <-g.done:
	case <-ctx.Done():
		select {
		case <-g.done: // both: what is known goes first
		default:
			return s.wrap(what, ctx.Err())
		}
	}
	if g.failed != nil {
		return s.wrap(what, g.failed)
	}
	return s.wrap(what, err)
}

// join runs f in the caller's turn, and passes the turn on however f ends.
func (s *Store) join(ctx context.Context, g *group, f func(tx conn) error) error {
	defer s.queue.pass(g)
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := g.begin(); err != nil {
		return err
	}
	member := conn{handle: g, dialect: s.dialect, writes: true}
	if _, err := g.ExecContext(ctx, "SAVEPOINT member"); err != nil {
		return err
	}
	kept := false
	defer func() {
		if !kept {
			g.undo()
		}
	}()
	if err := f(member); err != nil {
		return err
	}
	kept = true
	if _, err := g.ExecContext(context.Background(), "RELEASE member"); err != nil {
		g.failed = fmt.Errorf("release: %w", err)
	}
	return nil
}

// begin begins the database's transaction, unless another member has.
func (g *group) begin() error {
	if g.tx != nil {
		return nil
	}
	waited := g.queue.last()
	g.statements.prepare()
	tx, err := g.statements.db.BeginTx(context.Background(), nil)
	if err != nil {
		g.failed, g.refuses = fmt.Errorf("begin: %w", err), waited
		return g.failed
	}
	g.tx = tx
	return nil
}

// undo takes back what a member wrote. If that fails the database has given up the whole transaction, as it does when the
// disk is full.
func (g *group) undo() {
	for _, statement := range []string{"ROLLBACK TO member", "RELEASE member"} {
		if _, err := g.ExecContext(context.Background(), statement); err != nil {
			g.failed = fmt.Errorf("another transaction could not be taken back alone: %w", err)
			return
		}
	}
}

// end commits what the members wrote, or takes all of it back when the group has failed.
func (g *group) end() {
	defer close(g.done)
	switch {
	case g.tx == nil:
	case g.failed != nil:
		_ = g.tx.Rollback() // it fails when there is nothing left to take back
	default:
		if err := g.tx.Commit(); err != nil {
			g.failed = fmt.Errorf("commit: %w", err)
		} else if g.intact != nil {
			g.failed = g.intact()
		}
	}
}

// A context that ends interrupts no statement within a group: the database would give up everybody's work.

// ExecContext implements handle.
func (g *group) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	if s := g.statements.of(query); s != nil {
		return g.tx.StmtContext(ctx, s).ExecContext(ctx, args...)
	}
	return g.tx.ExecContext(ctx, query, args...)
}

// QueryContext implements handle.
func (g *group) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	if s := g.statements.of(query); s != nil {
		return g.tx.StmtContext(ctx, s).QueryContext(ctx, args...)
	}
	return g.tx.QueryContext(ctx, query, args...)
}

// QueryRowContext implements handle.
func (g *group) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = context.WithoutCancel(ctx)
	if s := g.statements.of(query); s != nil {
		return g.tx.StmtContext(ctx, s).QueryRowContext(ctx, args...)
	}
	return g.tx.QueryRowContext(ctx, query, args...)
}

// statements are the prepared queries of the connection that writes, whose rows must be read before the same query runs
// again. There are as many as the package has.
type statements struct {
	db       *sql.DB
	prepared map[string]*sql.Stmt
	// wanted are seen for the first time. They are prepared between two transactions, when the one connection is free.
	wanted []string
}

// of is nil for a query that is not prepared yet.
func (s *statements) of(query string) *sql.Stmt {
	p, known := s.prepared[query]
	if !known {
		s.prepared[query] = nil
		s.wanted = append(s.wanted, query)
	}
	return p
}

// prepare prepares what was wanted. A query that cannot be prepared says why when it is run.
func (s *statements) prepare() {
	for _, query := range s.wanted {
		if p, err := s.db.PrepareContext(context.Background(), query); err == nil {
			s.prepared[query] = p
		}
	}
	s.wanted = nil
}

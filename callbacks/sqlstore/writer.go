package sqlstore

import (
	"context"
	"database/sql"
	"sync"
)

// A writer hands the one connection that writes from one transaction to the next, first come, first served:
// database/sql by itself would serve those who wait in any order, and the unlucky would wait long.
type writer struct {
	db *sql.DB
	// turn holds a token while somebody writes. A channel serves those who wait to send in the order in which they
	// came.
	turn chan struct{}
	statements
}

func newWriter(db *sql.DB) *writer {
	return &writer{db: db, turn: make(chan struct{}, 1), statements: statements{db: db,
		prepared: map[string]*sql.Stmt{}}}
}

// enter waits for the turn. Without an error it must be passed on.
func (w *writer) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case w.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) pass() { <-w.turn }

// statements are the prepared queries of the connection that writes, for those who have the turn. The rows of a query
// must be read before it runs again. There are as many as the package has.
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

// A preparedTx is a transaction that uses prepared statements.
type preparedTx struct {
	*sql.Tx
	statements *statements
}

// ExecContext implements handle.
func (t preparedTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if s := t.statements.of(query); s != nil {
		return t.StmtContext(ctx, s).ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, query, args...)
}

// QueryContext implements handle.
func (t preparedTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := t.statements.of(query); s != nil {
		return t.StmtContext(ctx, s).QueryContext(ctx, args...)
	}
	return t.Tx.QueryContext(ctx, query, args...)
}

// A preparedPool prepares each query the first time that it is asked. There are as many as the package has: none has a
// value in its text.
type preparedPool struct {
	*sql.DB
	known sync.Map // *sql.Stmt by its text
}

// QueryContext implements handle.
func (p *preparedPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	known, ok := p.known.Load(query)
	if !ok {
		prepared, err := p.PrepareContext(ctx, query)
		if err != nil {
			return nil, err
		}
		var there bool
		if known, there = p.known.LoadOrStore(query, prepared); there {
			_ = prepared.Close() // another was quicker
		}
	}
	return known.(*sql.Stmt).QueryContext(ctx, args...)
}

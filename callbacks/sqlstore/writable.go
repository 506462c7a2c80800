package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Writable writes one row, as callbacks are written, and reads where they are. Its error is a
// [callbacks.UnwritableError].
func (s *Store) Writable(ctx context.Context, now time.Time) error {
	err := s.inTx(ctx, "try whether anything can be written", func(tx conn) error {
		if s.dialect.Afresh != "" {
			if _, err := tx.ExecContext(ctx, s.dialect.Afresh); err != nil {
				return err
			}
		}
		var newest sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(id) FROM callbacks`).Scan(&newest); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO jobs (name, last_run_ms) VALUES ('readiness', ?)
			ON CONFLICT (name) DO UPDATE SET last_run_ms = excluded.last_run_ms`, ms(now))
		return err
	})
	if err == nil {
		return nil
	}
	return &callbacks.UnwritableError{Reason: s.reason(err), Err: err}
}

func (s *Store) reason(err error) (reason string) {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "the database does not answer"
	case s.dialect.Reason != nil:
		reason = s.dialect.Reason(err)
	}
	if reason == "" {
		return "the database takes nothing"
	}
	return reason
}

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// LastRun implements [callbacks.HousekeeperStore].
func (s *Store) LastRun(ctx context.Context, job string) (time.Time, error) {
	var last int64
	err := s.read.QueryRowContext(ctx, `SELECT last_run_ms FROM jobs WHERE name = ?`, job).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return instant(last), s.wrap("read a job's last run", err)
}

// BeginJob implements [callbacks.HousekeeperStore].
func (s *Store) BeginJob(ctx context.Context, job string, last, now time.Time, lease time.Duration) (mine bool,
	err error) {
	err = s.inTx(ctx, "begin a job", func(tx conn) error {
		n, err := tx.affect(ctx,
			`UPDATE jobs SET leased_until_ms = ? WHERE name = ? AND last_run_ms = ? AND leased_until_ms <= ?`,
			ms(now.Add(lease)), job, ms(last), ms(now))
		mine = n > 0
		return err
	})
	return mine && err == nil, err
}

// SetLastRun implements [callbacks.HousekeeperStore].
func (s *Store) SetLastRun(ctx context.Context, job string, at time.Time) error {
	return s.inTx(ctx, "write a job's last run", func(tx conn) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO jobs (name, last_run_ms) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET last_run_ms = excluded.last_run_ms, leased_until_ms = 0`, job, ms(at))
		return err
	})
}

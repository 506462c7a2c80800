package postgres

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	// measured is how often the distance to the database's clock is measured again.
	measured = time.Minute
	// measureLimit bounds one measurement.
	measureLimit = 2 * time.Second
	// readings is how often a measurement asks: the answer that came fastest tells most.
	readings = 3
	// vague is how long an answer may take to be believed while there is an older one, unless the first took as long:
	// it is wrong by half of that at most.
	vague = 100 * time.Millisecond
)

// Clock is the database's clock as seen through the one of this machine, which is now: a local reading moved by the
// distance between the two. The distance is measured here, and by the next who asks for the time once this machine's
// clock shows another minute, in the background: so also when it was set back. While the database is away the last one
// holds.
func (s *Store) Clock(ctx context.Context, now func() time.Time) (func() time.Time, error) {
	first, usual, err := s.distance(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("postgres: ask for the time: %w", err)
	}
	var ahead, latest atomic.Int64 // nanoseconds; latest is when it was measured, on the local clock
	var measuring atomic.Bool
	ahead.Store(int64(first))
	latest.Store(now().UnixNano())
	return func() time.Time {
		local := now()
		age := time.Duration(local.UnixNano() - latest.Load())
		if (age < 0 || age >= measured) && measuring.CompareAndSwap(false, true) {
			latest.Store(local.UnixNano())
			go func() {
				defer measuring.Store(false)
				if d, took, err := s.distance(context.Background(), now); err == nil && took <= max(vague, 2*usual) {
					ahead.Store(int64(d))
				}
			}()
		}
		return local.Add(time.Duration(ahead.Load()))
	}, nil
}

// distance is how far the database's clock is ahead, by the reading that took least.
func (s *Store) distance(ctx context.Context, now func() time.Time) (ahead, took time.Duration, err error) {
	for i := range readings {
		d, t, err := s.reading(ctx, now)
		if err != nil {
			return 0, 0, err
		}
		if i == 0 || t < took {
			ahead, took = d, t
		}
	}
	return ahead, took, nil
}

// reading asks once. The answer is taken to be as old as half the time it took.
func (s *Store) reading(ctx context.Context, now func() time.Time) (ahead, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, measureLimit)
	defer cancel()
	began := now()
	var there time.Time
	if err := s.pool.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&there); err != nil {
		return 0, 0, err
	}
	took = now().Sub(began)
	return there.Sub(began.Add(took / 2)), took, nil
}

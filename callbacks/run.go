package callbacks

import (
	"context"
	"time"
)

// idle is the longest that Run sleeps: another process may have written a callback without waking this one.
const idle = time.Minute

// A Timer returns a channel that delivers once when the instant has come, and a function that gives it up.
type Timer func(at time.Time) (fired <-chan time.Time, stop func())

// SystemTimer is a Timer of the real clock; now tells how far away an instant is.
func SystemTimer(now func() time.Time) Timer {
	return func(at time.Time) (<-chan time.Time, func()) {
		t := time.NewTimer(at.Sub(now()))
		return t.C, func() { t.Stop() }
	}
}

// Run ticks at once, then whenever something is due or [Dispatcher.Wake] is called, until ctx ends.
func (d *Dispatcher) Run(ctx context.Context, timer Timer) {
	run(ctx, d.Tick, d.now, d.woken, timer)
}

// run is the loop of dispatcher and housekeeper. A nil woken never wakes.
func run(ctx context.Context, tick func(context.Context) time.Time, now func() time.Time, woken <-chan struct{}, timer Timer) {
	for ctx.Err() == nil {
		next := tick(ctx)
		if latest := now().Add(idle); next.IsZero() || next.After(latest) {
			next = latest
		}
		fired, stop := timer(next)
		select {
		case <-ctx.Done():
		case <-woken:
		case <-fired:
		}
		stop()
	}
}

package simulator

import (
	"context"
	"time"
)

// RunLive goes by Options.Clock, beside other processes that have the same clock, until ctx ends, when it returns nil,
// or Close. Time does not wait for anybody then: webhooks are under way together, and what is late is late. Pace says
// how fast that clock goes; its Now is not used.
func (c *Simulator) RunLive(ctx context.Context, pace Pace) error {
	if c.opts.Clock == nil {
		return ErrClock
	}
	c.running.Lock()
	defer c.running.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ctx = ctx
	pace = pace.withDefaults()
	for {
		c.deliver()
		if c.closed {
			return ErrClosed
		}
		if ctx.Err() != nil {
			return nil
		}
		if c.happen(ctx) {
			continue
		}
		var due <-chan time.Time // nothing scheduled: only a poke goes on
		if next, ok := c.nextInstant(); ok {
			due = pace.After(time.Duration(float64(next.Sub(c.clock.Now())) / pace.Speed))
		}
		c.unlocked(func() {
			select {
			case <-ctx.Done():
			case <-c.pokes:
			case <-due:
			}
		})
	}
}

// exchangeLive sends a request while other processes go on. The simulator is locked when it is called and when it
// returns.
func (c *Simulator) exchangeLive(ctx context.Context, p *process, w Webhook) (Webhook, error) {
	var err error
	done := false
	c.flights.Go(func() {
		answered, failed := c.roundTrip(ctx, w)
		c.mu.Lock()
		defer c.mu.Unlock()
		w, err, done = answered, failed, true
		p.wake()
	})
	p.waitUntil(time.Time{}, func() bool { return done })
	return w, err
}

package simulator

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrClosed is returned by Run, RunUntil and RunPaced once the simulator was closed.
var ErrClosed = errors.New("simulator: closed")

// ErrClock is returned by whatever would move a clock that is not the simulator's own, and by RunLive for one that is.
var ErrClock = errors.New("simulator: RunLive goes by Options.Clock, everything else by the simulator's own time")

// ErrLimit is returned by RunUntil when its limit came before what it waited for.
var ErrLimit = errors.New("simulator: limit reached before the condition held")

// ticksPerInstant is how often a worker may be called without time passing before that is called a busy loop.
const ticksPerInstant = 1000

// A worker is code of the product that acts by the clock, for example a dispatcher.
type worker struct {
	tick  func(ctx context.Context) time.Time
	woken bool
	next  time.Time
	// instant and count find busy loops.
	instant time.Time
	count   int
}

// Worker registers a part of the product that acts by the clock. It is called for the first time at once,
// then whenever the instant that it returned has come (the zero time: never by itself), after Wake, and,
// unless Options.StrictWake is set, after every batch of events that carried a webhook. It is called again
// at the same instant until nothing new comes of it.
func (c *Simulator) Worker(tick func(ctx context.Context) (next time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.workers = append(c.workers, &worker{tick: tick, woken: true})
	c.poke()
}

// Wake makes every worker due now. It never blocks and may be called from anywhere, a worker included.
func (c *Simulator) Wake() {
	c.woken.Store(true)
	c.poke()
}

// Run lets everything happen that is due until the given instant, which is then the time.
func (c *Simulator) Run(ctx context.Context, until time.Time) error {
	return c.drive(ctx, until, nil)
}

// RunUntil is Run, but ends early, without an error, once done reports true. It asks before anything happens
// and after every event. ErrLimit says that the limit came first.
func (c *Simulator) RunUntil(ctx context.Context, limit time.Time, done func() bool) error {
	return c.drive(ctx, limit, done)
}

func (c *Simulator) drive(ctx context.Context, limit time.Time, done func() bool) error {
	if c.opts.Clock != nil {
		return ErrClock
	}
	c.running.Lock()
	defer c.running.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ctx = ctx
	for {
		c.deliver()
		if err := c.stopping(ctx); err != nil {
			return err
		}
		if done != nil {
			var yes bool
			c.unlocked(func() { yes = done() })
			if yes {
				return nil
			}
		}
		if c.happen(ctx) {
			continue
		}
		next, ok := c.nextInstant()
		if !ok || next.After(limit) {
			break
		}
		c.clock.advance(next)
	}
	c.clock.advance(limit)
	if done != nil {
		return fmt.Errorf("%w: %s", ErrLimit, limit.Format(time.RFC3339))
	}
	return nil
}

func (c *Simulator) stopping(ctx context.Context) error {
	if c.closed {
		return ErrClosed
	}
	return ctx.Err()
}

// happen does one thing that is due now, an event before a worker, and reports whether there was one.
func (c *Simulator) happen(ctx context.Context) bool {
	c.awaitRequests()
	if len(c.agenda) > 0 && !c.agenda[0].at.After(c.clock.Now()) {
		heap.Pop(&c.agenda).(event).do()
		return true
	}
	return c.tickWorkers(ctx)
}

// awaitRequests waits for REST requests that have arrived and not been served, so that no time passes over them.
func (c *Simulator) awaitRequests() {
	for c.arrived.Load() > 0 {
		c.served.Wait()
	}
}

// tickWorkers calls the workers that are due, and reports whether there were any.
func (c *Simulator) tickWorkers(ctx context.Context) bool {
	if c.woken.Swap(false) {
		for _, w := range c.workers {
			w.woken = true
		}
	}
	now, ran := c.clock.Now(), false
	for _, w := range c.workers {
		if !w.woken && (w.next.IsZero() || w.next.After(now)) {
			continue
		}
		ran = true
		w.woken = false
		var next time.Time
		c.unlocked(func() { next = w.tick(ctx) })
		w.next = c.guard(w, now, next)
	}
	return ran
}

// guard ends a busy loop: a worker that wants to be called again and again without time passing.
func (c *Simulator) guard(w *worker, now, next time.Time) time.Time {
	if !w.instant.Equal(now) {
		w.instant, w.count = now, 0
	}
	if w.count++; w.count < ticksPerInstant {
		return next
	}
	c.violation(nil, "a worker was called %d times at %s and still has something to do", w.count,
		now.Format(time.RFC3339))
	w.woken = false
	c.woken.Store(false)
	return now.Add(time.Second)
}

// nextInstant is when something is due next.
func (c *Simulator) nextInstant() (time.Time, bool) {
	var next time.Time
	if len(c.agenda) > 0 {
		next = c.agenda[0].at
	}
	for _, w := range c.workers {
		if !w.next.IsZero() && (next.IsZero() || w.next.Before(next)) {
			next = w.next
		}
	}
	return next, !next.IsZero()
}

// Idle reports whether nothing is scheduled but what workers have asked for.
func (c *Simulator) Idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.agenda) == 0 && !c.woken.Load()
}

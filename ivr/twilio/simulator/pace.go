package simulator

import (
	"context"
	"time"
)

// A Pace says how fast virtual time goes in RunPaced.
type Pace struct {
	// Speed is virtual seconds for one real second; zero is one.
	Speed float64
	// Now and After are the real clock; nil is the computer's.
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
}

// refresh is how often, in real time, the virtual clock is set while nothing happens.
const refresh = 250 * time.Millisecond

func (p Pace) withDefaults() Pace {
	if p.Speed <= 0 {
		p.Speed = 1
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.After == nil {
		p.After = time.After
	}
	return p
}

// A pacer ties virtual time to real time.
type pacer struct {
	Pace
	real, virtual time.Time
}

func (p *pacer) rebase(virtual time.Time) { p.real, p.virtual = p.Now(), virtual }

// due is what the virtual time should be.
func (p *pacer) due() time.Time {
	return p.virtual.Add(time.Duration(float64(p.Now().Sub(p.real)) * p.Speed))
}

// until is the real time that is left until a virtual instant, at most refresh.
func (p *pacer) until(t time.Time) time.Duration {
	return min(refresh, max(0, time.Duration(float64(t.Sub(p.due()))/p.Speed)))
}

// RunPaced lets virtual time keep pace with real time, for people: until ctx ends, when it returns nil, or Close.
// What Call's methods and Wake ask for happens at once. See Skip and RunTo.
func (c *Simulator) RunPaced(ctx context.Context, pace Pace) error {
	if c.opts.Clock != nil {
		return ErrClock
	}
	c.running.Lock()
	defer c.running.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ctx = ctx
	p := &pacer{Pace: pace.withDefaults()}
	p.rebase(c.clock.Now())
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
		next, something := c.nextInstant()
		if c.skipped.Swap(false) && something {
			c.clock.advance(next)
			p.rebase(c.clock.Now())
			continue
		}
		if to := c.ahead.Load(); to != nil {
			if something && !next.After(*to) {
				c.clock.advance(next)
				p.rebase(next)
				continue
			}
			c.clock.advance(*to)
			p.rebase(c.clock.Now())
			c.ahead.CompareAndSwap(to, nil)
		}
		if something && !next.After(p.due()) {
			c.clock.advance(next)
			continue
		}
		c.clock.advance(p.due())
		wait := refresh
		if something {
			wait = p.until(next)
		}
		c.unlocked(func() {
			select {
			case <-ctx.Done():
			case <-c.pokes:
			case <-p.After(wait):
			}
		})
	}
}

// Skip makes RunPaced jump to the next instant at which something is due, what workers have asked for included.
func (c *Simulator) Skip() {
	c.skipped.Store(true)
	c.poke()
}

// RunTo makes RunPaced let everything happen that is due until t, as fast as it can; the zero time ends such a run
// where it is. From there on, time goes at its usual pace. It takes no lock, so that observers may call it.
func (c *Simulator) RunTo(t time.Time) {
	if t.IsZero() {
		c.ahead.Store(nil)
		return
	}
	c.ahead.Store(&t)
	c.poke()
}

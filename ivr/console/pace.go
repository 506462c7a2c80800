package console

import (
	"sync"
	"time"
)

// A pace is the real clock that the carrier's time is tied to, bent where a visitor does not want to wait.
// Its lock is taken while the carrier holds its own, so while it is held only what takes no lock is called of the
// carrier: its clock, Skip and Wake.
type pace struct {
	clock    func() time.Time // the carrier's
	skipNext func()           // lets the carrier jump to its next event
	wake     func()           // makes the carrier look at the clock again
	real     func() time.Time
	after    func(time.Duration) <-chan time.Time
	began    time.Time // on the real clock
	speed    float64   // seconds on the bent clock for one on the real clock

	mu    sync.Mutex
	shift time.Duration // what is added to the real clock
	ahead *run          // nil while time goes at its usual speed
	skips int           // how many more of the carrier's events may be skipped
	seen  bool          // something could be seen since the skip began
	found chan bool     // told seen when a skip ends; nil without a skip
}

// A run is a stretch of time that passes at once.
type run struct {
	real       time.Time // the bent clock when it began
	from, to   time.Time // the carrier's time
	over       chan struct{}
	interfered bool
}

// maxSkips bounds one skip: most of a carrier's events, such as a time-out that is no longer needed, show nothing.
const maxSkips = 500

// Now is the bent clock.
func (p *pace) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ahead == nil {
		return p.usual().Add(p.shift)
	}
	if now := p.clock(); !now.Before(p.ahead.to) {
		return p.finish(p.ahead.to)
	}
	return p.ahead.real.Add(p.ahead.to.Sub(p.ahead.from))
}

// usual is the clock without what a visitor did not want to wait for.
func (p *pace) usual() time.Time {
	return p.began.Add(time.Duration(float64(p.real().Sub(p.began)) * p.speed))
}

// finish ends a run at an instant of the carrier's time, and returns the bent clock. The pace is locked.
func (p *pace) finish(at time.Time) time.Time {
	bent := p.ahead.real.Add(at.Sub(p.ahead.from))
	p.shift = bent.Sub(p.usual())
	close(p.ahead.over)
	p.ahead = nil
	return bent
}

// After is called by the carrier when nothing is due.
func (p *pace) After(d time.Duration) <-chan time.Time {
	p.Now() // ends a run that has arrived
	p.mu.Lock()
	again := p.skips > 0
	if again {
		p.skips--
	} else if p.found != nil { // not before now, so that all that belongs to the instant has happened
		p.found <- p.seen
		p.found = nil
	}
	p.mu.Unlock()
	if again {
		p.skipNext()
	}
	return p.after(time.Duration(float64(d) / p.speed))
}

// skip lets time jump from event to event until shown is called. What it returns tells whether it was, once; it is nil
// when time is being skipped already.
func (p *pace) skip() <-chan bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return nil
	}
	p.skips, p.seen, p.found = maxSkips, false, make(chan bool, 1)
	p.skipNext()
	return p.found
}

// shown ends a skip: there is something new to see.
func (p *pace) shown() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.skips, p.seen = 0, true
}

// runTo lets everything happen that is due until then, as fast as it can. It returns nil when such a run is under way.
func (p *pace) runTo(then time.Time) *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ahead != nil {
		return nil
	}
	p.ahead = &run{real: p.usual().Add(p.shift), from: p.clock(), to: then, over: make(chan struct{})}
	p.wake()
	return p.ahead
}

// stop ends a run early: somebody is needed.
func (p *pace) stop(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ahead != nil {
		p.ahead.interfered = true
		p.finish(at)
	}
}

// running reports whether time runs ahead.
func (p *pace) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ahead != nil
}

package page

import (
	"sync"
	"time"
)

// A pace lets the simulator's time go ahead of its usual speed where a visitor does not want to wait.
// Its lock is taken while the simulator holds its own, so while it is held only what takes no lock is called of the
// simulator: its clock, Skip and RunTo.
type pace struct {
	clock    func() time.Time // the simulator's
	skipNext func()           // lets the simulator jump to its next event
	carryTo  func(time.Time)  // lets the simulator run to an instant
	after    func(time.Duration) <-chan time.Time

	mu    sync.Mutex
	ahead *run      // nil while time goes at its usual speed
	skips int       // how many more of the simulator's events may be skipped
	seen  bool      // something could be seen since the skip began
	found chan bool // told seen when a skip ends; nil without a skip
}

// A run is a stretch of time that passes at once.
type run struct {
	to         time.Time // the simulator's time
	over       chan struct{}
	interfered bool
}

// maxSkips bounds one skip: most of a simulator's events, such as a time-out that is no longer needed, show nothing.
const maxSkips = 500

// After is called by the simulator when nothing is due.
func (p *pace) After(d time.Duration) <-chan time.Time {
	p.mu.Lock()
	if p.ahead != nil && !p.clock().Before(p.ahead.to) { // nothing is left that is due until then
		p.finish()
	}
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
	return p.after(d)
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
	p.ahead = &run{to: then, over: make(chan struct{})}
	p.carryTo(then)
	return p.ahead
}

// finish ends a run. The pace is locked.
func (p *pace) finish() {
	close(p.ahead.over)
	p.ahead = nil
}

// stop ends a run early: somebody is needed.
func (p *pace) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ahead != nil {
		p.ahead.interfered = true
		p.carryTo(time.Time{})
		p.finish()
	}
}

// running reports whether time runs ahead.
func (p *pace) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ahead != nil
}

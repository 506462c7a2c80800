package simulator

import (
	"container/heap"
	"iter"
	"time"
)

// An event is something that happens at an instant of virtual time.
type event struct {
	at  time.Time
	seq uint64 // order of scheduling: what was scheduled first happens first
	do  func()
}

// agenda is a heap of events, earliest first.
type agenda []event

func (a agenda) Len() int      { return len(a) }
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a agenda) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].seq < a[j].seq
}
func (a *agenda) Push(x any) { *a = append(*a, x.(event)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	e := (*a)[last]
	(*a)[last] = event{}
	*a = (*a)[:last]
	return e
}

// at schedules do for an instant, or for now when that has passed. The simulator is locked.
func (c *Simulator) at(t time.Time, do func()) {
	if now := c.clock.Now(); t.Before(now) {
		t = now
	}
	c.seq++
	heap.Push(&c.agenda, event{at: t, seq: c.seq, do: do})
	c.poke()
}

// after schedules do for d from now. The simulator is locked.
func (c *Simulator) after(d time.Duration, do func()) { c.at(c.clock.Now().Add(d), do) }

// A process is one course of events that takes time: a leg being served, a status callback on its way.
// It is a coroutine, so that only one process of a simulator runs at any moment, and it runs with the simulator
// locked except where it says otherwise (see Simulator.unlocked).
type process struct {
	c       *Simulator
	resume  func() (struct{}, bool)
	stop    func()
	yield   func(struct{}) bool
	parking uint64 // counts the times it was parked, so that a wake-up for an earlier stop is recognised
	parked  bool
}

// stopped unwinds a process when the simulator is closed.
type stopped struct{}

// spawn starts a process at the present instant, after everything that is already due. The simulator is locked.
func (c *Simulator) spawn(body func(*process)) *process {
	p := &process{c: c}
	p.resume, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(stopped); !ok {
					panic(r)
				}
			}
		}()
		p.yield = yield
		body(p)
	})
	c.processes[p] = struct{}{}
	c.at(c.clock.Now(), func() { c.step(p) })
	return p
}

// step lets a process run until it parks or ends.
func (c *Simulator) step(p *process) {
	p.parked = false
	if _, more := p.resume(); !more {
		delete(c.processes, p)
	}
}

// waitUntil parks the process until ready reports true or t has come; the zero time is for ever.
// It reports whether ready was true. Code that changes what ready looks at calls wake.
func (p *process) waitUntil(t time.Time, ready func() bool) bool {
	for {
		if ready() {
			return true
		}
		if !t.IsZero() && !t.After(p.c.clock.Now()) {
			return false
		}
		p.parking++
		if !t.IsZero() {
			p.wakeAt(t)
		}
		p.parked = true
		if !p.yield(struct{}{}) {
			panic(stopped{})
		}
	}
}

// sleep lets time pass.
func (p *process) sleep(d time.Duration) {
	p.waitUntil(p.c.clock.Now().Add(d), func() bool { return false })
}

// wake makes a parked process look at its condition again, at the present instant.
func (p *process) wake() {
	if p != nil && p.parked {
		p.wakeAt(p.c.clock.Now())
	}
}

func (p *process) wakeAt(t time.Time) {
	parking := p.parking
	p.c.at(t, func() {
		if p.parked && p.parking == parking {
			p.c.step(p)
		}
	})
}

// unlocked runs f, which may take real time or call back into the simulator, without the simulator's lock.
func (c *Simulator) unlocked(f func()) {
	c.mu.Unlock()
	defer c.mu.Lock()
	f()
}

package sqlstore

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// groupMost is how many transactions are committed together at most; none of them waits long for the last.
const groupMost = 128

var errClosed = errors.New("the store is closed")

// A queue gives those who write the turn one after another and makes them members of a group, whose last one commits for
// all. Nobody waits for company: a group is whoever has queued while the commit before was under way, and while the
// group's first members wrote.
type queue struct {
	mu      sync.Mutex
	waiting []*ticket
	// drawn numbers the tickets.
	drawn int64
	// busy is set while somebody has the turn, or commits.
	busy, closed bool
	// idle is told when nobody is busy any more.
	idle sync.Cond
	// make makes an empty group.
	make func() *group
}

// A ticket is one place in the queue. turn gets the group to join, once. A group that has failed already is no turn.
type ticket struct {
	number int64
	turn   chan *group
}

func newQueue() *queue {
	q := &queue{}
	q.idle.L = &q.mu
	return q
}

// enter waits for the turn, which must be passed on. With an error there is none.
func (q *queue) enter(ctx context.Context) (*group, error) {
	t, err := q.draw(ctx)
	if err != nil {
		return nil, err
	}
	var g *group
	select {
	case g = <-t.turn:
	case <-ctx.Done():
		if q.withdraw(t) {
			return nil, ctx.Err()
		}
		g = <-t.turn // it came at the same moment
	}
	return g, g.failed
}

func (q *queue) draw(ctx context.Context) (*ticket, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil, errClosed
	}
	q.drawn++
	t := &ticket{number: q.drawn, turn: make(chan *group, 1)}
	q.waiting = append(q.waiting, t)
	if !q.busy {
		q.busy = true
		q.next(q.make())
	}
	return t, nil
}

// next gives the turn to the first in the queue. The caller holds mu.
func (q *queue) next(g *group) {
	t := q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	g.members++
	t.turn <- g
}

// withdraw is false when the turn has come already.
func (q *queue) withdraw(t *ticket) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, t)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}

// pass gives the turn to the next in the queue; if there is none, or the group is full or has failed, the group ends here
// and another begins.
func (q *queue) pass(g *group) {
	q.mu.Lock()
	if len(q.waiting) > 0 && g.members < groupMost && g.failed == nil {
		q.next(g)
		q.mu.Unlock()
		return
	}
	q.mu.Unlock()
	g.end()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.refuse(g)
	if len(q.waiting) > 0 {
		q.next(q.make())
		return
	}
	q.busy = false
	q.idle.Broadcast()
}

// refuse lets those who waited while a group could not begin fail with it: another process keeps the file, and each would
// wait for it again as long as the first one did. The caller holds mu.
func (q *queue) refuse(g *group) {
	for len(q.waiting) > 0 && q.waiting[0].number <= g.refuses {
		q.waiting[0].turn <- g
		q.waiting = slices.Delete(q.waiting, 0, 1)
	}
}

// last is the number of the ticket that was drawn last.
func (q *queue) last() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.drawn
}

// close lets everybody who waits have his turn, and nobody else.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for q.busy {
		q.idle.Wait()
	}
}

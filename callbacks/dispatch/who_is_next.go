package dispatch

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Who is rung next: which callback, and which telephone for it. due.go goes through them, decision.go says when a
// callback is tried again, outcome.go when a telephone has had its turn. An inbound caller's desk is simpler: its
// telephones ring one after the other in the order of the line's file (ivr/step_desk.go). The one choice that is made
// elsewhere is [callbacks.Callback.TargetBehind]: which telephone of the desk rings first behind a customer.
//
// Among the callbacks that are due the order is [callbacks.Callback.Before], over all desks; a desk without a free
// telephone is passed over. For a callback the desk's telephones are rung in their order, those that have had their
// turn in this pass and those in use left out. Where the customer is rung first, a call to them needs a free telephone
// of the desk, one with a caller whom we connected not counted; once they have pressed 1 the telephones ring behind
// theirs, see TargetBehind and ivr/step_legs.go.

// inFlight is what calls there are, as far as it matters to who is dialled next.
type inFlight struct {
	// busy are the addresses with an attempt that has not ended.
	busy map[string]bool
	// customers counts, by desk, the customers who are being rung first: each will need an agent.
	customers map[callbacks.Desk]int
	// talking are the addresses of agents who are in a call of a caller's, as far as is known. An agent who is rung
	// first can refuse; a customer who is rung first would wait for nobody.
	talking map[string]bool
}

// longestTalk is when the provider ends a bridged call: an agent whose call's end was never told is free again then.
const longestTalk = 4 * time.Hour

func (d *Dispatcher) inFlight(ctx context.Context) (inFlight, error) {
	calls := inFlight{busy: map[string]bool{}, customers: map[callbacks.Desk]int{}, talking: map[string]bool{}}
	talking, err := d.store.Talking(ctx, d.now().Add(-longestTalk))
	if err != nil {
		return calls, err
	}
	for _, address := range talking {
		calls.talking[address] = true
	}
	attempts, err := d.store.ActiveAttempts(ctx)
	for _, a := range attempts {
		calls.add(a)
	}
	return calls, err
}

func (calls inFlight) add(a callbacks.Attempt) {
	calls.busy[a.Target.To()] = true
	if a.CustomerFirst() {
		calls.customers[callbacks.Desk{Line: a.Line, Desk: a.Desk}]++
	}
}

// taken notes that another dispatcher rings the target. Where that is a customer, the desk has as many as may be.
func (calls inFlight) taken(t callbacks.Target, c callbacks.Callback, most int) {
	calls.busy[t.To()] = true
	if t.Kind == callbacks.Customer {
		calls.customers[callbacks.Desk{Line: c.Line, Desk: c.Desk}] += most
	}
}

// A queue is what is ready at one desk.
type queue struct {
	desk callbacks.Desk
	dec  decision // of the desk, and of no callback of its
	list []callbacks.Callback
	last *callbacks.Callback // the last one that was taken off the list
	end  bool                // the list that was read last was the end
	idle int                 // how many in a row could not be dialled now
}

// idleAtMost is how many callbacks of a desk are passed over that wait for telephones in use, before the desk is.
const idleAtMost = 100

// looked notes what came of the callback that was taken off the list.
func (q *queue) looked(done bool) {
	if q.idle++; done {
		q.idle = 0
	}
	if q.idle == idleAtMost {
		q.list, q.end = nil, true
	}
}

// next takes the callback that comes before all others off its list. Desks without a free telephone are passed over.
func (d *Dispatcher) next(
	ctx context.Context, queues []*queue, calls inFlight,
) (c callbacks.Callback, best *queue, err error) {
	for _, q := range queues {
		if len(q.dec.targets) > 0 && q.dec.free(calls, q.desk) <= 0 {
			continue
		}
		if len(q.list) == 0 && !q.end {
			if q.list, err = d.store.Ready(ctx, q.desk, q.last, readyAtOnce); err != nil {
				return c, nil, err
			}
			q.end = len(q.list) < readyAtOnce
		}
		if len(q.list) > 0 && (best == nil || q.list[0].Before(best.list[0])) {
			best = q
		}
	}
	if best == nil {
		return c, nil, nil
	}
	c, best.list = best.list[0], best.list[1:]
	best.last = &c
	return c, best, nil
}

// targetStats is what became of one target in the current pass.
type targetStats struct {
	// tried: it was rung, or refused for good. putOff: how often it could not be rung for the moment.
	tried  bool
	putOff int
}

// usedUp reports whether the target has had its turn in this pass.
func (t targetStats) usedUp() bool { return t.tried || t.putOff >= notNowLimit }

// statsByTarget gives them by the target's identifier. A target without an attempt in this pass is not in it.
func statsByTarget(r *callbacks.Record) map[string]targetStats {
	byID := map[string]targetStats{}
	count := func(a callbacks.Attempt) {
		if a.InFlight() || a.Pass != r.Callback.Pass || a.Outcome == callbacks.OutcomeClosed {
			return
		}
		t := byID[a.Target.ID]
		if a.Outcome == callbacks.OutcomeNotNow || a.Outcome == callbacks.OutcomeOverqueued {
			t.putOff++
		} else {
			t.tried = true
		}
		byID[a.Target.ID] = t
	}
	for _, a := range r.Earlier {
		count(a)
	}
	if r.Attempt != nil {
		count(*r.Attempt)
	}
	return byID
}

// customerTarget is the ID of a customer as a target.
const customerTarget = "customer"

// targetsFor are whom the provider is asked to ring for a callback: the desk's, or the customer first.
func targetsFor(plan callbacks.Plan, c callbacks.Callback) []callbacks.Target {
	if plan.CustomerFirst && !c.AgentFirst && len(plan.Targets) > 0 {
		return []callbacks.Target{{ID: customerTarget, Kind: callbacks.Customer, Address: c.Number}}
	}
	return plan.Targets
}

// untried are the targets that are left in this pass, in order.
func (dec decision) untried(r *callbacks.Record) []callbacks.Target {
	byID := statsByTarget(r)
	var left []callbacks.Target
	for _, t := range dec.targets {
		if !byID[t.ID].usedUp() {
			left = append(left, t)
		}
	}
	return left
}

// free is how many telephones of the desk are in nobody's use, by what is known here.
func (dec decision) free(calls inFlight, d callbacks.Desk) int {
	free := -calls.customers[d] // each will need one
	for _, t := range dec.plan.Targets {
		if !calls.busy[t.To()] && !(dec.plan.CustomerFirst && calls.talking[t.To()]) {
			free++
		}
	}
	return free
}

// nextTarget is the first free one of the targets that are left for a callback; false when all are in use. most is how
// many customers of the desk may be rung at a time, by what is known here; 0 is no cap, as of an agent.
func (dec decision) nextTarget(calls inFlight, c callbacks.Callback, left []callbacks.Target) (
	t callbacks.Target, most int, found bool,
) {
	desk := callbacks.Desk{Line: c.Line, Desk: c.Desk}
	for _, t := range left {
		if calls.busy[t.To()] {
			continue
		}
		if t.Kind == callbacks.Customer {
			most = dec.free(calls, desk) + calls.customers[desk]
		}
		return t, most, true
	}
	return t, 0, false
}

// still refuses a claim of a callback that was moved, or went on, since it was read.
func (dec decision) still(t callbacks.Target) func(callbacks.Record) error {
	return func(r callbacks.Record) error {
		if r.Callback.Due.After(dec.now) {
			return callbacks.ErrNotOpen
		}
		for _, left := range dec.untried(&r) {
			if left.ID == t.ID {
				return nil
			}
		}
		return callbacks.ErrNotOpen
	}
}

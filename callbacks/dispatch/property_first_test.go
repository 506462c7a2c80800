package dispatch_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
)

// The model of random events for a desk that rings its customers first. What an agent's leg and a customer's leg can do
// is exchanged; what must be true of callbacks is the same, but for who is rung how often.

// customerFirst exchanges what can happen to the world.
func (m *model) customerFirst(all map[string]func(*rapid.T)) {
	w := m.w
	all["agent takes it"] = func(*rapid.T) {
		leg, id := m.leg()
		if leg.attempt().CustomerFirst() {
			m.agentTakesWaiting(leg, id)
		} else {
			m.agentTakes(leg, id)
		}
	}
	all["customer takes it"] = func(*rapid.T) {
		leg, id := m.leg()
		if leg.attempt().CustomerFirst() {
			m.customerPresses(leg, id)
		} else {
			m.customerTakes(leg, id)
		}
	}
	all["agent's leg ends"] = func(rt *rapid.T) {
		leg, id := m.leg()
		notBridged := rapid.IntRange(0, 3).Draw(rt, "not bridged") == 0
		if a := leg.attempt(); notBridged && a.CustomerFirst() && a.State == callbacks.Connected && a.SID == leg.sid {
			delete(m.connected, id) // the agent's 1 led to no conversation
		}
		status := rapid.SampledFrom(legStatuses[3:]).Draw(rt, "status")
		_, err := w.d.AgentEnded(w.ctx, leg.id, leg.sid, status, notBridged, rapid.Bool().Draw(rt, "more"))
		m.mustBe(err, dispatch.ErrForeignCall)
	}
}

// customerPresses is the customer's 1, which no agent is rung without.
func (m *model) customerPresses(leg call, id int64) {
	_, v, err := m.w.d.CustomerTook(m.w.ctx, leg.id, leg.sid)
	m.mustBe(err, dispatch.ErrForeignCall)
	if v != callbacks.Proceed {
		return
	}
	if by, done := m.connected[id]; done {
		m.Fatalf("callback %d: an agent is rung by %s after the customer was connected by %s", id, leg.id, by)
	}
	if m.rung[id] == nil {
		m.rung[id] = map[string]bool{}
	}
	m.rung[id][leg.id] = true
}

// agentTakesWaiting is the 1 of an agent behind whom a customer waits.
func (m *model) agentTakesWaiting(leg call, id int64) {
	_, v, err := m.w.d.AgentTook(m.w.ctx, leg.id, leg.sid)
	m.mustBe(err, dispatch.ErrForeignCall)
	if v != callbacks.Proceed {
		return
	}
	if other, done := m.connected[id]; done && other != leg.id || !m.rung[id][leg.id] {
		m.Fatalf("callback %d: connected by %s and %s, customers pressed 1 in %v", id, other, leg.id, m.rung[id])
	}
	m.connected[id] = leg.id
}

// checkFirst holds after every step, too.
func (m *model) checkFirst(rt *rapid.T) {
	attempts, err := m.w.store.ActiveAttempts(m.w.ctx)
	m.mustBe(err)
	if len(attempts) > len(m.w.plan.Targets) {
		rt.Fatalf("%d customers are rung for %d agents", len(attempts), len(m.w.plan.Targets))
	}
	for id := range m.callbacks {
		c, err := m.w.store.Callback(m.w.ctx, id)
		m.mustBe(err)
		// Telephones that rang, and nobody pressed 1; but for the one call in which the customer pressed 1 and waited
		// for nobody, or still waits.
		if m.callbacks[id].State == callbacks.Task && c.State == callbacks.Booked {
			m.rung[id] = nil
		}
		m.extra[id] = c.Attempts - len(m.rung[id])
		reached := c.State == callbacks.CustomerReached || c.State == callbacks.AgentReached
		if m.extra[id] < -1 || m.extra[id] < 0 && !c.AgentFirst && !reached {
			rt.Fatalf("callback %d: the customer pressed 1 in %d calls, and was rung %d times", id, len(m.rung[id]),
				c.Attempts)
		}
	}
}

func TestRandomEventsCustomerFirst(t *testing.T) { randomEventsInFiles(t, true) }

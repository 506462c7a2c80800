package dispatch_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// A model is what must be true of the callbacks of a world, told without looking at how it is done.
type model struct {
	*rapid.T
	w *world
	// callbacks by identifier, as they were seen last.
	callbacks map[int64]callbacks.Callback
	// rung are the attempts by which a customer was rung, and how often they were otherwise.
	rung  map[int64]map[string]bool
	extra map[int64]int
	// connected are the callbacks whose customer was told to be connected, with the attempt.
	connected map[int64]string
	legs      []call
	keys      int
	// first is set where the customer is rung before an agent, see property_first_test.go.
	first bool
}

var someNumbers = []string{"+6281234567890", "+6281234567891", "+6281234567892"}

// newModel is a model of an empty world, whose store is closed when the run ends.
func newModel(t *testing.T, rt *rapid.T, connect func() (storetest.Store, error)) *model {
	m := &model{
		T: rt, w: newWorldOn(t, connect), callbacks: map[int64]callbacks.Callback{}, rung: map[int64]map[string]bool{},
		extra: map[int64]int{}, connected: map[int64]string{},
	}
	m.w.dialer.place = func(p dispatch.Placement) (error, bool) { return m.place(p, "well") }
	rt.Cleanup(func() { m.mustBe(m.w.store.Close()) })
	return m
}

// place is the provider taking a request, in one of several moods.
func (m *model) place(p dispatch.Placement, mood string) (error, bool) {
	m.legs = append(m.legs, call{w: m.w, id: p.AttemptID, sid: fmt.Sprint("CA", len(m.w.dialer.placed))})
	if id, done := m.connected[p.Callback.ID]; done {
		m.Fatalf("callback %d is dialled again after its customer was connected by %s", p.Callback.ID, id)
	}
	if p.Callback.Urgent && !m.w.clock.Before(p.Callback.Expires) {
		m.Fatalf("callback %d is dialled when its hour is over", p.Callback.ID)
	}
	if !m.w.plan.Hours.IsOpen(m.w.clock) {
		m.Fatalf("callback %d is dialled while the desk is closed", p.Callback.ID)
	}
	switch mood {
	case "lost, placed":
		return errTimeout, true
	case "lost, not placed":
		return errTimeout, false
	case "refused for good":
		return newRefused(21211, ""), false
	case "refused for now":
		return newRefused(20429, ""), false
	}
	return nil, false
}

func (m *model) mustBe(err error, allowed ...error) {
	if err == nil {
		return
	}
	for _, a := range allowed {
		if errors.Is(err, a) {
			return
		}
	}
	m.Fatalf("unexpected error: %v", err)
}

// record is the callback with its attempt in flight, as stored.
func (m *model) record(id int64) callbacks.Record {
	r, err := m.w.store.Record(m.w.ctx, id)
	m.mustBe(err)
	return r
}

// leg draws one of the calls placed so far, old ones included, sometimes under a foreign identifier.
func (m *model) leg() (call, int64) {
	if len(m.legs) == 0 {
		m.Skip("no call yet")
	}
	leg := m.legs[len(m.legs)-1-rapid.IntRange(0, min(3, len(m.legs)-1)).Draw(m.T, "leg")]
	if rapid.IntRange(0, 19).Draw(m.T, "foreign") == 0 {
		leg.sid = "CAforeign"
	}
	r, err := m.w.store.ChangeAttempt(m.w.ctx, leg.id, 0,
		func(*callbacks.Record) error { return callbacks.ErrUnchanged })
	m.mustBe(err)
	return leg, r.Callback.ID
}

var legStatuses = []string{"initiated", "ringing", "answered", "completed", "busy", "no-answer", "failed", "canceled"}

// actions are what can happen to the world.
func (m *model) actions() map[string]func(*rapid.T) {
	w := m.w
	all := map[string]func(*rapid.T){
		"time passes": func(rt *rapid.T) {
			w.pass(time.Duration(rapid.SampledFrom([]int{1, 20, 30, 120, 600, 3600}).Draw(rt, "seconds")) * time.Second)
		},
		"tick":      m.tick,
		"tick 2":    m.tick,
		"goes on":   m.goesOn,
		"goes on 2": m.goesOn,
		"goes on 3": m.goesOn,
		"book": func(rt *rapid.T) {
			r := w.request(rapid.SampledFrom(someNumbers).Draw(rt, "number"))
			r.Urgent = rapid.Bool().Draw(rt, "urgent")
			_, err := w.service.Book(w.ctx, r)
			m.mustBe(err)
		},
		"taken back": func(rt *rapid.T) {
			if rapid.Bool().Draw(rt, "reached an agent himself") {
				m.mustBe(w.service.CancelFor(w.ctx, "gopay", "support",
					rapid.SampledFrom(someNumbers).Draw(rt, "number")))
			} else if id := m.callback(rt); id != 0 {
				_, err := w.service.Cancel(w.ctx, id, "caller")
				m.mustBe(err, callbacks.ErrInProgress, callbacks.ErrNotOpen)
			}
		},
		"caller waits for the desk": func(rt *rapid.T) {
			m.mustBe(w.service.PutOffFor(w.ctx, "gopay", rapid.SampledFrom(someNumbers).Draw(rt, "number"),
				time.Minute))
		},
		"move": func(rt *rapid.T) {
			if id := m.callback(rt); id != 0 {
				m.keys++
				due := w.clock.Add(time.Hour)
				_, err := w.service.Move(w.ctx, id, callbacks.Move{Key: fmt.Sprint(m.keys), Kind: callbacks.ASAP,
					Due:     due,
					Expires: due.Add(72 * time.Hour)})
				m.mustBe(err, callbacks.ErrNotOpen)
			}
		},
		"status": func(rt *rapid.T) {
			leg, _ := m.leg()
			status := rapid.SampledFrom(legStatuses).Draw(rt, "status")
			err := w.d.LegStatus(w.ctx, leg.id, leg.sid, status, rapid.IntRange(-1, 4).Draw(rt, "seq"))
			m.mustBe(err, dispatch.ErrForeignCall)
		},
		"provider's record": func(rt *rapid.T) {
			leg, _ := m.leg()
			if c := w.dialer.calls[leg.sid]; c != nil {
				c.Status = rapid.SampledFrom(append(legStatuses, "queued", "in-progress")).Draw(rt, "status")
			}
		},
		"answered": func(rt *rapid.T) {
			leg, _ := m.leg()
			_, v, err := w.d.Answered(w.ctx, leg.id, leg.sid)
			m.mustBe(err, dispatch.ErrForeignCall)
			if v == callbacks.Proceed && m.record(m.callbackOf(leg)).Attempt.State == callbacks.Answered &&
				!w.plan.Hours.IsOpen(w.clock) {
				rt.Fatal("an agent hears of a customer while the desk is closed")
			}
		},
		"agent takes it":    func(*rapid.T) { m.agentTakes(m.leg()) },
		"customer takes it": func(*rapid.T) { m.customerTakes(m.leg()) },
		"customer's leg ends": func(rt *rapid.T) {
			leg, id := m.leg()
			m.unannounced(leg, id)
			_, err := w.d.CustomerEnded(w.ctx, leg.id, leg.sid, rapid.SampledFrom(legStatuses[3:]).Draw(rt, "status"),
				false)
			m.mustBe(err, dispatch.ErrForeignCall)
		},
		"crash": func(*rapid.T) { w.crash() },
		"":      m.check,
	}
	if m.first {
		m.customerFirst(all)
	}
	return all
}

// tick lets the dispatcher work with a provider in some mood.
func (m *model) tick(rt *rapid.T) {
	w := m.w
	mood := rapid.SampledFrom([]string{
		"well", "well", "well", "lost, placed", "lost, not placed", "refused for good", "refused for now",
	}).Draw(rt, "mood")
	w.dialer.place = func(p dispatch.Placement) (error, bool) { return m.place(p, mood) }
	fail := func(name string) error {
		if rapid.IntRange(0, 4).Draw(rt, name) == 0 {
			return errTimeout
		}
		return nil
	}
	w.dialer.findErr, w.dialer.fetchErr, w.dialer.hangupErr = fail("find"), fail("fetch"), fail("hangup")
	if next := w.d.Tick(w.ctx); !next.IsZero() && !next.After(w.clock) {
		rt.Fatalf("next tick %v at %v", next, w.clock)
	}
}

// goesOn does to the latest call what usually comes next.
func (m *model) goesOn(rt *rapid.T) {
	if len(m.legs) == 0 {
		return // no call yet
	}
	leg := m.legs[len(m.legs)-1]
	a := leg.attempt()
	if a.SID != "" {
		leg.sid = a.SID
	}
	takes, otherTakes := m.agentTakes, m.customerTakes
	if a.CustomerFirst() {
		takes, otherTakes = m.customerPresses, m.agentTakesWaiting
	}
	switch a.State {
	case callbacks.Answered:
		takes(leg, a.CallbackID)
	case callbacks.Taken:
		if rapid.IntRange(0, 2).Draw(rt, "the other one takes it") > 0 {
			otherTakes(leg, a.CallbackID)
			return
		}
		fallthrough
	case callbacks.Connected:
		m.mustBe(m.otherEnds(rt, leg))
	case callbacks.Leaving:
		m.mustBe(m.w.d.LegStatus(m.w.ctx, leg.id, leg.sid, "completed", 5))
	case callbacks.Ended:
	default:
		_, _, err := m.w.d.Answered(m.w.ctx, leg.id, leg.sid)
		m.mustBe(err)
	}
}

// otherEnds is the end of the leg behind the first one.
func (m *model) otherEnds(rt *rapid.T, leg call) (err error) {
	if leg.attempt().CustomerFirst() {
		_, err = m.w.d.AgentEnded(m.w.ctx, leg.id, leg.sid, "completed", false, rapid.Bool().Draw(rt, "more"))
	} else {
		_, err = m.w.d.CustomerEnded(m.w.ctx, leg.id, leg.sid, "completed", false)
	}
	return err
}

func (m *model) agentTakes(leg call, id int64) {
	_, v, err := m.w.d.AgentTook(m.w.ctx, leg.id, leg.sid)
	m.mustBe(err, dispatch.ErrForeignCall)
	if v != callbacks.Proceed {
		return
	}
	if by, done := m.connected[id]; done {
		m.Fatalf("callback %d: the customer is rung again by %s after they were connected by %s", id, leg.id, by)
	}
	if m.rung[id] == nil {
		m.rung[id] = map[string]bool{}
	}
	m.rung[id][leg.id] = true
}

func (m *model) customerTakes(leg call, id int64) {
	_, v, err := m.w.d.CustomerTook(m.w.ctx, leg.id, leg.sid)
	m.mustBe(err, dispatch.ErrForeignCall)
	if v != callbacks.Proceed {
		return
	}
	if other, done := m.connected[id]; done && other != leg.id || !m.rung[id][leg.id] {
		m.Fatalf("callback %d: connected by %s and %s, rung by %v", id, other, leg.id, m.rung[id])
	}
	m.connected[id] = leg.id
}

// unannounced notes that a customer was rung by an attempt that no agent took.
func (m *model) unannounced(leg call, id int64) {
	if r := m.record(id); r.Callback.State == callbacks.Dialling && r.Attempt.ID == leg.id && r.Attempt.SID == leg.sid {
		m.extra[id]++
	}
}

func (m *model) callback(rt *rapid.T) int64 {
	known := slices.Sorted(maps.Keys(m.callbacks))
	if n := rapid.IntRange(0, len(known)).Draw(rt, "callback"); n > 0 {
		return known[n-1]
	}
	return 0
}

func (m *model) callbackOf(leg call) int64 { return leg.attempt().CallbackID }

// check holds after every step.
func (m *model) check(rt *rapid.T) {
	if m.first {
		m.checkFirst(rt)
	}
	attempts, err := m.w.store.ActiveAttempts(m.w.ctx)
	m.mustBe(err)
	inFlight, targets := map[int64]int{}, map[string]bool{}
	for _, a := range attempts {
		if a.InFlight() {
			inFlight[a.CallbackID]++
		}
		if targets[a.Target.To()] {
			rt.Fatalf("two calls to %s", a.Target.ID)
		}
		targets[a.Target.To()] = true
	}
	type whose struct {
		number string
		urgent bool
	}
	open := map[whose]int64{}
	list, err := m.w.store.List(m.w.ctx, callbacks.Filter{})
	m.mustBe(err)
	for _, c := range list {
		m.checkOne(rt, c, inFlight[c.ID])
		if of := (whose{c.Number, c.Urgent}); c.Open() && open[of] != 0 {
			rt.Fatalf("callbacks %d and %d are open for one number", open[of], c.ID)
		} else if c.Open() {
			open[of] = c.ID
		}
		m.callbacks[c.ID] = c
	}
	if len(list) != len(m.callbacks) {
		rt.Fatalf("%d callbacks are listed, there were %d", len(list), len(m.callbacks))
	}
}

func (m *model) checkOne(rt *rapid.T, c callbacks.Callback, inFlight int) {
	before, seen := m.callbacks[c.ID]
	policy := m.w.plan.Policy
	_, connected := m.connected[c.ID]
	if before.State == callbacks.Task && c.State == callbacks.Booked { // it is tried as often as a new one
		m.rung[c.ID], m.extra[c.ID] = nil, c.Attempts
	}
	waits := c.State == callbacks.Booked || c.State == callbacks.Task
	both := callbacks.CustomerReached
	if m.first && !c.AgentFirst {
		both = callbacks.AgentReached
	}
	switch {
	case seen && before.State.Final() && c != before:
		rt.Fatalf("a final callback changed: %+v, was %+v", c, before)
	case c.Attempts != len(m.rung[c.ID])+m.extra[c.ID]:
		rt.Fatalf("callback %d: %d attempts, the customer was rung %d+%d times", c.ID, c.Attempts, len(m.rung[c.ID]),
			m.extra[c.ID])
	case c.Urgent && c.Attempts+c.DeskAttempts > callbacks.UrgentTries,
		!c.Urgent && (c.Attempts > policy.MaxAttempts || c.DeskAttempts > policy.MaxDeskAttempts):
		rt.Fatalf("callback %d: %d attempts, %d desk attempts", c.ID, c.Attempts, c.DeskAttempts)
	case inFlight > 1:
		rt.Fatalf("callback %d has %d attempts in flight", c.ID, inFlight)
	case c.State == callbacks.Expired && (c.Urgent || c.Attempts < policy.MaxAttempts),
		c.State == callbacks.Task && !c.Urgent && c.Attempts == policy.MaxAttempts:
		rt.Fatalf("callback %d is %s after %d attempts, urgent: %v", c.ID, c.State, c.Attempts, c.Urgent)
	case waits && inFlight != 0:
		rt.Fatalf("callback %d waits with an attempt in flight", c.ID)
	case c.Open() && !waits && inFlight != 1:
		rt.Fatalf("callback %d is %s with no attempt in flight", c.ID, c.State)
	case connected != (c.State == both || c.State == callbacks.Done):
		rt.Fatalf("callback %d is %s, its customer connected: %v", c.ID, c.State, connected)
	case c.State.Final() == c.Ended.IsZero():
		rt.Fatalf("callback %d is %s, ended %v", c.ID, c.State, c.Ended)
	}
}

// drain lets time go by with a healthy provider whose calls have all ended: every callback comes to an end, or is left
// to a person.
func (m *model) drain() {
	w := m.w
	w.dialer.findErr, w.dialer.fetchErr, w.dialer.hangupErr = nil, nil, nil
	w.dialer.place = func(p dispatch.Placement) (error, bool) { return m.place(p, "well") }
	limit := w.clock.Add(14 * 24 * time.Hour)
	for steps := 0; ; steps++ {
		for _, c := range w.dialer.calls {
			c.Status = "no-answer"
		}
		next := w.d.Tick(w.ctx)
		m.check(m.T)
		if next.IsZero() {
			break
		}
		if next.After(limit) || steps > 2000 {
			m.Fatalf("no end after %d ticks; next tick %v", steps, next)
		}
		w.clock = next
	}
	for _, c := range m.callbacks {
		if c.Open() && c.State != callbacks.Task {
			m.Fatalf("nothing is to be done any more, and callback %d is %s", c.ID, c.State)
		}
	}
	if left, err := w.store.ActiveAttempts(w.ctx); err != nil || len(left) != 0 {
		m.Fatalf("attempts left: %+v, %v", left, err)
	}
}

func TestRandomEvents(t *testing.T) { randomEventsInFiles(t, false) }

func randomEventsInFiles(t *testing.T, first bool) {
	runs(t, checksInFiles)
	dir, n := t.TempDir(), 0
	randomEvents(t, first, func(rt *rapid.T) func() (storetest.Store, error) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n, ".db"))
		if err := sqlitetest.Write(path); err != nil {
			rt.Fatal(err)
		}
		return func() (storetest.Store, error) { return sqlite.Open(context.Background(), path) }
	})
}

// runs sets how many runs a property gets, unless -rapid.checks asks for another number than its default.
func runs(t *testing.T, n string) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() != checks.DefValue {
		return
	}
	if err := checks.Value.Set(n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := checks.Value.Set(checks.DefValue); err != nil {
			t.Error(err)
		}
	})
}

// randomEvents holds the model against a kind of store. empty makes a database for one run, and says how to connect to
// it.
func randomEvents(t *testing.T, first bool, empty func(rt *rapid.T) (connect func() (storetest.Store, error))) {
	cal := officeHours(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := newModel(t, rt, empty(rt))
		m.w.plan.Hours, m.w.plan.CustomerFirst, m.first = cal, first, first
		m.w.book(someNumbers[0])
		rt.Repeat(m.actions())
		m.T = rt
		m.drain()
	})
}

package dispatch_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
)

// Every status of a call that was not taken, in any order and twice: one target is used up.
func TestStatusTwiceAndOutOfOrder(t *testing.T) {
	for name, statuses := range map[string][]struct {
		status string
		seq    int
	}{
		"in order":          {{"initiated", 0}, {"ringing", 1}, {"no-answer", 2}},
		"twice":             {{"initiated", 0}, {"initiated", 0}, {"no-answer", 2}, {"no-answer", 2}},
		"the end first":     {{"no-answer", 2}, {"ringing", 1}, {"initiated", 0}},
		"the end overtakes": {{"initiated", 0}, {"no-answer", 2}, {"ringing", 1}},
		"no numbers":        {{"ringing", -1}, {"no-answer", -1}, {"initiated", -1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.book(customer)
			leg := w.ring("support-1")
			for _, s := range statuses {
				leg.status(s.status, s.seq)
			}
			w.is(c, callbacks.Booked, 0, 0)
			if a := leg.attempt(); a.State != callbacks.Ended || a.Outcome != "no-answer" || a.Status != "no-answer" {
				t.Fatalf("attempt %+v", a)
			}
			w.ring("support-2")
			leg.status("no-answer", 2) // and once more while the next is rung
			w.is(c, callbacks.Dialling, 0, 0)
		})
	}
}

// Who was rung second is known by who was rung first: the end of a leg of the other kind is told by no call of ours,
// and takes nobody out of a conversation.
func TestTheEndOfALegThatWasNeverMade(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.customerTook(callbacks.Proceed)
	_, err := w.d.AgentEnded(w.ctx, leg.id, leg.sid, "failed", true, true)
	if !errors.Is(err, dispatch.ErrForeignCall) {
		t.Errorf("an agent's leg where an agent was rung first: %v", err)
	}
	if got := leg.attempt().State; got != callbacks.Connected {
		t.Errorf("the attempt is %s", got)
	}
	leg.customerEnded("completed")
	w.is(c, callbacks.Done, 0, 1)

	w = customerFirst(t)
	c, leg = w.reached(customer)
	if _, err := w.d.CustomerEnded(w.ctx, leg.id, leg.sid, "busy", false); !errors.Is(err, dispatch.ErrForeignCall) {
		t.Errorf("a customer's leg where the customer was rung first: %v", err)
	}
	w.is(c, callbacks.CustomerReached, 0, 0)
}

func TestEarlierStatusDoesNotOverwrite(t *testing.T) {
	w := newWorld(t)
	w.book(customer)
	leg := w.ring("support-1")
	leg.status("answered", 3)
	leg.status("ringing", 1)
	if a := leg.attempt(); a.Status != "answered" || a.Seq != 3 {
		t.Fatalf("attempt %+v", a)
	}
}

// Each way a call to an agent can end.
func TestEndsOfACall(t *testing.T) {
	for _, status := range []string{"completed", "busy", "no-answer", "failed", "canceled"} {
		w := newWorld(t)
		c := w.book(customer)
		leg := w.ring("support-1")
		leg.status("ringing", 1)
		leg.answered(callbacks.Proceed) // a voicemail: it never presses 1
		leg.status(status, 2)
		w.is(c, callbacks.Booked, 0, 0)

		leg = w.ring("support-2")
		leg.answered(callbacks.Proceed)
		leg.took(callbacks.Proceed)
		leg.status(status, 2) // the agent hung up while the customer's telephone rang
		w.is(c, callbacks.Booked, 0, 1)
		leg.customerEnded("no-answer") // the action comes late
		w.is(c, callbacks.Booked, 0, 1)
		leg.customerTook(callbacks.Gone)
		w.is(c, callbacks.Booked, 0, 1)
	}
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.customerTook(callbacks.Proceed)
	leg.status("completed", 9) // before the action
	w.is(c, callbacks.CustomerReached, 0, 1)
	leg.customerEnded("completed")
	w.is(c, callbacks.Done, 0, 1)
	if a := leg.attempt(); a.State != callbacks.Ended || a.Outcome != callbacks.OutcomeKept {
		t.Fatalf("attempt %+v", a) // the target is free: nobody tells once more that its call is over
	}
}

// The agent hung up between the customer's 1 and their connection, and that is told before the action of the Dial,
// which says that they were not connected: the customer is rung again.
func TestTheEndOvertakesThatTheyWereApart(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.customerTook(callbacks.Proceed)
	leg.status("completed", 3)
	leg.status("completed", 3)
	w.is(c, callbacks.CustomerReached, 0, 1)
	if _, err := w.d.CustomerEnded(w.ctx, leg.id, leg.sid, "canceled", true); err != nil {
		t.Fatal(err)
	}
	w.is(c, callbacks.Booked, 0, 1)
	if a := leg.attempt(); a.State != callbacks.Ended || a.Outcome != callbacks.OutcomeNotBridged {
		t.Fatalf("attempt %+v", a)
	}
}

// The action of the Dial stays away: after a while the two are taken to have talked, as they nearly always have.
func TestTheActionOfTheDialStaysAway(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.customerTook(callbacks.Proceed)
	leg.status("completed", 3)
	w.pass(29 * time.Second)
	w.quiet()
	w.is(c, callbacks.CustomerReached, 0, 1)
	w.pass(time.Second)
	w.d.Tick(w.ctx)
	w.is(c, callbacks.Done, 0, 1)
	w.quiet()
}

// A repeated webhook gets the answer it got, as long as that rings nobody twice.
func TestKeysTwice(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	for range 2 {
		leg.answered(callbacks.Proceed)
	}
	for range 2 {
		leg.took(callbacks.Proceed)
	}
	leg.answered(callbacks.Proceed)
	w.is(c, callbacks.AgentReached, 0, 1)
	for range 2 {
		leg.customerTook(callbacks.Proceed)
	}
	leg.took(callbacks.Gone) // would ring the customer, who is connected
	leg.answered(callbacks.Gone)
	w.is(c, callbacks.CustomerReached, 0, 1)
	for range 2 {
		leg.customerEnded("completed")
	}
	leg.customerTook(callbacks.Gone)
	leg.answered(callbacks.Gone)
	leg.took(callbacks.Gone)
	w.is(c, callbacks.Done, 0, 1)
}

// The customer's key without the agent's: nobody is connected.
func TestCustomerBeforeAgent(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.customerTook(callbacks.Gone)
	w.is(c, callbacks.Dialling, 0, 0)
	leg.customerEnded("no-answer") // rung nevertheless: that counts
	w.is(c, callbacks.Booked, 0, 1)
}

func TestOldCallWhileAnotherAgentTalks(t *testing.T) {
	w := newWorld(t)
	w.book(customer)
	old := w.ring("support-1")
	old.status("no-answer", 1)
	now := w.ring("support-2")
	now.answered(callbacks.Proceed)
	now.took(callbacks.Proceed)
	old.answered(callbacks.TakenByOther)
	old.took(callbacks.TakenByOther)
	old.customerTook(callbacks.TakenByOther)
	old.customerEnded("no-answer")
	now.customerTook(callbacks.Proceed)
}

// Whatever another call says of an attempt, or one that does not say which it is, changes nothing: a callback whose
// customer had not picked up was closed by the end of somebody else's Dial.
func TestAnotherCallSpeaksForNoAttempt(t *testing.T) {
	for _, customerFirst := range []bool{false, true} {
		for step := range 4 {
			w := newWorld(t)
			w.plan.CustomerFirst = customerFirst
			w.book(customer)
			leg := w.ring(map[bool]string{false: "support-1", true: "customer"}[customerFirst])
			takes := []func(callbacks.Verdict){leg.answered, leg.took, leg.customerTook}
			if customerFirst {
				takes[1], takes[2] = takes[2], takes[1]
			}
			for _, take := range takes[:step] {
				take(callbacks.Proceed)
			}
			before := w.record(leg)
			for _, sid := range []string{"CAforeign", ""} {
				for name, err := range w.everythingSaidBy(leg.id, sid) {
					if !errors.Is(err, dispatch.ErrForeignCall) {
						t.Errorf("customer first %v, step %d: %s by call %q: %v", customerFirst, step, name, sid, err)
					}
				}
			}
			if diff := cmp.Diff(before, w.record(leg)); diff != "" {
				t.Errorf("customer first %v, step %d: a foreign call changed (-was +is)\n%s", customerFirst, step, diff)
			}
			for _, take := range takes[step:] {
				take(callbacks.Proceed)
			}
		}
	}
}

// record is all that is stored of an attempt and its callback.
func (w *world) record(leg call) callbacks.Record {
	w.t.Helper()
	r, err := w.store.ChangeAttempt(w.ctx, leg.id, 0, func(*callbacks.Record) error { return callbacks.ErrUnchanged })
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// everythingSaidBy is what came of everything that a call can say of an attempt.
func (w *world) everythingSaidBy(attemptID, sid string) map[string]error {
	_, answered, err1 := w.d.Answered(w.ctx, attemptID, sid)
	_, agent, err2 := w.d.AgentTook(w.ctx, attemptID, sid)
	_, other, err3 := w.d.CustomerTook(w.ctx, attemptID, sid)
	_, err4 := w.d.CustomerEnded(w.ctx, attemptID, sid, "completed", false)
	_, err5 := w.d.AgentEnded(w.ctx, attemptID, sid, "completed", false, false)
	for _, verdict := range []callbacks.Verdict{answered, agent, other} {
		if verdict == callbacks.Proceed || verdict == "" {
			w.t.Errorf("call %q is told %q", sid, verdict)
		}
	}
	return map[string]error{
		"picked up": err1, "the agent's 1": err2, "the customer's 1": err3, "the customer's end": err4,
		"the agent's end": err5,
		"status":          w.d.LegStatus(w.ctx, attemptID, sid, "completed", 9),
	}
}

func TestNoSuchAttempt(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.d.Answered(w.ctx, "nobody's", "CA1")
	_, _, err2 := w.d.AgentTook(w.ctx, "nobody's", "CA1")
	_, _, err3 := w.d.CustomerTook(w.ctx, "nobody's", "CA")
	_, err4 := w.d.CustomerEnded(w.ctx, "nobody's", "CA1", "busy", false)
	_, err5 := w.d.AgentEnded(w.ctx, "nobody's", "CA1", "busy", false, false)
	err6 := w.d.LegStatus(w.ctx, "nobody's", "CA1", "busy", 0)
	for i, err := range []error{err, err2, err3, err4, err5, err6} {
		if !errors.Is(err, callbacks.ErrNotFound) {
			t.Errorf("%d: error = %v", i, err)
		}
	}
}

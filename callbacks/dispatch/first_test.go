package dispatch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
)

// Customers who are rung before an agent is.

func customerFirst(t testing.TB) *world {
	w := newWorld(t)
	w.plan.CustomerFirst = true
	w.plan.Policy.RetryBusy, w.plan.Policy.RetryNoAnswer, w.plan.Policy.RetryMachine = 3*time.Minute, 20*time.Minute,
		time.Hour
	return w
}

func (c call) agentEnded(status string, notBridged, hasNext bool) {
	c.w.t.Helper()
	if _, err := c.w.d.AgentEnded(c.w.ctx, c.id, c.sid, status, notBridged, hasNext); err != nil {
		c.w.t.Fatal(err)
	}
}

// reached is a customer who picked up and pressed 1.
func (w *world) reached(number string) (callbacks.Callback, call) {
	w.t.Helper()
	c := w.book(number)
	leg := w.ring("customer")
	leg.answered(callbacks.Proceed)
	leg.customerTook(callbacks.Proceed)
	return w.is(c, callbacks.CustomerReached, 0, 0), leg
}

func TestCustomerFirst(t *testing.T) {
	w := customerFirst(t)
	c, leg := w.reached(customer)
	if p := w.dialer.placed[0]; p.Target.To() != customer || p.Ring != callbacks.CustomerRing || p.From != w.plan.From {
		t.Errorf("placed %+v", p)
	}
	leg.agentEnded("no-answer", false, true) // the first agent
	w.is(c, callbacks.CustomerReached, 0, 0)
	leg.took(callbacks.Proceed)
	leg.took(callbacks.Proceed) // the webhook came twice
	w.is(c, callbacks.AgentReached, 0, 0)
	leg.customerTook(callbacks.Gone) // nobody rings a second agent now
	leg.agentEnded("completed", false, true)
	w.is(c, callbacks.Done, 0, 1)
	if got := leg.attempt(); got.State != callbacks.Leaving || got.Outcome != callbacks.OutcomeKept {
		t.Errorf("attempt %+v", got)
	}
	leg.status("completed", 3)
	w.pass(time.Hour)
	w.quiet()
}

// However a customer is missed, they are tried again after the pause that belongs to it, and not for ever.
func TestCustomerFirstIsMissed(t *testing.T) {
	for status, pause := range map[string]time.Duration{
		"busy": 3 * time.Minute, "no-answer": 20 * time.Minute, "completed": time.Hour, "failed": 10 * time.Minute,
	} {
		w := customerFirst(t)
		c := w.book(customer)
		for try := 1; try <= 2; try++ {
			leg := w.ring("customer")
			if status == "completed" {
				leg.answered(callbacks.Proceed)
			}
			leg.status(status, 1)
			if try == 2 {
				break
			}
			w.is(c, callbacks.Booked, 0, 1)
			w.pass(pause - time.Second)
			w.quiet()
			w.pass(time.Second)
		}
		w.is(c, callbacks.Expired, 0, 2)
	}
}

// The same pauses after a customer behind whose agent they were rung.
func TestPauseByOutcome(t *testing.T) {
	for status, pause := range map[string]time.Duration{
		"busy": 3 * time.Minute, "no-answer": 20 * time.Minute, "completed": time.Hour, "failed": 10 * time.Minute,
	} {
		w := customerFirst(t)
		w.plan.CustomerFirst = false
		c := w.book(customer)
		leg := w.ring("support-1")
		leg.answered(callbacks.Proceed)
		leg.took(callbacks.Proceed)
		leg.customerEnded(status)
		leg.status("completed", 3)
		if got := w.is(c, callbacks.Booked, 0, 1); !got.Due.Equal(w.clock.Add(pause)) {
			t.Errorf("%s: again after %v", status, got.Due.Sub(w.clock))
		}
	}
}

// A desk that fails costs the customer no attempt, and they wait for nobody only once: then an agent is rung first.
func TestCustomerFirstAndNoAgent(t *testing.T) {
	w := customerFirst(t)
	c, leg := w.reached(customer)
	leg.agentEnded("busy", false, false)
	if got := w.is(c, callbacks.Booked, 1, 0); !got.Due.Equal(w.clock.Add(10 * time.Minute)) {
		t.Errorf("again at %v", got.Due)
	}
	if got := leg.attempt(); got.Outcome != "agent-busy" {
		t.Errorf("outcome %q", got.Outcome)
	}
	leg.status("completed", 4)
	w.pass(10 * time.Minute)
	w.nobodyTakes()
	w.is(c, callbacks.Booked, 2, 0)
	w.pass(10 * time.Minute)
	agent := w.ring("support-1")
	agent.answered(callbacks.Proceed)
	agent.took(callbacks.Proceed)
	agent.customerTook(callbacks.Proceed)
	agent.customerEnded("completed")
	w.is(c, callbacks.Done, 2, 1)
}

// The customer who waits has had enough, or the connection broke: that is told apart by nobody, and costs them nothing.
func TestCustomerFirstHangsUp(t *testing.T) {
	w := customerFirst(t)
	c, leg := w.reached(customer)
	leg.status("completed", 4)
	w.is(c, callbacks.Booked, 1, 0)
	w.pass(10 * time.Minute)
	w.ring("support-1")
}

// A customer is not rung for agents who talk with callers of ours, until that is over, or nothing was heard for hours.
func TestCustomerFirstAndAgentsWhoTalk(t *testing.T) {
	w := customerFirst(t)
	for i, target := range w.plan.Targets {
		if err := w.service.MarkTaken(w.ctx, fmt.Sprint("CAin", i), 1, target); err != nil {
			t.Fatal(err)
		}
	}
	w.book(customer)
	w.book("+6281234567891")
	w.quiet()
	woken := w.wakes.Load()
	if err := w.service.DialsEnded(w.ctx, "CAin0"); err != nil || w.wakes.Load() != woken+1 {
		t.Fatalf("DialsEnded: %v, wakes %d", err, w.wakes.Load()-woken)
	}
	w.ring("customer")
	w.quiet()
	w.pass(4 * time.Hour)
	w.ring("customer")
}

// Where an agent is rung first, who talks may be rung: they can refuse, and the next one is asked.
func TestAgentFirstAndAgentsWhoTalk(t *testing.T) {
	w := newWorld(t)
	for _, target := range w.plan.Targets {
		if err := w.service.MarkTaken(w.ctx, "CA"+target.ID, 1, target); err != nil {
			t.Fatal(err)
		}
	}
	w.book(customer)
	w.ring("support-1")
}

// An agent's 1 that led to no conversation leads to the next agent.
func TestCustomerFirstApart(t *testing.T) {
	w := customerFirst(t)
	c, leg := w.reached(customer)
	leg.took(callbacks.Proceed)
	leg.agentEnded("failed", true, true)
	w.is(c, callbacks.CustomerReached, 0, 0)
	leg.took(callbacks.Proceed)
	leg.agentEnded("failed", true, false)
	w.is(c, callbacks.Booked, 1, 0)
}

func TestCustomerFirstRefusedForGood(t *testing.T) {
	w := customerFirst(t)
	c := w.book(customer)
	w.dialer.place = func(dispatch.Placement) (error, bool) { return newRefused(21215, ""), false }
	w.tick()
	w.is(c, callbacks.Undialable, 0, 0)
}

// A provider that takes no calls for the moment, and one whose queue does not move, cost the customer no attempt.
func TestCustomerFirstRefusedForNow(t *testing.T) {
	w := customerFirst(t)
	c := w.book(customer)
	w.dialer.place = func(dispatch.Placement) (error, bool) { return newRefused(20429, ""), false }
	for _, pause := range []time.Duration{10 * time.Second, 20 * time.Second, 10 * time.Minute, 10 * time.Second} {
		w.tick()
		if got := w.is(c, callbacks.Booked, 0, 0); !got.Due.Equal(w.clock.Add(pause)) {
			t.Fatalf("again after %v, want %v", got.Due.Sub(w.clock), pause)
		}
		w.pass(pause)
	}
}

// A lost answer is looked up; what was never placed rang nobody.
func TestCustomerFirstUnknown(t *testing.T) {
	w := customerFirst(t)
	c := w.book(customer)
	w.dialer.place = func(dispatch.Placement) (error, bool) { return errTimeout, false }
	w.tick()
	w.is(c, callbacks.Dialling, 0, 0)
	w.dialer.place = nil
	w.pass(31 * time.Second)
	w.quiet()
	w.is(c, callbacks.Booked, 0, 0)
	w.pass(10 * time.Minute)
	w.ring("customer").answered(callbacks.Proceed)
}

// As many customers are rung as agents are free for them.
func TestCustomerFirstAndFreeAgents(t *testing.T) {
	w := customerFirst(t)
	for i := range 4 {
		w.book(customer[:len(customer)-1] + string(rune('1'+i)))
	}
	w.tick()
	if len(w.dialer.placed) != 2 {
		t.Fatalf("%d customers are rung for two agents", len(w.dialer.placed))
	}
	first := call{w: w, id: w.dialer.placed[0].AttemptID, sid: "CA1"}
	first.answered(callbacks.Proceed)
	first.customerTook(callbacks.Proceed)
	w.quiet()
	first.agentEnded("busy", false, false)
	w.quiet() // they still hear so
	first.status("completed", 4)
	w.ring("customer")
}

// The desk closes while the customer's telephone rings.
func TestCustomerFirstClosed(t *testing.T) {
	w := customerFirst(t)
	w.plan.Hours = officeHours(t)
	w.clock = start.Add(6*time.Hour + 59*time.Minute + 50*time.Second)
	c := w.book(customer)
	leg := w.ring("customer")
	w.pass(20 * time.Second)
	leg.answered(callbacks.Closed)
	w.is(c, callbacks.Booked, 0, 0)
	leg.customerTook(callbacks.Gone)
}

// Who is told of an end, and in which words.
func TestTheEndIsTold(t *testing.T) {
	tell := func(c callbacks.Callback, o callbacks.NotificationKind) string {
		return string(o) + " " + c.Reference
	}
	for name, end := range map[string]func(w *world, c callbacks.Callback) (sent string){
		"given up for its number, which no route reaches": func(w *world, _ callbacks.Callback) string {
			w.plan.Policy.Unreachable = []string{"+62812"}
			w.quiet()
			return "given-up"
		},
		"given up for its number, which is not texted either": func(w *world, _ callbacks.Callback) string {
			w.plan.Policy.Blocked = []callbacks.Blocked{{Prefix: "+62812", Reason: "costly"}}
			w.quiet()
			return ""
		},
		"left to a person for its time": func(w *world, _ callbacks.Callback) string {
			w.pass(73 * time.Hour)
			w.quiet()
			return "task"
		},
		"given up after the last attempt": func(w *world, _ callbacks.Callback) string {
			w.plan.Policy.MaxAttempts = 1
			leg := w.ring("support-1")
			leg.answered(callbacks.Proceed)
			leg.took(callbacks.Proceed)
			leg.customerEnded("busy")
			return "given-up"
		},
		"left to a person after the last desk attempt": func(w *world, _ callbacks.Callback) string {
			w.plan.Policy.MaxDeskAttempts = 1
			w.ring("support-1").status("busy", 1)
			w.ring("support-2").status("busy", 1)
			return "task"
		},
		"left to a person after a look-up": func(w *world, _ callbacks.Callback) string {
			w.plan.Policy.MaxDeskAttempts = 1
			w.plan.Targets = w.plan.Targets[:1]
			w.dialer.place = func(dispatch.Placement) (error, bool) { return errTimeout, false }
			w.tick()
			w.pass(31 * time.Second)
			w.quiet()
			return "task"
		},
		"taken back by the desk": func(w *world, c callbacks.Callback) string {
			if _, err := w.service.Withdraw(w.ctx, c.ID, "supervisor"); err != nil {
				w.t.Fatal(err)
			}
			return "withdrawn"
		},
		"moved": func(w *world, c callbacks.Callback) string {
			due := w.clock.Add(time.Hour)
			if _, err := w.service.Move(w.ctx, c.ID, callbacks.Move{Key: "m", Kind: callbacks.ASAP, Due: due,
				Expires: due.Add(time.Hour)}); err != nil {
				w.t.Fatal(err)
			}
			return "moved"
		},
		"cancelled by the caller, who knows": func(w *world, c callbacks.Callback) string {
			if _, err := w.service.Cancel(w.ctx, c.ID, "caller"); err != nil {
				w.t.Fatal(err)
			}
			return ""
		},
		"nothing happened yet": func(*world, callbacks.Callback) string { return "booked" },
	} {
		w := newWorld(t)
		w.plan.SMSBody = tell
		c := w.book(customer)
		want := end(w, c)
		if want != "" {
			want = w.plan.From + " " + customer + " " + want + " " + c.Reference
		}
		sender := &mailbox{}
		w.smsWorker(sender).Tick(w.ctx)
		if got := strings.Join(sender.sent, "; "); got != want {
			t.Errorf("%s: sent %q, want %q", name, got, want)
		}
	}
}

// A supervisor's list says what happened last.
func TestRemarks(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = officeHours(t, closedOn(2026, 3, 2))
	c := w.book(customer)
	remark := func(want string) {
		t.Helper()
		if got := w.get(c).Remark; got != want {
			t.Fatalf("remark %q, want %q", got, want)
		}
	}
	remark("")
	w.quiet()
	remark("the desk is closed; no attempt was spent")
	w.clock = w.get(c).Due
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.customerEnded("busy")
	remark("customer-busy")
	if _, err := w.service.Withdraw(w.ctx, c.ID, "supervisor anna"); err != nil {
		t.Fatal(err)
	}
	leg.status("completed", 3) // the agent's leg is over afterwards
	remark("taken back by supervisor anna")

	c = w.book("+6281200000009")
	w.clock = w.get(c).Due
	w.dialer.place = func(dispatch.Placement) (error, bool) { // it is taken back before the provider refuses
		if _, err := w.service.Withdraw(w.ctx, c.ID, "supervisor anna"); err != nil {
			t.Fatal(err)
		}
		return newRefused(20429, ""), false
	}
	w.tick()
	remark("taken back by supervisor anna")
	if attempts, err := w.store.ActiveAttempts(w.ctx); err != nil || len(attempts) != 0 {
		t.Errorf("the refused attempt has not ended: %+v, %v", attempts, err)
	}
}

// Urgent ones first, then by priority; at the same priority nobody goes ahead of somebody who has waited longer.
func TestOrderOfCallbacks(t *testing.T) {
	w := newWorld(t)
	w.plan.Targets = w.plan.Targets[:1]
	w.plan.Policy.MaxDeskAttempts = 1
	order := map[string]string{}
	add := func(name string, urgent bool, priority int, called time.Duration) {
		r := w.request("+62812000000" + string(rune('0'+len(order))) + "1")
		r.Urgent, r.Priority, r.Called = urgent, priority, w.clock.Add(called)
		if _, err := w.service.Book(w.ctx, r); err != nil {
			t.Fatal(err)
		}
		order[r.Number] = name
	}
	add("ordinary, late", false, 0, -time.Minute)
	add("ordinary, early", false, 0, -time.Hour)
	add("preferred, late", false, 3, -time.Minute)
	add("urgent", true, 0, 0)
	add("preferred, early", false, 3, -time.Hour)
	add("ordinary, yesterday", false, 0, -24*time.Hour)
	var got []string
	for range order {
		leg := w.ring("support-1")
		got = append(got, order[w.dialer.placed[len(w.dialer.placed)-1].Callback.Number])
		leg.status("no-answer", 1)
	}
	want := "urgent; preferred, early; preferred, late; ordinary, yesterday; ordinary, early; ordinary, late"
	if strings.Join(got, "; ") != want {
		t.Errorf("rung were %q", got)
	}
}

// A desk whose telephones are all in use, with a long list, holds up no other; neither do callbacks that have tried all
// telephones but one that is in use.
func TestABusyDeskHoldsUpNobody(t *testing.T) {
	w := newWorld(t)
	for i := range 30 {
		r := w.request("+6281200001" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + "1")
		r.Called = w.clock.Add(-time.Hour)
		if _, err := w.service.Book(w.ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	w.tick() // both telephones
	w.quiet()
	// Every one of the thirty but the two in flight has tried the second telephone.
	busy := call{w: w, id: w.dialer.placed[1].AttemptID, sid: "CA2"}
	for range 28 {
		busy.status("no-answer", 1)
		w.tick()
		p := w.dialer.placed[len(w.dialer.placed)-1]
		if p.Target.ID != "support-2" {
			t.Fatalf("rung %s", p.Target.ID)
		}
		busy = call{w: w, id: p.AttemptID, sid: w.dialer.sids[p.AttemptID]}
	}
	late := w.book("+6281299999991")
	busy.status("no-answer", 1)
	w.tick()
	if p := w.dialer.placed[len(w.dialer.placed)-1]; p.Callback.ID != late.ID || p.Target.ID != "support-2" {
		t.Errorf("the last to ring waits, and %d is rung at %s", p.Callback.ID, p.Target.ID)
	}
}

// What was moved between being read and being claimed is not dialled.
func TestAClaimAsksAgain(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.d = w.dispatcherWith(dispatch.Config{Pace: -1, NewID: func() string { // asked for between the two
		due := w.clock.Add(time.Hour)
		if _, err := w.service.Move(w.ctx, c.ID, callbacks.Move{Key: "m", Kind: callbacks.ASAP, Due: due,
			Expires: due.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		return "attempt"
	}})
	w.quiet()
	w.is(c, callbacks.Booked, 0, 0)
}

// A customer waits for nobody, and that was the desk's last attempt: the callback is theirs to move, and rings an agent
// first at the time that they chose. What went before does not count, and nothing more is told to the line's people.
func TestADeskThatFailsLeavesTheCallbackOpen(t *testing.T) {
	w := customerFirst(t)
	w.plan.Policy.MaxDeskAttempts, w.plan.Alert = 1, "+6281200000099"
	c, leg := w.reached(customer)
	leg.agentEnded("no-answer", false, false)
	w.is(c, callbacks.Task, 1, 0)
	leg.agentEnded("no-answer", false, false) // the webhook came twice
	leg.customerTook(callbacks.Gone)          // they are still on the line
	w.is(c, callbacks.Task, 1, 0)
	if told := w.alerts(); len(told) != 1 || !strings.Contains(told[0], "the desk did not keep a callback") ||
		!strings.HasSuffix(told[0], "--state task") {
		t.Errorf("told %q", told)
	}
	due := w.clock.Add(time.Hour)
	move := callbacks.Move{Key: leg.id + "/another-time", Kind: callbacks.Slot, Due: due,
		SlotEnd: due.Add(30 * time.Minute), Expires: due.Add(72 * time.Hour)}
	for range 2 { // the webhook came twice
		if moved, err := w.service.Move(w.ctx, c.ID, move); err != nil || !moved.Due.Equal(due) {
			t.Fatalf("%+v, %v", moved, err)
		}
	}
	leg.status("completed", 3)
	w.is(c, callbacks.Booked, 0, 0)
	w.quiet()
	w.pass(time.Hour)
	agent := w.ring("support-1")
	agent.answered(callbacks.Proceed)
	agent.took(callbacks.Proceed)
	agent.customerTook(callbacks.Proceed)
	agent.customerEnded("completed")
	w.is(c, callbacks.Done, 0, 1)
	if told := w.alerts(); len(told) != 0 {
		t.Errorf("told again: %q", told)
	}
}

// A task that rings again because its customer asks for a callback once more is tried as often as a new one.
func TestATaskRingsAgainWhenItsCustomerAsks(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.MaxDeskAttempts = 1
	r := w.request(customer)
	r.Kind, r.SlotEnd = callbacks.Slot, r.Due.Add(30*time.Minute)
	b, err := w.service.Book(w.ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	c := b.Callback
	w.nobodyTakes()
	w.is(c, callbacks.Task, 1, 0)
	w.pass(24 * time.Hour)
	b, err = w.service.Book(w.ctx, w.request(customer))
	if err != nil || !b.Existing || b.Callback.ID != c.ID {
		t.Fatalf("%+v, %v", b, err)
	}
	if got := w.is(c, callbacks.Booked, 0, 0); got.Kind != callbacks.ASAP || !got.SlotEnd.IsZero() {
		t.Errorf("its slot is over: %+v", got)
	}
	w.ring("support-1")
}

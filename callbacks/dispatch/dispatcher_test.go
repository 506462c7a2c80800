package dispatch_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
)

// The whole way: busy, next target, desk attempt over, again, taken, customer, done.
func TestKeepACallback(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)

	first := w.ring("support-1")
	if p := w.dialer.placed[0]; p.From != "+622150001000" || p.Ring != 20*time.Second ||
		p.Callback.Number != customer ||
		p.Target.To() != "+622150002001" {
		t.Fatalf("placement %+v", p)
	}
	w.is(c, callbacks.Dialling, 0, 0)
	w.quiet()
	first.status("initiated", 0)
	first.status("busy", 1)
	w.is(c, callbacks.Booked, 0, 0)

	second := w.ring("support-2")
	if to := w.dialer.placed[1].Target.To(); to != "client:agent_2" {
		t.Fatalf("rang %s", to)
	}
	second.status("ringing", 1)
	second.status("no-answer", 2)
	got := w.is(c, callbacks.Booked, 1, 0)
	if want := start.Add(10 * time.Minute); !got.Due.Equal(want) || got.NextTarget != 0 {
		t.Fatalf("due %v, want %v", got.Due, want)
	}
	if next := w.quiet(); next != 10*time.Minute {
		t.Fatalf("next tick after %v", next)
	}

	w.pass(10 * time.Minute)
	third := w.ring("support-1")
	third.status("initiated", 0)
	third.answered(callbacks.Proceed)
	w.is(c, callbacks.Dialling, 1, 0)
	third.took(callbacks.Proceed)
	w.is(c, callbacks.AgentReached, 1, 1)
	third.customerTook(callbacks.Proceed)
	w.is(c, callbacks.CustomerReached, 1, 1)
	w.quiet()
	third.customerEnded("completed")
	w.is(c, callbacks.Done, 1, 1)
	if a := third.attempt(); a.State != callbacks.Leaving || a.Outcome != callbacks.OutcomeKept {
		t.Fatalf("attempt %+v", a)
	}
	third.status("completed", 3)
	if next := w.quiet(); next != -1 {
		t.Fatalf("all is done, and yet a tick is wanted after %v", next)
	}
}

// The customer does not answer: another try later, up to the limit.
func TestCustomerNotReached(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	for n := 1; n <= 2; n++ {
		leg := w.ring("support-1") // a new try begins at the first target
		leg.answered(callbacks.Proceed)
		leg.took(callbacks.Proceed)
		leg.customerEnded("completed") // a machine: nobody pressed 1
		leg.status("completed", 4)
		if n == 1 {
			if got := w.is(c, callbacks.Booked, 0, 1); !got.Due.Equal(w.clock.Add(10 * time.Minute)) {
				t.Fatalf("due %v", got.Due)
			}
			w.quiet()
			w.pass(10 * time.Minute)
		}
	}
	w.is(c, callbacks.Expired, 0, 2)
	w.logs("level=ERROR")
	w.pass(24 * time.Hour)
	w.quiet()
}

func TestDeskAttemptsRunOut(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	for round := 1; round <= 3; round++ {
		w.ring("support-1").status("no-answer", 1)
		w.ring("support-2").status("failed", 1)
		w.pass(10 * time.Minute)
	}
	w.is(c, callbacks.Task, 3, 0)
	w.logs("a callback was not kept, and rings nobody any more")
	w.pass(24 * time.Hour)
	w.quiet()
	w.is(c, callbacks.Task, 3, 0)
	if _, err := w.service.Retry(w.ctx, c.ID, "supervisor"); err != nil {
		t.Fatal(err)
	}
	w.ring("support-1")
	w.is(c, callbacks.Dialling, 0, 0)
}

func TestTimeRunsOut(t *testing.T) {
	w := newWorld(t)
	r := w.request(customer)
	r.Expires = start.Add(5 * time.Minute)
	b, err := w.service.Book(w.ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	w.ring("support-1").status("busy", 1)
	w.ring("support-2").status("busy", 1)
	if next := w.quiet(); next != 5*time.Minute {
		t.Fatalf("next tick after %v", next)
	}
	w.pass(5 * time.Minute)
	w.quiet()
	w.is(b.Callback, callbacks.Task, 1, 0)
}

func TestRefusedForGood(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.dialer.place = func(p dispatch.Placement) (error, bool) {
		if p.Target.ID == "support-1" {
			return fmt.Errorf("creating a call: %w", newRefused(21211, "")), false
		}
		return nil, false
	}
	w.tick()
	w.logs("code=21211")
	if n := len(w.dialer.placed); n != 2 || w.dialer.placed[1].Target.ID != "support-2" {
		t.Fatalf("placed %+v: one malformed agent's number must not break the desk", w.dialer.placed)
	}
	w.is(c, callbacks.Dialling, 0, 0)
	leg := call{w: w, id: w.dialer.placed[1].AttemptID, sid: "CA2"}
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
}

// Refused for the moment: the same target after a pause, and no desk attempt is lost while nothing can be placed.
func TestRefusedForNow(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.dialer.place = func(dispatch.Placement) (error, bool) { return newRefused(20429, ""), false }
	var got []string
	for range 5 {
		before := len(w.dialer.placed)
		pause := w.tick()
		for _, p := range w.dialer.placed[before:] {
			got = append(got, p.Target.ID)
		}
		got = append(got, pause.String())
		w.pass(pause)
	}
	want := "[support-1 10s support-1 20s support-1 support-2 10s support-2 20s support-2 10m0s]"
	if fmt.Sprint(got) != want {
		t.Fatalf("%v, want %v", got, want)
	}
	w.is(c, callbacks.Booked, 0, 0)
	if got := w.get(c).Remark; got != "not-now: code 20429" {
		t.Errorf("remark %q", got)
	}
	w.dialer.place = nil
	w.ring("support-1").answered(callbacks.Proceed)
}

// While the provider cannot be reached nothing was asked for: no look-up, no desk attempt, and the callback waits.
func TestProviderNotReached(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.dialer.place = func(dispatch.Placement) (error, bool) { return &callbacks.RefusedError{Unreached: true}, false }
	for range 40 {
		w.pass(w.tick())
	}
	w.is(c, callbacks.Booked, 0, 0)
	w.logs("a call could not be asked for")
	if strings.Contains(w.logged.String(), "refused") {
		t.Errorf("nobody has refused anything: %s", w.logged)
	}
	if got := w.get(c).Remark; got != "not-now: the provider could not be reached" {
		t.Errorf("remark %q", got)
	}
	w.dialer.place = nil
	w.ring("support-1").answered(callbacks.Proceed)
}

// Who is rung without a route of the line's own is shown its caller ID.
func TestCallerIDOfTargets(t *testing.T) {
	w := newWorld(t)
	w.plan.CallerID = "+6566002000"
	w.plan.Policy.Routes = []callbacks.Route{{Prefix: "+62", Byoc: "BY1"}}
	w.dialer.place = func(p dispatch.Placement) (error, bool) { return newRefused(21211, ""), false }
	w.book(customer)
	for range 2 {
		w.pass(w.tick())
	}
	shown := map[string]string{}
	for _, p := range w.dialer.placed {
		shown[p.Target.ID] = p.From + " " + p.Byoc
	}
	if shown["support-1"] != "+622150001000 BY1" || shown["support-2"] != "+6566002000 " {
		t.Errorf("shown were %q", shown)
	}
}

// A policy edited after the callback: no agent is rung for nothing.
func TestNumberBlockedMeanwhile(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.plan.Policy.Blocked = []callbacks.Blocked{{Prefix: "+62812", Reason: "costly"}}
	w.quiet()
	w.is(c, callbacks.Undialable, 0, 0)
	w.logs("…7890")
}

func TestClosedAtDialling(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = officeHours(t, closedOn(2026, 3, 2), closedOn(2026, 3, 3))
	c := w.book(customer)
	next := w.quiet()
	opening := time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC)
	got := w.is(c, callbacks.Booked, 0, 0)
	if !got.Due.Equal(opening) || next != opening.Sub(start) {
		t.Fatalf("due %v, next tick after %v; want %v", got.Due, next, opening)
	}
	if want := opening.Add(72 * time.Hour); !got.Expires.Equal(want) {
		t.Fatalf("expires %v, want %v: that the desk is closed does not shorten the callback", got.Expires, want)
	}
	w.logs("no attempt was spent")
	w.clock = opening
	w.ring("support-1")
}

func TestClosedForEver(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.plan.Hours = neverOpen(t)
	w.quiet()
	w.is(c, callbacks.Task, 0, 0)
}

func TestClosedWhenAnswered(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = officeHours(t)
	w.clock = start.Add(2*time.Hour - 5*time.Second) // 11:59:55
	c := w.book(customer)
	leg := w.ring("support-1")
	w.pass(5 * time.Second)
	leg.answered(callbacks.Closed)
	leg.answered(callbacks.Closed) // the webhook came twice
	got := w.is(c, callbacks.Booked, 0, 0)
	if want := start.Add(3 * time.Hour); !got.Due.Equal(want) {
		t.Fatalf("due %v, want %v", got.Due, want)
	}
	leg.took(callbacks.Gone)
	leg.status("completed", 2)
	w.quiet()
	w.clock = got.Due
	w.ring("support-1") // its turn was not used up
}

// The desk closes while an agent hears what it is about: their 1 rings no customer.
func TestClosedWhenTaken(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = officeHours(t)
	w.clock = start.Add(2*time.Hour - time.Second) // a second to twelve
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	w.pass(time.Second)
	leg.took(callbacks.Closed)
	got := w.is(c, callbacks.Booked, 0, 0)
	if want := start.Add(3 * time.Hour); !got.Due.Equal(want) {
		t.Fatalf("due %v, want %v", got.Due, want)
	}
	w.logs("though it was not when the agent picked up")
	leg.took(callbacks.Gone) // the webhook came twice
	leg.status("completed", 2)
	w.clock = got.Due
	w.ring("support-1") // its turn was not used up
}

// The pause after a desk attempt does not end in the lunch break.
func TestRetryWaitsForTheOpening(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = officeHours(t)
	w.clock = start.Add(time.Hour + 55*time.Minute) // 11:55
	c := w.book(customer)
	w.ring("support-1").status("busy", 0)
	w.ring("support-2").status("busy", 0)
	if got := w.is(c, callbacks.Booked, 1, 0); !got.Due.Equal(start.Add(3 * time.Hour)) {
		t.Fatalf("due %v", got.Due)
	}
}

func TestLineRemoved(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.noPlan = true
	if next := w.quiet(); next != 10*time.Minute {
		t.Fatalf("next tick after %v", next)
	}
	w.is(c, callbacks.Booked, 0, 0)
	w.logs("not configured any more")
	w.noPlan = false
	w.pass(10 * time.Minute)
	w.ring("support-1")
}

func TestCancelledWhileRinging(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.status("ringing", 1)
	for range 2 { // taking back twice is no error
		if _, err := w.service.Cancel(w.ctx, c.ID, "caller"); err != nil {
			t.Fatal(err)
		}
	}
	leg.answered(callbacks.Gone) // they were quicker than the hanging up
	leg.took(callbacks.Gone)
	w.dialer.calls[leg.sid].Status = "in-progress"
	w.pass(2 * time.Minute)
	w.quiet()
	if len(w.dialer.hung) != 0 {
		t.Fatal("an agent who is being told was cut off")
	}
	leg.status("completed", 2)
	w.is(c, callbacks.Cancelled, 0, 0)

	c = w.book("+6281234567891")
	leg = w.ring("support-1")
	leg.status("ringing", 1)
	if err := w.service.CancelFor(w.ctx, "gopay", "support", "+6281234567891"); err != nil {
		t.Fatal(err)
	}
	w.quiet()
	if len(w.dialer.hung) != 1 || w.dialer.hung[0] != leg.sid || leg.attempt().Outcome != callbacks.OutcomeWithdrawn {
		t.Fatalf("hung up %v, attempt %+v", w.dialer.hung, leg.attempt())
	}
	leg.status("canceled", 2)
	leg.answered(callbacks.Gone)
	w.is(c, callbacks.Cancelled, 0, 0)
}

func TestTooLateToCancel(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	cancel := func(want error) {
		t.Helper()
		if _, err := w.service.Cancel(w.ctx, c.ID, "caller"); !errors.Is(err, want) {
			t.Fatalf("error = %v, want %v", err, want)
		}
	}
	cancel(callbacks.ErrInProgress)
	leg.customerTook(callbacks.Proceed)
	cancel(callbacks.ErrInProgress)
	if err := w.service.CancelFor(w.ctx, "gopay", "support", customer); err != nil {
		t.Fatal(err)
	}
	leg.customerEnded("completed")
	cancel(callbacks.ErrNotOpen)
	w.is(c, callbacks.Done, 0, 1)
}

// Two callbacks, two targets: both at work, a third waits, and no desk attempt is lost by waiting.
func TestTargetsAreShared(t *testing.T) {
	w := newWorld(t)
	a := w.book(customer)
	w.pass(time.Second)
	b, c := w.book("+6281234567891"), w.book("+6281234567892")
	w.tick()
	if n := len(w.dialer.placed); n != 2 || w.dialer.placed[0].Callback.ID != a.ID ||
		w.dialer.placed[1].Callback.ID != b.ID {
		t.Fatalf("placed %+v", w.dialer.placed)
	}
	w.pass(time.Second)
	w.quiet()
	w.is(c, callbacks.Booked, 0, 0)
	leg := call{w: w, id: w.dialer.placed[1].AttemptID, sid: "CA2"}
	leg.status("no-answer", 1)
	w.tick() // support-2 is free: b has had it, so it is c's
	if n := len(w.dialer.placed); n != 3 || w.dialer.placed[2].Callback.ID != c.ID ||
		w.dialer.placed[2].Target.ID != "support-2" {
		t.Fatalf("placed %+v", w.dialer.placed[2:])
	}
	w.is(b, callbacks.Booked, 0, 0)
}

// The agent who hears "the customer did not answer" is still on the telephone.
func TestTargetIsBusyUntilItsCallIsOver(t *testing.T) {
	w := newWorld(t)
	w.plan.Targets = w.plan.Targets[:1]
	w.book(customer)
	w.pass(time.Second)
	b := w.book("+6281234567891")
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.customerEnded("no-answer")
	if next := w.quiet(); next != 30*time.Second {
		t.Fatalf("next tick after %v", next)
	}
	leg.status("completed", 5)
	w.ring("support-1")
	w.is(b, callbacks.Dialling, 0, 0)
}

func TestUrgentFirstAndPaced(t *testing.T) {
	w := newWorld(t)
	w.d = w.dispatcherWith(dispatch.Config{Pace: time.Second})
	w.book(customer)
	w.pass(time.Minute)
	r := w.request("+6281234567899")
	r.Urgent = true
	b, err := w.service.Book(w.ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if next := w.tick(); next != time.Second {
		t.Fatalf("next tick after %v", next)
	}
	if n := len(w.dialer.placed); n != 1 || w.dialer.placed[0].Callback.ID != b.Callback.ID {
		t.Fatalf("placed %+v", w.dialer.placed)
	}
	w.pass(999 * time.Millisecond)
	w.quiet()
	w.pass(time.Millisecond)
	w.ring("support-2")
}

func TestServiceWakes(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	for name, event := range map[string]func(){
		"book":   func() { w.book("+6281234567891") },
		"status": func() { leg.status("ringing", 3) },
		"cancel": func() {
			if _, err := w.service.Cancel(w.ctx, c.ID, "caller"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		w.wakes.Store(0)
		if event(); w.wakes.Load() == 0 {
			t.Errorf("%s wakes nobody", name)
		}
	}
}

// A limit lowered after the callback counts at once.
func TestAttemptsLimitLowered(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.customerEnded("busy")
	leg.status("completed", 3)
	w.plan.Policy.MaxAttempts = 1
	w.pass(10 * time.Minute)
	w.quiet()
	w.is(c, callbacks.Expired, 0, 1)
}

// Targets taken off the desk while a desk attempt is on, and a desk left without any.
func TestTargetsRemoved(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.ring("support-1").status("busy", 1)
	w.plan.Targets = w.plan.Targets[:1]
	w.quiet()
	w.is(c, callbacks.Booked, 1, 0)
	w.plan.Targets = nil
	w.pass(10 * time.Minute)
	w.quiet()
	w.is(c, callbacks.Booked, 1, 0) // nobody was tried: only time runs out
	w.pass(72 * time.Hour)
	w.quiet()
	w.is(c, callbacks.Task, 1, 0)
}

// An agent's number behind a route is dialled by it, and it rings as long as the plan says.
func TestPlacement(t *testing.T) {
	w := newWorld(t)
	w.plan.Ring = 25 * time.Second
	w.plan.Targets = []callbacks.Target{{ID: "support-1", Kind: callbacks.Number, Address: "+8613812345678"}}
	w.plan.Policy.Routes = []callbacks.Route{{Prefix: "+86", Byoc: "BYchina"}}
	w.book(customer)
	w.ring("support-1")
	if p := w.dialer.placed[0]; p.Ring != w.plan.Ring || p.Byoc != "BYchina" {
		t.Errorf("placement %+v", p)
	}
}

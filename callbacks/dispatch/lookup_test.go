package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/hours"
)

func neverOpen(t testing.TB) *hours.Calendar {
	t.Helper()
	cal, err := hours.New(jakarta(t), hours.Week{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

var errTimeout = errors.New("i/o timeout")

// lost makes the provider's answer to the next request get lost; with placed the call is made nevertheless.
func (w *world) lost(placed bool) call {
	w.t.Helper()
	w.dialer.place = func(dispatch.Placement) (error, bool) { return errTimeout, placed }
	leg := w.ring("support-1")
	w.dialer.place = nil
	if a := leg.attempt(); a.State != callbacks.Unknown || a.SID != "" {
		w.t.Fatalf("attempt %+v", a)
	}
	return leg
}

func TestUnknownResolvedByWebhook(t *testing.T) {
	for name, hear := range map[string]func(leg call){
		"status":   func(leg call) { leg.status("initiated", 0) },
		"answered": func(leg call) { leg.answered(callbacks.Proceed) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.book(customer)
			leg := w.lost(true)
			w.quiet() // unknown is not failed
			hear(leg)
			if a := leg.attempt(); a.SID != leg.sid {
				t.Fatalf("attempt %+v", a)
			}
			w.pass(30 * time.Second)
			w.quiet()
			if w.dialer.finds != 0 {
				t.Error("looked up although a webhook had told")
			}
			leg.took(callbacks.Proceed)
			w.is(c, callbacks.AgentReached, 0, 1)
		})
	}
}

func TestUnknownFound(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.lost(true)
	w.dialer.calls[leg.sid].Status = "ringing"
	if next := w.quiet(); next != 30*time.Second {
		t.Fatalf("next tick after %v", next)
	}
	// Another callback does not get the target meanwhile.
	w.book("+6281234567891")
	w.ring("support-2")
	w.pass(29 * time.Second)
	w.quiet()
	if w.dialer.finds != 0 {
		t.Fatal("looked up too soon")
	}
	w.pass(time.Second)
	w.quiet()
	if a := leg.attempt(); a.State != callbacks.Placed || a.SID != leg.sid {
		t.Fatalf("attempt %+v", a)
	}
	leg.answered(callbacks.Proceed)
	w.is(c, callbacks.Dialling, 0, 0)
}

func TestUnknownFoundOver(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.lost(true)
	w.dialer.calls[leg.sid].Status = "no-answer"
	w.pass(30 * time.Second)
	w.ring("support-2")
	if a := leg.attempt(); a.Outcome != "no-answer" {
		t.Fatalf("attempt %+v", a)
	}
	w.is(c, callbacks.Dialling, 0, 0)
}

func TestUnknownFoundNowhere(t *testing.T) {
	w := newWorld(t)
	w.book(customer)
	leg := w.lost(false)
	// A call of last week, and one of another attempt that has ended, are not ours.
	w.dialer.calls["CAold"] = &dispatch.PlacedCall{SID: "CAold", To: "+622150002001", From: "+622150001000",
		Status: "ringing", Created: start.Add(-time.Minute)}
	w.pass(30 * time.Second)
	w.ring("support-2")
	if a := leg.attempt(); a.Outcome != callbacks.OutcomeNotPlaced {
		t.Fatalf("attempt %+v", a)
	}
	// It comes after all: nobody is connected by it.
	leg.sid = "CAlate"
	leg.status("ringing", 1)
	leg.answered(callbacks.Gone)
	leg.took(callbacks.Gone)
}

// The provider cannot be asked: nobody is rung until it can.
func TestUnknownAndNoAnswer(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.lost(true)
	w.dialer.findErr = errTimeout
	for range 5 {
		w.pass(30 * time.Second)
		if next := w.quiet(); next != 30*time.Second {
			t.Fatalf("next tick after %v", next)
		}
	}
	w.dialer.findErr = nil
	w.dialer.calls[leg.sid].Status = "in-progress"
	w.pass(30 * time.Second)
	w.quiet()
	if a := leg.attempt(); a.SID != leg.sid {
		t.Fatalf("attempt %+v", a)
	}
	w.is(c, callbacks.Dialling, 0, 0)
}

// The request was repeated on its way: one call is ours, the other is hung up and connects nobody.
func TestUnknownFoundTwice(t *testing.T) {
	w := newWorld(t)
	w.book(customer)
	leg := w.lost(true)
	w.dialer.calls[leg.sid].Status = "ringing"
	twin := *w.dialer.calls[leg.sid]
	twin.SID = "CAtwin"
	w.dialer.calls["CAtwin"] = &twin
	w.pass(30 * time.Second)
	w.quiet()
	if len(w.dialer.hung) != 1 || w.dialer.hung[0] != "CAtwin" {
		t.Fatalf("hung up %v", w.dialer.hung)
	}
	if _, verdict, err := w.d.Answered(w.ctx, leg.id, "CAtwin"); verdict != callbacks.Gone ||
		!errors.Is(err, dispatch.ErrForeignCall) {
		t.Errorf("the other call is told %q, %v", verdict, err)
	}
	leg.answered(callbacks.Proceed)
}

// crashAfterClaim dies between writing the attempt and asking the provider; with sent just after asking.
func crashAfterClaim(t *testing.T, w *world, sent bool) call {
	t.Helper()
	r, err := w.store.Claim(w.ctx, callbacks.Claim{
		CallbackID: 1, AttemptID: "crashed", Target: w.plan.Targets[0], From: w.plan.From, Ring: w.plan.Ring,
		Now: w.clock, Lease: 30 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	leg := call{w: w, id: r.Attempt.ID, sid: "CAcrashed"}
	if sent {
		w.dialer.add(leg.sid, dispatch.Placement{Target: r.Attempt.Target, From: r.Attempt.From})
		w.dialer.calls[leg.sid].Status = "ringing"
	}
	w.crash()
	return leg
}

func TestCrashBeforeTheRequest(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := crashAfterClaim(t, w, false)
	if next := w.quiet(); next != 30*time.Second {
		t.Fatalf("next tick after %v", next)
	}
	w.is(c, callbacks.Dialling, 0, 0)
	w.pass(30 * time.Second) // the lease has run out
	w.ring("support-2")
	if a := leg.attempt(); a.Outcome != callbacks.OutcomeNotPlaced {
		t.Fatalf("attempt %+v", a)
	}
}

func TestCrashAfterTheRequest(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := crashAfterClaim(t, w, true)
	w.pass(30 * time.Second)
	w.quiet()
	if a := leg.attempt(); a.SID != leg.sid || a.State != callbacks.Placed {
		t.Fatalf("attempt %+v", a)
	}
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	w.is(c, callbacks.AgentReached, 0, 1)
}

// A dispatcher that hung so long that another one took over must not write, and hangs its call up.
func TestLateDispatcherIsFenced(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	other := w.dispatcherWith(dispatch.Config{Pace: -1})
	rings := 0
	w.dialer.place = func(p dispatch.Placement) (error, bool) {
		if rings++; rings > 1 {
			return nil, false
		}
		w.pass(30 * time.Second)
		other.Tick(context.Background()) // looks up, finds nothing, rings the next
		return nil, false
	}
	w.tick()
	if len(w.dialer.placed) != 2 || w.dialer.placed[1].Target.ID != "support-2" {
		t.Fatalf("placed %+v", w.dialer.placed)
	}
	if late := w.dialer.sids[w.dialer.placed[0].AttemptID]; len(w.dialer.hung) != 1 || w.dialer.hung[0] != late {
		t.Fatalf("hung up %v, want %s", w.dialer.hung, late)
	}
	now := call{w: w, id: w.dialer.placed[1].AttemptID, sid: w.dialer.sids[w.dialer.placed[1].AttemptID]}
	now.answered(callbacks.Proceed)
	w.is(c, callbacks.Dialling, 0, 0)
}

// The webhooks of a call may be faster than the answer to the request that placed it.
func TestWebhookBeforeTheAnswer(t *testing.T) {
	for _, last := range []string{"ringing", "busy"} {
		w := newWorld(t)
		w.book(customer)
		w.dialer.place = func(p dispatch.Placement) (error, bool) {
			w.dialer.place = nil
			if err := w.d.LegStatus(w.ctx, p.AttemptID, "CA1", last, 1); err != nil {
				t.Error(err)
			}
			return nil, false
		}
		w.tick()
		if len(w.dialer.hung) != 0 {
			t.Fatalf("%s: hung up %v", last, w.dialer.hung)
		}
		n := len(w.dialer.placed)
		if last == "busy" && (n != 2 || w.dialer.placed[1].Target.ID != "support-2") || last == "ringing" && n != 1 {
			t.Fatalf("%s: placed %+v", last, w.dialer.placed)
		}
		leg := call{w: w, id: w.dialer.placed[n-1].AttemptID, sid: fmt.Sprint("CA", n)}
		leg.answered(callbacks.Proceed)
	}
}

func TestStuckInTheProvidersQueue(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	w.dialer.hangupErr = errTimeout
	w.pass(20 * time.Second)
	w.quiet() // as long as it is not hung up nobody else is rung
	w.is(c, callbacks.Dialling, 0, 0)
	w.dialer.hangupErr = nil
	w.pass(30 * time.Second)
	if next := w.quiet(); next != 10*time.Second {
		t.Fatalf("next tick after %v", next)
	}
	if len(w.dialer.hung) != 1 || leg.attempt().Outcome != callbacks.OutcomeOverqueued {
		t.Fatalf("hung up %v, attempt %+v", w.dialer.hung, leg.attempt())
	}
	w.pass(10 * time.Second)
	w.ring("support-1") // its turn was not used up
}

// No final status came: the call is looked up after its ring time and 90 s, then every two minutes.
func TestNoFinalStatus(t *testing.T) {
	w := newWorld(t)
	w.book(customer)
	leg := w.ring("support-1")
	leg.status("ringing", 1)
	if next := w.quiet(); next != 110*time.Second {
		t.Fatalf("next tick after %v", next)
	}
	w.pass(110 * time.Second)
	w.dialer.fetchErr = errTimeout
	if next := w.quiet(); next != 30*time.Second {
		t.Fatalf("next tick after %v", next)
	}
	w.dialer.fetchErr = nil
	w.pass(30 * time.Second)
	if next := w.quiet(); next != 2*time.Minute {
		t.Fatalf("next tick after %v", next)
	}
	w.dialer.calls[leg.sid].Status = "no-answer"
	w.pass(2 * time.Minute)
	w.ring("support-2")
}

// The end of a kept callback got lost: the look-up finds the call over.
func TestLostEnd(t *testing.T) {
	for _, reached := range []bool{true, false} {
		w := newWorld(t)
		c := w.book(customer)
		leg := w.ring("support-1")
		leg.answered(callbacks.Proceed)
		leg.took(callbacks.Proceed)
		want := callbacks.Booked
		if reached {
			leg.customerTook(callbacks.Proceed)
			want = callbacks.Done
		}
		w.dialer.calls[leg.sid].Status = "in-progress"
		w.pass(2 * time.Minute)
		w.quiet()
		w.dialer.calls[leg.sid].Status = "completed"
		w.pass(2 * time.Minute)
		w.quiet()
		w.is(c, want, 0, 1)
	}
}

// Nothing is ever heard again, and the provider knows nothing: every state has an end.
func TestLostForEver(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	w.dialer.fetchErr = errTimeout
	w.pass(5*time.Hour - time.Second)
	w.quiet()
	w.is(c, callbacks.Dialling, 0, 0)
	w.pass(30 * time.Second)
	w.ring("support-2")
	if a := leg.attempt(); a.Outcome != callbacks.OutcomeLost {
		t.Fatalf("attempt %+v", a)
	}
}

func TestCancelledWhileUnknown(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.lost(true)
	w.dialer.calls[leg.sid].Status = "ringing"
	if _, err := w.service.Cancel(w.ctx, c.ID, "caller"); err != nil {
		t.Fatal(err)
	}
	w.quiet()
	if w.dialer.finds != 0 {
		t.Fatal("looked up while the request may still be under way")
	}
	w.pass(30 * time.Second)
	w.quiet()
	if len(w.dialer.hung) != 1 || leg.attempt().Outcome != callbacks.OutcomeWithdrawn {
		t.Fatalf("hung up %v, attempt %+v", w.dialer.hung, leg.attempt())
	}
	if next := w.quiet(); next != -1 {
		t.Fatalf("next tick after %v", next)
	}
}

// The end of a Dial, told by a call whose identifier nobody has told us: only what was looked up may speak for the
// attempt.
func TestSettledWithoutAnIdentifier(t *testing.T) {
	w := newWorld(t)
	w.plan.Targets = w.plan.Targets[:1]
	c := w.book(customer)
	leg := w.lost(true)
	if _, err := w.d.CustomerEnded(w.ctx, leg.id, leg.sid, "no-answer", false); !errors.Is(err,
		dispatch.ErrForeignCall) {
		t.Fatal(err)
	}
	w.is(c, callbacks.Dialling, 0, 0)
	w.dialer.calls[leg.sid].Status = "in-progress"
	w.pass(30 * time.Second)
	w.quiet()
	leg.customerEnded("no-answer")
	w.is(c, callbacks.Booked, 0, 1)
	if a := leg.attempt(); a.State != callbacks.Leaving || a.SID != leg.sid {
		t.Fatalf("attempt %+v", a)
	}
	w.dialer.calls[leg.sid].Status = "completed"
	w.pass(10 * time.Minute)
	w.ring("support-1")
	if a := leg.attempt(); a.State != callbacks.Ended || a.Outcome != "customer-no-answer" {
		t.Fatalf("attempt %+v", a)
	}
}

// A call of an earlier attempt, to the same target a moment ago, is not taken for the lost one.
func TestFoundCallOfAnotherAttempt(t *testing.T) {
	w := newWorld(t)
	w.plan.Targets = w.plan.Targets[:1]
	w.book(customer)
	earlier := w.ring("support-1")
	w.book("+6281234567891")
	w.pass(2 * time.Second)
	w.dialer.place = func(dispatch.Placement) (error, bool) { return errTimeout, false }
	earlier.status("busy", 1)
	leg := w.ring("support-1")
	w.dialer.place = nil
	w.pass(30 * time.Second)
	w.quiet()
	if a := leg.attempt(); a.SID != "" || a.Outcome != callbacks.OutcomeNotPlaced {
		t.Fatalf("attempt %+v", a)
	}
}

package dispatch_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
)

// Customers who did not ask for the call, and whom SMS go to.

const stranger = "+6281355550000"

// bookBy is a callback to a number that somebody else asks for.
func (w *world) bookBy(caller, number, line string) callbacks.Callback {
	w.t.Helper()
	r := w.request(number)
	r.Caller, r.Account, r.Line, r.Limits = caller, "", line,
		callbacks.Limits{CallerLimits: callbacks.DefaultCallerLimits}
	b, err := w.service.Book(w.ctx, r)
	if err != nil || b.Existing {
		w.t.Fatalf("Book = %+v, %v", b, err)
	}
	return b.Callback
}

func (c call) disowned(want callbacks.Verdict) {
	c.w.t.Helper()
	if _, v, err := c.w.d.Disown(c.w.ctx, c.id, c.sid); err != nil || v != want {
		c.w.t.Fatalf("Disown = %q, %v; want %q", v, err, want)
	}
}

// isDisowned checks that the callback has ended and its telephone is free once the call is over.
func (w *world) isDisowned(c callbacks.Callback, leg call) {
	w.t.Helper()
	got := w.is(c, callbacks.Cancelled, 0, 1)
	if got.Remark != "the person who picked up did not ask for it" {
		w.t.Errorf("remark %q", got.Remark)
	}
	if a := leg.attempt(); a.State != callbacks.Leaving || a.Outcome != callbacks.OutcomeDisowned {
		w.t.Errorf("attempt %+v", a)
	}
	leg.status("completed", 5)
	if a := leg.attempt(); a.State != callbacks.Ended || a.Outcome != callbacks.OutcomeDisowned {
		w.t.Errorf("attempt %+v after the call", a)
	}
}

func TestDisownedBehindAnAgent(t *testing.T) {
	w := newWorld(t)
	c := w.bookBy(stranger, customer, "gopay")
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	for range 2 { // the webhook comes twice
		leg.disowned(callbacks.Proceed)
	}
	leg.customerTook(callbacks.Gone)
	leg.customerEnded("completed")
	w.isDisowned(c, leg)
	w.pass(time.Hour)
	w.quiet()
}

func TestDisownedByACustomerWhoIsRungFirst(t *testing.T) {
	w := customerFirst(t)
	c := w.bookBy(stranger, customer, "gopay")
	leg := w.ring("customer")
	leg.answered(callbacks.Proceed)
	for range 2 {
		leg.disowned(callbacks.Proceed)
	}
	leg.customerTook(callbacks.Gone)
	w.isDisowned(c, leg)
	w.pass(time.Hour)
	w.quiet()
}

// The owner asked, and a child picks up and presses 2: that callback ends, others are silenced, the owner asks again.
func TestDisownedAtTheOwnNumber(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.disowned(callbacks.Proceed)
	w.isDisowned(c, leg)
	r := w.request(customer)
	r.Caller, r.Account, r.Limits.CallerLimits = stranger, "", callbacks.DefaultCallerLimits
	if _, err := w.service.Book(w.ctx, r); err == nil {
		t.Error("another asks for a callback to that number")
	}
	w.bookBy(customer, customer, "gopay")
}

// A call of another callback ends nothing and silences nobody.
func TestDisownedByAForeignCall(t *testing.T) {
	w := newWorld(t)
	c := w.bookBy(stranger, customer, "gopay")
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	foreign := leg
	foreign.sid = "CAforeign"
	if _, v, err := w.d.Disown(w.ctx, foreign.id, foreign.sid); !errors.Is(err, dispatch.ErrForeignCall) ||
		v != callbacks.Gone {
		t.Fatalf("Disown = %q, %v", v, err)
	}
	w.is(c, callbacks.AgentReached, 0, 1)
	w.bookBy(stranger, customer, "upay")
}

// What others have asked for at the same number on another line, and is being kept just now, ends when it comes back.
func TestDisownedWhileAnotherIsBeingKept(t *testing.T) {
	w := newWorld(t)
	other := w.bookBy("", customer, "gopay")
	kept := w.ring("support-1")
	kept.answered(callbacks.Proceed)
	kept.took(callbacks.Proceed)
	c := w.bookBy(stranger, customer, "upay")
	record, err := w.store.Claim(w.ctx, callbacks.Claim{
		CallbackID: c.ID, AttemptID: "upay-1", Target: callbacks.Target{ID: "upay-1", Kind: callbacks.Client,
			Address: "upay-1"},
		Now: w.clock, Lease: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	leg := call{w: w, id: record.Attempt.ID, sid: "CAupay"}
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.disowned(callbacks.Proceed)
	w.is(c, callbacks.Cancelled, 0, 1)
	w.is(other, callbacks.AgentReached, 0, 1)
	kept.customerEnded("no-answer")
	w.is(other, callbacks.Cancelled, 0, 1)
}

// A SMS goes to the calling number, and to another one only once its customer was reached there.
func TestStrangersAreNotWrittenTo(t *testing.T) {
	for name, c := range map[string]struct {
		caller  string
		reached bool
		want    int // of a booking, a move, and what the desk takes back
	}{
		"their own number": {customer, false, 3}, "another's number": {stranger, false, 0}, "anonymous": {"", false, 0},
		"another's number, reached": {stranger, true, 2}, // it was not when it was booked
	} {
		w := newWorld(t)
		w.plan.SMSBody = func(_ callbacks.Callback, o callbacks.NotificationKind) string {
			return string(o)
		}
		sender := &mailbox{}
		worker := w.smsWorker(sender)
		booked := w.bookBy(c.caller, customer, "gopay")
		worker.Tick(w.ctx)
		if c.reached {
			leg := w.ring("support-1")
			leg.answered(callbacks.Proceed)
			leg.took(callbacks.Proceed)
			leg.customerTook(callbacks.Proceed)
			if _, err := w.d.CustomerEnded(w.ctx, leg.id, leg.sid, "completed", true); err != nil {
				t.Fatal(err)
			}
		}
		due := w.clock.Add(time.Hour)
		move := callbacks.Move{Key: "m", Kind: callbacks.ASAP, Due: due, Expires: due.Add(time.Hour), Caller: c.caller}
		if _, err := w.service.Move(w.ctx, booked.ID, move); err != nil {
			t.Fatal(err)
		}
		worker.Tick(w.ctx)
		if _, err := w.service.Withdraw(w.ctx, booked.ID, "supervisor"); err != nil {
			t.Fatal(err)
		}
		worker.Tick(w.ctx)
		if len(sender.sent) != c.want {
			t.Errorf("%s: %q, want %d", name, sender.sent, c.want)
		}
	}
}

// Nor has the desk it rung again at the wish of others: an earlier request that was given up stays so.
func TestRetryLeavesASilencedNumberAlone(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.MaxAttempts = 1
	given := w.bookBy(stranger, customer, "gopay")
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.customerEnded("no-answer")
	leg.status("completed", 3)
	w.is(given, callbacks.Expired, 0, 1)
	w.bookBy(stranger, customer, "gopay")
	leg = w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.disowned(callbacks.Proceed)
	if _, err := w.service.Retry(w.ctx, given.ID, "supervisor"); !errors.Is(err, callbacks.ErrSilenced) {
		t.Errorf("retried: %v", err)
	}
	w.pass(25 * time.Hour)
	if b, err := w.service.Retry(w.ctx, given.ID, "supervisor"); err != nil || b.Callback.ID == given.ID {
		t.Errorf("a day later: %+v, %v", b, err)
	}
}

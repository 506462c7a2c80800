package dispatch_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
)

// Mistakes that were found and mended, one test each.

// The customer pressed 1, our answer was lost, and the provider dropped the leg: nobody was connected.
func TestPressedOneAndNotConnectedIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	leg := w.ring("support-1")
	leg.answered(callbacks.Proceed)
	leg.took(callbacks.Proceed)
	leg.customerTook(callbacks.Proceed)
	if _, err := w.d.CustomerEnded(w.ctx, leg.id, leg.sid, "completed", true); err != nil {
		t.Fatal(err)
	}
	again := w.is(c, callbacks.Booked, 0, 1)
	if !again.Due.After(w.clock) || again.Due.After(w.clock.Add(time.Hour)) {
		t.Errorf("tried again at %v, it is %v", again.Due, w.clock)
	}
}

// A conversation holds back the callback of its own desk, and of no other.
func TestAConversationHoldsTheCallbackOfItsDesk(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	hold := func(desk string) {
		t.Helper()
		if err := w.service.HoldFor(w.ctx, "gopay", desk, customer); err != nil {
			t.Fatal(err)
		}
	}
	hold("emergency")
	if got := w.get(c); !got.Held.IsZero() {
		t.Fatalf("held by another desk's conversation: %+v", got)
	}
	hold("support")
	held := w.get(c)
	if held.Due.Before(w.clock.Add(time.Hour)) || !held.Held.Equal(c.Due) {
		t.Fatalf("held: due %v, was due %v", held.Due, held.Held)
	}
	hold("support") // the webhook comes again
	if again := w.get(c); again != held {
		t.Errorf("held twice: %+v", again)
	}
	if err := w.service.ReleaseFor(w.ctx, "gopay", "support", customer); err != nil {
		t.Fatal(err)
	}
	if released := w.get(c); !released.Due.Equal(c.Due) || !released.Held.IsZero() {
		t.Errorf("released: %+v", released)
	}
	hold("support")
	if err := w.service.CancelFor(w.ctx, "gopay", "emergency", customer); err != nil {
		t.Fatal(err)
	}
	w.is(c, callbacks.Booked, 0, 0)
	if err := w.service.CancelFor(w.ctx, "gopay", "support", customer); err != nil {
		t.Fatal(err)
	}
	w.is(c, callbacks.Cancelled, 0, 0)
}

// Time in which the desk is closed gives nobody up: a desk attempt just before a holiday is not the last.
func TestClosedTimeDoesNotExpireACallback(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = officeHours(t, closedOn(2026, 3, 3), closedOn(2026, 3, 4), closedOn(2026, 3, 5))
	w.clock = time.Date(2026, 3, 2, 9, 55, 0, 0, time.UTC) // five minutes before the evening
	r := w.request(customer)
	r.Expires = w.clock.Add(24 * time.Hour)
	b, err := w.service.Book(w.ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	w.dialer.place = func(dispatch.Placement) (error, bool) { return newRefused(21211, ""), false }
	w.tick()
	got := w.is(b.Callback, callbacks.Booked, 1, 0)
	if !got.Expires.After(got.Due) {
		t.Fatalf("it expires at %v, before the desk opens at %v", got.Expires, got.Due)
	}
	tried := len(w.dialer.placed)
	w.clock = got.Due
	w.tick()
	if len(w.dialer.placed) == tried {
		t.Error("nobody is rung at the opening")
	}
}

// A desk that never takes a call: the callback is left to a person, however many nights lie between.
func TestADeskThatIsNeverFreeDoesNotHoldACallbackForEver(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = officeHours(t)
	w.plan.Policy.MaxDeskAttempts = 1000
	w.dialer.place = func(dispatch.Placement) (error, bool) { return newRefused(20429, ""), false }
	r := w.request(customer)
	r.Expires = w.clock.Add(10 * time.Hour) // of opening time
	b, err := w.service.Book(w.ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	end := w.clock.Add(21 * 24 * time.Hour)
	for w.clock.Before(end) && w.get(b.Callback).State != callbacks.Task {
		w.tick()
		w.pass(20 * time.Minute)
	}
	if got := w.get(b.Callback); got.State != callbacks.Task {
		t.Errorf("after three weeks it is %s and expires %v", got.State, got.Expires)
	}
}

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

// What happens to a callback while it is being kept, or meanwhile.

// An agent has pressed 1 and the customer's line is busy: they are ringing the desk. While the two talk nobody
// rings about the callback, and afterwards it is taken back.
func TestACustomerGetsThroughWhileBeingRung(t *testing.T) {
	for name, talk := range map[string]bool{"they talked": true, "they did not": false} {
		w := newWorld(t)
		c := w.book(customer)
		leg := w.ring("support-1")
		leg.answered(callbacks.Proceed)
		leg.took(callbacks.Proceed)
		if err := w.service.HoldFor(w.ctx, "gopay", "support", customer); err != nil {
			t.Fatal(err)
		}
		leg.customerEnded("busy")
		leg.status("completed", 4)
		w.pass(30 * time.Minute)
		w.quiet() // ten minutes would have been the pause
		if talk {
			if err := w.service.CancelFor(w.ctx, "gopay", "support", customer); err != nil {
				t.Fatal(err)
			}
			w.is(c, callbacks.Cancelled, 0, 1)
			continue
		}
		if err := w.service.ReleaseFor(w.ctx, "gopay", "support", customer); err != nil {
			t.Fatal(name, err)
		}
		w.ring("support-1")
	}
}

// The talk ends while an agent, who has pressed 1, waits for the customer: when they are not reached that is the end of
// it.
func TestTheCustomerHasTalkedWhileTheyAreRung(t *testing.T) {
	for _, first := range []bool{false, true} {
		w := newWorld(t)
		w.plan.CustomerFirst = first
		c := w.book(customer)
		w.tick()
		leg := call{w: w, id: w.dialer.placed[0].AttemptID, sid: "CA1"}
		leg.answered(callbacks.Proceed)
		if first {
			leg.customerTook(callbacks.Proceed)
		} else {
			leg.took(callbacks.Proceed)
		}
		if err := w.service.CancelFor(w.ctx, "gopay", "support", customer); err != nil {
			t.Fatal(err)
		}
		if w.get(c).State == callbacks.Cancelled {
			t.Fatal("taken back under the hands of who keeps it")
		}
		if first {
			leg.agentEnded("busy", false, false)
			w.is(c, callbacks.Cancelled, 1, 0)
		} else {
			leg.customerEnded("busy")
			w.is(c, callbacks.Cancelled, 0, 1)
		}
		leg.status("completed", 4)
		w.pass(24 * time.Hour)
		w.quiet()
	}
}

// While telephones ring for a caller their callback does not fall due. One that is later anyway, that is being made, or
// that is left to a person stays as it is.
func TestACallbackIsPutOffWhileItsCallerWaits(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.MaxDeskAttempts = 1
	putOff := func() {
		t.Helper()
		for range 2 { // the webhook came twice
			if err := w.service.PutOffFor(w.ctx, "gopay", customer, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
	}
	putOff() // nothing
	c := w.book(customer)
	putOff()
	if next := w.quiet(); next != time.Minute {
		t.Errorf("next tick after %v", next)
	}
	due := w.get(c).Due
	w.pass(-time.Second)
	putOff()
	if got := w.get(c).Due; !got.Equal(due) {
		t.Errorf("due %v, was %v", got, due)
	}
	w.pass(61 * time.Second)
	leg := w.ring("support-1")
	putOff()
	w.is(c, callbacks.Dialling, 0, 0)
	leg.status("no-answer", 1)
	w.ring("support-2").status("no-answer", 1)
	w.is(c, callbacks.Task, 1, 0)
	putOff()
	w.is(c, callbacks.Task, 1, 0)
}

// A retry does not ring a customer in the middle of their conversation.
func TestNoRetryDuringATalk(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	if err := w.service.HoldFor(w.ctx, "gopay", "support", customer); err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Retry(w.ctx, c.ID, "supervisor"); !errors.Is(err, callbacks.ErrInProgress) {
		t.Errorf("error = %v", err)
	}
}

// notReached rings a customer as often as may be, and they do not pick up.
func (w *world) notReached(c callbacks.Callback) {
	w.t.Helper()
	for range w.plan.Policy.MaxAttempts {
		leg := w.ring("support-1")
		leg.answered(callbacks.Proceed)
		leg.took(callbacks.Proceed)
		leg.customerEnded("no-answer")
		leg.status("completed", 3)
		w.pass(10 * time.Minute)
	}
	w.is(c, callbacks.Expired, 0, w.plan.Policy.MaxAttempts)
}

// What was given up twice is booked a third time; an open callback is returned and left alone.
func TestRetryOfARetry(t *testing.T) {
	w := newWorld(t)
	old := w.book(customer)
	w.notReached(old)
	retry := func() callbacks.Booking {
		t.Helper()
		b, err := w.service.Retry(w.ctx, old.ID, "supervisor")
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	second := retry().Callback
	w.notReached(second)
	third := retry()
	if third.Existing || third.Callback.ID == second.ID || !third.Callback.Open() {
		t.Fatalf("%+v", third)
	}
	if again := retry(); again.Callback.ID != third.Callback.ID {
		t.Errorf("asked twice: %+v", again)
	}
	if _, err := w.service.Cancel(w.ctx, third.Callback.ID, "caller"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Retry(w.ctx, old.ID, "supervisor"); !errors.Is(err, callbacks.ErrNotOpen) {
		t.Errorf("after it was taken back: %v", err)
	}
	newer := w.book(customer)
	if _, err := w.service.Retry(w.ctx, second.ID, "supervisor"); !errors.Is(err, callbacks.ErrNotOpen) {
		t.Errorf("error = %v", err)
	}
	w.pass(time.Minute)
	w.ring("support-1")
	if got := w.get(newer); got.State != callbacks.Dialling {
		t.Errorf("the newer one is %s", got.State)
	}
}

// A confirmation of a retry is dated by the retry: it is not too late because the customer called yesterday.
func TestTheTextOfARetryIsSent(t *testing.T) {
	w := newWorld(t)
	w.plan.SMSBody = func(c callbacks.Callback, o callbacks.NotificationKind) string {
		return string(o) + " " + c.Reference
	}
	old := w.book(customer)
	w.notReached(old)
	w.pass(73 * time.Hour)
	w.quiet()
	b, err := w.service.Retry(w.ctx, old.ID, "supervisor")
	if err != nil {
		t.Fatal(err)
	}
	sender := &mailbox{}
	w.smsWorker(sender).Tick(w.ctx)
	if sent := strings.Join(sender.sent, "; "); !strings.Contains(sent, "booked "+b.Callback.Reference) {
		t.Errorf("sent %q", sent)
	}
}

// A holiday that was published meanwhile moves the callback to another day, and the customer is told; a lunch break is
// not worth a message.
func TestPutOffForADayIsTold(t *testing.T) {
	for _, c := range []struct {
		due  time.Duration // after Monday, ten o'clock in Jakarta
		want bool
	}{{24 * time.Hour, true}, {2*time.Hour + time.Minute, false}} {
		w := newWorld(t)
		w.plan.SMSBody = func(c callbacks.Callback, o callbacks.NotificationKind) string {
			return string(o) + " " + c.Due.In(jakarta(t)).Format("Mon 15:04")
		}
		w.plan.Hours = officeHours(t, closedOn(2026, 3, 3))
		r := w.request(customer)
		r.Due = w.clock.Add(c.due)
		r.SMSBody = func(callbacks.Callback) string { return "" }
		if _, err := w.service.Book(w.ctx, r); err != nil {
			t.Fatal(err)
		}
		w.pass(c.due)
		w.quiet()
		sender := &mailbox{}
		w.smsWorker(sender).Tick(w.ctx)
		if told := len(sender.sent) == 1 && strings.HasSuffix(sender.sent[0], "moved Wed 09:00"); told != c.want {
			t.Errorf("after %v sent %q", c.due, sender.sent)
		}
	}
}

// A number of the line's own that the provider does not let call is no fault of the customer's: they are not given up
// for it.
func TestTheLinesOwnNumberIsRefused(t *testing.T) {
	w := newWorld(t)
	w.plan.CustomerFirst = true
	c := w.book(customer)
	w.dialer.place = func(dispatch.Placement) (error, bool) { return newRefused(21212, ""), false }
	for range 6 {
		w.pass(max(w.tick(), 0))
	}
	w.is(c, callbacks.Booked, 0, 0)
	w.logs("code=21212")
}

// A desk with hundreds of callbacks that wait for a telephone in use holds up no other desk, and each tick looks at a
// few of them only.
func TestManyThatWaitHoldUpNoOtherDesk(t *testing.T) {
	w := newWorld(t)
	w.book(customer)
	w.ring("support-1")  // a long talk
	for i := range 510 { // they have all tried the other telephone without success
		r := w.request(fmt.Sprintf("+6281200%06d", i))
		r.Called = w.clock.Add(-time.Hour)
		b, err := w.service.Book(w.ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprint("tried-", i)
		if _, err := w.store.Claim(w.ctx, callbacks.Claim{
			CallbackID: b.Callback.ID, AttemptID: id, Target: w.plan.Targets[1], Now: w.clock, Lease: time.Minute,
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.store.ChangeAttempt(w.ctx, id, 0, func(r *callbacks.Record) error {
			r.Attempt.State, r.Attempt.Outcome, r.Callback.State = callbacks.Ended, "no-answer", callbacks.Booked
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	before := len(w.dialer.placed)
	r := w.request("+6281299999991")
	r.Desk = "senior"
	if _, err := w.service.Book(w.ctx, r); err != nil {
		t.Fatal(err)
	}
	w.tick()
	if placed := w.dialer.placed[before:]; len(placed) != 1 || placed[0].Callback.Desk != "senior" {
		t.Errorf("placed %+v", placed)
	}
}

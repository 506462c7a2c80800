package dispatch_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
)

// Urgent callbacks: five tries within an hour, and then a person.

// bookUrgent books one that a caller asks for.
func (w *world) bookUrgent(number, caller string) callbacks.Callback {
	w.t.Helper()
	r := w.request(number)
	r.Urgent, r.Caller = true, caller
	b, err := w.service.Book(w.ctx, r)
	if err != nil || b.Existing {
		w.t.Fatalf("Book = %+v, %v", b, err)
	}
	return b.Callback
}

// nobodyTakes lets the pass that is due now go by: both telephones of the desk ring, and nobody takes it.
func (w *world) nobodyTakes() {
	w.t.Helper()
	w.ring("support-1").status("no-answer", 1)
	w.ring("support-2").status("no-answer", 1)
}

// becomesTask is an urgent callback for which the desk was rung as often as may be.
func (w *world) becomesTask(number, caller string) callbacks.Callback {
	w.t.Helper()
	c := w.bookUrgent(number, caller)
	for try := 1; try < callbacks.UrgentTries; try++ {
		w.nobodyTakes()
		w.is(c, callbacks.Booked, try, 0)
		w.pass(10 * time.Minute)
	}
	w.nobodyTakes()
	return w.is(c, callbacks.Task, callbacks.UrgentTries, 0)
}

// Moving an urgent callback gives it no more tries, and no other hour.
func TestUrgentIsNotTriedMoreOftenForBeingMoved(t *testing.T) {
	w := newWorld(t)
	c := w.bookUrgent(customer, customer)
	for try := 1; try < callbacks.UrgentTries; try++ {
		w.nobodyTakes()
		w.is(c, callbacks.Booked, try, 0)
		w.pass(5 * time.Minute)
		moved, err := w.service.Move(w.ctx, c.ID, callbacks.Move{Key: strconv.Itoa(try), Kind: callbacks.ASAP,
			Due:     w.clock,
			Expires: w.clock.Add(72 * time.Hour)})
		if err != nil || !moved.Expires.Equal(c.Expires) {
			t.Fatalf("Move = %+v, %v", moved, err)
		}
	}
	w.nobodyTakes()
	w.is(c, callbacks.Task, callbacks.UrgentTries, 0)
}

func TestUrgentBecomesATask(t *testing.T) {
	w := newWorld(t)
	w.plan.SMSBody = func(callbacks.Callback, callbacks.NotificationKind) string { return "told" }
	c := w.becomesTask(customer, customer)
	w.logs("an urgent callback was not kept, and rings nobody any more: ring the customer by hand")
	if texts, err := w.store.SMSOf(w.ctx, c.ID); err != nil || len(texts) != 1 {
		t.Errorf("text messages %+v, %v; want the one that confirms it", texts, err)
	}
	if open, err := w.store.Backlog(w.ctx); err != nil || len(open) != 1 || open[0].State != callbacks.Task {
		t.Errorf("open are %v, %v", open, err)
	}
	w.pass(365 * 24 * time.Hour)
	if next := w.quiet(); next != -1 {
		t.Errorf("the next tick is wanted after %v", next)
	}
	w.is(c, callbacks.Task, 5, 0)
}

// Tries at the customer count like those at the desk.
func TestUrgentCustomerIsRungFiveTimes(t *testing.T) {
	w := newWorld(t)
	c := w.bookUrgent(customer, customer)
	w.nobodyTakes()
	for try := 1; try < callbacks.UrgentTries; try++ {
		w.is(c, callbacks.Booked, 1, try-1)
		w.pass(10 * time.Minute)
		leg := w.ring("support-1")
		leg.answered(callbacks.Proceed)
		leg.took(callbacks.Proceed)
		leg.customerEnded("no-answer")
		leg.status("completed", 3)
	}
	w.is(c, callbacks.Task, 1, 4)
}

// However seldom it can be tried, after an hour a person hears of it; also when the next try would come later.
func TestUrgentHasAnHour(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.RetryAfter = 25 * time.Minute
	c := w.bookUrgent(customer, customer)
	if want := w.clock.Add(time.Hour); !c.Expires.Equal(want) {
		t.Fatalf("expires %v, want %v", c.Expires, want)
	}
	for try := 1; try <= 2; try++ {
		w.nobodyTakes()
		w.is(c, callbacks.Booked, try, 0)
		w.pass(25 * time.Minute)
	}
	w.nobodyTakes()
	w.is(c, callbacks.Task, 3, 0)
}

// A desk that is closed for longer than the hour is no reason to wait.
func TestUrgentOfAClosedDesk(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = officeHours(t)
	w.clock = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC) // 22:00 in Jakarta
	c := w.bookUrgent(customer, customer)
	w.quiet()
	w.is(c, callbacks.Task, 0, 0)
	if o := dispatch.Predict(w, callbacks.Record{Callback: c}, w.clock); o.Outcome != dispatch.LeftToPerson {
		t.Errorf("predicted was %+v", o)
	}

	w.clock = time.Date(2026, 3, 2, 5, 30, 0, 0, time.UTC) // 12:30: half an hour until the end of the break
	soon := w.bookUrgent("+6281234567891", "+6281234567891")
	w.quiet()
	if got := w.is(soon, callbacks.Booked, 0, 0); !got.Expires.Equal(soon.Expires) {
		t.Errorf("expires %v, want %v", got.Expires, soon.Expires)
	}
}

func TestTaskRingsAgain(t *testing.T) {
	again := map[string]func(w *world, c callbacks.Callback) error{
		"it is moved": func(w *world, c callbacks.Callback) error {
			_, err := w.service.Move(w.ctx, c.ID, callbacks.Move{Key: "again", Kind: callbacks.ASAP, Due: w.clock,
				Expires: w.clock.Add(72 * time.Hour)})
			return err
		},
		"it is retried": func(w *world, c callbacks.Callback) error {
			b, err := w.service.Retry(w.ctx, c.ID, "supervisor")
			if b.Existing || b.Callback.ID != c.ID {
				w.t.Errorf("Retry = %+v", b)
			}
			return err
		},
		"its customer asks once more": func(w *world, c callbacks.Callback) error {
			r := w.request(customer)
			r.Urgent = true
			b, err := w.service.Book(w.ctx, r)
			if !b.Existing || b.Callback.ID != c.ID {
				w.t.Errorf("Book = %+v", b)
			}
			return err
		},
	}
	for name, ask := range again {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.becomesTask(customer, customer)
			w.pass(24 * time.Hour)
			if err := ask(w, c); err != nil {
				t.Fatal(err)
			}
			if got := w.is(c, callbacks.Booked, 0, 0); !got.Expires.Equal(w.clock.Add(time.Hour)) {
				t.Errorf("expires %v, want an hour from now, %v", got.Expires, w.clock)
			}
			w.nobodyTakes()
			w.is(c, callbacks.Booked, 1, 0)
		})
	}
}

// What a stranger asked for does not ring again because they ask, nor stand in the way of the number's owner.
func TestTaskOfAStranger(t *testing.T) {
	w := newWorld(t)
	c := w.becomesTask(customer, stranger)
	again := w.request(customer)
	again.Urgent, again.Caller = true, stranger
	if b, err := w.service.Book(w.ctx, again); err != nil || !b.Existing || b.Callback.State != callbacks.Task {
		t.Errorf("Book = %+v, %v; want the task", b, err)
	}
	w.bookUrgent(customer, customer)
	w.is(c, callbacks.Cancelled, 5, 0)
}

func TestTaskEnds(t *testing.T) {
	ends := map[string]func(w *world, c callbacks.Callback) error{
		"by a person": func(w *world, c callbacks.Callback) error {
			_, err := w.service.Withdraw(w.ctx, c.ID, "supervisor")
			return err
		},
		"by its customer": func(w *world, c callbacks.Callback) error {
			_, err := w.service.Cancel(w.ctx, c.ID, "caller")
			return err
		},
		"by a talk with the desk": func(w *world, c callbacks.Callback) error {
			return errors.Join(w.service.HoldFor(w.ctx, "gopay", "support", customer),
				w.service.CancelFor(w.ctx, "gopay", "support", customer))
		},
		"by the key 2 in another call": func(w *world, c callbacks.Callback) error {
			w.book(customer)
			leg := w.ring("support-1")
			leg.answered(callbacks.Proceed)
			leg.took(callbacks.Proceed)
			_, _, err := w.d.Disown(w.ctx, leg.id, leg.sid)
			return err
		},
	}
	for name, ends := range ends {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.becomesTask(customer, stranger)
			if err := ends(w, c); err != nil {
				t.Fatal(err)
			}
			w.is(c, callbacks.Cancelled, 5, 0)
		})
	}
}

// alerts are what the line's own people are told by now.
func (w *world) alerts() (bodies []string) {
	w.t.Helper()
	for {
		text, found, err := w.store.ClaimSMS(w.ctx, w.clock, time.Minute)
		if err != nil {
			w.t.Fatal(err)
		}
		if !found {
			return bodies
		}
		if text.Alert {
			bodies = append(bodies, text.Body)
		}
	}
}

func TestATaskAlerts(t *testing.T) {
	w := newWorld(t)
	w.plan.Alert = "+6281200000099"
	w.becomesTask(customer, customer)
	if told := w.alerts(); len(told) != 1 || !strings.Contains(told[0], "an urgent callback was not kept") {
		t.Errorf("told %q", told)
	}
	w.pass(time.Hour)
	w.quiet()
	if told := w.alerts(); len(told) != 0 {
		t.Errorf("told again: %q", told)
	}
}

// What the desk is to blame for is told, and not that a customer did not pick up.
func TestGivingUpAlerts(t *testing.T) {
	for _, tt := range []struct {
		name string
		desk bool // it is the desk's failure
	}{{"nobody at the desk takes it", true}, {"the customer does not pick up", false}} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.plan.Alert = "+6281200000099"
			w.plan.Policy.MaxAttempts, w.plan.Policy.MaxDeskAttempts = 1, 1
			c := w.book(customer)
			if tt.desk {
				w.nobodyTakes()
			} else {
				leg := w.ring("support-1")
				leg.answered(callbacks.Proceed)
				leg.took(callbacks.Proceed)
				leg.customerEnded("no-answer")
				leg.status("completed", 3)
			}
			want := map[bool]callbacks.State{true: callbacks.Task, false: callbacks.Expired}[tt.desk]
			if got := w.get(c); got.State != want {
				t.Fatalf("it is %s", got.State)
			}
			told := w.alerts()
			if said := len(told) == 1 && strings.Contains(told[0],
				"the desk did not keep a callback"); said != tt.desk ||
				len(told) > 1 {
				t.Errorf("told %q", told)
			}
		})
	}
}

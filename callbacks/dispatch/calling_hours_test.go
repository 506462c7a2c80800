package dispatch_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

// A callback that has become due at night waits for the morning, and costs nothing; an urgent one does not wait.
func TestCallingHoursAtDialling(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.CallingHours = byDay
	w.clock = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC) // 22:00 in Jakarta
	c := w.book(customer)
	morning := time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)
	next := w.quiet()
	if got := w.is(c, callbacks.Booked, 0, 0); !got.Due.Equal(morning) || next != morning.Sub(w.clock) {
		t.Fatalf("due %v, next tick after %v; want %v", got.Due, next, morning)
	}
	w.logs("outside their calling hours")
	w.clock = morning
	w.ring("support-1")
}

func TestUrgentIsDialledAtNight(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.CallingHours = byDay
	w.clock = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	r := w.request(customer)
	r.Urgent = true
	if _, err := w.service.Book(w.ctx, r); err != nil {
		t.Fatal(err)
	}
	w.ring("support-1")
}

// The agent picks up when the customer must not be rung any more.
func TestCallingHoursWhenAnswered(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.CallingHours = byDay
	w.clock = time.Date(2026, 3, 2, 13, 59, 55, 0, time.UTC) // 20:59:55 in Jakarta
	c := w.book(customer)
	leg := w.ring("support-1")
	w.pass(5 * time.Second)
	leg.answered(callbacks.Closed)
	if got := w.is(c, callbacks.Booked, 0, 0); !got.Due.Equal(time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)) {
		t.Fatalf("due %v", got.Due)
	}
	leg.status("completed", 2)
}

// The pause after a desk attempt does not end at night, where the customer is.
func TestRetryWaitsForCallingHours(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.CallingHours = byDay
	w.clock = time.Date(2026, 3, 2, 13, 55, 0, 0, time.UTC)
	c := w.book(customer)
	w.ring("support-1").status("busy", 0)
	w.ring("support-2").status("busy", 0)
	if got := w.is(c, callbacks.Booked, 1, 0); !got.Due.Equal(time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)) {
		t.Fatalf("due %v", got.Due)
	}
}

// While the desk is closed as well, that is what the log says.
func TestClosedDeskComesBeforeCallingHours(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.CallingHours, w.plan.Hours = byDay, officeHours(t)
	w.clock = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	c := w.book(customer)
	w.quiet()
	if got := w.is(c, callbacks.Booked, 0, 0); !got.Due.Equal(time.Date(2026, 3, 3, 2, 0, 0, 0, time.UTC)) {
		t.Fatalf("due %v", got.Due)
	}
	w.logs("the desk is closed")
}

var byDay = hours.Span{From: 8 * 60, To: 21 * 60}

// officeHours is Monday to Friday 09:00–12:00 and 13:00–17:00 in Jakarta, which is 7 hours ahead of UTC.
func officeHours(t testing.TB, special ...hours.Special) *hours.Calendar {
	t.Helper()
	var week hours.Week
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = []hours.Span{{From: 9 * 60, To: 12 * 60}, {From: 13 * 60, To: 17 * 60}}
	}
	cal, err := hours.New(jakarta(t), week, special)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

package dispatch_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/hours"
)

// The clock moved over what a calendar has in store: clock changes, a holiday that is published late, a desk that is
// closed for most of a year, and a whole year of callbacks.

// everyDay is open between two times of the wall clock of a zone, on every day but the special ones.
func everyDay(t testing.TB, zone string, open hours.Span, special ...hours.Special) *hours.Calendar {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	var week hours.Week
	for day := range week {
		week[day] = []hours.Span{open}
	}
	cal, err := hours.New(location, week, special)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

// wall is an instant on the clock of the desk.
func (w *world) wall(text string) time.Time {
	w.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, w.plan.Hours.Zone())
	if err != nil {
		w.t.Fatal(err)
	}
	return at
}

// live lets time go from one thing that is due to the next, until the instant, and returns when calls were placed, on
// the clock of the desk. placed is told of each; also says when something else is due, and does it.
func (w *world) live(until time.Time, placed func(dispatch.Placement, call), also ...func() time.Time) (rung []string) {
	w.t.Helper()
	var due time.Time // when the dispatcher wants to work
	for woken := int64(-1); ; {
		before := len(w.dialer.placed)
		if woken != w.wakes.Load() || !due.IsZero() && !due.After(w.clock) {
			woken = w.wakes.Load()
			due = w.d.Tick(w.ctx)
		}
		for _, p := range w.dialer.placed[before:] {
			rung = append(rung, w.clock.In(w.plan.Hours.Zone()).Format("2006-01-02 15:04"))
			placed(p, call{w: w, id: p.AttemptID, sid: w.dialer.sids[p.AttemptID]})
		}
		if woken != w.wakes.Load() {
			continue // what the telephones told wakes the dispatcher
		}
		next := due
		for _, do := range also {
			if at := do(); !at.IsZero() && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		if woken != w.wakes.Load() {
			continue
		}
		if next.IsZero() || !next.Before(until) {
			w.clock = until
			return rung
		}
		if !next.After(w.clock) {
			w.t.Fatalf("at %v something is due at %v", w.clock, next)
		}
		w.clock = next
	}
}

// kept is a call that an agent takes, and in which the customer is reached.
func kept(_ dispatch.Placement, c call) {
	c.w.t.Helper()
	c.answered(callbacks.Proceed)
	c.took(callbacks.Proceed)
	c.customerTook(callbacks.Proceed)
	c.customerEnded("completed")
	c.status("completed", 9)
}

// bookAt makes a callback that is due at an instant, as a slot of half an hour.
func (w *world) bookAt(number string, due time.Time) callbacks.Callback {
	w.t.Helper()
	r := w.request(number)
	r.Kind, r.Due, r.SlotEnd, r.Expires = callbacks.Slot, due.UTC(), due.Add(30*time.Minute).UTC(),
		w.plan.Policy.Expires(due)
	b, err := w.service.Book(w.ctx, r)
	if err != nil || b.Existing {
		w.t.Fatalf("Book = %+v, %v", b, err)
	}
	return b.Callback
}

// What was offered by the wall clock is kept by the wall clock, though the night was an hour shorter or longer.
func TestACallbackOverAClockChange(t *testing.T) {
	byDay := hours.Span{From: 9 * 60, To: 17 * 60}
	for _, tt := range []struct {
		name, zone, evening string
		asap, slot          string
		night               time.Duration // from the evening to the first call
	}{
		{"spring in Berlin", "Europe/Berlin", "2026-03-28 18:00", "2026-03-29 09:00", "2026-03-29 09:30",
			14 * time.Hour},
		{"autumn in Berlin", "Europe/Berlin", "2026-10-24 18:00", "2026-10-25 09:00", "2026-10-25 09:30",
			16 * time.Hour},
		{"spring in New York", "America/New_York", "2026-03-07 18:00", "2026-03-08 09:00", "2026-03-08 09:30",
			14 * time.Hour},
		{"autumn in New York", "America/New_York", "2026-10-31 18:00", "2026-11-01 09:00", "2026-11-01 09:30",
			16 * time.Hour},
		{"no change in Jakarta", "Asia/Jakarta", "2026-03-28 18:00", "2026-03-29 09:00", "2026-03-29 09:30",
			15 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.plan.Hours = everyDay(t, tt.zone, byDay)
			w.clock = w.wall(tt.evening).UTC()
			evening := w.clock
			offer := w.plan.Policy.OfferTo("", w.plan.Hours, w.clock, false)
			first, second := w.bookAt(someNumbers[0], offer.ASAP), w.bookAt(someNumbers[1], offer.Slots[1].From)
			rung := w.live(evening.Add(48*time.Hour), kept)
			if want := tt.asap + " " + tt.slot; strings.Join(rung, " ") != want {
				t.Errorf("rung at %q, want %q", rung, want)
			}
			if night := offer.ASAP.Sub(evening); night != tt.night {
				t.Errorf("the night takes %v, want %v", night, tt.night)
			}
			w.is(first, callbacks.Done, 0, 1)
			w.is(second, callbacks.Done, 0, 1)
		})
	}
}

// A desk that works through the night. The hour that comes twice: a callback in its first occurrence is made in
// it, and not again an hour later. The hour that does not come: the desk opens when the clock has jumped.
func TestACallbackInTheHourOfTheChange(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = everyDay(t, "Europe/Berlin", hours.Span{From: 1 * 60, To: 5 * 60})
	w.clock = w.wall("2026-10-24 12:00").UTC()
	first := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) // 02:30 in summer time
	once, again := w.bookAt(someNumbers[0], first), w.bookAt(someNumbers[1], first.Add(time.Hour))
	var at []time.Time
	w.live(w.wall("2026-10-26 00:00"), func(p dispatch.Placement, c call) {
		at = append(at, w.clock)
		kept(p, c)
	})
	if len(at) != 2 || !at[0].Equal(first) || !at[1].Equal(first.Add(time.Hour)) {
		t.Errorf("rung at %v", at)
	}
	w.is(once, callbacks.Done, 0, 1)
	w.is(again, callbacks.Done, 0, 1)

	w = newWorld(t)
	w.plan.Hours = everyDay(t, "Europe/Berlin", hours.Span{From: 2 * 60, To: 5 * 60})
	w.clock = w.wall("2026-03-28 12:00").UTC()
	c := w.bookAt(customer, w.plan.Policy.OfferTo("", w.plan.Hours, w.clock, false).ASAP)
	rung := w.live(w.wall("2026-03-30 00:00"), kept)
	if strings.Join(rung, " ") != "2026-03-29 03:00" {
		t.Errorf("rung at %q", rung)
	}
	w.is(c, callbacks.Done, 0, 1)
}

// A supervisor declares the day of a slot a holiday after it was booked: it moves to the next opening, at the cost of
// nothing, and people who look at the list see when. In the evening before nobody had been told.
func TestAHolidayPublishedMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = officeHours(t)
	slot := w.wall("2026-03-04 10:00")
	c := w.bookAt(customer, slot)
	if rung := w.live(w.wall("2026-03-03 20:00"), kept); len(rung) != 0 {
		t.Fatalf("rung at %v", rung)
	}
	w.plan.Hours = officeHours(t, closedOn(2026, 3, 4), closedOn(2026, 3, 5))
	if rung := w.live(slot.Add(time.Minute), kept); len(rung) != 0 {
		t.Fatalf("rung on the holiday, at %v", rung)
	}
	opening := w.wall("2026-03-06 09:00")
	list, err := w.service.List(w.ctx, callbacks.Filter{States: callbacks.OpenStates})
	if err != nil || len(list) != 1 || !list[0].Due.Equal(opening) || list[0].Attempts != 0 ||
		list[0].DeskAttempts != 0 {
		t.Fatalf("the list says %+v, %v; want it due %v", list, err, opening)
	}
	if want := c.Expires.Add(opening.Sub(slot)); !list[0].Expires.Equal(want) {
		t.Errorf("it expires %v, want %v: the holiday costs no time", list[0].Expires, want)
	}
	w.logs("no attempt was spent")
	if rung := w.live(w.wall("2026-03-09 00:00"), kept); strings.Join(rung, " ") != "2026-03-06 09:00" {
		t.Errorf("rung at %q", rung)
	}
	w.is(c, callbacks.Done, 0, 1)
}

// Callbacks that wait long: over a desk's closing for most of a year, and over the end of one.
func TestACallbackThatWaitsLong(t *testing.T) {
	closed := func(from, to hours.Date) hours.Special {
		return hours.Special{From: from, To: to, Closed: true, Name: "closed", Source: "test"}
	}
	for _, tt := range []struct {
		name           string
		special        hours.Special
		booked, opened string
	}{
		{"most of a year", closed(hours.Date{Year: 2026, Month: 3, Day: 3}, hours.Date{Year: 2027, Month: 1, Day: 31}),
			"2026-03-02 17:05", "2027-02-01 09:00"},
		{"over the year's end", closed(hours.Date{Year: 2027, Month: 1, Day: 1},
			hours.Date{Year: 2027, Month: 1, Day: 1}),
			"2026-12-31 17:05", "2027-01-04 09:00"},
		{"a leap day", closedOn(2028, 3, 1), "2028-02-28 17:05", "2028-02-29 09:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.plan.Hours = officeHours(t, tt.special)
			w.clock = w.wall(tt.booked).UTC()
			c := w.book(customer) // due at once; what the desk's hours make of it is the dispatcher's business
			opening := w.wall(tt.opened)
			if rung := w.live(opening.Add(-time.Minute), kept); len(rung) != 0 {
				t.Fatalf("rung at %v", rung)
			}
			if got := w.is(c, callbacks.Booked, 0, 0); !got.Due.Equal(opening) ||
				got.Expires.Sub(got.Due) != 72*time.Hour {
				t.Errorf("due %v, expires %v", got.Due, got.Expires)
			}
			if rung := w.live(opening.Add(time.Hour), kept); strings.Join(rung, " ") != tt.opened {
				t.Errorf("rung at %q", rung)
			}
			w.is(c, callbacks.Done, 0, 1)
		})
	}
}

// A year of callbacks at a desk in Berlin: callers ring at any hour, agents and customers do what they do, holidays are
// published late. In the end nothing is outstanding, nobody was rung outside hours, and retention has done its work.
func TestAYearOfCallbacks(t *testing.T) {
	w := newWorld(t)
	w.plan.Hours = everyDay(t, "Europe/Berlin", nineToFive)
	w.plan.Policy.CallingHours, w.plan.Policy.Retention = hours.Span{From: 8 * 60, To: 20 * 60}, 30*24*time.Hour
	w.clock = w.wall("2026-01-01 00:00").UTC()
	y := &year{world: w, first: w.clock}
	h, err := callbacks.NewHousekeeper(callbacks.HousekeeperConfig{
		Store: w.store, Plans: w, Now: w.now, Log: slog.New(slog.NewTextHandler(w.logged, nil)),
	})
	if err == nil {
		err = h.Add("monthly", "0 5 1 * *", func(ctx context.Context, _, _ time.Time) error { return w.d.Reconcile(ctx) })
	}
	if err != nil {
		t.Fatal(err)
	}
	nextDuty := w.clock
	keeps := func() time.Time {
		if !nextDuty.After(w.clock) {
			nextDuty = h.Tick(w.ctx)
		}
		return nextDuty
	}
	w.live(y.first.Add(365*24*time.Hour), y.placed, y.rings, keeps)
	if n := strings.Count(w.logged.String(), "no attempt was spent"); len(y.holidays) < 5 || n < len(y.holidays) {
		t.Errorf("%d callbacks were moved, for %d holidays", n, len(y.holidays))
	}
	end := w.wall("2027-01-15 12:00").UTC() // nobody rings any more
	w.live(end, y.placed, keeps)
	y.check(end)
	if n := strings.Count(w.logged.String(), "report of callbacks"); n != 365+15 {
		t.Errorf("%d daily reports", n)
	}
}

// A year is callers, agents and customers over a year. They are no two alike, and the same in every run.
type year struct {
	*world
	first    time.Time
	booked   []callbacks.Callback
	holidays []hours.Special
	calls    int
}

var nineToFive = hours.Span{From: 9 * 60, To: 17 * 60}

// callEvery is not a number of days, so that callers ring at every hour of the day.
const callEvery = 137*time.Hour + 17*time.Minute

// rings is a caller, when one rings: most want to be rung back as soon as possible, every third at a time that is
// offered, and every eleventh thinks better of it. Now and then the day of somebody's callback is declared a
// holiday after that.
func (y *year) rings() time.Time {
	y.t.Helper()
	n := len(y.booked)
	if next := y.first.Add(time.Duration(n) * callEvery); next.After(y.clock) {
		return next
	}
	number := fmt.Sprintf("+4930123%05d", n) // Berlin
	offer := y.plan.Policy.OfferTo(number, y.plan.Hours, y.clock, false)
	due := offer.ASAP
	if n%3 == 2 {
		due = offer.Slots[len(offer.Slots)-1].From
	}
	c := y.bookAt(number, due)
	y.booked = append(y.booked, c)
	if n%11 == 10 {
		if _, err := y.service.Cancel(y.ctx, c.ID, "caller"); err != nil {
			y.t.Fatal(err)
		}
	}
	if n%12 == 5 {
		date := due.In(y.plan.Hours.Zone())
		y.holidays = append(y.holidays, closedOn(date.Year(), date.Month(), date.Day()))
		y.plan.Hours = everyDay(y.t, "Europe/Berlin", nineToFive, y.holidays...)
	}
	return y.first.Add(time.Duration(n+1) * callEvery)
}

// placed is what becomes of a call. A call outside hours fails the test.
func (y *year) placed(p dispatch.Placement, c call) {
	y.t.Helper()
	local := y.clock.In(y.plan.Hours.Zone())
	if !y.plan.Hours.IsOpen(y.clock) || local.Hour() < 9 || local.Hour() >= 17 {
		y.t.Errorf("callback %d is rung at %v", p.Callback.ID, local)
	}
	y.calls++
	switch y.calls % 5 {
	case 0:
		c.status("busy", 1)
	case 1:
		c.status("no-answer", 1)
	case 2: // the customer does not answer
		c.answered(callbacks.Proceed)
		c.took(callbacks.Proceed)
		c.customerEnded("no-answer")
		c.status("completed", 9)
	default:
		kept(p, c)
	}
}

// check looks at every callback, and at what is left of it.
func (y *year) check(end time.Time) {
	y.t.Helper()
	states := map[callbacks.State]int{}
	for _, c := range y.booked {
		got := y.get(c)
		states[got.State]++
		if !got.State.Final() {
			y.t.Errorf("callback %d of %v is %s, due %v", got.ID, got.Called, got.State, got.Due)
			continue
		}
		personal := got.Number + got.Caller + got.Account + string(got.Answers)
		// Retention runs once a day, so what ended within the last day before may still be there.
		switch age := end.Sub(got.Ended); {
		case age > 31*24*time.Hour && personal != "":
			y.t.Errorf("callback %d ended %v and still says %q", got.ID, got.Ended, personal)
		case age < 30*24*time.Hour && got.Number == "":
			y.t.Errorf("callback %d ended %v and was erased too soon", got.ID, got.Ended)
		}
	}
	if left, err := y.store.ActiveAttempts(y.ctx); err != nil || len(left) > 0 {
		y.t.Errorf("calls left in flight: %+v, %v", left, err)
	}
	if len(y.booked) < 60 || states[callbacks.Done] < 50 || states[callbacks.Cancelled] < 5 {
		y.t.Errorf("of %d callbacks became %v", len(y.booked), states)
	}
	y.t.Logf("%d callbacks, %d calls: %v", len(y.booked), y.calls, states)
}

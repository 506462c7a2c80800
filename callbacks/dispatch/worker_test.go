package dispatch_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

func TestRun(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(w.ctx)
	h, ended := newHandTimer(), make(chan struct{})
	go func() { w.d.Run(ctx, h.timer); close(ended) }()

	// Nothing to do: it looks again after a minute, for callbacks that another process wrote.
	if at := <-h.asked; !at.Equal(start.Add(time.Minute)) {
		t.Errorf("sleeps until %v", at)
	}
	w.book(customer) // wakes it
	if at := <-h.asked; !at.Equal(start.Add(20*time.Second)) || len(w.dialer.placed) != 1 {
		t.Errorf("sleeps until %v, placed %d", at, len(w.dialer.placed))
	}
	w.clock = start.Add(20 * time.Second)
	w.dialer.calls["CA1"].Status = "ringing"
	h.fire <- w.clock
	if at := <-h.asked; !at.Equal(start.Add(80 * time.Second)) {
		t.Errorf("sleeps until %v", at)
	}
	stop()
	<-ended
}

func TestHousekeeper(t *testing.T) {
	w := newWorld(t)
	w.plan.Policy.Retention = 48 * time.Hour
	c := w.book(customer)
	if _, err := w.service.Cancel(w.ctx, c.ID, "caller"); err != nil {
		t.Fatal(err)
	}
	h := newHousekeeper(t, w)
	tick := func(want time.Time) {
		t.Helper()
		if next := h.Tick(w.ctx); !next.Equal(want) {
			t.Fatalf("at %v: next %v, want %v", w.clock, next, want)
		}
	}
	day := 24 * time.Hour
	morning := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC) // the hour of the report
	night := 20*time.Hour + 30*time.Minute                 // from there to the hour at which data is erased
	tick(morning.Add(night - day))
	if strings.Contains(w.logged.String(), "report of callbacks") {
		t.Fatal("reported at the first start")
	}
	w.clock = morning
	tick(morning.Add(night))
	w.logs(`msg="report of callbacks" line=gopay from=2026-03-02T03:00:00.000Z to=2026-03-02T07:00:00.000Z ` +
		`called=1 done=0 cancelled=1`)
	tick(morning.Add(night)) // once more at the same instant
	if n := strings.Count(w.logged.String(), "report of callbacks"); n != 1 {
		t.Fatalf("%d reports", n)
	}
	w.clock = morning.Add(night) // too soon to erase
	tick(morning.Add(day))
	if w.get(c).Number == "" {
		t.Fatal("erased too soon")
	}
	// The process was down for three days: each job runs once, after a restart.
	w.crash()
	h = newHousekeeper(t, w)
	w.clock = morning.Add(4 * day)
	w.logged.Reset()
	tick(morning.Add(4*day + night))
	if n := strings.Count(w.logged.String(), "report of callbacks"); n != 1 {
		t.Fatalf("%d reports", n)
	}
	if got := w.get(c); got.Number+got.Caller+got.Account != "" || got.State != callbacks.Cancelled {
		t.Fatalf("after its time: %+v", got)
	}
	w.logs("personal data erased")
}

func TestHousekeeperReconciles(t *testing.T) {
	w := newWorld(t)
	w.book(customer)
	leg := w.lost(false)
	w.dialer.findErr = errTimeout
	h, err := callbacks.NewHousekeeper(callbacks.HousekeeperConfig{
		Store: w.store, Plans: w, Now: w.now, Reconcile: w.d.Reconcile,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Tick(w.ctx)
	w.pass(15 * time.Minute)
	h.Tick(w.ctx)
	if w.dialer.finds != 1 || !strings.Contains(w.logged.String(), "attempts=1") {
		t.Fatalf("looked up %d times, log %s", w.dialer.finds, w.logged)
	}
	w.dialer.findErr = nil
	w.pass(15 * time.Minute)
	h.Tick(w.ctx)
	if a := leg.attempt(); a.Outcome != callbacks.OutcomeNotPlaced {
		t.Fatalf("attempt %+v", a)
	}
}

func TestHousekeeperRetries(t *testing.T) {
	w := newWorld(t)
	h := newHousekeeper(t, w)
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if next := h.Tick(w.ctx); !next.Equal(w.clock.Add(5 * time.Minute)) {
			t.Fatalf("next %v", next)
		}
		w.pass(5 * time.Minute)
	}
	w.logs("housekeeping failed")
	if next := w.d.Tick(w.ctx); !next.Equal(w.clock.Add(5 * time.Second)) {
		t.Fatalf("the dispatcher's next tick %v", next)
	}
}

// handTimer is a timer that the test fires by hand.
type handTimer struct {
	asked chan time.Time
	fire  chan time.Time
}

func newHandTimer() *handTimer {
	return &handTimer{asked: make(chan time.Time), fire: make(chan time.Time)}
}

func (h *handTimer) timer(at time.Time) (<-chan time.Time, func()) {
	h.asked <- at
	return h.fire, func() {}
}

func newHousekeeper(t *testing.T, w *world) *callbacks.Housekeeper {
	t.Helper()
	h, err := callbacks.NewHousekeeper(callbacks.HousekeeperConfig{
		Store: w.store, Plans: w, Now: w.now, Log: slog.New(slog.NewTextHandler(w.logged, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

package callbacks_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hotline-ivr/hotline/callbacks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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

func TestSystemTimer(t *testing.T) {
	now := func() time.Time { return start }
	fired, stop := callbacks.SystemTimer(now)(start.Add(-time.Second))
	defer stop()
	<-fired // what is past fires at once
	fired, stop = callbacks.SystemTimer(now)(start.Add(time.Hour))
	stop()
	select {
	case <-fired:
		t.Error("fired after it was given up")
	default:
	}
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
	evening := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC) // 22:00 in Jakarta
	tick(evening)
	if strings.Contains(w.logged.String(), "report of callbacks") {
		t.Fatal("reported at the first start")
	}
	w.clock = evening
	tick(evening.Add(5 * time.Hour))
	w.logs(`msg="report of callbacks" line=gopay from=2026-03-02T03:00:00.000Z to=2026-03-02T15:00:00.000Z called=1 done=0 cancelled=1`)
	tick(evening.Add(5 * time.Hour)) // once more at the same instant
	if n := strings.Count(w.logged.String(), "report of callbacks"); n != 1 {
		t.Fatalf("%d reports", n)
	}
	w.clock = evening.Add(5 * time.Hour) // 03:00: too soon to erase
	tick(evening.Add(day))
	if w.get(c).Number == "" {
		t.Fatal("erased too soon")
	}
	// The process was down for three days: each job runs once, after a restart.
	w.crash()
	h = newHousekeeper(t, w)
	w.clock = evening.Add(4 * day)
	w.logged.Reset()
	tick(evening.Add(4*day + 5*time.Hour))
	if n := strings.Count(w.logged.String(), "report of callbacks"); n != 1 {
		t.Fatalf("%d reports", n)
	}
	if got := w.get(c); got.Number+got.Caller+got.Account != "" || got.State != callbacks.Cancelled {
		t.Fatalf("after its time: %+v", got)
	}
	w.logs("personal data erased")
}

func newHousekeeper(t *testing.T, w *world) *callbacks.Housekeeper { return housekeeperWith(t, w, nil) }

func housekeeperWith(t *testing.T, w *world, recordings callbacks.Recordings) *callbacks.Housekeeper {
	t.Helper()
	h, err := callbacks.NewHousekeeper(callbacks.HousekeeperConfig{
		Store: w.store, Plans: w, Now: w.now, Recordings: recordings, Reconcile: w.d.Reconcile,
		Schedule: callbacks.Schedule{
			Zone: "Asia/Jakarta", Report: "0 22 * * *", Retention: "0 3 * * *", Reconcile: "0 3 * * *",
		},
		Log: slog.New(slog.NewTextHandler(w.logged, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHousekeeperRuns(t *testing.T) {
	w := newWorld(t)
	hk := newHousekeeper(t, w)
	ctx, stop := context.WithCancel(w.ctx)
	h, ended := newHandTimer(), make(chan struct{})
	go func() { hk.Run(ctx, h.timer); close(ended) }()
	<-h.asked
	w.clock = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	w.book(customer)
	h.fire <- w.clock
	<-h.asked
	stop()
	<-ended
	w.logs("report of callbacks")
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

func TestScheduleMistakes(t *testing.T) {
	w := newWorld(t)
	for want, s := range map[string]callbacks.Schedule{
		"Mars/Olympus": {Zone: "Mars/Olympus"},
		"Local":        {Zone: "Local"},
		"report":       {Report: "every day"},
		"retention":    {Retention: "0 3 * *"},
		"reconcile":    {Reconcile: "TZ=0 0 3 * * *"},
		"never comes":  {Report: "0 0 30 2 *"},
	} {
		if _, err := callbacks.NewHousekeeper(callbacks.HousekeeperConfig{
			Store: w.store, Plans: w, Schedule: s, Now: w.now,
		}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error = %v, want %q in it", s, err, want)
		}
	}
}

func TestJobsFromOutside(t *testing.T) {
	w := newWorld(t)
	h := newHousekeeper(t, w)
	nothing := func(context.Context, time.Time) error { return nil }
	for name, spec := range map[string]string{"report": "0 7 * * *", "": "0 7 * * *", "a": "soon",
		"b": "CRON_TZ=UTC 0 7 * * *"} {
		if err := h.Add(name, spec, nothing); err == nil {
			t.Errorf("a job %q at %q is accepted", name, spec)
		}
	}
	var ran []time.Time
	fails := true
	err := h.Add("warnings", "0 12 * * *", func(_ context.Context, now time.Time) error {
		ran = append(ran, now)
		if fails {
			return errTimeout
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC) // in Jakarta
	if next := h.Tick(w.ctx); !next.Equal(noon) {
		t.Fatalf("next %v, want noon in the schedule's zone", next)
	}
	w.clock = noon
	h.Tick(w.ctx)
	w.logs("job=warnings")
	fails = false
	for range 3 { // it failed and is tried again, once it is free
		w.pass(5 * time.Minute)
		h.Tick(w.ctx)
	}
	if len(ran) != 2 || !ran[1].Equal(noon.Add(5*time.Minute)) {
		t.Errorf("ran at %v", ran)
	}
}

package callbacks_test

import (
	"context"
	"errors"
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

func newHousekeeper(t *testing.T, w *world) *callbacks.Housekeeper { return housekeeperWith(t, w, nil) }

func housekeeperWith(t *testing.T, w *world, recordings callbacks.Recordings) *callbacks.Housekeeper {
	t.Helper()
	h, err := callbacks.NewHousekeeper(callbacks.HousekeeperConfig{
		Store: w.store, Plans: w, Now: w.now, Recordings: recordings,
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
			return errors.New("i/o timeout")
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

package callbacks_test

import (
	"context"
	"errors"
	"log/slog"
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

func TestJobsFromOutside(t *testing.T) {
	w := newWorld(t)
	h := newHousekeeper(t, w)
	nothing := func(context.Context, time.Time, time.Time) error { return nil }
	for name, spec := range map[string]string{"report": "0 7 * * *", "": "0 7 * * *", "a": "soon",
		"b": "CRON_TZ=UTC 0 7 * * *"} {
		if err := h.Add(name, spec, nothing); err == nil {
			t.Errorf("a job %q at %q is accepted", name, spec)
		}
	}
	var ran []time.Time
	fails := true
	err := h.Add("warnings", "15 3 * * *", func(_ context.Context, _, now time.Time) error {
		ran = append(ran, now)
		if fails {
			return errors.New("i/o timeout")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	quarter := time.Date(2026, 3, 2, 3, 15, 0, 0, time.UTC)
	if next := h.Tick(w.ctx); !next.Equal(quarter) {
		t.Fatalf("next %v, want %v", next, quarter)
	}
	w.clock = quarter
	h.Tick(w.ctx)
	w.logs("job=warnings")
	fails = false
	for range 3 { // it failed and is tried again, once it is free
		w.pass(5 * time.Minute)
		h.Tick(w.ctx)
	}
	if len(ran) != 2 || !ran[1].Equal(quarter.Add(5*time.Minute)) {
		t.Errorf("ran at %v", ran)
	}
}

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A triedStore counts how often it is tried, and waits with its answer while hold is open.
type triedStore struct {
	Store
	tries atomic.Int32
	hold  chan struct{}
	err   error
}

func (s *triedStore) Writable(context.Context, time.Time) error {
	s.tries.Add(1)
	if s.hold != nil {
		<-s.hold
	}
	return s.err
}

func TestReadinessIsAskedOnceInFiveSeconds(t *testing.T) {
	var log strings.Builder
	now := time.Date(2026, 3, 4, 3, 0, 0, 0, time.UTC)
	store := &triedStore{}
	r := &readiness{store: store, now: func() time.Time { return now }, log: slog.New(slog.NewTextHandler(&log, nil))}
	is := func(want string, tries int32) {
		t.Helper()
		if got := fmt.Sprint(r.ready(t.Context())); got != want || store.tries.Load() != tries {
			t.Errorf("%s after %d tries, want %s after %d", got, store.tries.Load(), want, tries)
		}
	}
	is("<nil>", 1)
	now = now.Add(5*time.Second - 1)
	store.err = &callbacks.UnwritableError{Reason: "the disk is full",
		Err: errors.New("sqlite: /var/lib/hotline.db: full")}
	is("<nil>", 1)
	now = now.Add(1)
	is("callbacks cannot be kept: the disk is full", 2)
	is("callbacks cannot be kept: the disk is full", 2)
	if got := log.String(); strings.Count(got, "level=ERROR") != 1 ||
		!strings.Contains(got, "/var/lib/hotline.db: full") {
		t.Errorf("logged %q", got)
	}
	now, store.err = now.Add(time.Minute), nil
	is("<nil>", 3)
	if !strings.Contains(log.String(), "ready again") {
		t.Errorf("logged %q", log.String())
	}
	now = now.Add(-time.Hour) // the clock was set back
	is("<nil>", 4)
}

// A database that does not answer holds up nobody who asks, and is tried once however many ask.
func TestReadinessDoesNotHang(t *testing.T) {
	store := &triedStore{hold: make(chan struct{})}
	r := &readiness{store: store, now: time.Now, log: slog.New(slog.DiscardHandler)}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		if err := r.ready(impatient); !errors.Is(err, errSilent) {
			t.Errorf("error = %v", err)
		}
	}
	close(store.hold)
	if err := r.ready(t.Context()); err != nil || store.tries.Load() != 1 {
		t.Errorf("%v after %d tries", err, store.tries.Load())
	}
}

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
)

// A triedStore counts how often it is tried, and waits with its answer while hold is open.
type triedStore struct {
	callbacks.Store
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
	store.err = &callbacks.UnwritableError{Reason: "the disk is full", Err: errors.New("sqlite: /var/lib/hotline.db: full")}
	is("<nil>", 1)
	now = now.Add(1)
	is("callbacks cannot be kept: the disk is full", 2)
	is("callbacks cannot be kept: the disk is full", 2)
	if got := log.String(); strings.Count(got, "level=ERROR") != 1 || !strings.Contains(got, "/var/lib/hotline.db: full") {
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

// With the database locked by another program a callback cannot be kept. That a call reaches an agent without a
// database is in [TestTheStoreIsGone].
func TestReadyzWhenTheDatabaseIsLocked(t *testing.T) {
	path := sqlitetest.New(t)
	s := newStory(t, openDay, func(s *setting) { s.store = "sqlite:" + path })
	other, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	other.SetMaxOpenConns(1)
	if _, err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	if code, text := s.asks("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(text, "not ready: ") || strings.Contains(text, path) {
		t.Errorf("/readyz: %d %s", code, text)
	}
	if code, text := s.asks("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d %s", code, text)
	}
	if _, err := other.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	s.runTo("2026-03-04T10:00:30+07:00")
	if code, text := s.asks("/readyz"); code != http.StatusOK {
		t.Errorf("/readyz: %d %s", code, text)
	}
}

// asks gets a page of the server's.
func (s *story) asks(path string) (code int, text string) {
	s.t.Helper()
	answer, err := http.Get(s.server.PublicURL + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

package app

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
)

// A countedStore has one callback that waits, counts how often it is asked, and is silent while it is away.
type countedStore struct {
	Store
	asked int
	away  bool
	due   time.Time
}

func (s *countedStore) silent(ctx context.Context) error {
	if !s.away {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (s *countedStore) Writable(ctx context.Context, _ time.Time) error { return s.silent(ctx) }

func (s *countedStore) Backlog(ctx context.Context) ([]callbacks.Backlog, error) {
	s.asked++
	return []callbacks.Backlog{{Line: "gopay", State: callbacks.Booked, Count: 3, Due: s.due},
		{Line: "closed-down", State: callbacks.Task, Count: 1}}, s.silent(ctx)
}

func (s *countedStore) ActiveAttempts(ctx context.Context) ([]callbacks.Attempt, error) {
	return []callbacks.Attempt{{State: callbacks.Unknown}}, s.silent(ctx)
}

// A store that does not answer is reported, holds up nothing, and its last counts are not shown as if they were true.
func TestMetricsOfTheStore(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		store := &countedStore{due: time.Now().Add(-90 * time.Second)}
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(&backlog{store: store, now: time.Now, lines: func() *config.Snapshot { return snapshot },
			ready: &readiness{store: store, now: time.Now, log: slog.New(slog.DiscardHandler)}})
		scrape := func() string {
			page := httptest.NewRecorder()
			promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/", nil))
			return page.Body.String()
		}
		page := scrape()
		for _, line := range []string{"hotline_store_up 1", `hotline_callbacks{line="gopay",state="booked"} 3`,
			`hotline_callbacks{line="gopay",state="task"} 0`, `hotline_callbacks{line="upay",state="booked"} 0`,
			`hotline_callbacks{line="closed-down",state="task"} 1`,
			`hotline_callbacks_overdue_seconds{line="gopay"} 90`,
			`hotline_callbacks_overdue_seconds{line="upay"} 0`, `hotline_attempts_in_flight{state="unknown"} 1`,
			`hotline_attempts_in_flight{state="placed"} 0`} {
			if !strings.Contains(page, line+"\n") {
				t.Errorf("want %s in\n%s", line, page)
			}
		}
		time.Sleep(backlogFor - 1)
		if page = scrape(); store.asked != 1 || !strings.Contains(page, `_overdue_seconds{line="gopay"} 94.9`) {
			t.Errorf("asked %d times within %s; a callback grows old all the same:\n%s", store.asked, backlogFor, page)
		}
		time.Sleep(backlogFor)
		store.away = true
		began := time.Now()
		page = scrape()
		if took := time.Since(began); took != scrapeLimit {
			t.Errorf("the page took %s", took)
		}
		if !strings.Contains(page, "hotline_store_up 0\n") || strings.Contains(page, "hotline_callbacks") {
			t.Errorf("with the store away:\n%s", page)
		}
		time.Sleep(readyTry) // until the try that was left alone ends
	})
}

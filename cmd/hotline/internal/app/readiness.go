package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

const (
	// ReadyFor is how long an answer of [readiness] is good for: asking more often costs no more writes.
	ReadyFor = 5 * time.Second
	// readyTry bounds one try; a caller waits no longer for a booking either.
	readyTry = 4 * time.Second
)

// A readiness answers whether a callback can be kept, by writing a row. At most one try is under way, however many ask.
type readiness struct {
	store Store
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	trying chan struct{} // closed when the try under way has ended; nil: there is none
	tried  time.Time     // when the latest try ended; zero: never
	err    error         // what came of it
	took   time.Duration // how long it took, in real time
}

// errSilent is for one who asks and cannot wait for a try that takes its time.
var errSilent = errors.New("the database does not answer")

// ready is nil when a callback can be kept, or else says in a few words why not, for anybody; the log has the whole of
// it.
func (r *readiness) ready(ctx context.Context) error {
	r.mu.Lock()
	if age := r.now().Sub(r.tried); !r.tried.IsZero() && age >= 0 && age < ReadyFor {
		defer r.mu.Unlock()
		return r.err
	}
	if r.trying == nil {
		r.trying = make(chan struct{})
		go r.try(context.WithoutCancel(ctx), r.trying)
	}
	trying := r.trying
	r.mu.Unlock()
	select {
	case <-trying:
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.err
	case <-ctx.Done():
		return errSilent
	}
}

// latency is how long the latest try took.
func (r *readiness) latency() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.took
}

// try writes the row and notes what came of it.
func (r *readiness) try(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, readyTry)
	defer cancel()
	began := time.Now()
	err := r.store.Writable(ctx, r.now())
	took := time.Since(began)
	r.mu.Lock()
	defer r.mu.Unlock()
	defer close(done)
	before := r.err
	r.trying, r.tried, r.err, r.took = nil, r.now(), nil, took
	if err == nil {
		if before != nil {
			r.log.Info("ready again: callbacks can be kept")
		}
		return
	}
	reason := "the database takes nothing"
	var unwritable *callbacks.UnwritableError
	if errors.As(err, &unwritable) {
		reason = unwritable.Reason
	}
	r.err = errors.New("callbacks cannot be kept: " + reason)
	r.log.Error("not ready: no callback can be kept; calls are answered and agents rung all the same",
		"reason", reason, "error", err)
}

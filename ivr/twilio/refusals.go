package twilio

import (
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Anybody can send requests that are refused. All are counted; the log tells of a few, or a flood would fill the disk.
const (
	refusalsPerSecond = 2
	refusalsAtOnce    = 5
)

// refusals writes at most so many lines. A line says how many were left out before it.
type refusals struct {
	log     *slog.Logger
	now     func() time.Time
	limit   *rate.Limiter
	mu      sync.Mutex
	leftOut int
}

func newRefusals(log *slog.Logger, now func() time.Time) *refusals {
	return &refusals{log: log, now: now, limit: rate.NewLimiter(refusalsPerSecond, refusalsAtOnce)}
}

func (r *refusals) warn(message string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.limit.AllowN(r.now(), 1) {
		r.leftOut++
		return
	}
	r.log.Warn(message, append(args, "not_logged_before", r.leftOut)...)
	r.leftOut = 0
}

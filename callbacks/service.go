package callbacks

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"sync"
	"time"
)

// A Verdict tells a webhook handler what to say.
type Verdict string

const (
	// Proceed: go on with the call.
	Proceed Verdict = "proceed"
	// Gone: the callback was taken back, or is over, or this call no longer belongs to it.
	Gone Verdict = "gone"
	// Closed: the desk has closed, or the customer is outside their calling hours now; the callback was moved.
	Closed Verdict = "closed"
	// TakenByOther: another agent is keeping the callback already.
	TakenByOther Verdict = "taken"
)

// A Service books callbacks and follows them. Its methods are safe for concurrent use, and durable when they return.
type Service struct {
	store Store
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	wake   func()
	others []func() // woken besides
	plans  Plans
	random io.Reader
}

// New makes a Service. wake, which may be nil, is called after every change that could give the dispatcher
// something to do; it must not block.
func New(store Store, now func() time.Time, log *slog.Logger, wake func()) *Service {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Service{store: store, now: now, log: log, wake: wake, random: rand.Reader}
}

// OnWake replaces the wake function, for a dispatcher that is made later.
func (s *Service) OnWake(wake func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake = wake
}

// alsoWake adds somebody who is woken besides.
func (s *Service) alsoWake(wake func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.others = append(s.others, wake)
}

// UsePlans tells the service where hours and limits are found; [NewDispatcher] does it.
// Before that no hours are asked when an agent answers, and limits are the defaults of [Policy].
func (s *Service) UsePlans(plans Plans) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans = plans
}

// attach is how a dispatcher makes itself known: a wake function that was given stays.
func (s *Service) attach(plans Plans, wake func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans = plans
	if s.wake == nil {
		s.wake = wake
	}
}

// UseRandom replaces the source of references, for tests. The default is crypto/rand.
func (s *Service) UseRandom(r io.Reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.random = r
}

// Wake makes dispatcher and SMS worker run.
func (s *Service) Wake() {
	s.mu.Lock()
	wake, others := s.wake, s.others
	s.mu.Unlock()
	if wake != nil {
		wake()
	}
	for _, wake := range others {
		wake()
	}
}

// Callback returns a callback, or [ErrNotFound].
func (s *Service) Callback(ctx context.Context, id int64) (Callback, error) {
	return s.store.Callback(ctx, id)
}

// decide gathers what a decision about a callback needs.
func (s *Service) decide(c Callback, now time.Time) decision {
	s.mu.Lock()
	plans := s.plans
	s.mu.Unlock()
	return newDecision(plans, c, now)
}

// logChange logs the end of a callback. A callback that was broken is an error: a supervisor has to act.
func logChange(ctx context.Context, log *slog.Logger, c Callback, why string) {
	args := []any{"callback", c.ID, "line", c.Line, "desk", c.Desk, "number", Mask(c.Number), "state", c.State,
		"rounds", c.DeskAttempts, "attempts", c.Attempts, "why", why}
	switch c.State {
	case Expired, Undialable:
		log.ErrorContext(ctx, "a callback was not kept: ring the customer by hand", args...)
	case Done, Cancelled:
		log.InfoContext(ctx, "callback ended", args...)
	default:
		log.InfoContext(ctx, "callback waits", append(args, "due", c.Due)...)
	}
}

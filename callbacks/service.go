package callbacks

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"
)

// A Config is what a [Service] needs. Store and Now are required.
type Config struct {
	Store Store
	// Plans finds hours, limits and words. Nil: no desk is configured, and limits are the defaults of [Policy].
	Plans Plans
	// Now is the clock.
	Now func() time.Time
	// Signal is raised after every change that could give a worker something to do. Nil: nobody is told.
	Signal *Signal
	// Log is for the log; nil logs nothing.
	Log *slog.Logger
	// Random is where references come from; default crypto/rand.
	Random io.Reader
}

// A Service books, moves and cancels callbacks, and keeps messages. Its methods are safe for concurrent use, and
// durable when they return.
type Service struct {
	store  Store
	plans  Plans
	now    func() time.Time
	signal *Signal
	log    *slog.Logger

	mu     sync.Mutex // for random, which need not be safe for concurrent use
	random io.Reader
}

// New makes a Service.
func New(c Config) (*Service, error) {
	switch {
	case c.Store == nil:
		return nil, errors.New("callbacks: config: Store is nil")
	case c.Now == nil:
		return nil, errors.New("callbacks: config: Now is nil")
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return &Service{
		store: c.Store, plans: c.Plans, now: c.Now, signal: c.Signal, log: orDiscard(c.Log), random: c.Random,
	}, nil
}

// orDiscard is a log that goes nowhere where none is given.
func orDiscard(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}

// Callback returns a callback, or [ErrNotFound].
func (s *Service) Callback(ctx context.Context, id int64) (Callback, error) {
	return s.store.Callback(ctx, id)
}

// plan is how the callbacks of a desk are kept as configured now, with defaults filled in.
func (s *Service) plan(line, desk string) Plan { return planOf(s.plans, line, desk) }

// planOf fills in the defaults, also where the desk is not configured.
func planOf(plans Plans, line, desk string) (p Plan) {
	if plans != nil {
		p, _ = plans.Plan(line, desk)
	}
	p.Policy = p.Policy.WithDefaults()
	return p
}

// LogChange logs that a callback has ended or waits again. One that was not kept is an error: a supervisor has to act.
func LogChange(ctx context.Context, log *slog.Logger, c Callback, why string) {
	args := []any{"callback", c.ID, "line", c.Line, "desk", c.Desk, "number", Mask(c.Number), "state", c.State,
		"desk_attempts", c.DeskAttempts, "attempts", c.Attempts, "why", why}
	switch c.State {
	case Expired, Undialable:
		log.ErrorContext(ctx, "a callback was not kept: ring the customer by hand", args...)
	case Done, Cancelled:
		log.InfoContext(ctx, "callback ended", args...)
	default:
		log.InfoContext(ctx, "callback waits", append(args, "due", c.Due)...)
	}
}

package dispatch

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/hotline-ivr/hotline/callbacks"
)

const (
	// lease is how long a dispatcher may take from writing an attempt until it knows what the provider said.
	lease = 30 * time.Second
	// placeLimit ends a request to the provider well before the lease does.
	placeLimit = 20 * time.Second
	// queueLimit is how long a call may wait in the provider's queue. The provider would let it wait for a day.
	queueLimit = 20 * time.Second
	// storeRetry is when to try again after the store failed.
	storeRetry = 5 * time.Second
)

// A Config is what a [Dispatcher] needs. Store, Dialer, Plans and Now are required.
type Config struct {
	Store  Store
	Dialer Dialer
	Plans  callbacks.Plans
	// Now is the clock.
	Now func() time.Time
	// Signal wakes the dispatcher, which raises it when a call has ended. Nil: it looks every minute.
	Signal *callbacks.Signal
	Log    *slog.Logger
	// NewID makes the identifiers of attempts; default is a random UUID.
	NewID func() string
	// Pace is the least time between two placed calls, of all dispatchers of the store; default 1 s, which is the
	// provider's rate for an account. Negative is none.
	Pace time.Duration
}

// withDefaults fills in what is zero, or names what is missing.
func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Store == nil:
		return c, errors.New("dispatch: config: Store is nil")
	case c.Dialer == nil:
		return c, errors.New("dispatch: config: Dialer is nil")
	case c.Plans == nil:
		return c, errors.New("dispatch: config: Plans is nil")
	case c.Now == nil:
		return c, errors.New("dispatch: config: Now is nil")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.NewID == nil {
		c.NewID = uuid.NewString
	}
	c.Pace = cmp.Or(c.Pace, time.Second)
	return c, nil
}

// A Dispatcher keeps callbacks that are due: it claims them, has agents or customers rung, takes what webhooks tell of
// these calls, and finds out what became of calls without news. Several may work on one store.
type Dispatcher struct {
	store  Store
	dialer Dialer
	plans  callbacks.Plans
	now    func() time.Time
	signal *callbacks.Signal
	log    *slog.Logger
	newID  func() string
	pace   time.Duration
	woken  <-chan struct{}
	tick   sync.Mutex
}

// New makes a Dispatcher.
func New(c Config) (*Dispatcher, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Dispatcher{
		store: c.Store, dialer: c.Dialer, plans: c.Plans, now: c.Now, signal: c.Signal, log: c.Log,
		newID: c.NewID, pace: max(c.Pace, 0), woken: c.Signal.Channel(),
	}, nil
}

// Run ticks at once, then whenever something is due or the signal is raised, until ctx ends.
func (d *Dispatcher) Run(ctx context.Context, timer callbacks.Timer) {
	callbacks.Run(ctx, d.Tick, d.now, d.woken, timer)
}

// Tick does what is due now, synchronously and in a fixed order: first calls that have not been heard of are looked up,
// then due callbacks are dialled in their order, see [callbacks.Callback.Before].
// It returns when to call it next, later than now; zero means only after the signal was raised.
func (d *Dispatcher) Tick(ctx context.Context) (next time.Time) {
	d.tick.Lock()
	defer d.tick.Unlock()
	now := d.now()
	var wait earliest
	d.lookUp(ctx, now, false, &wait)
	// Looking up may have taken its time; hours, leases and the order are asked at the instant of dialling.
	for d.dialDue(ctx, d.now(), &wait) {
		// What was refused at once may go on to its next target now.
	}
	now = d.now()

	due, err := d.store.NextDue(ctx, now)
	d.storeFailed(ctx, err, now, &wait)
	wait.at(due)
	attempts, err := d.store.ActiveAttempts(ctx)
	d.storeFailed(ctx, err, now, &wait)
	for _, a := range attempts {
		if !a.Check.After(now) {
			a.Check = now.Add(storeRetry) // it was changed while this tick looked at it
		}
		wait.at(a.Check)
	}
	if soonest := now.Add(time.Millisecond); !wait.t.IsZero() && wait.t.Before(soonest) {
		return soonest
	}
	return wait.t
}

// earliest keeps the earliest of some instants; zero is none.
type earliest struct{ t time.Time }

func (e *earliest) at(t time.Time) {
	if !t.IsZero() && (e.t.IsZero() || t.Before(e.t)) {
		e.t = t
	}
}

// storeFailed logs a failure of the store and asks for another tick.
func (d *Dispatcher) storeFailed(ctx context.Context, err error, now time.Time, wait *earliest) {
	if err == nil {
		return
	}
	d.log.ErrorContext(ctx, "dispatcher: the store failed; trying again", "error", err, "after", storeRetry)
	wait.at(now.Add(storeRetry))
}

// settleBooked ends or puts off a callback that cannot be dialled now.
func (d *Dispatcher) settleBooked(ctx context.Context, c callbacks.Callback, dec decision) error {
	why := ""
	r, err := d.store.Change(ctx, c.ID, func(r *callbacks.Record) error {
		if r.Callback.State != callbacks.Booked {
			return callbacks.ErrUnchanged // somebody else has it
		}
		reason, note := dec.settle(r)
		if reason == "" {
			return callbacks.ErrUnchanged
		}
		why = reason + note
		dec.remark(r, why)
		return nil
	})
	if err == nil && why != "" {
		callbacks.LogChange(ctx, d.log, r.Callback, why)
	}
	return err
}

// dial rings one target: the attempt is durable before the provider is asked. most is as in [callbacks.Claim].
func (d *Dispatcher) dial(ctx context.Context, c callbacks.Callback, t callbacks.Target, dec decision, most int) error {
	r, err := d.store.Claim(ctx, callbacks.Claim{
		CallbackID: c.ID, AttemptID: d.newID(), Target: t, From: dec.plan.Shown(t.Address), Ring: dec.plan.RingFor(t),
		Now: dec.now, Lease: lease, Pace: d.pace, Most: most, Check: dec.still(t),
	})
	if err != nil {
		return err
	}
	a := *r.Attempt
	d.log.InfoContext(ctx, "ringing for a callback", "callback", c.ID, "line", c.Line, "target", t.ID, "attempt", a.ID,
		"desk_attempts", c.DeskAttempts, "attempts", c.Attempts)
	request, cancel := context.WithTimeout(ctx, placeLimit)
	defer cancel()
	sid, err := d.dialer.Place(request, Placement{
		AttemptID: a.ID, Callback: r.Callback, Target: t, From: a.From, Ring: a.Ring,
		Byoc: dec.plan.Policy.Route(t.Address).Byoc,
	})
	// What the provider said is written even when the process is told to stop meanwhile.
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		return d.notPlaced(ctx, a, err)
	}
	return d.placed(ctx, a, sid)
}

// placed writes the provider's identifier of a call. Webhooks may have been faster.
func (d *Dispatcher) placed(ctx context.Context, a callbacks.Attempt, sid string) error {
	now := d.now()
	stray := false
	_, err := d.store.ChangeAttempt(ctx, a.ID, a.Fence, func(r *callbacks.Record) error {
		at := r.Attempt
		if !at.InFlight() || at.SID != "" && at.SID != sid {
			stray = at.SID != sid // otherwise webhooks told of it, and that it is over
			return callbacks.ErrUnchanged
		}
		at.SID = sid
		if at.State == callbacks.Placing || at.State == callbacks.Unknown {
			at.State, at.Check = callbacks.Placed, now.Add(queueLimit)
		}
		if !r.Callback.Open() {
			at.Check = now
		}
		return nil
	})
	if errors.Is(err, callbacks.ErrFenced) {
		stray, err = true, nil
	}
	if !stray {
		return err
	}
	d.log.WarnContext(ctx, "a call was placed for an attempt given up meanwhile; hanging it up",
		"attempt", a.ID, "sid", sid)
	if err := d.dialer.Hangup(ctx, sid); err != nil {
		// Nobody is connected by it: Answered finds that it does not belong.
		d.log.ErrorContext(ctx, "hanging up failed", "attempt", a.ID, "sid", sid, "error", err)
	}
	return nil
}

// notPlaced sorts the provider's errors: a plain refusal means the next target, or the same one after a pause;
// anything else is unknown.
func (d *Dispatcher) notPlaced(ctx context.Context, a callbacks.Attempt, cause error) error {
	now := d.now()
	plainly := errors.Is(cause, callbacks.ErrRefused)
	refused := &callbacks.RefusedError{} // which says nothing more
	errors.As(cause, &refused)
	changed := false
	r, err := d.store.ChangeAttempt(ctx, a.ID, a.Fence, func(r *callbacks.Record) error {
		changed = false
		if r.Attempt.State != callbacks.Placing {
			return callbacks.ErrUnchanged // a webhook knows better
		}
		dec, before := d.decide(r.Callback, now), r.Callback.State
		switch {
		case !plainly:
			r.Attempt.State, r.Attempt.Check = callbacks.Unknown, r.Attempt.Created.Add(findAfter)
		case refused.Permanent && !(refused.Ours && a.CustomerFirst()):
			// a line's number that may not call is no fault of the customer's
			dec.notTaken(r, callbacks.OutcomeRefused)
		default:
			dec.notTaken(r, callbacks.OutcomeNotNow)
		}
		if changed = r.Callback.State != before; changed { // otherwise it was taken back meanwhile, and stays as it is
			dec.remark(r, r.Attempt.Outcome+": "+refused.Why())
		}
		return nil
	})
	if errors.Is(err, callbacks.ErrFenced) {
		return nil // given up and claimed again: the one who did so looked the call up
	}
	if err != nil {
		return err
	}
	if plainly {
		message := "the provider refused a call"
		if refused.Unreached {
			message = "a call could not be asked for; it is tried again"
		}
		d.log.ErrorContext(ctx, message, "callback", a.CallbackID, "target", a.Target.ID, "code", refused.Code,
			"permanent", refused.Permanent, "why", refused.Why())
		if changed && r.Callback.State.Final() {
			callbacks.LogChange(ctx, d.log, r.Callback, "every target was refused or did not answer")
		}
		return nil
	}
	// The error's own text may hold a URL with numbers in it.
	d.log.WarnContext(ctx, "nobody knows whether a telephone is being rung; it will be looked up",
		"callback", a.CallbackID,
		"target", a.Target.ID, "attempt", a.ID, "timeout", errors.Is(cause, context.DeadlineExceeded))
	return nil
}

package callbacks

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
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

// A Dispatcher keeps callbacks that are due: it claims them, has agents or customers rung, and finds out what became of calls
// of which nothing is heard. Several may work on one store. Make one with [NewDispatcher].
type Dispatcher struct {
	// NewID makes the identifiers of attempts; default is a random UUID. Set it before the first Tick.
	NewID func() string
	// Pace is the least time between two placed calls, of all dispatchers of the store; default 1 s, which is
	// the provider's rate for an account. Set it before the first Tick.
	Pace time.Duration

	store   Store
	service *Service
	dialer  Dialer
	plans   Plans
	now     func() time.Time
	log     *slog.Logger
	woken   chan struct{}
	tick    sync.Mutex
}

// NewDispatcher makes a Dispatcher, and tells the service where plans are found and how to wake it
// unless the service has a wake function already.
func NewDispatcher(store Store, service *Service, dialer Dialer, plans Plans, now func() time.Time, log *slog.Logger) *Dispatcher {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	d := &Dispatcher{
		NewID: uuid.NewString, Pace: time.Second,
		store: store, service: service, dialer: dialer, plans: plans, now: now, log: log,
		woken: make(chan struct{}, 1),
	}
	service.attach(plans, d.Wake)
	return d
}

// Wake makes Run tick at once. It never blocks.
func (d *Dispatcher) Wake() {
	select {
	case d.woken <- struct{}{}:
	default: // it will run anyway
	}
}

// Tick does what is due now, synchronously and in a fixed order: first calls that have not been heard of are looked up,
// then due callbacks are dialled in their order, see [Callback.Before].
// It returns when to call it next, later than now; zero means only after a [Service.Wake].
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
func (d *Dispatcher) settleBooked(ctx context.Context, c Callback, k decision) error {
	why := ""
	r, err := d.store.Change(ctx, c.ID, func(r *Record) error {
		if r.Callback.State != Booked {
			return ErrUnchanged // somebody else has it
		}
		if why = k.settle(r); why == "" {
			return ErrUnchanged
		}
		k.remark(r, why)
		return nil
	})
	if err == nil && why != "" {
		logChange(ctx, d.log, r.Callback, why)
	}
	return err
}

// dial rings one target: the attempt is durable before the provider is asked. most is as in [Claim].
func (d *Dispatcher) dial(ctx context.Context, c Callback, t Target, k decision, most int) error {
	r, err := d.store.Claim(ctx, Claim{
		CallbackID: c.ID, AttemptID: d.NewID(), Target: t, From: k.plan.Shown(t.Address), Ring: k.plan.ring(t),
		Now: k.now, Lease: lease, Pace: d.Pace, Most: most, Check: k.still(t),
	})
	if err != nil {
		return err
	}
	a := *r.Attempt
	d.log.InfoContext(ctx, "ringing for a callback", "callback", c.ID, "line", c.Line, "target", t.ID, "attempt", a.ID,
		"round", c.DeskAttempts, "attempts", c.Attempts)
	request, cancel := context.WithTimeout(ctx, placeLimit)
	defer cancel()
	sid, err := d.dialer.Place(request, Placement{
		AttemptID: a.ID, Callback: r.Callback, Target: t, From: a.From, Ring: a.Ring, Byoc: k.plan.Policy.Route(t.Address),
	})
	// What the provider said is written even when the process is told to stop meanwhile.
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		return d.notPlaced(ctx, a, err)
	}
	return d.placed(ctx, a, sid)
}

// placed writes the provider's identifier of a call. Webhooks may have been faster.
func (d *Dispatcher) placed(ctx context.Context, a Attempt, sid string) error {
	now := d.now()
	stray := false
	_, err := d.store.ChangeAttempt(ctx, a.ID, a.Fence, func(r *Record) error {
		at := r.Attempt
		if !at.InFlight() || at.SID != "" && at.SID != sid {
			stray = at.SID != sid // otherwise webhooks told of it, and that it is over
			return ErrUnchanged
		}
		at.SID = sid
		if at.State == Placing || at.State == Unknown {
			at.State, at.Check = Placed, now.Add(queueLimit)
		}
		if !r.Callback.Open() {
			at.Check = now
		}
		return nil
	})
	if errors.Is(err, ErrFenced) {
		stray, err = true, nil
	}
	if !stray {
		return err
	}
	d.log.WarnContext(ctx, "a call was placed for an attempt given up meanwhile; hanging it up", "attempt", a.ID, "sid", sid)
	if err := d.dialer.Hangup(ctx, sid); err != nil {
		// Nobody is connected by it: Answered finds that it does not belong.
		d.log.ErrorContext(ctx, "hanging up failed", "attempt", a.ID, "sid", sid, "error", err)
	}
	return nil
}

// notPlaced sorts the provider's errors: a plain refusal means the next target, or the same one after a pause;
// anything else is unknown.
func (d *Dispatcher) notPlaced(ctx context.Context, a Attempt, cause error) error {
	now := d.now()
	plainly := errors.Is(cause, ErrRefused)
	refused := &RefusedError{} // which says nothing more
	errors.As(cause, &refused)
	changed := false
	r, err := d.store.ChangeAttempt(ctx, a.ID, a.Fence, func(r *Record) error {
		changed = false
		if r.Attempt.State != Placing {
			return ErrUnchanged // a webhook knows better
		}
		k, before := newDecision(d.plans, r.Callback, now), r.Callback.State
		switch {
		case !plainly:
			r.Attempt.State, r.Attempt.Check = Unknown, r.Attempt.Created.Add(findAfter)
		case refused.Permanent && !(refused.Ours && a.CustomerFirst()): // a line's number that may not call is no fault of the customer's
			k.notTaken(r, OutcomeRefused)
		default:
			k.notTaken(r, OutcomeNotNow)
		}
		if changed = r.Callback.State != before; changed { // otherwise it was taken back meanwhile, and stays as it is
			k.remark(r, r.Attempt.Outcome+": "+refused.Why())
		}
		return nil
	})
	if errors.Is(err, ErrFenced) {
		return nil // given up and claimed again: whoever did so looked the call up
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
			logChange(ctx, d.log, r.Callback, "every target was refused or did not answer")
		}
		return nil
	}
	// The error's own text may hold a URL with numbers in it.
	d.log.WarnContext(ctx, "nobody knows whether a telephone is being rung; it will be looked up", "callback", a.CallbackID,
		"target", a.Target.ID, "attempt", a.ID, "timeout", errors.Is(cause, context.DeadlineExceeded))
	return nil
}

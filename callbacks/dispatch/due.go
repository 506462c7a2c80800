package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// One pass over what is due; which callback of a desk goes first is in who_is_next.go. Desks are looked at side by
// side, so that one whose telephones are all in use, with a long list of callbacks, holds up no other.

const (
	// promoteAtOnce bounds one transaction that marks callbacks as ready, and promotions how many there are in a tick.
	promoteAtOnce = 1000
	promotions    = 20
	// expiredAtOnce is how many callbacks whose time has run out one tick ends.
	expiredAtOnce = 100
	// readyAtOnce is how many callbacks of a desk are read at a time, lookedAt how many of all desks a pass looks at:
	// those behind so many that cannot be dialled now wait for the next event.
	readyAtOnce = 16
	lookedAt    = 500
	// again is how soon a tick that left something undone is followed by the next.
	again = 10 * time.Millisecond
)

// dialDue goes through the callbacks that are due, and reports whether it asked the provider for a call.
func (d *Dispatcher) dialDue(ctx context.Context, now time.Time, wait *earliest) (dialled bool) {
	queues, calls, err := d.ready(ctx, now, wait)
	if err != nil {
		d.storeFailed(ctx, err, now, wait)
		return false
	}
	moved, mayDial := false, true
	for left := lookedAt; left > 0 && ctx.Err() == nil; left-- {
		c, q, err := d.next(ctx, queues, calls)
		if err == nil && q == nil {
			return dialled && mayDial
		}
		var rang, put bool
		if err == nil {
			rang, put, err = d.keep(ctx, c, d.decide(c, now), calls, mayDial)
			q.looked(rang || put)
		}
		dialled, moved = dialled || rang, moved || put
		var paced *callbacks.PacedError
		switch {
		case errors.As(err, &paced):
			wait.at(paced.Until)
			mayDial, left = false, min(left, readyAtOnce) // others may still be moved to the next opening
		case err != nil:
			// Nothing more in this tick: a store that fails halfway would have the same target rung again and again.
			d.storeFailed(ctx, err, now, wait)
			return false
		}
	}
	if moved {
		wait.at(now.Add(again))
	}
	return false
}

// markDue marks what has fallen due, and ends what has run out of time.
func (d *Dispatcher) markDue(ctx context.Context, now time.Time, wait *earliest) error {
	n := promoteAtOnce
	for i := 0; i <= promotions && n == promoteAtOnce; i++ {
		var err error
		if n, err = d.store.Promote(ctx, now, promoteAtOnce); err != nil {
			return err
		}
	}
	if n == promoteAtOnce {
		wait.at(now.Add(again))
	}
	expired, err := d.store.Expired(ctx, now, expiredAtOnce)
	if err != nil {
		return err
	}
	for _, c := range expired {
		if err := d.settleBooked(ctx, c, d.decide(c, now)); err != nil {
			return err
		}
	}
	if len(expired) == expiredAtOnce {
		wait.at(now.Add(again))
	}
	return nil
}

// ready marks what is due. It returns the desks with callbacks that are ready, and the calls that there are.
func (d *Dispatcher) ready(ctx context.Context, now time.Time, wait *earliest) (queues []*queue, calls inFlight,
	err error) {
	if err := d.markDue(ctx, now, wait); err != nil {
		return nil, calls, err
	}
	desks, err := d.store.Waiting(ctx)
	if err != nil {
		return nil, calls, err
	}
	for _, desk := range desks {
		dec := d.decide(callbacks.Callback{Line: desk.Line, Desk: desk.Desk}, now)
		queues = append(queues, &queue{desk: desk, dec: dec})
	}
	calls, err = d.inFlight(ctx)
	return queues, calls, err
}

// keep does for one callback that is due what can be done now: it is dialled, or put off. It may be nothing: then it
// goes on when a target is free.
func (d *Dispatcher) keep(
	ctx context.Context, c callbacks.Callback, dec decision, calls inFlight, mayDial bool,
) (rang, put bool, err error) {
	probe := c
	if why, _ := dec.putOff(&probe); why != "" {
		return false, true, d.settleBooked(ctx, c, dec)
	}
	if !mayDial {
		return false, false, nil
	}
	r, err := d.store.Record(ctx, c.ID)
	if err != nil || r.Callback.State != callbacks.Booked {
		return false, false, err
	}
	left := dec.untried(&r)
	if len(left) == 0 {
		return false, true, d.settleBooked(ctx, c, dec)
	}
	rang, err = d.ring(ctx, r.Callback, left, dec, calls)
	return rang, false, err
}

// ring dials the first free one of the targets that are left for a callback.
func (d *Dispatcher) ring(
	ctx context.Context, c callbacks.Callback, left []callbacks.Target, dec decision, calls inFlight,
) (rang bool, err error) {
	for {
		t, most, found := dec.nextTarget(calls, c, left)
		if !found {
			return false, nil
		}
		err := d.dial(ctx, c, t, dec, most)
		var paced *callbacks.PacedError
		switch {
		case errors.Is(err, callbacks.ErrTargetBusy):
			calls.taken(t, c, most) // another dispatcher was faster
			continue
		case errors.Is(err, callbacks.ErrNotOpen):
			return false, nil
		case errors.As(err, &paced):
			return false, err
		}
		calls.add(callbacks.Attempt{Target: t, Line: c.Line, Desk: c.Desk})
		return true, err
	}
}

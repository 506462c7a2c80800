package dispatch

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

const (
	// findAfter is how long the provider's webhooks have to tell of a call before it is looked up.
	findAfter = 30 * time.Second
	// clockSkew is how much the provider's clock, told to the second, may be behind ours.
	clockSkew = 5 * time.Second
	// lookRetry is when to ask the provider again after it did not answer.
	lookRetry = 30 * time.Second
	// ceiling ends every attempt: the provider ends a bridged call after four hours.
	ceiling = 5 * time.Hour
)

// Reconcile looks up every call that has not ended and is older than a few minutes, whether its turn has come or not.
// It logs how many are still unknown.
func (d *Dispatcher) Reconcile(ctx context.Context) error {
	d.tick.Lock()
	var wait earliest
	d.lookUp(ctx, d.now(), true, &wait)
	d.tick.Unlock()
	d.signal.Raise()
	attempts, err := d.store.ActiveAttempts(ctx)
	if err != nil {
		return err
	}
	unknown := 0
	for _, a := range attempts {
		if a.SID == "" && d.now().Sub(a.Created) > a.Ring+answerGrace {
			unknown++
		}
	}
	if unknown > 0 {
		d.log.ErrorContext(ctx, "it is unknown whether these calls were placed; their targets stay busy",
			"attempts", unknown)
	}
	return nil
}

// lookUp finds out about calls that have not been heard of, oldest first.
func (d *Dispatcher) lookUp(ctx context.Context, now time.Time, all bool, wait *earliest) {
	attempts, err := d.store.ActiveAttempts(ctx)
	if err != nil {
		d.storeFailed(ctx, err, now, wait)
		return
	}
	for _, a := range attempts {
		if ctx.Err() != nil {
			return
		}
		old := all && now.Sub(a.Created) > a.Ring+answerGrace
		if a.Check.After(now) && !old {
			continue
		}
		d.storeFailed(ctx, d.lookUpOne(ctx, a, now), now, wait)
	}
}

// lookUpOne examines one attempt. Its error is the store's; what the provider says is dealt with.
func (d *Dispatcher) lookUpOne(ctx context.Context, a callbacks.Attempt, now time.Time) error {
	c, err := d.store.Callback(ctx, a.CallbackID)
	if err != nil {
		return err
	}
	switch {
	case now.Sub(a.Created) >= ceiling:
		return d.legOver(ctx, a, callbacks.OutcomeLost, now)
	case a.SID == "":
		return d.find(ctx, a, now)
	case !c.Open() && a.State == callbacks.Placed:
		// Taken back while the telephone rings. Somebody who has picked up is told, not cut off.
		return d.hangup(ctx, a, callbacks.OutcomeWithdrawn, now)
	}
	call, err := d.dialer.Fetch(ctx, a.SID)
	switch {
	case errors.Is(err, callbacks.ErrNotFound) && now.Sub(a.Created) >= a.Ring+answerGrace:
		return d.legOver(ctx, a, callbacks.OutcomeLost, now)
	case err != nil:
		d.log.WarnContext(ctx, "the provider does not tell what became of a call; asking again",
			"attempt", a.ID, "sid", a.SID)
		return d.lookAt(ctx, a, now, now.Add(lookRetry))
	case finalStatus(call.Status):
		return d.legOver(ctx, a, call.Status, now)
	case call.Status == statusQueued && a.State == callbacks.Placed:
		return d.hangup(ctx, a, callbacks.OutcomeOverqueued, now)
	}
	return d.lookAt(ctx, a, now, nextLook(a, now))
}

// find looks for a call whose identifier is not known.
func (d *Dispatcher) find(ctx context.Context, a callbacks.Attempt, now time.Time) error {
	if since := a.Created.Add(findAfter); now.Before(since) {
		return d.lookAt(ctx, a, now, since)
	}
	since := a.Created.Add(-clockSkew)
	found, err := d.dialer.Find(ctx, a.Target.To(), a.From, since)
	if err != nil {
		d.log.WarnContext(ctx, "the provider does not tell whether a call was placed; asking again", "attempt", a.ID)
		return d.lookAt(ctx, a, now, now.Add(lookRetry))
	}
	ours, err := d.unclaimed(ctx, found, since)
	if err != nil {
		return err
	}
	if len(ours) == 0 {
		return d.legOver(ctx, a, callbacks.OutcomeNotPlaced, now)
	}
	return d.adopt(ctx, a, ours, now)
}

// unclaimed drops calls that are too old or belong to other attempts, and sorts the rest, oldest first.
func (d *Dispatcher) unclaimed(ctx context.Context, found []PlacedCall, since time.Time) ([]PlacedCall, error) {
	sids := make([]string, len(found))
	for i, call := range found {
		sids[i] = call.SID
	}
	known, err := d.store.KnownSIDs(ctx, sids)
	if err != nil {
		return nil, err
	}
	ours := slices.DeleteFunc(slices.Clone(found), func(call PlacedCall) bool {
		return known[call.SID] || !call.Created.IsZero() && call.Created.Before(since.Truncate(time.Second))
	})
	slices.SortFunc(ours, func(x, y PlacedCall) int {
		return cmp.Or(x.Created.Compare(y.Created), cmp.Compare(x.SID, y.SID))
	})
	return ours, nil
}

// adopt takes the first of the calls as the attempt's own. More than one come of a request that was repeated
// on its way; a live second one would ring the target again, so it is hung up.
func (d *Dispatcher) adopt(ctx context.Context, a callbacks.Attempt, calls []PlacedCall, now time.Time) error {
	own := calls[0]
	r, err := d.store.ChangeAttempt(ctx, a.ID, 0, func(r *callbacks.Record) error {
		at := r.Attempt
		if at.SID != "" || at.State == callbacks.Ended {
			return callbacks.ErrUnchanged // a webhook was faster
		}
		at.SID, at.Check = own.SID, nextLook(*at, now)
		if at.State == callbacks.Placing || at.State == callbacks.Unknown {
			at.State = callbacks.Placed
		}
		if own.Status == statusQueued || !r.Callback.Open() {
			at.Check = now
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.log.InfoContext(ctx, "a call whose answer was lost has been found",
		"attempt", a.ID, "sid", r.Attempt.SID, "calls", len(calls))
	for _, call := range calls {
		if call.SID == r.Attempt.SID || finalStatus(call.Status) {
			continue
		}
		if err := d.dialer.Hangup(ctx, call.SID); err != nil {
			d.log.ErrorContext(ctx, "hanging up a repeated call failed", "attempt", a.ID, "sid", call.SID)
		}
	}
	if r.Attempt.SID == own.SID && (finalStatus(own.Status) || !r.Attempt.Check.After(now)) {
		return d.lookUpOne(ctx, *r.Attempt, now)
	}
	return nil
}

// hangup ends a call and then its attempt.
func (d *Dispatcher) hangup(ctx context.Context, a callbacks.Attempt, outcome string, now time.Time) error {
	if err := d.dialer.Hangup(ctx, a.SID); err != nil {
		d.log.WarnContext(ctx, "hanging up failed; trying again", "attempt", a.ID, "sid", a.SID)
		return d.lookAt(ctx, a, now, now.Add(lookRetry))
	}
	return d.legOver(ctx, a, outcome, now)
}

// lookAt puts the next look off, unless a webhook has moved the attempt on meanwhile.
func (d *Dispatcher) lookAt(ctx context.Context, a callbacks.Attempt, now, at time.Time) error {
	_, err := d.store.ChangeAttempt(ctx, a.ID, 0, func(r *callbacks.Record) error {
		if r.Attempt.State != a.State {
			return callbacks.ErrUnchanged
		}
		if r.Attempt.State == callbacks.Placing && !now.Before(a.Created.Add(lease)) {
			r.Attempt.State = callbacks.Unknown // the one who was asking the provider is gone
		}
		r.Attempt.Check = at
		return nil
	})
	return err
}

// legOver ends an attempt after a look-up, unless a webhook has moved it on meanwhile.
func (d *Dispatcher) legOver(ctx context.Context, a callbacks.Attempt, status string, now time.Time) error {
	_, err := d.settle(ctx, a.ID, now, func(r *callbacks.Record, dec decision) error {
		if r.Attempt.State != a.State || r.Attempt.SID != a.SID {
			return callbacks.ErrUnchanged
		}
		dec.legOver(r, status)
		return nil
	})
	return err
}

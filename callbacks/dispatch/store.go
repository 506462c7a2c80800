package dispatch

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A Store keeps callbacks and attempts. Every method is one transaction, durable when it returns.
type Store interface {
	// Callback returns a callback, or [callbacks.ErrNotFound].
	Callback(ctx context.Context, id int64) (callbacks.Callback, error)
	// Record returns what a change function would see of a callback, without changing it.
	Record(ctx context.Context, id int64) (callbacks.Record, error)
	// Change loads a callback, lets change edit it, checks [callbacks.CheckRecord] and writes it. When change returns
	// [callbacks.ErrUnchanged] nothing is written and the error is nil; another error is returned as it is. change may
	// run more than once, and must not use the store.
	Change(ctx context.Context, id int64, change func(*callbacks.Record) error) (callbacks.Record, error)
	// ChangeAttempt is Change for the callback of an attempt, with Record.Attempt set. Besides the callback
	// it writes the attempt. A fence other than 0 must be the callback's current one, else [callbacks.ErrFenced].
	ChangeAttempt(
		ctx context.Context, attemptID string, fence int64, change func(*callbacks.Record) error,
	) (callbacks.Record, error)
	// Disown is ChangeAttempt for a customer who did not ask for the call. In the same transaction it silences requests
	// by others for the callback's number until then, and lets end, which edits as in Change, end the open callbacks
	// for that number, of all lines, that others asked for. It returns the callback of the attempt, and those that end
	// has changed. A change that returns [callbacks.ErrFenced] undoes everything.
	Disown(
		ctx context.Context, attemptID string, until time.Time, change, end func(*callbacks.Record) error,
	) (callbacks.Record, []callbacks.Callback, error)
	// Claim takes a Booked callback to Dialling, raises its fence and writes an attempt in state Placing.
	// [callbacks.ErrNotOpen] if it is not Booked, or another instance is changing it; [callbacks.ErrTargetBusy] if the
	// target has an attempt that has not ended, or c.Most customers are being rung for the desk;
	// *[callbacks.PacedError] if the latest attempt of all was written less than c.Pace ago.
	Claim(ctx context.Context, c callbacks.Claim) (callbacks.Record, error)
	// Promote marks callbacks in state Booked whose Due has come as ready, those that fell due first before others, at
	// most so many. It returns how many it marked. Whatever changes a callback takes the mark away.
	Promote(ctx context.Context, now time.Time, most int) (int, error)
	// Waiting lists the desks that have callbacks which are ready.
	Waiting(ctx context.Context) ([]callbacks.Desk, error)
	// Ready lists callbacks of a desk that are ready, in the order in which they are kept (see
	// [callbacks.Callback.Before]), at most so many. after continues a list behind this callback, which was its last;
	// nil begins.
	Ready(ctx context.Context, d callbacks.Desk, after *callbacks.Callback, most int) ([]callbacks.Callback, error)
	// Expired lists callbacks in state Booked whose Expires has come, ready or not, at most so many.
	Expired(ctx context.Context, now time.Time, most int) ([]callbacks.Callback, error)
	// NextDue is the earliest Due of a callback in state Booked that is not ready, or Expires after now of one that is
	// Booked; zero if there is none.
	NextDue(ctx context.Context, now time.Time) (time.Time, error)
	// ActiveAttempts lists the attempts that have not ended, those leaving included, oldest first.
	ActiveAttempts(ctx context.Context) ([]callbacks.Attempt, error)
	// Talking lists the addresses of agents who took an inbound call since then that is not known to have ended.
	Talking(ctx context.Context, since time.Time) ([]string, error)
	// KnownSIDs returns which of the given calls belong to an attempt already.
	KnownSIDs(ctx context.Context, sids []string) (map[string]bool, error)
}

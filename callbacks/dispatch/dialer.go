package dispatch

import (
	"context"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A Dialer places calls. The provider's REST client implements it.
type Dialer interface {
	// Place asks for a call to p.Target. Its URLs carry p.AttemptID.
	// An error that is [callbacks.ErrRefused] means that certainly nothing rings (see [callbacks.RefusedError]);
	// any other error means that nobody knows.
	Place(ctx context.Context, p Placement) (sid string, err error)
	// Find lists the calls made through the REST interface (not legs of a Dial) from one number to one
	// address that were created at or after since.
	Find(ctx context.Context, to, from string, since time.Time) ([]PlacedCall, error)
	// Fetch looks a call up. It returns an error matching [callbacks.ErrNotFound] when the provider knows no such call.
	Fetch(ctx context.Context, sid string) (PlacedCall, error)
	// Hangup ends a call, whether queued, ringing or answered. A call that has ended already is no error.
	Hangup(ctx context.Context, sid string) error
}

// A Placement is what a Dialer needs to know to ring an agent about a callback.
type Placement struct {
	// AttemptID is ours, a UUID: the provider hands it back in every webhook of the call.
	AttemptID string
	Callback  callbacks.Callback
	Target    callbacks.Target
	// From is the number that is shown, E.164: the line's, or its caller ID.
	From string
	// Ring is how long the target rings, 5 s to 600 s.
	Ring time.Duration
	// Byoc names the route for the target's number; empty is the provider's own.
	Byoc string
}

// The words for how far a call is. A [Dialer] and those who tell of legs translate the provider's words to these, and
// outcomes of attempts have the final ones.
const (
	statusQueued    = "queued"
	statusAnswered  = "answered"
	statusCompleted = "completed"
	statusBusy      = "busy"
	statusNoAnswer  = "no-answer"
	statusFailed    = "failed"
	statusCanceled  = "canceled"
)

// A PlacedCall is a call as the provider's REST interface reports it.
type PlacedCall struct {
	SID, To, From string
	// Status is "queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed" or
	// "canceled".
	Status string
	// Created is when the provider took the request.
	Created time.Time
}

// finalStatus reports whether the provider says nothing more about a leg after this status.
func finalStatus(status string) bool {
	return slices.Contains([]string{statusCompleted, statusBusy, statusNoAnswer, statusFailed, statusCanceled}, status)
}

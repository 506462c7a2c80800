package callbacks

import (
	"errors"
	"fmt"
	"time"
)

// A RuleError is an answer that the rules give: nothing is wrong with the database.
type RuleError string

// Error says what the rules answer.
func (e RuleError) Error() string { return "callbacks: " + string(e) }

var (
	// ErrNotFound: no callback, attempt, message or version has this identifier.
	ErrNotFound = RuleError("not found")
	// ErrSlotFull: the chosen slot holds as many callbacks as the policy allows; offer another.
	ErrSlotFull = RuleError("the slot is full")
	// ErrCallerLimit: the calling number has asked for as many callbacks as the policy allows within an hour or a day.
	ErrCallerLimit = RuleError("the calling number has asked for enough callbacks for now")
	// ErrOpenLimit: the calling number holds as many open callbacks as the policy allows.
	ErrOpenLimit = RuleError("the calling number holds enough open callbacks")
	// ErrAnonymousLimit: anonymous callers of the line have asked for as many callbacks as the policy allows within an
	// hour.
	ErrAnonymousLimit = RuleError("anonymous callers have asked for enough callbacks for now")
	// ErrNumberLimit: others than its owner have asked for as many callbacks to the number as the policy allows, or for
	// one urgent callback more than may be open.
	ErrNumberLimit = RuleError("others have asked for enough callbacks to the number for now")
	// ErrSilenced: somebody picked up at the number and said that they had not asked for the call; others may not ask
	// for one.
	ErrSilenced = RuleError("the number takes no callbacks that others ask for")
	// ErrProofLimit: so many wrong proofs were given that none counts for a while, not even the right one.
	ErrProofLimit = RuleError("too many wrong proofs for now")
	// ErrMaxOpen: as many callbacks of the line are open as the policy allows.
	ErrMaxOpen = RuleError("too many callbacks are open")
	// ErrNotOpen: the callback is not waiting any more (or no longer open), so it cannot be moved or cancelled.
	ErrNotOpen = RuleError("the callback is not open")
	// ErrInProgress: an agent has taken the callback; it is too late to cancel.
	ErrInProgress = RuleError("the callback is being kept right now")
	// ErrTransition: a change of state that the table of transitions does not name.
	ErrTransition = RuleError("transition refused")
	// ErrKeyUsed: the key was used for another request. Nothing is written; what was written under the key comes with
	// it.
	ErrKeyUsed = RuleError("the key was used for another request")
	// ErrReferenceTaken: the reference is in use; draw another.
	ErrReferenceTaken = RuleError("reference taken")
	// ErrFenced: the callback was claimed again since; the one who writes with the older fence number is late.
	ErrFenced = RuleError("claimed by somebody else meanwhile")
	// ErrTargetBusy: an attempt at this target has not ended.
	ErrTargetBusy = RuleError("the target is busy with another attempt")
	// ErrRefused: the provider plainly refused to place a call or to send an SMS, or could not be asked.
	// Anything else that [Dialer.Place] or [SMSSender.Send] returns counts as unknown.
	ErrRefused = errors.New("callbacks: the provider refused")
	// ErrUnchanged is returned by a change function that has nothing to write. It is not an error to the caller of a
	// [Store].
	ErrUnchanged = RuleError("unchanged")
)

// An UnwritableError says why nothing can be written now, and so no callback be noted.
type UnwritableError struct {
	// Reason says it in a few words for anybody: without paths, hosts and names.
	Reason string
	Err    error
}

// Error is the whole error, for the log.
func (e *UnwritableError) Error() string { return e.Err.Error() }

// Unwrap makes errors.Is look into Err.
func (e *UnwritableError) Unwrap() error { return e.Err }

// A PacedError means that a call was placed too shortly before. Until is when the next one may be placed.
type PacedError struct{ Until time.Time }

// Error says when to try again.
func (e *PacedError) Error() string {
	return "callbacks: calls are paced; the next may be placed at " + e.Until.UTC().Format(time.RFC3339Nano)
}

// A RefusedError is a plain refusal: certainly nothing rings, and nothing was sent. What the provider's codes mean is
// known to those who implement [Dialer] and [SMSSender].
type RefusedError struct {
	// Code is the provider's, for example 21215; 0 if it gave none.
	Code int
	// Permanent: asking again will not help (no such number, no permission for the country).
	// Otherwise the same target is tried again after a pause (429, an account that is not let in).
	Permanent bool
	// Ours: the code is about the number that calls or writes, which is the line's own, and not about who is called.
	Ours bool
	// Unreached: the request never left, because the provider could not be reached. It is not Permanent.
	Unreached bool
	// Reason says in words for people what the code means; empty for one that is not known.
	Reason string
	// Message is the provider's own text. It may hold a telephone number and is not logged.
	Message string
}

// Error gives the code, what it means and whether it is for good; never the provider's text.
func (e *RefusedError) Error() string {
	kind := "for now"
	if e.Permanent {
		kind = "for good"
	}
	if e.Unreached {
		return "callbacks: the provider could not be reached, so nothing was asked for"
	}
	return fmt.Sprintf("callbacks: the provider refused %s (%s)", kind, e.Why())
}

// Why is what is known about the refusal, in words for people: "code 21610, the customer has opted out".
func (e *RefusedError) Why() string {
	switch {
	case e.Unreached:
		return "the provider could not be reached"
	case e.Reason == "":
		return fmt.Sprintf("code %d", e.Code)
	}
	return fmt.Sprintf("code %d, %s", e.Code, e.Reason)
}

// Unwrap makes errors.Is(err, ErrRefused) true.
func (e *RefusedError) Unwrap() error { return ErrRefused }

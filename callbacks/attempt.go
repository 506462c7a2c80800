package callbacks

import (
	"strings"
	"time"
)

// An AttemptState is how far one call to one target has come.
type AttemptState string

const (
	// Placing: the row is written; the provider is being asked, or somebody died just before or after.
	Placing AttemptState = "placing"
	// Unknown: the provider was asked and the answer got lost.
	Unknown AttemptState = "unknown"
	// Placed: the provider has taken the call.
	Placed AttemptState = "placed"
	// Answered: somebody, or a machine, picked up and hears the whisper.
	Answered AttemptState = "answered"
	// Taken: the one who was rung first pressed 1.
	Taken AttemptState = "taken"
	// Connected: the other one pressed 1 as well.
	Connected AttemptState = "connected"
	// Leaving: the callback is settled and Outcome says how, but the call to the target is not over,
	// so the target is still busy.
	Leaving AttemptState = "leaving"
	// Ended: over; Outcome says how.
	Ended AttemptState = "ended"
)

// Outcomes of an attempt besides the provider's own final statuses ("busy", "no-answer", …)
// and, after the one who was rung first pressed 1, "customer-" or "agent-" with the status of the other one's leg.
const (
	OutcomeKept       = "kept"        // the customer was connected
	OutcomeNotBridged = "not-bridged" // both pressed 1, and the provider did not connect them
	OutcomeRefused    = "refused"     // refused for good
	OutcomeNotNow     = "not-now"     // refused for the moment; the target is not used up
	OutcomeNotPlaced  = "not-placed"  // the answer was lost and the provider knows of no call
	OutcomeOverqueued = "overqueued"  // stuck in the provider's queue; the target is not used up
	OutcomeClosed     = "closed"      // the desk closed before it was answered; the target is not used up
	OutcomeWithdrawn  = "withdrawn"   // the callback was taken back meanwhile
	OutcomeLost       = "lost"        // nothing was heard of it for hours
	OutcomeDisowned   = "disowned"    // the customer said that they had not asked for the call
)

// An Attempt is one call to one target about one callback: to an agent, or to the customer where they are rung first.
type Attempt struct {
	// ID is a UUID of ours.
	ID         string
	CallbackID int64
	// Line and Desk are the callback's.
	Line, Desk string
	Target     Target
	// From is the line's number that was shown.
	From string
	// Ring is how long the target rings.
	Ring  time.Duration
	State AttemptState
	// Outcome is empty until State is Leaving or Ended.
	Outcome string
	// SID is the provider's identifier of the call; empty until known.
	SID string
	// Status is the provider's latest word about the first leg and Seq its sequence number; empty and -1 before any.
	Status string
	Seq    int
	// Fence is the callback's fence number at the claim.
	Fence int64
	// Pass is the callback's pass at the claim.
	Pass int
	// Created is when the row was written; Check is when the dispatcher looks at it next; UTC.
	Created, Check time.Time
}

// CustomerFirst reports whether the customer is rung before an agent.
func (a Attempt) CustomerFirst() bool { return a.Target.Kind == Customer }

// RangCustomer reports whether the customer's telephone was rung, as far as is known. Where an agent is rung first it
// is once they have pressed 1.
func (a Attempt) RangCustomer() bool {
	if a.CustomerFirst() {
		return a.SID != "" && a.Outcome != OutcomeOverqueued
	}
	switch a.Outcome {
	case "":
		return a.State == Taken || a.State == Connected
	case OutcomeKept, OutcomeNotBridged, OutcomeDisowned:
		return true
	}
	return strings.HasPrefix(a.Outcome, "customer-")
}

// InFlight reports whether the callback still hangs on this attempt.
func (a Attempt) InFlight() bool { return a.State != Ended && a.State != Leaving }

// A Verdict is whether those on an attempt's legs are still to be connected.
type Verdict string

const (
	// Proceed: they are; go on with the call.
	Proceed Verdict = "proceed"
	// Gone: the callback was cancelled, or is over, or this call no longer belongs to it.
	Gone Verdict = "gone"
	// Closed: the desk has closed, or the customer is outside their calling hours now; the callback was moved.
	Closed Verdict = "closed"
	// TakenByOther: another agent is keeping the callback already.
	TakenByOther Verdict = "taken"
)

// A Record is what a change function sees.
type Record struct {
	Callback Callback
	// Fence counts the claims of the callback.
	Fence int64
	// Attempt is the attempt concerned; in [Store.Change] the one in flight, nil if there is none.
	Attempt *Attempt
	// SMSBody is the body of an SMS that tells the customer the state of their callback, SMSAt when it was so, UTC. It
	// is written with the change, in the place of what was not sent yet. Empty: none; an end then only takes back what
	// was not sent.
	SMSBody string
	SMSAt   time.Time
	// Alert is written with the change; nil: none.
	Alert *Alert
	// Earlier are the settled attempts of the callback's current pass, other than Attempt, oldest first. Read only.
	Earlier []Attempt
}

// A Claim is a dispatcher's wish to ring a target about a callback.
type Claim struct {
	CallbackID int64
	AttemptID  string
	Target     Target
	From       string
	Ring       time.Duration
	// Now is the dispatcher's clock, Lease how long it may take to ask the provider.
	Now   time.Time
	Lease time.Duration
	// Pace is the least time between two attempts; 0 is none.
	Pace time.Duration
	// Most is how many calls to customers may be in flight for the desk, this one included; 0 is no limit.
	Most int
	// Check is asked, with the callback locked and before anything is written, whether it is still to be dialled. Its
	// error is Claim's. Nil: it is. It must not use the store.
	Check func(Record) error
}

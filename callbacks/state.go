package callbacks

import "fmt"

// A State is how far a callback has come. Transitions are in one table, see [State.To].
type State string

const (
	// Booked waits for its due time, or for the next try.
	Booked State = "booked"
	// Dialling has been claimed: the first telephone is ringing, or may be.
	Dialling State = "dialling"
	// AgentReached means that an agent pressed 1. If they were rung first, the customer's telephone is ringing;
	// otherwise the two were connected.
	AgentReached State = "agent-reached"
	// CustomerReached means that the customer pressed 1. If they were rung first, an agent's telephone is ringing;
	// otherwise the two were connected.
	CustomerReached State = "customer-reached"
	// Task is left to a person: an urgent callback that was tried as often and as long as it may be, or another one
	// that the desk did not keep. It stays open, rings nobody and never expires: a person ends it, or gives it another
	// time, and so may its customer.
	Task State = "task"
	// Done is kept: both pressed 1, and their talk has ended.
	Done State = "done"
	// Cancelled was taken back, by the caller or a supervisor.
	Cancelled State = "cancelled"
	// Expired is not urgent, and its customer was rung as often as may be.
	Expired State = "expired"
	// Undialable was refused by the provider for good.
	Undialable State = "undialable"
)

// transitions is the one table of what may follow what.
// A state that is not a key here is final. Staying in a state is not a transition and always allowed
// for open callbacks: a due time may move, a counter may rise.
var transitions = map[State][]State{
	Booked: {
		Dialling,   // claimed by a dispatcher
		Cancelled,  // by the caller or a supervisor
		Expired,    // the customer was rung as often as a new policy allows
		Task,       // out of time, out of desk attempts, or the desk never opens again
		Undialable, // the policy no longer lets this number be dialled
	},
	Dialling: {
		AgentReached,    // an agent who was rung first pressed 1
		CustomerReached, // a customer who was rung first pressed 1
		Booked,          // nobody took it: next target, or a later desk attempt; or the desk closed meanwhile
		Cancelled,       // while the first telephone rings; the one who answers hears it
		Expired,         // that was the last attempt at the customer
		Task,            // that was the last desk attempt, or it is urgent
		Undialable,      // the provider refuses the customer's number
	},
	AgentReached: {
		// the other one was not reached, and meanwhile the customer has talked with the desk on a call of their own
		Cancelled,
		CustomerReached, // the customer pressed 1 as well: they are connected
		Done,            // both had pressed 1, the customer first, and their talk is over
		Booked,          // the other one was not reached or not connected, and it is tried again later
		Expired,         // the same, and that was the last attempt at the customer
		Task,            // the same, and it is out of time, or urgent
	},
	CustomerReached: {
		Cancelled,    // the same
		AgentReached, // an agent pressed 1 as well: they are connected
		Done,         // both had pressed 1, the agent first, and their talk is over: nobody connected is rung again
		Booked,       // the other one was not reached; or our answer to the second 1 was lost: not connected
		Expired,      // the same, and the customer was rung as often as may be
		Task,         // the same, and that was the last desk attempt, or it is urgent
	},
	Task: {
		Booked,    // given another time, by a person or its customer
		Cancelled, // by a person, or its customer
	},
}

// States lists every state, the open ones first, each once.
func States() []State {
	return []State{Booked, Dialling, AgentReached, CustomerReached, Task, Done, Cancelled, Expired, Undialable}
}

// To reports whether a callback may go from s to next. A state never "goes" to itself.
func (s State) To(next State) bool {
	for _, allowed := range transitions[s] {
		if allowed == next {
			return true
		}
	}
	return false
}

// Final reports whether nothing follows s.
func (s State) Final() bool { return len(transitions[s]) == 0 }

// A TransitionError is a change of state that the table does not name. It matches [ErrTransition].
type TransitionError struct {
	// ID is the callback's.
	ID       int64
	From, To State
}

// Error names the callback and both states.
func (e *TransitionError) Error() string {
	return fmt.Sprintf("callbacks: callback %d cannot go from %q to %q", e.ID, e.From, e.To)
}

// Unwrap makes errors.Is(err, ErrTransition) true.
func (e *TransitionError) Unwrap() error { return ErrTransition }

// CheckRecord says whether before may become after. Every [Store] calls it before it writes,
// so that a rule broken above is refused and not stored. The error is a *[TransitionError],
// or matches [ErrTransition] and says what is wrong.
func CheckRecord(before, after Record) error {
	b, a := before.Callback, after.Callback
	if b.State != a.State && !b.State.To(a.State) || b.State.Final() && b != a {
		return &TransitionError{ID: b.ID, From: b.State, To: a.State}
	}
	if a.State.Final() == a.Ended.IsZero() {
		return fmt.Errorf("%w: callback %d is %q and its end is %v", ErrTransition, b.ID, a.State, a.Ended)
	}
	if a.Attempts < b.Attempts && b.State != Task {
		return fmt.Errorf("%w: callback %d: attempts would fall from %d to %d", ErrTransition, b.ID, b.Attempts,
			a.Attempts)
	}
	if a.State == Done && b.State != Done && (before.Attempt == nil || before.Attempt.State != Connected) {
		return fmt.Errorf("%w: callback %d cannot be done: agent and customer have not both pressed 1", ErrTransition,
			b.ID)
	}
	if before.Fence != after.Fence {
		return fmt.Errorf("%w: callback %d: only a claim raises the fence", ErrTransition, b.ID)
	}
	return checkAttempt(before.Attempt, after.Attempt, a)
}

// checkAttempt keeps settled attempts settled, and the attempt in flight in step with its callback.
func checkAttempt(before, after *Attempt, c Callback) error {
	if (before == nil) != (after == nil) {
		return fmt.Errorf("%w: callback %d: attempts come from a claim and are never removed", ErrTransition, c.ID)
	}
	if after == nil {
		return nil
	}
	if before.State == Ended && *before != *after {
		return fmt.Errorf("%w: attempt %s has ended", ErrTransition, before.ID)
	}
	if before.State == Leaving && (after.InFlight() || before.Outcome != after.Outcome) {
		return fmt.Errorf("%w: attempt %s is settled", ErrTransition, before.ID)
	}
	if after.InFlight() != (after.Outcome == "") {
		return fmt.Errorf("%w: attempt %s is %q with outcome %q", ErrTransition, after.ID, after.State, after.Outcome)
	}
	if before.InFlight() && !after.InFlight() && !c.State.Final() && !c.waits() {
		return fmt.Errorf("%w: attempt %s is settled and callback %d would stay %q", ErrTransition, after.ID, c.ID,
			c.State)
	}
	if after.InFlight() && c.waits() {
		return fmt.Errorf("%w: callback %d would wait with attempt %s in flight", ErrTransition, c.ID, after.ID)
	}
	return nil
}

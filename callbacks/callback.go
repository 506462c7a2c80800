package callbacks

import (
	"slices"
	"strings"
	"time"
)

// A Kind says what kind of callback a caller chose.
type Kind string

const (
	// ASAP is a callback as soon as the desk can: at once while it is open, else at its next opening.
	ASAP Kind = "asap"
	// Slot is a callback within a stretch of time that the caller chose.
	Slot Kind = "slot"
)

// A Callback is one callback to ring somebody back.
type Callback struct {
	// ID is the store's own number of the callback, never spoken.
	ID int64
	// Reference is what the caller is told: seven decimal digits, unique among all callbacks and messages that are
	// kept.
	Reference string
	// Line, Desk, Topic and Language are identifiers from the line's file.
	Line, Desk, Topic, Language string
	// Number is whom to ring, E.164. Empty once retention has erased it.
	Number string
	// Caller is the calling number, E.164, for recognising a returning caller. Empty: anonymous.
	Caller string
	// Account and Answers are what the caller keyed in. Empty: not given, or erased.
	Account string
	Answers Answers
	// Note is what the caller spoke for the agent; the zero Recording is none.
	Note Recording
	Kind Kind
	// Urgent is set for callbacks of a desk that never closes, asked for at any hour.
	Urgent bool
	// Priority goes before the place in the order: higher ones are kept first. 0 is the ordinary one.
	Priority int
	// Called is when the caller rang: the place in the order. UTC.
	Called time.Time
	// Due is when to ring, UTC; for a Slot its start, later moved by retries.
	Due time.Time
	// Held is when it was due before the caller's own conversation with the desk put it off, UTC. Zero: it is not put
	// off. While an attempt is under way it says that the callback is put off when it waits again.
	Held time.Time
	// CancelAfterAttempt is set during an attempt when the callback is no longer wanted: it is cancelled, and not tried
	// again, unless this attempt reaches the customer.
	CancelAfterAttempt bool
	// SlotEnd is the end of the chosen slot, UTC. Zero for ASAP.
	SlotEnd time.Time
	// Expires is when the callback is given up, UTC. A [Task] has none: what it was tells how long it was tried.
	Expires time.Time
	State   State
	// Reached is set once the customer has pressed 1 on a call about this callback: the number is theirs.
	Reached bool
	// AgentFirst is set once a customer who was rung first waited for nobody. It does not happen to them twice: from
	// then on an agent is rung first.
	AgentFirst bool
	// DeskAttempts counts how often the desk's targets were all tried without success; Attempts how often the customer
	// was rung. A customer who was rung first and waited for nobody counts for the desk.
	DeskAttempts, Attempts int
	// NextTarget counts the targets that were used up in this pass. Which ones is told by the attempts.
	NextTarget int
	// Pass numbers the passes through the desk's targets, from 0: a new one begins with every desk attempt,
	// with every new try after a customer was not reached, and when the callback is moved.
	Pass int
	// Ended is when the callback became final, UTC. Zero while it is open.
	Ended time.Time
	// Remark says what happened to it last, for a supervisor: an outcome of an attempt, or why it was put off or ended.
	// It holds no numbers. Empty: nothing yet.
	Remark string
}

// A Backlog is how many callbacks of a line are in an open state, and the earliest Due among them, UTC.
type Backlog struct {
	Line  string
	State State
	Count int
	Due   time.Time
}

// Open reports whether the callback is still to be kept.
func (c Callback) Open() bool {
	return slices.Contains(OpenStates, c.State)
}

// waits reports whether the callback is open and no call is in flight for it.
func (c Callback) waits() bool { return c.State == Booked || c.State == Task }

const (
	// UrgentTries is how often an urgent callback is tried, those at the customer and at the desk together, and
	// UrgentTime for how long, whatever its line's policy; after that it is a [Task].
	UrgentTries = 5
	UrgentTime  = time.Hour
)

// expires is when a callback is given up, asked for at an instant, and by its line's policy at another.
func expires(urgent bool, asked, policy time.Time) time.Time {
	if latest := asked.Add(UrgentTime); urgent && policy.After(latest) {
		return latest
	}
	return policy
}

// RingAgain gives a callback that waits another time. A [Task] is tried as often and as long as a new one, and its
// slot, if it had one, is over. Another urgent one keeps its tries, and its hour where the new time is within it: it is
// not rung more often for being moved.
func (c *Callback) RingAgain(due, until time.Time) {
	goesOn := c.Urgent && c.State != Task
	if c.State == Task {
		c.State, c.Attempts = Booked, 0
		c.Kind, c.SlotEnd = ASAP, time.Time{}
	}
	if !goesOn || !due.Before(c.Expires) {
		c.Expires = expires(c.Urgent, due, until)
	}
	if !goesOn {
		c.DeskAttempts = 0
	}
	c.Due, c.Held, c.NextTarget, c.Pass = due, time.Time{}, 0, c.Pass+1
}

// Finish makes a callback final.
func (c *Callback) Finish(state State, now time.Time) {
	c.State = state
	c.Ended = now.UTC().Truncate(time.Millisecond)
}

// Before reports whether a callback is kept before another of those that can be kept now: urgent ones first, then by
// priority, then by when the caller rang. Within a priority it is first come,
// first served. Ready of package sqlstore and its index callbacks_ready have the same order.
func (c Callback) Before(o Callback) bool {
	switch {
	case c.Urgent != o.Urgent:
		return c.Urgent
	case c.Priority != o.Priority:
		return c.Priority > o.Priority
	case !c.Called.Equal(o.Called):
		return c.Called.Before(o.Called)
	}
	return c.ID < o.ID
}

// TargetBehind is the n-th target of the desk, from 0, that is rung behind a customer who was rung first. Customers who
// are on the line at the same time begin with different targets.
func (c Callback) TargetBehind(desk []Target, n int) Target {
	return desk[(int(c.ID-1)%len(desk)+n)%len(desk)]
}

// MaySendSMS reports whether an SMS about the callback may go to its number: to the one that was rung from, or to
// another once its customer was reached there. Anybody can ask for a callback to a stranger's.
func (c Callback) MaySendSMS() bool { return c.Number != "" && (c.Caller == c.Number || c.Reached) }

// AccountProof is the last four digits of the account, which a caller may give as proof that the callback is theirs.
// It is empty where they prove nothing: without an account, or when they can be read off the number to be rung
// or that called, as with accounts that are telephone numbers. A calling number can be forged.
func (c Callback) AccountProof() string {
	if len(c.Account) < 4 {
		return ""
	}
	lastFour := c.Account[len(c.Account)-4:]
	if strings.HasSuffix(c.Number, lastFour) || strings.HasSuffix(c.Caller, lastFour) {
		return ""
	}
	return lastFour
}

// Answers are the numbers that a caller keyed in besides the account, in the order in which they were asked for:
// "transaction:123456;order:88", question and digits. Digits alone are the answer to "transaction": before lines could
// have questions of their own, only that one was kept. The empty string holds none.
type Answers string

// An Answer is one of them.
type Answer struct {
	// Question is its identifier from the line's file: small letters, digits and hyphens.
	Question string
	// Digits are decimal digits as keyed in.
	Digits string
}

// All lists the answers.
func (a Answers) All() (all []Answer) {
	for part := range strings.SplitSeq(string(a), ";") {
		question, digits, named := strings.Cut(part, ":")
		if !named {
			question, digits = "transaction", part
		}
		if digits != "" {
			all = append(all, Answer{question, digits})
		}
	}
	return all
}

// Get is the answer to a question; empty if there is none.
func (a Answers) Get(question string) string {
	for _, answer := range a.All() {
		if answer.Question == question {
			return answer.Digits
		}
	}
	return ""
}

// With adds the answer to a question that has none yet.
func (a Answers) With(question, digits string) Answers {
	added := Answers(question + ":" + digits)
	if a == "" {
		return added
	}
	return a + ";" + added
}

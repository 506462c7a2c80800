package callbacks

import (
	"strings"
	"time"
)

// A Kind says what a caller was promised.
type Kind string

const (
	// ASAP is a callback as soon as the desk can: at once while it is open, else at its next opening.
	ASAP Kind = "asap"
	// Slot is a callback within a stretch of time that the caller chose.
	Slot Kind = "slot"
)

// A State is where a callback stands. Transitions are in one table, see [State.To].
type State string

const (
	// Booked waits for its due time, or for the next try.
	Booked State = "booked"
	// Dialling has been claimed: the first telephone is ringing, or may be.
	Dialling State = "dialling"
	// AgentReached means that an agent pressed 1. If he was rung first, the customer's telephone is ringing; otherwise the
	// two were connected.
	AgentReached State = "agent-reached"
	// CustomerReached means that the customer pressed 1. If he was rung first, an agent's telephone is ringing; otherwise
	// the two were connected.
	CustomerReached State = "customer-reached"
	// Done is kept: both pressed 1, and their talk has ended.
	Done State = "done"
	// Cancelled was taken back, by the caller or a supervisor.
	Cancelled State = "cancelled"
	// Expired ran out of attempts or of time.
	Expired State = "expired"
	// Undialable was refused by the provider for good.
	Undialable State = "undialable"
)

// A Callback is one callback to ring somebody back.
type Callback struct {
	// ID is the store's own number of the callback, never spoken.
	ID int64
	// Reference is what the caller is told: seven decimal digits, unique among all callbacks and messages that are kept.
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
	// Held is when it was due before the caller's own conversation with the desk put it off, UTC. Zero: it is not put off.
	// While an attempt is under way it says that the callback is put off when it waits again.
	Held time.Time
	// CancelAfterAttempt is set during an attempt when the callback is no longer wanted: it is cancelled, and not tried
	// again, unless this attempt reaches the customer.
	CancelAfterAttempt bool
	// SlotEnd is the end of the chosen slot, UTC. Zero for ASAP.
	SlotEnd time.Time
	// Expires is when the callback is given up, UTC.
	Expires time.Time
	State   State
	// Reached is set once the customer has pressed 1 on a call about this callback: the number is theirs.
	Reached bool
	// DeskAttempts counts how often the desk's targets were all tried in vain; Attempts how often the customer was rung.
	DeskAttempts, Attempts int
	// NextTarget counts the targets that were used up in this pass. Which ones is told by the attempts.
	NextTarget int
	// Pass numbers the passes through the desk's targets, from 0: a new one begins with every round,
	// with every new try after a customer was not reached, and when the callback is moved.
	Pass int
	// Ended is when the callback became final, UTC. Zero while it is open.
	Ended time.Time
	// Remark says what happened to it last, for a supervisor: an outcome of an attempt, or why it was put off or ended. It
	// holds no numbers. Empty: nothing yet.
	Remark string
}

// Open reports whether the callback still stands.
func (c Callback) Open() bool {
	switch c.State {
	case Booked, Dialling, AgentReached, CustomerReached:
		return true
	}
	return false
}

// Finish makes a callback final.
func (c *Callback) Finish(state State, now time.Time) {
	c.State = state
	c.Ended = now.UTC().Truncate(time.Millisecond)
}

// Before reports whether a callback is kept before another of those that can be kept now: urgent ones first, then by
// priority, then by when the caller rang. Nobody goes ahead of somebody who has waited longer at the same priority.
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

// MaySendSMS reports whether an SMS about the callback may go to its number: to the one that was rung from, or to
// another once its customer was reached there. Anybody can ask for a callback to a stranger's.
func (c Callback) MaySendSMS() bool { return c.Number != "" && (c.Caller == c.Number || c.Reached) }

// AccountProof is the last four digits of the account, which a caller may give as proof that the callback is his.
// It is empty where they prove nothing: without an account, or when they can be read off the number that was promised
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

// A Request is what a caller accepted, before it is written.
type Request struct {
	// Key makes a repeated webhook harmless: the same key returns the callback that was written first.
	Key                         string
	Line, Desk, Topic, Language string
	Number, Caller              string
	Account                     string
	Answers                     Answers
	Kind                        Kind
	Urgent                      bool
	// Priority is as in [Callback].
	Priority int
	// CallRecordKey is the key of the call's [CallRecord]; the callback takes its reference over. Empty or unknown: a new reference.
	CallRecordKey string
	// SMSBody is asked, once the callback is as it will be written, for the body of an SMS that confirms it and is written
	// together with it. Empty, or a nil SMSBody: none. [Service.Book] fills it in.
	SMSBody func(Callback) string
	// GiveWay ends a callback for which [Request.OwnerBefore] holds. [Service.Book] fills it in; nil: it stands in the way.
	GiveWay func(*Record) error
	// Asked is when the callback was asked for, UTC; zero is Called. [Service.Book] fills it in.
	Asked time.Time
	// Called is when the call began; Due, SlotEnd and Expires are as in [Callback].
	Called, Due, SlotEnd, Expires time.Time
	// SlotCapacity is how many callbacks one slot of this desk may hold; 0 is no limit.
	SlotCapacity int
	Limits
}

// OwnerBefore reports whether an open callback gives way: somebody else asked for it, and the number is the caller's
// own. A stranger must not stand in the way of the owner.
func (r Request) OwnerBefore(c Callback) bool {
	return r.GiveWay != nil && r.Caller != "" && r.Caller == r.Number && c.Number == r.Number && c.Caller != r.Number
}

// CallerLimits bound what is asked for by people who ring: callbacks that are booked or moved, urgent ones included. A
// zero field bounds nothing. The zero CallerLimits stand for a request that no caller made, such as a supervisor's: it
// is not counted, and nobody's silence is in its way.
type CallerLimits struct {
	// CallerHour and CallerDay are how many requests one calling number makes within an hour and a day, over all lines.
	CallerHour, CallerDay int
	// NumberHour and NumberDay are how many requests for callbacks to one number others make who do not ring from it,
	// over all lines.
	NumberHour, NumberDay int
	// AnonymousHour is how many requests all anonymous callers of a line make together within an hour.
	AnonymousHour int
	// OpenPerCaller is how many open callbacks one calling number holds, over all lines.
	OpenPerCaller int
}

// Limits bound what is promised. An open callback is returned whatever they say; zero values bound nothing.
type Limits struct {
	CallerLimits
	// MaxOpen is how many callbacks of one line may stand, urgent ones not counted.
	MaxOpen int
	// OpeningSpacing is the least distance between callbacks of a desk that were put off to its opening. Due is moved back behind those
	// of the same or a higher priority that were made before, and fall due between it and SpacingEnd, where the last ones
	// stay; so nobody is promised a time before somebody who has waited longer. Expires moves along.
	OpeningSpacing time.Duration
	SpacingEnd     time.Time
}

// A Booking is the answer to a Request.
type Booking struct {
	Callback Callback
	// Existing is true when a callback for this line and number, or line and account, stood already:
	// Callback is that one and nothing was written.
	Existing bool
}

// A Message is a recorded message.
type Message struct {
	// Key makes a repeated webhook harmless.
	Key                         string
	Reference                   string
	Line, Desk, Topic, Language string
	Caller                      string
	Account                     string
	Answers                     Answers
	// CallRecordKey is as in [Request].
	CallRecordKey string
	// Recording is what was spoken.
	Recording Recording
	// Received is when it was left, UTC.
	Received time.Time
}

// A Recording is something that a caller spoke, kept by the provider.
type Recording struct {
	// SID and URL name it at the provider; empty: there is none, or it was erased.
	SID, URL string
	// Seconds is its length.
	Seconds int
}

// A CallRecord is a call that was put through to a desk. Its record is what a caller refers to who rings again.
type CallRecord struct {
	// Key makes a repeated webhook harmless.
	Key                         string
	Reference                   string
	Line, Desk, Topic, Language string
	Caller, Account             string
	Answers                     Answers
	// Began is when the call began, UTC.
	Began time.Time
}

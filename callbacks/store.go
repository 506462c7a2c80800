package callbacks

import (
	"context"
	"time"
)

// What workers ask of a store is declared beside them: [Store] for the Service, [SMSStore], [HousekeeperStore], and more in
// packages dispatch and publish. One store implements them all. Every method is one transaction, durable when it returns.
// Instants are kept to the millisecond and come back in UTC. Package storetest says what a store has to do.

// A Store keeps callbacks, messages and call records for a [Service].
type Store interface {
	// Book writes a callback in state Booked, and its SMS. In this order: a key that was seen returns its callback;
	// an open callback for the line and number, or line and account, is returned with Existing set, or ended where
	// [Request.OwnerBefore] holds and it is Booked; a limit that is reached is
	// [ErrSilenced], [ErrCallerLimit], [ErrAnonymousLimit], [ErrOpenLimit], [ErrNumberLimit] or [ErrMaxOpen], a full slot
	// [ErrSlotFull]; a reference in use is [ErrReferenceTaken]. Due may be moved back,
	// see [Limits]. The reference of r.Contact goes before the
	// one given, unless another callback or message has it.
	Book(ctx context.Context, r Request, reference string) (Booking, error)
	// Callback returns a callback, or [ErrNotFound].
	Callback(ctx context.Context, id int64) (Callback, error)
	// ByReference returns the callback that a caller was told this reference for, or [ErrNotFound].
	ByReference(ctx context.Context, reference string) (Callback, error)
	// List returns the callbacks that a filter asks for, those whose caller rang last first, then by ID, the highest first.
	List(ctx context.Context, f Filter) ([]Callback, error)
	// Count is how many callbacks a filter asks for; it heeds neither After nor Most.
	Count(ctx context.Context, f Filter) (int, error)
	// MessageByReference returns the message that a caller was told this reference for, or [ErrNotFound].
	MessageByReference(ctx context.Context, reference string) (Message, error)
	// Messages returns the messages of a line, or of all, the newest first, at most so many.
	Messages(ctx context.Context, line string, most int) ([]Message, error)
	// OpenFor returns the open callback of a line whose number or caller is the given one; a match of the number goes
	// first, then an urgent one, then the newest. A desk restricts it to that desk's; empty is any.
	OpenFor(ctx context.Context, line, desk, caller string) (Callback, bool, error)
	// Check returns correct(callback), and writes a wrong proof down. [ErrProofLimit] when so many were written down before
	// about the callback, or by the caller, that none counts now. The same key again is not counted again.
	Check(ctx context.Context, p Proof, correct func(Callback) bool) (Callback, bool, error)
	// Move gives a Booked callback another time, forgets its rounds, and is idempotent on m.Key. Its SMS takes
	// the place of one that is unsent. Otherwise [ErrNotOpen]; limits as in Book, but for those of what stands;
	// [ErrSlotFull] when the new slot has no room.
	Move(ctx context.Context, id int64, m Move) (Callback, error)
	// Record returns what a change function would see of a callback, without changing it.
	Record(ctx context.Context, id int64) (Record, error)
	// Change loads a callback, lets change edit it, checks [CheckRecord] and writes it.
	// When change returns [ErrUnchanged] nothing is written and the error is nil; another error is returned as it is.
	// change may run more than once, and must not use the store.
	Change(ctx context.Context, id int64, change func(*Record) error) (Record, error)
	// SaveMessage writes a message; a key that was seen returns the message written first. References are as in Book.
	SaveMessage(ctx context.Context, m Message) (Message, error)
	// AttachRecording completes a message, or returns [ErrNotFound].
	AttachRecording(ctx context.Context, key string, recording Recording) error
	// AttachNote keeps what a caller spoke about a callback; a later one replaces it. [ErrNotFound]; [ErrNotOpen] when the
	// callback has ended.
	AttachNote(ctx context.Context, id int64, note Recording) error
	// SaveCallRecord writes a call record; a key that was seen returns the call record written first. [ErrReferenceTaken] as in Book.
	SaveCallRecord(ctx context.Context, c CallRecord) (CallRecord, error)
	// MarkTaken notes that an agent took the inbound call's dial-th Dial. The first note stays.
	MarkTaken(ctx context.Context, callSID string, dial int, target string, now time.Time) error
	// WasTaken reports whether there is such a note.
	WasTaken(ctx context.Context, callSID string, dial int) (bool, error)
	// SMSDelivered writes the provider's later word about an SMS, and returns its line. One whose answer was lost
	// is thereby known to be sent. Words come late, twice and in any order: a final one is never overwritten; then, for
	// the same word again, and when the SID is another message's, changed is false. [ErrNotFound] for one that there is
	// not.
	SMSDelivered(ctx context.Context, d SMSDelivery) (line string, changed bool, err error)
	// SMSOf lists the SMS of a callback, oldest first. Their Callback is not filled in.
	SMSOf(ctx context.Context, callbackID int64) ([]SMS, error)
	// Silenced is until when others may not ask for callbacks to a number, UTC; zero: they may.
	Silenced(ctx context.Context, number string, now time.Time) (time.Time, error)
}

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
	// Taken: whoever was rung first pressed 1.
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
// and, after whoever was rung first pressed 1, "customer-" or "agent-" with the status of the other one's leg.
const (
	OutcomeKept       = "kept"       // the customer was connected
	OutcomeNotBridged = "apart"      // both pressed 1, and the provider did not connect them
	OutcomeRefused    = "refused"    // refused for good
	OutcomeNotNow     = "not-now"    // refused for the moment; the target is not used up
	OutcomeNotPlaced  = "not-placed" // the answer was lost and the provider knows of no call
	OutcomeOverqueued = "overqueued" // stuck in the provider's queue; the target is not used up
	OutcomeClosed     = "closed"     // the desk closed before it was answered; the target is not used up
	OutcomeWithdrawn  = "withdrawn"  // the callback was taken back meanwhile
	OutcomeLost       = "lost"       // nothing was heard of it for hours
	OutcomeUndialable = "undialable" // the customer's number was refused for good
	OutcomeDisowned   = "disowned"   // the customer said that they had not asked for the call
)

// An Attempt is one call to one target about one callback: to an agent, or to the customer where he is rung first.
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

// InFlight reports whether the callback still hangs on this attempt.
func (a Attempt) InFlight() bool { return a.State != Ended && a.State != Leaving }

// A Record is what a change function sees.
type Record struct {
	Callback Callback
	// Fence counts the claims of the callback.
	Fence int64
	// Attempt is the attempt concerned; in [Store.Change] the one in flight, nil if there is none.
	Attempt *Attempt
	// SMSBody is the body of an SMS that tells the customer how his callback stands, At when it was so, UTC. It is written
	// with the change, in the place of what was not sent yet. Empty: none; an end then only takes back what was not sent.
	SMSBody string
	SMSAt   time.Time
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
	// Check is asked, with the callback locked and before anything is written, whether it is still to be dialled. Its error is
	// Claim's. Nil: it is. It must not use the store.
	Check func(Record) error
}

// A Move is another time for a callback.
type Move struct {
	// Key makes a repeated webhook harmless.
	Key                   string
	Kind                  Kind
	Due, SlotEnd, Expires time.Time
	// Capacity is how many callbacks the slot may hold; 0 is no limit.
	Capacity int
	// Caller is the calling number of whoever asks for it, E.164. Empty: anonymous.
	Caller string
	// Limits bound how often; OpenPerCaller is not asked.
	Limits CallerLimits
	// SMSBody is as in [Request]; Asked is when it was asked for, UTC. [Service.Move] fills both in.
	SMSBody func(Callback) string
	Asked   time.Time
}

// A Proof is what a caller gives to show that a callback is theirs.
type Proof struct {
	// Key makes a repeated webhook harmless.
	Key string
	// ID is the callback's.
	ID int64
	// Caller is the calling number, E.164. Empty: anonymous, so only the callback's own wrong proofs count.
	Caller string
	// Given is when; wrong ones are counted within an hour and a day before it, up to Hour and Day.
	Given     time.Time
	Hour, Day int
}

// A Desk names a desk of a line.
type Desk struct{ Line, Desk string }

// A Report is what became of the callbacks of one line in a stretch of time.
type Report struct {
	Line string
	// Called counts callbacks whose caller rang in it; Done to Undialable those that ended in it;
	// Messages those received in it; CallRecords calls that began in it and were put through.
	Called, Done, Cancelled, Expired, Undialable, Messages, CallRecords int
	// Open counts callbacks that are open now.
	Open int
}

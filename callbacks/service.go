package callbacks

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"
)

// A Config is what a [Service] needs. Store and Now are required.
type Config struct {
	Store Store
	// Plans finds hours, limits and words. Nil: no desk is configured, and limits are the defaults of [Policy].
	Plans Plans
	// Now is the clock.
	Now func() time.Time
	// Signal is raised after every change that could give a worker something to do. Nil: nobody is told.
	Signal *Signal
	// Log is for the log; nil logs nothing.
	Log *slog.Logger
	// Random is where references come from; default crypto/rand.
	Random io.Reader
}

// A Service books, moves and cancels callbacks, and keeps messages. Its methods are safe for concurrent use, and
// durable when they return.
type Service struct {
	Queries
	store  Store
	plans  Plans
	now    func() time.Time
	signal *Signal
	log    *slog.Logger

	mu     sync.Mutex // for random, which need not be safe for concurrent use
	random io.Reader
}

// New makes a Service.
func New(c Config) (*Service, error) {
	switch {
	case c.Store == nil:
		return nil, errors.New("callbacks: config: Store is nil")
	case c.Now == nil:
		return nil, errors.New("callbacks: config: Now is nil")
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return &Service{
		Queries: c.Store, store: c.Store, plans: c.Plans, now: c.Now, signal: c.Signal, log: orDiscard(c.Log),
		random: c.Random,
	}, nil
}

// orDiscard is a log that goes nowhere where none is given.
func orDiscard(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}

// plan is how the callbacks of a desk are kept as configured now, with defaults filled in.
func (s *Service) plan(line, desk string) Plan { return planOf(s.plans, line, desk) }

// planOf fills in the defaults, also where the desk is not configured.
func planOf(plans Plans, line, desk string) (p Plan) {
	if plans != nil {
		p, _ = plans.Plan(line, desk)
	}
	p.Policy = p.Policy.WithDefaults()
	return p
}

// LogChange logs that a callback has ended or waits again. One that was not kept is an error: a supervisor has to act.
func LogChange(ctx context.Context, log *slog.Logger, c Callback, why string) {
	args := []any{"callback", c.ID, "line", c.Line, "desk", c.Desk, "number", Mask(c.Number), "state", c.State,
		"desk_attempts", c.DeskAttempts, "attempts", c.Attempts, "why", why}
	switch c.State {
	case Task:
		message := "a callback was not kept, and rings nobody any more: ring the customer by hand"
		if c.Urgent {
			message = "an urgent callback was not kept, and rings nobody any more: ring the customer by hand"
		}
		log.ErrorContext(ctx, message, args...)
	case Expired, Undialable:
		log.ErrorContext(ctx, "a callback was not kept: ring the customer by hand", args...)
	case Done, Cancelled:
		log.InfoContext(ctx, "callback ended", args...)
	default:
		log.InfoContext(ctx, "callback waits", append(args, "due", c.Due)...)
	}
}

// What workers ask of a store is declared beside them: [Store] for the Service, [SMSStore], [HousekeeperStore], and
// more in packages dispatch and publish. One store implements them all. Every method is one transaction, durable when
// it returns. Instants are kept to the millisecond and come back in UTC. Package storetest says what a store has to do.

// Queries are those that a [Service] has answered by its store.
type Queries interface {
	// Callback returns a callback, or [ErrNotFound].
	Callback(ctx context.Context, id int64) (Callback, error)
	// ByReference returns the callback that a caller was told this reference for, or [ErrNotFound].
	ByReference(ctx context.Context, reference string) (Callback, error)
	// Record returns what a change function would see of a callback, without changing it.
	Record(ctx context.Context, id int64) (Record, error)
	// List returns the callbacks that a filter asks for, those whose caller rang last first, then by ID, the highest
	// first.
	List(ctx context.Context, f Filter) ([]Callback, error)
	// Count is how many callbacks a filter asks for; it heeds neither After nor Most.
	Count(ctx context.Context, f Filter) (int, error)
	// Backlog counts the open callbacks of each line and state, ordered by line.
	Backlog(ctx context.Context) ([]Backlog, error)
	// Messages returns the messages of a line, or of all, the newest first, at most so many.
	Messages(ctx context.Context, line string, most int) ([]Message, error)
	// SMSOf lists the SMS of a callback, oldest first. Their Callback is not filled in.
	SMSOf(ctx context.Context, callbackID int64) ([]SMS, error)
	// WasTaken reports whether an agent pressed 1 on that Dial of an inbound call, see [Service.MarkTaken].
	WasTaken(ctx context.Context, callSID string, dial int) (bool, error)
}

// A Store keeps callbacks, messages and call records for a [Service].
type Store interface {
	Queries
	// Book writes a callback in state Booked, and its SMS. In this order: a key that was seen returns its callback; an
	// open callback for the line and number, or line and account, is returned with Existing set, or ended where
	// [Request.OwnerBefore] holds and it is Booked; a limit that is reached is [ErrSilenced], [ErrCallerLimit],
	// [ErrAnonymousLimit], [ErrOpenLimit], [ErrNumberLimit] or [ErrMaxOpen], a full slot [ErrSlotFull]; a reference in
	// use is [ErrReferenceTaken]. Due may be moved back, see [Limits]. The reference of r.CallRecord goes before the
	// one given, unless another callback or message has it.
	Book(ctx context.Context, r Request, reference string) (Booking, error)
	// MessageByReference returns the message that a caller was told this reference for, or [ErrNotFound].
	MessageByReference(ctx context.Context, reference string) (Message, error)
	// OpenFor returns the open callback of a line whose number or caller is the given one; a match of the number goes
	// first, then an urgent one, then the newest. A desk restricts it to that desk's; empty is any. An empty caller has
	// none.
	OpenFor(ctx context.Context, line, desk, caller string) (Callback, bool, error)
	// AttemptsSince lists the attempts about a callback that began at an instant or later, oldest first; none for one
	// that there is not.
	AttemptsSince(ctx context.Context, callbackID int64, since time.Time) ([]Attempt, error)
	// Check returns correct(callback), and writes a wrong proof down. [ErrProofLimit] when so many were written down
	// before about the callback or number, or by the caller, that none counts now. The same key again is not counted
	// again. Without p.ID correct gets no callback.
	Check(ctx context.Context, p Proof, correct func(Callback) bool) (Callback, bool, error)
	// Move gives a Booked callback another time, see [Callback.RingAgain], and is idempotent on m.Key. Its SMS takes
	// the place of one that is unsent. Otherwise [ErrNotOpen]; limits as in Book, but for those of what is open;
	// [ErrSlotFull] when the new slot has no room.
	Move(ctx context.Context, id int64, m Move) (Callback, error)
	// Change loads a callback, lets change edit it, checks [CheckRecord] and writes it.
	// When change returns [ErrUnchanged] nothing is written and the error is nil; another error is returned as it is.
	// change may run more than once, and must not use the store.
	Change(ctx context.Context, id int64, change func(*Record) error) (Record, error)
	// SaveMessage writes a message; a key that was seen returns the message written first. References are as in Book.
	SaveMessage(ctx context.Context, m Message) (Message, error)
	// AttachRecording completes a message, or returns [ErrNotFound].
	AttachRecording(ctx context.Context, key string, recording Recording) error
	// AttachNote keeps what a caller spoke about a callback; a later one replaces it. [ErrNotFound]; [ErrNotOpen] when
	// the callback has ended.
	AttachNote(ctx context.Context, id int64, note Recording) error
	// SaveCallRecord writes a call record; a key that was seen returns the call record written first.
	// [ErrReferenceTaken] as in Book.
	SaveCallRecord(ctx context.Context, c CallRecord) (CallRecord, error)
	// MarkTaken notes that an agent took the inbound call's dial-th Dial. The first note stays.
	MarkTaken(ctx context.Context, callSID string, dial int, target Target, now time.Time) error
	// DialsEnded notes that the inbound call's Dials have all ended, and reports whether that was news.
	DialsEnded(ctx context.Context, callSID string, now time.Time) (bool, error)
	// Alert writes an alert, or adds its occasion to the line's alert that waits. One that comes less than
	// [AlertPause] after another is sent when that has passed. The same key again changes nothing.
	Alert(ctx context.Context, a Alert) error
	// SMSDelivered writes the provider's later word about an SMS, and returns its line. One whose answer was lost
	// is thereby known to be sent. Words come late, twice and in any order: a final one is never overwritten; then, for
	// the same word again, and when the SID is another message's, changed is false. [ErrNotFound] for one that there is
	// not.
	SMSDelivered(ctx context.Context, d SMSDelivery) (line string, changed bool, err error)
	// Silenced is until when others may not ask for callbacks to a number, UTC; zero: they may.
	Silenced(ctx context.Context, number string, now time.Time) (time.Time, error)
}

// A Filter asks for some of all callbacks. The zero value asks for all of them.
type Filter struct {
	// Line and Desk are identifiers; empty is any.
	Line, Desk string
	// Number is who is called back, +E.164; empty is anybody.
	Number string
	// States are those asked for; none is any.
	States []State
	// From and To are when the caller rang, To exclusive; zero is any time.
	From, To time.Time
	// After continues a list behind this callback, which was its last; nil begins.
	After *Callback
	// Most is how many at most; 0 is no limit.
	Most int
}

// OpenStates are those of an open callback.
var OpenStates = []State{Booked, Dialling, AgentReached, CustomerReached, Task}

// BrokenStates are those of a callback that was not kept: a person has to act.
var BrokenStates = []State{Expired, Undialable, Task}

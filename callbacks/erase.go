package callbacks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// A PersonStore finds and erases what is kept of one telephone number.
type PersonStore interface {
	// Person finds what stands in the way of erasing a number, and what is kept elsewhere.
	Person(ctx context.Context, number string, now time.Time) (Person, error)
	// ErasePerson erases in one transaction what is kept of a number, and returns how much that was. The rows of
	// callbacks, messages and call records stay, for counts. [ErrInProgress] while one of its callbacks is open, or a
	// call about one is under way. With count set it erases nothing, whatever is open, and only counts.
	ErasePerson(ctx context.Context, number string, now time.Time, count bool) (ErasedRows, error)
}

// A Person is what a telephone number still needs, or has elsewhere.
type Person struct {
	// Open are the open callbacks to the number, or that it asked for.
	Open []Callback
	// Recordings name what they have spoken, at the provider.
	Recordings []string
	// Silenced is until when nobody else may ask for a callback to the number; zero: anybody may.
	Silenced time.Time
}

// ErasedRows counts rows.
type ErasedRows struct {
	// Callbacks are those to the number or asked for by it, Attempts the calls made for them, SMS the text messages.
	Callbacks, Attempts, SMS int
	Messages, CallRecords    int
	// Alerts are those to a line's own people that name the end of the number.
	Alerts int
	// Requests are what limits count: requests and wrong proofs.
	Requests int
}

// All is how many there are.
func (r ErasedRows) All() int {
	return r.Callbacks + r.Attempts + r.SMS + r.Messages + r.CallRecords + r.Alerts + r.Requests
}

// An Erasure is what erasing a number takes, or has taken.
type Erasure struct {
	Person
	Rows ErasedRows
}

// An Eraser erases what is kept of one person before its retention is over, at their wish. All but Recordings and Log
// is required.
type Eraser struct {
	Service *Service
	Store   PersonStore
	// Recordings deletes recordings. Nil: a person who has some is not erased.
	Recordings Recordings
	Now        func() time.Time
	Log        *slog.Logger
}

// ErrNoRecordings: there are recordings, and nothing that deletes them.
var ErrNoRecordings = errors.New("recordings cannot be deleted")

// Look says what Erase would take, and changes nothing.
func (e *Eraser) Look(ctx context.Context, number string) (found Erasure, err error) {
	if found.Person, err = e.Store.Person(ctx, number, e.Now()); err != nil {
		return found, err
	}
	found.Rows, err = e.Store.ErasePerson(ctx, number, e.Now(), true)
	return found, err
}

// Erase cancels the open callbacks of a number, deletes its recordings as a [Housekeeper] does, and then erases
// the rest. Nobody is written to. by is for the log. [ErrInProgress] while somebody talks about one of its callbacks,
// or a telephone still rings for it: trying again when the call is over goes on where this one ended. When a recording
// cannot be deleted, what names it is kept.
func (e *Eraser) Erase(ctx context.Context, number, by string) (Erasure, error) {
	found, err := e.Look(ctx, number)
	if err != nil {
		return found, err
	}
	if len(found.Recordings) > 0 && e.Recordings == nil {
		return found, ErrNoRecordings
	}
	for _, c := range found.Open {
		if c.State == AgentReached || c.State == CustomerReached {
			return found, ErrInProgress
		}
	}
	for _, c := range found.Open {
		if _, err := e.Service.Cancel(ctx, c.ID, by); err != nil && !errors.Is(err, ErrNotOpen) {
			return found, err
		}
	}
	for _, sid := range found.Recordings {
		if err := e.Recordings.Delete(ctx, sid); err != nil {
			return found, fmt.Errorf("callbacks: a recording cannot be deleted, so nothing is erased yet: %w", err)
		}
	}
	found.Rows, err = e.Store.ErasePerson(ctx, number, e.Now(), false)
	if err == nil {
		orDiscard(e.Log).WarnContext(ctx, "personal data of one number erased", "number", Mask(number), "by", by,
			"rows", found.Rows.All(), "recordings", len(found.Recordings), "cancelled", len(found.Open))
	}
	return found, err
}

package callbacks

import (
	"context"
	"time"
)

// What the store keeps of the configuration: which versions were in force, which closures were declared in an emergency,
// and what each instance runs. The directory of files is the truth; this is its history, and what instances share.

// A ConfigHistory keeps it. Every method is one transaction, durable when it returns. Instants are kept to the millisecond and come
// back in UTC. What is no UTF-8 in words for people is kept as U+FFFD.
type ConfigHistory interface {
	// DeclareOverride writes an override and returns it with its ID, not lifted. It is an error if Until is not after From.
	DeclareOverride(ctx context.Context, o Override) (Override, error)
	// LiftOverrides ends those that stand, or have still to come, for a line and exactly this desk (empty: those of the line as
	// a whole) and returns them as they are then, in the order in which they were declared. None is no error.
	LiftOverrides(ctx context.Context, line, desk, by string, now time.Time) ([]Override, error)
	// Overrides lists those that are not lifted and end after the instant, in the order in which they were declared.
	Overrides(ctx context.Context, after time.Time) ([]Override, error)

	// AddVersion writes what is put in force now, unless the latest version has the same hash already; then that one is
	// returned, and false. Of several who add the same at once one writes it. Number is set by the store, higher each time;
	// the result has no Files. The newest 1,000 versions are kept. A path that is not UTF-8 is an error.
	AddVersion(ctx context.Context, v Version) (Version, bool, error)
	// Versions lists them, the latest first, at most so many, without their files.
	Versions(ctx context.Context, most int) ([]Version, error)
	// Version returns one with its files; number 0 is the latest. [ErrNotFound] if there is none, or none any more.
	Version(ctx context.Context, number int64) (Version, error)
	// VersionOf returns the latest version with this hash, with its files, or [ErrNotFound].
	VersionOf(ctx context.Context, hash string) (Version, error)

	// SeeInstance writes what an instance says of itself, in the place of what it said before. It removes those that have said
	// nothing for a week before i.Seen.
	SeeInstance(ctx context.Context, i Instance) error
	// Instances lists those that have said something at the instant or since, by ID.
	Instances(ctx context.Context, since time.Time) ([]Instance, error)
	// ForgetInstance removes one that stops. That there is none is no error.
	ForgetInstance(ctx context.Context, id string) error
}

// An Override closes or opens a line whatever its files say, from one instant to another: the closure in an emergency.
type Override struct {
	// ID is the store's number, in the order in which overrides were declared; 0 before one is written.
	ID int64
	// Line it is about. An empty Desk is the line with every desk that ever closes, else it is about this desk alone.
	Line, Desk string
	// Open: somebody is there all the time; otherwise nobody is.
	Open bool
	// From and Until, UTC. Until is exclusive and never zero: every override has an end.
	From, Until time.Time
	// Reason is for people at the desk.
	Reason string
	// Say is announced at the start of calls, by language tag; may be empty, and comes back as nil then.
	Say map[string]string
	// By is who declared it, Created when, UTC.
	By      string
	Created time.Time
	// Lifted is when it was ended before its time, UTC, and LiftedBy who did; zero while it stands.
	Lifted   time.Time
	LiftedBy string
}

// Rules reports whether the override decides at this instant.
func (o Override) Rules(at time.Time) bool {
	return !at.Before(o.From) && at.Before(o.Until) && (o.Lifted.IsZero() || at.Before(o.Lifted))
}

// A Version is one configuration that was put in force.
type Version struct {
	// Number counts from 1.
	Number int64
	// Hash is the configuration's.
	Hash string
	// At is when it was put in force, UTC.
	At time.Time
	// Author is who edited the files, as far as that is known; may be empty.
	Author string
	// Note is what was done, such as "rollback to 3"; empty for an ordinary edit.
	Note string
	// Changes says what is different from the version before, in words.
	Changes string
	// Files are the files by their path in the directory, with slashes. Nil in lists; an empty file comes back as no bytes,
	// not as nil.
	Files map[string][]byte
}

// An Instance is one process that answers calls, and the configuration that it runs.
type Instance struct {
	// ID tells processes apart; Host is the machine's name.
	ID, Host string
	// Hash is what it runs, Since since when, UTC.
	Hash  string
	Since time.Time
	// Offered is the hash of the directory's content if that was refused, and Problem why, in words; empty otherwise.
	Offered, Problem string
	// Seen is when it said so, UTC.
	Seen time.Time
}

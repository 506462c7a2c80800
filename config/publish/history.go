package publish

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A History keeps which configurations were in force, what was declared in an emergency, and what each instance runs.
// The stores of callbacks implement it. Every method is one transaction, durable when it returns.
type History interface {
	// AddVersion writes what is put in force now, unless the latest version has the same hash already; then that one is
	// returned, and false. Of several who add the same at once one writes it. Number is set by the store, higher each
	// time; the result has no Files. The newest 1,000 versions are kept. A path that is not UTF-8 is an error.
	AddVersion(ctx context.Context, v callbacks.Version) (callbacks.Version, bool, error)
	// Versions lists them, the latest first, at most so many, without their files.
	Versions(ctx context.Context, most int) ([]callbacks.Version, error)
	// Version returns one with its files; number 0 is the latest. [callbacks.ErrNotFound] if there is none, or none any
	// more.
	Version(ctx context.Context, number int64) (callbacks.Version, error)
	// VersionOf returns the latest version with this hash, with its files, or [callbacks.ErrNotFound].
	VersionOf(ctx context.Context, hash string) (callbacks.Version, error)
	// Audio is the recorded sentence with this name that some version has, or [callbacks.ErrNotFound].
	Audio(ctx context.Context, name string) ([]byte, error)
	// Overrides lists those that are not lifted and end after the instant, in the order in which they were declared.
	Overrides(ctx context.Context, after time.Time) ([]callbacks.DeclaredOverride, error)
	// SeeInstance writes what an instance says of itself, in the place of what it said before. It removes those that
	// have said nothing for a week before i.Seen.
	SeeInstance(ctx context.Context, i callbacks.Instance) error
	// Instances lists those that have said something at the instant or since, by ID.
	Instances(ctx context.Context, since time.Time) ([]callbacks.Instance, error)
	// ForgetInstance removes one that stops. That there is none is no error.
	ForgetInstance(ctx context.Context, id string) error
}

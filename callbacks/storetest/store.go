package storetest

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
)

// A Store is what workers, the publisher and commands ask of one store together.
type Store interface {
	callbacks.Store
	callbacks.SMSStore
	callbacks.HousekeeperStore
	callbacks.PersonStore
	dispatch.Store
	History

	Writable(ctx context.Context, now time.Time) error
	Close() error
}

// A History is what the publisher and commands ask of a store.
type History interface {
	DeclareOverride(ctx context.Context, o callbacks.DeclaredOverride) (callbacks.DeclaredOverride, error)
	LiftOverrides(ctx context.Context, line, desk, by string, now time.Time,
		only ...int64) ([]callbacks.DeclaredOverride, error)
	AddVersion(ctx context.Context, v callbacks.Version) (callbacks.Version, bool, error)
	Audio(ctx context.Context, name string) ([]byte, error)
	Versions(ctx context.Context, most int) ([]callbacks.Version, error)
	Version(ctx context.Context, number int64) (callbacks.Version, error)
	VersionOf(ctx context.Context, hash string) (callbacks.Version, error)
	Overrides(ctx context.Context, after time.Time) ([]callbacks.DeclaredOverride, error)
	SeeInstance(ctx context.Context, i callbacks.Instance) error
	Instances(ctx context.Context, since time.Time) ([]callbacks.Instance, error)
	ForgetInstance(ctx context.Context, id string) error
}

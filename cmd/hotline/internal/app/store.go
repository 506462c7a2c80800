package app

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/config/publish"
)

// A Store is what the product and its commands ask of a store.
type Store interface {
	callbacks.Store
	callbacks.SMSStore
	callbacks.HousekeeperStore
	callbacks.PersonStore
	dispatch.Store
	publish.History

	// DeclareOverride writes an override and returns it with its ID, not lifted. It is an error if Until is not after
	// From.
	DeclareOverride(ctx context.Context, o callbacks.DeclaredOverride) (callbacks.DeclaredOverride, error)
	// LiftOverrides ends those that stand, or have still to come, for a line and exactly this desk (empty: those of the
	// line as a whole), or of these only the named ones, and returns them as they are then, in the order in which they
	// were declared. None is no error.
	LiftOverrides(ctx context.Context, line, desk, by string, now time.Time, only ...int64) (
		[]callbacks.DeclaredOverride, error)
	// Writable writes one row, as callbacks are written, and reads where they are. Its error is a
	// [callbacks.UnwritableError].
	Writable(ctx context.Context, now time.Time) error
	// Close releases the store.
	Close() error
}

// OpenStore opens the database that a setting names, sqlite:PATH or postgres://….
func OpenStore(ctx context.Context, name string) (Store, error) {
	return openStoreLogging(ctx, name, slog.Default())
}

func openStoreLogging(ctx context.Context, name string, log *slog.Logger) (Store, error) {
	if path, ok := strings.CutPrefix(name, "sqlite:"); ok {
		store, err := sqlite.Open(ctx, path)
		if err != nil {
			return nil, err
		}
		if len(store.Restricted) > 0 {
			log.Warn("others could read or change the database; it is its owner's alone now (mode 0600)", "files",
				store.Restricted)
		}
		return store, nil
	}
	return postgres.Open(ctx, name)
}

// ClockOf is the clock to go by in earnest: with PostgreSQL its own, so that instances whose clocks differ agree on
// leases and on what is due.
func ClockOf(ctx context.Context, store Store, now func() time.Time) (func() time.Time, error) {
	if shared, ok := store.(*postgres.Store); ok {
		return shared.Clock(ctx, now)
	}
	return now, nil
}

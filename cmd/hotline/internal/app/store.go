package app

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
)

// openStore opens the database that a setting names, sqlite:PATH or postgres://….
func OpenStore(ctx context.Context, name string) (callbacks.Store, error) {
	return openStoreLogging(ctx, name, slog.Default())
}

func openStoreLogging(ctx context.Context, name string, log *slog.Logger) (callbacks.Store, error) {
	if path, ok := strings.CutPrefix(name, "sqlite:"); ok {
		store, err := sqlite.Open(ctx, path)
		if err != nil {
			return nil, err
		}
		if len(store.Restricted) > 0 {
			log.Warn("others could read or change the database; it is its owner's alone now (mode 0600)", "files", store.Restricted)
		}
		return store, nil
	}
	return postgres.Open(ctx, name)
}

// clockOf is the clock to go by in earnest: with PostgreSQL its own, so that instances whose clocks differ agree on leases
// and on what is due.
func ClockOf(ctx context.Context, store callbacks.Store, now func() time.Time) (func() time.Time, error) {
	if shared, ok := store.(*postgres.Store); ok {
		return shared.Clock(ctx, now)
	}
	return now, nil
}

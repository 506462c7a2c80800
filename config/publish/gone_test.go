package publish_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
)

func emptyStore(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "hotline.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func (g *goneHistory) AddVersion(ctx context.Context, v callbacks.Version) (callbacks.Version, bool, error) {
	if g.gone {
		return callbacks.Version{}, false, errGone
	}
	return g.History.AddVersion(ctx, v)
}

func (g *goneHistory) Overrides(ctx context.Context, after time.Time) ([]callbacks.DeclaredOverride, error) {
	if g.gone {
		return nil, errGone
	}
	return g.History.Overrides(ctx, after)
}

func (g *goneHistory) SeeInstance(ctx context.Context, i callbacks.Instance) error {
	if g.gone {
		return errGone
	}
	return g.History.SeeInstance(ctx, i)
}

func (g *goneHistory) Instances(ctx context.Context, since time.Time) ([]callbacks.Instance, error) {
	if g.gone {
		return nil, errGone
	}
	return g.History.Instances(ctx, since)
}

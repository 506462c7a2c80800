package sqlite_test

import (
	"context"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// One store in memory is cleared before each test of the suite, which is then as good as a new one.
func TestConformanceInMemory(t *testing.T) {
	store, err := sqlite.OpenMemory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	storetest.Run(t, func(t *testing.T) storetest.Store {
		if err := store.Clear(context.Background()); err != nil {
			t.Fatal(err)
		}
		return lent{store}
	})
}

// A lent store is not closed by who uses it.
type lent struct{ storetest.Store }

func (lent) Close() error { return nil }

// Two stores in memory know nothing of each other.
func TestMemoriesAreApart(t *testing.T) {
	ctx := t.Context()
	var stores []*sqlite.Memory
	for range 2 {
		store, err := sqlite.OpenMemory(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		stores = append(stores, store)
	}
	if _, err := stores[0].SaveCallRecord(ctx, callbacks.CallRecord{Key: "k", Line: "gopay", Desk: "support",
		Reference: "1234567", Began: storetest.Start}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 0} {
		if kept, err := stores[i].HoldingPersonalData(ctx); err != nil || len(kept) != want {
			t.Errorf("store %d holds data of %v, %v", i, kept, err)
		}
	}
}

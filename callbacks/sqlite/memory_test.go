package sqlite_test

import (
	"context"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

func TestConformanceInMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store {
		store, err := sqlite.OpenMemory(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
		return store
	})
}

// Two stores in memory know nothing of each other.
func TestMemoriesAreApart(t *testing.T) {
	ctx := t.Context()
	var stores []*sqlite.Store
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

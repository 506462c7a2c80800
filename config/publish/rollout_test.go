package publish_test

import (
	"context"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/publish"
)

// A falteringHistory answers so many questions about instances, and then no more before the time is over.
type falteringHistory struct {
	publish.History
	answers int
}

func (h *falteringHistory) Instances(ctx context.Context, since time.Time) ([]callbacks.Instance, error) {
	if h.answers--; h.answers < 0 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return h.History.Instances(ctx, since)
}

// When time is over it is known who is waited for, as the store said last; the error says that it never did.
func TestARolloutWithAStoreThatFalters(t *testing.T) {
	now := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	store := emptyStore(t)
	if err := store.SeeInstance(t.Context(), callbacks.Instance{ID: "a/1", Hash: "0123456789abcdef", Since: now,
		Seen: now}); err != nil {
		t.Fatal(err)
	}
	for _, answers := range []int{0, 2} {
		r := publish.Rollout{History: &falteringHistory{store, answers}, Now: func() time.Time { return now },
			Hash: "fedcba9876543210"}
		limited, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		p, err := r.Await(limited, time.Millisecond)
		cancel()
		if (err == nil) != (answers > 0) || (len(p.Waiting) == 1) != (answers > 0) {
			t.Errorf("%d answers: %+v, %v", answers, p, err)
		}
	}
}

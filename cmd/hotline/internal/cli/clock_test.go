package cli

import (
	"context"
	"testing"
	"time"
)

// withClock gives commands another clock than the real one.
func withClock(ctx context.Context, now func() time.Time) context.Context {
	return context.WithValue(ctx, clockKey{}, now)
}

// tuesday is a working day, 10:00 in Jakarta: what is open or due in a test must not depend on when it runs.
var tuesday = time.Date(2026, 3, 3, 3, 0, 0, 0, time.UTC)

// atTuesday has commands run then.
func atTuesday(t *testing.T) context.Context {
	return withClock(t.Context(), func() time.Time { return tuesday })
}

package cli

import (
	"context"
	"time"
)

// withClock gives commands another clock than the real one.
func withClock(ctx context.Context, now func() time.Time) context.Context {
	return context.WithValue(ctx, clockKey{}, now)
}

package cli

import (
	"context"
	"time"
)

// clockKey finds the clock of a command in its context.
type clockKey struct{}

// clockFrom is the clock that a command goes by: the one that it was given, or the real one.
func clockFrom(ctx context.Context) func() time.Time {
	if now, ok := ctx.Value(clockKey{}).(func() time.Time); ok {
		return now
	}
	return func() time.Time { return time.Now().UTC() }
}

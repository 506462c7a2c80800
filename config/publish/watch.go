package publish

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Run looks at the directory every second, and when [Publisher.Reread] is called, until ctx ends. The system is not
// asked to tell of changes: network file systems tell nothing, so that the directory would have to be polled all the
// same.
func (p *Publisher) Run(ctx context.Context, timer callbacks.Timer) {
	repeat(ctx, timer, p.Look, p.asked)
}

// Run ticks until ctx ends, then says that this instance stops.
func (f *Follower) Run(ctx context.Context, timer callbacks.Timer) {
	repeat(ctx, timer, f.Tick, nil)
	if err := f.leave(context.WithoutCancel(ctx)); err != nil {
		f.log.Warn("cannot tell the others that this instance stops", "error", err)
	}
}

// repeat does something whenever it wants to be done again, and when that is asked for, until ctx ends.
func repeat(ctx context.Context, timer callbacks.Timer, do func(context.Context) time.Time, asked <-chan struct{}) {
	for ctx.Err() == nil {
		fired, stop := timer(do(ctx))
		select {
		case <-ctx.Done():
		case <-fired:
		case <-asked:
		}
		stop()
	}
}

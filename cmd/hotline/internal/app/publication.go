package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/config/publish"
)

// checkCallTests decides the call tests of an edit before it is taken up, and says what was not tried.
func checkCallTests(say func(string)) func(context.Context, *config.Snapshot) error {
	return func(ctx context.Context, snapshot *config.Snapshot) error {
		report, err := calltest.Check(ctx, snapshot)
		if err != nil {
			return errors.Join(publish.ErrCallTestsNotRun, err)
		}
		if len(report.NotTried) > 0 && say != nil {
			say(report.NotTriedText())
		}
		return report.Err()
	}
}

// publication follows a publisher, and says on the health page and in the metrics what is in force, what was refused,
// and what the other instances run. A simulation has none, so that it says nothing.
type publication struct {
	Publisher *publish.Publisher
	Follower  *publish.Follower
	now       func() time.Time
}

func (p *publication) follow(publisher *publish.Publisher) {
	if publisher == nil {
		return
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	p.Publisher = publisher
	p.Follower = publish.NewFollower(publisher, fmt.Sprintf("%s/%s", host, uuid.NewString()[:8]), host)
}

// start publishes and follows until ctx ends. The overrides in force are known before it returns.
func (p *publication) start(workers *sync.WaitGroup, ctx context.Context, timer callbacks.Timer) {
	if p.Publisher == nil {
		return
	}
	p.Follower.Tick(ctx)
	workers.Go(func() { p.Publisher.Run(ctx, timer) })
	workers.Go(func() { p.Follower.Run(ctx, timer) })
}

// reread has the directory looked at now, if there is one.
func (p *publication) reread() {
	if p.Publisher != nil {
		p.Publisher.Reread()
	}
}

package publish

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

const (
	// followEvery is how often overrides are asked for, and how often an instance says what it runs. Together with the
	// limit below an override is in force everywhere within 10 seconds.
	followEvery = 3 * time.Second
	followLimit = 4 * time.Second
)

// A Follower lets the overrides that were declared rule on this instance, and tells the others what it runs. With the
// store out of reach the last known overrides stay in force, each until its end.
type Follower struct {
	publisher *Publisher
	history   History
	me        callbacks.Instance
	now       func() time.Time
	log       *slog.Logger

	mu     sync.Mutex
	others Shared
	logged drift
}

// Shared is what was last heard of the store.
type Shared struct {
	// Instances are those that run, this one included.
	Instances []callbacks.Instance
	// Asked is when the store answered last; zero: never. Err is why it did not at the last try.
	Asked time.Time
	Err   error
}

// driftPatience is how long instances may differ: one that has died is taken for running as long as it is [Fresh].
const driftPatience = Fresh + takingUp

// drift is what was seen and warned of, so that it is warned of once.
type drift struct {
	since          time.Time // when it began
	warned, failed bool
}

// NewFollower makes one for the process that id and host name.
func NewFollower(p *Publisher, id, host string) *Follower {
	p.self = id
	return &Follower{publisher: p, history: p.History, me: callbacks.Instance{ID: id, Host: host}, now: p.Now,
		log: p.Log}
}

// Shared is what was last heard of the store.
func (f *Follower) Shared() Shared {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.others
}

// Drift reports whether instances that run do not all run the same configuration.
func (s Shared) Drift() bool {
	return slices.ContainsFunc(s.Instances, func(i callbacks.Instance) bool { return i.Hash != s.Instances[0].Hash })
}

// Tick asks and tells once, and returns when to do so again.
func (f *Follower) Tick(ctx context.Context) time.Time {
	limited, cancel := context.WithTimeout(ctx, followLimit)
	defer cancel()
	now := f.now()
	overrides, err := f.history.Overrides(limited, now)
	if err == nil {
		f.publisher.Live().Override(overrides)
		err = f.tell(limited, now)
	}
	var instances []callbacks.Instance
	if err == nil {
		instances, err = f.history.Instances(limited, now.Add(-Fresh))
	}
	if ctx.Err() == nil {
		f.heard(now, instances, err)
	}
	return f.now().Add(followEvery)
}

func (f *Follower) tell(ctx context.Context, now time.Time) error {
	state := f.publisher.State()
	me := f.me
	me.Hash, me.Since, me.Seen = state.Hash, state.Since, now
	if r := state.Refused; r != nil {
		me.Offered, me.Problem = r.Hash, r.Err.Error()
	}
	return f.history.SeeInstance(ctx, me)
}

// heard keeps what the store answered, and warns of what has changed for the worse.
func (f *Follower) heard(now time.Time, instances []callbacks.Instance, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.others.Err = err
	if err != nil {
		if !f.logged.failed {
			f.log.Warn("the store does not answer; the overrides that are known stay in force, each until its end",
				"error", err)
		}
		f.logged.failed = true
		return
	}
	f.logged.failed = false
	f.others.Instances, f.others.Asked = instances, now
	if !f.others.Drift() {
		f.logged.since, f.logged.warned = time.Time{}, false
		return
	}
	if f.logged.since.IsZero() {
		f.logged.since = now
	}
	if !f.logged.warned && now.Sub(f.logged.since) >= driftPatience {
		f.logged.warned = true
		var run []string
		for _, i := range instances {
			run = append(run, i.ID+" runs "+i.Hash)
		}
		f.log.Warn("instances run different configurations; bring their directories together, see hotline status",
			"instances", strings.Join(run, "; "))
	}
}

// leave says that this instance stops.
func (f *Follower) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, followLimit)
	defer cancel()
	return f.history.ForgetInstance(ctx, f.me.ID)
}

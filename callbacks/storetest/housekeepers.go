package storetest

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Housekeepers lets two instances do the housekeeping of one store for ten days, and each of three jobs kill once
// the one that runs it. Every job is done once a day all the same, by one of them. open returns a store of its own on
// the same database each time it is called.
func Housekeepers(t *testing.T, open func(t *testing.T) Store) {
	const days = 10
	c := &cluster{t: t, open: open, clock: Start, begun: map[string]int{}, done: map[string][]time.Time{},
		deadly: map[string]int{"report": 3, "retention": 5, "warnings": 7}}
	c.instances = []*instance{c.start(), c.start()}
	end := Start.Add(days * 24 * time.Hour)
	for c.clock.Before(end) {
		c.clock = c.round()
	}
	if c.deaths != len(c.deadly) {
		t.Errorf("%d instances died, want %d", c.deaths, len(c.deadly))
	}
	// Start is three in the morning, UTC: each runs on that day and the nine that follow.
	for job, at := range map[string]time.Duration{"report": 7 * time.Hour, "retention": 3*time.Hour + 30*time.Minute,
		"warnings": 7*time.Hour + 15*time.Minute} {
		done := c.done[job]
		if len(done) != days || c.begun[job] != days+1 {
			t.Errorf("%s was begun %d times and done %d times in %d days: %v; want one death", job, c.begun[job],
				len(done),
				days, done)
			continue
		}
		for i, when := range done {
			day := time.Date(2026, 3, 2+i, 0, 0, 0, 0, time.UTC)
			late := when.Sub(day.Add(at))
			if died := i+1 == c.deadly[job]; late < 0 || !died && late != 0 || died &&
				(late == 0 || late > 10*time.Minute) {
				t.Errorf("%s was done at %v, %v after its time on day %d; died then: %v", job, when, late, i+1, died)
			}
		}
	}
}

// cluster is instances that share a database, and what they did.
type cluster struct {
	t         *testing.T
	open      func(t *testing.T) Store
	instances []*instance
	clock     time.Time

	mu    sync.Mutex
	begun map[string]int
	done  map[string][]time.Time
	// deadly is the day on which the housekeeper that runs a job dies in it.
	deadly map[string]int
	deaths int
}

// An instance is a process: a store and a housekeeper. It notes which jobs it runs.
type instance struct {
	Store
	of     *cluster
	keeper *callbacks.Housekeeper
	next   time.Time
	doing  string // what it began and has not noted in the store
	dead   bool
}

func (c *cluster) start() *instance {
	c.t.Helper()
	in := &instance{Store: c.open(c.t), of: c, next: c.clock}
	now := func() time.Time { return c.clock }
	var err error
	in.keeper, err = callbacks.NewHousekeeper(callbacks.HousekeeperConfig{
		Store: in, Plans: noPlans{}, Now: now,
	})
	if err == nil {
		err = in.keeper.Add("warnings", "15 7 * * *", func(context.Context, time.Time, time.Time) error {
			in.begin("warnings")
			return nil
		})
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return in
}

// round lets every instance that wants to work do so, all at once, and returns when the first wants to again. One that
// died is started again on the next day.
func (c *cluster) round() (next time.Time) {
	atOnce(len(c.instances), func(i int) {
		in := c.instances[i]
		if in.dead || in.next.After(c.clock) {
			return
		}
		died := make(chan bool, 1)
		go func() { // a goroutine that ends halfway is a process that was killed, as far as the store can tell
			defer func() { died <- in.dead }()
			in.dead = true
			in.next = in.keeper.Tick(context.Background())
			in.dead = false
		}()
		if <-died {
			in.next = c.clock.Add(24 * time.Hour)
		}
	})
	for i, in := range c.instances {
		if in.dead && !in.next.After(c.clock) {
			c.instances[i] = c.start() // which wants to work at once
		}
		if at := c.instances[i].next; next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// begin notes that a job runs; on its deadly day the instance dies in it.
func (in *instance) begin(job string) {
	c := in.of
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun[job]++
	in.doing = job
	if c.begun[job] == c.deadly[job] {
		c.deaths++
		runtime.Goexit()
	}
}

// Report is what the job "report" begins with.
func (in *instance) Report(ctx context.Context, from, to time.Time) ([]callbacks.Report, error) {
	in.begin("report")
	return in.Store.Report(ctx, from, to)
}

// HoldingPersonalData is what the job "retention" begins with.
func (in *instance) HoldingPersonalData(ctx context.Context) ([]callbacks.Desk, error) {
	in.begin("retention")
	return in.Store.HoldingPersonalData(ctx)
}

// SetLastRun is what a job that ran ends with.
func (in *instance) SetLastRun(ctx context.Context, job string, at time.Time) error {
	if in.doing == job {
		in.doing = ""
		in.of.mu.Lock()
		in.of.done[job] = append(in.of.done[job], at)
		in.of.mu.Unlock()
	}
	return in.Store.SetLastRun(ctx, job, at)
}

// noPlans knows no desk.
type noPlans struct{}

func (noPlans) Plan(string, string) (callbacks.Plan, bool) { return callbacks.Plan{}, false }

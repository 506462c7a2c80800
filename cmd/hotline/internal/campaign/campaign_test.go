//go:build conformance

package campaign

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
)

// campaignSize is how big a campaign is.
type campaignSize struct {
	callbacks, kills, instances, agents int
	rate                                float64 // calls in a real second
	stops                               int     // of PostgreSQL
	limit                               time.Duration
}

// A campaign keeps instances running, kills them, and watches what is booked and kept.
type campaign struct {
	t     *testing.T
	size  campaignSize
	run   runSettings
	dice  *mathrand.Rand // of the killer alone
	began time.Time

	balancer  *balancer
	front     *http.Server
	store     app.Store
	cluster   *pgtest.Cluster // nil with SQLite
	simulator *process
	rung      atomic.Bool // every caller has rung
	spoken    atomic.Int32
	settled   atomic.Int32 // callbacks that have ended
	standing  atomic.Int32
	stopping  atomic.Bool
	down      atomic.Bool // PostgreSQL is away, or was a moment ago
	keepers   sync.WaitGroup
	slots     []*slot
	mu        sync.Mutex
	kills     map[string]int
	stops     int
	failures  []string
}

// A slot is where an instance runs, one process after the other.
type slot struct {
	name string
	mu   sync.Mutex
	proc *process // nil while there is none
	hit  chan string
}

func (s *slot) live() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proc
}

func (s *slot) put(p *process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proc = p
}

// newCampaign prepares everything but starts nothing. store names the database.
func newCampaign(t *testing.T, size campaignSize, seed uint64, store string, cluster *pgtest.Cluster) *campaign {
	t.Helper()
	secret := make([]byte, 64)
	if _, err := rand.Read(secret); err != nil {
		t.Fatal(err)
	}
	c := &campaign{
		t: t, size: size, dice: mathrand.New(mathrand.NewPCG(seed,
			uint64(size.instances))), balancer: newBalancer(seed), cluster: cluster, kills: map[string]int{},
		run: runSettings{
			Seed: seed, Dir: tempDir(t), Store: store, Token: hex.EncodeToString(secret[:32]), Key: secret[32:],
			Callbacks: size.callbacks, Rate: size.rate, Pace: campaignPace, Clock: fastClock{Virtual: campaignStart,
				Speed: campaignSpeed},
		},
	}
	if err := writeConfig(filepath.Join(c.run.Dir, "config"), size.agents); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(os.DirFS(filepath.Join(c.run.Dir, "config"))); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.run.Public = "http://" + listener.Addr().String()
	c.front = &http.Server{Handler: c.balancer.proxy, ReadHeaderTimeout: time.Minute}
	go c.front.Serve(listener) //nolint:errcheck // ends with ErrServerClosed
	t.Cleanup(func() {
		_ = c.front.Close()
		c.balancer.link.CloseIdleConnections()
	})
	if c.store, err = app.OpenStore(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.store.Close() })
	return c
}

// tempDir is kept when the test fails: book and logs are in it.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hotline-chaos-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() || os.Getenv("CHAOS_KEEP") != "" {
			t.Logf("book and logs: %s", dir)
			return
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// runToEnd runs the campaign until nothing that was booked is outstanding, and stops everything.
func (c *campaign) runToEnd() {
	c.began = time.Now()
	c.run.Clock.Real = c.began.Round(0)
	c.startSimulator()
	ctx, stop := context.WithTimeout(context.Background(), c.size.limit)
	defer stop()
	for i := range c.size.instances {
		s := &slot{name: fmt.Sprintf("instance-%d", i+1), hit: make(chan string, 16)}
		c.slots = append(c.slots, s)
		c.keepers.Go(func() { c.keepRunning(ctx, s) })
	}
	c.simulator.order("ring")
	killing := make(chan struct{})
	go func() { defer close(killing); c.killAll(ctx) }()
	if c.cluster != nil {
		c.keepers.Go(func() { c.stopDatabase(ctx) })
	}
	finished := c.watch(ctx)
	<-killing
	c.stopping.Store(true)
	for _, s := range c.slots {
		if p := s.live(); p != nil {
			p.order("stop")
		}
	}
	stop()
	c.keepers.Wait()
	c.stopSimulator()
	if !finished {
		c.fail("after %s there is still something outstanding", c.size.limit)
	}
}

func (c *campaign) fail(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = append(c.failures, fmt.Sprintf(format, args...))
}

func (c *campaign) killedAt(point string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kills[point]++
}

func (c *campaign) killsAt(point string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kills[point]
}

func (c *campaign) startSimulator() {
	s := c.run
	s.Name = "simulator"
	var err error
	if c.simulator, err = begin("simulator", s); err != nil {
		c.t.Fatal(err)
	}
	address, err := c.simulator.address()
	if err != nil {
		c.t.Fatal(err)
	}
	c.run.REST = "http://" + address
	go func() {
		for line := range c.simulator.lines {
			switch {
			case strings.HasPrefix(line, "spoken "):
				c.spoken.Add(1)
			case strings.HasPrefix(line, "rung "):
				c.rung.Store(true)
			}
		}
	}()
}

func (c *campaign) stopSimulator() {
	_ = c.simulator.stdin.Close()
	<-c.simulator.ended
	if c.simulator.err != nil {
		c.fail("the simulator ended with %v", c.simulator.err)
	}
}

// keepRunning starts an instance again whenever it has ended, as a supervisor of services does.
func (c *campaign) keepRunning(ctx context.Context, s *slot) {
	pause := mathrand.New(mathrand.NewPCG(c.run.Seed, uint64(len(s.name))))
	for !c.stopping.Load() && ctx.Err() == nil {
		if err := c.runOnce(s); err != nil {
			c.fail("%s: %v", s.name, err)
		}
		wait(ctx, time.Duration(pause.Int64N(int64(500*time.Millisecond))))
	}
}

// runOnce runs an instance until it ends; the error is an end that nobody caused.
func (c *campaign) runOnce(s *slot) error {
	run := c.run
	run.Name = s.name
	p, err := begin("instance", run)
	if err != nil {
		return err
	}
	address, err := p.address()
	if err != nil {
		if c.down.Load() {
			return nil // it says that there is no database
		}
		return err
	}
	c.balancer.add(address)
	s.put(p)
	if c.stopping.Load() {
		p.order("stop")
	}
	for line := range p.lines {
		if point, ok := strings.CutPrefix(line, "hit "); ok {
			c.killedAt(point)
			s.hit <- point
		}
	}
	<-p.ended
	s.put(nil)
	c.balancer.remove(address)
	if c.stopping.Load() && p.err != nil && !p.killed() {
		return fmt.Errorf("it did not stop cleanly: %w", p.err)
	}
	if !c.stopping.Load() && !p.killed() {
		return fmt.Errorf("it ended by itself: %v", p.err)
	}
	return nil
}

// wait lets real time pass; the processes of a campaign cannot be asked to hurry.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// progress is how far the campaign is, from 0 to 1: callbacks made and callbacks ended.
func (c *campaign) progress() float64 {
	return float64(c.spoken.Load()+c.settled.Load()) / float64(2*c.size.callbacks)
}

// watch asks the store how far it is, and returns when nothing is outstanding. It reports whether it came to that.
func (c *campaign) watch(ctx context.Context) bool {
	told := time.Now()
	for ctx.Err() == nil {
		wait(ctx, 300*time.Millisecond)
		done, err := c.look(ctx)
		if err != nil && !c.down.Load() && ctx.Err() == nil {
			c.fail("the store cannot be asked how far it is: %v", err)
			return false
		}
		if err == nil && done && c.rung.Load() {
			return true
		}
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			c.tell()
		}
	}
	return false
}

func (c *campaign) look(ctx context.Context) (done bool, err error) {
	reports, err := c.store.Report(ctx, campaignStart.AddDate(-1, 0, 0), campaignStart.AddDate(1, 0, 0))
	if err != nil {
		return false, err
	}
	ended, open := 0, 0
	for _, r := range reports {
		ended += r.Done + r.Cancelled + r.Expired + r.Undialable
		open += r.Open
	}
	backlog, err := c.store.Backlog(ctx)
	if err != nil {
		return false, err
	}
	for _, b := range backlog {
		if b.State == callbacks.Task { // rings nobody any more
			open, ended = open-b.Count, ended+b.Count
		}
	}
	c.settled.Store(int32(ended))
	c.standing.Store(int32(open))
	if open > 0 {
		return false, nil
	}
	active, err := c.store.ActiveAttempts(ctx)
	return len(active) == 0, err
}

func (c *campaign) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	kills := 0
	for _, n := range c.kills {
		kills += n
	}
	fmt.Fprintf(os.Stderr, "%s %3.0f s: promised %d of %d, ended %d, standing %d, killed %d of %d, database stopped "+
		"%d\n",
		c.t.Name(), time.Since(c.began).Seconds(), c.spoken.Load(), c.size.callbacks, c.settled.Load(),
		c.standing.Load(), kills, c.size.kills, c.stops)
}

// stopDatabase stops PostgreSQL and starts it again, as often as the size says, while calls are going on.
func (c *campaign) stopDatabase(ctx context.Context) {
	for i := range c.size.stops {
		for c.progress() < float64(i+1)/float64(c.size.stops+1)*0.9 && ctx.Err() == nil {
			wait(ctx, 50*time.Millisecond)
		}
		if ctx.Err() != nil {
			return
		}
		c.down.Store(true)
		if err := c.cluster.Halt(); err != nil {
			c.fail("PostgreSQL does not stop: %v", err)
		}
		wait(ctx, time.Second)
		if err := c.cluster.Resume(); err != nil {
			c.fail("PostgreSQL does not start again: %v", err)
		}
		c.mu.Lock()
		c.stops++
		c.mu.Unlock()
		wait(ctx, time.Second) // one that was just starting may still end for it
		c.down.Store(false)
	}
}

const atRandom = "at random"

// schedule is where the instances are killed, in order: every point as often as any other, and at random instants.
func (c *campaign) schedule() []string {
	points := append(slices.Clone(dialPoints), pointBooked)
	var plan []string
	for round := 0; len(plan) < c.size.kills; round++ {
		plan = append(plan, points...)
		for i, point := range hookPoints { // in one order of ringing, and the next time in the other
			plan = append(plan, pointOf((i+i/2+round)%2 == 1, point))
		}
		plan = append(plan, slices.Repeat([]string{atRandom}, 3)...)
	}
	plan = plan[:c.size.kills]
	c.dice.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	// Callbacks are made in the first part.
	var early, late []string
	for _, point := range plan {
		if point == pointBooked {
			early = append(early, point)
		} else {
			late = append(late, point)
		}
	}
	for i, point := range early {
		late = slices.Insert(late, min(5*i, len(late)), point)
	}
	return late
}

// killAll goes through the schedule as the campaign goes on.
func (c *campaign) killAll(ctx context.Context) {
	plan := c.schedule()
	for i, point := range plan {
		for c.progress() < 0.03+0.85*float64(i)/float64(len(plan)) && ctx.Err() == nil {
			wait(ctx, 20*time.Millisecond)
		}
		if !c.killOne(ctx, point) {
			c.fail("kill %d of %d, %q: no instance came by", i+1, len(plan), point)
		}
	}
}

// killLimit is how long a point is waited for.
const killLimit = time.Minute

// killOne kills one instance, and reports whether it did.
func (c *campaign) killOne(ctx context.Context, point string) bool {
	before := c.killsAt(point)
	limited, cancel := context.WithTimeout(ctx, killLimit)
	defer cancel()
	for nth := 1 + c.dice.IntN(3); limited.Err() == nil; nth = 1 {
		s := c.slots[c.dice.IntN(len(c.slots))]
		p := s.live()
		if p == nil {
			wait(ctx, 100*time.Millisecond)
			continue
		}
		if point == atRandom {
			wait(ctx, time.Duration(c.dice.Int64N(int64(300*time.Millisecond))))
			p.kill()
			c.killedAt(point)
			return true
		}
		p.order("%d %s", nth, point)
		patience := time.NewTimer(5 * time.Second)
		select {
		case <-s.hit:
		case <-p.ended: // at the point, which is told in a moment, or otherwise
			wait(limited, 300*time.Millisecond)
		case <-patience.C:
			p.order("0 -") // no point has that name
		case <-limited.Done():
		}
		patience.Stop()
		if c.killsAt(point) > before {
			return true
		}
	}
	return false
}

// table says what was done.
func (c *campaign) table() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out strings.Builder
	total := 0
	for _, point := range slices.Sorted(maps.Keys(c.kills)) {
		fmt.Fprintf(&out, "  killed %-42s %5d\n", point, c.kills[point])
		total += c.kills[point]
	}
	fmt.Fprintf(&out, "  killed %-42s %5d\n  PostgreSQL stopped and started                    %5d\n  answers to "+
		"bookings and moves lost                %5d\n  wall-clock seconds                                %5.0f\n  "+
		"seconds on the fast clock                         %5.0f\n",
		"in all", total, c.stops, c.balancer.lostSoFar(), time.Since(c.began).Seconds(),
		time.Since(c.began).Seconds()*campaignSpeed)
	return out.String()
}

package page

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// Options are what a Console stands on. All fields are needed but Lookup and Speed.
type Options struct {
	// Simulator is the provider simulator. Its Observe has to call [Console.Event].
	Simulator *simulator.Simulator
	// Lines can be rung, in the order in which they are offered. At least one.
	Lines []*ivr.Line
	// Lookup tells how a callback stands now; nil: only events of the product tell.
	Lookup func(ctx context.Context, id int64) (callbacks.Callback, error)
	// Now and After are the real clock, to which the simulator's time is tied.
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
	// Speed is virtual seconds for one real second; zero is one.
	Speed float64
}

// A Console is the state that all open pages share. Its methods may be called from any goroutine.
type Console struct {
	Options
	pace *pace

	mu          sync.Mutex
	closed      bool
	pages       map[*viewer]struct{}
	entries     []Entry
	lastEntry   int
	caller      telephone
	agent       telephone
	legs        map[string]*telephone // by call SID: whose captions they are
	desks       map[string]string     // names of agents' telephones by address
	customers   map[string]bool       // numbers that are called back
	agentsDo    string
	callbacks   []callbacks.Callback
	outOfDate   chan struct{}
	storeFailed bool
}

// New makes a console and puts agents who answer at every target of every line.
func New(o Options) (*Console, error) {
	if o.Simulator == nil || len(o.Lines) == 0 || o.Now == nil || o.After == nil {
		return nil, errors.New("console: a simulator, a line and a real clock are needed")
	}
	c := &Console{
		Options:   o,
		pages:     map[*viewer]struct{}{},
		caller:    telephone{ID: callerPhone, State: idle},
		agent:     telephone{ID: agentPhone, State: idle},
		legs:      map[string]*telephone{},
		desks:     map[string]string{},
		customers: map[string]bool{},
		agentsDo:  behaviours[0].ID,
		outOfDate: make(chan struct{}, 1),
	}
	c.pace = &pace{clock: o.Simulator.Now, skipNext: o.Simulator.Skip, carryTo: o.Simulator.RunTo, after: o.After}
	for _, line := range o.Lines {
		for _, desk := range line.Desks {
			for _, target := range desk.Targets {
				c.desks[target.To()] = target.ID
			}
		}
	}
	c.staff()
	return c, nil
}

// Run lets the simulator's time go on until ctx ends, when it returns nil. Pages are disconnected when it returns.
func (c *Console) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	following.Go(func() { c.follow(ctx) })
	err := c.Simulator.RunPaced(ctx, simulator.Pace{Speed: c.Speed, Now: c.Now, After: c.pace.After})
	stop()
	following.Wait()
	c.close()
	if errors.Is(err, simulator.ErrClosed) {
		return nil
	}
	return err
}

// every is how often the clock is sent and callbacks are looked up, in real time.
const every = time.Second

// follow keeps pages up to date about what no event tells.
func (c *Console) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.outOfDate:
		case <-c.After(every):
		}
		c.refresh(ctx)
		c.mu.Lock()
		c.publish("clock", c.clockView())
		c.mu.Unlock()
	}
}

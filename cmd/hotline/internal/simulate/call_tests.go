package simulate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A Result is what came of a call test.
type Result struct {
	Test config.Call
	// Differs is empty when the call went as expected. Otherwise it is one sentence: the place of the first difference,
	// what was wanted, and what there was instead.
	Differs string
	// Transcript is the call as "hotline call" prints it, with the first difference marked in it by lines that begin
	// with >.
	Transcript string
}

// RunCallTests runs call tests on a configuration, as many at a time as there are processors, each with its own clock
// and an empty store. It calls done for each, one after another, in their order. The error is about calls that could
// not be carried out, or ctx; a call that goes otherwise than expected is none. Nothing of it outlives the return, and
// nothing is shared with real calls: it may run beside them.
func RunCallTests(ctx context.Context, snapshot *config.Snapshot, calls []config.Call, done func(Result)) error {
	ctx, stop := context.WithCancel(ctx)
	started := startCallTests(ctx, snapshot, calls)
	defer func() {
		stop()
		for p := range started {
			<-p
		}
	}()
	for p := range started {
		r := <-p
		if ended := ctx.Err(); ended != nil {
			return ended
		}
		if r.err != nil {
			return fmt.Errorf("%s could not be run: %w", r.Test.File, r.err)
		}
		done(r.Result)
	}
	return ctx.Err()
}

// ran is a call test that was run; err says why it could not be.
type ran struct {
	Result
	err error
}

// startCallTests runs call tests until ctx ends. What comes of each is sent to a channel of its own; those are in the
// order of the calls. At most one more is started than there are processors: who takes them holds up the others.
func startCallTests(ctx context.Context, snapshot *config.Snapshot, calls []config.Call) <-chan chan ran {
	started := make(chan chan ran, runtime.GOMAXPROCS(0)-1)
	go func() {
		defer close(started)
		for _, call := range calls {
			if ctx.Err() != nil {
				return
			}
			one := make(chan ran, 1)
			go func() {
				r, err := runCallTest(ctx, snapshot, call)
				r.Test = call
				one <- ran{r, err}
			}()
			started <- one
		}
	}()
	return started
}

// runCallTest runs one call. A panic is an error: the process may be answering real calls.
func runCallTest(ctx context.Context, snapshot *config.Snapshot, call config.Call) (out Result, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = errors.Join(err, fmt.Errorf("panic: %v\n%s", fault, debug.Stack()))
		}
	}()
	p, err := newTestRun(snapshot, call)
	if err != nil {
		return out, err
	}
	store, err := sqlite.OpenMemory(ctx)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	p.simulation, err = newSimulation(ctx, options{
		snapshot: snapshot, at: call.At, log: slog.New(slog.DiscardHandler), openedStore: store,
		strict: true, simulatorEvent: p.simulatorEvent, productEvent: p.productEvent,
	})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := p.run(ctx); err != nil {
		return out, err
	}
	return Result{Test: call, Differs: p.Differs, Transcript: p.out.String()}, nil
}

// run makes the call, runs it to its end, and compares what came of it.
func (p *testRun) run(ctx context.Context) error {
	p.staff(p.Line, behaviours[p.Test.Others])
	p.staffNamed()
	from := cmp.Or(p.Test.From, calltest.Caller(p.Line.Region))
	p.transcript.begin(p.Test.At, from)
	leg := p.simulator.Ring(from, p.Line.Numbers[0], simulator.Party{Name: RoleCaller, Keys: p.answer})
	err := p.simulator.RunUntil(ctx, p.Test.At.Add(longestCall), leg.Done)
	if errors.Is(err, simulator.ErrLimit) {
		p.differ("call", fmt.Sprintf("the call to end within %s", longestCall), "it goes on")
	} else if err != nil {
		return err
	}
	p.end()
	if err := p.runToOutcome(ctx); err != nil {
		return err
	}
	p.transcript.close()
	return nil
}

// staffNamed puts the agents at their telephones of whom the file speaks by name.
func (p *testRun) staffNamed() {
	for _, desk := range p.Line.Desks {
		for _, target := range desk.Targets {
			if does, named := p.Test.Agents[target.ID]; named {
				agent := behaviours[does]
				agent.Name = target.ID
				p.simulator.Subscribe(target.To(), agent)
			}
		}
	}
}

// runToOutcome lets time run on until the callback has ended, where the file asks for that.
func (p *testRun) runToOutcome(ctx context.Context) error {
	want := p.Test.Expect.Callback
	if want == nil || want.Kept == nil || p.Differs != "" {
		return nil
	}
	p.staff(p.Line, behaviours["answer"])
	err := p.simulator.RunUntil(ctx, p.Test.At.Add(keepLimit), p.settled)
	if errors.Is(err, simulator.ErrLimit) {
		p.differ("expect.callback.kept", fmt.Sprintf("the callback to end within %s", keepLimit), "it is still open")
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.reportOutcomes(ctx, p.transcript); err != nil {
		return err
	}
	booked, err := p.Service.Callback(ctx, p.Callback().ID)
	if err != nil {
		return err
	}
	if kept := booked.State == callbacks.Done; kept != *want.Kept {
		p.differ("expect.callback.kept",
			map[bool]string{true: "the customer to be reached", false: "the callback to be given up"}[*want.Kept],
			fmt.Sprintf("it is %s", booked.State))
	}
	return nil
}

package callbacks_test

import (
	"context"
	"fmt"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
)

// A caller books a callback. When it is due an agent is rung and presses 1, then the customer, who presses 1 as well.
func Example() {
	ctx := context.Background()
	now := func() time.Time { return time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC) }
	store, err := sqlite.OpenMemory(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	plans, provider := oneDesk{}, &printer{}
	service, err := callbacks.New(callbacks.Config{Store: store, Plans: plans, Now: now})
	if err != nil {
		fmt.Println(err)
		return
	}
	dispatcher, err := dispatch.New(dispatch.Config{Store: store, Dialer: provider, Plans: plans, Now: now})
	if err != nil {
		fmt.Println(err)
		return
	}

	booking, err := service.Book(ctx, callbacks.Request{
		Key: "CA1/book", Line: "gopay", Desk: "support", Topic: "login", Language: "en",
		Number: "+6281234567890", Caller: "+6281234567890", Kind: callbacks.ASAP,
		Called: now(), Due: now(), Expires: now().Add(72 * time.Hour),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("state:", booking.Callback.State)

	dispatcher.Tick(ctx) // asks the provider to ring the agent
	attempt, sid := provider.attempt, "CA2"
	_, verdict, _ := dispatcher.Answered(ctx, attempt, sid)
	fmt.Println("agent answers:", verdict)
	c, _, _ := dispatcher.AgentTook(ctx, attempt, sid)
	fmt.Println("agent presses 1:", c.State)
	c, _, _ = dispatcher.CustomerTook(ctx, attempt, sid)
	fmt.Println("customer presses 1:", c.State)
	c, _ = dispatcher.CustomerEnded(ctx, attempt, sid, "completed", false)
	fmt.Println("they hang up:", c.State)

	// Output:
	// state: booked
	// ringing +622150002001 for 20s
	// agent answers: proceed
	// agent presses 1: agent-reached
	// customer presses 1: customer-reached
	// they hang up: done
}

// oneDesk has one telephone and is always open.
type oneDesk struct{}

func (oneDesk) Plan(string, string) (callbacks.Plan, bool) {
	agent := callbacks.Target{ID: "support-1", Kind: callbacks.Number, Address: "+622150002001"}
	return callbacks.Plan{Targets: []callbacks.Target{agent}, Ring: 20 * time.Second, From: "+622150001000"}, true
}

// A printer stands for the provider: it prints what it is asked for.
type printer struct {
	dispatch.Dialer
	attempt string
}

func (p *printer) Place(_ context.Context, call dispatch.Placement) (sid string, err error) {
	p.attempt = call.AttemptID
	fmt.Println("ringing", call.Target.To(), "for", call.Ring)
	return "CA2", nil
}

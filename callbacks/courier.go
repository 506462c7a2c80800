package callbacks

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"
)

// A Texter sends text messages. The provider's REST client implements it.
type Texter interface {
	// Send asks for one message. What becomes of it is told later, by its ID (see [Service.TextDelivery]). An error
	// that is [ErrRefused] means that certainly nothing was sent (see [RefusedError]); any other error means that
	// nobody knows.
	Send(ctx context.Context, t OutgoingText) (sid string, err error)
}

// An OutgoingText is what a Texter needs to know.
type OutgoingText struct {
	// ID is [Text.ID].
	ID int64
	// Sender is as in [Plan], and never empty; To is E.164.
	Sender, To, Body string
}

const (
	// textLease is how long the provider may take to answer before the message counts as unknown.
	textLease = time.Minute
	// textTries is how often a message is offered to a provider that refuses it for the moment, textPause the pause
	// after the first refusal; it doubles, up to longestTextPause. While the provider cannot be reached there is no
	// such limit: the message is tried until it would come too late.
	textTries        = 5
	textPause        = 30 * time.Second
	longestTextPause = 8 * time.Minute
	// textsAtOnce is how many messages one tick sends.
	textsAtOnce = 20
	// textStale is when a message comes so late that it would confuse.
	textStale = 6 * time.Hour
)

// A Courier sends the text messages that were written together with promises. Each is sent once at most: what got lost
// on the way to the provider stays unknown.
type Courier struct {
	// Settled is told what became of each message, "waiting" for one that is tried again. Nil: nobody is.
	Settled func(line string, state TextState)

	store  Store
	texter Texter
	plans  Plans
	now    func() time.Time
	log    *slog.Logger
	woken  chan struct{}
}

// NewCourier makes a courier that the service wakes when a promise is made.
func NewCourier(store Store, service *Service, texter Texter, plans Plans, now func() time.Time, log *slog.Logger) *Courier {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &Courier{store: store, texter: texter, plans: plans, now: now, log: log, woken: make(chan struct{}, 1)}
	service.alsoWake(func() {
		select {
		case c.woken <- struct{}{}:
		default: // it is awake already
		}
	})
	return c
}

// Run ticks at once, then whenever a message is due or a promise was made, until ctx ends.
func (c *Courier) Run(ctx context.Context, timer Timer) { run(ctx, c.Tick, c.now, c.woken, timer) }

// Tick sends what is due and returns when the next message is; zero if none waits. It must not run concurrently with
// itself; several couriers may share a store.
func (c *Courier) Tick(ctx context.Context) (next time.Time) {
	if lost, err := c.store.LoseTexts(ctx, c.now()); err != nil {
		return c.later(ctx, err)
	} else if lost > 0 {
		c.log.WarnContext(ctx, "text messages of which nobody knows whether they were sent; they are not sent again", "texts", lost)
	}
	for range textsAtOnce {
		text, found, err := c.store.ClaimText(ctx, c.now(), textLease)
		if err != nil {
			return c.later(ctx, err)
		}
		if !found {
			break
		}
		if err := c.deliver(ctx, text); err != nil {
			return c.later(ctx, err)
		}
	}
	next, err := c.store.NextText(ctx)
	if err != nil {
		return c.later(ctx, err)
	}
	return next
}

func (c *Courier) later(ctx context.Context, err error) time.Time {
	c.log.ErrorContext(ctx, "the store cannot be asked for text messages; trying again", "error", err)
	return c.now().Add(textPause)
}

// deliver sends one message that was claimed, and writes down what became of it.
func (c *Courier) deliver(ctx context.Context, t Text) error {
	log := c.log.With("text", t.ID, "promise", t.Callback.ID, "number", Mask(t.Callback.Number))
	plan, ok := c.plans.Plan(t.Callback.Line, t.Callback.Desk)
	settled := Settlement{State: TextDropped}
	if settled.Remark = c.moot(t, plan, ok); settled.Remark != "" {
		log.InfoContext(ctx, "text message dropped", "why", settled.Remark)
	} else {
		settled = c.send(ctx, t, cmp.Or(plan.Sender, plan.From), log)
	}
	if err := c.store.SettleText(ctx, t.ID, settled); err != nil {
		return err
	}
	if c.Settled != nil {
		c.Settled(t.Callback.Line, settled.State)
	}
	return nil
}

// send asks the provider, and says what became of it.
func (c *Courier) send(ctx context.Context, t Text, sender string, log *slog.Logger) Settlement {
	sid, err := c.texter.Send(ctx, OutgoingText{ID: t.ID, Sender: sender, To: t.Callback.Number, Body: t.Body})
	var refused *RefusedError
	switch {
	case err == nil:
		return Settlement{State: TextSent, SID: sid}
	case errors.As(err, &refused) && (refused.Unreached || !refused.Permanent && t.Tries < textTries):
		log.WarnContext(ctx, "text message not sent; trying again", "error", err)
		again := c.now().Add(pauseAfterTry(t.Tries))
		return Settlement{State: TextWaiting, Again: again, Code: refused.Code, Remark: refused.Why()}
	case errors.Is(err, ErrRefused):
		if refused == nil {
			refused = &RefusedError{Permanent: true}
		}
		log.WarnContext(ctx, "text message refused", "error", err)
		return Settlement{State: TextRefused, Code: refused.Code, Remark: refused.Why()}
	}
	log.WarnContext(ctx, "nobody knows whether a text message was sent; it is not sent again", "error", err)
	return Settlement{State: TextUnknown, Remark: "the provider's answer was lost"}
}

// pauseAfterTry is how long a message waits after so many tries.
func pauseAfterTry(tries int) time.Duration {
	pause := textPause
	for range tries - 1 {
		if pause *= 2; pause >= longestTextPause {
			return longestTextPause
		}
	}
	return pause
}

// moot says why a message is not worth sending any more, or nothing.
func (c *Courier) moot(t Text, plan Plan, configured bool) string {
	refusal := plan.Policy.Refusal(t.Callback.Number)
	switch {
	case !configured:
		return "its line or desk is no longer configured"
	case t.Callback.Number == "" || t.Body == "":
		return "it was erased"
	case refusal != nil && refusal.Reason != Unreachable: // what cannot be called can be told so
		return "its number is not texted: " + string(refusal.Reason) + ", " + refusal.Detail
	case t.Callback.State.Final() && t.Created.Before(t.Callback.Ended):
		return "the promise has ended meanwhile"
	case c.now().Sub(t.Created) > textStale:
		return "it would come too late"
	}
	return ""
}

package callbacks

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"
)

// A SMSSender sends SMS. The provider's REST client implements it.
type SMSSender interface {
	// Send asks for one message. What becomes of it is told later, by its ID (see [Service.SMSDelivered]). An error
	// that is [ErrRefused] means that certainly nothing was sent (see [RefusedError]); any other error means that
	// nobody knows.
	Send(ctx context.Context, t OutgoingSMS) (sid string, err error)
}

// An OutgoingSMS is what a SMSSender needs to know.
type OutgoingSMS struct {
	// ID is [SMS.ID].
	ID int64
	// Sender is as in [Plan], and never empty; To is E.164.
	Sender, To, Body string
}

const (
	// textLease is how long the provider may take to answer before the message counts as unknown.
	smsLease = time.Minute
	// textTries is how often a message is offered to a provider that refuses it for the moment, textPause the pause
	// after the first refusal; it doubles, up to longestTextPause. While the provider cannot be reached there is no
	// such limit: the message is tried until it would come too late.
	smsTries        = 5
	smsPause        = 30 * time.Second
	longestSMSPause = 8 * time.Minute
	// smsAtOnce is how many messages one tick sends.
	smsAtOnce = 20
	// textStale is when a message comes so late that it would confuse.
	smsStale = 6 * time.Hour
)

// A SMSWorker sends the SMS that were written together with callbacks. Each is sent once at most: what got lost
// on the way to the provider stays unknown.
type SMSWorker struct {
	// Settled is told what became of each message, "waiting" for one that is tried again. Nil: nobody is.
	Settled func(line string, state SMSState)

	store  Store
	sender SMSSender
	plans  Plans
	now    func() time.Time
	log    *slog.Logger
	woken  chan struct{}
}

// NewSMSWorker makes an SMS worker that the service wakes when a callback is made.
func NewSMSWorker(store Store, service *Service, sender SMSSender, plans Plans, now func() time.Time, log *slog.Logger) *SMSWorker {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &SMSWorker{store: store, sender: sender, plans: plans, now: now, log: log, woken: make(chan struct{}, 1)}
	service.alsoWake(func() {
		select {
		case c.woken <- struct{}{}:
		default: // it is awake already
		}
	})
	return c
}

// Run ticks at once, then whenever a message is due or a callback was made, until ctx ends.
func (c *SMSWorker) Run(ctx context.Context, timer Timer) { run(ctx, c.Tick, c.now, c.woken, timer) }

// Tick sends what is due and returns when the next message is; zero if none waits. It must not run concurrently with
// itself; several SMS workers may share a store.
func (c *SMSWorker) Tick(ctx context.Context) (next time.Time) {
	if lost, err := c.store.ExpireSMS(ctx, c.now()); err != nil {
		return c.later(ctx, err)
	} else if lost > 0 {
		c.log.WarnContext(ctx, "SMS of which nobody knows whether they were sent; they are not sent again", "texts", lost)
	}
	for range smsAtOnce {
		text, found, err := c.store.ClaimSMS(ctx, c.now(), smsLease)
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
	next, err := c.store.NextSMS(ctx)
	if err != nil {
		return c.later(ctx, err)
	}
	return next
}

func (c *SMSWorker) later(ctx context.Context, err error) time.Time {
	c.log.ErrorContext(ctx, "the store cannot be asked for SMS; trying again", "error", err)
	return c.now().Add(smsPause)
}

// deliver sends one message that was claimed, and writes down what became of it.
func (c *SMSWorker) deliver(ctx context.Context, t SMS) error {
	log := c.log.With("text", t.ID, "callback", t.Callback.ID, "number", Mask(t.Callback.Number))
	plan, ok := c.plans.Plan(t.Callback.Line, t.Callback.Desk)
	settled := SMSResult{State: SMSDropped}
	if settled.Remark = c.moot(t, plan, ok); settled.Remark != "" {
		log.InfoContext(ctx, "SMS dropped", "why", settled.Remark)
	} else {
		settled = c.send(ctx, t, cmp.Or(plan.Sender, plan.From), log)
	}
	if err := c.store.SettleSMS(ctx, t.ID, settled); err != nil {
		return err
	}
	if c.Settled != nil {
		c.Settled(t.Callback.Line, settled.State)
	}
	return nil
}

// send asks the provider, and says what became of it.
func (c *SMSWorker) send(ctx context.Context, t SMS, sender string, log *slog.Logger) SMSResult {
	sid, err := c.sender.Send(ctx, OutgoingSMS{ID: t.ID, Sender: sender, To: t.Callback.Number, Body: t.Body})
	var refused *RefusedError
	switch {
	case err == nil:
		return SMSResult{State: SMSSent, SID: sid}
	case errors.As(err, &refused) && (refused.Unreached || !refused.Permanent && t.Tries < smsTries):
		log.WarnContext(ctx, "SMS not sent; trying again", "error", err)
		again := c.now().Add(pauseAfterTry(t.Tries))
		return SMSResult{State: SMSWaiting, Again: again, Code: refused.Code, Remark: refused.Why()}
	case errors.Is(err, ErrRefused):
		if refused == nil {
			refused = &RefusedError{Permanent: true}
		}
		log.WarnContext(ctx, "SMS refused", "error", err)
		return SMSResult{State: SMSRefused, Code: refused.Code, Remark: refused.Why()}
	}
	log.WarnContext(ctx, "nobody knows whether an SMS was sent; it is not sent again", "error", err)
	return SMSResult{State: SMSUnknown, Remark: "the provider's answer was lost"}
}

// pauseAfterTry is how long a message waits after so many tries.
func pauseAfterTry(tries int) time.Duration {
	pause := smsPause
	for range tries - 1 {
		if pause *= 2; pause >= longestSMSPause {
			return longestSMSPause
		}
	}
	return pause
}

// moot says why a message is not worth sending any more, or nothing.
func (c *SMSWorker) moot(t SMS, plan Plan, configured bool) string {
	refusal := plan.Policy.Refusal(t.Callback.Number)
	switch {
	case !configured:
		return "its line or desk is no longer configured"
	case t.Callback.Number == "" || t.Body == "":
		return "it was erased"
	case refusal != nil && refusal.Reason != Unreachable: // what cannot be called can be told so
		return "its number is not texted: " + string(refusal.Reason) + ", " + refusal.Detail
	case t.Callback.State.Final() && t.Created.Before(t.Callback.Ended):
		return "the callback has ended meanwhile"
	case c.now().Sub(t.Created) > smsStale:
		return "it would come too late"
	}
	return ""
}

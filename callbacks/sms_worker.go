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

// An SMSStore keeps the SMS that were written together with callbacks.
type SMSStore interface {
	// ClaimSMS takes the SMS that has waited longest and whose time has come to [SMSSending], until now+lease,
	// and counts a try. false: there is none.
	ClaimSMS(ctx context.Context, now time.Time, lease time.Duration) (SMS, bool, error)
	// SettleSMS says what became of an SMS that was claimed.
	SettleSMS(ctx context.Context, id int64, s SMSResult) error
	// NextSMS is when an SMS is to be looked at next; zero if none is unsent.
	NextSMS(ctx context.Context) (time.Time, error)
	// ExpireSMS takes SMS whose lease has ended to [SMSUnknown] and returns how many.
	ExpireSMS(ctx context.Context, now time.Time) (int, error)
}

// An SMSWorkerConfig is what an [SMSWorker] needs. All but Signal, Settled and Log is required.
type SMSWorkerConfig struct {
	Store  SMSStore
	Sender SMSSender
	Plans  Plans
	Now    func() time.Time
	// Signal wakes it when a callback is booked.
	Signal *Signal
	// Settled is told what became of each message, "waiting" for one that is tried again. Nil: nobody is.
	Settled func(line string, state SMSState)
	Log     *slog.Logger
}

// An SMSWorker sends the SMS that were written together with callbacks. Each is sent once at most: what got lost on the
// way to the provider stays unknown. Several may share a store.
type SMSWorker struct {
	config SMSWorkerConfig
	woken  <-chan struct{}
}

// NewSMSWorker makes an SMS worker.
func NewSMSWorker(c SMSWorkerConfig) *SMSWorker {
	c.Log = orDiscard(c.Log)
	return &SMSWorker{config: c, woken: c.Signal.Channel()}
}

// Run ticks at once, then whenever a message is due or a callback was made, until ctx ends.
func (c *SMSWorker) Run(ctx context.Context, timer Timer) {
	Run(ctx, c.Tick, c.config.Now, c.woken, timer)
}

// Tick sends what is due and returns when the next message is; zero if none waits. It must not run concurrently with
// itself; several SMS workers may share a store.
func (c *SMSWorker) Tick(ctx context.Context) (next time.Time) {
	if lost, err := c.config.Store.ExpireSMS(ctx, c.config.Now()); err != nil {
		return c.later(ctx, err)
	} else if lost > 0 {
		c.config.Log.WarnContext(ctx, "it is unknown whether these SMS were sent; they are not sent again", "texts",
			lost)
	}
	for range smsAtOnce {
		text, found, err := c.config.Store.ClaimSMS(ctx, c.config.Now(), smsLease)
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
	next, err := c.config.Store.NextSMS(ctx)
	if err != nil {
		return c.later(ctx, err)
	}
	return next
}

func (c *SMSWorker) later(ctx context.Context, err error) time.Time {
	c.config.Log.ErrorContext(ctx, "the store cannot be asked for SMS; trying again", "error", err)
	return c.config.Now().Add(smsPause)
}

// deliver sends one message that was claimed, and writes down what became of it.
func (c *SMSWorker) deliver(ctx context.Context, t SMS) error {
	log := c.config.Log.With("text", t.ID, "callback", t.Callback.ID, "number", Mask(t.Callback.Number))
	plan, ok := c.config.Plans.Plan(t.Callback.Line, t.Callback.Desk)
	settled := SMSResult{State: SMSDropped}
	if settled.Remark = c.moot(t, plan, ok); settled.Remark != "" {
		log.InfoContext(ctx, "SMS dropped", "why", settled.Remark)
	} else {
		settled = c.send(ctx, t, cmp.Or(plan.Sender, plan.From), log)
	}
	if err := c.config.Store.SettleSMS(ctx, t.ID, settled); err != nil {
		return err
	}
	if c.config.Settled != nil {
		c.config.Settled(t.Callback.Line, settled.State)
	}
	return nil
}

// send asks the provider, and says what became of it.
func (c *SMSWorker) send(ctx context.Context, t SMS, sender string, log *slog.Logger) SMSResult {
	sid, err := c.config.Sender.Send(ctx, OutgoingSMS{ID: t.ID, Sender: sender, To: t.Callback.Number, Body: t.Body})
	var refused *RefusedError
	switch {
	case err == nil:
		return SMSResult{State: SMSSent, SID: sid}
	case errors.As(err, &refused) && (refused.Unreached || !refused.Permanent && t.Tries < smsTries):
		log.WarnContext(ctx, "SMS not sent; trying again", "error", err)
		again := c.config.Now().Add(pauseAfterTry(t.Tries))
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
	case c.config.Now().Sub(t.Created) > smsStale:
		return "it would come too late"
	}
	return ""
}

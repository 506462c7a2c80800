package callbacks

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"
)

// A SMSState is what became of an SMS.
type SMSState string

const (
	// SMSWaiting: it has not been sent, or was refused for the moment.
	SMSWaiting SMSState = "waiting"
	// SMSSending: the row is written; the provider is being asked, or somebody died just before or after.
	SMSSending SMSState = "sending"
	// SMSSent: the provider has taken it. Whether it arrived is told later, if at all: see the next three.
	SMSSent SMSState = "sent"
	// SMSReachedCustomer: the customer's network has confirmed it.
	SMSReachedCustomer SMSState = "delivered"
	// SMSUndelivered: it was sent, and the customer's network or telephone did not take it.
	SMSUndelivered SMSState = "undelivered"
	// SMSFailed: the provider could not send it after all.
	SMSFailed SMSState = "failed"
	// SMSRefused: the provider refused it, for good or too often.
	SMSRefused SMSState = "refused"
	// SMSUnknown: the answer got lost. It is not sent again: two confirmations would be two callbacks to those who read
	// them.
	SMSUnknown SMSState = "unknown"
	// SMSDropped: it would have come too late, or said what no longer holds.
	SMSDropped SMSState = "dropped"
)

// A NotificationKind is why a customer is written to about their callback. A new one has its text in ivr/sms.go and its
// prompt in smsPrompts; when it is sent is decided where [Plan.Notification] is called.
type NotificationKind string

const (
	// NotifyBooked: it was made.
	NotifyBooked NotificationKind = "booked"
	// NotifyMoved: it was given another time, by them, by the desk, or because the desk is closed or it is night where
	// they are.
	NotifyMoved NotificationKind = "moved"
	// NotifyGivenUp: it expired, or their number cannot be dialled any more.
	NotifyGivenUp NotificationKind = "given-up"
	// NotifyTask: the desk did not keep it, and it is left to a person.
	NotifyTask NotificationKind = "task"
	// NotifyWithdrawn: the desk has taken it back.
	NotifyWithdrawn NotificationKind = "withdrawn"
)

// An SMS is an SMS about a callback, or an alert.
type SMS struct {
	ID   int64
	Body string
	// State is what has become of it.
	State SMSState
	// Tries counts how often the provider was asked.
	Tries int
	// Code is the provider's error code; 0: none. Remark says in words why it was not sent, or not delivered.
	Code   int
	Remark string
	// Created is when what it tells was so: the callback was made, moved, or ended; UTC.
	Created time.Time
	// Callback is the callback as it is now. Its Number is whom the message goes to.
	Callback Callback
	// Alert is set in one for the line's own people: of Callback only Line and Desk are known.
	Alert bool
}

// An SMSResult is what became of an SMS that was claimed.
type SMSResult struct {
	State SMSState
	// SID is the provider's identifier; empty where it has not taken the message.
	SID string
	// Again is when a message that is [SMSWaiting] is tried again.
	Again time.Time
	// Code and Remark are as in [SMS].
	Code   int
	Remark string
}

// An SMSDelivery is the provider's later word about an SMS that it has taken.
type SMSDelivery struct {
	// SMSID is [SMS.ID], SID the provider's own identifier.
	SMSID int64
	SID   string
	// State is [SMSSent], or one of the three that are final: [SMSReachedCustomer], [SMSUndelivered], [SMSFailed].
	State SMSState
	// Code and Remark are as in [SMS].
	Code   int
	Remark string
}

// Final reports whether nothing more is to come: the first final word is kept.
func (d SMSDelivery) Final() bool { return d.State != SMSSent }

// SMSDelivered writes what the provider says of an SMS that it has taken. It returns the message's line, and
// whether that was news: a word that comes twice, or late after a final one, changes nothing. [ErrNotFound] for one
// that there is not.
func (s *Service) SMSDelivered(ctx context.Context, d SMSDelivery) (line string, changed bool, err error) {
	line, changed, err = s.store.SMSDelivered(ctx, d)
	if err != nil || !changed || !d.Final() {
		return line, changed, err
	}
	if d.State == SMSReachedCustomer {
		s.log.InfoContext(ctx, "SMS delivered", "text", d.SMSID, "line", line)
		return line, changed, nil
	}
	s.log.WarnContext(ctx, "an SMS was not delivered",
		"text", d.SMSID, "line", line, "state", d.State, "code", d.Code, "why", d.Remark)
	return line, changed, nil
}

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
	// smsLease is how long the provider may take to answer before the message counts as unknown.
	smsLease = time.Minute
	// smsTries is how often a message is offered to a provider that refuses it for the moment, smsPause the pause
	// after the first refusal; it doubles, up to longestSMSPause. While the provider cannot be reached there is no
	// such limit: the message is tried until it would come too late.
	smsTries        = 5
	smsPause        = 30 * time.Second
	longestSMSPause = 8 * time.Minute
	// smsAtOnce is how many messages one tick sends.
	smsAtOnce = 20
	// smsStale is when a message comes so late that it would confuse.
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
func (w *SMSWorker) Run(ctx context.Context, timer Timer) {
	Run(ctx, w.Tick, w.config.Now, w.woken, timer)
}

// Tick sends what is due and returns when the next message is; zero if none waits. It must not run concurrently with
// itself; several SMS workers may share a store.
func (w *SMSWorker) Tick(ctx context.Context) (next time.Time) {
	if lost, err := w.config.Store.ExpireSMS(ctx, w.config.Now()); err != nil {
		return w.later(ctx, err)
	} else if lost > 0 {
		w.config.Log.WarnContext(ctx, "it is unknown whether these SMS were sent; they are not sent again", "texts",
			lost)
	}
	for range smsAtOnce {
		text, found, err := w.config.Store.ClaimSMS(ctx, w.config.Now(), smsLease)
		if err != nil {
			return w.later(ctx, err)
		}
		if !found {
			break
		}
		if err := w.deliver(ctx, text); err != nil {
			return w.later(ctx, err)
		}
	}
	next, err := w.config.Store.NextSMS(ctx)
	if err != nil {
		return w.later(ctx, err)
	}
	return next
}

func (w *SMSWorker) later(ctx context.Context, err error) time.Time {
	w.config.Log.ErrorContext(ctx, "the store cannot be asked for SMS; trying again", "error", err)
	return w.config.Now().Add(smsPause)
}

// deliver sends one message that was claimed, and writes down what became of it.
func (w *SMSWorker) deliver(ctx context.Context, t SMS) error {
	plan, ok := w.config.Plans.Plan(t.Callback.Line, t.Callback.Desk)
	if t.Alert {
		t.Callback.Number = plan.Alert
	}
	log := w.config.Log.With("text", t.ID, "callback", t.Callback.ID, "number", Mask(t.Callback.Number))
	settled := SMSResult{State: SMSDropped}
	if settled.Remark = w.moot(t, plan, ok); settled.Remark != "" {
		log.InfoContext(ctx, "SMS dropped", "why", settled.Remark)
	} else {
		settled = w.send(ctx, t, cmp.Or(plan.Sender, plan.From), log)
	}
	if err := w.config.Store.SettleSMS(ctx, t.ID, settled); err != nil {
		return err
	}
	if w.config.Settled != nil {
		w.config.Settled(t.Callback.Line, settled.State)
	}
	return nil
}

// send asks the provider, and says what became of it.
func (w *SMSWorker) send(ctx context.Context, t SMS, sender string, log *slog.Logger) SMSResult {
	sid, err := w.config.Sender.Send(ctx, OutgoingSMS{ID: t.ID, Sender: sender, To: t.Callback.Number, Body: t.Body})
	var refused *RefusedError
	switch {
	case err == nil:
		return SMSResult{State: SMSSent, SID: sid}
	case errors.As(err, &refused) && (refused.Unreached || !refused.Permanent && t.Tries < smsTries):
		log.WarnContext(ctx, "SMS not sent; trying again", "error", err)
		again := w.config.Now().Add(pauseAfterTry(t.Tries))
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
func (w *SMSWorker) moot(t SMS, plan Plan, configured bool) string {
	refusal := plan.Policy.Refusal(t.Callback.Number)
	if t.Alert {
		refusal = nil // its number is the line's own, which no customer is called at
	}
	switch {
	case !configured:
		return "its line or desk is no longer configured"
	case t.Alert && t.Callback.Number == "":
		return "its line has no alert number any more"
	case t.Callback.Number == "" || t.Body == "":
		return "it was erased"
	case refusal != nil && refusal.Reason != Unreachable: // what cannot be called can be told so
		return "its number is not texted: " + string(refusal.Reason) + ", " + refusal.Detail
	case !t.Alert && t.Callback.State.Final() && t.Created.Before(t.Callback.Ended):
		return "the callback has ended meanwhile"
	case w.config.Now().Sub(t.Created) > smsStale:
		return "it would come too late"
	}
	return ""
}

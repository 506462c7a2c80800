package callbacks

import (
	"context"
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
	// NotifyWithdrawn: the desk has taken it back.
	NotifyWithdrawn NotificationKind = "withdrawn"
)

// An SMS is an SMS about a callback.
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
	// Callback is the callback as it stands. Its Number is whom the message goes to.
	Callback Callback
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

// Final reports whether nothing more is to come: the first final word stands.
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
	s.log.WarnContext(ctx, "an SMS did not reach the customer",
		"text", d.SMSID, "line", line, "state", d.State, "code", d.Code, "why", d.Remark)
	return line, changed, nil
}

// SMSOf lists the SMS about a callback, oldest first.
func (s *Service) SMSOf(ctx context.Context, id int64) ([]SMS, error) { return s.store.SMSOf(ctx, id) }

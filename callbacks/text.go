package callbacks

import "time"

// A TextState is what became of a text message.
type TextState string

const (
	// TextWaiting: it has not been sent, or was refused for the moment.
	TextWaiting TextState = "waiting"
	// TextSending: the row is written; the provider is being asked, or somebody died just before or after.
	TextSending TextState = "sending"
	// TextSent: the provider has taken it. Whether it arrived is told later, if at all: see the next three.
	TextSent TextState = "sent"
	// TextDelivered: the customer's network has confirmed it.
	TextDelivered TextState = "delivered"
	// TextUndelivered: it was sent, and the customer's network or telephone did not take it.
	TextUndelivered TextState = "undelivered"
	// TextFailed: the provider could not send it after all.
	TextFailed TextState = "failed"
	// TextRefused: the provider refused it, for good or too often.
	TextRefused TextState = "refused"
	// TextUnknown: the answer got lost. It is not sent again: two confirmations would be two promises to whoever reads them.
	TextUnknown TextState = "unknown"
	// TextDropped: it would have come too late, or said what no longer holds.
	TextDropped TextState = "dropped"
)

// An Occasion is why a customer is written to about his promise.
type Occasion string

const (
	// OnBooked: it was made.
	OnBooked Occasion = "booked"
	// OnMoved: it was given another time, by him, by the desk, or because the desk is closed or it is night where he is.
	OnMoved Occasion = "moved"
	// OnGivenUp: it expired, or his number cannot be dialled any more.
	OnGivenUp Occasion = "given-up"
	// OnWithdrawn: the desk has taken it back.
	OnWithdrawn Occasion = "withdrawn"
)

// words is what a customer is written on an occasion; empty: nothing. Strangers are not written to.
func (k keeping) words(c Callback, o Occasion) string {
	if k.plan.Words == nil || !c.MayText() {
		return ""
	}
	return k.plan.Words(c, o, k.now)
}

// confirm is words for a promise that a store is about to write.
func (k keeping) confirm(o Occasion) func(Callback) string {
	return func(c Callback) string { return k.words(c, o) }
}

// remark notes what a change came of, and has the customer told when it has given his promise up or put it off for hours.
func (k keeping) remark(r *Record, why string) {
	r.Callback.Remark, r.At = why, k.now
	switch r.Callback.State {
	case Expired, Undialable:
		r.Text = k.words(r.Callback, OnGivenUp)
	case Booked:
		if r.Callback.Due.Sub(k.now) >= night { // he waits for nothing today
			r.Text = k.words(r.Callback, OnMoved)
		}
	}
}

// A Text is a text message about a promise.
type Text struct {
	ID   int64
	Body string
	// State is what has become of it.
	State TextState
	// Tries counts how often the provider was asked.
	Tries int
	// Code is the provider's error code; 0: none. Remark says in words why it was not sent, or not delivered.
	Code   int
	Remark string
	// Created is when what it tells was so: the promise was made, moved, or ended; UTC.
	Created time.Time
	// Callback is the promise as it stands. Its Number is whom the message goes to.
	Callback Callback
}

// A Settlement is what became of a text message that was claimed.
type Settlement struct {
	State TextState
	// SID is the provider's identifier; empty where it has not taken the message.
	SID string
	// Again is when a message that is [TextWaiting] is tried again.
	Again time.Time
	// Code and Remark are as in [Text].
	Code   int
	Remark string
}

// A Delivery is the provider's later word about a text message that it has taken.
type Delivery struct {
	// TextID is [Text.ID], SID the provider's own identifier.
	TextID int64
	SID    string
	// State is [TextSent], or one of the three that are final: [TextDelivered], [TextUndelivered], [TextFailed].
	State TextState
	// Code and Remark are as in [Text].
	Code   int
	Remark string
}

// Final reports whether nothing more is to come: the first final word stands.
func (d Delivery) Final() bool { return d.State != TextSent }

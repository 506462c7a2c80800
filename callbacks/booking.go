package callbacks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Book writes a callback, or finds the one that is open already for the line and number, or line and account. A key
// that was seen returns the callback written first, with [ErrKeyUsed] if that is not what is asked for now, or has
// ended. [ErrSlotFull] asks for another slot; for limits see [Store.Book]. The callback may be due later than asked
// for, see [Limits]: tell what came back.
//
// An open one of the caller's own number that is a [Task] rings again. An existing callback found by its account
// may be another caller's: tell nothing of it before [Service.Verify].
func (s *Service) Book(ctx context.Context, r Request) (Booking, error) {
	if err := checkRequest(r); err != nil {
		return Booking{}, err
	}
	r.Caller = recognisable(r.Caller)
	r.Asked = s.now()
	if r.Due.Before(r.Asked.Add(UrgentTime)) {
		r.Expires = expires(r.Urgent, r.Asked, r.Expires)
	}
	if r.SMSBody == nil {
		plan := s.plan(r.Line, r.Desk)
		r.SMSBody = func(c Callback) string { return plan.Notification(c, NotifyBooked) }
	}
	r.GiveWay = func(other *Record) error {
		other.Callback.Finish(Cancelled, r.Asked)
		other.Callback.Remark = "its owner asked for a callback; this one was asked for from another number"
		if other.Callback.ID == r.Replaces {
			other.Callback.Remark = "its customer wanted another number called"
		}
		return nil
	}
	var b Booking
	err := s.withReference(func(reference string) (err error) {
		b, err = s.store.Book(ctx, r, reference)
		return err
	})
	if err != nil {
		return Booking{}, err
	}
	if !b.Existing && !b.Callback.answers(r) {
		return b, ErrKeyUsed
	}
	if b.Existing && b.Callback.State == Task && r.Caller == r.Number && r.Number == b.Callback.Number {
		if b.Callback, err = s.wantedAgain(ctx, b.Callback, r); err != nil {
			return Booking{}, err
		}
	}
	s.log.InfoContext(ctx, "callback booked", "callback", b.Callback.ID, "call", r.CallRecordKey, "line",
		b.Callback.Line, "desk", b.Callback.Desk, "number", Mask(b.Callback.Number), "due", b.Callback.Due, "existing",
		b.Existing)
	s.signal.Raise()
	return b, nil
}

// wantedAgain has a task ring again whose customer has rung once more.
func (s *Service) wantedAgain(ctx context.Context, task Callback, r Request) (Callback, error) {
	record, err := s.store.Change(ctx, task.ID, func(record *Record) error {
		if record.Callback.State != Task {
			return ErrUnchanged
		}
		record.Callback.RingAgain(r.Due, r.Expires)
		return nil
	})
	return record.Callback, err
}

// answers reports whether a callback is what a request with its key asks for, and still open. When an ASAP is due
// follows from the hour and from who else waits, so it is not compared.
func (c Callback) answers(r Request) bool {
	return c.Open() && c.Line == r.Line && c.Desk == r.Desk && c.Topic == r.Topic && c.Urgent == r.Urgent &&
		c.Number == r.Number && c.Account == r.Account && c.Answers == r.Answers && c.isAt(r.Kind, r.SlotEnd)
}

// isAt reports whether a callback is of this kind, and in the slot with this end.
func (c Callback) isAt(kind Kind, slotEnd time.Time) bool {
	return c.Kind == kind && c.SlotEnd.Equal(slotEnd.Truncate(time.Millisecond))
}

// checkRequest finds what would make a callback that cannot be kept. It names fields, never their content.
func checkRequest(r Request) error {
	var errs []error
	need := func(ok bool, what string) {
		if !ok {
			errs = append(errs, errors.New("callbacks: request: "+what))
		}
	}
	need(r.Key != "", "Key is empty; derive it from the call and the step")
	need(r.Line != "", "Line is empty")
	need(r.Desk != "", "Desk is empty")
	need(isE164(r.Number), "Number is not E.164; ask Policy.Refusal first")
	need(!r.Called.IsZero(), "Called is zero")
	errs = append(errs, checkTimes(r.Kind, r.Due, r.SlotEnd, r.Expires))
	return errors.Join(errs...)
}

// checkTimes is the part that Book and Move have in common.
func checkTimes(kind Kind, due, slotEnd, expires time.Time) error {
	switch {
	case kind != ASAP && kind != Slot:
		return fmt.Errorf("callbacks: request: Kind is %q, not %q or %q", kind, ASAP, Slot)
	case due.IsZero():
		return errors.New("callbacks: request: Due is zero")
	case !expires.After(due):
		return errors.New("callbacks: request: Expires is not after Due; use Policy.Expires")
	case kind == Slot && !slotEnd.After(due):
		return errors.New("callbacks: request: SlotEnd is not after Due")
	case kind == ASAP && !slotEnd.IsZero():
		return errors.New("callbacks: request: SlotEnd is set without a slot")
	}
	return nil
}

// isE164 checks the form alone: "+", then 7 to 15 digits, the first not 0.
func isE164(number string) bool {
	digits, ok := strings.CutPrefix(number, "+")
	if !ok || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// A Request is what a caller accepted, before it is written.
type Request struct {
	// Key makes a repeated webhook harmless: the same key returns the callback that was written first.
	Key                         string
	Line, Desk, Topic, Language string
	Number, Caller              string
	Account                     string
	Answers                     Answers
	Kind                        Kind
	Urgent                      bool
	// Priority is as in [Callback].
	Priority int
	// CallRecordKey is the key of the call's [CallRecord]; the callback takes its reference over. Empty or unknown: a
	// new reference.
	CallRecordKey string
	// SMSBody is asked, once the callback is as it will be written, for the body of an SMS that confirms it and is
	// written together with it. Empty, or a nil SMSBody: none. [Service.Book] fills it in.
	SMSBody func(Callback) string
	// GiveWay ends a callback for which [Request.OwnerBefore] holds, and the one that is replaced. [Service.Book] fills
	// it in; nil: neither makes way.
	GiveWay func(*Record) error
	// Replaces is the ID of an open callback that ends as this one is written: its customer wants another number rung.
	// 0: none. One that is being dialled stays.
	Replaces int64
	// Asked is when the callback was asked for, UTC; zero is Called. [Service.Book] fills it in.
	Asked time.Time
	// Called is when the call began; Due, SlotEnd and Expires are as in [Callback].
	Called, Due, SlotEnd, Expires time.Time
	// SlotCapacity is how many callbacks one slot of this desk may hold; 0 is no limit.
	SlotCapacity int
	Limits
}

// OwnerBefore reports whether an open callback gives way: somebody else asked for it, and the number is the caller's
// own. A stranger must not stand in the way of the owner.
func (r Request) OwnerBefore(c Callback) bool {
	return r.GiveWay != nil && r.Caller != "" && r.Caller == r.Number && c.Number == r.Number && c.Caller != r.Number
}

// Callback is the callback that is asked for, as it is once it is booked, but for what a store gives it.
func (r Request) Callback() Callback {
	return Callback{
		Line: r.Line, Desk: r.Desk, Topic: r.Topic, Language: r.Language, Number: r.Number, Caller: r.Caller,
		Account: r.Account, Answers: r.Answers, Kind: r.Kind, Urgent: r.Urgent, Priority: r.Priority, State: Booked,
		Called: r.Called, Due: r.Due, SlotEnd: r.SlotEnd, Expires: r.Expires,
	}
}

// A Booking is the answer to a Request.
type Booking struct {
	Callback Callback
	// Existing is true when a callback for this line and number, or line and account, was open already:
	// Callback is that one and nothing was written.
	Existing bool
}

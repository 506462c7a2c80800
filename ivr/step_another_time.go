package ivr

import (
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Another time, for customers who were rung first and for whom no agent of the desk was left: their callback is open
// and rings nobody, unless their key has it moved. Each event asks for the attempt once more, so that nobody moves it
// whose call is not the one in which the customer pressed 1.

func askAnotherTime(*request) Action { return Perform{ReadAttempt{Ask: CustomerTook}} }

func hearAnotherTime(_ *request, key string) Action {
	if key != keyTake {
		key = "other" // silence is an answer, too
	}
	return Perform{ReadAttempt{Ask: CustomerTook, Key: key}}
}

func onAnotherTime(r *request, event Event) Action {
	switch event := event.(type) {
	case AttemptRead:
		switch c := event.Callback; {
		case event.Foreign:
			return r.byeCustomer(c, "customer.gone")
		case event.Key == keyTake && !c.State.Final():
			return Perform{Move{ID: c.ID, To: r.anotherTime()}}
		case c.State == callbacks.Task && event.Key != "":
			return r.leaveTask(c)
		case c.State == callbacks.Task || c.State.Final():
			return r.afterAgent(c)
		default: // given another time meanwhile
			return r.byeCustomer(c, "customer.nobody")
		}
	case CallbackBooked:
		c := event.Callback
		tag := r.line.Language(c.Language).Tag
		r.sayCustomer(c, "customer.moved", "when", r.line.dueBetween(tag, c.Number, c.Due, c.SlotEnd, r.now))
		return Hangup{}
	case Noted: // moved by this key, and by somebody else since then
		return askAnotherTime(r)
	case Refused:
		switch event.Why {
		case Full:
			r.slotFull()
			return askAnotherTime(r)
		case TooLate: // somebody makes it just now, or has ended it
			return askAnotherTime(r)
		}
	}
	return apologise(r)
}

// anotherTime is the slot that was heard. The key follows from the attempt: the same webhook moves it once.
func (r *request) anotherTime() callbacks.Move {
	due := time.Unix(r.Due, 0).UTC()
	return callbacks.Move{
		Key: r.Attempt + "/another-time", Kind: callbacks.Slot, Due: due, SlotEnd: time.Unix(r.Until, 0).UTC(),
		Expires: r.line.Callbacks.Expires(due), Capacity: r.line.Callbacks.SlotCapacity,
	}
}

// offerAnotherTime says sorry and offers the first slot of the desk; urgent customers and those for whom there is none
// are left to a person.
func (r *request) offerAnotherTime(c callbacks.Callback) Action {
	policy, desk := r.line.Callbacks, r.line.Desks[c.Desk]
	policy.SlotCount = 1
	var offer callbacks.Offer
	if desk != nil {
		offer = policy.OfferTo(c.Number, desk.Hours, r.now.Add(offTheLine), c.Urgent, r.full()...)
	}
	switch {
	case len(offer.Slots) == 0:
		r.sayCustomer(c, "customer.given-up")
		return r.leaveTask(c)
	case len(r.Full) > 0:
		r.sayCustomer(c, "offer.full")
	default:
		r.sayCustomer(c, "customer.given-up")
	}
	slot := offer.Slots[0]
	r.Step, r.Kind, r.Due, r.Until = StepAnotherTime, callbacks.Slot, slot.From.Unix(), slot.To.Unix()
	r.keepLanguage(c)
	when := r.line.dueBetween(r.line.Language(c.Language).Tag, c.Number, slot.From, slot.To, r.now)
	r.sayCustomer(c, "customer.slot", "when", when, "key", keyTake)
	return Gather{Timeout: menuTimeout}
}

// leaveTask ends a call whose callback is left to a person.
func (r *request) leaveTask(c callbacks.Callback) Action {
	r.sayCustomer(c, "existing.task")
	return r.byeCustomer(c, "customer.missed-last")
}

package ivr

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

// The promise: what is offered, which number to ring, and that it is written before it is spoken.

// askOffer says which number would be rung, so that a key for a time is all that is left to press. Who cannot be rung is
// told so and offered no time.
func askOffer(t *turn) Next {
	t.Kind = ""
	refusal := t.findNumber()
	if refusal != nil && !notANumber(refusal) {
		t.NoCall = refusal.Reason
		return goTo{stepRingAt}
	}
	offer := t.times()
	if !offer.ASAP.IsZero() {
		t.say("offer.intro")
	}
	if !offer.ASAP.IsZero() && refusal == nil {
		t.say("offer.number", "digits", t.line.sayPhone(t.tongue(), t.Number))
	}
	t.offerTimes(offer)
	if refusal == nil {
		t.say("offer.other", "key", keyOther)
	}
	t.say("offer.message", "key", keyLetter)
	t.say("menu.controls")
	return Listen{Timeout: menuTimeout}
}

// findNumber keeps the number to ring: the one keyed in, or the calling one if it may be rung.
func (t *turn) findNumber() *callbacks.Refusal {
	if t.Number != "" {
		return nil
	}
	refusal := t.line.Callbacks.Refusal(t.call.From)
	if refusal == nil {
		t.Number = t.call.From
	}
	return refusal
}

// notANumber is a refusal of what nobody could call: asking for the number again helps.
func notANumber(r *callbacks.Refusal) bool {
	return r.Reason == callbacks.Invalid || r.Reason == callbacks.TooShort
}

// times are what can be promised as of the moment at which nobody is on the line any more: who rings a minute before closing
// is told of the next opening.
func (t *turn) times() callbacks.Offer {
	number := t.Number
	if number == "" {
		number = t.call.From
	}
	return t.line.Callbacks.OfferTo(number, t.line.Desks[t.deskWanted()].Hours, t.now.Add(offTheLine), t.urgent(), t.full()...)
}

// offerTimes speaks the choices and keeps them in the state, so that a key means what was heard.
func (t *turn) offerTimes(offer callbacks.Offer) {
	t.Due = 0
	switch {
	case offer.ASAP.IsZero(): // not within a month: nothing can be promised
		t.say("offer.none")
		t.Slots = nil
		return
	case t.urgent():
		t.say("offer.urgent", "key", "1")
	case !offer.ASAP.After(t.now.Add(offTheLine)):
		t.say("offer.now", "key", "1")
	default:
		t.say("offer.opening", "key", "1", "when", t.line.when(t.tongue(), offer.ASAP, t.now))
	}
	t.Due = offer.ASAP.Unix()
	t.Slots = nil
	for i, slot := range offer.Slots {
		t.Slots = append(t.Slots, [2]int64{slot.From.Unix(), slot.To.Unix()})
		t.say("offer.slot", "key", strconv.Itoa(i+2), "when", t.line.between(t.tongue(), slot.From, slot.To, t.now))
	}
}

// slotFull keeps the chosen slot from being offered again.
func (t *turn) slotFull() { t.Full = append(slices.Clone(t.Full), t.Due) }

func (t *turn) full() []time.Time {
	var starts []time.Time
	for _, start := range t.Full {
		starts = append(starts, time.Unix(start, 0))
	}
	return starts
}

// urgent is a matter that the desk rings back about at any hour.
func (t *turn) urgent() bool {
	topic := t.topic()
	return topic != nil && topic.Urgent
}

func hearOffer(t *turn, key string) Next {
	switch {
	case key == keyLetter:
		return goTo{stepMessage}
	case key == keyOther && t.Number != "":
		return goTo{stepRingAtOther}
	case t.pick(key) && t.Number != "":
		return goTo{stepBook}
	case t.Kind != "":
		return goTo{stepRingAt}
	}
	return wrong{t.words("no-match.menu")}
}

// pick keeps the choice that a key stands for: 1 is as soon as possible, the others are slots.
func (t *turn) pick(key string) bool {
	i, err := strconv.Atoi(key)
	switch {
	case err != nil || t.Due == 0 || i < 1 || i > len(t.Slots)+1:
		return false
	case i == 1:
		t.Kind, t.Until = callbacks.ASAP, 0
		return true
	}
	slot := t.Slots[i-2]
	t.Kind, t.Due, t.Until = callbacks.Slot, slot[0], slot[1]
	return true
}

// askRingAt confirms a number that was not known when the times were offered, or says that it is not called, and when
// somebody is there instead.
func askRingAt(t *turn) Next {
	switch t.NoCall {
	case "":
	case callbacks.Unreachable, callbacks.OtherCountry, callbacks.BlockedPrefix:
		t.say("number.nocall")
	default:
		t.say("number.blocked")
	}
	if t.NoCall != "" {
		t.sayHours(t.deskWanted())
		t.say("number.instead")
		return Listen{Timeout: menuTimeout}
	}
	if t.Number == "" {
		return goTo{stepRingAtOther}
	}
	t.say("number.confirm", "digits", t.line.sayPhone(t.tongue(), t.Number))
	return Listen{Timeout: menuTimeout}
}

func hearRingAt(t *turn, key string) Next {
	switch {
	case key == "1" && t.NoCall == "":
		return goTo{stepBook}
	case key == "2":
		return goTo{stepRingAtOther}
	case key == keyLetter:
		return goTo{stepMessage}
	}
	return wrong{t.words("no-match.menu")}
}

func askRingAtOther(t *turn) Next {
	t.say("number.ask")
	return Listen{Entry: true, Timeout: entryTimeout}
}

// hearRingAtOther never takes one number for another: where the digits can stand for several, the caller chooses.
func hearRingAtOther(t *turn, digits string) Next {
	numbers, err := t.line.Callbacks.Readings(digits, t.line.Region)
	var refusal *callbacks.Refusal
	switch {
	case errors.As(err, &refusal):
		return t.notRung(refusal)
	case len(numbers) > 1:
		t.Readings = numbers
		return goTo{stepRingAtWhich}
	}
	return t.ringAt(numbers[0])
}

func askRingAtWhich(t *turn) Next {
	t.say("number.which")
	for i, number := range t.Readings {
		t.say("number.choice", "digits", t.line.sayPhone(t.tongue(), number), "key", strconv.Itoa(i+1))
	}
	t.say("offer.other", "key", keyOther)
	return Listen{Timeout: menuTimeout}
}

func hearRingAtWhich(t *turn, key string) Next {
	if key == keyOther {
		return goTo{stepRingAtOther}
	}
	if i, err := strconv.Atoi(key); err == nil && i >= 1 && i <= len(t.Readings) {
		return t.ringAt(t.Readings[i-1])
	}
	return wrong{t.words("no-match.menu")}
}

// ringAt keeps a number that was keyed in, if it may be called.
func (t *turn) ringAt(number string) Next {
	t.Readings = nil
	if refusal := t.line.Callbacks.Refusal(number); refusal != nil {
		return t.notRung(refusal)
	}
	t.Number, t.NoCall = number, ""
	if t.Kind == "" || !t.fitsNumber() { // which times there are may depend on the number
		return goTo{stepOffer}
	}
	return goTo{stepRingAt}
}

// notRung answers a number that was keyed in and is not called.
func (t *turn) notRung(refusal *callbacks.Refusal) Next {
	if notANumber(refusal) {
		return wrong{t.words("number.invalid")}
	}
	t.Number, t.NoCall = "", refusal.Reason
	return goTo{stepRingAt}
}

// fitsNumber reports whether the time that was chosen would be offered to whoever has this number.
func (t *turn) fitsNumber() bool {
	if t.urgent() {
		return true
	}
	offer := t.times()
	due := time.Unix(t.Due, 0)
	if t.Kind == callbacks.ASAP {
		soon := t.now.Add(2 * offTheLine)
		return !offer.ASAP.IsZero() && (offer.ASAP.Unix() == t.Due || !offer.ASAP.After(soon) && !due.After(soon))
	}
	return slices.ContainsFunc(offer.Slots, func(slot hours.Interval) bool { return slot.From.Equal(due) })
}

// offTheLine is how long we wait before ringing somebody who is still hearing his reference number.
const offTheLine = time.Minute

// askBook has the promise written. Its key follows from the state that asked for it, so that the same webhook again
// names the same promise; it is counted once something is known to stand under it.
func askBook(t *turn) Next {
	due := time.Unix(t.Due, 0).UTC()
	until := time.Time{}
	if soon := t.now.Add(offTheLine).Truncate(time.Second); due.Before(soon) && t.Kind == callbacks.ASAP {
		due = soon.UTC()
	}
	if t.Kind == callbacks.Slot {
		until = time.Unix(t.Until, 0).UTC()
		if due.Before(t.now) { // it has begun while the caller was thinking
			t.slotFull()
			t.say("offer.full")
			return goTo{stepOffer}
		}
	}
	request := callbacks.Request{
		Key:  t.callbackKey(),
		Line: t.line.ID, Desk: t.deskWanted(), Topic: t.Topic, Language: t.tongue(),
		Number: t.Number, Caller: t.call.From, Account: t.Account, Answers: t.Answers, CallRecordKey: t.call.SID,
		Kind: t.Kind, Urgent: t.urgent(), Called: time.Unix(t.Called, 0).UTC(),
		Due: due, SlotEnd: until, Expires: t.line.Callbacks.Expires(due),
	}
	if t.Kind == callbacks.Slot {
		request.SlotCapacity = t.line.Callbacks.SlotCapacity
	}
	if topic := t.topic(); topic != nil {
		request.Priority = topic.Priority
	}
	request.Limits = t.line.Callbacks.LimitsOf(request, t.line.Desks[request.Desk].Hours)
	return Perform{Book{request}}
}

func (t *turn) callbackKey() string { return t.call.SID + "/" + strconv.Itoa(t.Bookings+1) }

func afterBook(t *turn, event Event) Next {
	switch event := event.(type) {
	case Noted:
		t.Bookings++
		return t.notedBefore(event.Callback)
	case CallbackBooked:
		t.Bookings++
		if event.Existing {
			return t.standsAlready(event.Callback)
		}
		t.sayBooked(event.Callback)
		t.sayReference(event.Callback.Reference)
		if topic := t.topic(); topic != nil && topic.Note {
			t.Booked = event.Callback.ID
			return goTo{stepNote}
		}
		return farewell(t)
	case Refused:
		switch event.Why {
		case Full:
			t.slotFull()
			t.say("offer.full")
			return goTo{stepOffer}
		case NumberEnough: // another number may be keyed in, or the calling one taken
			t.say("number.enough")
			t.Number = ""
			return goTo{stepOffer}
		case Enough:
			return t.withoutCallback("booked.enough")
		case AnonymousEnough:
			return t.withoutCallback("booked.anonymous")
		case Many:
			return t.withoutCallback("booked.many")
		}
	}
	return t.withoutCallback("booked.failed")
}

// withoutCallback says why there is none, and goes on to an agent if one can answer, else to a message.
func (t *turn) withoutCallback(why string) Next {
	t.say(why)
	if desk := t.deskWanted(); t.deskCanAnswer(desk) {
		return t.ring(desk)
	}
	return goTo{stepMessage}
}

// standsAlready answers who asks for a second promise. Whoever knows an account and forges a number gets this far,
// so nothing of the first one is told without its reference.
func (t *turn) standsAlready(callback callbacks.Callback) Next {
	t.say("booked.existing")
	t.OpenCallbackID, t.ByReference = callback.ID, true
	return goTo{stepMine}
}

// notedBefore answers who asks for something else after the answer to a booking was lost. This very call made that
// booking, so all of it is told, and can be changed, without its reference.
func (t *turn) notedBefore(callback callbacks.Callback) Next {
	if !callback.Open() {
		t.say("existing.over")
		return goTo{stepOffer}
	}
	t.say("existing.before", "digits", t.line.sayPhone(t.tongue(), callback.Number))
	t.sayReference(callback.Reference)
	t.OpenCallbackID, t.ByReference = callback.ID, true
	return t.tellMine(callback)
}

func (t *turn) sayBooked(callback callbacks.Callback) {
	switch {
	case callback.Urgent:
		t.say("booked.urgent")
	case callback.Kind == callbacks.Slot:
		t.say("booked.slot", "when", t.line.between(t.tongue(), callback.Due, callback.SlotEnd, t.now))
	case callback.Due.After(t.now.Add(offTheLine)):
		t.say("booked.opening", "when", t.line.when(t.tongue(), callback.Due, t.now))
	default:
		t.say("booked.now")
	}
}

// sayReference speaks the reference twice.
func (t *turn) sayReference(reference string) {
	digits := t.digits(reference)
	t.say("reference", "digits", digits)
	t.say("reference.again", "digits", digits)
}

// farewell ends a call that got what it was for.
func farewell(t *turn) Next {
	t.say("goodbye")
	return Hangup{}
}

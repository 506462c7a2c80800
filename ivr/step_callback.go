package ivr

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

// Booking a callback: what is offered, which number to ring, and that it is written before it is spoken.

// askOffer says which number would be rung, so that a key for a time is all that is left to press. Who cannot be rung
// hears that and is offered no time.
func askOffer(r *request) Action {
	r.Kind, r.Later = "", 0
	refusal := r.findNumber()
	if refusal != nil && !notANumber(refusal) {
		r.NoCall, r.NoCallOwn = refusal.Reason, true
		return goTo{stepRingAt}
	}
	r.offerEmergency()
	r.sayOpenCallback()
	offer := r.times(choices)
	switch {
	case offer.ASAP.IsZero():
	case refusal != nil:
		r.say("offer.intro")
	case r.Number == r.call.From:
		r.say("offer.yours", "digits", r.digits(r.Number[max(0, len(r.Number)-4):]))
	default:
		r.say("offer.intro")
		r.say("offer.number", "digits", r.line.sayPhone(r.language(), r.Number))
	}
	r.offerTimes(offer)
	r.say("offer.message", "key", keyMessage)
	switch {
	case !r.hasMore():
	case r.hasMoreTimes():
		r.say("offer.more", "key", keyMore)
	default:
		r.say("offer.other", "key", keyMore)
	}
	r.sayPersonKey()
	return Gather{Timeout: menuTimeout}
}

// offerEmergency makes the urgent topic the first choice while only its desk can answer.
func (r *request) offerEmergency() {
	if r.Emergency = r.emergency() != nil; r.Emergency {
		r.sayFirst("emergency.first", "key", "1")
	}
}

func takeEmergency(r *request) Action {
	topic := r.line.emergency()
	if topic == nil { // taken away meanwhile
		return toTopics(r)
	}
	return r.choose(*topic)
}

// hasMore reports whether an offer has a second page: there is a number for which another can be taken.
func (r *request) hasMore() bool { return r.Number != "" }

// hasMoreTimes reports whether there are slots behind those that were offered.
func (r *request) hasMoreTimes() bool {
	offered := r.Later + len(r.Slots)
	return len(r.times(offered+1).Slots) > offered
}

// moreOfOffer answers the key for more: the second page, or another number at once where that is all it has.
func moreOfOffer(r *request) Action {
	if r.hasMoreTimes() {
		return laterTimes(r)
	}
	return goTo{stepRingAtOther}
}

// findNumber keeps the number to ring: the one keyed in, or the calling one if it may be rung.
func (r *request) findNumber() *callbacks.Refusal {
	if r.Number != "" {
		return nil
	}
	refusal := r.line.Callbacks.Refusal(r.call.From)
	if refusal == nil {
		r.Number = r.call.From
	}
	return refusal
}

// notANumber is a refusal of what nobody could call: asking for the number again helps.
func notANumber(r *callbacks.Refusal) bool {
	return r.Reason == callbacks.Invalid || r.Reason == callbacks.TooShort
}

// times are what can be booked as of the moment at which nobody is on the line any more, with so many slots at most:
// who rings a minute before closing is told of the next opening.
func (r *request) times(slots int) callbacks.Offer {
	policy := r.line.Callbacks
	policy.SlotCount = slots
	desk := r.line.Desks[r.deskWanted()]
	return policy.OfferTo(r.toRing(), desk.Hours, r.now.Add(offTheLine), r.urgent(), r.full()...)
}

// toRing is the number that would be rung; the calling one before another was given, or nobody's.
func (r *request) toRing() string { return cmp.Or(r.Number, r.call.From) }

// slotsAtOnce is how many slots callers hear before "more": nobody listens for longer than twenty seconds.
const slotsAtOnce = 2

// offerTimes speaks the choices and keeps them in the state, so that a key means what was heard.
func (r *request) offerTimes(offer callbacks.Offer) {
	r.Due, r.Slots = 0, nil
	key := 1
	if r.Emergency {
		key++
	}
	var said time.Time // its day was spoken
	first := strconv.Itoa(key)
	switch {
	case offer.ASAP.IsZero(): // not within a month: nothing can be booked
		r.say("offer.none")
		return
	case r.urgent():
		r.say("offer.urgent", "key", first)
	case !offer.ASAP.After(r.now.Add(offTheLine)):
		r.say("offer.now", "key", first)
	default:
		said = offer.ASAP
		r.say("offer.opening", "key", first, "when", r.line.dueWhen(r.language(), r.toRing(), offer.ASAP, r.now))
	}
	r.Due = offer.ASAP.Unix()
	most := r.line.Callbacks.WithDefaults().SlotCount
	if r.Step == stepOffer { // short: the emergency takes a slot's place, and key 8 leads to later ones
		most = slotsAtOnce + 1 - key
	}
	if r.Step == stepOffer && r.OpenCallbackID != 0 && r.Number == r.call.From { // it is mostly that callback they want
		most = 0
	}
	most = min(most, choices-key)
	r.offerSlots(offer.Slots[:min(most, len(offer.Slots))], key+1, said)
}

// offerSlots speaks slots from a key on. A day that was spoken is not spoken again.
func (r *request) offerSlots(slots []hours.Interval, key int, said time.Time) {
	r.Slots = nil
	for i, slot := range slots {
		r.Slots = append(r.Slots, [2]int64{slot.From.Unix(), slot.To.Unix()})
		when := r.line.dueBetweenAfter(r.language(), r.toRing(), slot, said, r.now)
		r.say("offer.slot", "key", strconv.Itoa(key+i), "when", when)
		said = slot.From
	}
}

// askOfferMore offers another number, and later times.
func askOfferMore(r *request) Action {
	key := 1
	if r.offerEmergency(); r.Emergency {
		key++
	}
	if r.Number != "" {
		r.say("offer.other", "key", strconv.Itoa(key))
		key++
	}
	r.offerSlots(r.laterSlots(slotsAtOnce), key, time.Time{})
	if r.hasMoreTimes() {
		r.say("offer.more", "key", keyMore)
	}
	r.sayControls()
	r.say("menu.back")
	return Gather{Timeout: menuTimeout}
}

// laterSlots are at most n slots behind those that were offered before.
func (r *request) laterSlots(n int) []hours.Interval {
	slots := r.times(r.Later + n).Slots
	return slots[min(r.Later, len(slots)):]
}

func keysOfOfferMore(r *request) []menuKey {
	other := r.emergencyOffered()
	if r.Number != "" {
		other = append(other, goes(stepRingAtOther))
	}
	return append(choicesOf(append(other, r.takeSlots(bookAt)...)), menuKey{keyMessage, goes(stepMessage)},
		menuKey{keyMore, laterTimes})
}

// laterTimes turns the page.
func laterTimes(r *request) Action {
	r.Later += len(r.Slots)
	return goTo{stepOfferMore}
}

// slotFull keeps the chosen slot from being offered again.
func (r *request) slotFull() { r.Full = append(slices.Clone(r.Full), r.Due) }

func (r *request) full() []time.Time {
	var starts []time.Time
	for _, start := range r.Full {
		starts = append(starts, time.Unix(start, 0))
	}
	return starts
}

// urgent is a matter that the desk rings back about at any hour.
func (r *request) urgent() bool {
	topic := r.topic()
	return topic != nil && topic.Urgent
}

func keysOfOffer(r *request) []menuKey {
	keys := append(r.keysOfTimes(bookAt), menuKey{keyMessage, goes(stepMessage)})
	if r.hasMore() {
		keys = append(keys, menuKey{keyMore, moreOfOffer})
	}
	if r.OpenCallbackID != 0 {
		keys = append(keys, menuKey{keyExisting, goes(stepExisting)})
	}
	return keys
}

// bookAt books the time that was chosen, once it is known whom to ring.
func bookAt(r *request) Action {
	if r.Number == "" {
		return goTo{stepRingAt}
	}
	return goTo{stepBook}
}

// keysOfTimes are the keys of what was offered: the emergency, as soon as possible, and slots.
func (r *request) keysOfTimes(then func(*request) Action) []menuKey {
	offered := r.emergencyOffered()
	if r.Due != 0 {
		offered = append(offered, func(r *request) Action {
			r.Kind, r.Until = callbacks.ASAP, 0
			return then(r)
		})
	}
	return choicesOf(append(offered, r.takeSlots(then)...))
}

// emergencyOffered is the first choice where the emergency was offered, and none elsewhere.
func (r *request) emergencyOffered() []func(*request) Action {
	if !r.Emergency {
		return nil
	}
	return []func(*request) Action{takeEmergency}
}

// takeSlots are the choices of the slots that were offered.
func (r *request) takeSlots(then func(*request) Action) (takes []func(*request) Action) {
	for _, slot := range r.Slots {
		takes = append(takes, func(r *request) Action {
			r.Kind, r.Due, r.Until = callbacks.Slot, slot[0], slot[1]
			return then(r)
		})
	}
	return takes
}

// choicesOf are the keys from 1 on.
func choicesOf(takes []func(*request) Action) []menuKey {
	return numbered(len(takes), func(r *request, i int) Action { return takes[i](r) })
}

// askRingAt confirms a number that was not known when the times were offered, or says that it is not called, and when
// somebody is there instead.
func askRingAt(r *request) Action {
	if r.NoCall != "" {
		r.sayNoCall()
		r.offerEmergency()
		r.sayHours(r.deskWanted())
		r.say("number.instead", "key", keyMessage)
		return Gather{Timeout: menuTimeout}
	}
	if r.Number == "" {
		return goTo{stepRingAtOther}
	}
	r.say("number.confirm", "digits", r.line.sayPhone(r.language(), r.Number))
	return Gather{Timeout: menuTimeout}
}

// sayNoCall says why a number is not called. Callers who keyed in none are told of theirs.
func (r *request) sayNoCall() {
	switch r.NoCall {
	case callbacks.Unreachable, callbacks.OtherCountry, callbacks.BlockedPrefix:
		if r.NoCallOwn {
			r.say("number.nocall")
		} else {
			r.say("number.abroad")
		}
	default:
		r.say("number.blocked")
	}
}

func keysOfRingAt(r *request) []menuKey {
	keys := []menuKey{{"2", goes(stepRingAtOther)}, {keyMessage, goes(stepMessage)}}
	switch {
	case r.NoCall == "":
		keys = append(keys, menuKey{"1", goes(stepBook)})
	case r.Emergency:
		keys = append(keys, menuKey{"1", takeEmergency})
	}
	return keys
}

func askRingAtOther(r *request) Action {
	r.say("number.ask")
	return Gather{Entry: true, Timeout: entryTimeout}
}

// hearRingAtOther never takes one number for another: where the digits can stand for several, the caller chooses.
func hearRingAtOther(r *request, digits string) Action {
	numbers, err := r.line.Callbacks.Readings(digits, r.line.Region)
	var refusal *callbacks.Refusal
	switch {
	case errors.As(err, &refusal):
		return r.notRung(refusal)
	case len(numbers) > 1:
		r.Readings = numbers
		return goTo{stepRingAtWhich}
	}
	return r.ringAt(numbers[0])
}

func askRingAtWhich(r *request) Action {
	r.say("number.which")
	for i, number := range r.Readings {
		r.say("number.choice", "digits", r.line.sayPhone(r.language(), number), "key", strconv.Itoa(i+1))
	}
	r.say("offer.other", "key", keyMore)
	return Gather{Timeout: menuTimeout}
}

func keysOfRingAtWhich(r *request) []menuKey {
	keys := numbered(len(r.Readings), func(r *request, i int) Action { return r.ringAt(r.Readings[i]) })
	return append(keys, menuKey{keyMore, goes(stepRingAtOther)})
}

// ringAt keeps a number that was keyed in, if it may be called.
func (r *request) ringAt(number string) Action {
	r.Readings = nil
	if refusal := r.line.Callbacks.Refusal(number); refusal != nil {
		return r.notRung(refusal)
	}
	r.Number, r.NoCall = number, ""
	if r.Kind == "" || !r.fitsNumber() { // which times there are may depend on the number
		return goTo{stepOffer}
	}
	return goTo{stepRingAt}
}

// notRung answers a number that was keyed in and is not called.
func (r *request) notRung(refusal *callbacks.Refusal) Action {
	if notANumber(refusal) {
		return noMatch{prompt: r.words("number.invalid")}
	}
	r.Number, r.NoCall, r.NoCallOwn = "", refusal.Reason, false
	return goTo{stepRingAt}
}

// fitsNumber reports whether the time that was chosen would be offered to the holder of this number.
func (r *request) fitsNumber() bool {
	if r.urgent() {
		return true
	}
	offer := r.times(r.Later + choices)
	due := time.Unix(r.Due, 0)
	if r.Kind == callbacks.ASAP {
		soon := r.now.Add(2 * offTheLine)
		return !offer.ASAP.IsZero() && (offer.ASAP.Unix() == r.Due || !offer.ASAP.After(soon) && !due.After(soon))
	}
	return slices.ContainsFunc(offer.Slots, func(slot hours.Interval) bool { return slot.From.Equal(due) })
}

// offTheLine is how long we wait before ringing somebody who is still hearing their reference number.
const offTheLine = time.Minute

// askBook has the callback written. Its key follows from the state that asked for it, so that the same webhook again
// names the same callback; it is counted once one is known to be written under it.
func askBook(r *request) Action {
	due := time.Unix(r.Due, 0).UTC()
	until := time.Time{}
	if soon := r.now.Add(offTheLine).Truncate(time.Second); due.Before(soon) && r.Kind == callbacks.ASAP {
		due = soon.UTC()
	}
	if r.Kind == callbacks.Slot {
		until = time.Unix(r.Until, 0).UTC()
		if due.Before(r.now) { // it has begun while the caller was thinking
			r.slotFull()
			r.say("offer.full")
			return goTo{stepOffer}
		}
	}
	return Perform{Book{r.bookingOf(due, until)}}
}

// bookingOf is the request for a callback at the number and of the kind that were chosen.
func (r *request) bookingOf(due, until time.Time) callbacks.Request {
	request := callbacks.Request{
		Key:  r.callbackKey(),
		Line: r.line.ID, Desk: r.deskWanted(), Topic: r.Topic, Language: r.language(),
		Number: r.Number, Caller: r.call.From, Account: r.Account, Answers: r.Answers, CallRecordKey: r.call.SID,
		Kind: r.Kind, Urgent: r.urgent(), Called: time.Unix(r.Called, 0).UTC(),
		Due: due, SlotEnd: until, Expires: r.line.Callbacks.Expires(due),
	}
	if r.Booked != 0 && r.Booked == r.OpenCallbackID && r.Number != r.call.From { // it was booked by itself
		request.Replaces = r.Booked
	}
	if r.Kind == callbacks.Slot {
		request.SlotCapacity = r.line.Callbacks.SlotCapacity
	}
	if topic := r.topic(); topic != nil {
		request.Priority = topic.Priority
	}
	request.Limits = r.line.Callbacks.LimitsOf(request, r.line.Desks[request.Desk].Hours)
	return request
}

func (r *request) callbackKey() string { return r.call.SID + "/" + strconv.Itoa(r.Bookings+1) }

func afterBook(r *request, event Event) Action {
	switch event := event.(type) {
	case Noted:
		r.Bookings++
		return r.notedBefore(event.Callback)
	case CallbackBooked:
		r.Bookings++
		if event.Existing {
			return r.alreadyOpen(event.Callback)
		}
		r.sayBooked(event.Callback)
		r.sayReference(event.Callback.Reference)
		r.say("reference.check")
		r.sayText(event.Callback)
		if topic := r.topic(); topic != nil && topic.Note {
			r.Booked = event.Callback.ID
			return goTo{stepNote}
		}
		return farewell(r)
	case Refused:
		switch event.Why {
		case Full:
			r.slotFull()
			r.say("offer.full")
			return goTo{stepOffer}
		case NumberEnough: // another number may be keyed in, or the calling one taken
			r.say("number.enough")
			r.Number = ""
			return goTo{stepOffer}
		case Enough:
			return r.withoutCallback("booked.enough")
		case AnonymousEnough:
			return r.withoutCallback("booked.anonymous")
		case Many:
			return r.withoutCallback("booked.many")
		}
	}
	return r.withoutCallback("booked.failed")
}

// withoutCallback says why there is none, and goes on to an agent if one can answer, else to a message.
func (r *request) withoutCallback(why string) Action {
	r.say(why)
	if desk := r.deskWanted(); r.deskCanAnswer(desk) {
		return r.ring(desk)
	}
	return r.toMessage()
}

// alreadyOpen answers a caller who asks for a second callback. A caller who knows an account and forges a number gets
// this far, so nothing of the first one is told without its reference.
func (r *request) alreadyOpen(callback callbacks.Callback) Action {
	r.say("booked.existing")
	r.OpenCallbackID, r.ByReference = callback.ID, true
	return goTo{stepExisting}
}

// notedBefore answers who asks for something else after the answer to a booking was lost. This very call made that
// booking, so all of it is told, and can be changed, without its reference.
func (r *request) notedBefore(callback callbacks.Callback) Action {
	if !callback.Open() {
		r.say("existing.over")
		return goTo{stepOffer}
	}
	r.say("existing.before", "digits", r.line.sayPhone(r.language(), callback.Number))
	r.sayReference(callback.Reference)
	r.OpenCallbackID, r.ByReference = callback.ID, true
	return r.tellExisting(callback)
}

func (r *request) sayBooked(callback callbacks.Callback) {
	switch {
	case callback.Urgent:
		r.say("booked.urgent")
	case callback.Kind == callbacks.Slot:
		r.say("booked.slot", "when", r.line.dueBetween(r.language(), callback.Number, callback.Due, callback.SlotEnd,
			r.now))
	case callback.Due.After(r.now.Add(offTheLine)):
		r.say("booked.opening", "when", r.line.dueWhen(r.language(), callback.Number, callback.Due, r.now))
	default:
		r.say("booked.now")
	}
}

// sayText tells of the text message that was written together with a callback.
func (r *request) sayText(callback callbacks.Callback) {
	if r.line.SMSFollows(callback) {
		r.say("booked.text")
	}
}

// sayReference speaks the reference twice.
func (r *request) sayReference(reference string) {
	digits := r.digits(reference)
	r.say("reference", "digits", digits)
	r.say("reference.again", "digits", digits)
}

// farewell ends a call that got what it was for.
func farewell(r *request) Action {
	r.say("goodbye")
	return Hangup{}
}

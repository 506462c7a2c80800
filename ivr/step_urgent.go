package ivr

import (
	"slices"
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// What follows when nobody took an urgent call: the line's own people are told, and a callback is booked by itself.

// rangLong is how long an urgent caller has to have waited who hangs up, for the call to count as unanswered: ten
// seconds of ringing, and the sentence before where it is shortest, about two seconds. Elsewhere it is up to three.
const rangLong = 11500 * time.Millisecond

// urgentUnanswered tells the line's own people.
func (r *request) urgentUnanswered() Action {
	key := r.call.SID + "/" + strconv.Itoa(r.Dials)
	return Perform{UrgentUnanswered{Key: key, Line: r.line.ID, Desk: r.Desk, Caller: r.call.From}}
}

// hungUp ends a round whose caller is gone.
func (r *request) hungUp() Action {
	waited := r.now.Sub(time.Unix(r.Ringing, 0))
	if !r.urgent() || waited < rangLong {
		return farewell(r)
	}
	return r.urgentUnanswered()
}

// afterUnanswered books a callback to the calling number, where that may be called; to nobody's else.
func (r *request) afterUnanswered() Action {
	if r.call.From != "" && r.line.Callbacks.Refusal(r.call.From) == nil {
		return goTo{stepUrgentBook}
	}
	return r.afterNobody()
}

func askUrgentBook(r *request) Action {
	r.Kind, r.Number = callbacks.ASAP, r.call.From
	return Perform{Book{r.bookingOf(r.now.Add(offTheLine).Truncate(time.Second).UTC(), time.Time{})}}
}

// afterUrgentBook goes on with a callback that is written, or was open before; without one as if none had been wanted.
func afterUrgentBook(r *request, event Event) Action {
	booked, ok := event.(CallbackBooked)
	if ok {
		r.Bookings++
	}
	if !ok || booked.Callback.Number != r.call.From { // the account's, to another number
		return r.afterNobody()
	}
	r.Rung = append(slices.Clone(r.Rung), r.Desk)
	r.OpenCallbackID, r.ByReference = booked.Callback.ID, true
	if !booked.Existing {
		r.Booked, r.Reference = booked.Callback.ID, booked.Callback.Reference
	}
	return goTo{stepUrgentBooked}
}

// askUrgentBooked says that we ring back, and how to have the desk rung once more. Who hangs up here is rung.
func askUrgentBooked(r *request) Action {
	r.say("booked.urgent-auto")
	r.say("desk.again", "key", KeyPerson)
	r.say("booked.cancel", "key", keyExisting)
	r.say("offer.other", "key", keyMore) // the telephone may be another's, as one's own was stolen
	r.say("offer.message", "key", keyMessage)
	if r.Booked == r.OpenCallbackID {
		r.say("reference", "digits", r.digits(r.Reference))
		r.sayText(callbacks.Callback{Number: r.call.From, Caller: r.call.From, Language: r.language(), Urgent: true})
	}
	return Gather{Timeout: menuTimeout}
}

// keysOfUrgentBooked ask for no proof of a callback that this very call has made.
func keysOfUrgentBooked(r *request) []menuKey {
	existing := stepExisting
	if r.Booked == r.OpenCallbackID {
		existing = stepExistingMenu
	}
	return []menuKey{{keyExisting, goes(existing)}, {keyMore, goes(stepRingAtOther)}, {keyMessage, goes(stepMessage)}}
}

// ringAgain has a desk rung that nobody answered before.
func (r *request) ringAgain(desk string) Action {
	r.Rung = slices.DeleteFunc(slices.Clone(r.Rung), func(rung string) bool { return rung == desk })
	return r.ring(desk)
}

package ivr

import (
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// An open callback: told, moved or cancelled only against the reference or the account's last four digits,
// because a calling number can be forged. Where those digits are the calling number's own, only the reference counts.

func askExisting(r *request) Action {
	if r.ByReference {
		r.say("existing.reference")
		r.say("verify.instead", "key", keyExisting)
		return Gather{Entry: true, Digits: callbacks.ReferenceDigits, Timeout: entryTimeout}
	}
	r.say("existing.ask")
	r.say("verify.instead", "key", keyExisting)
	return Gather{Entry: true, Timeout: entryTimeout}
}

// hearExisting takes the proof, or the key of who wants to know whether a call was ours and may have no proof.
func hearExisting(r *request, digits string) Action {
	if digits == keyExisting {
		return goTo{stepVerify}
	}
	r.HashMayFollow = r.ByReference && len(digits) == callbacks.ReferenceDigits
	return Perform{Prove{
		Key: r.call.SID + "/" + strconv.Itoa(r.Events), ID: r.OpenCallbackID, Caller: r.call.From,
		Digits: digits, ByReference: r.ByReference,
	}}
}

func afterExisting(r *request, event Event) Action {
	if shown, ok := event.(Shown); ok {
		return r.tellExisting(shown.Callback)
	}
	if refused, ok := event.(Refused); ok && refused.Why == NoMatch && r.NoMatches+1 < r.line.NoMatchLimit {
		return noMatch{prompt: r.words("existing.wrong")}
	}
	return r.cannotTell()
}

// leaveExisting says why nothing more is told of the callback in this call, and goes on without it.
func (r *request) leaveExisting(why string) Action {
	r.say(why)
	r.OpenCallbackID = 0
	return toTopics(r)
}

func (r *request) cannotTell() Action { return r.leaveExisting("existing.locked") }

// askExistingMenu reads the callback each time: the desk may have changed it while the caller was listening.
func askExistingMenu(r *request) Action { return Perform{Look{ID: r.OpenCallbackID}} }

func afterExistingMenu(r *request, event Event) Action {
	if shown, ok := event.(Shown); ok {
		return r.tellExisting(shown.Callback)
	}
	return r.cannotTell()
}

// tellExisting says when a callback is due, as it was just read, and what can be done about it.
func (r *request) tellExisting(c callbacks.Callback) Action {
	if !c.Open() {
		return r.leaveExisting("existing.over")
	}
	if r.Step != stepExistingMenu {
		r.enter(stepExistingMenu)
	}
	r.OpenCallbackDue = dueWindowOf(c)
	r.Topic, r.Number = c.Topic, c.Number
	r.tellWhen(c)
	if r.urgent() { // it comes as soon as possible: there is no other time
		r.say("existing.menu-urgent")
	} else {
		r.say("existing.menu")
	}
	r.say("verify.offer", "key", keyExisting)
	r.sayControls()
	return Gather{Timeout: menuTimeout}
}

func dueWindowOf(c callbacks.Callback) DueWindow {
	window := DueWindow{Kind: c.Kind, Due: c.Due.Unix()}
	if !c.SlotEnd.IsZero() {
		window.Until = c.SlotEnd.Unix()
	}
	return window
}

// tellWhen says when a callback is due.
func (r *request) tellWhen(c callbacks.Callback) {
	switch {
	case c.State == callbacks.Task:
		r.say("existing.task")
	case c.State != callbacks.Booked:
		r.say("existing.dialling")
	case c.Kind == callbacks.Slot && c.SlotEnd.After(r.now) && c.SlotEnd.After(c.Due):
		r.say("existing.slot", "when", r.line.dueBetween(r.language(), c.Number, c.Due, c.SlotEnd, r.now))
	case c.Due.After(r.now.Add(offTheLine)):
		r.say("existing.at", "when", r.line.dueWhen(r.language(), c.Number, c.Due, r.now))
	default:
		r.say("existing.soon")
	}
}

func keysOfExistingMenu(r *request) []menuKey {
	keys := []menuKey{{"1", goes(stepExistingKept)}, {"3", goes(stepExistingSure)}, {keyExisting, goes(stepVerify)}}
	if !r.urgent() {
		keys = append(keys, menuKey{"2", goes(stepExistingWhen)})
	}
	return keys
}

func askExistingKept(r *request) Action { return Perform{Look{ID: r.OpenCallbackID}} }

// afterExistingKept confirms what the caller has heard if it is so still.
func afterExistingKept(r *request, event Event) Action {
	shown, ok := event.(Shown)
	switch c := shown.Callback; {
	case !ok:
		return r.cannotTell()
	case !c.Open():
		return r.tellExisting(c)
	case c.State == callbacks.Task:
		r.say("existing.task")
	case c.State != callbacks.Booked:
		r.say("existing.dialling")
	case r.OpenCallbackDue != dueWindowOf(c):
		return r.tellExisting(c)
	default:
		r.say("existing.kept")
	}
	return farewell(r)
}

func askExistingWhen(r *request) Action {
	r.Emergency = false
	r.offerTimes(r.times(choices))
	if r.Due == 0 { // there is none to choose
		return goTo{stepExistingMenu}
	}
	r.sayControls()
	return Gather{Timeout: menuTimeout}
}

func keysOfExistingWhen(r *request) []menuKey { return r.keysOfTimes((*request).move) }

// move has the callback moved to the time that was chosen.
func (r *request) move() Action {
	due, until, capacity := time.Unix(r.Due, 0).UTC(), time.Time{}, 0
	if r.Kind == callbacks.Slot {
		until, capacity = time.Unix(r.Until, 0).UTC(), r.line.Callbacks.SlotCapacity
	}
	return Perform{Move{ID: r.OpenCallbackID, To: callbacks.Move{
		Key: r.callbackKey() + "/" + strconv.FormatInt(r.OpenCallbackID, 10), Kind: r.Kind, Due: due, SlotEnd: until,
		Expires: r.line.Callbacks.Expires(due), Capacity: capacity, Caller: r.call.From,
		Limits: r.line.Callbacks.MoveLimits(),
	}}}
}

func afterMove(r *request, event Event) Action {
	switch event := event.(type) {
	case Noted:
		r.Bookings++
		r.say("existing.saved")
		return r.tellExisting(event.Callback)
	case CallbackBooked:
		if event.Callback.Kind == callbacks.Slot {
			r.say("existing.moved", "when", r.line.dueBetween(r.language(), event.Callback.Number, event.Callback.Due,
				event.Callback.SlotEnd, r.now))
		} else if event.Callback.Due.After(r.now.Add(offTheLine)) {
			r.tellWhen(event.Callback)
		} else {
			r.say("existing.soonest")
		}
		return farewell(r)
	case Refused:
		switch event.Why {
		case Full:
			r.slotFull()
			return noMatch{prompt: r.words("offer.full")}
		case Enough, AnonymousEnough, NumberEnough:
			r.say("existing.enough")
			return goTo{stepExistingMenu}
		}
	}
	return r.cannotChange(event)
}

func askExistingSure(r *request) Action {
	r.say("existing.sure")
	r.sayControls()
	return Gather{Timeout: menuTimeout}
}

func keysOfExistingSure(*request) []menuKey {
	return []menuKey{
		{"1", func(r *request) Action { return Perform{Cancel{ID: r.OpenCallbackID}} }},
		{"2", goes(stepExistingMenu)},
	}
}

func afterCancel(r *request, event Event) Action {
	if _, ok := event.(Dropped); ok {
		r.say("existing.cancelled")
		return farewell(r)
	}
	return r.cannotChange(event)
}

// cannotChange tells a callback that is being made or over from a fault of ours, of which nobody knows what it left.
func (r *request) cannotChange(event Event) Action {
	if refused, ok := event.(Refused); ok && refused.Why == TooLate {
		return r.leaveExisting("existing.cannot")
	}
	return r.cannotTell()
}

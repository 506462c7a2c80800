package ivr

import (
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A promise that stands: told, moved or cancelled only against the reference or the account's last four digits,
// because a calling number can be forged. Where those digits are the calling number's own, only the reference counts.

func askMine(t *turn) Next {
	if t.ByReference {
		t.say("existing.reference")
	} else {
		t.say("existing.ask")
	}
	return Listen{Entry: true, Timeout: entryTimeout}
}

func hearMine(t *turn, digits string) Next {
	return Perform{Prove{
		Key: t.call.SID + "/" + strconv.Itoa(t.Turns), ID: t.OpenCallbackID, Caller: t.call.From, Digits: digits, ByReference: t.ByReference,
	}}
}

func afterMine(t *turn, event Event) Next {
	if shown, ok := event.(Shown); ok {
		return t.tellMine(shown.Callback)
	}
	if refused, ok := event.(Refused); ok && refused.Why == NoMatch && t.Wrong+1 < t.line.NoMatchLimit {
		return wrong{t.words("existing.wrong")}
	}
	return t.cannotTell()
}

// leaveMine says why nothing more is told of the callback in this call, and goes on without it.
func (t *turn) leaveMine(why string) Next {
	t.say(why)
	t.OpenCallbackID = 0
	return toTopics(t)
}

func (t *turn) cannotTell() Next { return t.leaveMine("existing.locked") }

// askMineMenu reads the callback each time: the desk may have changed it while the caller was listening.
func askMineMenu(t *turn) Next { return Perform{Look{ID: t.OpenCallbackID}} }

func afterMineMenu(t *turn, event Event) Next {
	if shown, ok := event.(Shown); ok {
		return t.tellMine(shown.Callback)
	}
	return t.cannotTell()
}

// tellMine says how a callback stands, as it was just read, and what can be done about it.
func (t *turn) tellMine(c callbacks.Callback) Next {
	if !c.Open() {
		return t.leaveMine("existing.over")
	}
	if t.Step != stepMineMenu {
		t.enter(stepMineMenu)
	}
	t.OpenCallbackDue = dueWindowOf(c)
	t.Topic, t.Number = c.Topic, c.Number
	t.tellWhen(c)
	t.say("existing.menu")
	t.say("menu.controls")
	return Listen{Timeout: menuTimeout}
}

func dueWindowOf(c callbacks.Callback) DueWindow {
	window := DueWindow{Kind: c.Kind, Due: c.Due.Unix()}
	if !c.SlotEnd.IsZero() {
		window.Until = c.SlotEnd.Unix()
	}
	return window
}

// tellWhen says where a promise stands.
func (t *turn) tellWhen(c callbacks.Callback) {
	switch {
	case c.State != callbacks.Booked:
		t.say("existing.dialling")
	case c.Kind == callbacks.Slot && c.SlotEnd.After(t.now):
		t.say("existing.slot", "when", t.line.between(t.tongue(), c.Due, c.SlotEnd, t.now))
	case c.Due.After(t.now.Add(offTheLine)):
		t.say("existing.at", "when", t.line.when(t.tongue(), c.Due, t.now))
	default:
		t.say("existing.soon")
	}
}

func hearMineMenu(t *turn, key string) Next {
	switch key {
	case "1":
		return goTo{stepMineKept}
	case "2":
		return goTo{stepMineWhen}
	case "3":
		return goTo{stepMineSure}
	}
	return wrong{t.words("no-match.menu")}
}

func askMineKept(t *turn) Next { return Perform{Look{ID: t.OpenCallbackID}} }

// afterMineKept confirms what the caller has heard if it is so still.
func afterMineKept(t *turn, event Event) Next {
	shown, ok := event.(Shown)
	switch c := shown.Callback; {
	case !ok:
		return t.cannotTell()
	case !c.Open():
		return t.tellMine(c)
	case c.State != callbacks.Booked:
		t.say("existing.dialling")
	case t.OpenCallbackDue != dueWindowOf(c):
		return t.tellMine(c)
	default:
		t.say("existing.kept")
	}
	return farewell(t)
}

func askMineWhen(t *turn) Next {
	t.offerTimes(t.times())
	t.say("menu.controls")
	return Listen{Timeout: menuTimeout}
}

func hearMineWhen(t *turn, key string) Next {
	if !t.pick(key) {
		return wrong{t.words("no-match.menu")}
	}
	due, until, capacity := time.Unix(t.Due, 0).UTC(), time.Time{}, 0
	if t.Kind == callbacks.Slot {
		until, capacity = time.Unix(t.Until, 0).UTC(), t.line.Callbacks.SlotCapacity
	}
	return Perform{Move{ID: t.OpenCallbackID, To: callbacks.Move{
		Key: t.callbackKey() + "/" + strconv.FormatInt(t.OpenCallbackID, 10), Kind: t.Kind, Due: due, SlotEnd: until,
		Expires: t.line.Callbacks.Expires(due), Capacity: capacity, Caller: t.call.From, Limits: t.line.Callbacks.MoveLimits(),
	}}}
}

func afterMove(t *turn, event Event) Next {
	switch event := event.(type) {
	case Noted:
		t.Bookings++
		t.say("existing.saved")
		return t.tellMine(event.Callback)
	case CallbackBooked:
		if event.Callback.Kind == callbacks.Slot {
			t.say("existing.moved", "when", t.line.between(t.tongue(), event.Callback.Due, event.Callback.SlotEnd, t.now))
		} else if event.Callback.Due.After(t.now.Add(offTheLine)) {
			t.tellWhen(event.Callback)
		} else {
			t.say("existing.soonest")
		}
		t.say("goodbye")
		return Hangup{}
	case Refused:
		switch event.Why {
		case Full:
			t.slotFull()
			return wrong{t.words("offer.full")}
		case Enough, AnonymousEnough, NumberEnough:
			t.say("existing.enough")
			return goTo{stepMineMenu}
		}
	}
	return t.cannotChange()
}

func askMineSure(t *turn) Next {
	t.say("existing.sure")
	t.say("menu.controls")
	return Listen{Timeout: menuTimeout}
}

func hearMineSure(t *turn, key string) Next {
	switch key {
	case "1":
		return Perform{Cancel{ID: t.OpenCallbackID}}
	case "2":
		return goTo{stepMineMenu}
	}
	return wrong{t.words("no-match.menu")}
}

func afterCancel(t *turn, event Event) Next {
	if _, ok := event.(Dropped); ok {
		t.say("existing.cancelled")
		t.say("goodbye")
		return Hangup{}
	}
	return t.cannotChange()
}

func (t *turn) cannotChange() Next { return t.leaveMine("existing.cannot") }

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
		t.say("mine.reference")
	} else {
		t.say("mine.ask")
	}
	return Listen{Entry: true, Timeout: entryTimeout}
}

func hearMine(t *turn, digits string) Next {
	return Perform{Prove{
		Key: t.call.SID + "/" + strconv.Itoa(t.Turns), ID: t.Standing, Caller: t.call.From, Digits: digits, ByReference: t.ByReference,
	}}
}

func afterMine(t *turn, event Event) Next {
	if shown, ok := event.(Shown); ok && shown.Callback.Open() {
		t.show(shown.Callback)
		return goTo{stepMineMenu}
	} else if ok {
		t.say("mine.over")
		t.Standing = 0
		return toTopics(t)
	}
	if refused, ok := event.(Refused); ok && refused.Why == NoMatch && t.Wrong+1 < t.line.WrongLimit {
		return wrong{t.words("mine.wrong")}
	}
	t.say("mine.locked")
	t.Standing = 0
	return toTopics(t)
}

// show remembers what a promise says, so that it can be told again without asking the store.
func (t *turn) show(c callbacks.Callback) {
	t.Stands = Term{Kind: c.Kind, Due: c.Due.Unix()}
	if !c.SlotEnd.IsZero() {
		t.Stands.Until = c.SlotEnd.Unix()
	}
	t.Topic, t.Number = c.Topic, c.Number
	t.Dialling = c.State != callbacks.Booked
}

func askMineMenu(t *turn) Next {
	t.tellWhen(callbacks.Callback{
		Kind: t.Stands.Kind, Due: time.Unix(t.Stands.Due, 0), SlotEnd: time.Unix(t.Stands.Until, 0), State: t.standingState(),
	})
	t.say("mine.menu")
	t.say("menu.controls")
	return Listen{Timeout: menuTimeout}
}

func (t *turn) standingState() callbacks.State {
	if t.Dialling {
		return callbacks.Dialling
	}
	return callbacks.Booked
}

// tellWhen says where a promise stands.
func (t *turn) tellWhen(c callbacks.Callback) {
	switch {
	case c.State != callbacks.Booked:
		t.say("mine.dialling")
	case c.Kind == callbacks.Slot && c.SlotEnd.After(t.now):
		t.say("mine.slot", "when", t.line.between(t.tongue(), c.Due, c.SlotEnd, t.now))
	case c.Due.After(t.now.Add(offTheLine)):
		t.say("mine.at", "when", t.line.when(t.tongue(), c.Due, t.now))
	default:
		t.say("mine.soon")
	}
}

func hearMineMenu(t *turn, key string) Next {
	switch key {
	case "1":
		t.say("mine.kept")
		t.say("goodbye")
		return Hangup{}
	case "2":
		return goTo{stepMineWhen}
	case "3":
		return goTo{stepMineSure}
	}
	return wrong{t.words("wrong.menu")}
}

func askMineWhen(t *turn) Next {
	t.offerTimes(t.times())
	t.say("menu.controls")
	return Listen{Timeout: menuTimeout}
}

func hearMineWhen(t *turn, key string) Next {
	if !t.pick(key) {
		return wrong{t.words("wrong.menu")}
	}
	due, until, capacity := time.Unix(t.Due, 0).UTC(), time.Time{}, 0
	if t.Kind == callbacks.Slot {
		until, capacity = time.Unix(t.Until, 0).UTC(), t.line.Callbacks.SlotCapacity
	}
	return Perform{Move{ID: t.Standing, To: callbacks.Move{
		Key: t.promiseKey() + "/" + strconv.FormatInt(t.Standing, 10), Kind: t.Kind, Due: due, SlotEnd: until,
		Expires: t.line.Callbacks.Expires(due), Capacity: capacity, Caller: t.call.From, Limits: t.line.Callbacks.MoveLimits(),
	}}}
}

func afterMove(t *turn, event Event) Next {
	switch event := event.(type) {
	case Noted:
		t.Promises++
		t.say("mine.saved")
		t.show(event.Callback)
		return goTo{stepMineMenu}
	case Promised:
		if event.Callback.Kind == callbacks.Slot {
			t.say("mine.moved", "when", t.line.between(t.tongue(), event.Callback.Due, event.Callback.SlotEnd, t.now))
		} else if event.Callback.Due.After(t.now.Add(offTheLine)) {
			t.tellWhen(event.Callback)
		} else {
			t.say("mine.soonest")
		}
		t.say("goodbye")
		return Hangup{}
	case Refused:
		switch event.Why {
		case Full:
			t.slotFull()
			return wrong{t.words("offer.full")}
		case Enough, AnonymousEnough, NumberEnough:
			t.say("mine.enough")
			return goTo{stepMineMenu}
		}
	}
	return t.cannotChange()
}

func askMineSure(t *turn) Next {
	t.say("mine.sure")
	t.say("menu.controls")
	return Listen{Timeout: menuTimeout}
}

func hearMineSure(t *turn, key string) Next {
	switch key {
	case "1":
		return Perform{Cancel{ID: t.Standing}}
	case "2":
		return goTo{stepMineMenu}
	}
	return wrong{t.words("wrong.menu")}
}

func afterCancel(t *turn, event Event) Next {
	if _, ok := event.(Dropped); ok {
		t.say("mine.cancelled")
		t.say("goodbye")
		return Hangup{}
	}
	return t.cannotChange()
}

func (t *turn) cannotChange() Next {
	t.say("mine.cannot")
	t.Standing = 0
	return toTopics(t)
}

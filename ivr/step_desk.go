package ivr

import "slices"

// The desk: its targets in turn, one Dial each.

func askReady(t *turn) Next {
	t.say("ready.ask")
	return Listen{Timeout: readyTimeout}
}

func hearReady(t *turn, key string) Next {
	switch key {
	case "1":
		return putThrough(t)
	case "2":
		return goTo{stepOffer}
	}
	return wrong{t.words("wrong.menu")}
}

func putThrough(t *turn) Next { return t.ring(t.deskWanted()) }

// ring begins with the first target of a desk.
func (t *turn) ring(desk string) Next {
	if !t.deskCanAnswer(desk) { // closed since the caller was told otherwise
		t.sayClosed(desk)
		return goTo{stepOffer}
	}
	t.Desk, t.Target = desk, 0
	if topic := t.topic(); topic != nil && topic.Urgent {
		t.say("desk.urgent")
	} else {
		t.say("desk.connecting")
	}
	return goTo{stepDesk}
}

func askDesk(t *turn) Next {
	desk := t.line.Desks[t.Desk]
	if desk == nil || t.Target >= len(desk.Targets) {
		return t.nobody()
	}
	t.Dials++
	return Connect{Target: desk.Targets[t.Target], Ring: desk.Ring}
}

func afterDial(t *turn, event Event) Next {
	switch event := event.(type) {
	case DialEnded:
		return t.askTaken()
	case Taken:
		if event.Yes {
			return Perform{Reached{Line: t.line.ID, Desk: t.Desk, Caller: t.call.From}}
		}
		if event.Bridged {
			// Connected, and nobody's key press was written down: it was lost, or this was a machine. Another agent is
			// not rung after what may have been a conversation; what is offered serves in both cases.
			t.Rung = append(slices.Clone(t.Rung), t.Desk)
			return goTo{stepOffer}
		}
		t.Target++
		if desk := t.line.Desks[t.Desk]; desk != nil && t.Target < len(desk.Targets) {
			t.say("desk.next")
		}
		return askDesk(t)
	}
	t.say("goodbye")
	return Hangup{}
}

func (t *turn) askTaken() Next {
	return Perform{AskTaken{Dial: t.Dials, Line: t.line.ID, Desk: t.Desk, Caller: t.call.From}}
}

func (t *turn) nobody() Next {
	t.Rung = append(slices.Clone(t.Rung), t.Desk)
	t.say("desk.nobody")
	return goTo{stepOffer}
}

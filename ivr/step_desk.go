package ivr

import (
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// The desk: its targets in turn, one Dial each.

func askReady(t *turn) Next {
	if t.line.peak(t.now) {
		t.say("connect.peak", "wait", spoken.Count(t.tongue(), t.longestWait(t.deskWanted()), spoken.Minutes))
	}
	t.say("connect.ask")
	return Listen{Timeout: readyTimeout}
}

// peak reports whether many people ring at this hour.
func (l *Line) peak(now time.Time) bool { return l.Peak != nil && l.Peak.IsOpen(now) }

func hearReady(t *turn, key string) Next {
	switch key {
	case "1":
		return putThrough(t)
	case "2":
		return goTo{stepOffer}
	}
	return wrong{t.words("no-match.menu")}
}

// longestWait is how many minutes it takes until every target of a desk has been rung in vain.
func (t *turn) longestWait(desk string) int {
	d := t.line.Desks[desk]
	wait := time.Duration(len(d.Targets)) * (d.Ring + betweenTargets)
	return int((wait + time.Minute - 1) / time.Minute)
}

// betweenTargets is what passes between two targets that ring in turn: the provider rings five seconds longer than asked.
const betweenTargets = 5 * time.Second

func putThrough(t *turn) Next { return t.ring(t.deskWanted()) }

// ring begins with the first target of a desk.
func (t *turn) ring(desk string) Next {
	if !t.deskCanAnswer(desk) { // closed since the caller was told otherwise
		t.sayClosed(desk)
		return goTo{stepOffer}
	}
	t.Desk, t.Target = desk, 0
	return goTo{stepDesk}
}

// contact is the record of a call that is put through.
func (t *turn) callRecord() callbacks.CallRecord {
	return callbacks.CallRecord{
		Key: t.call.SID, Line: t.line.ID, Desk: t.Desk, Topic: t.Topic, Language: t.tongue(), Caller: t.call.From,
		Account: t.Account, Answers: t.Answers, Began: time.Unix(t.Called, 0).UTC(),
	}
}

func (t *turn) sayConnecting() {
	if t.urgent() {
		t.say("desk.urgent") // its agent tells the reference: this caller is not kept a second longer
		return
	}
	if t.Reference != "" {
		t.say("reference.call", "digits", t.digits(t.Reference))
	}
	t.say("desk.connecting")
}

// askDesk has the call written down before the first telephone rings.
func askDesk(t *turn) Next {
	if !t.CallRecorded {
		t.CallRecorded = true
		return Perform{SaveCallRecord{t.callRecord()}}
	}
	desk := t.line.Desks[t.Desk]
	if desk != nil && t.Target == 0 {
		t.sayConnecting()
	}
	if desk == nil || t.Target >= len(desk.Targets) {
		return t.nobody()
	}
	t.Dials++
	return Connect{Target: desk.Targets[t.Target], Ring: desk.Ring}
}

func afterDial(t *turn, event Event) Next {
	switch event := event.(type) {
	case Saved:
		t.Reference = event.Reference
		return askDesk(t)
	case Refused: // the call could not be written down, and is put through all the same
		return askDesk(t)
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

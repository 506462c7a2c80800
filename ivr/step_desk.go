package ivr

import (
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// The desk: its targets in turn, one Dial each. Who is rung for a callback: callbacks/dispatch/who_is_next.go.

func askConfirmConnect(r *request) Action {
	r.sayPeak(r.deskWanted())
	r.say("connect.ask")
	return Gather{Timeout: confirmTimeout}
}

// sayPeak says how long a desk will be tried, at hours at which many people ring. An urgent caller is not kept by it.
func (r *request) sayPeak(desk string) {
	if r.line.peak(r.now) && !r.urgent() {
		r.say("connect.peak", "wait", spoken.Count(r.language(), r.longestWait(desk), spoken.Minutes))
	}
}

// peak reports whether many people ring at this hour.
func (l *Line) peak(now time.Time) bool { return l.Peak != nil && l.Peak.IsOpen(now) }

func keysOfConfirmConnect(*request) []menuKey {
	return []menuKey{{"1", putThrough}, {"2", goes(stepOffer)}}
}

// longestWait is how many minutes it takes until every target of a desk has been rung and nobody answered.
func (r *request) longestWait(desk string) int {
	d := r.line.Desks[desk]
	wait := time.Duration(len(d.Targets)) * (d.Ring + betweenTargets)
	return int((wait + time.Minute - 1) / time.Minute)
}

// betweenTargets is what passes between two targets that ring in turn: the provider rings five seconds longer than
// asked.
const betweenTargets = 5 * time.Second

func putThrough(r *request) Action { return r.ring(r.deskWanted()) }

// ring begins with the first target of a desk.
func (r *request) ring(desk string) Action {
	if !r.deskCanAnswer(desk) { // closed since the caller was told otherwise
		r.sayClosed(desk)
		return goTo{stepOffer}
	}
	if r.Step != stepConfirmConnect { // said there
		r.sayPeak(desk)
	}
	r.Desk, r.Target = desk, 0
	return goTo{stepDesk}
}

// callRecord is the record of a call that is put through.
func (r *request) callRecord() callbacks.CallRecord {
	return callbacks.CallRecord{
		Key: r.call.SID, Line: r.line.ID, Desk: r.Desk, Topic: r.Topic, Language: r.language(), Caller: r.call.From,
		Account: r.Account, Answers: r.Answers, Began: time.Unix(r.Called, 0).UTC(),
	}
}

func (r *request) sayConnecting() {
	if r.urgent() && r.Desk == r.deskWanted() {
		r.say("desk.urgent") // its agent tells the reference: this caller is not kept a second longer
		return
	}
	if r.Reference != "" {
		r.say("reference.call", "digits", r.digits(r.Reference))
		return
	}
	r.say("desk.connecting")
}

// askDesk has the call written down before the first telephone rings.
func askDesk(r *request) Action {
	if !r.CallRecorded {
		r.CallRecorded = true
		return Perform{SaveCallRecord{r.callRecord()}}
	}
	desk := r.line.Desks[r.Desk]
	if desk != nil && r.Target == 0 {
		r.sayConnecting()
	}
	if desk == nil || r.Target >= len(desk.Targets) {
		return r.nobody()
	}
	if r.Target == 0 {
		r.Ringing = r.now.Unix()
	}
	r.Dials++
	return Connect{Target: desk.Targets[r.Target], Ring: desk.Ring, Leg: StepAgentLeg}
}

func afterDial(r *request, event Event) Action {
	switch event := event.(type) {
	case Saved:
		r.Reference = event.Reference
		return askDesk(r)
	case Refused: // the call could not be written down, and is put through all the same
		return askDesk(r)
	case Alerted:
		return r.afterUnanswered()
	case DialEnded:
		r.HungUp = event.HungUp
		return r.askTaken()
	case Taken:
		if event.Yes {
			return Perform{Reached{Line: r.line.ID, Desk: r.Desk, Caller: r.call.From}}
		}
		if r.HungUp {
			return r.hungUp()
		}
		if event.Bridged {
			// Connected, and nobody's key press was written down: it was lost, or this was a machine. Another agent is
			// not rung after what may have been a conversation; what is offered serves in both cases.
			r.Rung = append(slices.Clone(r.Rung), r.Desk)
			return goTo{stepOffer}
		}
		r.Target++
		// One urgent Dial follows the other without a word: who hangs up while we speak is not heard to have gone.
		if desk := r.line.Desks[r.Desk]; desk != nil && r.Target < len(desk.Targets) && !r.urgent() {
			r.say("desk.next")
		}
		return askDesk(r)
	}
	r.say("goodbye")
	return Hangup{}
}

func (r *request) askTaken() Action {
	return Perform{AskTaken{Dial: r.Dials, Line: r.line.ID, Desk: r.Desk, Caller: r.call.From}}
}

// nobody ends a round that is over.
func (r *request) nobody() Action {
	if r.urgent() {
		return r.urgentUnanswered()
	}
	return r.afterNobody()
}

func (r *request) afterNobody() Action {
	r.Rung = append(slices.Clone(r.Rung), r.Desk)
	r.say("desk.nobody")
	if r.HungUp {
		return farewell(r)
	}
	return goTo{stepOffer}
}

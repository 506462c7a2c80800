//go:build !race

package ivr

import (
	"maps"
	"slices"
	"testing"
	"time"
)

// A call in progress whose configuration is no longer known goes on with the one that is: whatever was taken away
// meanwhile, nobody is cut off without a word, and every call still comes to an end.
func TestEveryStateAfterAnEdit(t *testing.T) {
	without := func(take func(l *Line)) *Line {
		line := sketch(t)
		line.Desks = maps.Clone(line.Desks)
		take(line)
		return line
	}
	edits := map[string]*Line{
		"no topic but one": without(func(l *Line) { l.Topics, l.Menu = l.Topics[5:6], l.Menu[4:5] }),
		"no menus inside":  without(func(l *Line) { l.Menu = l.Menu[:3] }),
		"another general desk, the old one gone": without(func(l *Line) {
			l.Desks["other"] = &Desk{ID: "other", Language: "en", Hours: l.Hours, Ring: l.Desks["support"].Ring,
				Targets: l.Desks["support"].Targets}
			delete(l.Desks, "support")
			l.General = "other"
			for i := range l.Topics {
				if l.Topics[i].Desk == "support" {
					l.Topics[i].Desk = "other"
				}
			}
		}),
		"one telephone less": without(func(l *Line) {
			desk := *l.Desks["support"]
			desk.Targets = desk.Targets[:1]
			l.Desks["support"] = &desk
		}),
		"no questions": without(func(l *Line) {
			l.Questions = nil
			for i := range l.Topics {
				l.Topics[i].Questions = nil
			}
		}),
		"one language": without(func(l *Line) { l.Languages = l.Languages[1:] }),
		"no callbacks": without(func(l *Line) { l.Callbacks.SlotCount = 0 }),
	}
	tried := 0
	seen := walkedOpen.states(t).seen
	for i, key := range slices.Sorted(maps.Keys(seen)) {
		v := seen[key]
		if i%37 != 0 { // neighbours differ in little
			continue
		}
		r := &request{line: walkedOpen.walk.line, now: openHour, call: caller, State: &v.state}
		for _, event := range eventsIn(r, v.response, keysOf(stepOf(v.state.Step))) {
			for name, after := range edits {
				tried++
				now := []time.Time{openHour, closedHour}[tried%2]
				state, response := Advance(after, now, caller, v.state, event)
				if _, ends := response.Action.(Hangup); ends && len(response.Say) == 0 && event != (Done{}) {
					t.Fatalf("%s: step %s on %#v hangs up without a word", name, v.state.Step, event)
				}
				if tried%31 == 0 && !comesToAnEnd(after, state, response) {
					t.Fatalf("%s: from step %s on %#v a silent caller comes to no end", name, v.state.Step, event)
				}
			}
		}
	}
	t.Logf("%d states and events under other configurations", tried)
	if tried < 10_000 {
		t.Error("too few: the walk has ended early")
	}
}

// comesToAnEnd plays a caller who says nothing more, and agents who do not answer.
func comesToAnEnd(line *Line, state State, response Response) bool {
	for range 200 {
		var event Event = Keys{}
		switch next := response.Action.(type) {
		case Hangup:
			return true
		case Connect:
			event = DialEnded{Status: "no-answer"}
		case Record:
			event = Keys{}
		case Perform:
			event = answerTo(next.Effect)
		}
		state, response = Advance(line, closedHour, caller, state, event)
	}
	return false
}

func answerTo(effect Effect) Event {
	switch effect.(type) {
	case AskTaken:
		return Taken{}
	case FindOpen:
		return Found{}
	case SaveMessage, SaveCallRecord:
		return Saved{"1234567"}
	case UrgentUnanswered:
		return Alerted{}
	case Book, Move:
		return Refused{Why: Failed}
	}
	return Done{}
}

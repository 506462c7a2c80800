//go:build !race

package ivr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// The walk through every state that a call can be in. The flow is pure and the walk has one goroutine: the race
// detector has nothing to find in it, and makes it ten times as slow.

// everything that can happen to a call in a state, whatever it waits for.
func eventsIn(response Response, step *step) []Event {
	spoken := callbacks.Recording{SID: "RE1", URL: "https://x/RE1", Seconds: 5}
	callback := callbacks.Callback{ID: 7, Reference: "1234567", Kind: callbacks.ASAP, Due: openHour,
		State: callbacks.Booked}
	ended := callback
	ended.State = callbacks.Cancelled
	switch next := response.Action.(type) {
	case Connect:
		return []Event{DialEnded{Status: "completed"}, DialEnded{Status: "busy"}, DialEnded{Status: "no-answer"}}
	case Record:
		return []Event{Keys{""}, Recorded{spoken, ""}, Recorded{spoken, KeyPerson}, Refused{Why: Failed}}
	case Perform:
		switch next.Effect.(type) {
		case FindOpen:
			return []Event{Found{}, Found{ID: 7}, Found{ID: 7, ByReference: true}}
		case AskTaken:
			return []Event{Taken{Yes: true}, Taken{}, Taken{Bridged: true}}
		case Book:
			return []Event{CallbackBooked{Callback: callback}, CallbackBooked{Callback: callback, Existing: true},
				Noted{callback}, Noted{ended},
				Refused{Why: Full}, Refused{Why: Failed}}
		case Move:
			return []Event{CallbackBooked{Callback: callback}, Noted{callback}, Refused{Why: Full},
				Refused{Why: TooLate}, Refused{Why: Failed}}
		case Prove:
			return []Event{Shown{callback}, Shown{ended}, Refused{Why: NoMatch}, Refused{Why: Failed}}
		case VerifyCall:
			return []Event{CallVerified{Ours: true}, CallVerified{}, Refused{Why: Locked}, Refused{Why: Failed}}
		case Look:
			moved, dialling, task := callback, callback, callback
			moved.Due, dialling.State, task.State = moved.Due.Add(time.Hour), callbacks.Dialling, callbacks.Task
			return []Event{Shown{callback}, Shown{moved}, Shown{dialling}, Shown{task}, Shown{ended}, Refused{Why: Failed}}
		case Cancel:
			return []Event{Dropped{}, Refused{Why: TooLate}, Refused{Why: Failed}}
		case SaveMessage:
			return []Event{Saved{"1234567"}, Refused{Why: Failed}}
		case SaveCallRecord:
			return []Event{Saved{"7654321"}, Refused{Why: Failed}}
		case AttachNote:
			return []Event{Done{}, Refused{Why: TooLate}, Refused{Why: Failed}}
		case Reached:
			return []Event{Done{}}
		case UrgentInVain:
			return []Event{Told{}}
		}
	}
	events := []Event{Keys{""}, Keys{"#"}, Keys{"*"}}
	for key := range 10 {
		events = append(events, Keys{fmt.Sprint(key)})
	}
	if step.kind == entry {
		for _, digits := range []string{"*0", "08*", "081234567890", "123456", "4111111111111111", "12", "+86",
			"8613800138000", "0008613800138000", "00819012345678"} {
			events = append(events, Keys{digits})
		}
	}
	return events
}

// abstract forgets what only counts upwards, which of several good numbers or like topics it was,
// and what the present step and those after it do not look at: so the walk is finite.
func abstract(line *Line, s State) string {
	given := func(number string) string { return map[bool]string{true: "given"}[number != ""] }
	s.Events, s.Dials, s.Bookings, s.Called, s.Until = 0, 0, 0, 0, 0
	s.Due, s.Language = min(s.Due, 1), ""
	s.Slots = make([][2]int64, min(len(s.Slots), 1))
	s.Full, s.Later = nil, min(s.Later, 1)
	s.OpenCallbackDue.Due, s.OpenCallbackDue.Until = min(s.OpenCallbackDue.Due, 1), 0
	s.Account, s.Draft, s.Number, s.Reference = given(s.Account), given(s.Draft), given(s.Number), given(s.Reference)
	s.Answers, s.Booked = callbacks.Answers(given(string(s.Answers))), min(s.Booked, 1)
	if topic := line.Topic(s.Topic); topic != nil {
		s.Topic = fmt.Sprint(topic.Desk, topic.Urgent, topic.Help, topic.Note, topic.AskAccount, topic.Questions)
	}
	if s.Step != stepSkipped {
		s.SkippedEntry = ""
	}
	if s.Step != stepRingAtWhich {
		s.Readings = nil
	}
	if s.Step == stepVerifyProof {
		s.Readings = []string{"given"}
	}
	if s.Step != stepDesk {
		s.Desk, s.Target = "", 0
	}
	if s.Step != stepTopic {
		s.Menu, s.Page = "", 0
	}
	if s.Step != stepNumber && s.Step != stepNumberRight && s.Step != stepSkipped {
		s.Question = ""
	}
	if s.Step != stepNote && s.Step != stepNoteSpoken {
		s.Booked = 0
	}
	if s.Step != stepAccountRight && s.Step != stepNumberRight {
		s.Draft = ""
	}
	callback := stepOf(s.Step).afterDesk || strings.HasPrefix(string(s.Step), "existing")
	if !callback {
		s.Emergency, s.Later = false, 0
		s.Slots, s.Kind, s.Due, s.OpenCallbackDue = nil, "", 0, DueWindow{}
	}
	s.Skip = slices.Sorted(slices.Values(s.Skip))
	s.Rung = slices.Sorted(slices.Values(s.Rung))
	return fmt.Sprintf("%+v", s)
}

var anonymous = Call{SID: "CA1", From: "+266696687", To: "+622150001000"}

type visit struct {
	state    State
	response Response
	next     []string
}

// hearing is told of every answer: what was before, what follows, and what the state is without what only counts.
type hearing func(before State, event Event, after State, response Response, abstract string)

// walk visits every state that any caller can reach.
func walk(t *testing.T, line *Line, now time.Time, call Call) map[string]*visit {
	t.Helper()
	return walkBy(t, abstract, line, now, call, func(State, Event, State, Response, string) {})
}

// walkBy visits every state that differs for abstract, and has hear told of every answer.
func walkBy(t *testing.T, abstract func(*Line, State) string, line *Line, now time.Time, call Call, hear hearing,
) map[string]*visit {
	t.Helper()
	// Topics that differ in kind only, and counting to two at most, reach all there is to reach.
	line.NoInputLimit, line.NoMatchLimit = 1, 2
	for i := 2; i < len(line.Topics); i++ {
		line.Topics[i] = Topic{ID: line.Topics[i].ID, Desk: "support"}
	}
	seen := map[string]*visit{}
	type edge struct {
		from  string
		state State
		event Event
	}
	queue := []edge{{"", State{Line: line.ID, Step: FirstStep, Called: now.Unix()}, Start{}}}
	for len(queue) > 0 {
		e := queue[0]
		queue = queue[1:]
		state, response := Advance(line, now, call, e.state, e.event)
		key := abstract(line, state) + fmt.Sprintf("/%T", response.Action)
		if perform, ok := response.Action.(Perform); ok {
			key += fmt.Sprintf("/%T", perform.Effect)
		}
		if _, ok := response.Action.(Hangup); ok {
			key = "hangup"
			if len(response.Say) == 0 && e.event != (Done{}) {
				t.Fatalf("step %s on %#v hangs up without a word", e.state.Step, e.event)
			}
		}
		hear(e.state, e.event, state, response, key)
		if v := seen[e.from]; v != nil {
			v.next = append(v.next, key)
		}
		if seen[key] != nil {
			continue
		}
		state.Events = 1 // the bound on turns has a test of its own; here every loop must end without it
		seen[key] = &visit{state: state, response: response}
		if len(seen) > 200_000 {
			t.Fatal("the walk does not end: a state grows")
		}
		if key == "hangup" {
			continue
		}
		for _, event := range eventsIn(response, stepOf(state.Step)) {
			queue = append(queue, edge{key, state, event})
		}
	}
	return seen
}

// walkedOpen is the walk of an ordinary caller during opening hours, walkedClosed that of an anonymous one outside of
// them. Each is made once: it takes its time.
func walkedOpen(t *testing.T) map[string]*visit   { t.Helper(); return openWalk(t) }
func walkedClosed(t *testing.T) map[string]*visit { t.Helper(); return closedWalk(t) }

var openWalk, closedWalk = walkedOnce(openHour, caller), walkedOnce(closedHour, anonymous)

func walkedOnce(now time.Time, call Call) func(*testing.T) map[string]*visit {
	var once sync.Once
	var seen map[string]*visit
	return func(t *testing.T) map[string]*visit {
		once.Do(func() { seen = walk(t, sketch(t), now, call) })
		return seen
	}
}

func TestEveryStateHasAWayToAnEnd(t *testing.T) {
	steps := map[StepID]bool{}
	for name, walked := range map[string]func(*testing.T) map[string]*visit{
		"open": walkedOpen, "closed, anonymous": walkedClosed,
		"closed, from a country that is not called": walkedOnce(closedHour,
			Call{SID: "CA1", From: "+8613800138000", To: caller.To}),
	} {
		seen := walked(t)
		ends := endings(seen)
		for key, v := range seen {
			steps[v.state.Step] = true
			if !ends[key] {
				t.Errorf("no way to an end from %s", key)
			}
			if gather, ok := v.response.Action.(Gather); ok && (len(v.response.Say) == 0 || gather.Timeout == 0) {
				t.Errorf("step %s waits in silence", v.state.Step)
			}
		}
		t.Logf("%s: %d states", name, len(seen))
	}
	for _, s := range table {
		if s.kind != leg && !steps[s.id] {
			t.Errorf("no caller ever reaches step %s", s.id)
		}
	}
}

// endings are the states from which a hang-up with a goodbye can be reached.
func endings(seen map[string]*visit) map[string]bool {
	ends := map[string]bool{"hangup": true}
	for changed := true; changed; {
		changed = false
		for key, v := range seen {
			if !ends[key] && slices.ContainsFunc(v.next, func(n string) bool { return ends[n] }) {
				ends[key], changed = true, true
			}
		}
	}
	return ends
}

// A fault of ours in any state leads on: to a person, a message, or after several to a goodbye.
func TestFailureInEveryState(t *testing.T) {
	line := sketch(t)
	for key, v := range walk(t, line, closedHour, caller) {
		if key == "hangup" {
			continue
		}
		state, response := Advance(line, openHour, caller, v.state, Failure{})
		if _, asks := response.Action.(Perform); asks && v.state.Step == stepDesk {
			state, response = Advance(line, openHour, caller, state, Taken{}) // they may have talked; they have not
		} else if len(response.Say) == 0 || !strings.HasPrefix(response.Say[0].Text, "failure.") {
			t.Errorf("step %s: a fault is met with %v", v.state.Step, response.Say)
		}
		for range 5 {
			state, response = Advance(line, closedHour, caller, state, Failure{})
			if _, asks := response.Action.(Perform); asks {
				state, response = Advance(line, closedHour, caller, state, Taken{})
			}
		}
		if _, ok := response.Action.(Hangup); !ok || len(response.Say) == 0 {
			t.Errorf("step %s: six faults in a row do not end with a goodbye but with %T", v.state.Step,
				response.Action)
		}
	}
}

// In every menu that a caller can come to, a key stands for one thing.
func TestNoKeyIsTakenTwiceInEveryState(t *testing.T) {
	line := sketch(t)
	menus := map[StepID]bool{}
	seen := maps.Clone(walkedOpen(t))
	maps.Copy(seen, walkedClosed(t))
	for _, v := range seen {
		step := stepOf(v.state.Step)
		if step.keys == nil {
			continue
		}
		menus[step.id] = true
		state := v.state
		if key := takenTwice(&request{line: line, now: openHour, call: caller, State: &state}, step); key != "" {
			t.Fatalf("step %s: key %s is taken twice, with state %+v", step.id, key, state)
		}
	}
	for _, s := range table {
		if s.keys != nil && !menus[s.id] {
			t.Errorf("menu %s was never tried", s.id)
		}
		if s.kind == menu && s.keys == nil {
			t.Errorf("menu %s has no keys", s.id)
		}
	}
}

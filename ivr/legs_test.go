package ivr

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// The walk through every state of the telephones that we ring.

// called is a callback whose two sides have other languages.
var called = callbacks.Callback{
	ID: 7, Reference: "1234567", Line: "sketch", Desk: "support", Topic: "fees", Language: "en", Number: caller.From,
	State: callbacks.CustomerReached,
}

// legEvents are everything that can happen to a leg after an answer.
func legEvents(response Response, step *step) []Event {
	c := called
	switch action := response.Action.(type) {
	case Connect, Retry:
		return []Event{DialEnded{Status: "completed", Bridged: "true"},
			DialEnded{Status: "no-answer", Bridged: "false"}, DialEnded{Status: "failed", Bridged: ""}}
	case Perform:
		read, ok := action.Effect.(ReadAttempt)
		if move, moves := action.Effect.(Move); moves {
			moved := c
			moved.State, moved.Kind, moved.Due, moved.SlotEnd = callbacks.Booked, move.To.Kind, move.To.Due,
				move.To.SlotEnd
			return []Event{CallbackBooked{Callback: moved}, Noted{Callback: moved}, Refused{Why: Full},
				Refused{Why: TooLate}, Refused{Why: Failed}}
		}
		if !ok {
			return []Event{Done{}}
		}
		noted, done, booked, expired, task := c, c, c, c, c
		noted.Note.SID, done.State, booked.State, expired.State = "RE1", callbacks.Done, callbacks.Booked,
			callbacks.Expired
		noted.Urgent, noted.Desk, noted.Topic, noted.Account = true, "emergency", "stolen", "0812"
		task.State = callbacks.Task
		events := []Event{
			Refused{Why: Failed, Ask: read.Ask}, Refused{Why: Lasting, Ask: read.Ask},
			AttemptRead{ReadAttempt: read, Callback: c, Verdict: callbacks.Gone, Foreign: true},
			AttemptRead{ReadAttempt: read, Callback: noted, Verdict: callbacks.Proceed, Playable: true},
		}
		for _, verdict := range []callbacks.Verdict{callbacks.Proceed, callbacks.Gone, callbacks.Closed, "taken"} {
			for _, c := range []callbacks.Callback{c, noted, done, booked, expired, task} {
				events = append(events, AttemptRead{ReadAttempt: read, Callback: c, Verdict: verdict},
					AttemptRead{ReadAttempt: read, Callback: c, Verdict: verdict, RingsAgain: true})
			}
		}
		return events
	}
	if step.ask == nil {
		return nil
	}
	events := []Event{Failure{}, Keys{""}, Keys{"*"}, Keys{"#"}}
	for key := range 10 {
		events = append(events, Keys{fmt.Sprint(key)})
	}
	return events
}

// An answer is what an event in a state led to.
type answer struct {
	before, after State
	event         Event
	response      Response
}

// legWalk visits every state of a leg, and has hear told of every answer; pressed is a 1 on this leg. From every one an
// end has to be reached.
func legWalk(t *testing.T, line *Line, hear func(a answer, pressed bool)) (states int) {
	t.Helper()
	type visit struct {
		state   State
		event   Event
		pressed bool
		from    string // the key of state
	}
	inCall := State{Line: line.ID, Step: StepAgentLeg, Desk: "support", Topic: "fees", Language: "en",
		Caller: caller.From}
	known := inCall
	known.Desk, known.Topic, known.Reference, known.Account = "emergency", "stolen", "7654321", "0812"
	known.Answers = callbacks.Answers("").With("transaction", "123456")
	queue := []visit{{state: inCall, event: Start{}}, {state: known, event: Start{}},
		{state: BeginLeg("a", called, false), event: Start{}}, {state: BeginLeg("a", called, true), event: Start{}}}
	seen, leadsTo := map[string]bool{}, map[string][]string{} // by key: the states before
	ending := []string{}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		pressed := v.pressed || v.event == Keys{keyTake}
		state, response := Advance(line, openHour, caller, v.state, v.event)
		hear(answer{v.state, state, v.event, response}, pressed)
		key := fmt.Sprintf("%s %T %s %v %d %v %v %v %v", state.Step, response.Action, response.Play, pressed,
			state.Target,
			state.Again, state.RingsAgain, state.Ended, state.Topic)
		key += fmt.Sprint(len(state.Full) > 0)
		if perform, ok := response.Action.(Perform); ok {
			key += fmt.Sprintf("%+v", perform.Effect)
		}
		if connect, ok := response.Action.(Connect); ok {
			queue = append(queue, visit{state: state.LegBehind(connect), event: Start{}})
		}
		leadsTo[key] = append(leadsTo[key], v.from)
		if seen[key] {
			continue
		}
		seen[key] = true
		if len(seen) > 10_000 {
			t.Fatal("the walk does not end: a state grows")
		}
		switch response.Action.(type) {
		case Bridge, Hangup:
			ending = append(ending, key)
			continue
		}
		state.Events = 0
		for _, event := range legEvents(response, stepOf(state.Step)) {
			queue = append(queue, visit{state, event, pressed, key})
		}
	}
	ends := map[string]bool{"": true}
	for len(ending) > 0 {
		if key := ending[0]; !ends[key] {
			ends[key] = true
			ending = append(ending, leadsTo[key]...)
		}
		ending = ending[1:]
	}
	for key := range seen {
		if !ends[key] {
			t.Errorf("no way to an end from %s", key)
		}
	}
	return len(seen)
}

// Whatever happens on a leg, it is answered with words or a connection, it comes to an end, and nobody is connected who
// has not pressed 1.
func TestEveryStateOfALeg(t *testing.T) {
	steps, ends := map[StepID]bool{}, map[string]bool{}
	states := legWalk(t, sketch(t), func(a answer, pressed bool) {
		step := a.before.Step
		steps[a.after.Step] = true
		ends[fmt.Sprintf("%T", a.response.Action)] = true
		switch action := a.response.Action.(type) {
		case Bridge:
			if !pressed {
				t.Errorf("step %s on %#v connects somebody who has not pressed 1", step, a.event)
			}
		case Connect:
			if behind := stepOf(action.Leg); behind.kind != leg || action.Ring <= 0 || action.Target.Address == "" {
				t.Errorf("step %s on %#v rings %+v", step, a.event, action)
			}
		case Hangup:
			if _, key := a.event.(Keys); len(a.response.Say) == 0 && !key {
				t.Errorf("step %s on %#v hangs up without a word", step, a.event)
			}
		case AskTwice, Gather:
			if len(a.response.Say) == 0 {
				t.Errorf("step %s on %#v waits in silence", step, a.event)
			}
		case nil, Record, goTo, noMatch:
			t.Fatalf("step %s on %#v: %T", step, a.event, action)
		}
	})
	for _, s := range table {
		if s.kind == leg && !steps[s.id] {
			t.Errorf("nothing leads to step %s", s.id)
		}
	}
	for _, end := range []string{"ivr.Bridge", "ivr.Hangup", "ivr.Retry", "ivr.Connect"} {
		if !ends[end] {
			t.Errorf("no leg comes to %s", end)
		}
	}
	t.Logf("%d states", states)
}

// How a Dial ended is tried again for half a minute, and not for ever.
func TestADialThatCannotBeWrittenDownIsTriedAgain(t *testing.T) {
	line, now := sketch(t), openHour
	state, event := State{Step: StepCustomerWaits, Attempt: "a", Line: line.ID,
		Language: "en"}, Event(DialEnded{Status: "busy", Bridged: "false"})
	for try := range 10 {
		var response Response
		state, response = Advance(line, now, caller, state, event)
		if _, asks := response.Action.(Perform); !asks || state.Ended.Status != "busy" {
			t.Fatalf("try %d: %+v", try, response)
		}
		state, response = Advance(line, now, caller, state, Refused{Why: Failed})
		retry, again := response.Action.(Retry)
		if !again {
			if _, over := response.Action.(Hangup); !over || len(response.Say) == 0 || try < 3 ||
				now.Sub(openHour) > 30*time.Second {
				t.Errorf("given up after %d tries and %s with %+v", try, now.Sub(openHour), response)
			}
			return
		}
		if spoken := len(response.Say) > 0; spoken != (try == 0) {
			t.Errorf("try %d says %v", try, response.Say)
		}
		now, event = now.Add(retry.After+time.Second), DialEnded{}
	}
	t.Error("tried for ever")
}

// A customer who presses another key is asked once more, and then no more.
func TestAnotherKeyIsExplainedOnce(t *testing.T) {
	line := sketch(t)
	read := func(state State, key string) (State, Response) {
		state, response := Advance(line, openHour, caller, state, Keys{key})
		ask, ok := response.Action.(Perform)
		if !ok {
			t.Fatalf("%+v", response)
		}
		c := callbacks.Callback{ID: 1, Line: line.ID, Desk: "support", Language: "en", Number: caller.From}
		return Advance(line, openHour, caller, state, AttemptRead{ReadAttempt: ask.Effect.(ReadAttempt), Callback: c,
			Verdict: callbacks.Proceed})
	}
	state, response := read(BeginLeg("a", called, true), "5")
	if asked, ok := response.Action.(AskTwice); !ok || len(asked.Else) != 1 {
		t.Fatalf("%+v", response)
	}
	_, response = read(state, "5")
	if _, over := response.Action.(Hangup); !over || !slices.ContainsFunc(response.Say, func(u Utterance) bool {
		return strings.HasPrefix(u.Text, "customer.missed")
	}) {
		t.Errorf("%+v", response)
	}
}

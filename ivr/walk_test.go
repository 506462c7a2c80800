//go:build !race

package ivr

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

// The walk through every state that a call can be in. The flow is pure and the walk has one goroutine: the race
// detector has nothing to find in it, and makes it ten times as slow.

// everything that can happen to a call in a state, whatever it waits for.
func eventsIn(r *request, response Response, keys []string) []Event {
	spoken := callbacks.Recording{SID: "RE1", URL: "https://x/RE1", Seconds: 5}
	callback := callbacks.Callback{ID: 7, Reference: "1234567", Kind: callbacks.ASAP, Due: openHour,
		State: callbacks.Booked}
	ended, slot := callback, callback
	ended.State = callbacks.Cancelled
	slot.Kind, slot.Due = callbacks.Slot, openHour.AddDate(0, 0, 5)
	slot.SlotEnd = slot.Due.Add(time.Hour)
	switch next := response.Action.(type) {
	case Connect:
		return []Event{DialEnded{Status: "completed"}, DialEnded{Status: "busy"}, DialEnded{Status: "no-answer"},
			DialEnded{Status: "no-answer", HungUp: true}}
	case Record:
		return []Event{Keys{""}, Recorded{spoken, ""}, Recorded{spoken, KeyPerson}, Refused{Why: Failed}}
	case Perform:
		switch effect := next.Effect.(type) {
		case FindOpen:
			return []Event{Found{}, Found{ID: 7}, Found{ID: 7, ByReference: true}}
		case AskTaken:
			return []Event{Taken{Yes: true}, Taken{}, Taken{Bridged: true}}
		case Book:
			booked, urgent, asked := callback, callback, effect.Request
			booked.Kind, booked.Due, booked.SlotEnd, booked.Urgent = asked.Kind, asked.Due, asked.SlotEnd, asked.Urgent
			booked.Number, booked.Desk, booked.Topic = asked.Number, asked.Desk, asked.Topic
			booked.Caller = asked.Caller
			urgent.Number, urgent.Urgent = caller.From, true
			return append([]Event{CallbackBooked{Callback: booked}, CallbackBooked{Callback: callback, Existing: true},
				CallbackBooked{Callback: urgent, Existing: true}, Noted{booked}, Noted{ended}},
				refusals(Full, Enough, AnonymousEnough, NumberEnough, Many, Failed)...)
		case Move:
			callback.Kind, callback.Due, callback.SlotEnd = effect.To.Kind, effect.To.Due, effect.To.SlotEnd
			callback.Topic, callback.Urgent = r.Topic, r.urgent()
			return append([]Event{CallbackBooked{Callback: callback}, Noted{callback}},
				refusals(Full, Enough, AnonymousEnough, NumberEnough, TooLate, Failed)...)
		case Prove:
			return append([]Event{Shown{callback}, Shown{slot}, Shown{ended}}, refusals(NoMatch, Locked, Failed)...)
		case VerifyCall:
			return []Event{CallVerified{Ours: true}, CallVerified{}, Refused{Why: Locked}, Refused{Why: Failed}}
		case Look:
			moved, dialling, task := callback, callback, callback
			moved.Due, dialling.State, task.State = moved.Due.Add(time.Hour), callbacks.Dialling, callbacks.Task
			return []Event{Shown{callback}, Shown{moved}, Shown{slot}, Shown{dialling}, Shown{task}, Shown{ended},
				Refused{Why: Failed}}
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
		case UrgentUnanswered:
			return []Event{Alerted{}}
		}
	}
	events := []Event{Keys{""}}
	for _, pressed := range keys {
		events = append(events, Keys{pressed})
	}
	return events
}

// rare are events that lead to sentences of their own, and to states that others lead to as well: one kind of walk
// meets them all, which is enough for the sentences.
func rare(event Event) bool {
	switch event := event.(type) {
	case Refused:
		return slices.Contains([]Refusal{Enough, AnonymousEnough, NumberEnough, Many, Locked}, event.Why)
	case Keys:
		return event.Digits == keyedAbroad || event.Digits == keyedPremium
	case Shown:
		return event.Callback.Kind == callbacks.Slot
	}
	return false
}

func refusals(why ...Refusal) (events []Event) {
	for _, refusal := range why {
		events = append(events, Refused{Why: refusal})
	}
	return events
}

// numbersKeyed are entries of every kind.
var numbersKeyed = []string{"*0", "08*", "081234567890", "123456", "4111111111111111", "12", "1234567", "+86",
	"8613800138000", "0008613800138000", "00819012345678", keyedAbroad, keyedPremium}

const (
	keyedAbroad  = "008613800138000"
	keyedPremium = "08091234567"
)

// keysOf are all keys that there are, and in an entry numbers.
func keysOf(step *step) []string {
	keys := append([]string{"1", "2", "3", "4", "5", "6", "7", "8"}, commonKeys...)
	if step.kind == entry {
		return append(keys, numbersKeyed...)
	}
	return keys
}

// keysIn are keysOf but those that do the same as another: of the wrong keys of a menu one is enough, and of the digits
// that are too few in every entry.
func keysIn(r *request) []string {
	step := stepOf(r.Step)
	right := slices.Clone(commonKeys)
	switch {
	case step.kind == entry:
		right = append(append(right, keyCalling), numbersKeyed...)
	case step.keys == nil:
		return keysOf(step)
	default:
		for _, k := range step.keys(r) {
			right = append(right, k.key)
		}
	}
	for _, key := range keysOf(step) {
		if !slices.Contains(right, key) {
			return append(right, key)
		}
	}
	return right
}

// abstract forgets what only counts upwards, which of several good numbers or like topics it was,
// and what the present step and those after it do not look at: so the walk is finite.
func abstract(line *Line, s State) string {
	given := func(number string) string { return map[bool]string{true: "given"}[number != ""] }
	s.Events, s.Dials, s.Bookings, s.Called, s.Until, s.Ringing = 0, 0, 0, 0, 0, 0
	s.Due, s.Language = min(s.Due, 1), ""
	s.Slots = make([][2]int64, min(len(s.Slots), 1))
	s.Full, s.Later = nil, min(s.Later, 1)
	s.OpenCallbackDue = DueWindow{Due: min(s.OpenCallbackDue.Due, 1)}
	s.Account, s.Draft, s.Number, s.Reference = given(s.Account), given(s.Draft), given(s.Number), given(s.Reference)
	s.Answers, s.Booked = callbacks.Answers(given(string(s.Answers))), min(s.Booked, 1)
	if topic := line.Topic(s.Topic); topic != nil {
		s.Topic = fmt.Sprint(topic.Desk, topic.Urgent, topic.Help, topic.Note, topic.AskAccount, topic.Questions)
	}
	if s.Step != stepSkipped {
		s.SkippedEntry = ""
	}
	if s.Step != stepRingAt {
		s.NoCall, s.NoCallOwn = "", false
	}
	if s.Step != stepRingAtWhich {
		s.Readings = nil
	}
	if s.Step == stepVerifyProof {
		s.Readings = []string{"given"}
	}
	if s.Step != stepDesk {
		s.Desk, s.Target, s.Reference = "", 0, "" // the reference is said where a telephone is rung, and changes nothing
	}
	if s.Step != stepTopic {
		s.Menu, s.Page = "", 0
	}
	if s.Step != stepNumber && s.Step != stepNumberRight && s.Step != stepSkipped {
		s.Question = ""
	}
	if s.Step != stepNote && s.Step != stepNoteSpoken && s.Step != stepUrgentBooked {
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
	key, err := json.Marshal(s) // as it travels, and faster than fmt
	if err != nil {
		panic(err)
	}
	return string(key)
}

var anonymous = Call{SID: "CA1", From: "+266696687", To: "+622150001000"}

// A visit is a state, the answer that led to it, and where its events lead to: nil is a hang-up with a goodbye.
type visit struct {
	state    State
	response Response
	next     []*visit
}

// A situation is one in which calls are walked through: who rings, when, and how much of a state tells it from others.
type situation struct {
	name   string
	change func(*Line)
	now    time.Time
	call   Call
	by     func(*Line, State) string
	rare   bool // rare events too, and faults
	once   sync.Once
	walk   *walked
}

// walked is every state of a situation but that after the call, and every answer of which the sentences were not heard
// so before. The call is as the flow sees it.
type walked struct {
	line    *Line
	call    Call
	seen    map[string]*visit
	answers []answer
}

var (
	asItIs    = func(*Line) {}
	notCalled = Call{SID: "CA1", From: "+8613800138000", To: caller.To}
	// Every combination of what was keyed in before is walked through twice, open and closed; elsewhere only which
	// number comes next tells states apart: what follows depends on no more.
	walkedOpen = &situation{name: "open", now: openHour, call: caller, by: abstract,
		change: func(line *Line) { line.Peak = line.Hours }}
	walkedUrgent = &situation{name: "only the emergency desk", now: closedHour, call: caller, by: abstract,
		change: asItIs}
	situations = []*situation{
		walkedOpen, walkedUrgent,
		{name: "only the emergency desk, number withheld", now: closedHour, call: anonymous, by: outline, rare: true,
			change: asItIs},
		{name: "only the emergency desk, number not called", now: closedHour, call: notCalled, by: outline, rare: true,
			change: asItIs},
		{name: "open, number withheld", now: openHour, call: anonymous, by: outline, rare: true, change: asItIs},
		{name: "nobody, number withheld", now: closedHour, call: anonymous, by: outline, rare: true,
			change: func(line *Line) { line.Topics[0].Urgent, line.Topics[0].Desk = false, "support" }},
		{name: "numbers of one length, language guessed", now: openHour, call: caller, by: outline, rare: true,
			change: ofOneLength},
		{name: "no opening known, language guessed", now: closedHour, call: caller, by: outline, rare: true,
			change: openNoMore},
	}
)

func ofOneLength(line *Line) {
	line.Languages[0].Countries = []string{"ID"}
	line.NoInputLimit, line.NoMatchLimit = 2, 1
	line.Account.Min, line.Account.Max = 12, 12
	for name := range line.Questions {
		line.Questions[name] = NumberRule{Min: 6, Max: 6}
	}
}

func openNoMore(line *Line) {
	ofOneLength(line)
	once := hours.Special{Name: "once", From: hours.DateOf(openHour), Open: []hours.Span{{From: 9 * 60, To: 17 * 60}}}
	over, err := hours.New(line.Hours.Zone(), hours.Week{}, []hours.Special{once})
	if err != nil {
		panic(err)
	}
	line.Hours, line.Desks["support"].Hours = over, over // a desk with an urgent topic never closes
}

// states walks through the situation, once for all tests: it takes its time.
func (s *situation) states(t *testing.T) *walked {
	t.Helper()
	s.once.Do(func() {
		defer debug.SetGCPercent(debug.SetGCPercent(400)) // all states stay, and are looked through again and again
		line := claiming(sketch(t))
		line.NoInputLimit, line.NoMatchLimit = 1, 2 // counting to two at most reaches all there is to reach
		s.change(line)
		call := s.call
		call.From = line.CallerNumber(call.From)
		s.walk = &walked{line: line, call: call, seen: map[string]*visit{}}
		s.visit(t)
		t.Logf("%s: %d states, %d answers", s.name, len(s.walk.seen), len(s.walk.answers))
	})
	return s.walk
}

// visit visits every state that differs, and keeps every answer that is heard the first time.
func (s *situation) visit(t *testing.T) {
	t.Helper()
	w, line := s.walk, s.walk.line
	// Topics that differ in kind only reach all there is to reach.
	for i := 2; i < len(line.Topics); i++ {
		line.Topics[i] = Topic{ID: line.Topics[i].ID, Desk: "support"}
	}
	var queue []*visit
	heard, outlines := map[string]bool{}, map[string]string{}
	hear := func(from State, event Event) (key string, state State, response Response) {
		state, response = Advance(line, s.now, w.call, from, event)
		key = s.by(line, state)
		if outlines[key] == "" {
			outlines[key] = outline(line, state)
		}
		if heardAs := outlines[key] + soundOf(event, response); len(response.Say) > 0 && !heard[heardAs] {
			heard[heardAs] = true
			w.answers = append(w.answers, answer{from, state, event, response})
		}
		return key + outcome(response), state, response
	}
	next := func(from State, event Event) *visit {
		key, state, response := hear(from, event)
		if _, over := response.Action.(Hangup); over {
			if len(response.Say) == 0 && event != (Done{}) {
				t.Fatalf("step %s on %#v hangs up without a word", from.Step, event)
			}
			return nil
		}
		if w.seen[key] == nil {
			state.Events = 1 // the bound on turns has a test of its own; here every loop must end without it
			w.seen[key] = &visit{state: state, response: response}
			queue = append(queue, w.seen[key])
		}
		return w.seen[key]
	}
	next(Begin(line, s.now, w.call.From), Start{})
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		if len(w.seen) > 200_000 {
			t.Fatal("the walk does not end: a state grows")
		}
		state := v.state
		r := &request{line: line, now: s.now, call: w.call, State: &state}
		for _, event := range eventsIn(r, v.response, keysIn(r)) {
			if s.rare || !rare(event) {
				v.next = append(v.next, next(v.state, event))
			}
		}
	}
	if s.rare {
		for _, v := range w.seen {
			hear(v.state, Failure{})
		}
	}
}

// soundOf is what is heard on an event.
func soundOf(event Event, response Response) string {
	key := outcome(response) + fmt.Sprintf("/%T%v", event, event)
	for _, said := range response.Say {
		key += said.Text
	}
	return key
}

// outcome is what kind of thing follows an answer.
func outcome(response Response) string {
	if perform, ok := response.Action.(Perform); ok {
		return fmt.Sprintf("/%T/%T", perform, perform.Effect)
	}
	return fmt.Sprintf("/%T", response.Action)
}

func TestEveryStateHasAWayToAnEnd(t *testing.T) {
	steps := map[StepID]bool{}
	for _, situation := range situations {
		seen := situation.states(t).seen
		ends := endings(seen)
		for key, v := range seen {
			steps[v.state.Step] = true
			if !ends[v] {
				t.Errorf("%s: no way to an end from %s", situation.name, key)
			}
			if gather, ok := v.response.Action.(Gather); ok && (len(v.response.Say) == 0 || gather.Timeout == 0) {
				t.Errorf("%s: step %s waits in silence", situation.name, v.state.Step)
			}
		}
	}
	for _, s := range table {
		if s.kind != leg && !steps[s.id] {
			t.Errorf("no caller ever reaches step %s", s.id)
		}
	}
}

// endings are the states from which a hang-up with a goodbye can be reached.
func endings(seen map[string]*visit) map[*visit]bool {
	ends := map[*visit]bool{nil: true}
	for changed := true; changed; {
		changed = false
		for _, v := range seen {
			if !ends[v] && slices.ContainsFunc(v.next, func(n *visit) bool { return ends[n] }) {
				ends[v], changed = true, true
			}
		}
	}
	return ends
}

// A fault of ours in any state leads on: to a person, a message, or after several to a goodbye.
func TestFailureInEveryState(t *testing.T) {
	walked := walkedUrgent.states(t)
	line := walked.line
	for _, v := range walked.seen {
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
	menus := map[StepID]bool{}
	for _, situation := range situations {
		walked := situation.states(t)
		for _, v := range walked.seen {
			step := stepOf(v.state.Step)
			if step.keys == nil {
				continue
			}
			menus[step.id] = true
			state := v.state
			r := &request{line: walked.line, now: situation.now, call: walked.call, State: &state}
			if key := takenTwice(r, step); key != "" {
				t.Fatalf("step %s: key %s is taken twice, with state %+v", step.id, key, state)
			}
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

package ivr

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

// sketch is a line whose prompts are their own keys, so that a test can see which sentence is spoken.
func sketch(t testing.TB) *Line {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	week := hours.Week{}
	for day := time.Monday; day <= time.Friday; day++ {
		week[day] = []hours.Span{{From: 9 * 60, To: 17 * 60}}
	}
	calendar, err := hours.New(zone, week, nil)
	if err != nil {
		t.Fatal(err)
	}
	desk := func(id string, hours *hours.Calendar) *Desk {
		return &Desk{ID: id, Language: "id", Hours: hours, Ring: 20 * time.Second, Targets: []callbacks.Target{
			{ID: id + "-1", Kind: callbacks.Number, Address: "+622150002001"}, {ID: id + "-2", Kind: callbacks.Client, Address: "two"},
		}}
	}
	line := &Line{
		ID: "sketch", Region: "ID", Numbers: []string{"+622150001000"},
		Languages: []Language{{"id", "Google.id-ID-Standard-A", "id-ID"}, {"en", "Google.en-US-Standard-C", "en-US"}},
		Hours:     calendar,
		Topics: []Topic{
			{ID: "stolen", Desk: "emergency", Urgent: true},
			{ID: "payment-failed", Desk: "support", Help: true, AskAccount: true, Questions: []string{"transaction"}, Tell: true},
			{ID: "refund", Desk: "support", Questions: []string{"refund"}},
			{ID: "login", Desk: "support", Help: true, AskAccount: true},
			{ID: "technical", Desk: "support", Help: true},
			{ID: "feedback", Desk: "support", Message: true, Tell: true},
			{ID: "fees", Desk: "support"},
			{ID: "senior", Desk: "support"},
		},
		Menu: []Choice{
			{ID: "stolen"}, {ID: "payment-failed"}, {ID: "refund"},
			{ID: "account", Choices: []Choice{{ID: "login"}, {ID: "app", Choices: []Choice{{ID: "technical"}, {ID: "fees"}}}}},
			{ID: "feedback"}, {ID: "senior"},
		},
		Names:        map[string]string{"id": "layanan", "en": "support"},
		Desks:        map[string]*Desk{"support": desk("support", calendar), "emergency": desk("emergency", hours.Always(zone))},
		General:      "support",
		Account:      NumberRule{Min: 10, Max: 13, Starts: []string{"08"}, CallingNumber: true},
		Questions:    map[string]NumberRule{"transaction": {Min: 6, Max: 19}, "refund": {Min: 6, Max: 19}},
		Callbacks:    callbacks.Policy{SlotLength: 30 * time.Minute, SlotCount: 3, Lead: 30 * time.Minute, Expiry: 72 * time.Hour},
		SilenceLimit: 3, WrongLimit: 3, MessageSeconds: 120, NoteSeconds: 30,
	}
	texts := map[string]map[string]string{"id": {}, "en": {}}
	for _, need := range line.PromptNeeds() {
		for tag := range texts {
			texts[tag][need.Key] = need.Key
			for _, arg := range need.Args {
				texts[tag][need.Key] += " {" + arg + "}"
			}
		}
	}
	line.Prompts = NewPrompts(texts)
	return line
}

var (
	openHour   = time.Date(2026, 3, 4, 3, 0, 0, 0, time.UTC)  // Wednesday 10:00 in Jakarta
	closedHour = time.Date(2026, 3, 4, 20, 0, 0, 0, time.UTC) // Thursday 03:00 in Jakarta
	caller     = Call{SID: "CA1", From: "+6281234567890", To: "+622150001000"}
	anonymous  = Call{SID: "CA1", From: "+266696687", To: "+622150001000"}
)

// everything that can happen to a call in a state, whatever it waits for.
func happenings(page Page, step *step) []Event {
	spoken := callbacks.Recording{SID: "RE1", URL: "https://x/RE1", Seconds: 5}
	promise := callbacks.Callback{ID: 7, Reference: "1234567", Kind: callbacks.ASAP, Due: openHour, State: callbacks.Booked}
	switch next := page.Next.(type) {
	case Connect:
		return []Event{DialEnded{"completed"}, DialEnded{"busy"}, DialEnded{"no-answer"}}
	case Record:
		return []Event{Keys{""}, Recorded{spoken, ""}, Recorded{spoken, keyPerson}}
	case Perform:
		switch next.Effect.(type) {
		case FindOpen:
			return []Event{Found{}, Found{ID: 7}, Found{ID: 7, ByReference: true}}
		case AskTaken:
			return []Event{Taken{Yes: true}, Taken{}, Taken{Bridged: true}}
		case Book:
			return []Event{Promised{Callback: promise}, Promised{Callback: promise, Existing: true}, Refused{Full}, Refused{Failed}}
		case Move:
			return []Event{Promised{Callback: promise}, Refused{Full}, Refused{TooLate}, Refused{Failed}}
		case Prove:
			return []Event{Shown{promise}, Refused{NoMatch}, Refused{Failed}}
		case Cancel:
			return []Event{Dropped{}, Refused{TooLate}, Refused{Failed}}
		case SaveMessage:
			return []Event{Saved{"1234567"}, Refused{Failed}}
		case SaveContact:
			return []Event{Saved{"7654321"}, Refused{Failed}}
		case AttachNote:
			return []Event{effectDone{}, Refused{TooLate}, Refused{Failed}}
		case Reached:
			return []Event{effectDone{}}
		}
	}
	events := []Event{Keys{""}, Keys{"#"}, Keys{"*"}}
	for key := range 10 {
		events = append(events, Keys{fmt.Sprint(key)})
	}
	if step.kind == entry {
		for _, digits := range []string{"*0", "08*", "081234567890", "123456", "4111111111111111", "12", "+86", "8613800138000", "0008613800138000"} {
			events = append(events, Keys{digits})
		}
	}
	return events
}

// abstract forgets what only counts upwards, which of several good numbers or like topics it was,
// and what the present step and those after it do not look at: so the walk is finite.
func abstract(line *Line, s State) string {
	given := func(number string) string { return map[bool]string{true: "given"}[number != ""] }
	s.Turns, s.Dials, s.Promises, s.Called, s.Until = 0, 0, 0, 0, 0
	s.Due, s.Language = min(s.Due, 1), ""
	s.Slots = make([][2]int64, min(len(s.Slots), 1))
	s.Full = nil
	s.Stands.Due, s.Stands.Until = min(s.Stands.Due, 1), 0
	s.Account, s.Draft, s.Number, s.Reference = given(s.Account), given(s.Draft), given(s.Number), given(s.Reference)
	s.Answers, s.Booked = callbacks.Answers(given(string(s.Answers))), min(s.Booked, 1)
	if topic := line.Topic(s.Topic); topic != nil {
		s.Topic = fmt.Sprint(topic.Desk, topic.Urgent, topic.Help, topic.Tell, topic.AskAccount, topic.Questions)
	}
	if s.Step != stepLeft {
		s.Left = ""
	}
	if s.Step != stepDesk {
		s.Desk, s.Target = "", 0
	}
	if s.Step != stepTopic {
		s.Menu, s.Page = "", 0
	}
	if s.Step != stepNumber && s.Step != stepNumberRight && s.Step != stepLeft {
		s.Question = ""
	}
	if s.Step != stepNote && s.Step != stepNoteSpoken {
		s.Booked = 0
	}
	if s.Step != stepAccountRight && s.Step != stepNumberRight {
		s.Draft = ""
	}
	promise := stepOf(s.Step).late || strings.HasPrefix(string(s.Step), "mine")
	if !promise {
		s.Slots, s.Kind, s.Due, s.Dialling, s.Stands = nil, "", 0, false, Term{}
	}
	s.Skip = slices.Sorted(slices.Values(s.Skip))
	s.Rung = slices.Sorted(slices.Values(s.Rung))
	return fmt.Sprintf("%+v", s)
}

type visit struct {
	state State
	page  Page
	next  []string
}

// walk visits every state that any caller can reach.
func walk(t *testing.T, line *Line, now time.Time, call Call) map[string]*visit {
	t.Helper()
	// Topics that differ in kind only, and counting to two at most, reach all there is to reach.
	line.SilenceLimit, line.WrongLimit = 1, 2
	for i := 2; i < len(line.Topics); i++ {
		line.Topics[i] = Topic{ID: line.Topics[i].ID, Desk: "support"}
	}
	seen := map[string]*visit{}
	type edge struct {
		from  string
		state State
		event Event
	}
	queue := []edge{{"", State{Line: line.ID, Step: firstStep, Called: now.Unix()}, Start{}}}
	for len(queue) > 0 {
		e := queue[0]
		queue = queue[1:]
		state, page := Advance(line, now, call, e.state, e.event)
		key := abstract(line, state) + fmt.Sprintf("/%T", page.Next)
		if perform, ok := page.Next.(Perform); ok {
			key += fmt.Sprintf("/%T", perform.Effect)
		}
		if _, ok := page.Next.(Hangup); ok {
			key = "hangup"
			if len(page.Say) == 0 && e.event != (effectDone{}) {
				t.Fatalf("step %s on %#v hangs up without a word", e.state.Step, e.event)
			}
		}
		if v := seen[e.from]; v != nil {
			v.next = append(v.next, key)
		}
		if seen[key] != nil {
			continue
		}
		state.Turns = 0 // the bound on turns has a test of its own; here every loop must end without it
		seen[key] = &visit{state: state, page: page}
		if len(seen) > 200_000 {
			t.Fatal("the walk does not end: a state grows")
		}
		if key == "hangup" {
			continue
		}
		for _, event := range happenings(page, stepOf(state.Step)) {
			queue = append(queue, edge{key, state, event})
		}
	}
	return seen
}

// walkedOpen is the walk of an ordinary caller during opening hours, made once: it takes its time.
func walkedOpen(t *testing.T) map[string]*visit {
	t.Helper()
	openWalk.Do(func() { openStates = walk(t, sketch(t), openHour, caller) })
	return openStates
}

var (
	openWalk   sync.Once
	openStates map[string]*visit
)

func TestEveryStateHasAWayToAnEnd(t *testing.T) {
	line := sketch(t)
	steps := map[StepID]bool{}
	for _, from := range []struct {
		now  time.Time
		call Call
	}{{openHour, caller}, {closedHour, anonymous}, {closedHour, Call{SID: "CA1", From: "+8613800138000", To: caller.To}}} {
		var seen map[string]*visit
		if from.now.Equal(openHour) {
			seen = walkedOpen(t)
		} else {
			seen = walk(t, line, from.now, from.call)
		}
		ends := endings(seen)
		for key, v := range seen {
			steps[v.state.Step] = true
			if !ends[key] {
				t.Errorf("no way to an end from %s", key)
			}
			if listen, ok := v.page.Next.(Listen); ok && (len(v.page.Say) == 0 || listen.Timeout == 0) {
				t.Errorf("step %s waits in silence", v.state.Step)
			}
		}
		t.Logf("%s, from %s: %d states", from.now.Format(time.RFC3339), from.call.From, len(seen))
	}
	for _, s := range table {
		if !steps[s.id] {
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
func TestTroubleInEveryState(t *testing.T) {
	line := sketch(t)
	for key, v := range walk(t, line, closedHour, caller) {
		if key == "hangup" {
			continue
		}
		state, page := Advance(line, openHour, caller, v.state, Trouble{})
		if _, asks := page.Next.(Perform); asks && v.state.Step == stepDesk {
			state, page = Advance(line, openHour, caller, state, Taken{}) // they may have talked; they have not
		} else if len(page.Say) == 0 || !strings.HasPrefix(page.Say[0].Text, "trouble.") {
			t.Errorf("step %s: a fault is met with %v", v.state.Step, page.Say)
		}
		for range 5 {
			state, page = Advance(line, closedHour, caller, state, Trouble{})
			if _, asks := page.Next.(Perform); asks {
				state, page = Advance(line, closedHour, caller, state, Taken{})
			}
		}
		if _, ok := page.Next.(Hangup); !ok || len(page.Say) == 0 {
			t.Errorf("step %s: six faults in a row do not end with a goodbye but with %T", v.state.Step, page.Next)
		}
	}
}

// Whoever does the same for ever comes to an end too, and not by the bound on turns alone.
func TestStubbornCallersComeToAnEnd(t *testing.T) {
	line := sketch(t)
	for _, now := range []time.Time{openHour, closedHour} {
		for _, key := range []string{"", "#", "*", "0", "1", "2", "3", "5", "7", "8", "9"} {
			for _, begin := range [][]string{nil, {"1"}, {"1", "1"}, {"1", "2"}, {"1", "2", "2"}, {"1", "3"}} {
				turns := stubborn(t, line, now, begin, key)
				if turns > 2*maxTurns+10 {
					t.Errorf("at %s after %v, key %q for ever: still talking after %d turns", now, begin, key, turns)
				}
				if key == "" && turns > 15 {
					t.Errorf("at %s after %v, silence: %d turns until the end", now, begin, turns)
				}
			}
		}
	}
}

func stubborn(t *testing.T, line *Line, now time.Time, begin []string, key string) (turns int) {
	t.Helper()
	state := State{Line: line.ID, Step: firstStep, Called: now.Unix()}
	var event Event = Start{}
	for turns < 1000 {
		turns++
		var page Page
		state, page = Advance(line, now, caller, state, event)
		switch next := page.Next.(type) {
		case Hangup:
			return turns
		case Connect:
			event = DialEnded{"no-answer"}
		case Perform:
			turns--
			switch next.Effect.(type) {
			case AskTaken:
				event = Taken{}
			case FindOpen:
				event = Found{}
			case SaveMessage, SaveContact:
				event = Saved{"1234567"}
			case AttachNote:
				event = effectDone{}
			default:
				event = Promised{Callback: callbacks.Callback{Reference: "1234567", State: callbacks.Booked}}
			}
		default:
			pressed := key
			if len(begin) > 0 {
				pressed, begin = begin[0], begin[1:]
			}
			event = Keys{pressed}
		}
	}
	return turns
}

// A number that was promised must have been asked for in this very order.
func TestTheCallReadsLikeItsTable(t *testing.T) {
	line := sketch(t)
	heard := play(t, line, closedHour, caller, Keys{"2"}, Found{}, Keys{"2"}, Keys{"2"}, Keys{"1"}, Keys{"1"}, Keys{"4477665544"}, Keys{"1"}, Keys{"2"},
		Promised{Callback: callbacks.Callback{ID: 7, Reference: "1234567", Kind: callbacks.Slot}}, Keys{"1"})
	want := []string{
		"welcome", "language.offer", "language.offer", // 2: English
		"hours.closed", "menu.topic", "menu.topic", "menu.topic", "menu.topic", "menu.topic", "menu.more", "menu.controls", "menu.back", // 2: payment
		"numbers.ready", "help.payment-failed", "help.solved", // 2: not solved
		"safety", "account.calling", "account.ask", // 1#: the number I call from
		"account.confirm", "question.transaction", "number.readback",
		"offer.intro", "offer.number", "offer.opening", "offer.slot", "offer.slot", "offer.slot", "offer.other", "offer.message", "menu.controls", // 2: first slot
		"booked.slot", "reference", "reference.again", "note.offer", // 1: a note
		"tell.payment-failed", "note.ask",
	}
	if got := strings.Join(heard, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("heard:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

// play answers a call with events and returns the keys of the sentences that were spoken.
func play(t *testing.T, line *Line, now time.Time, call Call, events ...Event) []string {
	t.Helper()
	var heard []string
	state := State{Line: line.ID, Step: firstStep, Called: now.Unix()}
	for _, event := range append([]Event{Start{}}, events...) {
		var page Page
		state, page = Advance(line, now, call, state, event)
		for _, said := range page.Say {
			heard = append(heard, strings.Fields(said.Text)[0])
		}
	}
	return heard
}

func TestCardNumbersAreDropped(t *testing.T) {
	for digits, card := range map[string]bool{
		"4111111111111111": true, "378282246310005": true, "6011000990139424": true, "6304000000000000000": true,
		"4111111111111112": false, "41111111111111": false, "08123456789": false, "41111111111111111111": false, "4111-1111-1111-1111": false,
	} {
		if looksLikeCard(digits) != card {
			t.Errorf("looksLikeCard(%q) = %v", digits, !card)
		}
	}
	line := sketch(t)
	state := State{Line: line.ID, Step: stepNumber, Language: "en", Topic: "refund", Question: "refund"}
	state, page := Advance(line, openHour, caller, state, Keys{"4111111111111111"})
	if state.Draft != "" || state.Answers != "" || state.Step != stepNumber || page.Say[0].Text != "card.refused" {
		t.Errorf("a card number led to %+v, saying %q", state, page.Say)
	}
}

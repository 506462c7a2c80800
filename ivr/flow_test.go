package ivr

import (
	"strings"
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
			{ID: id + "-1", Kind: callbacks.Number, Address: "+622150002001"}, {ID: id + "-2", Kind: callbacks.Client,
				Address: "two"},
		}}
	}
	line := &Line{
		ID: "sketch", Region: "ID", Numbers: []string{"+622150001000"},
		Languages: []Language{
			{Tag: "id", Voice: "Google.id-ID-Standard-A", Locale: "id-ID"},
			{Tag: "en", Voice: "Google.en-US-Standard-C", Locale: "en-US"},
		},
		Hours: calendar,
		Topics: []Topic{
			{ID: "stolen", Desk: "emergency", Urgent: true},
			{ID: "payment-failed", Desk: "support", Help: true, AskAccount: true, Questions: []string{"transaction"},
				Note: true},
			{ID: "refund", Desk: "support", Questions: []string{"refund"}},
			{ID: "login", Desk: "support", Help: true, AskAccount: true},
			{ID: "technical", Desk: "support", Help: true},
			{ID: "feedback", Desk: "support", Message: true, Note: true},
			{ID: "fees", Desk: "support"},
			{ID: "senior", Desk: "support"},
		},
		Menu: []Choice{
			{ID: "stolen"}, {ID: "payment-failed"}, {ID: "refund"},
			{ID: "account", Choices: []Choice{{ID: "login"},
				{ID: "app", Choices: []Choice{{ID: "technical"}, {ID: "fees"}}}}},
			{ID: "feedback"}, {ID: "senior"},
		},
		Names: map[string]string{"id": "layanan", "en": "support"},
		Desks: map[string]*Desk{"support": desk("support", calendar),
			"emergency": desk("emergency", hours.Always(zone))},
		General:   "support",
		Account:   NumberRule{Min: 10, Max: 13, Starts: []string{"08"}, CallingNumber: true},
		Questions: map[string]NumberRule{"transaction": {Min: 6, Max: 19}, "refund": {Min: 6, Max: 19}},
		Callbacks: callbacks.Policy{
			Unreachable: []string{"+86"}, SlotLength: 30 * time.Minute, SlotCount: 3, MinNotice: 30 * time.Minute,
			ExpiresAfter: 72 * time.Hour},
		NoInputLimit: 3, NoMatchLimit: 3, MessageSeconds: 120, NoteSeconds: 30,
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
)

// A caller who does the same for ever comes to an end too, and not by the bound on turns alone.
func TestStubbornCallersComeToAnEnd(t *testing.T) {
	line := sketch(t)
	for _, now := range []time.Time{openHour, closedHour} {
		for _, key := range []string{"", "#", "*", "0", "1", "2", "3", "5", "7", "8", "9"} {
			for _, begin := range [][]string{nil, {"1"}, {"1", "1"}, {"1", "2"}, {"1", "2", "2"}, {"1", "3"}} {
				turns := stubborn(t, line, now, begin, key)
				if turns > 2*maxEvents+10 {
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
	state := State{Line: line.ID, Step: FirstStep, Called: now.Unix()}
	var event Event = Start{}
	for turns < 1000 {
		turns++
		var response Response
		state, response = Advance(line, now, caller, state, event)
		switch next := response.Action.(type) {
		case Hangup:
			return turns
		case Connect:
			event = DialEnded{Status: "no-answer"}
		case Perform:
			turns--
			switch next.Effect.(type) {
			case AskTaken:
				event = Taken{}
			case FindOpen:
				event = Found{}
			case SaveMessage, SaveCallRecord:
				event = Saved{"1234567"}
			case AttachNote:
				event = Done{}
			case UrgentUnanswered:
				event = Alerted{}
			default:
				event = CallbackBooked{Callback: callbacks.Callback{Reference: "1234567", State: callbacks.Booked}}
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
	heard := play(t, line, closedHour, caller, Keys{"2"}, Found{}, Keys{"2"}, Keys{"2"}, Keys{"1"},
		Keys{"4477665544"}, Keys{"1"}, Keys{"3"},
		CallbackBooked{Callback: callbacks.Callback{ID: 7, Reference: "1234567", Kind: callbacks.Slot}}, Keys{"1"})
	want := []string{
		"welcome", "language.offer", "language.offer", "hours.closed-now", "hours.closed-now", // 2: English
		// 2: payment
		"emergency.first", "hours.opens", "menu.topic", "menu.topic", "menu.topic", "menu.topic", "menu.more",
		"menu.back",
		"help.payment-failed", "help.solved", "menu.again", // 2: not solved
		"safety", "account.calling", "account.ask", // 1#: the number I call from
		"question.transaction", "number.readback",
		"emergency.first", "offer.yours", "offer.opening", "offer.slot", "offer.message", "offer.more", // 3: first slot
		"booked.slot", "reference", "reference.again", "reference.check", "note.offer", // 1: a note
		"note-about.payment-failed", "note.ask",
	}
	if got := strings.Join(heard, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("heard:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

// play answers a call with events and returns the keys of the sentences that were spoken.
func play(t *testing.T, line *Line, now time.Time, call Call, events ...Event) []string {
	t.Helper()
	var heard []string
	state := State{Line: line.ID, Step: FirstStep, Called: now.Unix()}
	for _, event := range append([]Event{Start{}}, events...) {
		var response Response
		state, response = Advance(line, now, call, state, event)
		for _, said := range response.Say {
			heard = append(heard, strings.Fields(said.Text)[0])
		}
	}
	return heard
}

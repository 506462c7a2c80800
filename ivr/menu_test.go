package ivr

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Menus, questions and notes are data: what follows is decided by the line alone.

// pressed plays keys from the first menu on, in English, and returns where the call is.
func pressed(t *testing.T, line *Line, keys ...string) (State, Response) {
	t.Helper()
	state, _ := Advance(line, closedHour, caller, State{Line: line.ID, Step: FirstStep, Called: closedHour.Unix()},
		Start{})
	state, _ = Advance(line, closedHour, caller, state, Keys{"2"})
	state, response := Advance(line, closedHour, caller, state, Found{})
	for _, key := range keys {
		state, response = Advance(line, closedHour, caller, state, Keys{key})
	}
	return state, response
}

func offered(response Response) (topics []string) {
	for _, said := range response.Say {
		switch words := strings.Fields(said.Text); words[0] {
		case "emergency.first":
			topics = append(topics, "topic.stolen")
		case "menu.topic":
			topics = append(topics, words[1])
		}
	}
	return topics
}

func TestMenusWithinMenus(t *testing.T) {
	line := sketch(t)
	for _, tt := range []struct {
		keys string
		want string
	}{
		{"", "topic.stolen topic.payment-failed topic.refund topic.account topic.feedback"},
		{"8", "topic.senior"},
		{"8*", "topic.stolen topic.payment-failed topic.refund topic.account topic.feedback"},
		{"4", "topic.login topic.app"},
		{"42", "topic.technical topic.fees"},
		{"42*", "topic.login topic.app"},
		{"42**", "topic.stolen topic.payment-failed topic.refund topic.account topic.feedback"},
		{"423", ""},                            // no such key: a short question first
		{"4233", "topic.technical topic.fees"}, // then asked again where they are
		{"42#9", "topic.technical topic.fees"},
		{"49", "topic.login topic.app"},
	} {
		_, response := pressed(t, line, strings.Split(tt.keys, "")...)
		if tt.keys == "" {
			_, response = pressed(t, line)
		}
		if got := strings.Join(offered(response), " "); got != tt.want {
			t.Errorf("keys %q offer %q, want %q", tt.keys, got, tt.want)
		}
	}
	if state, _ := pressed(t, line, "4", "2", "2"); state.Topic != "fees" {
		t.Errorf("4, 2, 2 leads to %q", state.Topic)
	}
}

func TestAMenuThatWasTakenAwayMeanwhile(t *testing.T) {
	line := sketch(t)
	state, _ := pressed(t, line, "4", "2")
	line.Menu = slices.Delete(slices.Clone(line.Menu), 3, 4)
	_, response := Advance(line, closedHour, caller, state, Keys{keyAgain})
	if got := offered(response); len(got) != 5 || got[0] != "topic.stolen" {
		t.Errorf("offered %q, want the first menu", got)
	}
}

// Ways are what a caller presses: each leads where it says.
func TestWaysLeadToTheirTopics(t *testing.T) {
	line := sketch(t)
	var led []string
	for _, way := range line.KeyPaths() {
		state, _ := pressed(t, line, way.Keys...)
		if state.Topic != way.Topic {
			t.Errorf("%v leads to %q, not to %q", way.Keys, state.Topic, way.Topic)
		}
		led = append(led, fmt.Sprint(way.Topic, " ", way.Keys))
	}
	want := "stolen [1], payment-failed [2], refund [3], login [4 1], technical [4 2 1], fees [4 2 2], feedback [5], senior [8 1]"
	if got := strings.Join(led, ", "); got != want {
		t.Errorf("ways are %s, want %s", got, want)
	}
}

// A topic may ask as many questions as it likes; each is asked once, in order, and can be left.
func TestQuestionsAreAskedInOrder(t *testing.T) {
	line := sketch(t)
	line.Questions["order"] = NumberRule{Min: 3, Max: 3, Starts: []string{"7"}}
	line.Topic("refund").Questions = []string{"refund", "order", "transaction"}
	state, response := pressed(t, line, "3")
	if state.Step != stepNumber || !strings.HasPrefix(response.Say[0].Text, "question.refund") {
		t.Fatalf("asked %q at %s", response.Say, state.Step)
	}
	press := func(keys ...string) {
		for _, key := range keys {
			state, response = Advance(line, closedHour, caller, state, Keys{key})
		}
	}
	press("123456", "1")
	if state.Question != "order" {
		t.Fatalf("second question is %q", state.Question)
	}
	press("800") // does not begin as it has to
	if state.NoMatches != 1 || state.Question != "order" {
		t.Errorf("a number that does not fit is taken: %+v", state)
	}
	press("*", "2") // left for good
	if state.Question != "transaction" {
		t.Fatalf("third question is %q", state.Question)
	}
	press("998877", "2", "998866", "1")
	if want := callbacks.Answers("refund:123456;transaction:998866"); state.Answers != want || state.Step != stepOffer {
		t.Errorf("answers %q at %s, want %q at the offer", state.Answers, state.Step, want)
	}
	said := line.caseFor("en", "1234567", "", state.Answers)
	if len(said) != 4 || !strings.Contains(said[2].Text, "answer.refund 1 2 3") ||
		!strings.Contains(said[3].Text, "answer.transaction 9 9 8") {
		t.Errorf("the agent is told %q", said)
	}
}

// The number to ring is said with the offer, so that one key is enough.
func TestOneKeyBooks(t *testing.T) {
	line := sketch(t)
	state, response := pressed(t, line, "0")
	if state.Step != stepOffer || !strings.HasPrefix(response.Say[2].Text, "offer.yours 7 8 9 0") {
		t.Fatalf("at %s, heard %q", state.Step, response.Say)
	}
	_, response = Advance(line, closedHour, caller, state, Keys{"2"}) // 1 is the emergency
	perform, ok := response.Action.(Perform)
	if !ok {
		t.Fatalf("2 leads to %T", response.Action)
	}
	if book, ok := perform.Effect.(Book); !ok || book.Request.Number != caller.From ||
		book.Request.CallRecordKey != caller.SID {
		t.Errorf("2 leads to %+v", perform.Effect)
	}
}

func TestAnotherNumberIsOfferedItsOwnTimes(t *testing.T) {
	line := sketch(t)
	state, response := pressed(t, line, "0", keyMore, "2", "02150009999") // 1 is the emergency
	if state.Step != stepOffer || state.Number != "+622150009999" ||
		!strings.Contains(words(response), "offer.number 0 2 1") {
		t.Errorf("at %s with %s, heard %q", state.Step, state.Number, response.Say)
	}
}

// Who cannot be rung is told so before any time is offered, and when somebody is there.
func TestWhoCannotBeRungIsToldSoAtOnce(t *testing.T) {
	line := sketch(t)
	from := Call{SID: "CA1", From: "+8613800138000", To: caller.To}
	heard := play(t, line, closedHour, from, Keys{"2"}, Found{}, Keys{"0"})
	if got := strings.Join(heard[len(heard)-4:], " "); got !=
		"number.nocall hours.closed-now hours.opens number.instead" {
		t.Errorf("heard %q in the end", heard)
	}
	state := State{Line: line.ID, Step: stepOffer, Language: "en"}
	_, response := Advance(line, openHour, from, state, Again{})
	if got := response.Say[len(response.Say)-2].Text; !strings.HasPrefix(got, "hours.open") {
		t.Errorf("heard %q while the desk is open", got)
	}
}

// A text message goes to mobile numbers of lines that send them, and nowhere else. It says how the callback stands.
func TestInWriting(t *testing.T) {
	line := sketch(t)
	mobile := callbacks.Callback{
		Reference: "1234567", Language: "en", Number: "+6281234567890", Kind: callbacks.ASAP, Due: openHour.AddDate(0,
			0, 1),
	}
	if text := line.SMSBody(mobile, callbacks.NotifyBooked); text != "" {
		t.Errorf("a line that sends none sends %q", text)
	}
	line.SMS = true
	prompts := map[string]string{}
	for _, need := range line.PromptNeeds() {
		prompts[need.Key] = need.Key + " {" + strings.Join(need.Args, "} {") + "}"
	}
	line.Prompts = NewPrompts(map[string]map[string]string{"en": prompts, "id": prompts})
	edit := func(f func(*callbacks.Callback)) callbacks.Callback { c := mobile; f(&c); return c }
	for _, c := range []struct {
		name         string
		callback     callbacks.Callback
		notification callbacks.NotificationKind
		begins       string
	}{
		{"booked for an opening", mobile, callbacks.NotifyBooked, "sms.from support "},
		{"moved", mobile, callbacks.NotifyMoved, "sms.from support "},
		{"in a slot", edit(func(c *callbacks.Callback) { c.Kind, c.SlotEnd = callbacks.Slot, c.Due.Add(time.Hour) }),
			callbacks.NotifyMoved, "sms.when support "},
		{"put off to a day behind its slot", edit(func(c *callbacks.Callback) {
			c.Kind, c.SlotEnd = callbacks.Slot, c.Due.Add(-time.Hour)
		}), callbacks.NotifyMoved, "sms.from support "},
		{"left to a person", edit(func(c *callbacks.Callback) { c.State = callbacks.Task }), callbacks.NotifyTask,
			"sms.task support"},
		{"at once", edit(func(c *callbacks.Callback) { c.Due = closedHour }), callbacks.NotifyBooked,
			"sms.from support"},
		{"urgent", edit(func(c *callbacks.Callback) { c.Urgent = true }), callbacks.NotifyBooked, "sms.urgent support"},
		{"given up", mobile, callbacks.NotifyGivenUp, "sms.given-up support"},
		{"taken back by the desk", mobile, callbacks.NotifyWithdrawn, "sms.withdrawn support"},
		{"a desk telephone", edit(func(c *callbacks.Callback) { c.Number = "+622150009999" }), callbacks.NotifyBooked,
			""},
		{"on no occasion", mobile, "birthday", ""},
	} {
		text := line.SMSBody(c.callback, c.notification)
		if c.begins == "" && text != "" || !strings.HasPrefix(text, c.begins) || text != "" &&
			!strings.HasSuffix(text, " 1234567") {
			t.Errorf("%s: text message %q", c.name, text)
		}
	}
}

// A line's own version of a sentence goes before the common one, and figures are filled in.
func TestOwnWordsAndFigures(t *testing.T) {
	line := sketch(t)
	line.Prompts = NewPrompts(map[string]map[string]string{"en": {
		"help.login": "common", "sketch/help.login": "own, in {days}", "other/help.login": "foreign",
	}})
	line.Variables = map[string]map[string]string{"en": {"days": "seven days"}}
	if got := line.Sentence("en", "help.login"); got != "own, in seven days" {
		t.Errorf("says %q", got)
	}
}

// guessing is a line on which callers from Indonesia hear Indonesian without being asked.
func guessing(t *testing.T) *Line {
	t.Helper()
	line := sketch(t)
	line.Languages[0].Countries = []string{"ID"}
	return line
}

func TestACallingNumberTellsTheLanguage(t *testing.T) {
	foreigner := Call{SID: "CA1", From: "+6581234567", To: caller.To}
	for name, tt := range map[string]struct {
		call   Call
		events []Event
		first  string // what is heard first after the events
		last   string
		speaks string
	}{
		"at once": {caller, []Event{Found{}}, "emergency.first", "language.star", "id"},
		"star, another": {caller, []Event{Found{}, Keys{"*"}, Keys{"2"}, Found{}}, "emergency.first", "menu.back",
			"en"},
		"star":               {caller, []Event{Found{}, Keys{"*"}}, "language.offer", "language.offer", ""},
		"silence":            {caller, []Event{Found{}, Keys{}}, "language.offer", "language.offer", ""},
		"the second page":    {caller, []Event{Found{}, Keys{"8"}}, "menu.topic", "menu.back", "id"},
		"silence there":      {caller, []Event{Found{}, Keys{"8"}, Keys{}}, "no-input.menu", "menu.again", "id"},
		"again":              {caller, []Event{Found{}, Keys{"9"}}, "emergency.first", "language.star", "id"},
		"another country":    {foreigner, nil, "welcome", "language.offer", ""},
		"no number":          {anonymousCall, nil, "welcome", "language.offer", ""},
		"chosen, then quiet": {foreigner, []Event{Keys{"1"}, Found{}, Keys{}}, "no-input.menu", "menu.again", "id"},
	} {
		line := guessing(t)
		state := Begin(line, openHour, tt.call.From)
		call := Call{SID: tt.call.SID, From: state.Caller}
		state, response := Advance(line, openHour, call, state, Start{})
		for _, event := range tt.events {
			state, response = Advance(line, openHour, call, state, event)
		}
		said := response.Say
		if !strings.HasPrefix(said[0].Text, tt.first) || !strings.HasPrefix(said[len(said)-1].Text, tt.last) {
			t.Errorf("%s: heard %q", name, said)
		}
		if tt.speaks != "" && said[0].Language != tt.speaks {
			t.Errorf("%s: heard in %s", name, said[0].Language)
		}
	}
}

var anonymousCall = Call{SID: "CA1", From: "+266696687", To: "+622150001000"}

// Callers who say nothing at all to a line that guesses come to an end, and have heard the languages.
func TestSilenceOnALineThatGuessesEnds(t *testing.T) {
	if turns := stubborn(t, guessing(t), closedHour, nil, ""); turns > 16 {
		t.Errorf("silence: %d turns until the end", turns)
	}
	for _, tag := range []string{"id", "en"} {
		if simulated, err := guessing(t).Simulate(closedHour, caller, tag, "refund"); err != nil ||
			simulated.Language != tag ||
			simulated.Request == nil || simulated.Request.Language != tag {
			t.Errorf("in %s: %+v, %v", tag, simulated, err)
		}
	}
}

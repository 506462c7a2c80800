package simulate

import (
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What a call costs a caller: keys pressed, and characters of speech listened to, until the outcome.
// The speed of speech is the simulator's: 15 characters a second in Indonesian and English, 4.5 in Chinese.

type callCost struct {
	outcome string
	at      string
	keys    []string // after the language
	until   string   // the event that is the outcome
	agents  string
	// most is how many actions it may take besides the language: a group of digits counts as one.
	most int
}

var callCosts = []callCost{
	{"stolen, day: emergency desk rings", openDay, []string{"1"}, simulator.EventDial, "answer", 1},
	{"stolen, night of a holiday: emergency desk rings", night, []string{"1"}, simulator.EventDial, "answer", 1},
	{"a person at once: desk rings", openDay, []string{"0"}, simulator.EventDial, "answer", 1},
	{"login, solved by self-help", openDay, []string{"3", "1"}, simulator.EventHangup, "answer", 2},
	{"login: desk rings", openDay, []string{"3", "2", "1#"}, simulator.EventDial, "answer", 3},
	{"payment with transaction number: desk rings", openDay, []string{"2", "2", "1#", "123456#", "1"},
		simulator.EventDial, "answer", 5},
	{"closed, login: callback booked", saturday, []string{"3", "2", "1#", "2"}, "book", "answer", 4},
	{"closed, payment: callback booked", saturday, []string{"2", "2", "1#", "123456#", "1", "2"}, "book",
		"answer", 6},
	{"closed: message recorded", saturday, []string{"0", "6", "#"}, "message", "answer", 3},
	{"stolen, nobody answers at night: urgent callback", night, []string{"1", "1", "1"}, "book", "no-answer", 3},
	{"returning: callback cancelled", saturday, nil, "cancel", "answer", 4},
}

func TestCostOfACall(t *testing.T) {
	var table strings.Builder
	rows := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(rows, "language\tactions\tkeys\tcharacters\tseconds of speech\t  outcome")
	for number, tag := range []string{"id", "en", "zh"} {
		for _, e := range callCosts {
			actions, keys, chars, seconds := e.measure(t, fmt.Sprint(number+1))
			fmt.Fprintf(rows, "%s\t%d\t%d\t%d\t%.0f\t  %s\n", tag, actions, keys, chars, seconds, e.outcome)
			if actions > e.most {
				t.Errorf("%s, %s: %d actions after the language, at most %d", tag, e.outcome, actions, e.most)
			}
		}
	}
	rows.Flush()
	t.Logf("cost after the language was chosen; speech includes the greeting\n%s", table.String())
}

// measure plays the call in a language and counts until the outcome.
func (e callCost) measure(t *testing.T, language string) (actions, keys, chars int, seconds float64) {
	t.Helper()
	s := newScenario(t, e.at)
	s.everyAgent(e.agents)
	script := append([]string{language}, e.keys...)
	mark := 0
	if e.outcome == "returning: callback cancelled" {
		s.simulator.Ring(home, s.line.Numbers[0],
			simulator.Party{Name: RoleCaller, Keys: simulator.Script(language, "0", "2", "1")})
		s.runTo("2026-03-07T21:00:00+07:00")
		script = []string{language, "7", s.did("book")[0].Reference + "#", "3", "1"}
		mark = len(s.eventsNow())
	}
	done := len(s.did(e.until))
	call := s.simulator.Ring(home, s.line.Numbers[0],
		simulator.Party{Name: RoleCaller, Keys: simulator.Script(script...)})
	reached := func() bool {
		return len(s.did(e.until)) > done || hasEvent(s.eventsNow()[mark:], e.until)
	}
	if err := s.simulator.RunUntil(t.Context(), s.simulator.Now().Add(keepLimit),
		func() bool { return reached() || call.Done() }); err != nil {
		t.Fatal(err)
	}
	over := len(s.eventsNow())
	if !reached() {
		t.Fatalf("%s: the outcome never came\n%s", e.outcome, s.transcript())
	}
	for _, event := range s.eventsNow()[mark:over] {
		switch {
		case event.Role != RoleCaller:
		case event.Event == simulator.EventPress:
			keys++
		case event.Event == simulator.EventSay:
			chars += event.Chars
			seconds += event.Seconds
		}
	}
	s.agents(nil)
	s.settles()
	return len(script) - 1, keys - 1, chars, seconds
}

func hasEvent(events []simulator.Event, name string) bool {
	for _, e := range events {
		if e.Event == name && e.Role == RoleCaller {
			return true
		}
	}
	return false
}

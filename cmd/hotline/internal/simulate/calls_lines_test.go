package simulate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// Every line in every language about every topic: a call that reaches its desk while it is open, and a callback that is
// kept when it is closed. Which keys lead there and what is heard on the way is read off the line.

// A subscriber is somebody who rings a line from its own country.
var subscribers = map[string]string{"ID": "+62812345%05d", "JP": "+8190123%05d", "CN": "+86138123%05d",
	"SG": "+65812%05d"}

func subscriber(line *ivr.Line, n int) string { return fmt.Sprintf(subscribers[line.Region], n+10) }

// eachLanguage runs a test for each line in each of its languages.
func eachLanguage(t *testing.T, test func(t *testing.T, line *ivr.Line, tag string)) {
	t.Helper()
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range snapshot.Lines {
		for _, language := range line.Languages {
			t.Run(line.ID+"/"+language.Tag, func(t *testing.T) {
				t.Parallel()
				test(t, line, language.Tag)
			})
		}
	}
}

// A journey is a caller's way to a topic of a line, in a language.
type journey struct {
	line  *ivr.Line
	tag   string
	topic *ivr.Topic
	steps []step
}

func (j *journey) then(prompt, keys string) {
	j.steps = append(j.steps, hears(j.line.Sentence(j.tag, prompt)).press(keys))
}

// travel goes to a topic and gives every number that is asked for. Callers with different n have different accounts.
func travel(line *ivr.Line, tag string, way ivr.KeyPath, n int) *journey {
	j := &journey{line: line, tag: tag, topic: line.Topic(way.Topic)}
	guessed := ""
	for _, language := range line.Languages { // callers with a number of the line's country may not be asked
		if slices.Contains(language.Countries, line.Region) {
			guessed = language.Tag
		}
	}
	if guessed != "" && guessed != tag {
		j.steps = append(j.steps, hears("").press("*"))
	}
	if len(line.Languages) > 1 && guessed != tag {
		key := 1 + slices.IndexFunc(line.Languages, func(l ivr.Language) bool { return l.Tag == tag })
		j.steps = append(j.steps, hears("").press(fmt.Sprint(key)))
	}
	for _, key := range way.Keys[:len(way.Keys)-1] {
		j.steps = append(j.steps, hears("").press(key))
	}
	last := way.Keys[len(way.Keys)-1]
	if j.topic.Urgent {
		first, _, _ := strings.Cut(line.Sentence(tag, "emergency.first"), "{")
		j.steps = append(j.steps, hears(first).press(last))
	} else {
		j.then("topic."+way.Topic, last)
	}
	if j.topic.Help {
		j.then("help."+way.Topic, "2")
	}
	if j.topic.AskAccount {
		if line.Account.CallingNumber {
			j.then("account.ask", "1#")
		} else {
			j.then("account.ask", example(line.Account, n)+"#")
			j.steps = append(j.steps, hears("").press("1"))
		}
	}
	for _, question := range j.topic.Questions {
		j.then("question."+question, example(line.Questions[question], n)+"#")
		j.steps = append(j.steps, hears("").press("1"))
	}
	return j
}

// example is a number that fits a rule, another one for each n.
func example(rule ivr.NumberRule, n int) string {
	start := ""
	if len(rule.Starts) > 0 {
		start = rule.Starts[0]
	}
	return start + strings.Repeat("2468", 8)[:rule.Min-len(start)-2] + fmt.Sprintf("%02d", n)
}

// actions are the caller's answers besides numbers that are keyed in.
func (j *journey) actions() (n int) {
	for _, b := range j.steps {
		if b.presses != "" && !strings.HasSuffix(b.presses, "#") {
			n++
		}
	}
	return n
}

// longDay is the beginning of a stretch in which the line is open for two hours at least, and nightAfter an hour after
// its end.
func longDay(t *testing.T, line *ivr.Line) (open, closed time.Time) {
	t.Helper()
	open = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for range 30 {
		opening, ok := line.Hours.NextOpening(open)
		if !ok {
			break
		}
		closing, ok := line.Hours.NextClosing(opening)
		if !ok {
			break
		}
		night := closing.Add(time.Hour)
		if closing.Sub(opening) >= 2*time.Hour && !line.Hours.IsOpen(night) {
			return opening, night
		}
		open = closing
	}
	t.Fatalf("line %s is never open for two hours", line.ID)
	return open, closed
}

func TestEveryTopicReachesItsDesk(t *testing.T) {
	eachLanguage(t, func(t *testing.T, line *ivr.Line, tag string) {
		open, _ := longDay(t, line)
		s := newScenario(t, open.Format(time.RFC3339), onLine(line.ID))
		for i, way := range line.KeyPaths() {
			j := travel(line, tag, way, i)
			before, noted := len(s.of(simulator.EventBridge)), len(s.did("message"))
			if j.topic.Message {
				j.steps = append(j.steps, hears(line.Sentence(tag, "note-about."+way.Topic)).speak())
				s.rings(subscriber(line, i), line.Sentence(tag, "message.saved"), j.steps...)
				if len(s.did("message")) != noted+1 {
					t.Errorf("%s: no message was written down", way.Topic)
				}
				continue
			}
			if !j.topic.Urgent {
				j.steps = append(j.steps, hears(line.Sentence(tag, "connect.ask")).silence())
			}
			s.rings(subscriber(line, i), line.Sentence(tag, "goodbye"), j.steps...)
			bridges := s.of(simulator.EventBridge)
			if len(bridges) != before+1 {
				t.Fatalf("%s: reached nobody", way.Topic)
			}
			if desk := s.deskOf(bridges[before].Target); desk != j.desk() {
				t.Errorf("%s: reached desk %s, want %s", way.Topic, desk, j.desk())
			}
		}
	})
}

// desk is the one that serves the topic in this language.
func (j *journey) desk() string {
	if other, ok := j.line.Desks[j.topic.Desk].ByLanguage[j.tag]; ok {
		return other
	}
	return j.topic.Desk
}

// deskOf is the desk that a target belongs to.
func (s *scenario) deskOf(target string) string {
	for _, desk := range s.line.Desks {
		if slices.ContainsFunc(desk.Targets, func(t callbacks.Target) bool { return t.ID == target }) {
			return desk.ID
		}
	}
	return "none for " + target
}

// Limits of what a caller of a closed line does until the callback is booked, keyed-in numbers not counted.
const (
	mostActions           = 6
	mostActionsWithNumber = 9
)

func TestEveryTopicIsRungBackAbout(t *testing.T) {
	eachLanguage(t, func(t *testing.T, line *ivr.Line, tag string) {
		_, closed := longDay(t, line)
		s := newScenario(t, closed.Format(time.RFC3339), onLine(line.ID))
		var out strings.Builder
		rows := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(rows, "topic\tactions\tkeys\tcharacters\tseconds of speech")
		for i, way := range line.KeyPaths() {
			j := travel(line, tag, way, i)
			if j.topic.Message {
				continue // nobody is rung back about it
			}
			s.everyAgent("no-answer") // so that the emergency desk, which never closes, books too
			mark, before := len(s.eventsNow()), len(s.did("book"))
			j.steps = append(j.steps, hears("").press("1"))
			actions, most := j.actions(), mostActions
			if len(j.topic.Questions) > 0 {
				most = mostActionsWithNumber
			}
			if j.steps[0].presses == "*" { // to another language than the number tells
				most++
			}
			if j.topic.Note {
				j.steps = append(j.steps, hears("").silence())
			}
			s.rings(subscriber(line, i), line.Sentence(tag, "goodbye"), j.steps...)
			if booked := s.did("book"); len(booked) != before+1 || booked[before].Callback.Topic != way.Topic {
				t.Fatalf("%s: nothing was booked", way.Topic)
			}
			if actions > most {
				t.Errorf("%s: %d actions until it is booked, at most %d", way.Topic, actions, most)
			}
			keys, chars, seconds := callCostOf(s.eventsNow()[mark:s.bookedAt])
			fmt.Fprintf(rows, "%s\t%d\t%d\t%d\t%.0f\n", way.Topic, actions, keys, chars, seconds)
		}
		s.everyAgent("answer")
		s.settles()
		for _, booked := range s.did("book") {
			kept, err := s.Service.Callback(t.Context(), booked.Callback.ID)
			if err != nil || kept.State != callbacks.Done {
				t.Errorf("callback about %s: %s, %v", booked.Topic, kept.State, err)
			}
		}
		rows.Flush()
		t.Logf("closed, until the callback is booked\n%s", out.String())
	})
}

// callCostOf is what a caller pressed and listened to.
func callCostOf(events []simulator.Event) (keys, chars int, seconds float64) {
	for _, event := range events {
		switch {
		case event.Role != RoleCaller:
		case event.Event == simulator.EventPress:
			keys++
		case event.Event == simulator.EventSay:
			chars += event.Chars
			seconds += event.Seconds
		}
	}
	return keys, chars, seconds
}

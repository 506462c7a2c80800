package simulate

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// How customers can tell that a call is ours.

// Our call says the last two digits of the reference, as the booking has said that it would, and only after the 1.
func TestOurCallSaysTwoDigitsOfTheReference(t *testing.T) {
	for line, book := range map[string]func(*testing.T, ...scenarioOption) *scenario{
		"okpay, customer first": okpayCaller, "gopay, agent first": gopayCaller,
	} {
		s := book(t)
		if heard := heardBy(s.eventsNow(), RoleCaller); !strings.Contains(heard, "we say its last two digits") {
			t.Errorf("%s: the caller hears %q", line, heard)
		}
		s.settles()
		reference := s.did("book")[0].Reference
		before, after, said := strings.Cut(heardBy(s.eventsNow(), "customer"), "press 2")
		want := "Your reference ends in " + spoken.Digits("en", reference[5:])
		if !said || strings.Contains(before, "reference") || !strings.Contains(after, want) ||
			!strings.Contains(after, "We never ask") {
			t.Errorf("%s: the customer hears %q, then %q; want %q", line, before, after, want)
		}
	}
}

// gopayCaller books a callback on Saturday, for which an agent is rung first.
func gopayCaller(t *testing.T, changes ...scenarioOption) *scenario {
	t.Helper()
	s := newScenario(t, saturday, changes...)
	s.rings(home, "I repeat", english, hears("Agents are back").press("0"), hears("We can call you back").press("1"))
	return s
}

// A voicemail presses no 1, and is told nothing of the reference.
func TestAVoicemailHearsNothingOfTheReference(t *testing.T) {
	s := newScenario(t, saturday)
	s.customer = behaviours["voicemail"]
	s.customer.Name = "customer"
	s.mayBreak = true
	s.rings(home, "I repeat", english, hears("Agents are back").press("0"), hears("We can call you back").press("1"))
	s.settles()
	if heard := heardBy(s.eventsNow(), "customer"); !strings.Contains(heard, "press 1") ||
		strings.Contains(heard, "reference") {
		t.Errorf("the voicemail hears %q", heard)
	}
}

// The hint takes at most five seconds, since two people wait for its end.
func TestTheHintIsShort(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range snapshot.Lines {
		for _, language := range line.Languages {
			said := line.Say(language.Tag, "customer.hint", "digits", spoken.Digits(language.Tag, "99")).Text
			seconds := float64(utf8.RuneCountInString(said)) / simulator.SpeechRate(language.Locale)
			if seconds > 5 {
				t.Errorf("%s, %s: %.1f s: %q", line.ID, language.Tag, seconds, said)
			}
		}
	}
}

// verifies rings from a number, asks whether we called a number about a reference, and returns what is heard in answer.
func (s *scenario) verifies(from, number, reference string) string {
	s.t.Helper()
	heard := s.rings(from, "", english, hears("press 1").press("8"),
		hears("check if we called you, press 7").press("7"),
		hears("your own number that was called").press(number+"#"),
		hears("your reference number").press(reference+"#"),
		hears("press 1").hangUp())
	for _, answer := range []string{
		"Yes. We called that number", "We made no such call", "We cannot confirm that call",
	} {
		if strings.Contains(heard, answer) {
			return answer
		}
	}
	return heard
}

// "Did you call me?" is answered with yes only for the very number and callback, and only for half an hour. Everything
// else gets one and the same answer.
func TestDidYouCallMe(t *testing.T) {
	const stranger, yes, no = "+6281399990000", "Yes. We called that number", "We made no such call"
	for name, book := range map[string]func(*testing.T, ...scenarioOption) *scenario{
		"agent first": gopayCaller,
		"customer first": func(t *testing.T, changes ...scenarioOption) *scenario {
			return gopayCaller(t, append(changes, limited(t, func(c *config.Snapshot) {
				c.ByID("gopay").CustomerFirst = true
			}))...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := book(t)
			reference := s.did("book")[0].Reference
			asked := func(when, from, number, reference, want string) {
				t.Helper()
				if got := s.verifies(from, number, reference); got != want {
					t.Errorf("%s, from %q, about %s and %s: %q, want %q", when, from, number, reference, got, want)
				}
			}
			s.runTo("2026-03-09T08:10:00+07:00")
			asked("just now", home, "1", reference, yes)
			asked("just now", stranger, home62, reference, yes)
			asked("just now", "anonymous", home62, reference, yes)
			asked("just now", home, "1", "1111111", no)            // no such reference
			asked("just now", stranger, "1", reference, no)        // another number
			asked("just now", home, "081399990000", reference, no) // another number
			s.runTo("2026-03-09T08:40:00+07:00")
			asked("too late", home, "1", reference, no)
		})
	}
}

const home62 = "081234567890" // home, as people key it in

// A callback that still waits is no call of ours.
func TestDidYouCallMeBeforeWeDid(t *testing.T) {
	s := gopayCaller(t)
	reference := s.did("book")[0].Reference + "#"
	heard := s.rings(home, "We made no such call", english, mine, hears("your reference number").press(reference),
		hears("check if we called you").press("7"), hears("calling from, press 1").press("1#"),
		hears("your reference number").press(reference),
		hears("press 1").hangUp())
	if !strings.Contains(heard, "Hang up on such callers, and do not do what they asked") {
		t.Errorf("heard %q", heard)
	}
	s.settles()
}

// A reference has seven digits: nobody waits behind the last one, and a hash that follows is not a wrong key.
func TestAReferenceEndsByItself(t *testing.T) {
	for _, end := range []string{"", "#"} {
		s := gopayCaller(t)
		reference := s.did("book")[0].Reference + end
		heard := s.rings(home, "", english, hears("press 1").press("7"), hears("7 digits").press(reference),
			hears("To keep it, press 1").press("7"), hears("calling from, press 1").press("1#"),
			hears("7 digits").press(reference), hears("press 1").hangUp())
		saysNever(t, heard, "not one of the choices")
		s.settles()
	}
}

// Who has no reference is not told that the call was ours, and hears what to do; the emergency is the next key.
func TestDidYouCallMeWithoutAReference(t *testing.T) {
	s := newScenario(t, openDay)
	s.rings(home, "We cannot confirm that call now. Hang up on such callers", english, hears("press 1").press("7"),
		hears("calling from, press 1").press("1#"), hears("your reference number").press("*#"),
		hears("press 1").press("1"))
	s.bridged("caller with emergency-1")
}

// Who has a callback open is asked for its proof, and is led from there to the question without one.
func TestDidYouCallMeWithACallbackOpenAndNoReference(t *testing.T) {
	s := gopayCaller(t)
	s.rings(home, "We cannot confirm that call now. Hang up on such callers", english, mine,
		hears("To check if we called you, press 7, then pound").press("7#"),
		hears("calling from, press 1").press("1#"), hears("your reference number").press("*#"),
		hears("press 1").hangUp())
	s.settles()
}

// Guessing ends: after six wrong ones within an hour nothing is told any more, also not to the owner who guessed, while
// others' guesses about a number do not keep its owner from asking.
func TestGuessingWhetherWeCalledEnds(t *testing.T) {
	s := gopayCaller(t)
	s.runTo("2026-03-09T08:10:00+07:00")
	reference := s.did("book")[0].Reference
	var heard []string
	for range 8 {
		heard = append(heard, s.verifies("anonymous", home62, "1111111"))
	}
	if want := "We made no such call"; heard[5] != want || heard[6] != "We cannot confirm that call" {
		t.Errorf("heard %q", heard)
	}
	if got := s.verifies("anonymous", home62, reference); got != "We cannot confirm that call" {
		t.Errorf("the right one after so many wrong ones: %q", got)
	}
	if got := s.verifies(home, "1", reference); got != "Yes. We called that number" {
		t.Errorf("the owner: %q", got)
	}
}

// A customer who is not connected is told what the dispatcher will do: we call again, or that was the last try.
func TestAMissedCustomerIsToldWhetherWeCallAgain(t *testing.T) {
	const again, last = "We will call you again later", "Please call us if you still need help"
	for name, customer := range map[string]simulator.Party{
		"a voicemail": behaviours["voicemail"], "another key": {After: 5 * time.Second, Keys: simulator.Always("5")},
	} {
		for _, first := range []bool{false, true} {
			s := newScenario(t, saturday, limited(t,
				func(c *config.Snapshot) { c.ByID("gopay").CustomerFirst = first }))
			s.customer, s.customer.Name, s.mayBreak = customer, "customer", true
			s.rings(home, "I repeat", english, hears("Agents are back").press("0"), hears("We can call you back").press("1"))
			s.settles()
			heard := heardBy(s.eventsNow(), "customer")
			if strings.Count(heard, again) != 2 || strings.Count(heard, last) != 1 ||
				strings.LastIndex(heard, again) > strings.Index(heard, last) {
				t.Errorf("%s, customer first %v: heard %q", name, first, heard)
			}
		}
	}
}

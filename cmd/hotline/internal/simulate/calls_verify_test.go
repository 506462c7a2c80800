package simulate

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
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
		want := "your reference ends in " + spoken.Digits("en", reference[5:])
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
	s.rings(home, "I repeat", english, hears("closed").press("0"), hears("We can call you back").press("1"))
	return s
}

// A voicemail presses no 1, and is told nothing of the reference.
func TestAVoicemailHearsNothingOfTheReference(t *testing.T) {
	s := newScenario(t, saturday)
	s.customer = behaviours["voicemail"]
	s.customer.Name = "customer"
	s.mayBreak = true
	s.rings(home, "I repeat", english, hears("closed").press("0"), hears("We can call you back").press("1"))
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

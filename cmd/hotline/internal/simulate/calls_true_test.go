package simulate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What callers hear is so: whose clock a time is meant on, whose number is not called, what is kept before it is left.

// A caller in New York, where it is Tuesday evening, is told when the telephone there will ring.
func TestTimesAreToldOnTheClockOfTheTelephoneThatRings(t *testing.T) {
	s := newScenario(t, "2026-03-04T10:00:00+08:00", onLine("okpay"))
	s.everyAgent("busy")
	s.rings("+12125551234", "We will call you tomorrow, Wednesday, between 8 and 8:30 p.m. local time",
		hears("For English").press("1"),
		hears("To speak to an agent, press 0").press("0"),
		hears("from tomorrow, Wednesday, at 8 p.m. local time, press 1. For 8 to 8:30 p.m., press 2").press("2"))
	s.everyAgent("answer")
	s.settles()
	if first := s.of(simulator.EventPlaceCall); len(first) == 0 || s.clock(first[0]) != "Thu 09:00" {
		t.Errorf("rung: %v", first) // in Singapore
	}
}

// A number of half a continent tells no clock: the line's is named. So is it in opening hours, to everybody abroad.
func TestTheZoneIsNamedWhereCallersMayHaveAnother(t *testing.T) {
	s := newScenario(t, "2026-03-04T03:00:00+08:00", onLine("okpay"))
	heard := s.rings("+12125551234", "", hears("For English").press("1"), hears("For a stolen").hangUp())
	if !strings.Contains(heard, "Agents are back today at 9 a.m. Singapore time") {
		t.Errorf("heard %q", heard)
	}
	heard = s.rings("+6581234567", "", hears("For English").press("1"), hears("For a stolen").hangUp())
	saysNever(t, heard, "Singapore time")
}

// Callers who end a message with 0 hear that it is kept, and its reference, before an agent is rung.
func TestAMessageEndedWithZeroIsConfirmed(t *testing.T) {
	s := newScenario(t, "2026-03-02T15:00:00+08:00", onLine("upay"))
	spoken := hears("Please tell us").press("0")
	spoken.speaks = 4 * time.Second
	heard := s.rings(guangzhou, "Thank you. Goodbye", hears("For English").press("2"),
		hears("For more, press 8").press("8"), hears("For a complaint or suggestion, press 2").press("2"), spoken)
	left := s.did("message")
	if len(left) != 1 {
		t.Fatalf("messages %+v", left)
	}
	saved := strings.Index(heard, "Your message has been saved")
	reference := strings.Index(heard, "Your reference number is "+spokenReference(left[0].Reference))
	rung := strings.Index(heard, "We are connecting you to an agent")
	if saved < 0 || reference < saved || rung < reference {
		t.Errorf("heard %q", heard)
	}
	s.bridged("caller with support-1")
}

// Callers with a callback hear of it before the topics, behind the emergency,, again with them, and before any time is
// read.
func TestAnOpenCallbackIsToldBeforeAnythingIsChosen(t *testing.T) {
	s, reference := bookedCallback(t)
	const open = "For your booked callback, press 7. "
	s.rings(home, "Nothing has changed", english, hears(open+"For a failed").press("9"),
		hears(open+"For a failed").press("0"),
		hears(open+"We can call you back").press("7"),
		hears("Please enter your reference number").press(reference+"#"), hears("To keep it, press 1").press("1"))
	s.settles()
}

// Whose number is not called hears whose country it is, when somebody is there, and last the keys that there are.
func TestAnExplainedRefusalEndsInItsKeys(t *testing.T) {
	s := newScenario(t, "2026-03-08T03:00:00+08:00", onLine("wallet"))
	refused := hears("Sorry, we cannot call the country or region of your number. We are closed now. " +
		"Agents are back tomorrow, Monday, at 9 a.m. For another number, press 2. To leave a message, press 6.")
	said := []step{hears("For English").press("2"), hears("Agents are back").press("0"), refused.press("2")}
	s.rings("+6581234567", "Please speak after the tone", append(slices.Clone(said),
		hears("Please enter the phone number").press("006581234567#"),
		hears("the country or region of that number. We are closed now.").press("6"), hears("Please speak").speak())...)
}

// Who cannot be rung hears once that the line is closed, and when it opens.
func TestClosedIsSaidOnceInAnAnswer(t *testing.T) {
	s := newScenario(t, "2026-03-07T23:30:00+08:00", onLine("upay"))
	var answer string
	s.rings("+85291234567", "", english, hears("press 1").press("0"),
		step{hears: "We are closed now. Agents are back", hangsUp: true})
	for _, e := range s.eventsNow() {
		if e.Event == simulator.EventPress {
			answer = ""
		}
		answer += e.Text
	}
	if n := strings.Count(answer, "We are closed"); n != 1 {
		t.Errorf("said %d times: %q", n, answer)
	}
}

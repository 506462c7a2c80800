package simulate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// Callers who ring again about a callback.

// promised books the slot on Monday at 8 from home, for the account of that number, and returns its reference.
func bookedCallback(t *testing.T) (*scenario, string) { return callbackFor(t, "1#") }

// promisedFor is promised for another account.
func callbackFor(t *testing.T, account string) (*scenario, string) {
	t.Helper()
	s := newScenario(t, saturday)
	talk := slices.Clone(booking)
	talk[3] = hears("Please enter your registered mobile number").press(account)
	if account != "1#" { // read back only if it was keyed in
		talk = slices.Insert(talk, 4, right)
	}
	s.rings(home, "I repeat", talk...)
	return s, s.did("book")[0].Reference
}

var mine = hears("For your booked callback, press 7").press("7")

func TestAReturningCallerHearsAndMovesTheCallback(t *testing.T) {
	s, reference := bookedCallback(t)
	s.rings(home, "Your callback has been moved. We will call you Monday, 9 March, between 9 and 9:30", english, mine,
		hears("Please enter your reference number").press(reference+"#"),
		hears("We will call you Monday, 9 March, between 8 and 8:30").press("2"),
		hears("9 to 9:30 a.m., press 4").press("4"))
	s.settles()
	s.bridged("support-1 with customer")
	if first := s.of(simulator.EventPlaceCall); len(first) != 1 || s.clock(first[0]) != "Mon 09:00" {
		t.Errorf("rung: %v", first)
	}
}

func TestAReturningCallerCancelsTheCallback(t *testing.T) {
	s, _ := callbackFor(t, "081255554321#")
	s.rings(home, "Your callback has been cancelled", english, mine,
		hears("last four digits").press("4321#"), hears("To cancel it, press 3").press("3"),
		hears("Do you want to cancel").press("2"), hears("To cancel it, press 3").press("3"),
		hears("Do you want to cancel").press("1"))
	s.settles()
	if calls := s.of(simulator.EventPlaceCall); len(calls) != 0 {
		t.Errorf("rung all the same: %v", calls)
	}
	// The next call knows of none.
	heard := s.rings(home, "", english, hears("For a stolen").hangUp())
	if strings.Contains(heard, "promised") {
		t.Errorf("heard %q", heard)
	}
}

func TestWrongDigitsLearnNothing(t *testing.T) {
	s, reference := bookedCallback(t)
	heard := s.rings(home, "", english, mine,
		hears("Please enter your reference").press("0000#"), hears("that does not match").press("1234567#"),
		hears("that does not match").press("1111#"), hears("we cannot tell you about your callback").hangUp())
	for _, secret := range []string{"Monday, 9 March, between", "8:30", "7 8 9 0",
		strings.Join(strings.Split(reference, ""), " ")} {
		if strings.Contains(heard, secret) {
			t.Errorf("learnt %q from %q", secret, heard)
		}
	}
	s.settles()
	s.bridged("support-1 with customer")
}

// Six wrong answers within an hour, over several calls, and the callback is told to nobody; an hour later its reference
// counts again.
func TestGuessingOverManyCallsEnds(t *testing.T) {
	s, reference := bookedCallback(t)
	for range 2 {
		s.rings(home, "", english, mine, hears("reference").press("1000000#"), hears("not match").press("2222222#"),
			hears("not match").press("3333333#"), hears("cannot tell").hangUp())
	}
	s.rings(home, "", english, mine, hears("reference").press(reference+"#"),
		hears("we cannot tell you about your callback").hangUp())
	s.runTo("2026-03-07T21:10:00+07:00")
	s.rings(home, "Nothing has changed", english, mine, hears("reference").press(reference+"#"),
		hears("between 8 and 8:30").press("1"))
	s.settles()
	s.bridged("support-1 with customer")
}

// A forged calling number is told no more than that a callback stands; an unknown one not even that.
func TestAForgedNumberLearnsNothing(t *testing.T) {
	s, _ := bookedCallback(t)
	heard := s.rings(home, "", english, mine, // the last digits of the account are those of the number
		hears("Please enter your reference number, 7 digits").press("7890#"), hears("that does not match").hangUp())
	for _, secret := range []string{"8:30", "9 March, between", "payment, ", "7 8 9 0"} {
		if strings.Contains(heard, secret) {
			t.Errorf("learnt %q from %q", secret, heard)
		}
	}
	if heard := s.rings("+6281200001111", "", english, hears("For a stolen").press("7"),
		hears("your own number that was called").hangUp()); strings.Contains(heard, "promised") {
		t.Errorf("a stranger heard %q", heard)
	}
	s.settles()
}

func TestASecondRequestReturnsTheFirstCallback(t *testing.T) {
	s, reference := bookedCallback(t)
	again := append(slices.Clone(asking[:len(asking)-1]), hears("We can call you back").press("1"), hears("You already have a callback booked").press("7890#"),
		hears("that does not match").press(reference+"#"),
		hears("We will call you Monday, 9 March, between 8 and 8:30").press("1"))
	heard := s.rings(home, "Nothing has changed", again...)
	if booked := s.did("book"); len(booked) != 2 || booked[1].Reference != reference {
		t.Errorf("booked %v", booked)
	}
	before, _, _ := strings.Cut(heard, "that does not match")
	if strings.Contains(before, "your callback stands") || strings.Contains(before, "reference number is") {
		t.Errorf("the first callback is told without proof: %q", before)
	}
	s.settles()
	s.bridged("support-1 with customer")
}

// Callers who get through to the desk meanwhile are not rung back, not even while they talk.
func TestACallerWhoGetsThroughIsNotRungBack(t *testing.T) {
	s := newScenario(t, saturday)
	talk := slices.Clone(booking)
	talk[6] = hears("For another time or number, press 8").press("8")
	talk = slices.Insert(talk, 7, hears("9 to 9:30 a.m., press 4").press("4"))
	s.rings(home, "I repeat", talk...)
	s.runTo("2026-03-09T08:58:50+07:00")
	s.rings(home, "Thank you", english, hears("press star").press("0"))
	s.settles()
	s.bridged("caller with support-1")
	if calls := s.of(simulator.EventPlaceCall); len(calls) != 0 {
		t.Errorf("rung all the same: %v", calls)
	}
}

// Their callback falls due while they wait for the desk themselves, and nobody answers: neither the desk nor they are
// rung about it before they have hung up.
func TestACallerWhoWaitsForTheDeskIsNotRungBackMeanwhile(t *testing.T) {
	s := newScenario(t, saturday)
	s.mayBreak = true
	talk := slices.Clone(booking)
	talk[6] = hears("For another time or number, press 8").press("8")
	talk = slices.Insert(talk, 7, hears("9 to 9:30 a.m., press 4").press("4"))
	s.rings(home, "I repeat", talk...)
	s.runTo("2026-03-09T08:59:20+07:00")
	s.everyAgent("no-answer")
	s.rings(home, "", english, hears("press star").press("0"), hears("no agent").hangUp())
	if calls := s.of(simulator.EventPlaceCall); len(calls) != 0 {
		t.Errorf("rung while the caller waits: %v", s.clock(calls[0]))
	}
	hungUp := s.simulator.Now()
	s.everyAgent("answer")
	s.settles()
	s.bridged("support-1 with customer")
	if calls := s.of(simulator.EventPlaceCall); len(calls) != 1 || calls[0].At.Sub(hungUp) > 2*time.Minute {
		t.Errorf("rung %v after the call", calls)
	}
}

// A talk with another desk changes nothing: that number may be forged, and it was about something else.
func TestAnotherDesksTalkTakesNothingBack(t *testing.T) {
	s, _ := bookedCallback(t)
	s.runTo("2026-03-08T03:00:00+07:00")
	s.rings(home, "Goodbye", english, stolen)
	s.settles()
	s.bridged("caller with emergency-1", "support-1 with customer")
}

// An urgent callback is not swallowed by one that stands.
func TestAStolenAccountDoesNotWaitForARefund(t *testing.T) {
	s, _ := bookedCallback(t)
	s.everyAgent("no-answer")
	s.rings(home, "Our account security team will call this number", english, stolen,
		hears("To try again now").hangUp())
	s.everyAgent("answer")
	s.settles()
	s.bridged("emergency-1 with customer", "support-1 with customer")
	if at := s.of(simulator.EventBridge)[0]; s.clock(at) > "Sat 20:30" && s.clock(at) < "Sat 20:00" {
		t.Errorf("the emergency team rang at %s", s.clock(at))
	}
}

// The star while a new time is chosen leaves the callback, and what is told of it, as it was.
func TestLookingAtOtherTimesChangesNothing(t *testing.T) {
	s := newScenario(t, saturday)
	talk := slices.Clone(booking)
	talk[6] = hears("8 to 8:30 a.m., press 3").press("2")
	s.rings(home, "I repeat", talk...)
	s.rings(home, "Nothing has changed", english, mine, hears("reference").press(s.did("book")[0].Reference+"#"),
		hears("We will call you Monday, 9 March, between 8 and 8:30").press("2"), hears("from Monday").press("*"),
		hears("We will call you Monday, 9 March, between 8 and 8:30").press("1"))
	s.settles()
	s.placedFirst("Mon 08:00")
}

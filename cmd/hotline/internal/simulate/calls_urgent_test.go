package simulate

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// An urgent call that nobody takes: a callback is booked by itself, and the line's own people are told.

const onDuty = "+6281200000099"

func alerting(t *testing.T) scenarioOption {
	return withConfig(apptest.Edited(t, "lines/gopay.yaml", "\ntext_messages: true",
		"\nalert: \""+onDuty+"\"\ntext_messages: true"))
}

// hangsUpAfter rings for a stolen account, with keys of the line, and hangs up when the first telephone has rung for so
// long.
func (s *scenario) hangsUpAfter(from string, ringing time.Duration, keys ...string) {
	s.t.Helper()
	ctx := context.Background()
	call := s.simulator.Ring(from, s.line.Numbers[0],
		simulator.Party{Name: RoleCaller, Keys: simulator.Script(keys...)})
	rings := func() bool { return len(s.of(simulator.EventDial)) > 0 && len(s.of(simulator.EventRing)) > 1 }
	if err := s.simulator.RunUntil(ctx, s.simulator.Now().Add(time.Minute), rings); err != nil {
		s.t.Fatal(err)
	}
	if err := s.simulator.Run(ctx, s.simulator.Now().Add(ringing)); err != nil {
		s.t.Fatal(err)
	}
	call.HangUp()
	if err := s.simulator.Run(ctx, s.simulator.Now().Add(time.Second)); err != nil {
		s.t.Fatal(err)
	}
}

func TestAnUrgentCallThatNobodyTakes(t *testing.T) {
	t.Run("is rung again with 0, and its customer called back", func(t *testing.T) {
		s := newScenario(t, night, alerting(t))
		s.everyAgent("no-answer")
		s.rings(home, "To try again now", english, stolen, hears("To try again now, press 0").press("0"),
			hears("Our account security team will call this number").hangUp())
		if n := len(s.did("book")); n == 0 || s.did("book")[0].Callback.ID != s.did("book")[n-1].Callback.ID {
			t.Errorf("booked %v", s.did("book"))
		}
		s.everyAgent("answer")
		s.settles()
		s.bridged("emergency-1 with customer")
		briefing := "Darurat. Layanan Pelanggan GoPay: telepon balik"
		if told := heardBy(s.eventsNow(), "emergency-1"); !strings.Contains(told, briefing) {
			t.Errorf("the agent hears %q", told)
		}
		// It was booked by itself: nobody asked for it.
		if told := heardBy(s.eventsNow(), "customer"); !strings.Contains(told, "GoPay support, calling you back. ") ||
			!strings.Contains(told, "If you have not contacted us, press 2.") {
			t.Errorf("the customer hears %q", told)
		}
		alerts := s.textsTo(onDuty)
		told := "gopay, desk emergency: nobody took an urgent call. Sat 21 Mar 2026, 03:0"
		if len(alerts) != 2 || !strings.Contains(alerts[0], told) ||
			!strings.Contains(alerts[0], "number ending in 7890") {
			t.Errorf("told: %q", alerts)
		}
	})
	t.Run("is not called back while 0 has the desk rung again", func(t *testing.T) {
		s := newScenario(t, night)
		s.everyAgent("no-answer")
		s.rings(home, "To try again now", english, stolen, hears("press 0").press("0"),
			hears("press 0").press("0"), hears("press 0").hangUp())
		if placed := s.of(simulator.EventPlaceCall); len(placed) != 0 {
			t.Errorf("rung for the callback while its caller was on the line: %v", placed)
		}
		s.everyAgent("answer")
		before := s.simulator.Now()
		s.settles()
		s.bridged("emergency-1 with customer")
		if waited := s.of(simulator.EventBridge)[0].At.Sub(before); waited > 2*time.Minute {
			t.Errorf("called back after %v", waited)
		}
	})
	t.Run("is put through with 0 by day too, and not called back after that talk", func(t *testing.T) {
		s := newScenario(t, openDay)
		s.everyAgent("no-answer")
		s.rings(home, "", english, hears("For a stolen account or phone, press 1").press("1"),
			step{hears: "To try again now, press 0", presses: "0", meanwhile: func() { s.everyAgent("answer") }})
		s.settles()
		s.bridged("caller with emergency-1")
	})
	t.Run("is cancelled without a reference by who has just heard of it", func(t *testing.T) {
		s := newScenario(t, night)
		s.everyAgent("no-answer")
		s.rings(home, "cancelled", english, stolen, hears("To cancel that callback, press 7").press("7"),
			hears("To keep it, press 1. To cancel it, press 3").press("3"), hears("press 1").press("1"))
		s.everyAgent("answer")
		s.settles()
		s.bridged()
	})
	t.Run("is called back at another number instead", func(t *testing.T) {
		s := newScenario(t, night)
		s.everyAgent("no-answer")
		s.rings(home, "I repeat", english, stolen, hears("For another number, press 8").press("8"),
			hears("enter the phone number").press(national(victim)), hears("We will call you on").press("1"))
		s.everyAgent("answer")
		s.settles()
		if s.rungOf(home) != 0 || s.rungOf(victim) != 1 {
			t.Errorf("rung %d times at the calling number, %d at the other", s.rungOf(home), s.rungOf(victim))
		}
	})
	t.Run("of a hidden number is offered a callback as before", func(t *testing.T) {
		s := newScenario(t, night, alerting(t))
		s.everyAgent("no-answer")
		s.rings("anonymous", "", english, stolen, hears("We can call you back").hangUp())
		if len(s.did("book")) != 0 {
			t.Errorf("booked %v", s.did("book"))
		}
		s.settles()
		if alerts := s.textsTo(onDuty); len(alerts) != 1 || !strings.Contains(alerts[0], "no number") {
			t.Errorf("told: %q", alerts)
		}
	})
}

// Whose caller hangs up after ten seconds of ringing is called back; sooner is a change of mind.
func TestHangingUpWhileTheEmergencyDeskRings(t *testing.T) {
	for _, tt := range []struct {
		name    string
		ringing time.Duration
		books   bool
	}{
		{"soon", 7 * time.Second, false},
		{"late", 10500 * time.Millisecond, true},
		{"when the first telephone has just stopped", 31 * time.Second, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScenario(t, night, alerting(t))
			s.everyAgent("no-answer")
			s.hangsUpAfter(home, tt.ringing, "2", "1")
			if booked := s.did("book"); len(booked) > 0 != tt.books {
				t.Errorf("booked %v", booked)
			}
			s.everyAgent("answer")
			s.settles()
			if tt.books {
				s.bridged("emergency-1 with customer")
			} else {
				s.bridged()
			}
			if n := len(s.textsTo(onDuty)); n > 0 != tt.books {
				t.Errorf("%d alerts", n)
			}
		})
	}
}

// While only the emergency desk answers, its key is said again before the tone to callers who gave no answer, and after it.
func TestNoKeyLeadsAwayFromTheEmergency(t *testing.T) {
	const first, closed = "For a stolen account or phone, press 1", "We are closed"
	tone := hears("after the tone").speak()
	for name, way := range map[string][]step{
		"0": {hears(first).press("0"), hears(first).press("0"), hears(closed).press("0"), hears(closed).press("0")},
		"wrong keys": {hears(first).press("0"), hears(first).press("#"), hears("not one of the choices").press("5"),
			hears(first).press("4")},
		"silence": {hears(first).press("0"), hears(first).silence(), hears(first).silence(), hears(first).silence()},
	} {
		t.Run(name, func(t *testing.T) {
			before := append([]step{english}, way...)
			s := newScenario(t, night)
			s.rings(home, "", append(slices.Clone(before), hears(first).asItIs("1"))...)
			s.rings(home, "", append(slices.Clone(before), hears("To leave a message, press 6").press("6"), tone,
				hears("Your message has been saved").asItIs("1"))...)
			s.bridged("caller with emergency-1", "caller with emergency-1")
			heard := s.rings(home, "Thank you. Goodbye", append(slices.Clone(before),
				hears("To leave a message, press 6").silence(), tone, hears(first).silence())...)
			if strings.Count(heard, "after the tone") != 1 {
				t.Errorf("heard %q", heard)
			}
		})
	}
}

// The second page of an offer has it first, too.
func TestTheEmergencyIsFirstOnEveryPageOfAnOffer(t *testing.T) {
	s := newScenario(t, night)
	s.rings(home, "", english, hears("press 1").press("0"), hears("For another time or number, press 8").press("8"),
		hears("For a stolen account or phone, press 1. For another number, press 2").press("8"),
		hears("For a stolen account or phone, press 1. For another number, press 2").press("*"),
		hears("We can call you back").press("8"), hears("press 1").asItIs("1"))
	s.bridged("caller with emergency-1")
}

// The sentence before the ringing is shorter in some languages than in others.
func TestTenSecondsOfRingingInEveryLanguage(t *testing.T) {
	for _, tt := range []struct {
		line, from string
		keys       []string
	}{
		{"gopay", home, []string{"1", "1"}}, {"gopay", home, []string{"2", "1"}}, {"gopay", home, []string{"3", "1"}},
		{"paypay", "+819012345678", []string{"1"}},
	} {
		for ringing, books := range map[time.Duration]int{7 * time.Second: 0, 10200 * time.Millisecond: 1} {
			s := newScenario(t, night, onLine(tt.line))
			s.everyAgent("no-answer")
			s.hangsUpAfter(tt.from, ringing, tt.keys...)
			if booked := s.did("book"); len(booked) != books {
				t.Errorf("%s %v: after %v of ringing booked %v", tt.line, tt.keys, ringing, booked)
			}
			s.everyAgent("answer")
			s.settles()
		}
	}
}

// An urgent callback has no other time: only another number is offered.
func TestNoOtherTimeIsOfferedWhereThereIsNone(t *testing.T) {
	s := newScenario(t, night)
	s.everyAgent("no-answer")
	heard := s.rings(home, "", english, stolen, hears("For another number, press 8").press("8"),
		hears("enter the phone number").press("*#"), hears("For another number, press 8").press("8"),
		hears("enter the phone number").hangUp())
	saysNever(t, heard, "another time")
	s.everyAgent("answer")
	s.settles()
}

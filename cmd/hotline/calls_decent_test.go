package main

import (
	"testing"

	"github.com/hotline-ivr/hotline/ivr/carrier"
)

const london = "+442071234567"

// The line opens on Monday at eight, which is one at night where this caller's number is: he is rung at eight by his own
// clock, 15:00 in Jakarta.
func TestACallerIsRungAtADecentHour(t *testing.T) {
	s := newStory(t, saturday)
	s.rings(london, "I repeat", english, hears("closed").press("0"), hears("We can call you back").press("1"))
	s.settles()
	s.bridged("support-1 with customer")
	var rung []string
	for _, e := range s.of(carrier.EventRing) {
		if e.Role == "customer" {
			rung = append(rung, s.clock(e))
		}
	}
	if len(rung) != 1 || rung[0] != "Mon 15:00" {
		t.Errorf("the customer is rung on %v", rung)
	}
}

// Whose account was stolen is rung back at any hour.
func TestAnUrgentCallerIsRungAtNight(t *testing.T) {
	s := newStory(t, night)
	s.everyAgent("no-answer")
	s.rings(home, "I repeat", english, stolen, hears("We can call you back").press("1"))
	s.everyAgent("answer")
	s.settles()
	s.bridged("emergency-1 with customer")
}

package simulate

import "testing"

const london = "+442071234567"

// The line opens on Monday at eight, which is one at night where this caller's number is: they are rung at eight by
// their own clock, 15:00 in Jakarta.
func TestACallerIsRungWithinCallingHours(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(london, "I repeat", english, hears("Agents are back").press("0"), hears("We can call you back").press("1"))
	s.settles()
	s.bridged("support-1 with customer")
	s.customerRung("Mon 15:00")
}

// Whose account was stolen is rung back at any hour.
func TestAnUrgentCallerIsRungAtNight(t *testing.T) {
	s := newScenario(t, night)
	s.everyAgent("no-answer")
	s.rings(home, "Your reference number", english, stolen, hears("To try again now").silence())
	s.everyAgent("answer")
	s.settles()
	s.bridged("emergency-1 with customer")
}

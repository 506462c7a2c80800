package simulate

import "testing"

// The clocks of London change in the night to 29 March 2026, those of Jakarta never. A caller who rings on the Saturday
// before is rung on Monday at eight by their own clock, as ever, which by then is an hour earlier in Jakarta.
func TestACallerIsRungWithinCallingHoursAfterTheirClockHasChanged(t *testing.T) {
	s := newScenario(t, "2026-03-28T20:00:00+07:00")
	s.rings(london, "I repeat", english, hears("Agents are back").press("0"), hears("We can call you back").press("1"))
	s.settles()
	s.bridged("support-1 with customer")
	s.customerRung("Mon 14:00")
}

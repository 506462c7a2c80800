package simulate

import (
	"strings"
	"testing"
)

// Which number is rung: never one that was not meant, and never a stranger's.

// keyedAtOkpay are the first steps of a call to okpay on a Saturday evening, to where another number is asked for.
func keyedAtOkpay(then ...step) []step {
	return append([]step{hears("For English").press("1"), hears("Agents are back").press("0"),
		hears("We can call you back").press("8"), hears("For another number, press 2").press("2"),
		hears("Please enter the phone number")}, then...)
}

// 0049 is Germany; in Singapore 004 and 91 are India, too.
func TestANumberKeyedWith00IsNeverSomebodyElses(t *testing.T) {
	for _, c := range []struct{ name, keyed, said, choice, number string }{
		{"Germany", "004917612345678#", "For Germany, plus 4 9, 1 7 6", "1", "+4917612345678"},
		{"India, by the same digits", "004917612345678#", "For India, plus 9 1, 7 6 1", "2", "+917612345678"},
		{"Portugal", "00351912345678#", "For Portugal, plus 3 5 1, 9 1 2", "1", "+351912345678"},
		{"Vanuatu, not the USA", "0016785912345#", "For Vanuatu, plus 6 7 8", "2", "+6785912345"},
		{"the USA", "0016785912345#", "For United States, plus 1, 6 7 8", "1", "+16785912345"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScenario(t, "2026-01-10T20:00:00+08:00", onLine("okpay"))
			steps := keyedAtOkpay()
			steps[4] = steps[4].press(c.keyed)
			s.rings("+6581234567", "I repeat", append(steps,
				hears(c.said).press(c.choice), hears("We would call you on "+strings.TrimSuffix(c.said[4:],
					",")).press("1"))...)
			if booked := s.did("book"); len(booked) != 1 || booked[0].Callback.Number != c.number {
				t.Errorf("booked %v, want %s", booked, c.number)
			}
			s.settles()
			s.bridged("customer with support-1")
		})
	}
}

// 0066 begins Japan's toll-free numbers, and Thailand's after 00: nobody asks to be rung at a toll-free one.
func TestThailandIsNoTollFreeNumberOfJapan(t *testing.T) {
	s := newScenario(t, "2026-03-07T22:00:00+09:00", onLine("paypay"))
	s.rings("+819012345678", "I repeat", hears("For English, press star").press("*"),
		hears("For English").press("3"), hears("Agents are back").press("0"),
		hears("We can call you back").press("8"), hears("For another number, press 2").press("2"),
		hears("Please enter the phone number").press("0066812345678#"),
		hears("We would call you on Thailand, plus 6 6, 8 1, 2 3 4").press("1"))
	if booked := s.did("book"); len(booked) != 1 || booked[0].Callback.Number != "+66812345678" {
		t.Errorf("booked %v", booked)
	}
}

// A caller who calls from what is no E.164 number is asked for one: nothing is read out of the digits of an address.
func TestACallerWithoutANumberIsAskedForOne(t *testing.T) {
	for _, from := range []string{
		"sip:bob@81.234.56.78", "86282452253", "266696687", "7378742833", "anna 0812 3456 7890",
		"sip:+6281234567890@example.com", "",
	} {
		t.Run(from, func(t *testing.T) {
			s := newScenario(t, saturday)
			s.rings(from, "I repeat", english, hears("Agents are back").press("0"), hears("We can call you back").press("1"),
				hears("Please enter the phone number").press("08129990000#"),
				hears("We will call you on 0 8 1 2, 9 9 9 0, 0 0 0").press("1"))
			if booked := s.did("book"); len(booked) != 1 || booked[0].Callback.Number != "+628129990000" ||
				booked[0].Callback.Caller != "" {
				t.Errorf("booked %+v", booked)
			}
			s.settles()
			s.bridged("support-1 with customer")
		})
	}
}

// An agent's number, of whatever line, is no customer's; nor is a premium or a blocked one. A message is offered at
// once.
func TestNoAgentAndNothingCostlyIsRungBack(t *testing.T) {
	for _, c := range []struct{ name, keyed, said string }{
		{"the emergency agent of gopay", "00622150003001#", "Sorry, we do not call numbers of this kind."},
		{"the number of upay", "00862150001000#", "Sorry, we do not call numbers of this kind."},
		{"premium in Indonesia", "00628091234567#", "Sorry, we do not call numbers of this kind."},
		{"Somalia", "00252612345678#", "Sorry, we cannot call the country or region of that number."},
		{"mainland China, which nobody reaches from here", "008613800138000#",
			"Sorry, we cannot call the country or region of that number."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScenario(t, "2026-03-07T20:00:00+08:00", onLine("okpay"))
			steps := keyedAtOkpay()
			steps[4] = steps[4].press(c.keyed)
			s.rings("+6581234567", "An agent will listen",
				append(steps, hears(c.said).press("6"), hears("after the tone").speak())...)
			if len(s.did("book")) != 0 || len(s.did("message")) != 1 {
				t.Errorf("booked %v, messages %v", s.did("book"), s.did("message"))
			}
		})
	}
}

// The Chinese lines ring mainland China alone: a caller from elsewhere hears that, and is asked for another number.
func TestALineCallsItsOwnCountryWhereNothingElseIsWritten(t *testing.T) {
	s := newScenario(t, "2026-03-08T03:00:00+08:00", onLine("wallet"))
	s.rings("+6581234567", "I repeat", hears("For English").press("2"), hears("Agents are back").press("0"),
		hears("Sorry, we cannot call the country or region of your number.").press("2"),
		hears("Please enter the phone number").press("13812345678#"),
		hears("We would call you on 1 3 8, 1 2 3 4").press("1"))
	if booked := s.did("book"); len(booked) != 1 || booked[0].Callback.Number != "+8613812345678" {
		t.Errorf("booked %v", booked)
	}
}

package simulate

import (
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// The calls that the line was built for.

var (
	english       = hears("For English").press("2")
	stolen        = hears("For a stolen account").press("1")
	paymentFailed = hears("For a failed payment").press("2")
	unsolved      = hears("If this solves it").press("2")
	myNumber      = hears("the number you are calling from").press("1#")
	right         = hears("If that is right, press 1").press("1")
	transaction   = hears("Please enter the transaction number").press("123456#")
	noNote        = hears("To add a spoken note").silence()
	waits         = hears("We are connecting you now").silence()
)

func TestOpenAndTaken(t *testing.T) {
	s := newScenario(t, openDay)
	s.rings(home, "Thank you. Goodbye", english, paymentFailed, unsolved,
		hears("Please enter your registered mobile number").press("081299998888#"),
		hears("Your number is 0 8 1 2, 9 9 9 9, 8 8 8 8.").press("1"),
		transaction, hears("You entered 1 2 3, 4 5 6.").press("1"), waits)
	s.bridged("caller with support-1")

	whisper, told, _ := strings.Cut(heardBy(s.eventsNow(), "support-1"), "tekan 2.")
	if strings.Contains(whisper, "8 8 8 8") || !strings.Contains(whisper, "pembayaran") ||
		!strings.Contains(whisper, "bahasa Inggris") {
		t.Errorf("before the 1 the agent hears topic and language and nothing of the account, heard %q", whisper)
	}
	if !strings.Contains(told, "0 8 1 2, 9 9 9 9, 8 8 8 8") || !strings.Contains(told, "1 2 3, 4 5 6") {
		t.Errorf("after the 1 the agent hears account and transaction number, heard %q", told)
	}
	if len(s.did("taken")) != 1 || len(s.did("book")) != 0 {
		t.Errorf("taken %v, booked %v", s.did("taken"), s.did("book"))
	}
}

func TestTargetsRingInTurnUntilOneTakesTheCall(t *testing.T) {
	s := newScenario(t, openDay)
	s.agents(map[string]string{"support-1": "voicemail", "support-2": "refuse", "support-3": "answer"})
	s.rings(home, "Thank you. Goodbye", english, hears("press star").press("0"))
	s.bridged("caller with support-3")
	var rung []string
	for _, e := range s.of(simulator.EventRing) {
		if e.Role != RoleCaller {
			rung = append(rung, e.Role)
		}
	}
	if got := strings.Join(rung, " "); got != "support-1 support-2 support-3" {
		t.Errorf("rung were %s", got)
	}
}

// Nobody takes the call, for whatever reason: the caller books, the callback rings, is taken, and the two talk.
func TestNobodyTakesItThenTheCallbackRings(t *testing.T) {
	for _, does := range []string{"refuse", "busy", "no-answer", "voicemail"} {
		t.Run(does, func(t *testing.T) {
			s := newScenario(t, openDay)
			s.everyAgent(does)
			s.rings(home, "I repeat", english, paymentFailed, unsolved, myNumber, transaction, right, waits,
				hears("on your number ending in 7 8 9 0").press("1"), noNote)
			s.bridged()
			s.everyAgent("answer")
			s.settles()
			s.bridged("support-1 with customer")
			if len(s.did("book")) != 1 || len(s.did("reached")) != 1 {
				t.Errorf("booked %d times, reached %d times", len(s.did("book")), len(s.did("reached")))
			}
			if told := heardBy(s.eventsNow(), "support-1"); !strings.Contains(told, "1 2 3, 4 5 6") {
				t.Errorf("the agent is told the transaction number, heard %q", told)
			}
		})
	}
}

func TestClosedThenASlotOnTheNextWorkingDay(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(home, "I repeat", english,
		hears("Agents are back Monday, 9 March, at 8 a.m.").press("2"), unsolved, myNumber, transaction,
		right,
		hears("Monday, 9 March, at 8 a.m., press 2. For 8 to 8:30 a.m., press 3").press("2"), noNote)
	if booked := s.did("book"); len(booked) != 1 || booked[0].Callback.Kind != callbacks.Slot {
		t.Fatalf("booked %v", booked)
	}
	s.runTo("2026-03-09T07:59:59+07:00")
	if early := s.of(simulator.EventPlaceCall); len(early) != 0 {
		t.Errorf("rung before the slot: %v", early)
	}
	s.settles()
	s.bridged("support-1 with customer")
	s.placedFirst("Mon 08:00")
}

func TestStolenAtNightOnAHoliday(t *testing.T) {
	t.Run("the emergency desk answers", func(t *testing.T) {
		s := newScenario(t, night)
		s.rings(home, "Thank you. Goodbye", english, stolen)
		s.bridged("caller with emergency-1")
	})
	t.Run("it does not, and rings back at any hour", func(t *testing.T) {
		s := newScenario(t, night)
		s.everyAgent("no-answer")
		s.rings(home, "Our account security team will call this number as soon as possible", english, stolen,
			hears("To try again now, press 0").hangUp())
		s.everyAgent("answer")
		s.settles()
		s.bridged("emergency-1 with customer")
		if at := s.of(simulator.EventBridge)[0]; s.clock(at) > "Sat 04:00" {
			t.Errorf("rung back only at %s", s.clock(at))
		}
	})
	t.Run("it does not, and a message is left", func(t *testing.T) {
		s := newScenario(t, night)
		s.everyAgent("busy")
		s.rings(home, "I repeat", english, stolen, hears("To leave a message, press 6").press("6"),
			hears("speak after the tone").speak())
		if len(s.did("message")) != 1 {
			t.Errorf("messages: %v", s.did("message"))
		}
	})
}

func TestWrongKeysAndSilenceAreDifferentThings(t *testing.T) {
	t.Run("wrong keys lead to a person", func(t *testing.T) {
		s := newScenario(t, openDay)
		s.rings(home, "Thank you", hears("For English").press("7"), hears("Maaf, pilihan tidak tersedia").press("2"),
			hears("For a stolen").press("6"), hears("That key is not one of the choices").press("6"),
			hears("That key is not").press("#"))
		s.bridged("caller with support-1")
		if heard := heardBy(s.eventsNow(), RoleCaller); !strings.Contains(heard,
			"We are connecting you to an agent") {
			t.Errorf("heard %q", heard)
		}
	})
	t.Run("silence is asked for, then leads on", func(t *testing.T) {
		s := newScenario(t, openDay)
		s.rings(home, "Thank you", english, hears("For a stolen").silence(),
			hears("We have not received a choice").silence(), hears("We have not received a choice").silence())
		s.bridged("caller with support-1")
	})
	t.Run("one of each is no limit", func(t *testing.T) {
		s := newScenario(t, openDay)
		s.rings(home, "We are glad that it is solved", english, hears("For a stolen").silence(),
			hears("We have not received a choice").press("6"),
			hears("That key is not one of the choices").silence(), hears("We have not received a choice").press("6"),
			hears("That key").press("2"), hears("If this solves it").press("1"))
	})
	t.Run("all silent, closed: a message, and a goodbye with the hours", func(t *testing.T) {
		s := newScenario(t, saturday)
		s.rings(home, "Silakan", hears("For English").silence(), hears("").silence(), hears("").silence(),
			hears("").silence(), hears("").silence(), hears("").silence(),
			hears("").silence(), hears("").silence(), hears("").silence(), hears("").silence(), hears("").silence())
		if len(s.did("book"))+len(s.did("message")) != 0 {
			t.Error("something was promised to somebody who said nothing")
		}
	})
}

func TestNumbersAreAskedForUntilTheyFit(t *testing.T) {
	s := newScenario(t, openDay)
	s.rings(home, "Thank you", english, paymentFailed, unsolved,
		hears("Please enter your registered mobile number").press("12345#"),
		hears("Sorry, please check the number. It should have 10 to 13 digits.").press("081299998888#"),
		hears("0 8 1 2, 9 9 9 9, 8 8 8 8").press("2"),
		hears("Please enter your registered mobile number").press("*#"),
		hears("To speak to an agent, press 0, then pound").press("0#"))
	s.bridged("caller with support-1")
	if heard := heardBy(s.eventsNow(), "support-1"); !strings.Contains(heard, "Nomor akun tidak diberikan") {
		t.Errorf("the agent is told that there is no account, heard %q", heard)
	}
}

func TestTheCallerPrefersACallback(t *testing.T) {
	s := newScenario(t, openDay)
	s.rings(home, "We will call you today between", english, paymentFailed, unsolved, myNumber, transaction,
		right,
		hears("To be called back instead, press 2").press("2"), hears("between 11 and 11:30").press("2"), noNote)
	s.settles()
	s.bridged("support-1 with customer")
	s.placedFirst("Wed 11:00")
}

func TestAnotherNumberIsKeyedIn(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings("+266696687", "I repeat", english, hears("Agents are back").press("2"), unsolved,
		hears("registered mobile number").press("081299998888#"), right, transaction, right,
		hears("We can call you back").press("1"),
		hears("Please enter the phone number").press("123#"),
		hears("that is not a phone number we can call").press("008613800138000#"),
		hears("we cannot call the country or region of that number").press("2"),
		hears("Please enter the phone number").press("08129990000#"),
		hears("We will call you on 0 8 1 2, 9 9 9 0, 0 0 0").press("1"))
	s.settles()
	s.bridged("support-1 with customer")
	if booked := s.did("book"); len(booked) != 1 || booked[0].Callback.Number != "+628129990000" {
		t.Errorf("booked %v", booked)
	}
}

func TestTheCustomerIsNotReachedAndTriedAgain(t *testing.T) {
	s := newScenario(t, openDay)
	s.everyAgent("busy")
	s.customer = behaviours["voicemail"]
	s.customer.Name = "customer"
	s.rings(home, "I repeat", english, hears("press star").press("0"), hears("no agent").press("1"))
	s.everyAgent("answer")
	s.runTo("2026-03-04T10:09:00+07:00")
	s.bridged()
	s.customer = simulator.Party{Name: "customer", After: 5 * time.Second, Keys: simulator.Always("1")}
	s.simulator.Subscribe(home, s.customer)
	s.settles()
	s.bridged("support-1 with customer")
	if heard := heardBy(s.eventsNow(), "support-1"); !strings.Contains(heard, "Pelanggan") {
		t.Errorf("the agent is told that the customer was not reached, heard %q", heard)
	}
	if again := s.of(simulator.EventPlaceCall); len(again) != 2 {
		t.Errorf("%d calls were placed, want 2: a machine is not reached, the customer is", len(again))
	}
}

// At night callers who press 0 at once, or nothing at all, hear first how to reach the emergency desk, whatever else is
// offered; and who says nothing hears already with the choice of languages that the line is closed.
func TestTheEmergencyIsSaidFirst(t *testing.T) {
	for name, begin := range map[string]step{
		"presses 0 at once": hears("We are closed now.").press("0"),
		"says nothing":      hears("We are closed now.").silence(),
	} {
		t.Run(name, func(t *testing.T) {
			s := newScenario(t, saturday)
			heard := s.rings(home, "Terima kasih", begin, hears("Untuk akun atau ponsel dicuri, tekan 1.").silence(),
				hears("Untuk akun atau ponsel dicuri, tekan 1.").silence(),
				step{hears: "Untuk akun atau ponsel dicuri, tekan 1.", presses: "1", asIs: true})
			s.bridged("caller with emergency-1")
			saysNever(t, heard, "Untuk bicara dengan petugas")
		})
	}
}

package simulate

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// Attackers who have strangers rung and written to, and ordinary callers beside them.

const (
	victim   = "+6281355550000"
	landline = "+622155501234" // of a family, or an office
)

// national is how a mobile number of Indonesia is keyed in.
func national(e164 string) string { return "0" + strings.TrimPrefix(e164, "+62") + "#" }

// wants is a party that answers by what it hears: the first words that were said decide. It hangs up at what it does
// not know.
func wants(answers ...step) simulator.Party {
	return simulator.Party{Name: RoleCaller, Keys: func(p simulator.Prompt) simulator.Reply {
		for _, b := range answers {
			if strings.Contains(p.SaidText, b.hears) {
				return b.reply(p.SaidText)
			}
		}
		return simulator.Reply{HangUp: true}
	}}
}

// askFor asks, from a telephone while the line is closed, for a callback to a number; "" is the one that is rung from.
func askFor(number string, then ...step) []step {
	steps := []step{english, hears("press star").press("0")}
	if number == "" {
		steps = append(steps, hears("We can call you back").press("1"))
	} else {
		steps = append(steps, hears("For another time or number, press 8").press("8"),
			hears("For another number, press 2").press("2"),
			hears("enter the phone number").press(national(number)),
			hears("We can call you back").press("1"))
	}
	return append(steps, then...)
}

// rungOf counts how often a telephone rang.
func (s *scenario) rungOf(number string) (n int) {
	for _, e := range s.of(simulator.EventRing) {
		if e.To == number {
			n++
		}
	}
	return n
}

// textsTo are the text messages to a number.
func (s *scenario) textsTo(number string) (texts []string) {
	for _, e := range s.of(simulator.EventMessage) {
		if e.To == number {
			texts = append(texts, e.Text)
		}
	}
	return texts
}

// cancels takes the callback of a caller back.
func (s *scenario) cancels(from, reference string) {
	s.t.Helper()
	s.rings(from, "Your callback has been cancelled", english, mine, hears("reference").press(reference+"#"),
		hears("To cancel it").press("3"), hears("Do you want to cancel").press("1"))
}

// Three hundred anonymous calls at once ask for urgent callbacks to strangers, in the night: one is noted, nobody is
// written to, and the others are still heard. A customer whose account was stolen is called back beside them.
func TestAFloodOfUrgentCallbacksToStrangers(t *testing.T) {
	s := newScenario(t, night)
	s.everyAgent("no-answer")
	const calls = 50
	var all []*simulator.Call
	for i := range calls {
		number := fmt.Sprintf("+62813%08d", i)
		all = append(all, s.simulator.Ring("anonymous", s.line.Numbers[0], wants(
			hears("Your reference number").hangUp(), hears("We cannot book any more callbacks").speak(),
			hears("enter the phone number").press(national(number)),
			hears("We will call you on").press("1"), hears("We can call you back").press("1"), stolen, english)))
	}
	over := func() bool {
		for _, call := range all {
			if !call.Done() {
				return false
			}
		}
		return true
	}
	if err := s.simulator.RunUntil(context.Background(), s.simulator.Now().Add(time.Hour), over); err != nil {
		t.Fatal(err)
	}
	booked := s.did("book")
	if len(booked) != 1 || len(s.did("message")) != calls-1 {
		t.Errorf("of %d anonymous calls %d booked, and %d left a message", calls, len(booked), len(s.did("message")))
	}
	s.rings(home, "Your reference number", english, stolen, hears("To try again now").hangUp())
	s.everyAgent("answer")
	s.settles()
	for _, h := range booked {
		if n := len(s.textsTo(h.Callback.Number)); n != 0 {
			t.Errorf("%d text messages go to a stranger", n)
		}
	}
	if s.rungOf(home) != 1 || len(s.textsTo(home)) != 1 {
		t.Errorf("the customer is rung %d times and written to %q", s.rungOf(home), s.textsTo(home))
	}
}

// A caller has one urgent callback to somebody else, and their own besides.
func TestOneUrgentCallbackToSomebodyElse(t *testing.T) {
	s := newScenario(t, night)
	s.everyAgent("no-answer")
	urgent := func(number string, then ...step) []step {
		steps := []step{english, stolen, hears("For another number, press 8").press("8"),
			hears("enter the phone number").press(national(number)), hears("We will call you on").press("1")}
		return append(steps, then...)
	}
	s.rings(landline, "I repeat", urgent(victim)...)
	s.rings(landline, "I repeat",
		urgent("+6281355550001", hears("We cannot book a callback to that number just now. For your booked callback").press("1"))...)
	rung := map[string]int{}
	for _, booked := range s.did("book") {
		rung[booked.Callback.Number]++
	}
	if rung[victim] != 1 || rung["+6281355550001"] != 0 || rung[landline] == 0 {
		t.Errorf("booked for %v", rung)
	}
}

// A family has one telephone: each asks for a callback to their own mobile. The fourth hears that there are enough
// open ones and leaves a message; once one was kept, the next is noted.
func TestAFamilyBehindOneNumber(t *testing.T) {
	s := newScenario(t, saturday)
	for i := range 3 {
		s.rings(landline, "I repeat", askFor(fmt.Sprintf("+62812999900%02d", i))...)
	}
	fourth := askFor("+6281299990003", hears("any more callbacks from your number just now").press("6"),
		hears("after the tone").speak())
	s.rings(landline, "Your message has been saved", fourth...)
	s.settles()
	s.bridged("support-1 with customer", "support-1 with customer", "support-1 with customer")
	s.everyAgent("busy")
	s.rings(landline, "I repeat", english, hears("press star").press("0"), hears("We can call you back").press("1"))
	s.everyAgent("answer")
	s.settles()
	for _, e := range s.of(simulator.EventMessage) {
		t.Errorf("a text message goes to %s, which nobody rang from and where nobody was reached then: %q",
			callbacks.Mask(e.To), e.Text)
	}
}

// Somebody books a callback to a stranger, moves it, takes it back and books again, to have the stranger written to:
// nobody is, and after two requests within an hour that number is left alone. The caller is offered their own number
// at once.
func TestBookingAgainAndAgainForAStranger(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(landline, "I repeat", askFor(victim)...)
	reference := s.did("book")[0].Reference
	move := []step{english, mine, hears("reference").press(reference + "#"),
		hears("To change the time, press 2").press("2"),
		hears("press 4").press("4")}
	s.rings(landline, "Your callback has been moved", move...)
	s.rings(landline, "", append(move, hears("We cannot move it just now. Your callback is still booked").hangUp())...)
	s.cancels(landline, reference)
	s.rings(landline, "I repeat",
		askFor(victim, hears("We cannot book a callback to that number just now. We can call you back").press("1"))...)
	if booked := s.did("book"); len(booked) != 2 || booked[1].Callback.Number != landline {
		t.Errorf("booked %v", booked)
	}
	s.rings(victim, "I repeat", askFor("")...) // the owner is served all the while
	s.settles()
	if n := s.rungOf(victim); n != 1 {
		t.Errorf("the stranger is rung %d times, want once, at their own wish", n)
	}
	if texts := s.textsTo(victim); len(texts) != 1 {
		t.Errorf("written to %q, want once, about their own callback", texts)
	}
}

// A customer moves their callback twice and is written to each time. At the sixth request within an hour it stays as
// it is; taking it back is never refused, and is not written about.
func TestACustomerMovesTwice(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(home, "I repeat", askFor("")...)
	reference := s.did("book")[0].Reference
	move := func(key, last string, then ...step) {
		t.Helper()
		s.rings(home, last, append([]step{english, mine, hears("reference").press(reference + "#"),
			hears("To change the time, press 2").press("2"), hears("press 4").press(key)}, then...)...)
	}
	for _, key := range []string{"4", "3", "2", "3", "4"} {
		move(key, "Your callback has been moved")
	}
	written := len(s.textsTo(home))
	move("3", "", hears("We cannot move it just now. Your callback is still booked").hangUp())
	s.cancels(home, reference)
	s.settles()
	if n := len(s.textsTo(home)); written != 6 || n != written {
		t.Errorf("written to %d times, and %d times in the end", written, n)
	}
	if s.rungOf(home) != 0 {
		t.Error("rung all the same")
	}
}

// Beyond the limits callers still reach an agent.
func TestBeyondTheLimitsAgentsAreReached(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings(home, "I repeat", askFor("")...)
	for range 5 {
		s.cancels(home, s.did("book")[len(s.did("book"))-1].Reference)
		s.rings(home, "I repeat", askFor("")...)
	}
	s.cancels(home, s.did("book")[5].Reference)
	s.rings(home, "Your message has been saved", askFor("", hears("any more callbacks from your number").speak())...)

	s = newScenario(t, openDay, onLine("gopay"))
	for i := range 3 {
		s.everyAgent("busy")
		s.rings(landline, "I repeat", english, hears("press star").press("0"),
			hears("For another time or number, press 8").press("8"), hears("For another number, press 1").press("1"),
			hears("enter the phone number").press(national(fmt.Sprintf("+62812999900%02d",
				i))), hears("We can call you back").press("2"))
	}
	s.everyAgent("answer")
	s.rings(landline, "any more callbacks from your number just now", english, paymentFailed, unsolved,
		hears("registered mobile number").press("081299998888#"),
		right, transaction, right, hears("To be called back instead, press 2").press("2"),
		hears("We can call you back").press("8"), hears("For another number, press 1").press("1"),
		hears("enter the phone number").press(national("+6281299990009")), hears("We can call you back").press("1"))
	s.bridged("caller with support-1")
}

// The key 2, where an agent was rung first: the agent hears that the customer was not reached and is free again,
// strangers cannot have that number rung for a day, and its owner can.
func TestTheCustomerDidNotAskForTheCall(t *testing.T) {
	s := newScenario(t, saturday)
	s.customer = behaviours["refuse"]
	s.customer.Name = "customer"
	s.rings(landline, "I repeat", askFor(victim)...)
	s.settles()
	s.bridged()
	if heard := heardBy(s.eventsNow(), "customer"); !strings.Contains(heard,
		"If you have not contacted us, press 2. Thank you. We have cancelled this callback") {
		t.Errorf("the customer hears %q", heard)
	}
	if heard := heardBy(s.eventsNow(), "support-1"); !strings.Contains(heard, "Pelanggan tidak dapat dihubungi") {
		t.Errorf("the agent hears %q", heard)
	}
	s.disownedAndServed()
}

// The same where the customer is rung first: no agent is bothered.
func TestTheCustomerWhoIsRungFirstDidNotAskForTheCall(t *testing.T) {
	s := newScenario(t, "2026-03-07T20:00:00+08:00", onLine("okpay"))
	s.customer = behaviours["refuse"]
	s.customer.Name = "customer"
	s.rings("+6561234567", "I repeat", hears("For English").press("1"), hears("Agents are back").press("0"),
		hears("For another time or number, press 8").press("8"), hears("For another number, press 2").press("2"),
		hears("enter the phone number").press("81234567#"), hears("We can call you back").press("1"))
	s.settles()
	s.bridged()
	if heard := heardBy(s.eventsNow(), "support-1"); heard != "" {
		t.Errorf("an agent is rung and hears %q", heard)
	}
	if n := len(s.did("disowned")); n != 1 || s.rungOf("+6581234567") != 1 {
		t.Errorf("disowned %d times, rung %d times", n, s.rungOf("+6581234567"))
	}
}

// disownedAndServed: the next morning strangers are refused, the owner is not; a day later strangers are heard again.
func (s *scenario) disownedAndServed() {
	s.t.Helper()
	if n := len(s.did("disowned")); n != 1 {
		s.t.Fatalf("disowned %d times", n)
	}
	if c, err := s.Service.Callback(s.t.Context(), s.did("book")[0].Callback.ID); err != nil ||
		c.State != callbacks.Cancelled {
		s.t.Errorf("the callback is %s, %v", c.State, err)
	}
	s.everyAgent("busy")
	ask := func(number string) []step {
		return []step{english, hears("press star").press("0"), hears("For another time or number, press 8").press("8"),
			hears("For another number, press 1").press("1"),
			hears("enter the phone number").press(national(number)), hears("We can call you back").press("1")}
	}
	refused := append(ask(victim),
		hears("We cannot book a callback to that number just now. We can call you back").hangUp())
	s.rings("anonymous", "", english, hears("press star").press("0"), hears("We can call you back").press("1"),
		hears("enter the phone number").press(national(victim)),
		hears("We will call you on").press("1"), hears("We cannot book a callback to that number just now").hangUp())
	s.rings("+6281277770000", "", refused...)
	s.customer = simulator.Party{Name: "customer", After: 5 * time.Second, Keys: simulator.Always("1")}
	s.rings(victim, "I repeat", english, hears("press star").press("0"), hears("We can call you back").press("1"))
	s.everyAgent("answer")
	s.settles()
	s.bridged("support-1 with customer")
	s.runTo("2026-03-10T09:00:00+07:00")
	s.everyAgent("busy")
	s.rings("+6281277770000", "I repeat", ask(victim)...)
	s.everyAgent("answer")
	s.settles()
}

// Every webhook of the call in which the customer presses 2 is lost once, or its answer is, or it comes three times:
// nobody is connected, and the customer is not rung again.
func TestTheCustomerDidNotAskForTheCallWhileTheStoreFails(t *testing.T) {
	for name, fault := range map[string]simulator.WebhookFault{
		"request lost": {Lose: true}, "answer lost": {LoseAnswer: true}, "three times": {Repeat: 2},
	} {
		t.Run(name, func(t *testing.T) {
			seen := 0
			s := newScenario(t, saturday,
				withFaults(simulator.Faults{Webhook: func(w simulator.Webhook) simulator.WebhookFault {
					if strings.Contains(w.URL, "/voice/customer/key") && w.Attempt <= 1 {
						seen++
						return fault
					}
					return simulator.WebhookFault{}
				}}))
			s.mayDrop = true
			s.customer = behaviours["refuse"]
			s.customer.Name = "customer"
			s.rings(landline, "I repeat", askFor(victim)...)
			s.settles()
			s.bridged()
			if c, err := s.Service.Callback(t.Context(), s.did("book")[0].Callback.ID); err != nil ||
				c.State != callbacks.Cancelled || seen == 0 {
				t.Errorf("the callback is %s, %v; %d webhooks", c.State, err, seen)
			}
			if left, err := s.Store.ActiveAttempts(t.Context()); err != nil || len(left) != 0 {
				t.Errorf("agents stay busy: %+v, %v", left, err)
			}
		})
	}
}

// A stranger has asked for a callback to a number, for some other day. Its owner rings, and is called back as they
// choose.
func TestAStrangerDoesNotStandInTheWayOfTheOwner(t *testing.T) {
	s := newScenario(t, saturday)
	s.rings("anonymous", "I repeat", english, hears("Agents are back").press("0"), hears("We can call you back").press("2"),
		hears("enter the phone number").press(national(victim)), hears("We will call you on").press("1"))
	s.rings(victim, "I repeat", askFor("")...)
	booked := s.did("book")
	if len(booked) != 2 || booked[1].Callback.Caller != victim {
		t.Fatalf("booked %+v", booked)
	}
	if c, err := s.Service.Callback(t.Context(), booked[0].Callback.ID); err != nil || c.State != callbacks.Cancelled {
		t.Errorf("the stranger's is %+v, %v", c, err)
	}
	s.settles()
	s.bridged("support-1 with customer")
	if n := s.rungOf(victim); n != 1 {
		t.Errorf("the owner was rung %d times", n)
	}
}

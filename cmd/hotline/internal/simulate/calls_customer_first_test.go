package simulate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// The line okpay rings the customer before an agent.

// okpayCaller rings when okpay is closed, and books a callback for Monday at nine.
func okpayCaller(t *testing.T, changes ...scenarioOption) *scenario {
	t.Helper()
	s := newScenario(t, "2026-03-07T20:00:00+08:00", append(changes, onLine("okpay"))...)
	s.rings("+6581234567", "I repeat", hears("For English").press("1"), hears("Agents are back").press("0"),
		hears("We can call you back").press("1"))
	return s
}

func TestTheCustomerIsRungFirst(t *testing.T) {
	s := okpayCaller(t)
	s.settles()
	s.placedFirst("Mon 09:00")
	s.bridged("customer with support-1")
	heard := heardBy(s.eventsNow(), "customer")
	if !strings.Contains(heard, "calling you back") || !strings.Contains(heard, "Please stay on the line") {
		t.Errorf("the customer hears %q", heard)
	}
	if heard := heardBy(s.eventsNow(), "support-1"); !strings.Contains(heard, "a booked callback") ||
		!strings.Contains(heard, "Reference") {
		t.Errorf("the agent hears %q", heard)
	}
	if did := s.did("taken"); len(did) != 1 || len(s.did("reached")) != 1 {
		t.Errorf("taken %v", did)
	}
}

func TestTheCustomerIsRungFirstAndTheSecondAgentAnswers(t *testing.T) {
	s := okpayCaller(t)
	s.agents(map[string]string{"support-1": "voicemail"})
	s.settles()
	s.bridged("customer with support-2")
	if heard := heardBy(s.eventsNow(), "support-1"); strings.Contains(heard, "Reference") {
		t.Errorf("a voicemail is told %q", heard)
	}
}

// Nobody at the desk answers: they hear that once. From then on agents are rung first, and when none of them ever
// takes it, it is left to a person and the customer is written to.
func TestTheCustomerIsRungFirstAndNobodyAnswers(t *testing.T) {
	s := okpayCaller(t)
	s.mayBreak = true
	s.everyAgent("refuse")
	s.settles()
	s.bridged()
	if heard := heardBy(s.eventsNow(), "customer"); strings.Count(heard, "We will call you again later") != 1 ||
		strings.Count(heard, "calling you back") != 1 {
		t.Errorf("the customer hears %q", heard)
	}
	var told []string
	for _, e := range s.of(simulator.EventMessage) {
		told = append(told, e.Text)
	}
	if len(told) != 2 || !strings.Contains(told[1], "call us and press 7") {
		t.Errorf("written to: %q", told)
	}
	if c := s.only(); c.State != callbacks.Task {
		t.Errorf("it is %s", c.State)
	}
}

// That was the desk's only attempt: the customer hears sorry, and their key moves the callback to the first time. Then
// an agent is rung before them.
func TestTheCustomerChoosesAnotherTimeWhenNoAgentIsLeft(t *testing.T) {
	for _, answers := range []bool{true, false} {
		t.Run(fmt.Sprint("an answer ", answers), func(t *testing.T) {
			once := limited(t, func(c *config.Snapshot) { c.ByID("okpay").Callbacks.MaxDeskAttempts = 1 })
			s := newScenario(t, "2026-03-07T20:00:00+08:00", once, onLine("okpay"))
			s.customer.Keys = func(p simulator.Prompt) simulator.Reply {
				if strings.Contains(p.SaidText, "To be called") {
					s.everyAgent("answer")
					if !answers {
						return simulator.Reply{Silence: true}
					}
				}
				return simulator.Reply{Digits: "1"}
			}
			s.everyAgent("refuse")
			s.rings("+6581234567", "I repeat", hears("For English").press("1"), hears("Agents are back").press("0"),
				hears("We can call you back").press("1"))
			s.settles()
			heard := heardBy(s.eventsNow(), "customer")
			if !strings.Contains(heard, "We are very sorry: no agent is free just now. To be called today "+
				"between 10 and 10:30 a.m., press 1.") {
				t.Errorf("the customer hears %q", heard)
			}
			if !answers {
				s.bridged()
				if !strings.Contains(heard, "an agent will look into it. Please call us if you still need help. Goodbye.") ||
					s.only().State != callbacks.Task {
					t.Errorf("the customer hears %q, and it is %s", heard, s.only().State)
				}
				return
			}
			s.bridged("support-1 with customer")
			if !strings.Contains(heard, "Thank you. We will call you today between 10 and 10:30 a.m., on this number. Goodbye.") {
				t.Errorf("the customer hears %q", heard)
			}
			var rung []string
			for _, e := range s.of(simulator.EventPlaceCall) {
				rung = append(rung, s.clock(e))
			}
			if len(rung) != 2 || rung[0] != "Mon 09:00" || rung[1] != "Mon 10:00" {
				t.Errorf("rung at %q", rung)
			}
		})
	}
}

// A customer's voicemail presses nothing: no agent is rung for it.
func TestTheCustomersVoicemail(t *testing.T) {
	s := newScenario(t, "2026-03-07T20:00:00+08:00", onLine("okpay"))
	s.customer = behaviours["voicemail"]
	s.customer.Name = "customer"
	s.mayBreak = true
	s.rings("+6581234567", "I repeat", hears("For English").press("1"), hears("Agents are back").press("0"),
		hears("We can call you back").press("1"))
	s.settles()
	s.bridged()
	rung := []string{}
	for _, e := range s.of(simulator.EventPlaceCall) {
		rung = append(rung, s.clock(e))
	}
	if len(rung) != 3 || rung[0] != "Mon 09:00" || rung[1] < "Mon 09:45" || rung[1] > "Mon 09:47" {
		t.Errorf("rung at %q: three times, three quarters of an hour apart", rung)
	}
}

// A customer who presses another key than 1 is asked once more.
func TestTheCustomerPressesAnotherKeyFirst(t *testing.T) {
	s := newScenario(t, "2026-03-07T20:00:00+08:00", onLine("okpay"))
	pressed := 0
	s.customer.Keys = func(simulator.Prompt) simulator.Reply {
		pressed++
		return simulator.Reply{Digits: map[bool]string{true: "5", false: "1"}[pressed == 1]}
	}
	s.rings("+6581234567", "I repeat", hears("For English").press("1"), hears("Agents are back").press("0"),
		hears("We can call you back").press("1"))
	s.settles()
	s.bridged("customer with support-1")
}

// limited is gopay with a policy edited.
func limited(t *testing.T, edit func(*config.Snapshot)) scenarioOption {
	t.Helper()
	snapshot, err := config.Load(config.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	edit(snapshot)
	return withConfig(snapshot)
}

// So many callbacks stand that no more are promised: the caller hears that and may leave a message. The emergency desk
// books all the same.
func TestTooManyCallbacksStand(t *testing.T) {
	s := newScenario(t, saturday, limited(t, func(c *config.Snapshot) { c.ByID("gopay").Callbacks.MaxOpen = 1 }))
	ask := []step{english, hears("Agents are back").press("0"), hears("We can call you back").press("1")}
	s.rings(home, "I repeat", ask...)
	s.rings("+6281234567891", "Your message has been saved",
		append(ask, hears("cannot book one for you just now").speak())...)
	s.everyAgent("no-answer")
	s.rings("+6281234567892", "Your reference number", english, stolen, hears("To try again now").hangUp())
	s.everyAgent("answer")
	s.settles()
	if booked := s.did("book"); len(booked) != 2 {
		t.Errorf("%d callbacks were promised", len(booked))
	}
}

// Callbacks of the night begin after those who ring at the opening, and one after the other.
func TestCallbacksOfTheNightAreSpread(t *testing.T) {
	s := newScenario(t, saturday, limited(t, func(c *config.Snapshot) {
		c.ByID("gopay").Callbacks.OpeningDelay, c.ByID("gopay").Callbacks.OpeningSpacing = 20*time.Minute, 5*time.Minute
	}))
	for i, when := range []string{"8:20", "8:25", "8:30"} {
		from := home[:len(home)-1] + string(rune('1'+i))
		heard := s.rings(from, "I repeat", english, hears("Agents are back").press("0"),
			hears("We can call you back").press("1"))
		if !strings.Contains(heard, when) {
			t.Errorf("caller %d is told: %q, want %s", i+1, heard, when)
		}
	}
	s.settles()
	var rung []string
	for _, e := range s.of(simulator.EventPlaceCall) {
		rung = append(rung, s.clock(e))
	}
	if strings.Join(rung, " ") != "Mon 08:20 Mon 08:25 Mon 08:30" {
		t.Errorf("rung at %q", rung)
	}
	for i, e := range s.of(simulator.EventMessage) {
		if when := []string{"8:20", "8:25", "8:30"}[i]; !strings.Contains(e.Text, when) {
			t.Errorf("the text message says %q, want %s", e.Text, when)
		}
	}
}

// Every webhook of the callback is lost once, or its answer is, or it comes three times: the customer is connected with
// one agent once, or told, and the callback is kept in the end.
func TestTheCustomerIsRungFirstInTrouble(t *testing.T) {
	for name, fault := range map[string]simulator.WebhookFault{
		"request lost": {Lose: true}, "answer lost": {LoseAnswer: true}, "three times": {Repeat: 2},
	} {
		for nth := 1; nth <= 5; nth++ {
			t.Run(fmt.Sprint(name, " ", nth), func(t *testing.T) {
				seen, booked := 0, false
				s := okpayCaller(t, withFaults(simulator.Faults{Webhook: func(w simulator.Webhook) simulator.WebhookFault {
					if !booked || w.Attempt > 1 || w.Kind == simulator.KindStatus {
						return simulator.WebhookFault{}
					}
					if seen++; seen == nth {
						return fault
					}
					return simulator.WebhookFault{}
				}}))
				booked = true
				s.mayDrop = true
				s.settles()
				if seen < nth {
					t.Fatalf("there were only %d webhooks", seen)
				}
				c := s.did("book")[0].Callback
				if now, err := s.Service.Callback(t.Context(), c.ID); err != nil || now.State != callbacks.Done {
					t.Errorf("the callback is %s, %v", now.State, err)
				}
				if n := len(s.of(simulator.EventBridge)); n != 1 {
					t.Errorf("connected %d times", n)
				}
			})
		}
	}
}

// Whatever the provider's REST interface does to the request, the customer's telephone rings once.
func TestTheCustomerIsRungFirstAndTheProviderIsUncertain(t *testing.T) {
	for name, fault := range map[string]simulator.RESTFault{
		"answer lost":       {LoseAnswer: true},
		"connection broken": {LoseAnswer: true, Drop: true},
		"502 with a page":   {Status: 502, Body: "<html>Bad Gateway</html>"},
		"429":               {Status: 429, Code: 20429},
	} {
		t.Run(name, func(t *testing.T) {
			placed := 0
			s := okpayCaller(t, withFaults(simulator.Faults{REST: func(r simulator.Request) simulator.RESTFault {
				if r.Method == "POST" && strings.HasSuffix(r.Path, "/Calls.json") {
					if placed++; placed == 1 {
						return fault
					}
				}
				return simulator.RESTFault{}
			}}))
			s.settles()
			rung := 0
			for _, e := range s.of(simulator.EventRing) {
				if e.Role == "customer" {
					rung++
				}
			}
			if rung != 1 {
				t.Errorf("the customer's telephone rang %d times", rung)
			}
			s.bridged("customer with support-1")
		})
	}
}

// A time was chosen before the number was known, and is no decent hour where that number is: other times are offered,
// and when there are none within a month, nothing is booked.
func TestTheTimeChosenFitsNotTheNumber(t *testing.T) {
	ask := []step{hears("For English").press("1"), hears("Agents are back").press("0"),
		hears("We can call you back").press("2"), hears("enter the phone number")}
	s := newScenario(t, "2026-03-07T20:00:00+08:00", onLine("okpay"))
	ask[3] = ask[3].press("00442071234567#") // nine in Singapore is one in London
	s.rings("anonymous", "I repeat", append(ask, hears("We would call you on").press("1"))...)
	s.settles()
	s.placedFirst("Mon 16:00") // eight in London
	s.bridged("customer with support-1")

	s = newScenario(t, "2026-03-07T20:00:00+08:00", onLine("okpay"))
	ask[3] = ask[3].press("0012024561111#") // Washington, whose day is Singapore's night
	s.rings("anonymous", "Your message has been saved",
		append(ask, hears("no callback times for that number").press("6"), hears("speak after the tone").speak())...)
	if booked := s.did("book"); len(booked) != 0 {
		t.Errorf("promised %v", booked[0].Callback.Due)
	}
}

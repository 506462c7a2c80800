package simulate

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// With the database gone callers still reach agents, and nothing is booked that was not written.
func TestTheStoreIsGone(t *testing.T) {
	t.Run("open: an agent takes the call", func(t *testing.T) {
		s := newScenario(t, openDay)
		s.agents(map[string]string{"support-1": "refuse"})
		s.breakStore()
		s.rings(home, "Thank you. Goodbye", english, paymentFailed, unsolved, myNumber, transaction, right,
			waits)
		s.bridged("caller with support-2")
	})
	t.Run("stolen at night: the emergency desk takes the call", func(t *testing.T) {
		s := newScenario(t, night)
		s.breakStore()
		s.rings(home, "Thank you. Goodbye", english, stolen)
		s.bridged("caller with emergency-1")
	})
	t.Run("closed: no reference is spoken", func(t *testing.T) {
		s := newScenario(t, saturday)
		s.breakStore()
		heard := s.rings(home, "Agents are back Monday", append(slices.Clone(asking),
			hears("Sorry, we could not book the callback").press("6"), hears("after the tone").speak())...)
		if strings.Contains(heard, "reference number is") || strings.Contains(heard, "Your callback is booked") {
			t.Errorf("booked without a store: %q", heard)
		}
		if !strings.Contains(heard, "Sorry, your message could not be saved") {
			t.Errorf("heard %q", heard)
		}
	})
}

// A customer whose 1 cannot be written is not connected: nobody would know of it, and they would be rung again.
func TestTheStoreIsGoneWhenTheCustomerPressesOne(t *testing.T) {
	s := newScenario(t, saturday)
	s.customer.Keys = func(simulator.Prompt) simulator.Reply {
		s.breakStore()
		return simulator.Reply{Digits: "1"}
	}
	s.rings(home, "I repeat", booking...)
	s.runTo("2026-03-09T08:05:00+07:00")
	if heard := heardBy(s.eventsNow(), "customer"); !strings.Contains(heard, "We will call you again") {
		t.Errorf("the customer heard %q", heard)
	}
	s.bridged()
}

// breakStore closes the database under the running product. The dispatcher has nothing to do in these scenarios.
func (s *scenario) breakStore() {
	if err := s.Store.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// Nothing that a caller keyed in or rings from stands in a log, at any level.
func TestLogsHoldNoNumbers(t *testing.T) {
	var log lockedBuffer
	s := newScenario(t, saturday,
		withLog(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	s.rings(home, "I repeat", english, hears("Agents are back").press("2"), unsolved,
		hears("registered mobile number").press("081255556666#"), right,
		hears("transaction").press("77788899#"), right, hears("We can call you back").press("8"),
		hears("For another number, press 2").press("2"),
		hears("Please enter the phone").press("081233334444#"),
		hears("We would call you on 0 8 1 2, 3 3 3 3").press("1"), noNote)
	s.customer = behaviours["no-answer"]
	s.mayBreak = true
	s.settles()
	s.rings(home, "", english, hears("For a stolen").hangUp())
	text := log.String()
	if !strings.Contains(text, "support") {
		t.Fatalf("hardly a log: %q", text)
	}
	for _, secret := range []string{"81234567890", "1255556666", "77788899", "1233334444", s.did("book")[0].Reference} {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("the log holds %s: …%s…", secret, text[max(0, i-200):min(len(text), i+40)])
		}
	}
}

type lockedBuffer struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.String()
}

// Whatever the provider's REST interface does to our requests, the customer is rung once and reached.
func TestTheProviderIsUncertain(t *testing.T) {
	for name, fault := range map[string]simulator.RESTFault{
		"answer lost":       {LoseAnswer: true},
		"connection broken": {LoseAnswer: true, Drop: true},
		"502 with a page":   {Status: 502, Body: "<html>Bad Gateway</html>"},
		"429":               {Status: 429, Code: 20429},
		"200 with a page":   {Status: 200, Body: "<html>All is well</html>"},
		"200 with no call":  {Status: 200, Body: "{}"},
		"401":               {Status: 401, Code: 20003},
		"answers late":      {Slow: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			placed := 0
			s := newScenario(t, saturday,
				withFaults(simulator.Faults{REST: func(r simulator.Request) simulator.RESTFault {
					if r.Method == "POST" && strings.HasSuffix(r.Path, "/Calls.json") {
						if placed++; placed == 1 {
							return fault
						}
					}
					return simulator.RESTFault{}
				}}))
			s.rings(home, "I repeat", booking...)
			s.settles()
			customers := 0
			for _, e := range s.of(simulator.EventRing) {
				if e.Role == "customer" {
					customers++
				}
			}
			if customers != 1 || len(s.did("reached")) != 1 {
				t.Errorf("the customer was rung %d times and reached %d times", customers, len(s.did("reached")))
			}
		})
	}
}

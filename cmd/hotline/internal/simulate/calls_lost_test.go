package simulate

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What was asked for is written, our answer is lost, and the call goes on from the state before. Whatever the caller
// chooses then, they hear what is in the store and nothing else.

// A losing wire loses the answer to a key.
type losing struct{ next bool }

func (l *losing) option() scenarioOption {
	return withFaults(simulator.Faults{Webhook: func(w simulator.Webhook) simulator.WebhookFault {
		lose := l.next && w.Kind == simulator.KindGather
		if lose {
			l.next = false
		}
		return simulator.WebhookFault{LoseAnswer: lose}
	}})
}

// answer is a step whose answer is lost; the caller is then offered a callback again.
func (l *losing) answer(b step) []step {
	b.meanwhile = func() { l.next = true }
	return []step{b, hears("something went wrong on our side").press("9")}
}

// only is the one callback in the store.
func (s *scenario) only() callbacks.Callback {
	s.t.Helper()
	list, err := s.Store.List(context.Background(), callbacks.Filter{})
	if err != nil || len(list) != 1 {
		s.t.Fatalf("%d callbacks in the store, %v", len(list), err)
	}
	return list[0]
}

func TestTheAnswerToABookingIsLost(t *testing.T) {
	offer := hears("We can call you back on your number ending in 7 8 9 0.")
	for name, other := range map[string][]step{
		"as soon as possible": {offer.press("1")},
		"another number": {offer.press("8"), hears("For another number, press 2").press("2"),
			hears("Please enter the phone number").press("081299998888#"),
			hears("We would call you on 0 8 1 2, 9 9 9 9, 8 8 8 8.").press("2")},
	} {
		t.Run(name, func(t *testing.T) {
			l := &losing{}
			s := newScenario(t, saturday, l.option())
			talk := slices.Concat(asking[:len(asking)-1], l.answer(asking[len(asking)-1]), other,
				[]step{hears("To keep it, press 1").press("1")})
			heard := s.rings(home, "Nothing has changed", talk...)
			digits := strings.Join(strings.Split(s.only().Reference, ""), " ")
			for _, want := range []string{
				"A callback to 0 8 1 2, 3 4 5 6, 7 8 9 0 was already booked in this call.",
				"We will call you Monday, 9 March, between 8 and 8:30 a.m.",
			} {
				if !strings.Contains(heard, want) {
					t.Errorf("want to hear %q, heard %q", want, heard)
				}
			}
			if strings.Contains(heard, "Your callback is booked.") ||
				!strings.Contains(strings.ReplaceAll(heard, ",", ""), "Your reference number is "+digits+".") {
				t.Errorf("heard %q, the reference is %s", heard, digits)
			}
			s.settles()
			s.customerRung("Mon 08:00")
		})
	}
	t.Run("the same", func(t *testing.T) {
		l := &losing{}
		s := newScenario(t, saturday, l.option())
		s.rings(home, "I repeat", slices.Concat(asking[:len(asking)-1], l.answer(asking[len(asking)-1]),
			[]step{offer.press("2"), noNote})...)
		s.only()
		s.settles()
		s.customerRung("Mon 08:00")
	})
	t.Run("and they move what stands", func(t *testing.T) {
		l := &losing{}
		s := newScenario(t, saturday, l.option())
		s.rings(home, "Your callback has been moved. We will call you Monday, 9 March, between 9 and 9:30",
			slices.Concat(
				asking[:len(asking)-1], l.answer(asking[len(asking)-1]), []step{offer.press("1"),
					hears("To change the time, press 2").press("2"), hears("9 to 9:30 a.m., press 4").press("4")})...)
		s.only()
		s.settles()
		s.customerRung("Mon 09:00")
	})
	t.Run("and it was cancelled meanwhile", func(t *testing.T) {
		l := &losing{}
		s := newScenario(t, saturday, l.option())
		second := offer
		second.presses, second.meanwhile = "1", func() {
			if _, err := s.Service.Cancel(context.Background(), s.only().ID, "supervisor"); err != nil {
				t.Error(err)
			}
		}
		heard := s.rings(home, "I repeat", slices.Concat(asking[:len(asking)-1], l.answer(asking[len(asking)-1]),
			[]step{second,
				hears("That callback is no longer booked. We can call you back").press("2"), noNote})...)
		if !strings.Contains(heard, "Your callback is booked. We will call you Monday, 9 March, between 8 and 8:30 a.m.") {
			t.Errorf("heard %q", heard)
		}
		s.settles()
		s.customerRung("Mon 08:00")
	})
}

// A booking that could not be told as done, and was written all the same, is found again by this call.
func TestABookingThatWasWrittenThoughItFailed(t *testing.T) {
	store := &forgetfulStore{}
	s := newScenario(t, saturday, func(s *setting) {
		s.wrapStore = func(inner app.Store) app.Store { store.Store = inner; return store }
	})
	store.forgets = true
	s.rings(home, "I repeat", slices.Concat(asking, []step{
		hears("Sorry, we could not book the callback").press("0"), hears("We can call you back").press("2"),
		noNote})...)
	s.only()
	s.settles()
	s.customerRung("Mon 08:00")
}

// A forgetfulStore writes a booking, and once does not know that it has.
type forgetfulStore struct {
	app.Store
	forgets bool
}

func (s *forgetfulStore) Book(ctx context.Context, r callbacks.Request, reference string) (callbacks.Booking, error) {
	b, err := s.Store.Book(ctx, r, reference)
	if s.forgets {
		s.forgets = false
		return callbacks.Booking{}, context.DeadlineExceeded
	}
	return b, err
}

func TestTheAnswerToAMoveIsLost(t *testing.T) {
	l := &losing{}
	s := newScenario(t, saturday, l.option())
	s.rings(home, "I repeat", booking...)
	proof := hears("Please enter your reference number").press(s.only().Reference + "#")
	heard := s.rings(home, "Nothing has changed",
		slices.Concat([]step{english, mine, proof, hears("To change the time, press 2").press("2")},
			l.answer(hears("9 to 9:30 a.m., press 4").press("4")),
			[]step{hears("We can call you back").press("*"), hears("").press("7"), proof,
				hears("We will call you Monday, 9 March, between 9 and 9:30 a.m.").press("2"),
				hears("8:30 to 9 a.m., press 3").press("3"),
				hears("Your earlier change has been saved. Your callback is still booked. We will call you Monday, 9 March, " +
					"between 9 and 9:30").press("1")})...)
	if strings.Contains(heard, "Your callback has been moved") {
		t.Errorf("heard %q", heard)
	}
	s.only()
	s.settles()
	s.customerRung("Mon 09:00")
}

func TestTheAnswerToACancellationIsLost(t *testing.T) {
	l := &losing{}
	s := newScenario(t, saturday, l.option())
	s.rings(home, "I repeat", booking...)
	proof := hears("Please enter your reference number").press(s.only().Reference + "#")
	s.rings(home, "", slices.Concat([]step{english, mine, proof, hears("To cancel it, press 3").press("3")},
		l.answer(hears("Do you want to cancel").press("1")), []step{hears("We can call you back").press("*"),
			hears("").press("7"), proof,
			hears("That callback is no longer booked.").hangUp()})...)
	s.settles()
	s.bridged()
}

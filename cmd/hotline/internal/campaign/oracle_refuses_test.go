//go:build conformance

package campaign

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// The oracle of the crash campaign can say no: a book in which every rule is broken, and one in which none is.
func TestTheOracleRefuses(t *testing.T) {
	store, err := app.OpenStore(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "hotline.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	called := campaignStart
	for i := range 6 {
		number, line := customerNumber(i), agentFirstLine
		if i >= 2 {
			line = customerFirstLine
		}
		if _, err := store.Book(t.Context(), callbacks.Request{
			Key: number, Line: line, Desk: "support", Topic: "promotion", Language: "en", Number: number,
			Caller: number, Kind: callbacks.ASAP, Called: called, Due: called, Expires: called.Add(time.Hour),
		}, "111111"+string(rune('1'+i))); err != nil {
			t.Fatal(err)
		}
	}
	_, err = store.Change(t.Context(), 1, func(r *callbacks.Record) error {
		r.Callback.State, r.Callback.Ended = callbacks.Expired, called.Add(time.Minute)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	broken := findingsOf(t, store, slices.Concat(
		[]simulator.Event{{Event: simulator.EventSay, From: customerNumber(7), Digits: "7777777",
			Role: simulate.RoleCaller}},
		[]simulator.Event{ // who is told that another number was noted than the one that is in the store
			{Event: simulator.EventSay, Leg: "CAA", From: customerNumber(1), Role: simulate.RoleCaller,
				Text: "We would call you on 0 8 1 2, 9 9."},
			{Event: simulator.EventSay, Leg: "CAA", From: customerNumber(1), Role: simulate.RoleCaller,
				Text: "Your callback is booked. We will call you as soon as an agent is free."},
			{Event: simulator.EventSay, Leg: "CAA", From: customerNumber(1), Role: simulate.RoleCaller,
				Digits: "1111112"},
		},
		// two at a time, and one too many
		talk(called, "CA1", "CB1", customerNumber(0)), talk(called, "CA2", "CB2", customerNumber(0)),
		// while the desk is closed, and of a callback that stands
		talk(called.Add(campaignBreak), "CA3", "CB3", customerNumber(1)),
		// of a desk with two agents
		rungFirst(called, 2), rungFirst(called, 3), rungFirst(called, 4), rungFirst(called, 5),
		[]simulator.Event{{Event: simulator.EventMessage, To: customerNumber(0), Text: "a"},
			{Event: simulator.EventMessage, To: customerNumber(0), Text: "a"},
			{Event: simulator.EventViolation, Detail: "an unknown attribute"}},
	))
	if want := slices.Sorted(slices.Values(campaignRules)); !slices.Equal(broken, want) {
		t.Errorf("broken are %q, want all of %q", broken, want)
	}
	empty, err := app.OpenStore(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "hotline.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = empty.Close() })
	if broken := findingsOf(t, empty, nil); len(broken) != 0 {
		t.Errorf("an empty book and an empty store: %q", broken)
	}
}

// campaignBreak is from the campaign's start into its first break.
const campaignBreak = 7 * time.Minute

// talk is an agent's call about a customer, and what comes of it.
func talk(at time.Time, agent, leg, customer string) []simulator.Event {
	to := "client:support-1"
	return []simulator.Event{
		{At: at, Event: simulator.EventPlaceCall, Leg: agent, Role: to, To: to},
		{At: at, Event: simulator.EventPress, Leg: agent, Role: to, To: to, Digits: "1"},
		{At: at, Event: simulator.EventDial, Leg: agent, Role: to, To: to, Target: customer},
		{At: at, Event: simulator.EventRing, Leg: leg, Role: customer, To: customer},
		{At: at, Event: simulator.EventBridge, Leg: agent, Role: to, To: to, Target: customer},
		{At: at.Add(time.Minute), Event: simulator.EventHangup, Leg: leg, Role: customer, To: customer},
		{At: at.Add(time.Minute), Event: simulator.EventHangup, Leg: agent, Role: to, To: to},
	}
}

// rungFirst is the beginning of a call to a customer.
func rungFirst(at time.Time, nth int) []simulator.Event {
	to := customerNumber(nth)
	return []simulator.Event{{At: at, Event: simulator.EventPlaceCall, Leg: "CC" + to, Role: to, To: to},
		{At: at, Event: simulator.EventRing, Leg: "CC" + to, Role: to, To: to}}
}

// A customer who picked up just before closing, whose 1 was lost, and who was told after closing that nobody is there
// any more: the product counts no attempt, and the oracle must not either. One who was rung and picked up while the
// desk was there counts.
func TestTheOracleKnowsWhoWasToldThatTheDeskHasClosed(t *testing.T) {
	closing := campaignStart.Add(6 * time.Minute)
	if openAt(closing) || !openAt(closing.Add(-time.Second)) {
		t.Fatalf("the desk does not close at %s", closing)
	}
	for _, tc := range []struct {
		name   string
		answer time.Time
		then   string // what else the book has of the leg
		want   int
	}{
		{"picked up before, told after", closing.Add(-10 * time.Second), simulator.EventSay, 1},
		{"picked up before, the answer was lost", closing.Add(-10 * time.Second), simulator.EventWebhookFailed, 1},
		{"picked up before, not told: a voicemail", closing.Add(-10 * time.Second), "", 0},
		{"picked up after", closing.Add(2 * time.Second), simulator.EventSay, 1},
		{"picked up before, an agent was rung", closing.Add(-10 * time.Second), simulator.EventDial, 0},
		{"long before, a webhook was lost", closing.Add(-5 * time.Minute), simulator.EventWebhookFailed, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, to := newEventBook(), customerNumber(1)
			leg := simulator.Event{Leg: "CA1", Role: to, To: to}
			for _, step := range []struct {
				event string
				after time.Duration
			}{{simulator.EventPlaceCall, -4 * time.Second}, {simulator.EventRing,
				-4 * time.Second}, {simulator.EventAnswer, 0}, {simulator.EventPress, 4 * time.Second},
				{tc.then, 12 * time.Second}, {simulator.EventHangup, 14 * time.Second}} {
				e := leg
				if step.event == simulator.EventSay {
					e.Text = "Sorry, we can no longer connect you at this hour. Goodbye."
				}
				e.Event, e.At, e.Target = step.event, tc.answer.Add(step.after), "client:second-1"
				l.enter(e)
			}
			v := &findings{counts: map[string]int{}}
			if got := v.tooLate(l.rings[to]); got != tc.want {
				t.Errorf("%d rings are no attempt, want %d", got, tc.want)
			}
		})
	}
}

// Both have pressed 1 and are not connected: that is a callback kept only where the customer hung up in that moment,
// and where it is rare.
func TestTheOracleKnowsWhoHungUpAsAnAgentTookTheCall(t *testing.T) {
	for _, tc := range []struct {
		name    string
		agent   string        // what the agent's leg does last
		hangsUp time.Duration // after that
		broken  bool
	}{
		{"in that moment", simulator.EventPress, 67 * time.Millisecond, false},
		{"long after it", simulator.EventPress, time.Minute, true},
		{"before any agent's key", simulator.EventAnswer, time.Second, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, customer, agent := newEventBook(), customerNumber(2), "client:support-1"
			at := campaignStart
			for _, e := range []simulator.Event{
				{Event: simulator.EventPlaceCall, Leg: "CA1", To: customer},
				{Event: simulator.EventRing, Leg: "CA1", Role: customer, To: customer},
				{Event: simulator.EventAnswer, Leg: "CA1", To: customer},
				{Event: simulator.EventPress, Leg: "CA1", To: customer, Digits: "1"},
				{Event: simulator.EventDial, Leg: "CA1", To: customer, Target: agent},
				{Event: simulator.EventRing, Leg: "CA2", To: agent},
				{Event: tc.agent, Leg: "CA2", To: agent, Digits: "1"},
			} {
				at, e.At = at.Add(time.Second), at
				l.enter(e)
			}
			l.enter(simulator.Event{At: at.Add(-time.Second + tc.hangsUp), Event: simulator.EventHangup, Leg: "CA1",
				To: customer})
			v := &findings{counts: map[string]int{}, broken: map[string][]string{}}
			v.callback(callbacks.Callback{Number: customer, Line: customerFirstLine, Attempts: 1,
				State: callbacks.Done}, l)
			if broken := v.broken[ruleKept] != nil; broken != tc.broken || v.counts[hungUpInTime] > 0 == tc.broken {
				t.Errorf("broken %q, counted %d", v.broken, v.counts[hungUpInTime])
			}
		})
	}
	for n, broken := range map[int]bool{3: false, 4: true} {
		v := &findings{counts: map[string]int{hungUpInTime: n}, broken: map[string][]string{}}
		if v.coincidences(200); (v.broken[ruleKept] != nil) != broken {
			t.Errorf("%d of 200 conversations: %q", n, v.broken)
		}
	}
}

// findingsOf are the rules that a book breaks, sorted.
func findingsOf(t *testing.T, store app.Store, events []simulator.Event) []string {
	t.Helper()
	l := newEventBook()
	for _, e := range events {
		l.enter(e)
	}
	v, err := checkBook(t.Context(), l, store, 1)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(v.broken))
}

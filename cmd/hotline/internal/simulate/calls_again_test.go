package simulate

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A failingStore cannot write to attempts for a while.
type failingStore struct {
	app.Store
	fails atomic.Int32 // how many writes still fail
}

func (s *failingStore) ChangeAttempt(ctx context.Context, id string, fence int64,
	change func(*callbacks.Record) error) (callbacks.Record, error) {
	if s.fails.Add(-1) >= 0 {
		return callbacks.Record{}, errors.New("the store is away")
	}
	return s.Store.ChangeAttempt(ctx, id, fence, change)
}

// notConnected lets the answer to the second 1 of a callback get lost, once, and the store be away for so many writes
// when the end of the Dial is told.
func notConnected(second, ended string, writes int32) []scenarioOption {
	store, lost, told := &failingStore{}, false, false
	return []scenarioOption{
		func(s *setting) {
			s.wrapStore = func(inner app.Store) app.Store { store.Store = inner; return store }
		},
		withFaults(simulator.Faults{Webhook: func(w simulator.Webhook) simulator.WebhookFault {
			switch {
			case !lost && strings.Contains(w.URL, second) && w.Form.Get("Digits") == "1":
				lost = true
				return simulator.WebhookFault{LoseAnswer: true}
			case !told && strings.Contains(w.URL, ended):
				told = true
				store.fails.Store(writes)
			}
			return simulator.WebhookFault{}
		}}),
	}
}

// Both have pressed 1, our answer is lost, and the store is away when the provider says that they were not connected:
// that is written when the store is back, and they are connected after all.
func TestTheStoreIsGoneWhenTheDialEnds(t *testing.T) {
	// Two tries fail. With the customer on the line another agent is rung, with the agent the customer is later.
	t.Run("agent first", func(t *testing.T) {
		s := newScenario(t, saturday, notConnected("/voice/customer/key", "/voice/customer/ended", 2)...)
		s.mayDrop = true
		s.rings(home, "I repeat", booking...)
		s.settles()
		s.triedAgain("support-1", "Mohon tunggu sebentar", 2)
	})
	t.Run("customer first", func(t *testing.T) {
		s := okpayCaller(t, notConnected("/voice/first/agent/key", "/voice/first/ended", 2)...)
		s.mayDrop = true
		s.settles()
		s.triedAgain("customer", "One moment, please", 1)
		s.bridged("customer with support-2")
	})
	t.Run("away for long", func(t *testing.T) {
		s := okpayCaller(t, notConnected("/voice/first/agent/key", "/voice/first/ended", 100)...)
		s.mayDrop = true
		s.settles()
		if heard := heardBy(s.eventsNow(), "customer"); strings.Count(heard, "One moment, please") != 1 ||
			!strings.Contains(heard, "went wrong on our side") {
			t.Errorf("the customer hears %q", heard)
		}
		dialled, ended := s.of(simulator.EventDialEnd), s.of(simulator.EventHangup)
		// the last words included
		if kept := ended[len(ended)-1].At.Sub(dialled[len(dialled)-1].At).Seconds(); kept > 40 {
			t.Errorf("the customer is kept for %v s", kept)
		}
	})
}

// When nothing else can be said, it is said in the language of who listens: the desk's, or the one that the caller
// chose.
func TestApologiesAreInTheLanguageOfTheCall(t *testing.T) {
	for path, c := range map[string]struct{ role, hears string }{
		"/voice/agent":        {"support-1", "Mohon maaf, ada gangguan di pihak kami."},
		"/voice/agent/key":    {"support-1", "Mohon maaf, ada gangguan di pihak kami."},
		"/voice/customer":     {"customer", "很抱歉，我们这边出了故障。 如果仍需帮助，请再次来电，再见。"},
		"/voice/customer/key": {"customer", "很抱歉，我们这边出了故障。 我们稍后会再次给您回电，再见。"},
	} {
		t.Run(path, func(t *testing.T) {
			store, told := &failingStore{}, false
			s := newScenario(t, saturday, func(s *setting) {
				s.wrapStore = func(inner app.Store) app.Store { store.Store = inner; return store }
			}, withFaults(simulator.Faults{Webhook: func(w simulator.Webhook) simulator.WebhookFault {
				if !told && strings.Contains(w.URL, path+"?") {
					told = true
					store.fails.Store(100)
				}
				return simulator.WebhookFault{}
			}}))
			s.mayDrop = true
			s.rings(home, "再说一遍", hears("中文服务").press("3"), hears("上班").press("0"),
				hears("可以回拨尾号").press("2"))
			s.settles()
			if heard := heardBy(s.eventsNow(), c.role); !told || !strings.Contains(heard, c.hears) ||
				strings.Contains(heard, "sorry") {
				t.Errorf("%s hears %q", c.role, heard)
			}
		})
	}
}

// triedAgain fails unless role was asked to wait once, in their language, and the customer's telephone rang so often
// until they were connected, once.
func (s *scenario) triedAgain(role, words string, rings int) {
	s.t.Helper()
	if heard := heardBy(s.eventsNow(), role); strings.Count(heard, words) != 1 ||
		strings.Contains(heard, "went wrong") {
		s.t.Errorf("%s hears %q", role, heard)
	}
	rung := 0
	for _, e := range s.of(simulator.EventRing) {
		if e.Role == "customer" {
			rung++
		}
	}
	if rung != rings || len(s.of(simulator.EventBridge)) != 1 {
		s.t.Errorf("the customer's telephone rang %d times, not %d, and he was connected %d times", rung, rings,
			len(s.of(simulator.EventBridge)))
	}
	id := s.did("book")[0].Callback.ID
	if c, err := s.Service.Callback(s.t.Context(), id); err != nil || c.State != callbacks.Done {
		s.t.Errorf("the callback is %s, %v", c.State, err)
	}
}

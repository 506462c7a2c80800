package simulate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What a caller has spoken is kept once, with who spoke it, however the provider tells of it: to the action of the
// Record and to its status callback, in either order, twice, or to one of them alone.

var leavingMessage = []step{
	english, hears("For a failed payment").press("2"), unsolved, myNumber, transaction, right,
	hears("We can call you back").press("6"), hears("speak after the tone").speak(),
}

// onRecord lets something go wrong with every webhook of a kind.
func onRecord(kind string, fault simulator.WebhookFault) func(simulator.Webhook) simulator.WebhookFault {
	return func(w simulator.Webhook) simulator.WebhookFault {
		if w.Kind == kind {
			return fault
		}
		return simulator.WebhookFault{}
	}
}

var recordingTold = map[string]func(simulator.Webhook) simulator.WebhookFault{
	"to both": nil,
	"to both, the status first": onRecord(simulator.KindRecord,
		simulator.WebhookFault{Delay: 10 * time.Second}),
	"to the action twice":                   onRecord(simulator.KindRecord, simulator.WebhookFault{Repeat: 1}),
	"to the status twice":                   onRecord(simulator.KindRecording, simulator.WebhookFault{Repeat: 1}),
	"to the action alone":                   onRecord(simulator.KindRecording, simulator.WebhookFault{Lose: true}),
	"to the status alone":                   onRecord(simulator.KindRecord, simulator.WebhookFault{Lose: true}),
	"to the action, whose answer gets lost": onRecord(simulator.KindRecord, simulator.WebhookFault{LoseAnswer: true}),
	"to the status, whose answers get lost": onRecord(simulator.KindRecording,
		simulator.WebhookFault{LoseAnswer: true}),
}

// recordedScenario is a scenario in one of the two forms in which a recording's action is told.
func recordedScenario(t *testing.T, named bool, webhook func(simulator.Webhook) simulator.WebhookFault) *scenario {
	s := newScenario(t, night, withFaults(simulator.Faults{Webhook: webhook}),
		func(s *setting) { s.namedRecordings = named })
	s.mayDrop = true // the provider gives up in the end where it can reach nobody
	return s
}

func (s *scenario) messages() []callbacks.Message {
	s.t.Helper()
	messages, err := s.Store.Messages(context.Background(), "", 100)
	if err != nil {
		s.t.Fatal(err)
	}
	return messages
}

func TestAMessageIsKeptOnceHoweverItIsTold(t *testing.T) {
	for _, named := range []bool{false, true} {
		for how, fault := range recordingTold {
			for _, hangsUp := range []bool{false, true} {
				name := how + map[bool]string{true: ", with its name"}[named] +
					map[bool]string{true: ", hanging up"}[hangsUp]
				t.Run(name, func(t *testing.T) {
					s := recordedScenario(t, named, fault)
					steps := slices.Clone(leavingMessage)
					if hangsUp {
						steps[len(steps)-1] = hears("speak after the tone").hangUp()
					}
					heard := s.ringsOnce(home, steps)
					s.settles()
					messages := s.messages()
					if len(messages) != 1 {
						t.Fatalf("%d messages: %+v", len(messages), messages)
					}
					m, sound := messages[0], s.simulator.Recordings()[0].SID
					if m.Caller != home || m.Recording.SID != sound || m.Topic != "payment-failed" || m.Account == "" {
						t.Errorf("message %+v, recording %s", m, sound)
					}
					if hangsUp || strings.Contains(heard, "something went wrong on our side") {
						return // the action or its answer got lost
					}
					reference := spokenReference(m.Reference)
					if !strings.Contains(heard, "Your message has been saved") || !strings.Contains(heard, reference) {
						t.Errorf("reference %s, heard %q", m.Reference, heard)
					}
				})
			}
		}
	}
}

// ringsOnce is a call whose caller answers these questions and listens to the rest, whatever it is.
func (s *scenario) ringsOnce(from string, steps []step) string {
	s.t.Helper()
	mark := len(s.eventsNow())
	call := s.simulator.Ring(from, s.line.Numbers[0],
		simulator.Party{Name: RoleCaller, Keys: func(p simulator.Prompt) simulator.Reply {
			if p.Index < len(steps) {
				return steps[p.Index].reply(p.SaidText)
			}
			return simulator.Reply{Silence: true}
		}})
	if err := s.simulator.RunUntil(context.Background(), s.simulator.Now().Add(2*time.Hour), call.Done); err != nil {
		s.t.Fatalf("the call does not end: %v\n%s", err, s.transcript())
	}
	return heardBy(s.eventsNow()[mark:], RoleCaller)
}

func TestANoteIsKeptHoweverItIsTold(t *testing.T) {
	for _, named := range []bool{false, true} {
		for how, fault := range recordingTold {
			t.Run(how+map[bool]string{true: ", with its name"}[named], func(t *testing.T) {
				s := recordedScenario(t, named, fault)
				s.ringsOnce(home, append(slices.Clone(asking), hears("To add").press("1"),
					hears("It helps to say").speak()))
				s.agentDoes("support-1", "1", "3", "1")
				s.settles()
				s.bridged("support-1 with customer")
				if played := s.of(simulator.EventPlay); len(played) != 1 || len(s.messages()) != 0 {
					t.Errorf("the note was played %d times; messages %+v", len(played), s.messages())
				}
			})
		}
	}
}

// A muteStore cannot write messages, or attempts, for a while.
type muteStore struct {
	app.Store
	messages, attempts atomic.Int32 // how many writes still fail
}

func (s *muteStore) SaveMessage(ctx context.Context, m callbacks.Message) (callbacks.Message, error) {
	if s.messages.Add(-1) >= 0 {
		return callbacks.Message{}, errors.New("the store is away")
	}
	return s.Store.SaveMessage(ctx, m)
}

func (s *muteStore) ChangeAttempt(
	ctx context.Context, id string, fence int64, change func(*callbacks.Record) error,
) (callbacks.Record, error) {
	if s.attempts.Add(-1) >= 0 {
		return callbacks.Record{}, errors.New("the store is away")
	}
	return s.Store.ChangeAttempt(ctx, id, fence, change)
}

// The store is away when the status of a recording is told, and the caller has hung up: the provider tells it again.
func TestALostWebhookOfARecordingIsRepeated(t *testing.T) {
	for name, lose := range map[string]bool{"the store is away": false, "the connection fails": true} {
		store := &muteStore{}
		fault := func(w simulator.Webhook) simulator.WebhookFault {
			switch {
			case w.Kind == simulator.KindRecord:
				return simulator.WebhookFault{Lose: true}
			case w.Kind == simulator.KindRecording && w.Attempt == 1 && !lose:
				store.messages.Store(2)
			}
			return simulator.WebhookFault{Lose: w.Kind == simulator.KindRecording && w.Attempt <= 2 && lose}
		}
		s := newScenario(t, night, withFaults(simulator.Faults{Webhook: fault}), func(s *setting) {
			s.wrapStore = func(inner app.Store) app.Store { store.Store = inner; return store }
		})
		s.mayDrop = true
		steps := slices.Clone(leavingMessage)
		steps[len(steps)-1] = hears("speak after the tone").hangUp()
		s.ringsOnce(home, steps)
		s.settles()
		if messages := s.messages(); len(messages) != 1 || messages[0].Caller != home {
			t.Errorf("%s: messages %+v", name, messages)
		}
	}
}

// The store is away when the provider tells that an agent's telephone is busy: told again, the next one rings without a
// look-up.
func TestALostStatusOfALegIsRepeated(t *testing.T) {
	store := &muteStore{}
	s := newScenario(t, saturday, func(s *setting) {
		s.wrapStore = func(inner app.Store) app.Store { store.Store = inner; return store }
	}, withFaults(simulator.Faults{Webhook: func(w simulator.Webhook) simulator.WebhookFault {
		if w.Kind == simulator.KindStatus && w.Form.Get("CallStatus") == "busy" && w.Attempt == 1 {
			store.attempts.Store(2)
		}
		return simulator.WebhookFault{}
	}}))
	s.rings(home, "I repeat", booking...)
	s.agents(map[string]string{"support-1": "busy"})
	s.settles()
	s.bridged("support-2 with customer")
	placed := s.of(simulator.EventPlaceCall)
	if len(placed) != 2 || placed[1].At.Sub(placed[0].At) > 10*time.Second {
		t.Errorf("placed %+v", placed)
	}
}

// A party that waits while somebody hears a whisper hears the ringing go on: a caller, an agent, a customer.
func TestWhoWaitsDuringAWhisperHearsRinging(t *testing.T) {
	for name, c := range map[string]struct {
		scenario func(*testing.T) *scenario
		waits    string
	}{
		"a caller, while an agent is asked": {func(t *testing.T) *scenario {
			s := newScenario(t, openDay)
			s.rings(home, "", english, paymentFailed, unsolved, myNumber, transaction, right, waits)
			return s
		}, RoleCaller},
		"an agent, while a customer is asked": {func(t *testing.T) *scenario {
			s := newScenario(t, saturday)
			s.rings(home, "", booking...)
			return s
		}, "support-1"},
		"a customer, while an agent is asked": {func(t *testing.T) *scenario { return okpayCaller(t) }, "customer"},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.scenario(t)
			s.settles()
			heard := s.of(simulator.EventMeanwhile)
			if len(heard) == 0 {
				t.Fatal("nobody was asked anything")
			}
			for _, e := range heard {
				if e.Role != c.waits || e.Detail != "ringing" {
					t.Errorf("%s hears %s; want %s to hear ringing", e.Role, e.Detail, c.waits)
				}
			}
			if told := s.transcript(); !strings.Contains(told, "still hears ringing") {
				t.Errorf("the transcript does not say so:\n%s", told)
			}
		})
	}
}

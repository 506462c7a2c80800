package simulate

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What goes wrong on the wire: webhooks that come twice, get lost, are forged; callers who hang up anywhere.

var (
	asking = []step{english, paymentFailed, unsolved, myNumber, transaction, right,
		hears("We can call you back").press("2")}
	booking = append(slices.Clone(asking), noNote)
)

// The same webhook again, at any step, has no second effect and an equivalent answer.
func TestTheSameWebhookTwice(t *testing.T) {
	s := newScenario(t, saturday, withFaults(simulator.Faults{Webhook: func(simulator.Webhook) simulator.WebhookFault {
		return simulator.WebhookFault{Repeat: 2, Tamper: true}
	}}))
	s.rings(home, "I repeat", booking...)
	s.settles()
	s.bridged("support-1 with customer")
	references := map[string]bool{}
	for _, h := range s.did("book") {
		references[h.Reference] = true
	}
	if len(references) != 1 || len(s.of(simulator.EventPlaceCall)) != 1 {
		t.Errorf("%d callbacks and %d calls came of one booking", len(references), len(s.of(simulator.EventPlaceCall)))
	}
	first := map[string]string{}
	for _, w := range s.simulator.Webhooks() {
		if w.Forged {
			if w.Status != http.StatusForbidden {
				t.Errorf("a forged %s was answered with %d", w.Kind, w.Status)
			}
			continue
		}
		key := w.URL + "?" + w.Form.Encode()
		heard := sentences(t, w.Body)
		if was, ok := first[key]; ok && was != heard {
			t.Errorf("the same %s webhook was answered with %q and then with %q", w.Kind, was, heard)
		}
		first[key] = heard
	}
}

// sentences is what a document says and does, without the sealed states, which never look the same twice.
func sentences(t *testing.T, document string) string {
	t.Helper()
	var parts []string
	decoder := xml.NewDecoder(strings.NewReader(document))
	for {
		token, err := decoder.Token()
		if err != nil {
			return strings.Join(parts, " ")
		}
		switch token := token.(type) {
		case xml.StartElement:
			parts = append(parts, "<"+token.Name.Local+">")
		case xml.CharData:
			if text := strings.TrimSpace(string(token)); text != "" && !strings.Contains(text, "?s=") {
				parts = append(parts, text)
			}
		}
	}
}

// Every single webhook of a booking is lost once on the way to us, or its answer on the way back:
// the fallback leads the caller on, to a person or a message, and nobody is cut off without a word.
func TestLostWebhooksLeadToTheFallback(t *testing.T) {
	for _, loss := range []struct {
		name  string
		fault simulator.WebhookFault
	}{{"request lost", simulator.WebhookFault{Lose: true}}, {"answer lost", simulator.WebhookFault{LoseAnswer: true}}} {
		for nth := range 11 {
			t.Run(loss.name, func(t *testing.T) {
				seen := 0
				s := newScenario(t, saturday,
					withFaults(simulator.Faults{Webhook: func(w simulator.Webhook) simulator.WebhookFault {
						if w.Kind != simulator.KindGather && w.Kind != simulator.KindVoice || w.Attempt > 1 {
							return simulator.WebhookFault{}
						}
						seen++
						if seen == nth {
							return loss.fault
						}
						return simulator.WebhookFault{}
					}}))
				unhurried := func(p simulator.Prompt) simulator.Reply {
					if p.Index < len(booking) {
						return booking[p.Index].reply(p.SaidText)
					}
					return simulator.Reply{}
				}
				call := s.simulator.Ring(home, s.line.Numbers[0], simulator.Party{Name: RoleCaller, Keys: unhurried})
				s.settles()
				if !call.Done() {
					t.Fatal("the call is still up")
				}
				heard := heardBy(s.eventsNow(), RoleCaller)
				said := slices.ContainsFunc([]string{"Goodbye.", "Terima kasih", "ring again"}, func(end string) bool {
					return strings.Contains(heard, end)
				})
				if !said {
					t.Errorf("webhook %d lost: cut off without a goodbye, heard %q", nth, heard)
				}
				if n := len(s.did("book")); n > 1 && s.did("book")[0].Reference != s.did("book")[n-1].Reference {
					t.Errorf("webhook %d lost: two callbacks", nth)
				}
			})
		}
	}
}

// A caller who hangs up at whatever question leaves nothing behind that should not be there.
func TestHangingUpAtEveryStep(t *testing.T) {
	talks := map[string][]step{
		openDay: {english, paymentFailed, unsolved, myNumber, transaction, right, waits},
		night: {english, hears("For a failed payment").press("2"), unsolved, myNumber, transaction, right,
			hears("We can call you back").press("6"), hears("speak after the tone")},
	}
	for at, talk := range talks {
		for i := range talk {
			t.Run(talk[i].hears, func(t *testing.T) {
				s := newScenario(t, at)
				steps := slices.Clone(talk[:i+1])
				steps[i] = hears(steps[i].hears).hangUp()
				s.rings(home, "", steps...)
				s.settles()
				s.bridged()
				if len(s.did("book")) != 0 || len(s.of(simulator.EventPlaceCall)) != 0 {
					t.Error("a callback to somebody who hung up before it was made")
				}
			})
		}
	}
	t.Run("while the desk rings", func(t *testing.T) {
		s := newScenario(t, openDay)
		s.everyAgent("no-answer")
		party := simulator.Party{Name: RoleCaller, Keys: simulator.Script("2", "0"), HangUpAfter: 40e9}
		s.simulator.Ring(home, s.line.Numbers[0], party)
		s.settles()
		s.bridged()
	})
	t.Run("while the reference is read out", func(t *testing.T) {
		s := newScenario(t, saturday)
		party := simulator.Party{Name: RoleCaller,
			Keys: func(p simulator.Prompt) simulator.Reply {
				return booking[min(p.Index, len(booking)-1)].reply(p.SaidText)
			}}
		call := s.simulator.Ring(home, s.line.Numbers[0], party)
		s.onBook = call.HangUp
		s.settles()
		if heard := heardBy(s.eventsNow(), RoleCaller); len(s.did("book")) != 1 ||
			strings.Contains(heard, "Thank you. Goodbye") {
			t.Fatalf("booked %d; heard %q", len(s.did("book")), heard)
		}
		s.bridged("support-1 with customer") // the callback stands all the same
	})
}

// A restart in the middle of a call, and another instance answering: nothing of a call is kept in a process.
func TestNothingOfACallIsKeptInAProcess(t *testing.T) {
	s := newScenario(t, openDay)
	s.rings(home, "Thank you. Goodbye", english, paymentFailed, unsolved, myNumber, transaction, right, waits)
	var step simulator.Webhook
	for _, w := range s.simulator.Webhooks() {
		if w.Kind == simulator.KindGather && strings.Contains(w.Body, "You entered") {
			step = w
		}
	}
	if step.URL == "" {
		t.Fatal("no webhook to send again")
	}
	// The call is long over, and the very same answer can still be given.
	status, body, err := s.simulator.Replay(step)
	if err != nil || status != http.StatusOK || sentences(t, string(body)) != sentences(t, step.Body) {
		t.Errorf("replayed: %d %v %q", status, err, body)
	}
}

func TestANumberThatNoLineAnswers(t *testing.T) {
	s := newScenario(t, openDay)
	s.simulator.Number("+622150009999", simulator.Number{VoiceURL: s.Server.PublicURL + twilio.PathIncoming})
	s.simulator.Ring(home, "+622150009999", simulator.Party{Name: RoleCaller})
	s.settles()
	if heard := heardBy(s.eventsNow(), RoleCaller); !strings.Contains(heard, "not in use") {
		t.Errorf("heard %q", heard)
	}
	if !strings.Contains(metrics(t, s), "hotline_unknown_number_calls_total 1") {
		t.Error("it is not counted")
	}
}

func metrics(t *testing.T, s *scenario) string {
	t.Helper()
	return apptest.Get(t, s.Server.PublicURL+"/metrics")
}

package simulate

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// Text messages: who they come from, and what becomes of them.

func withDelivery(delivery func(simulator.MessageRecord) (string, int)) scenarioOption {
	return func(s *setting) { s.delivery = delivery }
}

// booksWithAText books a callback, which is confirmed by a text message, and lets a quarter of an hour pass.
func (s *scenario) booksWithAText() twilio.Event {
	s.t.Helper()
	s.rings(home, "I repeat", append(slices.Clone(loginClosed), noNote)...)
	booked := s.did("book")
	if len(booked) != 1 {
		s.t.Fatalf("booked %v", booked)
	}
	if err := s.simulator.RunUntil(context.Background(), s.simulator.Now().Add(15*time.Minute),
		func() bool { return false }); !errors.Is(err, simulator.ErrLimit) {
		s.t.Fatal(err)
	}
	return booked[0]
}

// The booking tells of a text message where one is written, and nowhere else.
func TestTheBookingTellsOfItsText(t *testing.T) {
	ask := []step{english, hears("Agents are back").press("0"), hears("We can call you back").press("1")}
	other := []step{english, hears("Agents are back").press("0"), hears("We can call you back").press("8"),
		hears("For another number, press 2").press("2"),
		hears("phone number with its area code").press("081298765432#"),
		hears("We would call you on").press("1")}
	robbed := []step{english, stolen, hears("To try again now").hangUp()}
	for _, tt := range []struct {
		name, line, at, from string
		steps                []step
		texts                bool
	}{
		{"a mobile number", "gopay", saturday, home, ask, true},
		{"a landline", "gopay", saturday, landline, ask, false},
		{"another's mobile number", "gopay", saturday, home, other, false},
		{"a line that sends none", "upay", "2026-03-07T23:30:00+08:00", "+8613812345678", ask, false},
		{"a callback that is booked by itself", "gopay", night, home, robbed, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScenario(t, tt.at, onLine(tt.line))
			s.everyAgent("no-answer")
			s.rings(tt.from, "", tt.steps...)
			booked := s.did("book")
			if len(booked) != 1 {
				t.Fatalf("booked %v", booked)
			}
			texts, err := s.Service.SMSOf(t.Context(), booked[0].Callback.ID)
			if err != nil || len(texts) > 0 != tt.texts {
				t.Errorf("texts %+v, %v", texts, err)
			}
			heard := heardBy(s.eventsNow(), RoleCaller)
			if strings.Contains(heard, "We also send you a text message.") != tt.texts {
				t.Errorf("the caller hears %q", heard)
			}
			s.everyAgent("answer")
			s.settles()
		})
	}
}

// text is what is written of the one text message of a callback.
func (s *scenario) text(booked twilio.Event) callbacks.SMS {
	s.t.Helper()
	texts, err := s.Service.SMSOf(context.Background(), booked.Callback.ID)
	if err != nil || len(texts) != 1 {
		s.t.Fatalf("%+v, %v", texts, err)
	}
	return texts[0]
}

// metric is what /metrics says of a counter with these labels.
func (s *scenario) metric(name string) string {
	recorder := httptest.NewRecorder()
	s.Server.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(recorder.Body.String()) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return "none"
}

// Sent is not delivered: what the provider tells later is written down, counted and shown, whatever the order.
func TestWhatBecomesOfATextMessage(t *testing.T) {
	for name, tt := range map[string]struct {
		status string
		code   int
		faults simulator.Faults
		shown  string
	}{
		"delivered":   {status: "delivered", shown: "delivered"},
		"undelivered": {status: "undelivered", code: 30005, shown: "undelivered: code 30005, there is no such number"},
		"failed": {status: "failed", code: 30007,
			shown: "failed: code 30007, the message was filtered as unwanted"},
		"sent, late": {status: "delivered", faults: simulator.Faults{Webhook: lateSent}, shown: "delivered"},
		"words twice": {status: "undelivered", code: 30003, faults: simulator.Faults{Webhook: twice},
			shown: "undelivered: code 30003, the telephone is off or cannot be reached"},
		"forged words": {status: "delivered", faults: simulator.Faults{Webhook: func(simulator.Webhook) simulator.WebhookFault { return simulator.WebhookFault{Tamper: true} }}, shown: "delivered"},
		"answer lost": {status: "delivered", faults: simulator.Faults{REST: func(r simulator.Request) simulator.RESTFault {
			return simulator.RESTFault{LoseAnswer: strings.HasSuffix(r.Path, "/Messages.json")}
		}}, shown: "delivered"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScenario(t, saturday, withFaults(tt.faults),
				withDelivery(func(simulator.MessageRecord) (string, int) { return tt.status, tt.code }))
			booked := s.booksWithAText()
			if text := s.text(booked); string(text.State) != tt.status || text.Code != tt.code {
				t.Errorf("written down as %+v", text)
			}
			if got := s.metric(`hotline_text_messages_total{line="gopay",state="` + tt.status + `"}`); got != "1" {
				t.Errorf("counted %s", got)
			}
			text := s.text(booked)
			if shown := strings.TrimSuffix(string(text.State)+": "+text.Remark, ": "); shown != tt.shown {
				t.Errorf("shown as %q, want %q", shown, tt.shown)
			}
			s.settles()
		})
	}
}

// twice repeats every word about a text message.
func twice(w simulator.Webhook) simulator.WebhookFault {
	if w.Kind == simulator.KindMessage {
		return simulator.WebhookFault{Repeat: 1}
	}
	return simulator.WebhookFault{}
}

// lateSent lets the word "sent" arrive minutes after the one that it was delivered.
func lateSent(w simulator.Webhook) simulator.WebhookFault {
	if w.Form.Get("MessageStatus") == "sent" {
		return simulator.WebhookFault{Delay: 5 * time.Minute}
	}
	return simulator.WebhookFault{}
}

// A refusal that asking again will not mend ends a text message at once, with its reason; the callback stands.
func TestATextMessageThatIsRefusedForGood(t *testing.T) {
	for code, why := range map[int]string{
		21408: "the account may not write to this country", 21606: "the sender cannot write to this destination",
		21610: "the customer has opted out", 21612: "this sender and this destination do not go together",
		21614: "the number takes no text messages",
	} {
		asked := 0
		s := newScenario(t, saturday, withFaults(simulator.Faults{REST: func(r simulator.Request) simulator.RESTFault {
			if !strings.HasSuffix(r.Path, "/Messages.json") {
				return simulator.RESTFault{}
			}
			asked++
			return simulator.RESTFault{Status: 400, Code: code}
		}}))
		text := s.text(s.booksWithAText())
		if asked != 1 || text.State != callbacks.SMSRefused || text.Code != code ||
			!strings.Contains(text.Remark, why) {
			t.Errorf("%d: asked %d times, %+v", code, asked, text)
		}
		s.settles()
		s.bridged("support-1 with customer")
	}
}

// Nobody listens where the provider should be: nothing was sent, so it is sent once the provider is back.
func TestATextMessageWhileTheProviderCannotBeReached(t *testing.T) {
	var logged bytes.Buffer
	s := newScenario(t, saturday, withLog(slog.New(slog.NewTextHandler(&logged, nil))))
	reach := false
	sealer, err := twilio.NewSealer([][]byte{bytes.Repeat([]byte("k"), 32)}, app.StateLife, s.Now)
	if err != nil {
		t.Fatal(err)
	}
	far, err := twilio.NewClient(twilio.ClientConfig{AccountSID: AccountSID, Token: "token", BaseURL: "http://127.0.0.1:1",
		PublicURL: "https://hotline.example.com", Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	var sent []callbacks.OutgoingSMS
	sender := texting(func(ctx context.Context, text callbacks.OutgoingSMS) (string, error) {
		if !reach {
			return far.Send(ctx, text)
		}
		sent = append(sent, text)
		return "SM1", nil
	})
	s.App.SMSWorker = callbacks.NewSMSWorker(callbacks.SMSWorkerConfig{
		Store: s.Store, Signal: s.Signal, Sender: sender, Plans: s.Live, Now: s.Now,
		Log: slog.New(slog.NewTextHandler(&logged, nil)),
	})
	booked := s.booksWithAText()
	if text := s.text(booked); text.State != callbacks.SMSWaiting || text.Tries < 5 ||
		text.Remark != "the provider could not be reached" {
		t.Errorf("while nobody listens: %+v", text)
	}
	reach = true
	s.settles()
	if text := s.text(booked); text.State != callbacks.SMSSent || len(sent) != 1 {
		t.Errorf("then: %+v, sent %+v", text, sent)
	}
}

type texting func(context.Context, callbacks.OutgoingSMS) (string, error)

func (f texting) Send(ctx context.Context, t callbacks.OutgoingSMS) (string, error) {
	return f(ctx, t)
}

// A line's own sender goes with its messages, and the provider's document takes the request.
func TestTextMessagesComeFromTheLinesSender(t *testing.T) {
	const service = "MG0123456789abcdef0123456789abcdef"
	for sender, want := range map[string][2]string{"GOPAY": {"GOPAY", ""}, "\"+622150001000\"": {"+622150001000", ""},
		service: {"", service}} {
		s := newScenario(t, saturday, withConfig(apptest.Edited(t, "lines/gopay.yaml", "\ntext_messages: true",
			"\ntext_sender: "+sender+"\ntext_messages: true")))
		text := s.text(s.booksWithAText())
		if text.State != callbacks.SMSReachedCustomer {
			t.Errorf("%s: %+v", sender, text)
		}
		for _, r := range s.simulator.Requests() {
			if got := [2]string{r.Form.Get("From"), r.Form.Get("MessagingServiceSid")}; strings.HasSuffix(r.Path,
				"/Messages.json") && got != want {
				t.Errorf("%s: asked from %q", sender, got)
			}
		}
		s.settles()
	}
}

// A callback of a line in mainland China reaches a browser telephone: it is shown a number that the account owns,
// since the provider refuses the line's own. Telephones by the trunk are shown the line's.
func TestACallIDThatTheAccountOwns(t *testing.T) {
	s := newScenario(t, "2026-03-02T12:00:00+08:00", onLine("upay"))
	s.agents(map[string]string{"support-1": "voicemail", "support-2": "answer"})
	s.rings(guangzhou, "Thank you. Goodbye", hears("For English, press 2").press("2"),
		hears("For top-ups").press("3"), hears("For a failed top-up, press 1").press("1"),
		hears("your card").press("2"), myNumber,
		hears("Many people").press("2"), hears("as soon as").press("1"), noNote)
	s.settles()
	s.bridged("support-2 with customer")
	shown := map[string]bool{}
	for _, r := range s.simulator.Requests() {
		if strings.HasSuffix(r.Path, "/Calls.json") && r.Method == http.MethodPost {
			kind, _, _ := strings.Cut(r.Form.Get("To"), ":")
			shown[kind[:3]+" "+r.Form.Get("From")] = true
		}
	}
	if got := slices.Sorted(maps.Keys(shown)); !slices.Equal(got, []string{"+86 +862150001000", "cli +6566002000"}) {
		t.Errorf("shown were %q", got)
	}
}

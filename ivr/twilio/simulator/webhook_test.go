package simulator

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
	"pgregory.net/rapid"
)

// The provider's own validator accepts what Sign signs, and nothing that was changed.
func TestSignatureAgreesWithTheProvider(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := "https://ivr.example.com/voice/" + rapid.StringMatching(`[a-z0-9/]{0,12}`).Draw(t, "path")
		if q := rapid.StringMatching(`([a-z]=[A-Za-z0-9%_.-]{0,6}&?){0,3}`).Draw(t, "query"); q != "" &&
			!strings.Contains(q, "%") {
			target += "?" + q
		}
		params := rapid.MapOf(rapid.StringMatching(`[A-Za-z]{1,8}`), rapid.String()).Draw(t, "params")
		form := url.Values{}
		for name, value := range params {
			form.Set(name, value)
		}
		signature := Sign(testToken, target+"#rc=2", form)
		validator := client.NewRequestValidator(testToken)
		if !validator.Validate(target, params, signature) {
			t.Fatalf("refused: %s %v", target, params)
		}
		params["Digits"] += "0"
		if validator.Validate(target, params, signature) {
			t.Fatalf("accepted after a change: %s %v", target, params)
		}
	})
}

// The example of the provider's documentation.
func TestSignatureOfTheDocumentation(t *testing.T) {
	form := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"},
		"From": {"+14158675309"}, "To": {"+18005551212"}}
	if got := Sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2",
		form); got != "RSOYDt4T1cUTdK1PDd93/VVr8B8=" {
		t.Errorf("signature %q", got)
	}
}

func TestWebhookFaults(t *testing.T) {
	first := func(kind string, f WebhookFault) func(Webhook) WebhookFault {
		return func(w Webhook) WebhookFault {
			if w.Kind == kind && w.Attempt == 1 {
				return f
			}
			return WebhookFault{}
		}
	}
	always := func(kind string, f WebhookFault) func(Webhook) WebhookFault {
		return func(w Webhook) WebhookFault {
			if w.Kind == kind {
				return f
			}
			return WebhookFault{}
		}
	}
	tests := []struct {
		name     string
		fragment string // of the action's URL
		fault    func(Webhook) WebhookFault
		seen     int // how often the action arrived
		fallback []string
		at       float64
	}{
		{"none", "", nil, 1, nil, 1.25},
		{"one lost connection is tried again", "", first(KindGather, WebhookFault{Lose: true}), 1, nil, 1.25},
		{"every connection lost", "", always(KindGather, WebhookFault{Lose: true}), 0, []string{"ErrorCode=11205"},
			1.25},
		{"lost answer", "", first(KindGather, WebhookFault{LoseAnswer: true}), 1, []string{"ErrorCode=11205"}, 1.25},
		{"lost answer, retries asked for", "#rc=2&rp=all", first(KindGather, WebhookFault{LoseAnswer: true}), 2, nil,
			1.25},
		{"retries used up", "#rc=2&rp=rt", always(KindGather, WebhookFault{LoseAnswer: true}), 3,
			[]string{"ErrorCode=11205"}, 1.25},
		{"no retries", "#rc=0", first(KindGather, WebhookFault{Lose: true}), 0, []string{"ErrorCode=11205"}, 1.25},
		{"delivered three times", "", first(KindGather, WebhookFault{Repeat: 2}), 3, nil, 1.25},
		{"late", "", first(KindGather, WebhookFault{Delay: 3 * time.Second}), 1, nil, 4.25},
		{"forged", "", first(KindGather, WebhookFault{Tamper: true}), 1, nil, 1.25},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, func(o *Options) { o.Faults.Webhook = test.fault })
			w.page("/voice", `<Gather action="/action`+strings.ReplaceAll(test.fragment, "&", "&amp;")+`"/><Hangup/>`)
			w.page("/action", `<Hangup/>`)
			w.page("/fallback", `<Hangup/>`)
			w.c.Ring(customer, line, Party{Keys: Script("123#")})
			w.run(time.Minute)
			w.sound()
			if seen := len(w.got("/action")); seen != test.seen {
				t.Errorf("the action arrived %d times, want %d", seen, test.seen)
			}
			w.want(w.got("/fallback", "ErrorCode"), test.fallback...)
			if ended := w.c.Calls()[0].Ended.Sub(testStart).Seconds(); ended != test.at {
				t.Errorf("ended after %v s, want %v", ended, test.at)
			}
			tokens := map[string]bool{}
			for _, h := range w.c.Webhooks() {
				if h.Kind == KindGather {
					tokens[h.Header.Get("I-Twilio-Idempotency-Token")] = true
				}
			}
			if len(tokens) != 1 {
				t.Errorf("%d idempotency tokens for one request", len(tokens))
			}
		})
	}
}

// What the provider could not read in a URL's fragment shows, and a 5xx is repeated only where that is asked for.
func TestConnectionOverrides(t *testing.T) {
	for _, test := range []struct {
		fragment string
		seen     int
		objects  bool
	}{
		{"", 1, false},
		{"#rc=2&rp=ct,rt,5xx&rt=4500", 3, false},
		{"#rc=2&rp=all", 3, false},
		{"#rc=2", 1, false}, // connections alone, by default
		{"#rc=0&rp=5xx", 1, false},
		{"#rc=6&rp=5xx", 1, true},
		{"#rc=2&rp=5xx,503", 1, true},
		{"#rc=2&rp=5xx&ct=99", 1, true},
		{"#retries=2", 1, true},
		{"#top", 1, true},
	} {
		t.Run(test.fragment, func(t *testing.T) {
			w := newWorld(t)
			w.page("/voice", `<Hangup/>`)
			w.c.Number(line, Number{VoiceURL: w.server.URL + "/voice",
				StatusCallback: w.server.URL + "/broken" + test.fragment})
			w.c.Ring(customer, line, Party{})
			w.run(time.Second)
			if n := len(w.got("/broken")); n != test.seen {
				t.Errorf("the status arrived %d times, want %d", n, test.seen)
			}
			if v := w.c.Violations(); (len(v) > 0) != test.objects {
				t.Errorf("violations %q", v)
			}
		})
	}
}

func TestForgeryThatIsTakenIsAViolation(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Faults.Webhook = func(h Webhook) WebhookFault { return WebhookFault{Tamper: true} }
	})
	gullible := http.NewServeMux()
	gullible.HandleFunc("/voice", answering("text/xml", "<Response><Hangup/></Response>"))
	server := newServer(t, gullible)
	w.c.Number(line, Number{VoiceURL: server + "/voice"})
	w.c.Ring(customer, line, Party{})
	w.run(time.Second)
	if v := w.c.Violations(); len(v) != 1 || !strings.Contains(v[0], "forged voice webhook was answered with 200") {
		t.Errorf("violations %q", v)
	}
}

func TestStatusCallbacksOvertake(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Faults.Webhook = func(h Webhook) WebhookFault {
			if h.Kind == KindStatus && h.Form.Get("CallStatus") == "ringing" {
				return WebhookFault{Delay: time.Minute}
			}
			return WebhookFault{}
		}
	})
	w.page("/voice", `<Dial><Number statusCallback="/status/agent" statusCallbackEvent="initiated ringing answered completed">`+agent+`</Number></Dial>`)
	w.c.Subscribe(agent, Party{After: time.Second, TalkFor: time.Second})
	w.c.Ring(customer, line, Party{})
	w.run(5 * time.Minute)
	w.sound()
	w.want(w.got("/status/agent", "CallStatus", "SequenceNumber"), "CallStatus=initiated SequenceNumber=0",
		"CallStatus=in-progress SequenceNumber=2", "CallStatus=completed SequenceNumber=3",
		"CallStatus=ringing SequenceNumber=1")
}

func TestReplay(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Gather numDigits="1" action="/action"/><Hangup/>`)
	w.page("/action", `<Hangup/>`)
	w.c.Ring(customer, line, Party{Keys: Script("7")})
	w.run(time.Minute)
	for _, h := range w.c.Webhooks() {
		status, body, err := w.c.Replay(h)
		if err != nil || status != h.Status || string(body) != h.Body {
			t.Errorf("%s: %d %q %v", h.URL, status, body, err)
		}
	}
	w.want(w.got("/action", "Digits"), "Digits=7", "Digits=7")
}

func TestFailedStatusCallbackIsAnEvent(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Hangup/>`)
	w.c.Number(line, Number{VoiceURL: w.server.URL + "/voice", StatusCallback: w.server.URL + "/nothing"})
	w.c.Ring(customer, line, Party{})
	w.run(time.Second)
	w.want(w.eventLines(EventWebhookFailed), "0.00 caller webhook-failed status callback: HTTP status 500")
}

func TestRunEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := w.c.Run(ctx, testStart.Add(time.Hour)); err == nil {
		t.Error("Run went on")
	}
}

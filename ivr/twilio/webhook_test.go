package twilio

import (
	"net/url"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/ivr"
)

func TestTheCalledNumberInEveryFormFindsTheLine(t *testing.T) {
	for to, want := range map[string]string{
		"+622150001000":                                  "+622150001000",
		"622150001000":                                   "+622150001000",
		"sip:+622150001000@pbx.example.com":              "+622150001000",
		"sip:622150001000@pbx.example.com;transport=udp": "+622150001000",
		"client:agent":                                   "", "": "", "+": "", "sip:desk@example.com": "", "sip:@": "",
	} {
		if got := calledNumber(to); got != want {
			t.Errorf("%q is %q, want %q", to, got, want)
		}
	}
}

func FuzzCalledNumber(f *testing.F) {
	for _, seed := range []string{"+622150001000", "sip:622150001000@x", "client:a", "", "+", "sip:;@"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if to := calledNumber(text); to != "" && !strings.Contains(text, to[1:]) {
			t.Fatalf("%q is taken for %q", text, to)
		}
	})
}

// FuzzDocument presses anything at any step: what the flow answers can be written as TwiML.
func FuzzDocument(f *testing.F) {
	for _, digits := range []string{"", "1", "0", "9", "*", "#", "08*", "081234567890#", "１２", "\x00"} {
		for _, step := range []string{"topic", "account", "number", "offer", "ring-at-other", "note-spoken",
			"message", "existing"} {
			f.Add(step, digits)
		}
	}
	line := sketch(f)
	urls := responseURLs{
		step: "https://x.example/s", whisper: "https://x.example/w", legStatus: "https://x.example/l",
		recording: "https://x.example/r",
	}
	f.Fuzz(func(t *testing.T, step, digits string) {
		state := ivr.State{Line: line.ID, Step: ivr.StepID(step), Language: "en", Topic: "payment-failed",
			Question: "transaction"}
		_, response := ivr.Advance(line, openHour, caller, state, ivr.Keys{Digits: digits})
		if _, ok := response.Action.(ivr.Perform); ok {
			return
		}
		doc := &document{line: line}
		doc.response(response, urls)
		if _, err := doc.xml(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzWebhookEvent reads any form.
func FuzzWebhookEvent(f *testing.F) {
	f.Add("Digits=1&CallSid=CA1")
	f.Add("DialCallStatus=completed&DialBridged=true")
	f.Add("RecordingSid=RE1&RecordingDuration=-5&RecordingUrl=x")
	f.Add("RecordingUrl=" + url.QueryEscape(someAddress+".mp3?x=1") + "&RecordingDuration=7&Digits=%23")
	f.Add("RecordingUrl=" + url.QueryEscape(strings.Replace(someAddress, "api", "user:word@api", 1)))
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		recorded, ok := (webhook{form: form}).event().(ivr.Recorded)
		if !ok {
			return
		}
		if recorded.Seconds < 0 || !recordingName.MatchString(recorded.SID) {
			t.Errorf("a recording %q of %d seconds", recorded.SID, recorded.Seconds)
		}
		if recorded.URL == "" {
			return
		}
		target, err := url.Parse(recorded.URL)
		if err != nil || target.Scheme != "https" || target.User != nil ||
			!strings.HasSuffix(strings.ToLower(target.Hostname()), "twilio.com") ||
			!strings.Contains(target.Path, "/Recordings/"+recorded.SID) {
			t.Errorf("an address %q of recording %s", recorded.URL, recorded.SID)
		}
	})
}

package ivr

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzAdvance presses anything at any step: the flow always answers with one next thing, and never keeps a card number.
func FuzzAdvance(f *testing.F) {
	for _, digits := range []string{"", "1", "0", "9", "*", "#", "*0", "08*", "4111111111111111#", "081234567890#", "+62", "１２", "\x00", "-1"} {
		for step := range table {
			f.Add(step, digits, step%2 == 0)
		}
	}
	line := sketch(f)
	f.Fuzz(func(t *testing.T, step int, digits string, open bool) {
		if step < 0 || step >= len(table) {
			return
		}
		now := closedHour
		if open {
			now = openHour
		}
		before := State{Line: line.ID, Step: table[step].id, Language: "en", Topic: "payment-failed", Left: stepAccount, Draft: "081234567890", Standing: 7, Question: "transaction"}
		after, page := Advance(line, now, caller, before, Keys{digits})
		if page.Next == nil {
			t.Fatalf("step %s on %q: nothing follows", before.Step, digits)
		}
		for _, kept := range []string{after.Account, string(after.Answers), after.Draft, after.Number} {
			if cardScheme(kept) != "" {
				t.Errorf("step %s keeps the card number %q", before.Step, kept)
			}
		}
		doc := &document{line: line}
		if _, ok := page.Next.(Perform); !ok {
			doc.page(page, pageURLs{step: "https://x.example/s", whisper: "https://x.example/w", legStatus: "https://x.example/l", recording: "https://x.example/r"})
			if _, err := doc.xml(); err != nil {
				t.Fatal(err)
			}
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
		recorded, ok := (webhook{form: form}).event().(Recorded)
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
		if err != nil || target.Scheme != "https" || target.User != nil || !strings.HasSuffix(strings.ToLower(target.Hostname()), "twilio.com") ||
			!strings.Contains(target.Path, "/Recordings/"+recorded.SID) {
			t.Errorf("an address %q of recording %s", recorded.URL, recorded.SID)
		}
	})
}

package twilio

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/callbacks"
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
		step: "https://x.example/s", whisper: "https://x.example/w",
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

// Names of media types are the same in capitals, and may have parameters.
func TestAFormIsAFormInWhateverCase(t *testing.T) {
	e := newEdge(t, nil)
	for kind, want := range map[string]int{
		"application/x-www-form-urlencoded":                    200,
		"Application/X-WWW-Form-Urlencoded":                    200,
		"APPLICATION/X-WWW-FORM-URLENCODED; CHARSET=utf-8":     200,
		"application/x-www-form-urlencoded;charset=\"UTF-8\"":  200,
		" application/x-www-form-urlencoded ; charset=UTF-8; ": 200,
		"application/x-www-form-urlencoded; charset":           200,
		"application/x-www-form-urlencoded2":                   403,
		"application/x-www-form-urlencoded+json":               403,
		"text/plain; a=application/x-www-form-urlencoded":      403,
		"; application/x-www-form-urlencoded":                  403,
	} {
		if answer := e.ask(ask{path: PathIncoming, body: callForm(nil).Encode(), kind: kind}); answer.Code != want {
			t.Errorf("%q: answered %d, want %d", kind, answer.Code, want)
		}
	}
}

// Whatever is kept of a webhook has a sane length, and is text still.
func TestLongFieldsAreCut(t *testing.T) {
	e := newEdge(t, nil)
	long := strings.Repeat("残高", 500)
	var kept callbacks.Message
	e.callbacks.saveMessage = func(m callbacks.Message) (callbacks.Message, error) { kept = m; return m, nil }
	at := e.sealed(pathStep, "call", caller.SID, ivr.State{Line: "sketch", Step: stepMessage, Language: "en"})
	address := "https://api.twilio.com/2010-04-01/Accounts/AC" + strings.Repeat("0",
		32) + "/Recordings/RE" + strings.Repeat("1", 32) + "?x="
	e.call(at, url.Values{"From": {long}, "RecordingSid": {long}, "RecordingUrl": {address + long},
		"RecordingDuration": {"5"}, "Digits": {long}})
	if value := kept.Recording.URL; value == "" || len(value) > longestValue || !utf8.ValidString(value) ||
		kept.Caller != "" {
		t.Errorf("of RecordingUrl %d bytes are kept: %.40q; of From %q", len(value), value, kept.Caller)
	}
	if n := e.log.Len(); n > 4000 {
		t.Errorf("%d bytes are logged", n)
	}
	for _, path := range []string{PathIncoming, PathFallback, PathStatus, pathStep} {
		e.log.Reset()
		form := callForm(url.Values{"To": {long}, "CallStatus": {long}, "ErrorCode": {long}, "ParentCallSid": {long},
			"ErrorUrl": {"https://h.example.com/" + long}})
		e.ask(ask{path: path, body: form.Encode()})
		if n := e.log.Len(); n == 0 || n > 4000 {
			t.Errorf("%s: %d bytes are logged", path, n)
		}
	}
}

// The address that failed holds the state of a call and is as long as that takes.
func TestTheAddressThatFailedIsNotCut(t *testing.T) {
	e := newEdge(t, nil)
	state := ivr.State{Line: "sketch", Step: stepTopic, Language: "en", Draft: strings.Repeat("1", 2*longestValue),
		Called: openHour.Unix()}
	failed := e.server.PublicURL + e.sealed(pathStep, "call", caller.SID, state)
	if text := e.call(PathFallback, url.Values{"ErrorUrl": {failed}}); !strings.Contains(text, "en-US") {
		t.Errorf("the call began again: %s", text)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"残高", 6, "残高"}, {"残高", 5, "残"}, {"残高", 2, ""},
		{"\x80\x80\x80\x80", 2, ""}, {"a\xff\xff\xff", 2, "a\xff"},
	} {
		if got := cut(c.text, c.limit); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}

var notLogged = regexp.MustCompile(`not_logged_before=(\d+)`)

// Anybody can send what is refused, as fast as the network is: all is counted, and little is written.
func TestAFloodIsCountedAndLoggedAFewTimesASecond(t *testing.T) {
	const flood = 1000
	for name, c := range map[string]struct {
		ask    ask
		reason string
	}{
		"unsigned":          {ask{path: PathIncoming, body: callForm(nil).Encode(), unsigned: true}, "signature"},
		"no form":           {ask{path: PathStatus, body: "{}", kind: "application/json"}, "form"},
		"the wrong method":  {ask{path: PathIncoming, method: http.MethodGet}, "method"},
		"a key of nobody's": {ask{path: pathStep, body: "a=b", key: sharedKey}, "unknown signing key"},
	} {
		e := newEdge(t, nil)
		for range flood {
			e.ask(c.ask)
		}
		if n := e.count(fmt.Sprintf("hotline_webhooks_refused_total{reason=%q}", c.reason)); n != strconv.Itoa(flood) {
			t.Errorf("%s: counted %s times", name, n)
		}
		if n := strings.Count(e.log.String(), "\n"); n != refusalsAtOnce {
			t.Errorf("%s: %d lines are logged at once", name, n)
		}
		e.now = e.now.Add(time.Second)
		for range flood {
			e.ask(c.ask)
		}
		left := 0
		for _, found := range notLogged.FindAllStringSubmatch(e.log.String(), -1) {
			n, err := strconv.Atoi(found[1])
			if err != nil {
				t.Fatal(err)
			}
			left += n
		}
		if n := strings.Count(e.log.String(), "\n"); n != refusalsAtOnce+refusalsPerSecond ||
			left != flood-refusalsAtOnce {
			t.Errorf("%s: after a second %d lines, which tell of %d that were left out", name, n, left)
		}
	}
}

func TestWithheldNumbers(t *testing.T) {
	for from, want := range map[string]string{
		"+7378742833": "", "+2562533": "", "+8656696": "", "+266696687": "", "+86282452253": "",
		"sip:+86282452253@trunk.example.com": "",
		"+6281234567890":                     "+6281234567890",
		"anonymous":                          "anonymous",
		"sip:bob@example.com":                "sip:bob@example.com",
		"":                                   "",
	} {
		if got := callerOf(from); got != want {
			t.Errorf("%q is %q, want %q", from, got, want)
		}
	}
}

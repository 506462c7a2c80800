package twilio

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

const (
	someSound   = "RE0123456789abcdef0123456789abcdef"
	someAddress = "https://api.twilio.com/2010-04-01/Accounts/" + someAccount + "/Recordings/" + someSound
)

// records leads to where a recording of the first call is told.
func (w *legWalk) records() {
	state := ivr.State{Line: "sketch", Step: stepMessage, Language: "en", Caller: caller.From}
	w.urls[pathRecording] = w.sealed(pathRecording, "recording", firstCall, state)
}

// recordingTold is a recording's status callback as documented: without From.
func recordingTold(status, address string) url.Values {
	return url.Values{
		"CallSid": {firstCall}, "AccountSid": {someAccount}, "RecordingSid": {someSound}, "RecordingUrl": {address},
		"RecordingStatus": {status}, "RecordingDuration": {"5"},
	}
}

// The documented action of a Record names the recording in its address alone.
func TestRecordingsAreKnownByNameOrAddress(t *testing.T) {
	const sid, other = someSound, "RE" + "ffffffffffffffffffffffffffffffff"
	kept := func(address string) callbacks.Recording { return callbacks.Recording{SID: sid, URL: address} }
	moved := func(from, to string) string { return strings.Replace(someAddress, from, to, 1) }
	named, none := callbacks.Recording{SID: sid}, callbacks.Recording{}
	for name, c := range map[string]struct {
		address, name, status string
		want                  callbacks.Recording
	}{
		"as documented": {someAddress, "", "", kept(someAddress)},
		"by both":       {someAddress, sid, "", kept(someAddress)},
		"by name alone": {"", sid, "", named},
		"as a sound":    {someAddress + ".mp3", "", "", kept(someAddress + ".mp3")},
		"with a query":  {someAddress + "?x=1", "", "", kept(someAddress + "?x=1")},
		"in a region":   {moved("api.", "api.tokyo.jp1."), "", "", kept(moved("api.", "api.tokyo.jp1."))},
		// The address is not kept, since it is asked for with the account's credentials; the name leads to the
		// provider.
		"elsewhere":         {moved("api.twilio.com", "evil.example.com"), "", "", named},
		"nearly there":      {moved("api.twilio.com", "eviltwilio.com"), "", "", named},
		"over plain HTTP":   {moved("https", "http"), "", "", named},
		"of another name":   {someAddress, other, "", callbacks.Recording{SID: other}},
		"with a wrong name": {someAddress, "RE1", "", kept(someAddress)},
		"completed":         {someAddress, "", "completed", kept(someAddress)},
		"in progress":       {someAddress, sid, "in-progress", none},
		"absent":            {someAddress, sid, "absent", none},
		"failed":            {someAddress, sid, "failed", none},
		"short":             {strings.TrimSuffix(someAddress, "f"), "", "", none},
		"long":              {someAddress + "0", "", "", none},
		"of a call":         {moved("/RE", "/CA"), "", "", none},
		"of no account":     {"https://api.twilio.com/Recordings/" + sid, "", "", none},
		"with a path on":    {someAddress + "/../x", "", "", none},
		"encoded":           {moved("/RE", "%2FRE"), "", "", none},
		"with a user":       {moved("//", "//a:b@"), "", "", none},
		"in a fragment":     {"https://api.twilio.com/#" + someAddress, "", "", none},
		"no address":        {"://", "", "", none},
		"none":              {"", "", "", none},
	} {
		form := url.Values{"RecordingUrl": {c.address}, "RecordingSid": {c.name}, "RecordingStatus": {c.status}}
		if got, ok := recordedIn(form); ok != (c.want.SID != "") || ok && got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, ok, c.want)
		}
	}
}

// What no repetition can mend is not asked for again, and what was not recorded is no message.
func TestRecordingStatuses(t *testing.T) {
	w := newLegWalk(t, false)
	w.records()
	for _, status := range []string{"in-progress", "absent", "failed", "odd"} {
		w.send(moment{path: pathRecording, form: recordingTold(status, someAddress)})
	}
	unreadable := recordingTold("completed", "https://x.example/y")
	unreadable.Del("RecordingSid")
	w.send(moment{path: pathRecording, form: unreadable})
	if messages, err := w.store.Messages(t.Context(), "sketch", 9); err != nil || len(messages) != 0 {
		t.Errorf("messages %+v, %v", messages, err)
	}
	if !strings.Contains(w.log.String(), "no recording can be read in it") {
		t.Errorf("the log does not say what was wrong: %s", w.log.String())
	}
	if n := w.count(`hotline_failures_total{what="keep a recording"}`); n != "1" {
		t.Errorf("one recording cannot be read, counted are %s", n)
	}
}

// A recording whose name cannot be read is not taken for silence: the caller hears that the message is not kept.
func TestARecordingThatCannotBeNamed(t *testing.T) {
	for step, want := range map[ivr.StepID]string{stepMessage: "message.failed", stepNoteSpoken: "note.failed"} {
		e := newEdge(t, nil)
		target := e.sealed(pathStep, "call", caller.SID, ivr.State{Line: "sketch", Step: step, Language: "en"})
		text := e.call(target, url.Values{"RecordingUrl": {"https://x.example/y"}, "Digits": {"#"}})
		if !strings.Contains(text, want) || e.count(`hotline_failures_total{what="keep a recording"}`) != "1" {
			t.Errorf("%s: the caller hears %s", step, text)
		}
	}
}

// A base URL is for the provider's own hosts. Media may redirect elsewhere: there the request goes as it is, and
// without the account's credentials, with a base URL or without.
func TestOnlyTheProvidersOwnHostsAreRewritten(t *testing.T) {
	const standIn = "http://127.0.0.1:9000/stand-in"
	for base, asked := range map[string]string{"": "https://api.twilio.com", standIn: standIn} {
		var sent []string
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			_, _, credentials := r.BasicAuth()
			sent = append(sent, fmt.Sprintf("%s %v", r.URL, credentials))
			answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"audio/mpeg"}},
				Request: r}
			answer.Body = io.NopCloser(strings.NewReader("sound"))
			if strings.Contains(r.URL.Path, "/Recordings/") {
				answer.StatusCode = http.StatusTemporaryRedirect
				answer.Header.Set("Location", "https://media.example-bucket.com/sound.mp3?signature=1")
			}
			return answer, nil
		})
		now := openHour
		p, err := NewClient(ClientConfig{AccountSID: someAccount, Token: someToken, BaseURL: base,
			PublicURL: "https://hotline.example.com", Sealer: sealerAt(t, &now, keyA), Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		sound, _, err := p.Media(t.Context(), someSound)
		if err != nil {
			t.Fatal(err)
		}
		_ = sound.Close()
		want := []string{
			asked + "/2010-04-01/Accounts/" + someAccount + "/Recordings/" + someSound + ".mp3 true",
			"https://media.example-bucket.com/sound.mp3?signature=1 false",
		}
		if diff := cmp.Diff(want, sent); diff != "" {
			t.Errorf("base %q (-want +got)\n%s", base, diff)
		}
		// URLs of another host, and requests with credentials in them.
		for _, address := range []string{
			"https://eviltwilio.com/x", "https://twilio.com.evil.example/x", "http://api.twilio.com/x",
			"https://127.0.0.1:9000/x",
		} {
			sent = nil
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.SetBasicAuth(someAccount, someToken)
			answer, err := p.http.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if want := []string{address + " false"}; !slices.Equal(sent, want) {
				t.Errorf("base %q: sent %v, want %v", base, sent, want)
			}
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (r roundTrip) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// What a lost webhook would cost is repeated by the provider, and the fragment that asks for it is neither signed nor
// sent.
func TestInsisting(t *testing.T) {
	stub := &restStub{answer: placedSomeCall}
	if _, err := stubbed(t, stub).Place(t.Context(), placement(callbacks.Client, "anna")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"StatusCallback": true, "Url": false, "FallbackUrl": false} {
		if got := strings.HasSuffix(stub.sent[0].form.Get(name), insist); got != want {
			t.Errorf("%s insists: %v", name, got)
		}
	}
	e := newEdge(t, nil)
	target := e.sealed(pathStep, "call", caller.SID, ivr.State{Line: "sketch", Step: stepMessage, Language: "en"})
	text := e.call(target, nil)
	if want := strings.ReplaceAll(insist, "&", "&amp;") + `"`; strings.Count(text, want) != 1 ||
		!strings.Contains(text, pathRecording) {
		t.Errorf("the recording's status callback does not insist: %s", text)
	}
	plain, with := signWith(someToken, someURL, someForm), signWith(someToken, someURL+insist, someForm)
	if plain != with || !verify(tokenKeys(someToken), someURL+insist, someForm, plain) {
		t.Error("the fragment is signed")
	}
}

const placedSomeCall = `{"sid":"` + someCall + `"}`

// paperRecordings has one recording, unless it fails.
type paperRecordings struct{ err error }

func (p paperRecordings) Media(_ context.Context, sid string) (io.ReadCloser, string, error) {
	if p.err != nil {
		return nil, "", p.err
	}
	return io.NopCloser(strings.NewReader("sound of " + sid)), "audio/mpeg", nil
}

// fetch asks for what an address leads to.
func fetch(t *testing.T, s *Server, address string) *httptest.ResponseRecorder {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	s.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, target.RequestURI(), nil))
	return answer
}

func TestPlayback(t *testing.T) {
	now := openHour
	e := newEdge(t, nil)
	s := e.server
	s.Now = func() time.Time { return now }
	s.Recordings = paperRecordings{}
	address, err := s.recordingURL("RE1")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(address, "RE1") {
		t.Errorf("the address tells the recording: %s", address)
	}
	answer := fetch(t, s, address)
	if answer.Code != http.StatusOK || answer.Body.String() != "sound of RE1" ||
		answer.Header().Get("Content-Type") != "audio/mpeg" ||
		answer.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("answered %d %q %v", answer.Code, answer.Body, answer.Header())
	}
	for name, wrong := range map[string]string{
		"no seal": s.PublicURL + pathPlayback, "another": s.PublicURL + pathPlayback + "?s=AAAA",
		"changed": address[:len(address)-2],
	} {
		if answer := fetch(t, s, wrong); answer.Code != http.StatusForbidden || answer.Body.Len() != 0 {
			t.Errorf("%s: answered %d %q", name, answer.Code, answer.Body)
		}
	}
	// A seal that was made for something else is none.
	foreign, err := s.sealedURL(pathPlayback, "attempt", "", leg{State: ivr.State{Attempt: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	if answer := fetch(t, s, foreign); answer.Code != http.StatusForbidden {
		t.Errorf("another seal: answered %d", answer.Code)
	}
	now = now.Add(playbackLife)
	if answer := fetch(t, s, address); answer.Code != http.StatusGone || answer.Body.Len() != 0 {
		t.Errorf("expired: answered %d %q", answer.Code, answer.Body)
	}
	for reason, want := range map[string]string{"seal": "4", "expired": "1"} {
		if n := e.count(fmt.Sprintf("hotline_webhooks_refused_total{reason=%q}", reason)); n != want {
			t.Errorf("refused for %s: counted %s times, want %s", reason, n, want)
		}
	}
	if lines := strings.Count(e.log.String(), "a recording was not played"); lines == 0 || lines > refusalsAtOnce {
		t.Errorf("refusals are logged %d times", lines)
	}
}

// A failure must not end the agent's call: they hear a second of nothing, and the log tells why.
func TestPlaybackThatFailsIsSilence(t *testing.T) {
	s := newEdge(t, nil).server
	for name, recordings := range map[string]Recordings{"failing": paperRecordings{err: errors.New("gone")},
		"none": nil} {
		s.Recordings = recordings
		address, err := s.recordingURL("RE1")
		if err != nil {
			t.Fatal(err)
		}
		answer := fetch(t, s, address)
		body := answer.Body.Bytes()
		if answer.Code != http.StatusOK || answer.Header().Get("Content-Type") != "audio/wav" ||
			!bytes.HasPrefix(body, []byte("RIFF")) ||
			int(binary.LittleEndian.Uint32(body[4:]))+8 != len(body) {
			t.Errorf("%s: answered %d %v, %d bytes", name, answer.Code, answer.Header(), len(body))
		}
		if s.playable(t.Context(), "RE1") {
			t.Errorf("%s: taken for playable", name)
		}
	}
	s.Recordings = paperRecordings{}
	if !s.playable(t.Context(), "RE1") {
		t.Error("what can be fetched is taken for unplayable")
	}
}

// What a recording takes to be played has nothing to do with how long a webhook may take: a server that allows answers
// no time at all plays it whole.
func TestARecordingIsPlayedLongerThanOtherAnswersMayTake(t *testing.T) {
	e := newEdge(t, func(s *Settings) { s.Recordings = paperRecordings{} })
	served := httptest.NewUnstartedServer(e.handler)
	served.Config.WriteTimeout = time.Nanosecond
	served.Start()
	t.Cleanup(served.Close)
	get := func(path string) (string, error) {
		answer, err := served.Client().Get(served.URL + path)
		if err != nil {
			return "", err
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		return string(text), err
	}
	if text, err := get("/healthz"); err == nil {
		t.Fatalf("the server has no limit: %q", text)
	}
	address, err := e.server.recordingURL("RE1")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := get(strings.TrimPrefix(address, e.server.PublicURL)); err != nil || text != "sound of RE1" {
		t.Errorf("played %q, %v", text, err)
	}
}

// limited is an answer whose connection has limits.
type limited struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (l *limited) SetReadDeadline(t time.Time) error  { l.read = t; return nil }
func (l *limited) SetWriteDeadline(t time.Time) error { l.write = t; return nil }

// Once the limit for reading a request passes, the server takes it for given up, and what is done for it is cancelled.
func TestTheLimitForReadingDoesNotEndAnAnswer(t *testing.T) {
	e := newEdge(t, func(s *Settings) { s.Recordings = paperRecordings{} })
	address, err := e.server.recordingURL("RE1")
	if err != nil {
		t.Fatal(err)
	}
	playing := &limited{ResponseRecorder: httptest.NewRecorder()}
	e.handler.ServeHTTP(playing, httptest.NewRequest(http.MethodGet, strings.TrimPrefix(address, e.server.PublicURL),
		nil))
	if left := time.Until(playing.read); left < time.Minute || playing.write != playing.read {
		t.Errorf("a recording may be played until %s, and is read until %s", playing.write, playing.read)
	}

	body := callForm(nil)
	request := httptest.NewRequest(http.MethodPost, PathIncoming, strings.NewReader(body.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set(SignatureHeader, signWith(someToken, e.server.PublicURL+PathIncoming, body))
	answering := &limited{ResponseRecorder: httptest.NewRecorder()}
	e.handler.ServeHTTP(answering, request)
	if left := time.Until(answering.read); left < 2*callbackWrite || answering.Code != http.StatusOK {
		t.Errorf("a webhook is given up after %s, answered %d", left, answering.Code)
	}
}

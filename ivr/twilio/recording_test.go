package twilio

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

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
	state := recordedCall{ivr.State{Line: "sketch", Step: stepMessage, Language: "en"}, caller.From}
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
		p, err := NewClient(someAccount, someToken, base, "https://hotline.example.com", sealerAt(t, &now, keyA),
			transport)
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
		// Whatever names another host, and whoever put credentials into the request.
		for _, address := range []string{
			"https://eviltwilio.com/x", "https://twilio.com.evil.example/x", "http://api.twilio.com/x", "https://127.0.0.1:9000/x",
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
	if plain != with || !Verify([]string{someToken}, someURL+insist, someForm, plain) {
		t.Error("the fragment is signed")
	}
}

const placedSomeCall = `{"sid":"` + someCall + `"}`

package simulator

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

func TestRecordEndings(t *testing.T) {
	tests := []struct {
		name, attrs string
		reply       Reply
		want        string
		ended       float64
	}{
		{"speaks and is silent", ``, Reply{}, "Digits= RecordingDuration=10 CallStatus=in-progress", 15},
		{"speaks and presses a key", ``, Reply{Digits: "#"}, "Digits=# RecordingDuration=10 CallStatus=in-progress",
			10},
		{"a key that does not end it", `finishOnKey="*"`, Reply{Digits: "5*"},
			"Digits=* RecordingDuration=10 CallStatus=in-progress", 10.25},
		{"speaks and hangs up", ``, Reply{Speak: 4 * time.Second, HangUp: true},
			"Digits=hangup RecordingDuration=4 CallStatus=completed", 4},
		{"speaks too long", `maxLength="6"`, Reply{Speak: time.Minute},
			"Digits= RecordingDuration=6 CallStatus=in-progress", 6},
		{"a shorter silence", `timeout="2"`, Reply{Speak: 3 * time.Second},
			"Digits= RecordingDuration=3 CallStatus=in-progress", 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.page("/voice", `<Record action="/action" recordingStatusCallback="/status/recording" `+test.attrs+`/>`+
				fellThrough)
			w.page("/action", `<Hangup/>`)
			w.c.Ring(customer, line, Party{Keys: func(p Prompt) Reply {
				if p.Verb != "Record" {
					t.Errorf("verb %q", p.Verb)
				}
				return test.reply
			}})
			w.run(2 * time.Minute)
			w.sound()
			w.want(w.got("/action", "Digits", "RecordingDuration", "CallStatus"), test.want)
			recordings := w.c.Recordings()
			w.want(w.got("/status/recording", "RecordingSid", "RecordingStatus"),
				"RecordingSid="+recordings[0].SID+" RecordingStatus=completed")
			if ended := w.c.Calls()[0].Ended.Sub(testStart).Seconds(); ended != test.ended {
				t.Errorf("ended after %v s, want %v", ended, test.ended)
			}
		})
	}
}

// The fields are the documented ones: an action without RecordingSid, unless it is asked for, and a status callback
// without From. The name is in the address.
func TestFieldsOfARecording(t *testing.T) {
	for _, sid := range []bool{false, true} {
		w := newWorld(t, func(o *Options) { o.RecordingSID = sid })
		w.page("/voice", `<Record action="/action" recordingStatusCallback="/status/recording"/>`)
		w.page("/action", `<Hangup/>`)
		w.c.Ring(customer, line, Party{})
		w.run(time.Minute)
		w.sound()
		recording := w.c.Recordings()[0].SID
		address := "RecordingUrl=https://api.twilio.com/2010-04-01/Accounts/" + testSID + "/Recordings/" + recording
		named := map[bool]string{true: recording}[sid]
		w.want(w.got("/action", "RecordingUrl", "RecordingSid", "From"),
			address+" RecordingSid="+named+" From="+customer)
		w.want(w.got("/status/recording", "RecordingUrl", "RecordingSid", "From"),
			address+" RecordingSid="+recording+" From=")
	}
}

func TestSilentRecordGoesOn(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Record action="/action"/>`+fellThrough)
	w.c.Ring(customer, line, Party{Keys: func(Prompt) Reply { return Reply{Silence: true} }})
	w.run(time.Minute)
	w.sound()
	w.want(w.got("/action", "Digits"))
	w.want(w.eventLines(EventSay), "5.00 caller say Fell through.")
	if len(w.c.Recordings()) != 0 {
		t.Error("silence was recorded")
	}
}

func TestRecordingsByREST(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	w.page("/voice", `<Record action="/action" timeout="1"/>`)
	w.page("/action", `<Hangup/>`)
	call := w.c.Ring(customer, line, Party{})
	w.run(12 * time.Second)
	sid := w.c.Recordings()[0].SID
	if _, err := api.FetchRecording(sid, nil); err == nil {
		t.Error("the recording is there at once; the provider takes a moment")
	}
	w.run(10 * time.Second)
	got, err := api.FetchRecording(sid, nil)
	if err != nil || *got.Duration != "10" || *got.CallSid != call.SID() || *got.Status != "completed" {
		t.Errorf("%+v, %v", got, err)
	}
	p := &openapi.ListRecordingParams{}
	p.SetCallSid(call.SID())
	if list, err := api.ListRecording(p); err != nil || len(list) != 1 {
		t.Errorf("%d recordings, %v", len(list), err)
	}
	server := httptest.NewServer(w.c.Handler())
	t.Cleanup(server.Close)
	for suffix, magic := range map[string]string{"": "RIFF", ".wav": "RIFF", ".mp3": "\xff\xfb"} {
		body := fetchMedia(t, server.URL+"/2010-04-01/Accounts/"+testSID+"/Recordings/"+sid+suffix)
		if !bytes.HasPrefix(body, []byte(magic)) || len(body) < 30000 {
			t.Errorf("%q: %d bytes, begin %q", suffix, len(body), body[:min(4, len(body))])
		}
	}
	if err := api.DeleteRecording(sid, nil); err != nil {
		t.Error(err)
	}
	if _, err := api.FetchRecording(sid, nil); err == nil {
		t.Error("the recording is still there")
	}
	w.sound()
}

func fetchMedia(t *testing.T, url string) []byte {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(testSID, testToken)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

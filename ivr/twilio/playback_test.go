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
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/ivr"
)

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
		"no seal": s.PublicURL + pathPlayback, "another": s.PublicURL + pathPlayback + "?s=AAAA", "changed": address[:len(address)-2],
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

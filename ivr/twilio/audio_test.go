package twilio

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/ivr"
)

const (
	farewell = "0123456789abcdef0123456789abcdef.wav"
	aSound   = "RIFF and so on"
)

// An edge of a line that says goodbye in a recording.
func recordedEdge(t *testing.T) *edge {
	return newEdge(t, func(s *Settings) {
		s.Audio = func(_ context.Context, name string) []byte {
			if name == farewell {
				return []byte(aSound)
			}
			return nil
		}
	})
}

func (e *edge) fetch(method, path string, header ...string) *httptest.ResponseRecorder {
	request, answer := httptest.NewRequest(method, path, nil), httptest.NewRecorder()
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	e.handler.ServeHTTP(answer, request)
	return answer
}

// What was recorded is played in the place of <Say>, wherever a sentence may stand.
func TestARecordedSentenceIsPlayed(t *testing.T) {
	e := recordedEdge(t)
	said := []ivr.Utterance{
		{Language: "en", Text: "Goodbye.", Audio: farewell}, {Language: "en", Text: "Come again."},
	}
	url := `<Play>https://hotline.example.com/voice/audio/` + farewell + `</Play>`
	for _, c := range []struct {
		action ivr.Action
		want   string
	}{
		{ivr.Hangup{}, `<Response>` + url + `<Say language="en-US" voice="Google.en-US-Standard-C">Come again.</Say>` +
			`<Hangup/></Response>`},
		{ivr.Gather{}, `<Response><Gather action="https://x.example/s" actionOnEmptyResult="true" finishOnKey="" ` +
			`input="dtmf" method="POST" numDigits="1" timeout="0">` + url +
			`<Say language="en-US" voice="Google.en-US-Standard-C">Come again.</Say></Gather>` +
			`<Redirect method="POST">https://x.example/s</Redirect></Response>`},
	} {
		doc := e.server.document(e.server.Lines.Find("sketch", ""))
		doc.response(ivr.Response{Say: said, Action: c.action}, responseURLs{step: "https://x.example/s"})
		text, err := doc.xml()
		if got := canonical(t, text); err != nil || got != canonical(t, []byte(c.want)) {
			t.Errorf("%T, %v: %s", c.action, err, got)
		}
	}
}

// canonical is a document without its header, the attributes in order.
func canonical(t *testing.T, document []byte) string {
	t.Helper()
	var out strings.Builder
	tokens := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := tokens.Token()
		switch token := token.(type) {
		case xml.StartElement:
			slices.SortFunc(token.Attr, func(a, b xml.Attr) int { return strings.Compare(a.Name.Local, b.Name.Local) })
			fmt.Fprintf(&out, "<%s", token.Name.Local)
			for _, a := range token.Attr {
				fmt.Fprintf(&out, " %s=%q", a.Name.Local, a.Value)
			}
			out.WriteByte('>')
		case xml.EndElement:
			fmt.Fprintf(&out, "</%s>", token.Name.Local)
		case xml.CharData:
			out.Write(bytes.TrimSpace(token))
		}
		if errors.Is(err, io.EOF) {
			return out.String()
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestRecordedSentencesAreServed(t *testing.T) {
	e := recordedEdge(t)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		answer := e.fetch(method, pathAudio+farewell)
		h := answer.Header()
		if answer.Code != http.StatusOK || h.Get("Content-Type") != "audio/wav" || h.Get("Content-Length") != "14" ||
			h.Get("Cache-Control") != "public, max-age=31536000, immutable" || h.Get("ETag") != `"`+farewell+`"` {
			t.Errorf("%s: answered %d %v", method, answer.Code, h)
		}
		if want := map[string]string{http.MethodGet: aSound}[method]; answer.Body.String() != want {
			t.Errorf("%s: sent %q", method, answer.Body)
		}
	}
	if answer := e.fetch(http.MethodGet, pathAudio+farewell, "If-None-Match", `"`+farewell+`"`); answer.Code !=
		http.StatusNotModified {
		t.Errorf("one that the provider has: answered %d", answer.Code)
	}
	if answer := e.fetch(http.MethodGet, pathAudio+farewell, "Range", "bytes=0-3"); answer.Body.String() != "RIFF" {
		t.Errorf("a part: %q", answer.Body)
	}
	if answer := e.fetch(http.MethodPost, pathAudio+farewell); answer.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: answered %d", answer.Code)
	}
}

func TestNothingElseIsServed(t *testing.T) {
	e := recordedEdge(t)
	for _, name := range []string{"", strings.Repeat("0", 32) + ".wav", "goodbye.wav", "../playback",
		"..%2f..%2fhealthz",
		"%2e%2e/" + farewell, farewell + "%00", farewell + "/", "x/" + farewell, strings.ToUpper(farewell), "%2f" +
			farewell,
		"prompts/en.yaml", "..%5c" + farewell} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			answer := e.fetch(method, pathAudio+name)
			if answer.Code != http.StatusNotFound || strings.Contains(answer.Body.String(), "RIFF") ||
				strings.Contains(answer.Header().Get("Cache-Control"), "max-age") {
				t.Errorf("%s %q: answered %d %v", method, name, answer.Code, answer.Header())
			}
		}
	}
	if n := e.count(`hotline_webhooks_refused_total{reason="audio"}`); n == "" || n == "0" {
		t.Errorf("counted %q", n)
	}
	if lines := strings.Count(e.log.String(), "a recorded sentence was asked for"); lines == 0 ||
		lines > refusalsAtOnce {
		t.Errorf("logged %d times", lines)
	}
	if answer := newEdge(t, nil).fetch(http.MethodGet, pathAudio+farewell); answer.Code != http.StatusNotFound {
		t.Errorf("without recordings: answered %d", answer.Code)
	}
}

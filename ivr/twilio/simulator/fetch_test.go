package simulator

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// misbehave answers every request but the fallback's with what f writes.
func misbehave(t *testing.T, f http.HandlerFunc) *world {
	w := newWorld(t)
	bad := httptest.NewServer(f)
	t.Cleanup(bad.Close)
	w.page("/fallback", `<Say language="en-US">Sorry.</Say>`)
	w.c.Number(line, Number{VoiceURL: bad.URL + "/voice", FallbackURL: w.server.URL + "/fallback"})
	return w
}

func answering(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		fmt.Fprint(w, body)
	}
}

func TestFaultsThatLeadToTheFallback(t *testing.T) {
	const ok = `<Response><Hangup/></Response>`
	tests := []struct {
		name      string
		answer    http.HandlerFunc
		code      string
		violation string // "" for none: a product that is down breaks no rule
	}{
		{"status 500", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no",
				http.StatusInternalServerError)
		}, "11200", ""},
		{"status 404", http.NotFound, "11200", ""},
		{"content type", answering("application/json", ok), "11200", ""},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "11205", ""},
		{"blank before the header", answering("text/xml", "\n<?xml version=\"1.0\"?>"+ok), "12100", "blank"},
		{"not well formed", answering("text/xml", "<Response><Say>"), "12100", "EOF"},
		{"empty", answering("text/xml", ""), "12100", "root"},
		{"another root", answering("application/xml", "<html/>"), "12100", "root"},
		{"two roots", answering("application/xml", ok+ok), "12100", "root"},
		{"too large", answering("text/xml", "<Response>"+strings.Repeat("<Pause/>", 9000)+"</Response>"), "11750",
			"bytes"},
		{"redirects without end", answering("text/xml", `<Response><Redirect>/voice</Redirect></Response>`), "11215",
			"redirects"},
		{"HTTP redirects without end", func(w http.ResponseWriter,
			r *http.Request) {
			http.Redirect(w, r, "/voice", http.StatusFound)
		}, "11215", "redirects"},
		{"circles", answering("text/xml", `<Response><Gather timeout="0"/><Redirect>/voice</Redirect></Response>`),
			"11215", "heard"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := misbehave(t, test.answer)
			w.c.Ring(customer, line, Party{})
			w.run(time.Minute)
			got := w.got("/fallback", "ErrorCode", "CallStatus")
			if len(got) != 1 || !strings.HasPrefix(got[0], "ErrorCode="+test.code+" ") {
				t.Errorf("fallback %v, want code %s", got, test.code)
			}
			if form := w.got("/fallback", "ErrorUrl"); len(form) != 1 || !strings.HasSuffix(form[0], "/voice") {
				t.Errorf("fallback %v", form)
			}
			w.want(w.eventLines(EventSay), "0.00 caller say Sorry.")
			violations := w.c.Violations()
			if test.violation == "" && len(violations) > 0 || test.violation != "" &&
				(len(violations) != 1 || !strings.Contains(violations[0], test.violation)) {
				t.Errorf("violations %q, want one with %q", violations, test.violation)
			}
		})
	}
}

func TestTenRedirectsAreAllowed(t *testing.T) {
	w := newWorld(t)
	for i := range maxRedirects {
		w.page(fmt.Sprintf("/step%d", i), fmt.Sprintf(`<Redirect>/step%d</Redirect>`, i+1))
	}
	w.page("/voice", `<Redirect>/step1</Redirect>`)
	w.page(fmt.Sprintf("/step%d", maxRedirects), `<Say language="en-US">There.</Say>`)
	w.c.Ring(customer, line, Party{})
	w.run(time.Minute)
	w.sound()
	w.want(w.eventLines(EventSay), "0.00 caller say There.")
}

func TestSecondFailureEndsTheCall(t *testing.T) {
	for _, fallback := range []string{"", "/broken"} {
		w := newWorld(t)
		if fallback != "" {
			fallback = w.server.URL + fallback
		}
		w.c.Number(line, Number{VoiceURL: w.server.URL + "/nothing", FallbackURL: fallback})
		w.c.Ring(customer, line, Party{})
		w.run(time.Minute)
		if v := w.c.Violations(); len(v) != 1 || !strings.Contains(v[0], "given up") {
			t.Errorf("violations %q", v)
		}
		if calls := w.c.Calls(); calls[0].Status != "completed" {
			t.Errorf("call %+v", calls[0])
		}
	}
}

func TestHTTPRedirectLosesDigits(t *testing.T) {
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect,
		http.StatusPermanentRedirect} {
		w := newWorld(t)
		moved := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, w.server.URL+"/moved", status)
		}))
		t.Cleanup(moved.Close)
		w.page("/voice", `<Gather numDigits="1" action="`+moved.URL+`/old"/><Hangup/>`)
		w.page("/moved", `<Hangup/>`)
		w.c.Ring(customer, line, Party{Keys: Script("7")})
		w.run(time.Minute)
		w.sound()
		want := "Digits="
		if status >= http.StatusTemporaryRedirect {
			want = "Digits=7"
		}
		w.want(w.got("/moved", "Digits"), want)
	}
}

func TestMethodGET(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Gather numDigits="1" action="/action?a=1" method="GET"/><Hangup/>`)
	w.page("/action", `<Redirect method="GET">/last</Redirect>`)
	w.page("/last", `<Hangup/>`)
	w.c.Ring(customer, line, Party{Keys: Script("7")})
	w.run(time.Minute)
	w.sound() // the product has checked the signatures
	w.want(w.got("/action", "a", "Digits"), "a=1 Digits=7")
	w.want(w.got("/last", "Direction"), "Direction=inbound")
	for _, h := range w.c.Webhooks() {
		if h.Kind == KindGather && h.Method != http.MethodGet {
			t.Errorf("%+v", h)
		}
	}
}

func TestWhisperThatFailsConnectsNobody(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial action="/action"><Number url="/nothing">`+agent+`</Number></Dial>`)
	w.page("/action", `<Hangup/>`)
	w.page("/fallback", `<Say language="en-US">Sorry.</Say>`)
	w.c.Subscribe(agent, Party{})
	w.c.Ring(customer, line, Party{TalkFor: -1})
	w.run(time.Minute)
	w.want(w.got("/action", "DialCallStatus", "DialBridged"), "DialCallStatus=completed DialBridged=false")
	w.want(w.got("/fallback", "CallSid"))
	if len(w.c.Violations()) != 1 {
		t.Errorf("violations %q", w.c.Violations())
	}
}

func TestUnknownNumber(t *testing.T) {
	w := newWorld(t)
	call := w.c.Ring(customer, "+622159999999", Party{})
	w.run(time.Second)
	if call.Status() != "failed" || len(w.c.Webhooks()) != 0 {
		t.Errorf("status %s", call.Status())
	}
}

func TestStageRules(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial action="/action"><Number url="/whisper">`+agent+`</Number></Dial>`)
	w.page("/whisper", `<Dial>`+agent2+`</Dial><Hangup/>`)
	w.page("/action", `<Leave/>`)
	w.c.Subscribe(agent, Party{})
	w.c.Ring(customer, line, Party{})
	w.run(time.Minute)
	v := w.c.Violations()
	if len(v) != 2 || !strings.Contains(v[0], "<Dial> cannot be used in a whisper") ||
		!strings.Contains(v[1], "<Leave> outside") {
		t.Errorf("violations %q", v)
	}
}

func TestLiveCallIsSentElsewhere(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	w.page("/voice", `<Dial action="/action"><Number>`+agent+`</Number></Dial>`)
	w.page("/new", `<Say language="en-US">New.</Say>`)
	w.c.Subscribe(agent, Party{Name: "agent"})
	call := w.c.Ring(customer, line, Party{})
	w.run(5 * time.Second)
	p := &openapi.UpdateCallParams{}
	p.SetUrl(w.server.URL + "/new")
	if _, err := api.UpdateCall(call.SID(), p); err != nil {
		t.Fatal(err)
	}
	w.run(time.Minute)
	w.sound()
	w.want(w.got("/action", "DialCallStatus"))
	w.want(w.eventLines(EventSay, EventHangup), "5.00 agent hangup completed", "5.00 caller say New.",
		"5.27 caller hangup completed")
}

func TestCalledLegIsSentElsewhere(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	w.page("/voice", `<Dial action="/action"><Number>`+agent+`</Number></Dial>`)
	w.page("/action", `<Say language="en-US">Alone.</Say>`)
	w.page("/new", `<Say language="en-US">New.</Say>`)
	w.c.Subscribe(agent, Party{Name: "agent"})
	w.c.Ring(customer, line, Party{})
	w.run(5 * time.Second)
	p := &openapi.UpdateCallParams{}
	p.SetUrl(w.server.URL + "/new")
	if _, err := api.UpdateCall(w.c.Live(agent).SID(), p); err != nil {
		t.Fatal(err)
	}
	w.run(time.Minute)
	w.sound()
	w.want(w.got("/action", "DialCallStatus", "DialBridged"), "DialCallStatus=completed DialBridged=true")
	w.want(w.eventLines(EventSay, EventUnbridge, EventHangup), "5.00 caller unbridge agent", "5.00 agent say New.",
		"5.00 caller say Alone.", "5.27 agent hangup completed", "5.40 caller hangup completed")
}

func TestUpdatesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	w.page("/voice", `<Pause length="60"/>`)
	call := w.c.Ring(customer, line, Party{})
	if _, err := place(api, agent); err != nil {
		t.Fatal(err)
	}
	w.run(time.Second)
	canceled := &openapi.UpdateCallParams{}
	canceled.SetStatus("canceled")
	if got, err := api.UpdateCall(call.SID(), canceled); err != nil || *got.Status != "in-progress" {
		t.Errorf("a call in progress cannot be cancelled: %+v %v", got, err)
	}
	elsewhere := &openapi.UpdateCallParams{}
	elsewhere.SetUrl(w.server.URL + "/voice")
	if _, err := api.UpdateCall(w.c.Live(agent).SID(), elsewhere); err == nil {
		t.Error("a call that rings was sent elsewhere")
	}
	completed := &openapi.UpdateCallParams{}
	completed.SetStatus("completed")
	if got, err := api.UpdateCall(call.SID(), completed); err != nil || *got.Status != "completed" ||
		*got.Duration != "1" {
		t.Errorf("%+v %v", got, err)
	}
	w.run(5 * time.Minute)
	w.sound()
}

func TestRulesFoundWhilePlaying(t *testing.T) {
	for inside, want := range map[string]string{
		`<Dial callerId="+15005550006"><Number>` + agent + `</Number></Dial>`: "neither one of our numbers",
		`<Dial><Conference>room</Conference></Dial>`:                          "no noun that this simulator simulates",
		`<Redirect>mailto:someone</Redirect>`:                                 "no absolute http or https URL",
		`<Gather numDigits="1" action="ftp://a/b"/><Hangup/>`:                 "no absolute http or https URL",
		`<Enqueue waitUrl="ftp://a/b">q</Enqueue>`:                            "no absolute http or https URL",
		`<Record recordingStatusCallback="ftp://a/b" action="/voice"/>`:       "no absolute http or https URL",
		`<Say language="en-US">a</Say><Reject/>`:                              "after the call was answered",
		`<Sms>hello</Sms>`:                                                    "is not simulated",
	} {
		w := newWorld(t)
		asked := false
		w.pages["/voice"] = func(url.Values) string { // once, then the end
			if asked {
				return `<Hangup/>`
			}
			asked = true
			return inside
		}
		w.c.Ring(customer, line, Party{Keys: Script("1"), HangUpAfter: time.Minute})
		w.run(time.Hour)
		if v := w.c.Violations(); len(v) != 1 || !strings.Contains(v[0], want) {
			t.Errorf("%s: violations %q, want one with %q", inside, v, want)
		}
		if left := w.c.Dangling(); left != nil {
			t.Errorf("%s: %q", inside, left)
		}
	}
}

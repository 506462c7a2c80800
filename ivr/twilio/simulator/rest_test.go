package simulator

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// place asks for a call with the provider's client.
func place(api *openapi.ApiService, to string, change ...func(*openapi.CreateCallParams)) (*openapi.ApiV2010Call,
	error) {
	p := &openapi.CreateCallParams{}
	p.SetTo(to)
	p.SetFrom(line)
	p.SetTwiml(`<Response><Pause length="10"/></Response>`)
	for _, f := range change {
		f(p)
	}
	return api.CreateCall(p)
}

func TestCallsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	tests := []struct {
		to   string
		byoc string
		code int
	}{
		{"+8613800138000", "", 21215},
		{"+8613800138000", "BY0123", 0},
		{"+62809123456", "", 21211},
		{"+266696687", "", 21211},
		{"0812345678", "", 21211},
		{"anonymous", "", 21211},
		{customer, "", 0},
		{"client:zoe", "", 0},
		{"sip:eve@example.com", "", 0},
	}
	for _, test := range tests {
		_, err := place(api, test.to, func(p *openapi.CreateCallParams) {
			if test.byoc != "" {
				p.SetByoc(test.byoc)
			}
		})
		code := 0
		var refusal *client.TwilioRestError
		if errors.As(err, &refusal) {
			code = refusal.Code
			if refusal.Status != http.StatusBadRequest || refusal.Message == "" || refusal.MoreInfo == "" {
				t.Errorf("%s: %+v", test.to, refusal)
			}
		} else if err != nil {
			t.Errorf("%s: %v", test.to, err)
		}
		if code != test.code {
			t.Errorf("%s: code %d, want %d", test.to, code, test.code)
		}
	}
	w.run(10 * time.Minute)
	w.sound() // a refusal is no violation: the product may well ask
}

func TestStrictForms(t *testing.T) {
	w := newWorld(t)
	server := newServer(t, w.c.Handler())
	base := "To=%2B6281234567890&From=%2B622150001000&Url=https%3A%2F%2Fa.b%2Fc"
	tests := []struct {
		name, method, path, form, auth string
		status, code                   int
	}{
		{"accepted", "POST", "/Calls.json", base, testToken, 201, 0},
		{"wrong token", "POST", "/Calls.json", base, "wrong", 401, 20003},
		{"unknown field", "POST", "/Calls.json", base + "&Colour=red", testToken, 400, 20001},
		{"field in the wrong case", "POST", "/Calls.json", base + "&timeout=20", testToken, 400, 20001},
		{"repeated field", "POST", "/Calls.json", base + "&Timeout=20&Timeout=30", testToken, 400, 20001},
		{"repeated list", "POST", "/Calls.json",
			base + "&StatusCallback=https://a.b&StatusCallbackEvent=ringing&StatusCallbackEvent=completed", testToken,
			201, 0},
		{"no number", "POST", "/Calls.json", "From=%2B622150001000&Url=https://a.b", testToken, 400, 21201},
		{"no caller ID", "POST", "/Calls.json", "To=%2B622150001000&Url=https://a.b", testToken, 400, 21213},
		{"foreign caller ID", "POST", "/Calls.json", "From=%2B15005550006&To=%2B622150001000&Url=https://a.b",
			testToken, 400, 21210},
		{"nothing to play", "POST", "/Calls.json", "To=%2B6281234567890&From=%2B622150001000", testToken, 400, 21205},
		{"too much to play", "POST", "/Calls.json", base + "&Twiml=<Response/>", testToken, 400, 21205},
		{"relative URL", "POST", "/Calls.json", base + "&StatusCallback=/a", testToken, 400, 20001},
		{"time-out in words", "POST", "/Calls.json", base + "&Timeout=long", testToken, 400, 20001},
		{"time-out too long", "POST", "/Calls.json", base + "&Timeout=601", testToken, 400, 20001},
		{"unknown event", "POST", "/Calls.json", base + "&StatusCallbackEvent=dead", testToken, 400, 20001},
		{"malformed form", "POST", "/Calls.json", "To=%zz", testToken, 400, 20001},
		{"unknown call", "GET", "/Calls/CA00000000000000000000000000000000.json", "", testToken, 404, 20404},
		{"unknown status", "POST", "/Calls/CA00.json", "Status=gone", testToken, 400, 20001},
		{"unknown path", "GET", "/Nothing.json", "", testToken, 404, 20404},
		{"unknown filter", "GET", "/Calls.json?Too=1", "", testToken, 400, 20001},
		{"unknown queue", "GET", "/Queues/QU00.json", "", testToken, 404, 20404},
		{"unknown recording", "DELETE", "/Recordings/RE00.json", "", testToken, 404, 20404},
		{"unknown message", "GET", "/Messages/SM00.json", "", testToken, 404, 20404},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			violations := len(w.c.Violations())
			req, err := http.NewRequest(test.method, server+w.c.accountPath()+test.path, strings.NewReader(test.form))
			if err != nil {
				t.Fatal(err)
			}
			req.SetBasicAuth(testSID, test.auth)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			var answer struct {
				Code, Status int
				Message      string
			}
			if test.code != 0 && json.Unmarshal(body, &answer) != nil || resp.StatusCode != test.status ||
				answer.Code != test.code {
				t.Errorf("%d %s, want %d code %d", resp.StatusCode, body, test.status, test.code)
			}
			// What is only gone may be asked for; everything else is the client's mistake.
			wantViolations := violations
			if test.code != 0 && test.status != http.StatusNotFound || test.name == "unknown path" {
				wantViolations++
			}
			if got := len(w.c.Violations()); got != wantViolations {
				t.Errorf("%d violations, want %d", got, wantViolations)
			}
			requests := w.c.Requests()
			last := requests[len(requests)-1]
			if last.Status != test.status || last.Code != test.code || last.Method != test.method {
				t.Errorf("recorded %+v", last)
			}
		})
	}
}

// agentAt is one of several telephones.
func agentAt(i int) string { return agent + strconv.Itoa(i) }

func TestCallsArePaced(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	for i := range 4 {
		if call, err := place(api, agentAt(i)); err != nil || *call.Status != "queued" {
			t.Fatalf("%+v %v", call, err)
		}
	}
	w.run(1500 * time.Millisecond)
	w.want(w.eventLines(EventRing), "0.00 "+agentAt(0)+" ring", "1.00 "+agentAt(1)+" ring")
	if fourth, err := api.FetchCall(w.c.Calls()[3].SID, nil); err != nil || *fourth.Status != "queued" ||
		fourth.StartTime != nil {
		t.Errorf("%+v %v", fourth, err)
	}
	p := &openapi.UpdateCallParams{}
	p.SetStatus("canceled")
	if _, err := api.UpdateCall(w.c.Calls()[3].SID, p); err != nil {
		t.Error(err)
	}
	w.run(5 * time.Minute)
	w.sound()
	w.want(w.eventLines(EventRing), "0.00 "+agentAt(0)+" ring", "1.00 "+agentAt(1)+" ring", "2.00 "+agentAt(2)+" ring")
	if _, err := api.UpdateCall(w.c.Calls()[3].SID, p); err == nil {
		t.Error("a call that is over was changed")
	}
}

func TestStatusesOfPlacedCalls(t *testing.T) {
	tests := []struct {
		party Party
		want  []string
	}{
		{Party{After: 2 * time.Second}, []string{"initiated", "ringing", "in-progress", "completed"}},
		{Party{Answer: Busy}, []string{"initiated", "ringing", "busy"}},
		{Party{Answer: NoAnswer}, []string{"initiated", "ringing", "no-answer"}},
		{Party{Answer: Unreachable}, []string{"initiated", "failed"}},
		{Party{Answer: Voicemail}, []string{"initiated", "ringing", "in-progress", "completed"}},
	}
	for _, test := range tests {
		w := newWorld(t)
		w.c.Subscribe(agent, test.party)
		_, err := place(w.rest(), agent, func(p *openapi.CreateCallParams) {
			p.SetStatusCallback(w.server.URL + "/status")
			p.SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"})
			p.SetTimeout(20)
		})
		if err != nil {
			t.Fatal(err)
		}
		w.run(5 * time.Minute)
		w.sound()
		got := w.got("/status", "CallStatus")
		for i := range got {
			got[i] = strings.TrimPrefix(got[i], "CallStatus=")
		}
		w.want(got, test.want...)
	}
}

func TestAnsweringMachineDetection(t *testing.T) {
	for answer, want := range map[Answer]string{PicksUp: "human", Voicemail: "machine_start"} {
		w := newWorld(t)
		w.page("/called", `<Hangup/>`)
		w.c.Subscribe(agent, Party{Answer: answer})
		p := &openapi.CreateCallParams{}
		p.SetTo(agent)
		p.SetFrom(line)
		p.SetUrl(w.server.URL + "/called")
		p.SetMachineDetection("Enable")
		if _, err := w.rest().CreateCall(p); err != nil {
			t.Fatal(err)
		}
		w.run(time.Minute)
		w.sound()
		w.want(w.got("/called", "AnsweredBy", "CallStatus", "Direction"),
			"AnsweredBy="+want+" CallStatus=in-progress Direction=outbound-api")
	}
}

func TestListOfCalls(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	for i := range 7 {
		to := agent
		if i%2 == 1 {
			to = agent2
		}
		if _, err := place(api, to); err != nil {
			t.Fatal(err)
		}
	}
	w.run(24 * time.Hour)
	if _, err := place(api, agent); err != nil {
		t.Fatal(err)
	}
	count := func(f func(*openapi.ListCallParams)) int {
		p := &openapi.ListCallParams{}
		f(p)
		calls, err := api.ListCall(p)
		if err != nil {
			t.Fatal(err)
		}
		return len(calls)
	}
	for name, test := range map[string]struct {
		f    func(*openapi.ListCallParams)
		want int
	}{
		"all":         {func(*openapi.ListCallParams) {}, 8},
		"to":          {func(p *openapi.ListCallParams) { p.SetTo(agent) }, 5},
		"to nobody":   {func(p *openapi.ListCallParams) { p.SetTo(customer) }, 0},
		"from":        {func(p *openapi.ListCallParams) { p.SetFrom(line) }, 8},
		"status":      {func(p *openapi.ListCallParams) { p.SetStatus("queued") }, 1},
		"pages":       {func(p *openapi.ListCallParams) { p.SetPageSize(3) }, 8},
		"today":       {func(p *openapi.ListCallParams) { p.SetStartTimeAfter(w.c.Now()) }, 1},
		"that day":    {func(p *openapi.ListCallParams) { p.SetStartTime(testStart.Add(5 * time.Hour)) }, 7},
		"before":      {func(p *openapi.ListCallParams) { p.SetStartTimeBefore(testStart) }, 7},
		"day and who": {func(p *openapi.ListCallParams) { p.SetStartTime(testStart); p.SetTo(agent2) }, 3},
	} {
		if got := count(test.f); got != test.want {
			t.Errorf("%s: %d calls, want %d", name, got, test.want)
		}
	}
	w.run(time.Hour)
	w.sound()
}

func TestRESTFaults(t *testing.T) {
	var fault atomic.Pointer[RESTFault] // set here, read by the server
	w := newWorld(t, func(o *Options) { o.Faults.REST = func(Request) RESTFault { return *fault.Load() } })
	api := w.rest()
	var refusal *client.TwilioRestError

	fault.Store(&RESTFault{Status: 429, Code: 20429})
	if _, err := place(api, agent); !errors.As(err, &refusal) || refusal.Code != 20429 {
		t.Errorf("%v", err)
	}
	fault.Store(&RESTFault{Status: 502, Body: "<html>Bad gateway</html>"})
	if _, err := place(api, agent); err == nil || errors.As(err, &refusal) && refusal.Status == 502 {
		t.Errorf("%v", err)
	}
	if n := len(w.c.Calls()); n != 0 {
		t.Errorf("%d calls were placed", n)
	}
	for i, lost := range []RESTFault{{LoseAnswer: true}, {LoseAnswer: true, Drop: true}} {
		fault.Store(&lost)
		if _, err := place(api, agentAt(i)); err == nil {
			t.Error("an answer came")
		}
	}
	fault.Store(&RESTFault{Delay: time.Minute})
	if _, err := place(api, agentAt(2)); err != nil {
		t.Error(err)
	}
	w.run(10 * time.Minute)
	w.sound()
	w.want(w.eventLines(EventRing), "0.00 "+agentAt(0)+" ring", "1.00 "+agentAt(1)+" ring", "62.00 "+agentAt(2)+" ring")
	if lost := w.c.Requests()[2]; !lost.AnswerLost || lost.Status != 201 {
		t.Errorf("%+v", lost)
	}
}

func TestQueuesByREST(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	create := func(name string) (*openapi.ApiV2010Queue, error) {
		p := &openapi.CreateQueueParams{}
		p.SetFriendlyName(name)
		p.SetMaxSize(3)
		return api.CreateQueue(p)
	}
	q, err := create("desk")
	if err != nil || q.MaxSize != 3 {
		t.Fatalf("%+v %v", q, err)
	}
	if _, err := create("desk"); err == nil {
		t.Error("two queues have the same name")
	}
	u := &openapi.UpdateQueueParams{}
	u.SetFriendlyName("senior")
	if q, err := api.UpdateQueue(*q.Sid, u); err != nil || *q.FriendlyName != "senior" || q.MaxSize != 3 {
		t.Errorf("%+v %v", q, err)
	}
	w.page("/voice", `<Enqueue>senior</Enqueue>`)
	w.c.Ring(customer, line, Party{HangUpAfter: time.Minute})
	w.run(30 * time.Second)
	if err := api.DeleteQueue(*q.Sid, nil); err == nil {
		t.Error("a queue with callers in it was deleted")
	}
	if m, err := api.FetchMember(*q.Sid, "Front", nil); err != nil || m.WaitTime != 30 {
		t.Errorf("%+v %v", m, err)
	}
	w.run(time.Minute)
	if err := api.DeleteQueue(*q.Sid, nil); err != nil {
		t.Error(err)
	}
	if _, err := api.FetchQueue(*q.Sid, nil); err == nil {
		t.Error("the queue is still there")
	}
	w.sound()
}

func TestTextMessages(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	p := &openapi.CreateMessageParams{}
	p.SetTo(customer)
	p.SetFrom(line)
	p.SetBody("Referensi Anda 1234567")
	p.SetStatusCallback(w.server.URL + "/status/sms")
	m, err := api.CreateMessage(p)
	if err != nil || *m.Status != "queued" {
		t.Fatalf("%+v %v", m, err)
	}
	w.run(time.Minute)
	w.sound()
	w.want(w.got("/status/sms", "MessageStatus"), "MessageStatus=sent", "MessageStatus=delivered")
	if m, err := api.FetchMessage(*m.Sid, nil); err != nil || *m.Status != "delivered" || *m.NumSegments != "1" {
		t.Errorf("%+v %v", m, err)
	}
	if all := w.c.Messages(); len(all) != 1 || all[0].Body != "Referensi Anda 1234567" {
		t.Errorf("%+v", all)
	}
	list := &openapi.ListMessageParams{}
	list.SetTo(customer)
	if all, err := api.ListMessage(list); err != nil || len(all) != 1 {
		t.Errorf("%d messages, %v", len(all), err)
	}
}

// A message comes from a number of the account, a name, or the sender that a messaging service picks; and not all
// arrive.
func TestSendersOfTextMessages(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Delivery = func(m MessageRecord) (string, int) {
			if m.From == "GOPAY" {
				return "undelivered", 30005
			}
			return "delivered", 0
		}
	})
	const service = "MG0123456789abcdef0123456789abcdef"
	api := w.rest()
	for _, tt := range []struct{ from, service, status string }{
		{line, "", "queued"}, {"GOPAY", "", "queued"}, {"", service, "accepted"}, {"+6281200000000", "",
			""}, {"12345", "", ""}, {"TWELVELETTER", "", ""},
	} {
		p := &openapi.CreateMessageParams{}
		p.SetTo(customer).SetBody("x").SetStatusCallback(w.server.URL + "/status/sms")
		if tt.from != "" {
			p.SetFrom(tt.from)
		}
		if tt.service != "" {
			p.SetMessagingServiceSid(tt.service)
		}
		switch m, err := api.CreateMessage(p); {
		case tt.status == "" && (err == nil || !strings.Contains(err.Error(), "21606")):
			t.Errorf("from %s: %v", tt.from, err)
		case tt.status != "" && (err != nil || *m.Status != tt.status):
			t.Errorf("from %s by %s: %+v, %v", tt.from, tt.service, m, err)
		}
	}
	w.run(time.Minute)
	w.sound()
	var words []string
	for _, got := range w.got("/status/sms", "From", "MessagingServiceSid", "MessageStatus", "ErrorCode") {
		if !strings.Contains(got, "MessageStatus=sent") {
			words = append(words, got)
		}
	}
	w.want(words, "From="+line+" MessagingServiceSid= MessageStatus=delivered ErrorCode=",
		"From=GOPAY MessagingServiceSid= MessageStatus=undelivered ErrorCode=30005",
		"From="+line+" MessagingServiceSid="+service+" MessageStatus=delivered ErrorCode=")
}

// The provider has no number of mainland China: one calls by a trunk alone, and writes to nobody.
func TestNumbersOfMainlandChina(t *testing.T) {
	w := newWorld(t)
	const mainland = "+862150001000"
	w.c.Number(mainland, Number{VoiceURL: w.server.URL + "/voice"})
	api := w.rest()
	for to, taken := range map[string]bool{"+8613800138000": true, "client:anna": false,
		"sip:anna@example.com": false} {
		_, err := place(api, to, func(p *openapi.CreateCallParams) {
			p.SetFrom(mainland).SetByoc("BY00000000000000000000000000000001")
		})
		if (err == nil) != taken || err != nil && !strings.Contains(err.Error(), "21210") {
			t.Errorf("to %s: %v", to, err)
		}
	}
}

func TestInlineDocumentOfAPlacedCall(t *testing.T) {
	w := newWorld(t)
	w.c.Subscribe(agent, Party{Name: "agent"})
	if _, err := place(w.rest(), agent, func(p *openapi.CreateCallParams) {
		p.SetTwiml(`<Response><Say language="en-US">Inline.</Say></Response>`)
	}); err != nil {
		t.Fatal(err)
	}
	w.run(time.Minute)
	w.sound()
	w.want(w.eventLines(EventSay), "0.00 agent say Inline.")
	if len(w.c.Webhooks()) != 0 {
		t.Error("a webhook was sent")
	}
	if form := w.c.Requests()[0].Form; form.Get("To") != agent ||
		len(form) != len(url.Values{"To": nil, "From": nil, "Twiml": nil}) {
		t.Errorf("%v", form)
	}
}

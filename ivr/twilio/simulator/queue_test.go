package simulator

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// queueWorld has a line that puts callers into the queue "desk" and plays them a wait document of ten seconds.
func queueWorld(t *testing.T) *world {
	w := newWorld(t)
	w.page("/voice", `<Enqueue waitUrl="/wait" action="/left">desk</Enqueue>`)
	w.page("/wait", `<Pause length="10"/>`)
	w.page("/left", `<Say language="en-US">Left.</Say>`)
	w.page("/agent", `<Dial action="/agent-done" timeout="20"><Queue url="/notice">desk</Queue></Dial>`)
	w.page("/agent-done", `<Hangup/>`)
	w.page("/notice", `<Say language="en-US">Fifteen chars..</Say>`)
	w.c.Number("+622150009999", Number{VoiceURL: w.server.URL + "/agent"})
	return w
}

func TestQueueIsServedInOrder(t *testing.T) {
	w := queueWorld(t)
	w.c.Ring("+628110000001", line, Party{Name: "first", TalkFor: -1})
	w.run(4 * time.Second)
	w.c.Ring("+628110000002", line, Party{Name: "second", TalkFor: -1})
	w.run(8 * time.Second)
	w.c.Ring(agent, "+622150009999", Party{Name: "agent", TalkFor: 15 * time.Second})
	w.run(time.Second)
	if got := w.c.Dangling(); len(got) != 4 { // three calls, one of them waiting
		t.Errorf("dangling: %q", got)
	}
	w.run(30 * time.Second)
	w.c.Ring(agent2, "+622150009999", Party{Name: "agent2", TalkFor: 5 * time.Second})
	w.run(10 * time.Minute)
	w.sound()
	w.want(w.eventLines(EventEnqueue, EventLeave, EventBridge, EventUnbridge),
		"0.00 first enqueue desk", "4.00 second enqueue desk",
		"12.00 first leave desk bridged", "13.00 agent bridge first", "28.00 agent unbridge first",
		"43.00 second leave desk bridged", "44.00 agent2 bridge second", "49.00 agent2 unbridge second")
	w.want(w.got("/left", "QueueResult", "QueueTime", "CallStatus"),
		"QueueResult=bridged QueueTime=12 CallStatus=in-progress",
		"QueueResult=bridged QueueTime=39 CallStatus=in-progress")
	w.want(w.got("/wait", "QueuePosition", "QueueTime", "CurrentQueueSize", "AvgQueueTime")[:3],
		"QueuePosition=1 QueueTime=0 CurrentQueueSize=1 AvgQueueTime=0",
		"QueuePosition=2 QueueTime=0 CurrentQueueSize=2 AvgQueueTime=2",
		"QueuePosition=1 QueueTime=10 CurrentQueueSize=2 AvgQueueTime=8")
	w.want(w.got("/agent-done", "DialCallStatus", "DialBridged"), "DialCallStatus=completed DialBridged=true",
		"DialCallStatus=completed DialBridged=true")
}

func TestDialQueueWaitsForSomebody(t *testing.T) {
	w := queueWorld(t)
	w.c.Ring(agent, "+622150009999", Party{Name: "early"})
	w.run(time.Minute)
	w.want(w.got("/agent-done", "DialCallStatus"), "DialCallStatus=failed") // no such queue yet

	w.c.Ring(customer, line, Party{HangUpAfter: 5 * time.Second})
	w.run(10 * time.Second)
	w.c.Ring(agent, "+622150009999", Party{Name: "unanswered"})
	w.run(time.Minute)
	w.want(w.got("/agent-done", "DialCallStatus"), "DialCallStatus=failed", "DialCallStatus=no-answer")

	w.c.Ring(agent, "+622150009999", Party{Name: "lucky", TalkFor: 3 * time.Second})
	w.run(15 * time.Second)
	w.c.Ring(customer, line, Party{TalkFor: -1})
	w.run(time.Minute)
	w.sound()
	w.want(w.eventLines(EventBridge), "146.00 lucky bridge caller")
}

func TestWaysOutOfAQueue(t *testing.T) {
	tests := []struct {
		name string
		wait string
		do   func(*world, *openapi.ApiService, *Call)
		want string // the action
		then []string
	}{
		{"leave", `<Gather numDigits="1" action="/leave"/><Pause length="60"/>`,
			func(_ *world, _ *openapi.ApiService, k *Call) { k.Press("9") },
			"QueueResult=leave QueueTime=2 CallStatus=in-progress", []string{"2.00 caller say Left."}},
		{"hang up", `<Pause length="60"/>`, func(_ *world, _ *openapi.ApiService, k *Call) { k.HangUp() },
			"QueueResult=hangup QueueTime=2 CallStatus=completed", nil},
		{"hang up by document", `<Pause length="2"/><Hangup/>`, func(*world, *openapi.ApiService, *Call) {},
			"QueueResult=hangup QueueTime=2 CallStatus=completed", nil},
		{"taken out by REST", `<Pause length="60"/>`, func(w *world, api *openapi.ApiService, k *Call) {
			queues, err := api.ListQueue(nil)
			if err != nil || len(queues) != 1 || *queues[0].FriendlyName != "desk" || queues[0].CurrentSize != 1 {
				t.Fatalf("queues %+v, %v", queues, err)
			}
			members, err := api.ListMember(*queues[0].Sid, nil)
			if err != nil || len(members) != 1 || *members[0].CallSid != k.SID() || members[0].WaitTime != 2 ||
				members[0].Position != 1 {
				t.Fatalf("members %+v, %v", members, err)
			}
			p := &openapi.UpdateMemberParams{}
			p.SetUrl(w.server.URL + "/elsewhere")
			if _, err := api.UpdateMember(*queues[0].Sid, k.SID(), p); err != nil {
				t.Fatal(err)
			}
		}, "QueueResult=redirected QueueTime=2 CallStatus=in-progress", []string{"2.00 caller say Elsewhere."}},
		{"redirected by REST", `<Pause length="60"/>`, func(w *world, api *openapi.ApiService, k *Call) {
			p := &openapi.UpdateCallParams{}
			p.SetUrl(w.server.URL + "/elsewhere")
			if _, err := api.UpdateCall(k.SID(), p); err != nil {
				t.Fatal(err)
			}
		}, "QueueResult=redirected QueueTime=2 CallStatus=in-progress", []string{"2.00 caller say Elsewhere."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := queueWorld(t)
			w.page("/wait", test.wait)
			w.page("/leave", `<Leave/>`)
			w.page("/elsewhere", `<Say language="en-US">Elsewhere.</Say>`)
			api := w.rest()
			call := w.c.Ring(customer, line, Party{})
			w.run(2 * time.Second)
			test.do(w, api, call)
			w.run(time.Minute)
			w.sound()
			w.want(w.got("/left", "QueueResult", "QueueTime", "CallStatus"), test.want)
			w.want(w.eventLines(EventSay), test.then...)
		})
	}
}

func TestFullQueue(t *testing.T) {
	w := queueWorld(t)
	w.page("/voice", `<Enqueue waitUrl="/wait" action="/left" maxQueueSize="1">desk</Enqueue>`)
	w.c.Ring("+628110000001", line, Party{HangUpAfter: time.Minute})
	w.c.Ring("+628110000002", line, Party{})
	w.run(2 * time.Minute)
	w.sound()
	w.want(w.got("/left", "QueueResult", "QueueTime"), "QueueResult=queue-full QueueTime=0",
		"QueueResult=hangup QueueTime=60")
}

func TestCallerHangsUpDuringTheNotice(t *testing.T) {
	w := queueWorld(t)
	w.c.Ring(customer, line, Party{HangUpAfter: 2500 * time.Millisecond})
	w.run(2 * time.Second)
	w.c.Ring(agent, "+622150009999", Party{Name: "agent"})
	w.run(time.Minute)
	w.sound()
	w.want(w.got("/agent-done", "DialCallStatus", "DialBridged"), "DialCallStatus=completed DialBridged=false")
	w.want(w.got("/left", "QueueResult", "CallStatus"), "QueueResult=error CallStatus=completed")
}

// Together with press 1: a private queue, a REST leg to each agent; the agent who presses 1 dials the queue.
func TestRingTogetherWithPressOne(t *testing.T) {
	w := newWorld(t)
	api := w.rest()
	var legs []string
	w.pages["/voice"] = func(f url.Values) string {
		for _, to := range []string{agent, agent2} {
			p := &openapi.CreateCallParams{}
			p.SetTo(to)
			p.SetFrom(line)
			p.SetUrl(w.server.URL + "/ask")
			call, err := api.CreateCall(p)
			if err != nil {
				t.Error(err)
				continue
			}
			legs = append(legs, *call.Sid)
		}
		return `<Enqueue action="/left">` + f.Get("CallSid") + `</Enqueue>`
	}
	w.page("/ask", `<Gather numDigits="1" action="/take"><Say language="en-US">Fifteen chars..</Say></Gather><Hangup/>`)
	w.pages["/take"] = func(f url.Values) string {
		for _, sid := range legs {
			if sid == f.Get("CallSid") {
				continue
			}
			p := &openapi.UpdateCallParams{}
			p.SetStatus("completed")
			if _, err := api.UpdateCall(sid, p); err != nil {
				t.Error(err)
			}
		}
		return fmt.Sprintf(`<Dial><Queue>%s</Queue></Dial>`, w.c.Calls()[0].SID)
	}
	w.page("/left", `<Hangup/>`)
	w.c.Subscribe(agent, Party{Name: "machine", Answer: Voicemail, After: 2 * time.Second})
	w.c.Subscribe(agent2, Party{Name: "agent2", After: 5 * time.Second, Keys: Script("1"), TalkFor: 10 * time.Second})
	w.c.Ring(customer, line, Party{TalkFor: -1})
	w.run(5 * time.Minute)
	w.sound()
	w.want(w.eventLines(EventAnswer, EventBridge, EventHangup), "0.00 caller answer", "2.00 machine answer",
		"6.00 agent2 answer",
		"7.50 machine hangup completed", "7.50 agent2 bridge caller", "17.50 agent2 hangup completed",
		"17.50 caller hangup completed")
}

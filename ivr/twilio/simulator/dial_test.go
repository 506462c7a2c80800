package simulator

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// After a Dial the action hangs up; without one the call says that it fell through.
const fellThrough = `<Say language="en-US">Fell through.</Say>`

func TestDialOutcomes(t *testing.T) {
	tests := []struct {
		name   string
		party  Party
		status string // DialCallStatus, DialBridged, DialCallDuration
		ended  float64
		leg    string // the called leg's own status
	}{
		{"talks", Party{After: 2 * time.Second, TalkFor: 9 * time.Second}, "completed true 9", 11, "completed"},
		{"talks for a minute by default", Party{}, "completed true 60", 60, "completed"},
		{"is engaged", Party{Answer: Busy, After: time.Second}, "busy false ", 1, "busy"},
		{"refuses", Party{Answer: Refuse, After: time.Second}, "busy false ", 1, "busy"},
		{"does not answer", Party{Answer: NoAnswer}, "no-answer false ", 15, "no-answer"},
		{"answers too late", Party{After: 15 * time.Second}, "no-answer false ", 15, "no-answer"},
		{"answers within the buffer", Party{After: 14 * time.Second, TalkFor: time.Second}, "completed true 1", 15,
			"completed"},
		{"cannot be reached", Party{Answer: Unreachable}, "failed false ", 0, "failed"},
		{"is a machine", Party{Answer: Voicemail, After: 3 * time.Second}, "completed true 40", 43, "completed"},
		{"hangs up on its own", Party{HangUpAfter: 4 * time.Second}, "completed true 4", 4, "completed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.page("/voice", `<Dial action="/action" timeout="10"><Number>`+agent+`</Number></Dial>`+fellThrough)
			w.page("/action", `<Hangup/>`)
			w.c.Subscribe(agent, test.party)
			w.c.Ring(customer, line, Party{TalkFor: -1})
			w.run(5 * time.Minute)
			w.sound()
			got := w.got("/action", "DialCallStatus", "DialBridged", "DialCallDuration")
			want := strings.NewReplacer("DialCallStatus=", "", "DialBridged=", "", "DialCallDuration=", "")
			for i := range got {
				got[i] = want.Replace(got[i])
			}
			w.want(got, test.status)
			calls := w.c.Calls()
			if ended := calls[0].Ended.Sub(testStart).Seconds(); ended != test.ended {
				t.Errorf("ended after %v s, want %v", ended, test.ended)
			}
			if calls[1].Status != test.leg || calls[1].ParentSID != calls[0].SID ||
				calls[1].Direction != "outbound-dial" {
				t.Errorf("called leg %+v", calls[1])
			}
			w.want(w.eventLines(EventSay))
		})
	}
}

func TestDialWithoutActionFallsThrough(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial>`+agent+`</Dial>`+fellThrough)
	w.c.Subscribe(agent, Party{Answer: Busy})
	w.c.Ring(customer, line, Party{})
	w.run(time.Minute)
	w.sound()
	w.want(w.eventLines(EventSay), "0.00 caller say Fell through.")
}

func TestATelephoneInACallIsEngaged(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial>`+customer+`</Dial>`+fellThrough)
	w.c.Subscribe(customer, Party{Answer: PicksUp})
	w.c.Ring(customer, line, Party{})
	w.run(time.Minute)
	w.sound()
	w.want(w.eventLines(EventSay), "0.00 caller say Fell through.")
}

func TestWhisper(t *testing.T) {
	const ask = `<Gather numDigits="1" action="/take"><Say language="en-US">Fifteen chars..</Say></Gather><Hangup/>`
	tests := []struct {
		name  string
		party Party
		want  string
		after string // story of the bridge
	}{
		{"takes it", Party{Keys: Script("1"), TalkFor: 5 * time.Second}, "DialCallStatus=completed DialBridged=true",
			"1.50 caller bridge " + agent},
		{"declines", Party{Keys: Script("2")}, "DialCallStatus=completed DialBridged=false", ""},
		{"says nothing", Party{}, "DialCallStatus=completed DialBridged=false", ""},
		{"hangs up", Party{HangUpAfter: time.Second}, "DialCallStatus=completed DialBridged=false", ""},
		{"is a machine", Party{Answer: Voicemail, Keys: Script("1")}, "DialCallStatus=completed DialBridged=false", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.page("/voice", `<Dial action="/action"><Number url="/whisper">`+agent+`</Number></Dial>`)
			w.page("/whisper", ask)
			w.pages["/take"] = func(f url.Values) string {
				if f.Get("Digits") == "1" {
					return ``
				}
				return `<Hangup/>`
			}
			w.page("/action", `<Hangup/>`)
			w.c.Subscribe(agent, test.party)
			w.c.Ring(customer, line, Party{TalkFor: -1})
			w.run(5 * time.Minute)
			w.sound()
			w.want(w.got("/action", "DialCallStatus", "DialBridged"), test.want)
			if test.after == "" {
				w.want(w.eventLines(EventBridge))
			} else {
				w.want(w.eventLines(EventBridge), test.after)
			}
			if calls := w.c.Calls(); w.got("/whisper", "ParentCallSid",
				"CallSid")[0] != "ParentCallSid="+calls[0].SID+" CallSid="+calls[1].SID {
				t.Errorf("whisper %v", w.got("/whisper", "ParentCallSid", "CallSid"))
			}
		})
	}
}

func TestFirstToPickUpStopsTheOthers(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial action="/action"><Number url="/whisper">`+agent+
		`</Number><Client>zoe</Client><Sip>sip:eve@example.com</Sip></Dial>`)
	w.page("/whisper", `<Gather numDigits="1"><Say language="en-US">Take it?</Say></Gather><Hangup/>`)
	w.page("/action", `<Hangup/>`)
	w.c.Subscribe(agent, Party{Name: "machine", Answer: Voicemail, After: 2 * time.Second})
	w.c.Subscribe("client:zoe", Party{Name: "zoe", After: 3 * time.Second})
	w.c.Subscribe("sip:eve@example.com", Party{Name: "eve", After: 4 * time.Second})
	w.c.Ring(customer, line, Party{})
	w.run(5 * time.Minute)
	w.sound()
	// One voicemail silences the desk: the others never got to answer.
	w.want(w.eventLines(EventHangup, EventAnswer, EventBridge), "0.00 caller answer", "2.00 machine answer",
		"2.00 zoe hangup canceled",
		"2.00 eve hangup canceled", "7.53 machine hangup completed", "7.53 caller hangup completed")
	w.want(w.got("/action", "DialCallStatus", "DialBridged"), "DialCallStatus=completed DialBridged=false")
}

func TestSequentialDialRingsInTurn(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial action="/action" timeout="10" sequential="true"><Number>`+agent+
		`</Number><Client>zoe</Client></Dial>`)
	w.page("/action", `<Hangup/>`)
	w.c.Subscribe("client:zoe", Party{Name: "zoe", After: time.Second, TalkFor: time.Second})
	w.c.Ring(customer, line, Party{TalkFor: -1})
	w.run(5 * time.Minute)
	w.sound()
	w.want(w.eventLines(EventRing), "0.00 caller ring", "0.00 "+agent+" ring", "15.00 zoe ring")
	w.want(w.got("/action", "DialCallStatus", "DialBridged"), "DialCallStatus=completed DialBridged=true")
}

func TestCallerHangsUpWhileItRings(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial action="/action"><Number statusCallback="/status/agent" statusCallbackEvent="ringing completed">`+agent+`</Number></Dial>`)
	w.page("/action", `<Say language="en-US">Nobody hears this.</Say>`)
	w.c.Ring(customer, line, Party{HangUpAfter: 6 * time.Second})
	w.run(5 * time.Minute)
	w.sound()
	w.want(w.got("/status/agent", "CallStatus", "SequenceNumber"), "CallStatus=ringing SequenceNumber=1",
		"CallStatus=canceled SequenceNumber=2")
	w.want(w.got("/action", "CallStatus", "DialCallStatus", "DialBridged"),
		"CallStatus=completed DialCallStatus=canceled DialBridged=false")
	w.want(w.eventLines(EventSay))
}

func TestCallerHangsUpWhileTalking(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial action="/action"><Number>`+agent+`</Number></Dial>`)
	w.page("/action", `<Say language="en-US">Nobody hears this.</Say>`)
	w.c.Subscribe(agent, Party{Name: "agent"})
	w.c.Ring(customer, line, Party{TalkFor: 7 * time.Second})
	w.run(5 * time.Minute)
	w.sound()
	w.want(w.got("/action", "CallStatus", "DialCallStatus", "DialCallDuration"),
		"CallStatus=completed DialCallStatus=completed DialCallDuration=7")
	w.want(w.eventLines(EventHangup), "7.00 caller hangup completed", "7.00 agent hangup completed")
}

func TestDialLimits(t *testing.T) {
	tests := []struct {
		attrs string
		press string
		ended float64
	}{
		{`timeLimit="20"`, "", 20},
		{`hangupOnStar="true"`, "*", 3},
		{``, "*", 60},
	}
	for _, test := range tests {
		w := newWorld(t)
		w.page("/voice", `<Dial `+test.attrs+`><Number>`+agent+`</Number></Dial>`)
		w.c.Subscribe(agent, Party{})
		call := w.c.Ring(customer, line, Party{TalkFor: -1})
		w.run(3 * time.Second)
		call.Press(test.press)
		w.run(5 * time.Minute)
		w.sound()
		if ended := w.c.Calls()[1].Ended.Sub(testStart).Seconds(); ended != test.ended {
			t.Errorf("%s: the agent's leg ended after %v s, want %v", test.attrs, ended, test.ended)
		}
	}
}

func TestAnswerOnBridgeKeepsRinging(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial answerOnBridge="true" action="/action"><Number>`+agent+`</Number></Dial>`)
	w.page("/action", `<Hangup/>`)
	w.c.Subscribe(agent, Party{Name: "agent", After: 8 * time.Second, TalkFor: time.Second})
	w.c.Ring(customer, line, Party{TalkFor: -1})
	w.run(time.Minute)
	w.sound()
	w.want(w.eventLines(EventAnswer), "8.00 agent answer", "8.00 caller answer")
}

// While one who picked up is spoken to, the caller hears ringing or nothing, by the provider's page on Number.
func TestWhatTheCallerHearsDuringAWhisper(t *testing.T) {
	for attrs, want := range map[string]string{``: "silence", `answerOnBridge="true"`: "ringing",
		`answerOnBridge="false"`: "silence"} {
		w := newWorld(t)
		w.page("/voice", `<Dial action="/action" `+attrs+`><Number url="/whisper">`+agent+`</Number></Dial>`)
		w.page("/whisper", `<Say language="en-US">A call.</Say>`)
		w.page("/action", `<Hangup/>`)
		w.c.Subscribe(agent, Party{Name: "agent", After: 2 * time.Second, TalkFor: time.Second})
		w.c.Ring(customer, line, Party{TalkFor: -1})
		w.run(time.Minute)
		w.sound()
		w.want(w.eventLines(EventMeanwhile), "2.00 caller meanwhile "+want)
		w.want(w.got("/action", "DialCallStatus", "DialBridged"), "DialCallStatus=completed DialBridged=true")
	}
}

func TestReject(t *testing.T) {
	for reason, status := range map[string]string{`reason="busy"`: "busy", ``: "no-answer"} {
		w := newWorld(t)
		w.page("/voice", `<Reject `+reason+`/>`)
		w.c.Ring(customer, line, Party{})
		w.run(time.Minute)
		w.sound()
		w.want(w.got("/status", "CallStatus", "CallDuration"), "CallStatus="+status+" CallDuration=0")
		w.want(w.eventLines(EventAnswer))
	}
}

func TestManualTelephone(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Dial><Client>zoe</Client></Dial>`)
	w.c.Subscribe("client:zoe", Party{Name: "zoe", Answer: Manual, TalkFor: -1})
	w.c.Ring(customer, line, Party{TalkFor: -1})
	w.run(12 * time.Second)
	zoe := w.c.Live("client:zoe")
	zoe.PickUp()
	w.run(5 * time.Second)
	zoe.HangUp()
	w.run(time.Second)
	w.sound()
	w.want(w.eventLines(EventBridge, EventUnbridge), "12.00 caller bridge zoe", "17.00 caller unbridge zoe")
}

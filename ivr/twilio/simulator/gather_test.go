package simulator

import (
	"testing"
	"time"
)

func TestGatherEndings(t *testing.T) {
	const menu = `><Say language="en-US">Fifteen chars..</Say></Gather><Say language="en-US">Nothing.</Say>`
	tests := []struct {
		name, attrs string
		reply       Reply
		want        string // what the action was told; "" when it was not asked
		at          float64
	}{
		{"number of digits", `numDigits="2"`, Reply{Digits: "12"}, "Digits=12 FinishedOnKey= msg=Gather End", 1.75},
		{"more keys than digits", `numDigits="2"`, Reply{Digits: "1234"}, "Digits=12 FinishedOnKey= msg=Gather End",
			1.75},
		{"finish key", ``, Reply{Digits: "12#"}, "Digits=12 FinishedOnKey=# msg=Gather End", 2},
		{"finish key alone is no answer", ``, Reply{Digits: "#"}, "", 0},
		{"finish key first, digits after", ``, Reply{Digits: "#7#"}, "Digits=7 FinishedOnKey=# msg=Gather End", 2},
		{"another finish key", `finishOnKey="*"`, Reply{Digits: "1#*"}, "Digits=1# FinishedOnKey=* msg=Gather End", 2},
		{"no finish key", `finishOnKey="" numDigits="3"`, Reply{Digits: "*#1"},
			"Digits=*#1 FinishedOnKey= msg=Gather End", 2},
		{"time-out after the last digit", `timeout="4"`, Reply{Digits: "12"},
			"Digits=12 FinishedOnKey= msg=Gather Timeout", 5.75},
		{"default time-out", ``, Reply{Digits: "1"}, "Digits=1 FinishedOnKey= msg=Gather Timeout", 6.5},
		{"barge-in", `numDigits="1"`, Reply{Digits: "1", Interrupt: true}, "Digits=1 FinishedOnKey= msg=Gather End",
			0.5},
		{"after a sentence", `numDigits="1"`, Reply{Digits: "1", Sentence: 1}, "Digits=1 FinishedOnKey= msg=Gather End",
			1.5},
		{"after a sentence that is not there", `numDigits="1"`, Reply{Digits: "1", Sentence: 2},
			"Digits=1 FinishedOnKey= msg=Gather End", 1.5},
		{"no barge-in", `numDigits="2" bargeIn="false"`, Reply{Digits: "1", Interrupt: true,
			After: 400 * time.Millisecond},
			"Digits=1 FinishedOnKey= msg=Gather Timeout", 6},
		{"silence", ``, Reply{}, "", 0},
		{"silence with an action", `actionOnEmptyResult="true"`, Reply{}, "Digits= FinishedOnKey= msg=Gather Timeout",
			6},
		{"too late", `timeout="2"`, Reply{Digits: "1", After: 2 * time.Second}, "", 0},
		{"just in time", `timeout="2" numDigits="1"`, Reply{Digits: "1", After: 1499 * time.Millisecond},
			"Digits=1 FinishedOnKey= msg=Gather End", 2.999},
		{"speech only", `input="speech"`, Reply{Digits: "1"}, "", 0},
		{"hangs up", ``, Reply{HangUp: true}, "", 0},
		{"hangs up after a digit", ``, Reply{Digits: "1", HangUp: true}, "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.page("/voice", `<Gather action="/action" `+test.attrs+menu)
			w.page("/action", `<Hangup/>`)
			w.c.Ring(customer, line, Party{Keys: func(Prompt) Reply { return test.reply }})
			w.run(time.Minute)
			w.sound()
			got := w.got("/action", "Digits", "FinishedOnKey", "msg")
			if test.want == "" {
				w.want(got)
				return
			}
			w.want(got, test.want)
			ended := w.c.Calls()[0].Ended.Sub(testStart).Seconds()
			if ended != test.at {
				t.Errorf("the action came at %v s, want %v", ended, test.at)
			}
		})
	}
}

func TestGatherWithoutActionAsksItsOwnDocument(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Redirect>/menu?step=2</Redirect>`)
	w.page("/menu", `<Gather numDigits="1"/><Hangup/>`)
	w.c.Ring(customer, line, Party{Keys: Script("5")})
	w.run(time.Minute)
	w.sound()
	w.want(w.got("/menu", "step", "Digits"), "step=2 Digits=", "step=2 Digits=5" /* and then silence */)
}

func TestPromptTellsWhatWasHeard(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Say language="en-US">Welcome.</Say><Gather numDigits="3" finishOnKey="*" timeout="7">
		<Say language="id-ID" voice="Google.id-ID-Standard-A">Tekan satu.</Say></Gather><Gather numDigits="1"/><Hangup/>`)
	var prompts []Prompt
	w.c.Ring(customer, line, Party{Keys: func(p Prompt) Reply { prompts = append(prompts, p); return Reply{} }})
	w.run(time.Minute)
	w.sound()
	if len(prompts) != 2 {
		t.Fatalf("%d prompts", len(prompts))
	}
	p := prompts[0]
	if p.SaidText != "Welcome. Tekan satu." || p.Language != "id-ID" || p.NumDigits != 3 || p.FinishOnKey != "*" ||
		p.Timeout != 7*time.Second || p.Role != "caller" || p.Verb != "Gather" || p.Index != 0 {
		t.Errorf("%+v", p)
	}
	if prompts[1].SaidText != "" || prompts[1].Index != 1 {
		t.Errorf("the second prompt repeats the first: %+v", prompts[1])
	}
}

func TestCallerWhoHangsUpIsOnlyReported(t *testing.T) {
	for _, after := range []time.Duration{0, 500 * time.Millisecond, 3 * time.Second} {
		w := newWorld(t)
		w.page("/voice", `<Gather action="/action"><Say language="en-US">Fifteen chars..</Say></Gather><Redirect>/voice</Redirect>`)
		w.c.Ring(customer, line, Party{HangUpAfter: max(after, 1)})
		w.run(time.Minute)
		w.sound()
		w.want(w.got("/action", "CallStatus"))
		w.want(w.got("/status", "CallStatus", "SequenceNumber", "CallbackSource"),
			"CallStatus=completed SequenceNumber=0 CallbackSource=call-progress-events")
	}
}

func TestSpeechTakesItsTime(t *testing.T) {
	tests := []struct {
		say  string
		want float64
	}{
		{`<Say language="en-US">123456789012345</Say>`, 1},
		{`<Say language="id-ID">123456789012345</Say>`, 1},
		{`<Say language="cmn-CN">欢迎致电客服热线吗</Say>`, 2},
		{`<Say voice="Polly.Zhiyu">欢迎致电客服热线吗</Say>`, 2},
		{`<Say language="ja-JP">お電話ありがと</Say>`, 1},
		{`<Say language="de-DE">12345678901234</Say>`, 1},
		{`<Say language="en-US" loop="3">123456789012345</Say>`, 3},
		{`<Say>12345 <emphasis>6789</emphasis> 1234</Say>`, 1},
		{`<Play>https://example.com/a.mp3</Play>`, 10},
		{`<Play loop="2">https://example.com/a.mp3</Play>`, 20},
		{`<Play digits="1w2"/>`, 1.5},
		{`<Pause/>`, 1},
		{`<Pause length="4"/>`, 4},
	}
	for _, test := range tests {
		w := newWorld(t)
		w.page("/voice", test.say)
		w.c.Ring(customer, line, Party{})
		w.run(time.Minute)
		w.sound()
		if got := w.c.Calls()[0].Ended.Sub(testStart).Seconds(); got != test.want {
			t.Errorf("%s took %v s, want %v", test.say, got, test.want)
		}
	}
}

func TestKeysThatNobodyListensTo(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Say language="en-US">Nothing to press here, only words.</Say>`)
	call := w.c.Ring(customer, line, Party{})
	w.run(time.Second)
	call.Press("1x2")
	w.run(time.Minute)
	w.sound()
	w.want(w.eventLines(EventPress), "1.00 caller press 1 nothing listens", "1.50 caller press 2 nothing listens")
}

func TestCallHandle(t *testing.T) {
	w := newWorld(t)
	w.page("/voice", `<Gather numDigits="2" timeout="60" action="/action"/><Hangup/>`)
	w.page("/action", `<Pause length="60"/>`)
	call := w.c.Ring(customer, line, Party{})
	w.run(time.Second)
	if live := w.c.Live(customer); live == nil || live.SID() != call.SID() || live.Status() != "in-progress" {
		t.Errorf("live call %+v", live)
	}
	call.Press("42")
	w.run(time.Second)
	w.want(w.got("/action", "Digits"), "Digits=42")
	call.HangUp()
	w.run(time.Second)
	if !call.Done() || w.c.Live(customer) != nil {
		t.Error("the call is not over")
	}
	w.sound()
}

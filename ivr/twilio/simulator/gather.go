package simulator

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// gather asks for keys. The nested prompts can be interrupted by a key; the time-out begins when they end and
// again with every key.
func (l *leg) gather(doc *document, v *element) (flow, source) {
	in := &input{finish: v.attr("finishOnKey", "#")}
	in.max, _ = strconv.Atoi(v.attr("numDigits", "0"))
	timeout := wholeSeconds(v.attr("timeout", ""), 5)
	l.emit(Event{Event: EventGather, Seconds: timeout.Seconds()})
	reply := l.ask(l.c.gatherPrompt(v, in, timeout))
	if l.interrupted() {
		return quit, source{}
	}
	if strings.Contains(v.attr("input", "dtmf"), "dtmf") {
		l.input = in
	}
	defer func() { l.input = nil; l.heard = nil }()
	if !l.listen(in, v, reply, timeout) {
		return quit, source{}
	}
	return l.gathered(doc, v, in)
}

func (c *Simulator) gatherPrompt(v *element, in *input, timeout time.Duration) Prompt {
	p := Prompt{Verb: "Gather", FinishOnKey: in.finish, NumDigits: in.max, Timeout: timeout}
	for _, child := range v.children {
		if text, language := c.spoken(child); text != "" {
			p.Said, p.Language = append(p.Said, text), language
		}
	}
	p.Own = len(p.Said)
	return p
}

// listen plays the prompt and waits for keys. It reports whether the leg may go on.
func (l *leg) listen(in *input, v *element, reply Reply, timeout time.Duration) bool {
	wait := l.party.react() + reply.After
	if reply.Interrupt {
		l.typeKeys(in, reply.Digits, wait, reply.HangUp)
	}
	cut := func() bool { return in.ended || in.touched && v.attr("bargeIn", "true") == "true" }
	sentence := 0
	for _, child := range v.children {
		if cut() {
			break
		}
		if !l.utter(child, cut) {
			return false
		}
		if text, _ := l.c.spoken(child); text != "" {
			sentence++
			if sentence == reply.Sentence {
				l.typeKeys(in, reply.Digits, wait, reply.HangUp)
			}
		}
	}
	if !reply.Interrupt && (reply.Sentence == 0 || reply.Sentence > sentence) {
		l.typeKeys(in, reply.Digits, wait, reply.HangUp)
	}
	return l.awaitKeys(in, l.now(), timeout)
}

// awaitKeys waits until the input has ended or nothing was pressed for the time-out.
func (l *leg) awaitKeys(in *input, from time.Time, timeout time.Duration) bool {
	for !in.ended {
		deadline := from.Add(timeout)
		if in.touched && in.last.After(from) {
			deadline = in.last.Add(timeout)
		}
		if !deadline.After(l.now()) {
			break
		}
		seen := in.last
		if !l.wait(deadline, func() bool { return in.ended || !in.last.Equal(seen) }) {
			return false
		}
	}
	return !l.interrupted()
}

// gathered decides what follows a Gather that has ended.
func (l *leg) gathered(doc *document, v *element, in *input) (flow, source) {
	form := url.Values{"Digits": {string(in.digits)}, "msg": {"Gather End"}}
	if in.byKey != "" {
		form.Set("FinishedOnKey", in.byKey)
	}
	if !in.ended {
		form.Set("msg", "Gather Timeout")
	}
	if len(in.digits) == 0 {
		l.emit(Event{Event: EventSilence})
		if v.attr("actionOnEmptyResult", "false") != "true" {
			return goOn, source{}
		}
	}
	return l.action(doc, v, KindGather, form)
}

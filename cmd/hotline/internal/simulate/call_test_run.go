package simulate

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// longestCall is how much of its own time a call test may take.
const longestCall = 2 * time.Hour

// A testRun is a call test while it is played. Events come from the simulator, happenings from the server's goroutines.
type testRun struct {
	*Simulation
	call       config.Call
	line       *ivr.Line
	customer   simulator.Party
	out        strings.Builder
	transcript *transcript

	mu      sync.Mutex
	differs string
	// pending is a difference at a question that is still being spoken; it is written down behind it.
	pending *deviation
	asked   int      // steps that were done
	fresh   bool     // the latest step was decided and is not yet done
	heard   []string // by the caller since the latest step
	over    bool     // the caller is off the line
	// What has come of it so far.
	reached string // the desk that the caller was connected with
	booked  callbacks.Callback
	message bool
	closed  bool // the caller was told of the opening that is expected
}

// A deviation is something that went otherwise than its file has it.
type deviation struct{ source, want, got string }

func newTestRun(snapshot *config.Snapshot, call config.Call) (*testRun, error) {
	customer, err := customerBehaviour(call.Customer)
	if err != nil {
		return nil, err
	}
	p := &testRun{call: call, line: snapshot.ByID(call.Line), customer: customer}
	if p.line == nil {
		return nil, fmt.Errorf("there is no line %q", call.Line)
	}
	p.customer.Name = "customer"
	p.transcript = newTranscript(&p.out, p.line, false)
	return p, nil
}

// answer is what the caller does at a question. What is not heard as expected makes him hang up.
func (p *testRun) answer(prompt simulator.Prompt) simulator.Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked >= len(p.call.Steps) || p.call.Steps[p.asked].Listens() || p.differs != "" {
		return simulator.Reply{Silence: true}
	}
	step, key := p.call.Steps[p.asked], fmt.Sprintf("steps[%d]", p.asked)
	p.asked++
	p.fresh = true
	switch {
	case !config.Hears(prompt.SaidText, step.Hear):
		p.pending = &deviation{p.source(key), fmt.Sprintf("to hear %q", step.Hear), fmt.Sprintf("heard %q", prompt.SaidText)}
	case step.Speak && prompt.Verb != "Record":
		p.pending = &deviation{p.source(key), "a tone after which a message is spoken", "a question for keys"}
	}
	if p.pending != nil {
		return simulator.Reply{HangUp: true, Silence: true}
	}
	return simulator.Reply{Digits: step.Press, HangUp: step.HangUp, Silence: !step.Speak && step.Press == ""}
}

func (p *testRun) source(key string) string {
	for ; key != ""; key, _, _ = cutLast(key) {
		if source, ok := p.call.Sources[key]; ok {
			return source + ": " + key
		}
	}
	return p.call.File
}

// cutLast drops the last part of a key.
func cutLast(key string) (before, after string, found bool) {
	i := strings.LastIndexByte(key, '.')
	if i < 0 {
		return "", key, false
	}
	return key[:i], key[i+1:], true
}

// differ notes a deviation, if it is the first, and marks it in the transcript.
func (p *testRun) differ(key, want, got string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(deviation{p.source(key), want, got})
}

// note is differ for who holds mu.
func (p *testRun) note(d deviation) {
	if p.differs != "" {
		return
	}
	d.got = excerpt(d.got)
	p.differs = fmt.Sprintf("%s: want %s, but %s", d.source, d.want, d.got)
	p.transcript.mark(d)
}

// excerpt cuts what was heard; the transcript has all of it.
func excerpt(text string) string {
	const most = 240
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// simulatorEvent hears of the simulator, in order.
func (p *testRun) simulatorEvent(e simulator.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	mine := e.Role == RoleCaller
	done := e.Event == simulator.EventPress || e.Event == simulator.EventSilence || e.Event == simulator.EventRecord
	if p.pending != nil && mine && (done || e.Event == simulator.EventHangup) {
		p.note(*p.pending)
		p.pending = nil
	}
	if mine && done && p.fresh {
		p.fresh, p.heard = false, nil
	}
	p.transcript.simulatorEvent(e)
	switch {
	case e.Event == simulator.EventViolation, e.Event == simulator.EventWebhookFailed:
		p.note(deviation{p.source("call"), "a call that the provider can carry", "it objects: " + e.Detail})
	case mine && e.Event == simulator.EventSay:
		p.heard = append(p.heard, e.Text)
		p.closed = p.closed || p.saysClosed(e)
	case mine && e.Event == simulator.EventBridge:
		p.bridged(e.Target)
	case mine && e.Event == simulator.EventHangup:
		p.over = true
	case !mine && e.Event == simulator.EventRing && !p.over && !p.call.Expect.ClosedUntil.IsZero():
		p.note(deviation{p.source("expect.closed_until"), "no agent to be rung", e.Role + " is rung"})
	}
}

// bridged: the caller and an agent talk.
func (p *testRun) bridged(target string) {
	for _, desk := range p.line.Desks {
		if slices.ContainsFunc(desk.Targets, func(t callbacks.Target) bool { return t.ID == target }) {
			p.reached = desk.ID
		}
	}
	if want := p.call.Expect.Desk; p.reached != want {
		p.note(deviation{p.source("expect.desk"), p.wanted(), fmt.Sprintf("%s of desk %s is", target, p.reached)})
	}
}

// wanted puts the expected end of the call into words.
func (p *testRun) wanted() string {
	if desk := p.call.Expect.Desk; desk != "" {
		return "an agent of desk " + desk + " to be connected"
	}
	return "no agent to be connected"
}

// saysClosed reports whether the caller is told of the opening that is expected, in his language.
func (p *testRun) saysClosed(e simulator.Event) bool {
	opening := p.call.Expect.ClosedUntil
	i := slices.IndexFunc(p.line.Languages, func(l ivr.Language) bool { return l.Locale == e.Language })
	if opening.IsZero() || i < 0 {
		return false
	}
	tag := p.line.Languages[i].Tag
	for _, now := range []time.Time{e.At, p.call.At} { // around midnight "tomorrow" was said of the day before
		when := spoken.When(tag, opening, now, p.line.Hours.Zone())
		for _, key := range []string{"hours.closed", "goodbye.when"} {
			if config.Hears(e.Text, strings.ReplaceAll(p.line.Sentence(tag, key), "{when}", when)) {
				return true
			}
		}
	}
	return false
}

// productEvent hears of what the product did.
func (p *testRun) productEvent(h twilio.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h.Callback.Number != "" {
		p.simulator.Subscribe(h.Callback.Number, p.customer)
	}
	p.transcript.productEvent(p.simulator.Now(), h)
	switch h.Name {
	case "book":
		p.booked = h.Callback
		p.countBooking(h)
	case "message":
		p.message = true
		if !p.call.Expect.Message {
			p.note(deviation{p.source("expect"), "no message to be left", "message " + h.Reference + " is written down"})
		}
	}
}

// countBooking notes the callback that was booked.
func (p *testRun) countBooking(h twilio.Event) {
	want, got := p.call.Expect.Callback, h.Callback
	if want == nil {
		p.note(deviation{p.source("expect"), "no callback to be booked", "one is, due " + p.clock(got.Due)})
		return
	}
	if !want.At.IsZero() && !got.Due.Truncate(time.Minute).Equal(want.At) {
		p.note(deviation{p.source("expect.callback.at"), "the callback to be due " + p.clock(want.At), "it is due " + p.clock(got.Due)})
	}
	if want.Desk != "" && want.Desk != h.Desk {
		p.note(deviation{p.source("expect.callback.desk"), "the callback to be made by desk " + want.Desk, "it is by desk " + h.Desk})
	}
	if want.Urgent != nil && *want.Urgent != got.Urgent {
		is := map[bool]string{true: "urgent", false: "not urgent"}
		p.note(deviation{p.source("expect.callback.urgent"), "the callback to be " + is[*want.Urgent], "it is " + is[got.Urgent]})
	}
}

// clock is an instant on the line's wall.
func (p *testRun) clock(at time.Time) string {
	return at.In(p.line.Hours.Zone()).Format("Mon 2006-01-02 15:04")
}

// compare compares what came of the call with what was expected, once the caller is off the line. What was there and not
// expected was noted when it happened.
func (p *testRun) compare() {
	p.mu.Lock()
	defer p.mu.Unlock()
	heard := strings.Join(p.heard, " ")
	if p.asked < len(p.call.Steps) {
		step, at := p.call.Steps[p.asked], p.source(fmt.Sprintf("steps[%d]", p.asked))
		switch {
		case !step.Listens():
			p.note(deviation{at, fmt.Sprintf("to hear %q and be asked", step.Hear), "the call has ended before"})
		case !config.Hears(heard, step.Hear):
			p.note(deviation{at, fmt.Sprintf("to hear %q in the end", step.Hear), fmt.Sprintf("heard %q", heard)})
		}
	}
	want := p.call.Expect
	switch {
	case want.Desk != "" && p.reached == "":
		p.note(deviation{p.source("expect.desk"), p.wanted(), "nobody is"})
	case want.Callback != nil && p.booked.ID == 0:
		p.note(deviation{p.source("expect.callback"), "a callback to be booked", "none is"})
	case want.Message && !p.message:
		p.note(deviation{p.source("expect.message"), "a message to be left", "none is"})
	}
	p.compareClosed(want.ClosedUntil)
}

// compareClosed: the caller was told, and a desk really opens then.
func (p *testRun) compareClosed(opening time.Time) {
	if opening.IsZero() {
		return
	}
	opens := slices.ContainsFunc(p.desks(), func(d *ivr.Desk) bool {
		next, ok := d.Hours.NextOpening(p.call.At)
		return ok && next.Equal(opening)
	})
	if opens && p.closed {
		return
	}
	got := "the caller is not told so"
	if !opens {
		got = p.opening(p.line.Desks[p.line.General])
	}
	p.note(deviation{p.source("expect.closed_until"), "to hear that it is closed until " + p.clock(opening), got})
}

// desks are those of the line.
func (p *testRun) desks() (all []*ivr.Desk) {
	for _, desk := range p.line.Desks {
		all = append(all, desk)
	}
	return all
}

// opening says when a desk is there, as its calendar has it.
func (p *testRun) opening(desk *ivr.Desk) string {
	state := desk.Hours.At(p.call.At)
	switch {
	case state.Open:
		return fmt.Sprintf("desk %s is open then [%s]", desk.ID, state.Source)
	case state.NextOpen.IsZero():
		return fmt.Sprintf("desk %s is closed with no end [%s]", desk.ID, state.Source)
	}
	return fmt.Sprintf("desk %s opens %s", desk.ID, p.clock(state.NextOpen))
}

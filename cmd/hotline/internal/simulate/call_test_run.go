package simulate

import (
	"strings"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// longestCall is how much of its own time a call test may take.
const longestCall = 2 * time.Hour

// A testRun is a call test while it runs. Events come from the simulator and from the server's goroutines.
type testRun struct {
	*simulation
	*calltest.Comparison
	customer   simulator.Party
	out        strings.Builder
	transcript *transcript

	mu sync.Mutex
	// pending is a difference at a question that is still being spoken; it is written down behind it.
	pending *calltest.Difference
	fresh   bool // the latest step was decided and is not yet done
	over    bool // the caller has hung up
}

func newTestRun(snapshot *config.Snapshot, call config.Call) (*testRun, error) {
	customer, err := customerBehaviour(call.Customer)
	if err != nil {
		return nil, err
	}
	line := snapshot.ByID(call.Line)
	customer.Name = "customer"
	p := &testRun{customer: customer}
	p.transcript = newTranscript(&p.out, line, false)
	p.Comparison = &calltest.Comparison{Test: call, Line: line, Found: p.transcript.mark}
	return p, nil
}

// answer is what the caller does at a question. What is not heard as expected makes them hang up.
func (p *testRun) answer(prompt simulator.Prompt) simulator.Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	step, difference := p.Next(prompt.SaidText, prompt.Verb == "Record")
	if step == nil {
		return simulator.Reply{Silence: true}
	}
	p.fresh = true
	if p.pending = difference; difference != nil {
		return simulator.Reply{HangUp: true, Silence: true}
	}
	return simulator.Reply{Digits: step.Press, HangUp: step.HangUp, Silence: !step.Speak && step.Press == ""}
}

// differ notes a difference.
func (p *testRun) differ(key, want, got string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Differ(key, want, got)
}

// simulatorEvent hears of the simulator, in order.
func (p *testRun) simulatorEvent(e simulator.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	mine := e.Role == RoleCaller
	done := e.Event == simulator.EventPress || e.Event == simulator.EventSilence || e.Event == simulator.EventRecord
	if p.pending != nil && mine && (done || e.Event == simulator.EventHangup) {
		p.Note(*p.pending)
		p.pending = nil
	}
	if mine && done && p.fresh {
		p.fresh = false
		p.Answered()
	}
	p.transcript.simulatorEvent(e)
	switch {
	case e.Event == simulator.EventViolation, e.Event == simulator.EventWebhookFailed:
		p.Differ("call", "a call that the provider can carry", "it objects: "+e.Detail)
	case mine && (e.Event == simulator.EventSay || e.Event == simulator.EventPlay && e.Text != ""):
		p.Say(e.Text, p.tagOf(e.Language), e.At)
	case mine && e.Event == simulator.EventBridge:
		p.Bridged(e.Target)
	case mine && e.Event == simulator.EventHangup:
		p.over = true
	case !mine && e.Event == simulator.EventRing && !p.over:
		p.Rung(e.Role)
	}
}

// tagOf is the language of the line that is spoken with a locale, or recorded under its tag.
func (p *testRun) tagOf(locale string) string {
	for _, language := range p.Line.Languages {
		if language.Locale == locale || language.Tag == locale {
			return language.Tag
		}
	}
	return p.Line.Languages[0].Tag
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
		p.Booked(h.Callback)
	case "message":
		p.MessageLeft(h.Reference)
	}
}

// end compares what came of the call with what was expected.
func (p *testRun) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.End()
}

package ivr

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// The telephones that we ring: an agent's behind a caller, and the two of a callback, of which either may be rung
// first (callbacks/dispatch/who_is_next.go). Nobody is connected who has not pressed 1: a voicemail presses nothing.
//
//	rung first         agent-first ─ 1 ─► (agent-note) ─► agent-waits
//	rung behind it                          customer-behind ─ 1 ─► they talk
//
//	rung first         customer-first ─ 1 ─► customer-waits
//	rung behind it           agent-behind ─ 1 ─► (agent-behind-note) ─► they talk
//	no agent is left                                 (another-time) ─ 1 ─► the callback moved

const (
	keyTake       = "1" // an agent takes the call, a customer wants to be put through
	keyNotMine    = "2" // a customer did not ask for the call
	keyHearNote   = "3" // an agent hears the customer's note
	noteTimeout   = 4 * time.Second
	retryPause    = 5 * time.Second  // between two tries to write down how a Dial ended
	retryLimit    = 30 * time.Second // somebody is kept on the line for it
	retryWrite    = 4 * time.Second  // a try may take
	retryAttempts = 6
)

// BeginLeg is the state of the first leg of an attempt to keep a callback. It has the language of who is rung, for when
// the callback cannot be read.
func BeginLeg(attempt string, c callbacks.Callback, customerFirst bool) State {
	state := State{Step: StepAgentFirst, Attempt: attempt, Line: c.Line, Desk: c.Desk, Language: c.Language}
	if customerFirst {
		state.Step = StepCustomerFirst
	}
	return state
}

// LegBehind is the state of the leg that a Dial makes, as [Connect] says.
func (s State) LegBehind(connect Connect) State {
	s.Step = connect.Leg
	return s
}

// hearLeg answers an event on a leg that we rang.
func (r *request) hearLeg(step *step, event Event) Action {
	switch event := event.(type) {
	case Start, Again, Failure:
		return step.ask(r)
	case Keys:
		if step.hear == nil {
			return step.ask(r)
		}
		return step.hear(r, event.Digits)
	}
	return step.onEvent(r, event)
}

// The agent behind a caller.

func askAgentLeg(r *request) Action {
	prompt := "whisper.call"
	if r.urgent() {
		prompt = "whisper.urgent"
	}
	r.said = append(r.said, r.line.briefing(prompt, r.line.deskLanguage(r.Desk), r.Topic, r.Language))
	return AskTwice{}
}

func hearAgentLeg(r *request, key string) Action {
	if key != keyTake {
		return Hangup{}
	}
	taken := MarkTaken{Dial: r.Dials, Target: callbacks.Target{ID: strconv.Itoa(r.Target)}, Line: r.line.ID,
		Desk: r.Desk, Topic: r.Topic, Caller: r.Caller}
	if desk := r.line.Desks[r.Desk]; desk != nil && r.Target < len(desk.Targets) {
		taken.Target = desk.Targets[r.Target]
	}
	return Perform{taken}
}

// onAgentLeg tells the agent about the caller, also when it could not be written down that they took the call: a person
// on the line goes before the record.
func onAgentLeg(r *request, _ Event) Action {
	r.said = append(r.said, r.line.caseFor(r.line.deskLanguage(r.Desk), r.Reference, r.Account, r.Answers)...)
	return Bridge{}
}

// An agent about a callback, rung first or behind the customer.

func askAgentFirst(*request) Action  { return Perform{ReadAttempt{Ask: Answered}} }
func askAgentBehind(*request) Action { return Perform{ReadAttempt{Ask: CustomerTook}} }

func hearAgent(_ *request, key string) Action {
	if key != keyTake {
		return Hangup{}
	}
	return Perform{ReadAttempt{Ask: AgentTakes}}
}

// onAgent says what the callback is about. Only after the 1 are account and numbers told, and the other side rung or
// connected; where the customer has left a spoken note, it can be heard first.
func onAgent(r *request, event Event) Action {
	read, ok := event.(AttemptRead)
	switch c := read.Callback; {
	case !ok: // connected without a record, the customer would be rung again
		return apologise(r)
	case read.Verdict != callbacks.Proceed:
		return r.byeAgent(c, "whisper.gone")
	case read.Ask != AgentTakes:
		prompt := "whisper.callback"
		if c.Urgent {
			prompt = "whisper.urgent-callback"
		}
		r.said = append(r.said, r.line.briefing(prompt, r.line.deskLanguage(c.Desk), c.Topic, c.Language))
		return AskTwice{}
	default:
		r.said = append(r.said, r.line.caseFor(r.line.deskLanguage(c.Desk), c.Reference, c.Account, c.Answers)...)
		if c.Note.SID != "" {
			return r.offerNote(c)
		}
		return r.connectAgent(c, false)
	}
}

// offerNote asks the agent whether they want to hear the note. Any other key, and silence, connects.
func (r *request) offerNote(c callbacks.Callback) Action {
	switch r.Step {
	case StepAgentFirst:
		r.Step = StepAgentNote
	case StepAgentBehind:
		r.Step = StepAgentBehindNote
	}
	r.sayAgent(c, "whisper.note")
	return Gather{Timeout: noteTimeout}
}

func hearAgentNote(_ *request, key string) Action {
	return Perform{ReadAttempt{Ask: AgentTook, Key: key, Note: key == keyHearNote}}
}

// onAgentNote plays the note as often as the agent asks for it, and then connects.
func onAgentNote(r *request, event Event) Action {
	read, ok := event.(AttemptRead)
	switch c := read.Callback; {
	case !ok:
		return apologise(r)
	case read.Verdict != callbacks.Proceed:
		return r.byeAgent(c, "whisper.gone")
	case read.Note && read.Playable:
		r.play = c.Note.SID
		return r.offerNote(c)
	case read.Note:
		r.sayAgent(c, "whisper.note-missing")
		fallthrough
	default:
		return r.connectAgent(c, true)
	}
}

// connectAgent rings the customer behind an agent who was rung first, and connects one who was rung behind a customer.
func (r *request) connectAgent(c callbacks.Callback, noteOffered bool) Action {
	if r.Step == StepAgentBehind || r.Step == StepAgentBehindNote {
		if noteOffered {
			r.sayAgent(c, "whisper.connect")
		}
		return Bridge{}
	}
	r.sayAgent(c, "whisper.connect")
	r.Step = StepAgentWaits
	r.keepLanguage(c)
	return Connect{
		Target: callbacks.Target{Kind: callbacks.Number, Address: c.Number},
		Ring:   callbacks.CustomerRing, Leg: StepCustomerBehind,
	}
}

// onAgentWaits is the end of the customer's leg, for the agent who was rung first. Only our own 1 lets the provider
// connect two people, so that they were repeats what was written, or makes up for it.
func onAgentWaits(r *request, event Event) Action {
	switch event := event.(type) {
	case DialEnded:
		r.dialEnded(event)
		if r.Ended.Bridged == "true" {
			return Perform{ReadAttempt{Ask: CustomerTook}}
		}
	case AttemptRead:
		switch {
		case event.Foreign:
			return r.byeAgent(event.Callback, "whisper.gone")
		case event.Ask == CustomerEnded && event.Callback.State == callbacks.Done:
			return r.byeAgent(event.Callback, "agent.bye")
		case event.Ask == CustomerEnded:
			return r.byeAgent(event.Callback, "agent.missed")
		}
	case Refused:
		if event.Ask == CustomerEnded || event.Why != Lasting {
			return r.retry(event.Why)
		}
	}
	return Perform{ReadAttempt{Ask: CustomerEnded, Status: r.Ended.Status, NotBridged: r.Ended.Bridged == "false"}}
}

// A customer, rung first or behind an agent.

func askCustomerBehind(*request) Action { return Perform{ReadAttempt{Ask: AgentTook}} }
func askCustomerFirst(*request) Action  { return Perform{ReadAttempt{Ask: Answered}} }

func hearCustomer(r *request, key string) Action {
	switch {
	case key == keyTake:
		return Perform{ReadAttempt{Ask: CustomerTakes}}
	case key == keyNotMine:
		return Perform{ReadAttempt{Ask: Disowns}}
	case r.Step == StepCustomerFirst:
		return Perform{ReadAttempt{Ask: Answered, Key: "other"}}
	}
	return Perform{ReadAttempt{Ask: AgentTook, Key: "other"}}
}

func onCustomer(r *request, event Event) Action {
	read, ok := event.(AttemptRead)
	behind, c := r.Step == StepCustomerBehind, read.Callback
	if !ok {
		return apologise(r)
	}
	if read.Verdict != callbacks.Proceed {
		return r.byeCustomer(c, r.whyNot(read))
	}
	switch {
	case read.Ask == Disowns:
		return r.byeCustomer(c, "customer.stopped")
	case read.Ask == CustomerTakes && behind:
		r.sayHint(c)
		return Bridge{}
	case read.Ask == CustomerTakes:
		r.sayHint(c)
		r.sayCustomer(c, "customer.wait")
		r.Step, r.Target, r.Ended, r.RingsAgain = StepCustomerWaits, -1, nil, false
		return r.nextAgent(c)
	}
	return r.askToPress(read)
}

// hintDigits is how many digits of the reference a customer hears from us, of seven.
const hintDigits = 2

// sayHint tells customers something of their reference that somebody who impersonates us has to guess. It is said only
// after their 1: a voicemail, or somebody else who picks up, hears none of it.
func (r *request) sayHint(c callbacks.Callback) {
	end := c.Reference[max(0, len(c.Reference)-hintDigits):]
	r.sayCustomer(c, "customer.hint", "digits", spoken.Digits(r.line.Language(c.Language).Tag, end))
}

// whyNot is why a customer is not connected any more.
func (r *request) whyNot(read AttemptRead) string {
	behind := r.Step == StepCustomerBehind
	switch {
	case behind && read.Ask == AgentTook:
		return missed(read)
	case behind && read.Ask == CustomerTakes:
		return "goodbye"
	case read.Ask == Answered && read.Verdict == callbacks.Closed:
		return "customer.later"
	}
	return "customer.gone"
}

// missed is for customers who are not connected although they picked up: whether they are rung again.
func missed(read AttemptRead) string {
	if read.RingsAgain {
		return "customer.missed"
	}
	return "customer.missed-last"
}

// askToPress asks a customer for the 1. That another key was pressed is explained once.
func (r *request) askToPress(read AttemptRead) Action {
	c, again := read.Callback, read.Key != ""
	if again && r.Again {
		return r.byeCustomer(c, missed(read))
	}
	r.Again, r.RingsAgain = again, read.RingsAgain
	tag := r.line.Language(c.Language).Tag
	r.sayCustomer(c, "customer.press", "line", r.line.Names[tag])
	r.sayCustomer(c, "customer.not-mine", "key", keyNotMine)
	return AskTwice{Else: []Utterance{r.line.Say(tag, missed(read))}}
}

// onCustomerWaits is the end of an agent's leg, for the customer who was rung first.
func onCustomerWaits(r *request, event Event) Action {
	switch event := event.(type) {
	case DialEnded:
		r.dialEnded(event)
		if r.Ended.Bridged == "true" { // after our own 1: it repeats what was written, or makes up for it
			return Perform{ReadAttempt{Ask: AgentTook}}
		}
		return Perform{ReadAttempt{Ask: CustomerTook}}
	case AttemptRead:
		switch {
		case event.Foreign:
			return r.byeCustomer(event.Callback, "customer.gone")
		case event.Ask == AgentEnded:
			r.Target++
			return r.afterAgent(event.Callback)
		}
		return r.nextAgent(event.Callback)
	case Refused:
		return r.retry(event.Why)
	}
	return apologise(r)
}

// nextAgent writes down how the last target's leg ended, if there was one, and rings the next.
func (r *request) nextAgent(c callbacks.Callback) Action {
	hasNext := r.Target+1 < len(r.targets(c))
	if r.Target < 0 && hasNext {
		r.Target++
		return r.dialAgent(c)
	}
	ended := ReadAttempt{Ask: AgentEnded, HasNext: hasNext}
	if r.Ended != nil {
		ended.Status, ended.NotBridged = r.Ended.Status, r.Ended.Bridged == "false"
	}
	return Perform{ended}
}

func (r *request) afterAgent(c callbacks.Callback) Action {
	switch {
	case c.State == callbacks.Done:
		return r.byeCustomer(c, "goodbye")
	case c.State == callbacks.Task:
		return r.offerAnotherTime(c)
	case c.State.Final():
		r.sayCustomer(c, "customer.given-up")
		return r.byeCustomer(c, "customer.missed-last")
	case r.Target >= len(r.targets(c)) || c.State != callbacks.CustomerReached:
		return r.byeCustomer(c, "customer.nobody")
	}
	r.sayCustomer(c, "desk.next")
	return r.dialAgent(c)
}

// dialAgent rings the target whose turn it is.
func (r *request) dialAgent(c callbacks.Callback) Action {
	r.Ended = nil
	r.keepLanguage(c)
	target := c.TargetBehind(r.targets(c), r.Target)
	return Connect{Target: target, Ring: r.line.Desks[c.Desk].Ring, Leg: StepAgentBehind}
}

func (r *request) targets(c callbacks.Callback) []callbacks.Target {
	if desk := r.line.Desks[c.Desk]; desk != nil {
		return desk.Targets
	}
	return nil
}

// A DialEnd is how a Dial ended, which travels in the URL of another try when it could not be written down: that the
// two were not connected is written nowhere else, and without it a callback of which both sides pressed 1 counts as
// kept.
type DialEnd struct {
	// Status and Bridged are the provider's words; empty when it did not say.
	Status  string `json:"s,omitempty"`
	Bridged string `json:"b,omitempty"`
	// Tries is how often it could not be written, and Since when that was for the first time, in Unix seconds.
	Tries int   `json:"n"`
	Since int64 `json:"x"`
}

// dialEnded keeps how a Dial ended, unless an earlier try has.
func (r *request) dialEnded(event DialEnded) {
	if r.Ended == nil {
		r.Ended = &DialEnd{Status: event.Status, Bridged: event.Bridged}
	}
}

// retry keeps the person on the line for another try to write down how the Dial ended, and gives up in the end.
func (r *request) retry(why Refusal) Action {
	if r.Ended == nil {
		return apologise(r)
	}
	end := *r.Ended
	if end.Tries == 0 {
		end.Since = r.now.Unix()
	}
	end.Tries++
	over := r.now.Add(retryPause+retryWrite).Sub(time.Unix(end.Since, 0)) > retryLimit
	if why == Lasting || end.Tries > retryAttempts || over {
		return apologise(r)
	}
	r.Ended = &end
	if end.Tries == 1 {
		r.said = append(r.said, r.line.Say(r.legLanguage(), "desk.connecting"))
	}
	return Retry{After: retryPause}
}

// keepLanguage keeps what tells the languages of both sides.
func (r *request) keepLanguage(c callbacks.Callback) {
	r.Line, r.Desk, r.Language = c.Line, c.Desk, c.Language
}

// legLanguage is the language of who is on a leg, as far as the state tells it.
func (r *request) legLanguage() string {
	if r.toCustomer() {
		return r.language()
	}
	return r.line.deskLanguage(r.Desk)
}

// toCustomer reports whether a leg is the customer's.
func (r *request) toCustomer() bool {
	return slices.Contains([]StepID{StepCustomerFirst, StepCustomerBehind, StepCustomerWaits, StepAnotherTime}, r.Step)
}

// apologise ends a leg whose callback cannot be read, or written.
func apologise(r *request) Action {
	said := r.line.Apology(r.legLanguage())
	if !r.toCustomer() {
		said = said[:1]
	} else if r.RingsAgain {
		said[1] = r.line.Say(r.legLanguage(), "customer.missed")
	}
	r.said = append(r.said, said...)
	return Hangup{}
}

// Apology is the last that a caller or customer hears when nothing else can be said.
func (l *Line) Apology(tag string) []Utterance {
	tag = l.Language(tag).Tag
	return []Utterance{l.Say(tag, "failure.message"), l.Say(tag, "customer.missed-last")}
}

func (r *request) sayAgent(c callbacks.Callback, key string) {
	r.said = append(r.said, r.line.Say(r.line.deskLanguage(c.Desk), key))
}

func (r *request) sayCustomer(c callbacks.Callback, key string, pairs ...string) {
	r.said = append(r.said, r.line.Say(r.line.Language(c.Language).Tag, key, pairs...))
}

func (r *request) byeAgent(c callbacks.Callback, key string) Action {
	r.sayAgent(c, key)
	return Hangup{}
}

func (r *request) byeCustomer(c callbacks.Callback, key string) Action {
	r.sayCustomer(c, key)
	return Hangup{}
}

// What an agent hears before and after they take a call or a callback.

// briefing is what a leg is about: line, topic and the caller's language, in the desk's language.
func (l *Line) briefing(prompt, tag, topic, language string) Utterance {
	about := l.text(tag, "topic."+topic)
	if about == "" { // none was chosen, or it is no longer configured
		about = l.text(tag, "topic.general")
	}
	return l.Say(tag, prompt, "line", l.Names[tag],
		"topic", about, "language", l.text(tag, "language."+l.Language(language).Tag))
}

// caseFor is what an agent hears after the 1, so that nobody asks the caller twice.
func (l *Line) caseFor(tag, reference, account string, answers callbacks.Answers) []Utterance {
	var said []Utterance
	if reference != "" {
		said = append(said, l.Say(tag, "whisper.reference", "digits", spoken.Digits(tag, reference)))
	}
	if account == "" {
		said = append(said, l.Say(tag, "whisper.none"))
	} else {
		said = append(said, l.Say(tag, "whisper.account", "digits", l.sayAccount(tag, account)))
	}
	for _, answer := range answers.All() {
		digits := spoken.Digits(tag, answer.Digits) // told bare where the question is no longer configured
		text := cmp.Or(l.text(tag, "answer."+answer.Question, "digits", digits), digits)
		said = append(said, Utterance{Language: tag, Text: text})
	}
	return said
}

// deskLanguage is the language in which a desk's agents are spoken to.
func (l *Line) deskLanguage(desk string) string {
	if d := l.Desks[desk]; d != nil {
		return l.Language(d.Language).Tag
	}
	return l.Languages[0].Tag
}

package ivr

import (
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// The flow decides what a caller hears next. It is pure: a state, an event and the hour go in,
// sentences and one next thing come out. Callbacks are effects; the handler carries them out before anything is spoken.

// maxEvents bounds a call: after so many events the caller is put through or may leave a request,
// and twice as many end the call with a goodbye.
const maxEvents = 60

// maxFailures is how many faults of ours a call bears before it ends with a goodbye.
const maxFailures = 3

// An Utterance is a sentence in a language of the line. Audio is the name of its recording, which is played in
// the place of the text; empty: there is none.
type Utterance struct{ Language, Text, Audio string }

// An Action is the one thing that follows what is said.
type Action interface{ action() }

type (
	// Gather waits for keys: one, or for an Entry digits until #. Digits, if not 0, is how many end the entry by
	// themselves.
	Gather struct {
		Entry   bool
		Digits  int
		Timeout time.Duration
	}
	// Connect rings one telephone. Leg is the step at which its holder begins; they are connected once it leads to
	// [Bridge].
	Connect struct {
		Target callbacks.Target
		Ring   time.Duration
		Leg    StepID
	}
	// AskTwice asks for one key on a leg that somebody picked up, once more if none comes, and then says Else and hangs
	// up.
	AskTwice struct{ Else []Utterance }
	// Bridge connects a leg with the one that waits for it.
	Bridge struct{}
	// Retry comes back to the same step after a while.
	Retry struct{ After time.Duration }
	// Record takes a message.
	Record struct{ Seconds int }
	// Hangup ends the call.
	Hangup struct{}
	// Perform has an effect carried out; its answer comes back as an event.
	Perform struct{ Effect Effect }

	goTo struct{ step StepID }
	// noMatch is a wrong key or number: say why, ask again, count. After a slip a short question is enough.
	noMatch struct {
		prompt Utterance
		slip   bool
	}
)

func (Gather) action()   {}
func (Connect) action()  {}
func (Record) action()   {}
func (AskTwice) action() {}
func (Bridge) action()   {}
func (Retry) action()    {}
func (Hangup) action()   {}
func (Perform) action()  {}
func (goTo) action()     {}
func (noMatch) action()  {}

// A Response is the answer to an event: what is said, and what follows.
type Response struct {
	// Play is the name of a recording that is played before anything is said, empty for none.
	Play   string
	Say    []Utterance
	Action Action
}

// A request is one event being answered.
type request struct {
	line *Line
	now  time.Time
	call Call
	*State
	said []Utterance
	play string
}

// Advance answers an event. The state that it returns belongs to the next one.
func Advance(line *Line, now time.Time, call Call, state State, event Event) (State, Response) {
	r := &request{line: line, now: now, call: call, State: &state}
	r.Events++
	response := r.settle(r.hear(event))
	return state, response
}

// Begin is the state of a call that has just begun; its first event is [Start]. from is the calling number or address
// as the provider sends it.
func Begin(line *Line, now time.Time, from string) State {
	return State{Line: line.ID, Step: FirstStep, Called: now.Unix(), Caller: line.CallerNumber(from)}
}

// Resume is how a call whose state is lost goes on after an event: as one with a fault of ours. What has happened
// already is not done again, or instances that hold different keys would ring the same agent for ever. bridged says
// that the caller has talked with somebody.
func Resume(line *Line, now time.Time, from string, event Event, bridged bool) (State, Event) {
	state := Begin(line, now, from)
	switch event := event.(type) {
	case Recorded:
		state.Step = stepMessage
		return state, event
	case DialEnded:
		state.Failures = 1
		if bridged {
			state.Failures = maxFailures
		}
	}
	return state, Failure{}
}

// settle follows the inner moves until something is left for the provider to do.
func (r *request) settle(n Action) Response {
	for range 20 {
		switch move := n.(type) {
		case goTo:
			r.enter(move.step)
			n = stepOf(move.step).ask(r)
		case noMatch:
			r.NoMatches++
			if move.prompt.Text != "" {
				r.said = append(r.said, move.prompt)
			}
			switch {
			case r.NoMatches >= r.line.NoMatchLimit:
				n = r.giveUp()
			case move.slip:
				n = r.askAfterSlip(stepOf(r.Step))
			default:
				n = stepOf(r.Step).ask(r)
			}
		default:
			return Response{Play: r.play, Say: r.said, Action: n}
		}
	}
	// Not reached by any walk of the steps (see the graph test); a caller is still not cut off without a word.
	return Response{Say: append(r.said, r.line.Say(r.language(), "goodbye")), Action: Hangup{}}
}

func (r *request) enter(step StepID) {
	r.Step, r.NoInputs, r.NoMatches = step, 0, 0
}

func (r *request) hear(event Event) Action {
	if step := stepOf(r.Step); step.kind == leg {
		return r.hearLeg(step, event)
	}
	switch event := event.(type) {
	case Start:
		return goTo{FirstStep}
	case Failure:
		return r.failure()
	case Again:
		return stepOf(r.Step).ask(r)
	case Keys:
		return r.keys(event.Digits)
	}
	step := stepOf(r.Step)
	if step.onEvent == nil {
		return step.ask(r)
	}
	return step.onEvent(r, event)
}

// keys answers what was pressed: the keys that mean the same everywhere here, the rest in the step.
func (r *request) keys(digits string) Action {
	step := stepOf(r.Step)
	needless := r.HashMayFollow && digits == KeyDone
	r.HashMayFollow = false
	if step.kind == entry {
		digits = strings.TrimRight(digits, KeyDone) // left in where nothing was keyed before it
	}
	switch {
	case needless && r.Events <= maxEvents:
		return step.ask(r)
	case r.Events > 2*maxEvents:
		return r.goodbye()
	case r.Events > maxEvents:
		return r.giveUp()
	case step.hear == nil && step.keys == nil:
		return step.ask(r)
	case digits == "":
		return r.noInput(step)
	case step.kind == entry:
		return r.entryKeys(step, digits)
	}
	return r.menuKey(step, digits[len(digits)-1:])
}

func (r *request) noInput(step *step) Action {
	if step.onNoInput != nil {
		return step.onNoInput(r)
	}
	return r.countNoInput(step)
}

func (r *request) countNoInput(step *step) Action {
	r.NoInputs++
	if r.NoInputs >= r.line.NoInputLimit {
		return r.giveUp()
	}
	prompt := "no-input.menu"
	if step.kind == entry {
		prompt = "no-input.entry"
	}
	r.say(prompt)
	return r.askAfterSlip(step)
}

// askAfterSlip asks once more. A menu takes long to hear, so callers who slipped the first time are only told how to
// hear it again; in the language menu, whose sentences are short, nobody is known to understand that.
func (r *request) askAfterSlip(step *step) Action {
	if step.kind == menu && step.id != stepLanguage && r.NoInputs+r.NoMatches < 2 {
		if r.offersEmergency() {
			r.sayFirst("emergency.first", "key", "1")
		}
		r.say("menu.again")
		return Gather{Timeout: menuTimeout}
	}
	return step.ask(r)
}

// entryKeys takes a number. A lone star leaves the entry, a lone 0 is an agent; what follows a star is the number keyed
// in again.
func (r *request) entryKeys(step *step, digits string) Action {
	digits = digits[strings.LastIndex(digits, keyBack)+1:]
	switch {
	case digits == "":
		return step.back(r)
	case digits == KeyPerson:
		return r.person()
	case r.dropsCard(digits):
		return r.withoutCard()
	}
	return step.hear(r, digits)
}

// giveUp goes on without an answer: to a person while one may be had, else to a request, else to the end.
func (r *request) giveUp() Action {
	switch {
	case stepOf(r.Step).terminal:
		return r.goodbye()
	case r.deskCanAnswer(r.deskWanted()):
		r.say("limit.person")
		return r.ring(r.deskWanted())
	case stepOf(r.Step).afterDesk:
		return r.toMessage()
	}
	if r.agentDesk() == "" {
		r.say("limit.request")
	}
	return goTo{stepOffer}
}

// person answers the key 0: the topic's desk at once if it can answer, else the general one, else what can be had
// instead. Who has an urgent matter gets that desk once more.
func (r *request) person() Action {
	if r.Step == stepUrgentBooked {
		return r.ringAgain(r.deskWanted())
	}
	if desk := r.agentDesk(); desk != "" {
		return r.ring(desk)
	}
	desk := r.deskWanted()
	switch refusal := r.findNumber(); {
	case slices.Contains(r.Rung, desk):
		r.say("desk.nobody")
	case refusal == nil || notANumber(refusal): // others hear it from the offer
		r.sayStillClosed(desk)
	}
	if r.Step == stepOffer {
		return noMatch{} // counted, so that pressing 0 for ever ends too
	}
	return goTo{stepOffer}
}

// failure apologises for a fault of ours and leads to a person or a message.
func (r *request) failure() Action {
	r.Failures++
	desk := r.deskWanted()
	switch {
	case r.Failures > maxFailures:
		return r.goodbye()
	case r.Step == stepDesk && r.Dials > 0: // they may have talked already
		return r.askTaken()
	case r.Failures == 1 && r.deskCanAnswer(desk):
		r.say("failure.person")
		return r.ring(desk)
	}
	r.say("failure.message")
	if r.emergency() != nil { // its key is the first of what is offered
		return goTo{stepOffer}
	}
	return goTo{stepMessage}
}

// goodbye ends the call; a caller who got nothing is told when somebody is there.
func (r *request) goodbye() Action {
	desk := r.line.Desks[r.deskWanted()]
	if opening, ok := desk.Hours.NextOpening(r.now); ok && opening.After(r.now) {
		r.say("goodbye.when", "when", r.when(opening))
		return Hangup{}
	}
	r.say("goodbye")
	return Hangup{}
}

// deskWanted is the desk that this call is for: the one that serves the topic, or the general one while no topic is
// known, in the caller's language.
func (r *request) deskWanted() string {
	if topic := r.topic(); topic != nil {
		return r.line.DeskFor(topic.Desk, r.language())
	}
	return r.generalDesk()
}

func (r *request) generalDesk() string { return r.line.DeskFor(r.line.General, r.language()) }

// DeskFor is the desk that serves callers of a language in the place of this one, or this one.
func (l *Line) DeskFor(id, tag string) string {
	if desk := l.Desks[id]; desk != nil && desk.ByLanguage[tag] != "" {
		return desk.ByLanguage[tag]
	}
	return id
}

// agentDesk is the desk that the key 0 leads to: the topic's if it can answer, else the general one; empty when neither
// can.
func (r *request) agentDesk() string {
	for _, desk := range []string{r.deskWanted(), r.generalDesk()} {
		if r.deskCanAnswer(desk) {
			return desk
		}
	}
	return ""
}

// emergency is the topic that is offered first whatever else is: while the line is closed, and that topic's desk can
// answer. It is nil otherwise, and for a caller who has chosen it.
func (r *request) emergency() *Topic {
	topic := r.line.emergency()
	if topic == nil || r.urgent() || !r.closed() || !r.deskCanAnswer(r.line.DeskFor(topic.Desk, r.language())) {
		return nil
	}
	return topic
}

// offersEmergency reports whether key 1 of the menu that the caller is in leads to it now.
func (r *request) offersEmergency() bool {
	switch r.Step {
	case stepTopic:
		return r.Menu == "" && r.Page == 0 && r.emergency() != nil
	case stepRingAt:
		return r.Emergency && r.NoCall != ""
	case stepOffer, stepOfferMore, stepBeforeMessage, stepAfterMessage:
		return r.Emergency
	}
	return false
}

// deskCanAnswer is false when the desk is closed or did not answer in this call already.
func (r *request) deskCanAnswer(desk string) bool {
	return r.line.Desks[desk].Hours.IsOpen(r.now) && !slices.Contains(r.Rung, desk)
}

func (r *request) topic() *Topic { return r.line.Topic(r.Topic) }

// language is the tag of the language to speak: the chosen one, before that the line's first.
func (r *request) language() string { return r.line.Language(r.Language).Tag }

func (r *request) words(key string, pairs ...string) Utterance {
	return r.line.Say(r.language(), key, pairs...)
}

func (r *request) say(key string, pairs ...string) {
	r.said = append(r.said, r.words(key, pairs...))
}

// sayFirst says something before all else that the answer says.
func (r *request) sayFirst(key string, pairs ...string) {
	r.said = slices.Insert(r.said, 0, r.words(key, pairs...))
}

// when says when a desk opens or closes.
func (r *request) when(at time.Time) string { return r.line.when(r.language(), at, r.now, r.call.From) }

// sayHours says when a desk closes or, if it is closed, opens.
func (r *request) sayHours(desk string) {
	calendar := r.line.Desks[desk].Hours
	closing, ok := calendar.NextClosing(r.now)
	switch {
	case !calendar.IsOpen(r.now):
		r.sayClosed(desk)
	case ok:
		r.say("hours.open", "when", r.when(closing))
	}
}

// sayStillClosed is short for callers who were told at the beginning when the desk opens.
func (r *request) sayStillClosed(desk string) {
	calendar := r.line.Desks[desk].Hours
	_, known := calendar.NextOpening(r.now)
	if known && r.Announced && desk == r.generalDesk() && !calendar.IsOpen(time.Unix(r.Called, 0)) {
		r.say("hours.closed-now")
		return
	}
	r.sayClosed(desk)
}

func (r *request) sayClosed(desk string) {
	if _, known := r.line.Desks[desk].Hours.NextOpening(r.now); known {
		r.say("hours.closed-now")
	}
	r.sayOpening(desk)
}

// sayOpening is for callers who know that it is closed.
func (r *request) sayOpening(desk string) {
	if opening, known := r.line.Desks[desk].Hours.NextOpening(r.now); known {
		r.say("hours.opens", "when", r.when(opening))
		return
	}
	r.say("hours.closed-long")
}

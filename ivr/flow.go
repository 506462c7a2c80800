package ivr

import (
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// The flow decides what a caller hears next. It is pure: a state, an event and the hour go in,
// sentences and one next thing come out. Promises are effects; the handler carries them out before anything is spoken.

// maxTurns bounds a call: after so many events the caller is put through or may leave a request,
// and twice as many end the call with a goodbye.
const maxTurns = 60

// maxTroubles is how many faults of ours a call bears before it ends with a goodbye.
const maxTroubles = 3

// An Utterance is a sentence in a language of the line.
type Utterance struct{ Language, Text string }

// A Next is the one thing that follows what is said.
type Next interface{ next() }

type (
	// Listen waits for keys. An Entry takes digits until #; otherwise one key is enough.
	Listen struct {
		Entry   bool
		Timeout time.Duration
	}
	// Connect rings one target of a desk.
	Connect struct {
		Target callbacks.Target
		Ring   time.Duration
	}
	// Record takes a message.
	Record struct{ Seconds int }
	// Hangup ends the call.
	Hangup struct{}
	// Perform has an effect carried out; its answer comes back as an event.
	Perform struct{ Effect Effect }

	goTo  struct{ step StepID }
	wrong struct{ prompt Utterance } // a wrong key or number: say why, ask again, count
)

func (Listen) next()  {}
func (Connect) next() {}
func (Record) next()  {}
func (Hangup) next()  {}
func (Perform) next() {}
func (goTo) next()    {}
func (wrong) next()   {}

// A Page is the answer to an event: what is said, and what follows.
type Page struct {
	Say  []Utterance
	Next Next
}

// turn is one event being answered.
type turn struct {
	line *Line
	now  time.Time
	call Call
	*State
	said []Utterance
}

// Advance answers an event. The state that it returns belongs to the next one.
func Advance(line *Line, now time.Time, call Call, state State, event Event) (State, Page) {
	call.From = line.CallerNumber(call.From)
	t := &turn{line: line, now: now, call: call, State: &state}
	t.Turns++
	page := t.settle(t.hear(event))
	return state, page
}

// Begin is the state of a call that has just begun; its first event is [Start].
func Begin(line *Line, now time.Time) State {
	return State{Line: line.ID, Step: FirstStep, Called: now.Unix()}
}

// Resume is how a call whose state is lost goes on after an event: as one with a fault of ours. What has happened
// already is not done again, or instances that hold different keys would ring the same agent for ever. bridged says
// that the caller has talked with somebody.
func Resume(line *Line, now time.Time, event Event, bridged bool) (State, Event) {
	state := Begin(line, now)
	switch event := event.(type) {
	case Recorded:
		state.Step = stepMessage
		return state, event
	case DialEnded:
		state.Troubles = 1
		if bridged {
			state.Troubles = maxTroubles
		}
	}
	return state, Trouble{}
}

// settle follows the inner moves until something is left for the provider to do.
func (t *turn) settle(n Next) Page {
	for range 20 {
		switch move := n.(type) {
		case goTo:
			t.enter(move.step)
			n = stepOf(move.step).ask(t)
		case wrong:
			t.Wrong++
			if move.prompt.Text != "" {
				t.said = append(t.said, move.prompt)
			}
			if t.Wrong >= t.line.NoMatchLimit {
				n = t.giveUp()
			} else {
				n = stepOf(t.Step).ask(t)
			}
		default:
			return Page{Say: t.said, Next: n}
		}
	}
	// Not reached by any walk of the steps (see the graph test); a caller is still not cut off without a word.
	return Page{Say: append(t.said, t.line.Say(t.tongue(), "goodbye")), Next: Hangup{}}
}

func (t *turn) enter(step StepID) {
	t.Step, t.Silent, t.Wrong = step, 0, 0
}

func (t *turn) hear(event Event) Next {
	switch event := event.(type) {
	case Start:
		return goTo{FirstStep}
	case Trouble:
		return t.trouble()
	case Again:
		return stepOf(t.Step).ask(t)
	case Keys:
		return t.keys(event.Digits)
	}
	step := stepOf(t.Step)
	if step.happen == nil {
		return step.ask(t)
	}
	return step.happen(t, event)
}

// keys answers what was pressed: the keys that mean the same everywhere here, the rest in the step.
func (t *turn) keys(digits string) Next {
	step := stepOf(t.Step)
	if step.kind == entry {
		digits = strings.TrimRight(digits, KeyDone) // left in where nothing was keyed before it
	}
	switch {
	case t.Turns > 2*maxTurns:
		return t.goodbye()
	case t.Turns > maxTurns:
		return t.giveUp()
	case step.hear == nil:
		return step.ask(t)
	case digits == "":
		return t.silence(step)
	case step.kind == entry:
		return t.entryKeys(step, digits)
	}
	return t.menuKey(step, digits[len(digits)-1:])
}

func (t *turn) silence(step *step) Next {
	if step.silent != nil {
		return step.silent(t)
	}
	t.Silent++
	if t.Silent >= t.line.NoInputLimit {
		return t.giveUp()
	}
	prompt := "no-input.menu"
	if step.kind == entry {
		prompt = "no-input.entry"
	}
	t.say(prompt)
	return step.ask(t)
}

func (t *turn) menuKey(step *step, key string) Next {
	switch key {
	case KeyPerson:
		return t.person()
	case keyAgain:
		return step.ask(t)
	case keyBack:
		if step.back != nil {
			return step.back(t)
		}
		return step.ask(t)
	}
	return step.hear(t, key)
}

// entryKeys takes a number. The star leaves the entry; one key after it belongs to the menu that follows, so that star
// and then 0 is a person without waiting for that menu. More than one is the number keyed in again.
func (t *turn) entryKeys(step *step, digits string) Next {
	star := strings.LastIndex(digits, keyBack)
	follow := digits[star+1:]
	switch {
	case star >= 0 && follow == "":
		return step.back(t)
	case star >= 0 && len(follow) == 1:
		next := step.back(t)
		if move, ok := next.(goTo); ok && stepOf(move.step).kind == menu {
			t.enter(move.step)
			return t.menuKey(stepOf(move.step), follow)
		}
		return next
	}
	digits = follow
	if t.dropsCard(digits) {
		return t.withoutCard()
	}
	return step.hear(t, digits)
}

// giveUp goes on without an answer: to a person while one may be had, else to a request, else to the end.
func (t *turn) giveUp() Next {
	switch {
	case stepOf(t.Step).end:
		return t.goodbye()
	case t.deskCanAnswer(t.deskWanted()):
		t.say("limit.person")
		return t.ring(t.deskWanted())
	case stepOf(t.Step).late:
		t.say("limit.request")
		return goTo{stepMessage}
	}
	t.say("limit.request")
	return goTo{stepOffer}
}

// person answers the key 0: the topic's desk at once if it can answer, else the general one, else what can be had instead.
func (t *turn) person() Next {
	desk := t.deskWanted()
	for _, can := range []string{desk, t.generalDesk()} {
		if t.deskCanAnswer(can) {
			return t.ring(can)
		}
	}
	if slices.Contains(t.Rung, desk) {
		t.say("desk.nobody")
	} else {
		t.sayClosed(desk)
	}
	if t.Step == stepOffer {
		return wrong{} // counted, so that pressing 0 for ever ends too
	}
	return goTo{stepOffer}
}

// trouble apologises for a fault of ours and leads to a person or a message.
func (t *turn) trouble() Next {
	t.Troubles++
	desk := t.deskWanted()
	switch {
	case t.Troubles > maxTroubles:
		return t.goodbye()
	case t.Step == stepDesk && t.Dials > 0: // they may have talked already
		return t.askTaken()
	case t.Troubles == 1 && t.deskCanAnswer(desk):
		t.say("failure.person")
		return t.ring(desk)
	}
	t.say("failure.message")
	return goTo{stepMessage}
}

// goodbye ends the call; a caller who got nothing is told when somebody is there.
func (t *turn) goodbye() Next {
	desk := t.line.Desks[t.deskWanted()]
	if opening, ok := desk.Hours.NextOpening(t.now); ok && opening.After(t.now) {
		t.say("goodbye.when", "when", t.line.when(t.tongue(), opening, t.now))
		return Hangup{}
	}
	t.say("goodbye")
	return Hangup{}
}

// deskWanted is the desk that this call is for: the one that serves the topic, or the general one while no topic is
// known, in the caller's language.
func (t *turn) deskWanted() string {
	if topic := t.topic(); topic != nil {
		return t.line.deskFor(topic.Desk, t.tongue())
	}
	return t.generalDesk()
}

func (t *turn) generalDesk() string { return t.line.deskFor(t.line.General, t.tongue()) }

// deskFor is the desk that serves callers of a language in the place of this one, or this one.
func (l *Line) deskFor(id, tag string) string {
	if other, ok := l.Desks[id].ByLanguage[tag]; ok {
		return other
	}
	return id
}

// deskCanAnswer is false when the desk is closed or did not answer in this call already.
func (t *turn) deskCanAnswer(desk string) bool {
	return t.line.Desks[desk].Hours.IsOpen(t.now) && !slices.Contains(t.Rung, desk)
}

func (t *turn) topic() *Topic { return t.line.Topic(t.Topic) }

// tongue is the language to speak: the chosen one, before that the line's first.
func (t *turn) tongue() string { return t.line.Language(t.Language).Tag }

func (t *turn) words(key string, pairs ...string) Utterance {
	return t.line.Say(t.tongue(), key, pairs...)
}

func (t *turn) say(key string, pairs ...string) {
	t.said = append(t.said, t.words(key, pairs...))
}

// sayHours says when a desk closes or, if it is closed, opens.
func (t *turn) sayHours(desk string) {
	calendar := t.line.Desks[desk].Hours
	closing, ok := calendar.NextClosing(t.now)
	switch {
	case !calendar.IsOpen(t.now):
		t.sayClosed(desk)
	case ok:
		t.say("hours.open", "when", t.line.when(t.tongue(), closing, t.now))
	}
}

func (t *turn) sayClosed(desk string) {
	if opening, ok := t.line.Desks[desk].Hours.NextOpening(t.now); ok {
		t.say("hours.closed", "when", t.line.when(t.tongue(), opening, t.now))
		return
	}
	t.say("hours.closed-long")
}

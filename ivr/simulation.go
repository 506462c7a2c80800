package ivr

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
)

// A Simulation is how a call goes whose caller wants one thing and takes what is offered: it names a topic, gives no
// numbers, waits for the desk, of which nobody answers, and then chooses a callback as soon as possible, or else a
// message.
type Simulation struct {
	// Keys are what the caller presses, a group for each question, as hotline call --press takes them; an empty one is
	// silence.
	Keys []string
	// Language is the tag that was chosen; Announcements are those spoken, in order.
	Language      string
	Announcements []Announcement
	// Wanted is the desk that the call is for, in the caller's language.
	Wanted string
	// Peak is set when the caller hears that it can take longer.
	Peak bool
	// Rung are the targets that ring, one after another, until somebody takes the call. None: the desk is closed, or
	// the topic leads elsewhere.
	Rung []Ringing
	// Offer is what was offered once no desk could answer; nil if it came to none.
	Offer *CallbackOffer
	// Request is the callback that is booked; nil for none.
	Request *callbacks.Request
	// Message is set when the caller is asked for a recorded message.
	Message bool
}

// A Ringing is one target of a desk, rung for so long.
type Ringing struct {
	Desk   string
	Target callbacks.Target
	Ring   time.Duration
}

// A CallbackOffer is what a caller may choose from.
type CallbackOffer struct {
	callbacks.Offer
	// Number would be rung, E.164; empty when the calling number cannot be: then Refused says why.
	Number  string
	Refused *callbacks.Refusal
	// Asks is set when the caller is asked for another number before anything is booked.
	Asks bool
	// Key is the one for as soon as possible; those of the slots follow.
	Key int
}

// Simulate plays a call at an instant through the flow. An empty language is the line's first, an empty topic is a
// caller who asks for a person at once. The caller has no callback before.
func (l *Line) Simulate(now time.Time, call Call, language, topic string) (Simulation, error) {
	w := simulatedCall{line: l, now: now, topic: topic}
	w.Language = l.Language(language).Tag
	if topic != "" {
		i := slices.IndexFunc(l.KeyPaths(), func(path KeyPath) bool { return path.Topic == topic })
		if i < 0 {
			return w.Simulation, fmt.Errorf("line %s has no topic %q in its menu", l.ID, topic)
		}
		w.path = l.KeyPaths()[i].Keys
	}
	state, event := Begin(l, now, call.From), Event(Start{})
	call.From = state.Caller
	for range 2 * maxEvents {
		var response Response
		state, response = Advance(l, now, call, state, event)
		w.heard(response)
		if event = w.answer(state, response.Action, call); event == nil {
			w.Wanted = (&request{line: l, now: now, call: call, State: &state}).deskWanted()
			return w.Simulation, nil
		}
	}
	return w.Simulation, fmt.Errorf("the call to line %s comes to no end", l.ID)
}

// A simulatedCall is a simulation that is being played.
type simulatedCall struct {
	Simulation
	line  *Line
	now   time.Time
	topic string
	path  []string // keys to the topic, still to be pressed
}

// heard notes which announcements are spoken.
func (w *simulatedCall) heard(response Response) {
	for _, said := range response.Say {
		i := slices.IndexFunc(w.line.Announcements, func(n Announcement) bool {
			return !w.now.Before(n.From) && w.now.Before(n.Until) && n.Text[said.Language] == said.Text
		})
		if i >= 0 {
			w.Announcements = append(w.Announcements, w.line.Announcements[i])
		}
	}
}

// answer is what happens next; nil when the call has come to its end.
func (w *simulatedCall) answer(state State, next Action, call Call) Event {
	switch next := next.(type) {
	case Perform:
		return w.perform(next.Effect)
	case Connect:
		topic := w.line.Topic(w.topic)
		w.Peak = w.line.peak(w.now) && (topic == nil || !topic.Urgent)
		w.Rung = append(w.Rung, Ringing{Desk: state.Desk, Target: next.Target, Ring: next.Ring})
		return DialEnded{Status: "no-answer"}
	case Record:
		w.Message = true
	case Gather:
		key, ok := w.key(state, call)
		if ok {
			w.Keys = append(w.Keys, key)
			return Keys{Digits: key}
		}
	}
	return nil
}

// perform answers an effect as a product does in which nothing goes wrong and nobody picks up.
func (w *simulatedCall) perform(effect Effect) Event {
	switch effect := effect.(type) {
	case FindOpen:
		return Found{}
	case SaveCallRecord:
		return Saved{}
	case AskTaken:
		return Taken{}
	case UrgentUnanswered:
		return Alerted{}
	case Book:
		w.Request = &effect.Request
	}
	return nil
}

// key is what the caller presses at a step; false where the call ends.
func (w *simulatedCall) key(state State, call Call) (string, bool) {
	switch state.Step {
	case stepLanguage:
		i := slices.IndexFunc(w.line.Languages, func(l Language) bool { return l.Tag == w.Language })
		return fmt.Sprint(i + 1), true
	case stepTopic:
		if state.Language != w.Language { // the calling number's, see [State.Guessed]
			return keyBack, true
		}
		if w.topic == "" {
			return KeyPerson, true
		}
		if len(w.path) == 0 {
			return "", false
		}
		key := w.path[0]
		w.path = w.path[1:]
		return key, true
	case stepHelp, stepSkipped:
		return "2", true // not solved; on without the number
	case stepAccount, stepNumber:
		return keyBack + KeyDone, true
	case stepConfirmConnect:
		return "", true
	case stepOffer:
		return w.takeOffer(state, call), true
	case stepRingAt:
		if state.NoCall != "" {
			w.noOffer(call)
			return keyMessage, true
		}
		return "1", true
	case stepRingAtOther:
		w.Offer.Asks = true
	}
	return "", false
}

// takeOffer notes what was offered and takes the first time, or leaves a message.
func (w *simulatedCall) takeOffer(state State, call Call) string {
	w.noOffer(call)
	w.Offer.Number = state.Number
	if state.Due == 0 {
		return keyMessage
	}
	w.Offer.ASAP, w.Offer.Key = time.Unix(state.Due, 0).UTC(), 1
	if state.Emergency {
		w.Offer.Key++
	}
	for _, slot := range state.Slots {
		w.Offer.Slots = append(w.Offer.Slots, hours.Interval{From: time.Unix(slot[0], 0).UTC(),
			To: time.Unix(slot[1], 0).UTC()})
	}
	return strconv.Itoa(w.Offer.Key)
}

// noOffer notes why the calling number cannot be rung, if so.
func (w *simulatedCall) noOffer(call Call) {
	w.Offer = &CallbackOffer{}
	w.Offer.Refused = w.line.Callbacks.Refusal(call.From)
}

// PlayLeg plays a telephone that somebody picks up as far as the keys go, which they press one after another. It
// returns what is heard and the action that follows: [Bridge] when the two are connected. perform answers the flow's
// effects.
func PlayLeg(line *Line, now time.Time, state State, perform func(Effect) Event, keys ...string) ([]Utterance, Action) {
	var heard []Utterance
	event := Event(Start{})
	for range maxEvents {
		var response Response
		state, response = Advance(line, now, Call{}, state, event)
		heard = append(heard, response.Say...)
		switch action := response.Action.(type) {
		case Perform:
			event = perform(action.Effect)
			continue
		case AskTwice, Gather:
			if len(keys) > 0 {
				event, keys = Keys{Digits: keys[0]}, keys[1:]
				continue
			}
		}
		return heard, response.Action
	}
	return heard, Hangup{}
}

// A KeyPath leads to a topic.
type KeyPath struct {
	// Topic is its identifier.
	Topic string
	// Keys are pressed one after another once the language was chosen: one for each menu, and 8 for each page that is
	// turned.
	Keys []string
}

// KeyPaths lists how every topic is reached, in the order of the menus. A topic that is in two of them counts once.
func (l *Line) KeyPaths() []KeyPath {
	var paths []KeyPath
	var walk func(menu []Choice, before []string)
	walk = func(menu []Choice, before []string) {
		for i, choice := range menu {
			keys := append([]string(nil), before...)
			for range i / choices {
				keys = append(keys, keyMore)
			}
			keys = append(keys, strconv.Itoa(i%choices+1))
			if len(choice.Choices) > 0 {
				walk(choice.Choices, keys)
				continue
			}
			if !slices.ContainsFunc(paths, func(p KeyPath) bool { return p.Topic == choice.ID }) {
				paths = append(paths, KeyPath{Topic: choice.ID, Keys: keys})
			}
		}
	}
	walk(l.firstMenu(), nil)
	return paths
}

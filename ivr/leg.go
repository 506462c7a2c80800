package ivr

import "time"

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

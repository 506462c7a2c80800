package simulator

import "time"

// An Answer is what happens when a telephone rings.
type Answer int

const (
	// PicksUp answers after Party.After. It is the zero value.
	PicksUp Answer = iota
	// Busy is engaged.
	Busy
	// NoAnswer lets it ring.
	NoAnswer
	// Refuse turns the call away; the provider reports it as busy.
	Refuse
	// Voicemail is a machine that picks up after Party.After, speaks, never presses a key
	// and hangs up after 40 seconds.
	Voicemail
	// Unreachable cannot be connected: the provider reports failed.
	Unreachable
	// Manual rings until Call.PickUp, for a telephone that somebody operates.
	Manual
)

// A Party is the person who holds a telephone, and how they behave. The zero value picks up at once, says nothing to
// any menu, and talks for a minute when connected.
type Party struct {
	// Name is the role shown in events; empty: "caller" for an inbound call, else the address.
	Name   string
	Answer Answer
	// After is how long the telephone rings before Answer takes effect.
	After time.Duration
	// Keys says what is pressed, or spoken, when a Gather or a Record asks. It is called as the prompt begins,
	// with all of the prompt, and what it answers is done when the prompt was heard to its end, unless
	// Reply.Interrupt is set. Nil is silence. It is called without the simulator's lock.
	Keys func(Prompt) Reply
	// React is how long it takes from hearing the end of a prompt to the first key; zero is half a second.
	React time.Duration
	// TalkFor is how long this side talks, once connected, before it hangs up. Zero is 60 seconds, negative is
	// for ever. When both sides would hang up together, it is the one who was rung who does.
	TalkFor time.Duration
	// HangUpAfter ends the call from this side so long after it was answered (an inbound call: after it was made),
	// whatever is going on. Zero is never.
	HangUpAfter time.Duration
}

// A Prompt is what somebody heard when they are asked for keys or for a message.
type Prompt struct {
	// CallSID, From, To and Role are those of the leg that hears it.
	CallSID, From, To, Role string
	// Verb is "Gather" or "Record".
	Verb string
	// Index counts the prompts of this call from 0.
	Index int
	// Said is every text that was heard since the last prompt, this prompt's own included; SaidText is all of it,
	// joined by single spaces. Language is that of the last text.
	Said     []string
	SaidText string
	Language string
	// Own is how many of Said, the last ones, are nested in the verb: a key interrupts only these.
	Own int
	// FinishOnKey, NumDigits and Timeout are those of the verb; NumDigits 0 is no limit.
	FinishOnKey string
	NumDigits   int
	Timeout     time.Duration
}

// A Reply is what somebody does about a Prompt. The zero value says and presses nothing; to a Record it is
// speaking for ten seconds.
type Reply struct {
	// Digits are pressed one after the other. In answer to a Record they follow the speech.
	Digits string
	// Interrupt presses while the prompt is still being spoken.
	Interrupt bool
	// Sentence presses when this one of the Prompt's own sentences has ended, counted from 1; 0 is the last one.
	Sentence int
	// After is added to the time before the first key.
	After time.Duration
	// HangUp hangs up, after the digits if there are any.
	HangUp bool
	// Silence, in answer to a Record, says nothing at all.
	Silence bool
	// Speak, in answer to a Record, is how long the message is; zero is ten seconds.
	Speak time.Duration
}

// Script is a Party.Keys that presses the given groups of keys, one group for each prompt of a call; "" is
// silence, and so is everything after the last group. Each call starts with the first group.
func Script(groups ...string) func(Prompt) Reply {
	return func(p Prompt) Reply {
		if p.Index >= len(groups) {
			return Reply{}
		}
		return Reply{Digits: groups[p.Index]}
	}
}

// Always is a Party.Keys that presses the same keys at every prompt.
func Always(digits string) func(Prompt) Reply {
	return func(Prompt) Reply { return Reply{Digits: digits} }
}

const (
	defaultReact   = 500 * time.Millisecond // from the end of the prompt to the first key
	keyInterval    = 250 * time.Millisecond // between keys
	defaultTalk    = time.Minute
	defaultMessage = 10 * time.Second // length of a recorded message
	machineHangsUp = 40 * time.Second // how long a voicemail box listens
)

func (p Party) react() time.Duration {
	if p.React > 0 {
		return p.React
	}
	return defaultReact
}

// talk is how long the party talks; ok is false when it never hangs up.
func (p Party) talk() (d time.Duration, ok bool) {
	switch {
	case p.Answer == Voicemail, p.TalkFor < 0:
		return 0, false
	case p.TalkFor == 0:
		return defaultTalk, true
	}
	return p.TalkFor, true
}

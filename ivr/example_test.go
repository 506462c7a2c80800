package ivr_test

import (
	"fmt"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// A line of one language, with one topic and one desk. Config builds lines from files.
func someLine() *ivr.Line {
	open := hours.Always(time.UTC)
	return &ivr.Line{
		ID: "bank", Region: "GB", Numbers: []string{"+442079460000"},
		Languages: []ivr.Language{{Tag: "en", Voice: "Google.en-GB-Standard-A", Locale: "en-GB"}},
		Names:     map[string]string{"en": "the bank"}, Hours: open,
		Topics: []ivr.Topic{{ID: "fees", Desk: "support"}}, Menu: []ivr.Choice{{ID: "fees"}}, General: "support",
		Desks: map[string]*ivr.Desk{"support": {ID: "support", Language: "en", Hours: open, Ring: 20 * time.Second,
			Targets: []callbacks.Target{{ID: "anna", Kind: callbacks.Number, Address: "+442079460001"}}}},
		NoInputLimit: 3, NoMatchLimit: 3,
		Prompts: ivr.NewPrompts(map[string]map[string]string{"en": {
			"welcome": "Welcome to {line}.", "topic.fees": "fees", "menu.topic": "For {topic}, press {key}.",
			"connect.ask":     "We connect you now. For a callback instead, press 2.",
			"desk.connecting": "One moment, please.",
			"whisper.call":    "A call about {topic}. To take it, press 1.", "whisper.none": "No account was given.",
			"goodbye": "Goodbye.",
		}}),
	}
}

// A call from its first word to its last: a caller who wants to know about fees, and an agent who takes the call. The
// effects, which a server carries out in a store, are answered by hand.
func Example() {
	line, now := someLine(), time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
	state, event := ivr.Begin(line, now, "+442079461234"), ivr.Event(ivr.Start{})
	call := ivr.Call{SID: "CA1", From: state.Caller, To: line.Numbers[0]}
	keys := []string{"1", ""} // fees, then nothing: put through

	taken := false
	perform := func(effect ivr.Effect) ivr.Event {
		switch effect.(type) {
		case ivr.FindOpen:
			return ivr.Found{}
		case ivr.SaveCallRecord:
			return ivr.Saved{}
		case ivr.AskTaken:
			return ivr.Taken{Yes: taken}
		}
		return ivr.Done{}
	}
	print := func(who string, heard []ivr.Utterance) {
		for _, sentence := range heard {
			if sentence.Text != "" {
				fmt.Printf("%-7s %s\n", who, sentence.Text)
			}
		}
	}

	for event != nil {
		var response ivr.Response
		state, response = ivr.Advance(line, now, call, state, event)
		print("caller", response.Say)
		switch action := response.Action.(type) {
		case ivr.Perform:
			event = perform(action.Effect)
		case ivr.Gather:
			fmt.Printf("caller  presses %q\n", keys[0])
			event, keys = ivr.Keys{Digits: keys[0]}, keys[1:]
		case ivr.Connect:
			fmt.Printf("        rings %s\n", action.Target.ID)
			heard, end := ivr.PlayLeg(line, now, state.LegBehind(action), perform, "1")
			print("agent", heard)
			_, taken = end.(ivr.Bridge)
			event = ivr.DialEnded{Status: "completed"}
		default:
			event = nil
		}
	}
	// Output:
	// caller  Welcome to the bank.
	// caller  For fees, press 1.
	// caller  presses "1"
	// caller  We connect you now. For a callback instead, press 2.
	// caller  presses ""
	// caller  One moment, please.
	//         rings anna
	// agent   A call about fees. To take it, press 1.
	// agent   No account was given.
	// caller  Goodbye.
}

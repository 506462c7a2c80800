// Package calltest decides the call tests of a configuration by the pure flow: no provider, no network, no database and
// no goroutine. It is what hotline check and hotline serve try an edit with.
//
// The clock stands still while somebody speaks, and goes on while a telephone rings. What needs the whole product is
// not tried here, and [Report.NotTried] names it: whether a callback is made in the end. hotline test and hotline
// publish play the whole call. [Comparison], which holds a call against its file, is the same for both.
package calltest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// A Report is what came of some call tests.
type Report struct {
	// Tests is how many were tried.
	Tests int
	// Failed names each that went otherwise, with its file and the difference.
	Failed []error
	// NotTried are the keys that were left out, each with its file.
	NotTried []string
}

// Err joins the differences; nil when there is none.
func (r Report) Err() error { return errors.Join(r.Failed...) }

// NotTriedText says in a line what was left out, and what tries it.
func (r Report) NotTriedText() string {
	return "not tried here, but by hotline test: " + strings.Join(r.NotTried, ", ")
}

// Check tries the call tests of a configuration. The error is a fault of ours, or the context's.
func Check(ctx context.Context, snapshot *config.Snapshot) (r Report, err error) {
	for _, test := range snapshot.Calls {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		differs, cause, err := run(snapshot, test)
		if err != nil {
			return r, fmt.Errorf("%s could not be run: %w", test.File, err)
		}
		r.Tests++
		if differs != "" {
			r.Failed = append(r.Failed, fmt.Errorf("%s (%s). %s. hotline test prints the call", differs, test.Title,
				cause))
		}
		if want := test.Expect.Callback; want != nil && want.Kept != nil {
			r.NotTried = append(r.NotTried, test.File+" expect.callback.kept")
		}
	}
	return r, nil
}

// hoursThen says by which rules a line is open or closed at the time of a call test. A lawful change of hours fails a
// call test that expects the hours before.
func hoursThen(line *ivr.Line, at time.Time) string {
	state, clock := line.Hours.At(at), func(t time.Time) string {
		return t.In(line.Hours.Zone()).Format(problem.TimeLayout)
	}
	switch {
	case state.Open && state.Until.IsZero():
		return fmt.Sprintf("The line is open then [%s]", state.Source)
	case state.Open:
		return fmt.Sprintf("The line is open then until %s [%s]", clock(state.Until), state.Source)
	case state.NextOpen.IsZero():
		return fmt.Sprintf("The line is closed then [%s]", state.Source)
	}
	return fmt.Sprintf("The line is closed then [%s] and opens %s [%s]", state.Source, clock(state.NextOpen),
		line.Hours.At(state.NextOpen).Source)
}

// Caller is the number that a call test rings from, if it names none: some mobile number of the line's country.
func Caller(region string) string {
	example := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
	if region == "ID" || example == nil {
		return "+6281234567890"
	}
	return phonenumbers.Format(example, phonenumbers.E164)
}

// most bounds the events of a call; the flow ends one much earlier.
const most = 1000

// reference is that of all that is written down during a call.
const reference = "8291294"

// A call is one that is being decided.
type call struct {
	*Comparison
	now    time.Time
	said   []string        // since the latest question
	spoken []ivr.Utterance // since the latest answer
	taken  string          // the target whose agent has just pressed 1
}

// run decides a call test, and says what is behind a difference and what to do. A panic is an error: the process may be
// answering real calls.
func run(snapshot *config.Snapshot, test config.Call) (differs, cause string, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v\n%s", fault, debug.Stack())
		}
	}()
	line := snapshot.ByID(test.Line)
	c := call{Comparison: &Comparison{Test: test, Line: line}, now: test.At}
	state := ivr.Begin(line, c.now, cmp.Or(test.From, Caller(line.Region)))
	event := ivr.Event(ivr.Start{})
	from := ivr.Call{SID: "CA00000000000000000000000000000000", From: state.Caller, To: line.Numbers[0]}
	for range most {
		var response ivr.Response
		state, response = ivr.Advance(line, c.now, from, state, event)
		for _, u := range response.Say {
			c.Say(u.Text, u.Language, c.now)
			c.said, c.spoken = append(c.said, u.Text), append(c.spoken, u)
		}
		if event = c.follow(response.Action, state, from); event == nil {
			c.End()
			return c.Differs, c.cause(snapshot), nil
		}
	}
	c.Differ("call", "the call to end", "it goes on")
	return c.Differs, c.cause(snapshot), nil
}

// cause says which sentence and which hours are behind a difference, and what to edit.
func (c *call) cause(snapshot *config.Snapshot) string {
	if c.Differs == "" {
		return ""
	}
	then := hoursThen(c.Line, c.Test.At)
	switch told, certain := c.otherSentence(snapshot); {
	case certain:
		return fmt.Sprintf("%s. If that is meant to be so, edit %s; otherwise correct it. %s", told, c.Test.File, then)
	case told != "":
		then = told + ". " + then
	}
	return fmt.Sprintf("%s. If these hours, or the sentences in prompts/, are meant to be so, edit %s; otherwise "+
		"correct them", then, c.Test.File)
}

// follow is what happens after a response; nil at the end of the call.
func (c *call) follow(action ivr.Action, state ivr.State, from ivr.Call) ivr.Event {
	switch action := action.(type) {
	case ivr.Perform:
		return c.perform(action.Effect)
	case ivr.Connect:
		return c.ring(action, state, from)
	case ivr.Gather:
		step := c.step(false)
		switch {
		case step == nil:
			return ivr.Keys{}
		case step.HangUp:
			return nil
		}
		return ivr.Keys{Digits: keysTaken(step.Press, action.Entry)}
	case ivr.Record:
		step := c.step(true)
		switch {
		case step != nil && step.HangUp:
			return nil
		case step == nil || !step.Speak && step.Press == "":
			return ivr.Keys{}
		}
		recording := callbacks.Recording{SID: "RE00000000000000000000000000000000", Seconds: 10}
		return ivr.Recorded{Recording: recording, Key: keysTaken(step.Press, false)}
	}
	return nil
}

// step is what the caller does at a question; nil is silence. After a difference the caller hangs up.
func (c *call) step(records bool) *config.Step {
	step, difference := c.Next(strings.Join(c.said, " "), records)
	c.said = nil
	if difference != nil {
		c.Note(*difference)
		return &config.Step{HangUp: true}
	}
	if step != nil {
		c.Answered()
		c.spoken = nil
	}
	return step
}

// keysTaken is what the provider hands over of the keys that are pressed: those before # at an entry, else the first.
func keysTaken(pressed string, entry bool) string {
	if entry {
		digits, _, _ := strings.Cut(pressed, ivr.KeyDone)
		return digits
	}
	return pressed[:min(len(pressed), 1)]
}

// agentsPress is what agents press who pick up, by what the file says of them; a voicemail presses nothing.
var agentsPress = map[string][]string{"answer": {"1"}, "refuse": {"2"}}

// ring rings an agent, who does what the file says. The person who picks up goes through the steps of that telephone.
func (c *call) ring(dial ivr.Connect, state ivr.State, from ivr.Call) ivr.Event {
	c.Rung(dial.Target.ID)
	c.taken = ""
	does := cmp.Or(c.Test.Agents[dial.Target.ID], c.Test.Others)
	switch does {
	case "busy":
		return ivr.DialEnded{Status: "busy"}
	case "no-answer":
		c.now = c.now.Add(dial.Ring)
		return ivr.DialEnded{Status: "no-answer"}
	}
	_, ends := ivr.PlayLeg(c.Line, c.now, state.LegBehind(dial), c.perform, agentsPress[does]...)
	if _, together := ends.(ivr.Bridge); together {
		c.taken = dial.Target.ID
		c.Bridged(c.taken)
	}
	return ivr.DialEnded{Status: "completed"}
}

// perform answers an effect as a product does in which nothing goes wrong and nothing was written before.
func (c *call) perform(effect ivr.Effect) ivr.Event {
	switch effect := effect.(type) {
	case ivr.FindOpen:
		return ivr.Found{}
	case ivr.SaveCallRecord:
		return ivr.Saved{Reference: reference}
	case ivr.AskTaken:
		return ivr.Taken{Yes: c.taken != ""}
	case ivr.UrgentUnanswered:
		return ivr.Alerted{}
	case ivr.Book:
		booked := effect.Request.Callback()
		booked.ID, booked.Reference = 1, reference
		c.Booked(booked)
		return ivr.CallbackBooked{Callback: booked}
	case ivr.SaveMessage:
		c.MessageLeft(reference)
		return ivr.Saved{Reference: reference}
	}
	return ivr.Done{}
}

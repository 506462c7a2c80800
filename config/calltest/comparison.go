package calltest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// A Difference is something that went otherwise than the file of a call test has it.
type Difference struct {
	// Source is where the file says so, with the key. Unheard are words that were wanted and not said.
	Source, Want, Got, Unheard string
}

// String is one sentence.
func (d Difference) String() string {
	return fmt.Sprintf("%s: want %s, but %s", d.Source, d.Want, d.Got)
}

// A Comparison follows a call and compares it with its call test. Only the first difference counts.
type Comparison struct {
	Test config.Call
	Line *ivr.Line
	// Found is told of the difference. May be nil.
	Found func(Difference)
	// Differs is empty while the call goes as expected. Otherwise it is one sentence: where the difference is, what was
	// wanted, and what there was.
	Differs string

	first    Difference
	asked    int      // steps that were done
	heard    []string // by the caller since the latest step
	reached  string   // the desk that the caller was connected with
	callback callbacks.Callback
	message  bool
	closed   bool // the caller was told of the opening that is expected
}

// Next is what the caller does at a question: the next step, or nil for listening only. said is what was heard since
// the question before; records tells that a message can be spoken. With a difference the caller hangs up; it is not
// noted yet.
func (c *Comparison) Next(said string, records bool) (*config.Step, *Difference) {
	if c.asked >= len(c.Test.Steps) || c.Test.Steps[c.asked].Listens() || c.Differs != "" {
		return nil, nil
	}
	step, source := &c.Test.Steps[c.asked], c.source(fmt.Sprintf("steps[%d]", c.asked))
	c.asked++
	switch {
	case !config.Hears(said, step.Hear):
		return step, &Difference{source, fmt.Sprintf("to hear %q", step.Hear), fmt.Sprintf("heard %q", said), step.Hear}
	case step.Speak && !records:
		return step, &Difference{source, "a tone after which a message is spoken", "a question for keys", ""}
	}
	return step, nil
}

// Answered tells that a step is done. What was heard before it does not count for the next one.
func (c *Comparison) Answered() { c.heard = nil }

// Note notes a difference.
func (c *Comparison) Note(d Difference) {
	if c.Differs != "" {
		return
	}
	d.Got = excerpt(d.Got)
	c.first, c.Differs = d, d.String()
	if c.Found != nil {
		c.Found(d)
	}
}

// Differ is [Comparison.Note] for a key of the file.
func (c *Comparison) Differ(key, want, got string) { c.Note(Difference{c.source(key), want, got, ""}) }

// source is where a key stands, or the nearest one around it.
func (c *Comparison) source(key string) string {
	for key != "" {
		if source, ok := c.Test.Sources[key]; ok {
			return source + ": " + key
		}
		key = key[:max(strings.LastIndexByte(key, '.'), 0)]
	}
	return c.Test.File
}

// excerpt cuts what was heard.
func excerpt(text string) string {
	const most = 240
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// Say tells what the caller hears, and in which language of the line.
func (c *Comparison) Say(text, tag string, at time.Time) {
	c.heard = append(c.heard, text)
	opening := c.Test.Expect.ClosedUntil
	if opening.IsZero() || c.closed {
		return
	}
	for _, now := range []time.Time{at, c.Test.At} { // around midnight "tomorrow" was said of the day before
		when := spoken.When(tag, opening, now, c.Line.Hours.Zone())
		for _, key := range []string{"hours.opens", "goodbye.when"} {
			c.closed = c.closed || config.Hears(text, strings.ReplaceAll(c.Line.Sentence(tag, key), "{when}", when))
		}
	}
}

// Rung tells that an agent's telephone rings for the caller.
func (c *Comparison) Rung(target string) {
	if !c.Test.Expect.ClosedUntil.IsZero() {
		c.Differ("expect.closed_until", "no agent to be rung", target+" is rung")
	}
}

// Bridged tells that the caller and an agent talk.
func (c *Comparison) Bridged(target string) {
	for _, desk := range c.Line.Desks {
		if slices.ContainsFunc(desk.Targets, func(t callbacks.Target) bool { return t.ID == target }) {
			c.reached = desk.ID
		}
	}
	if c.reached != c.Test.Expect.Desk {
		c.Differ("expect.desk", c.wantedDesk(), fmt.Sprintf("%s of desk %s is", target, c.reached))
	}
}

func (c *Comparison) wantedDesk() string {
	if desk := c.Test.Expect.Desk; desk != "" {
		return "an agent of desk " + desk + " to be connected"
	}
	return "no agent to be connected"
}

// Booked tells that a callback was booked.
func (c *Comparison) Booked(got callbacks.Callback) {
	c.callback = got
	want := c.Test.Expect.Callback
	if want == nil {
		c.Differ("expect", "no callback to be booked", "one is, due "+c.clock(got.Due))
		return
	}
	if !want.At.IsZero() && !got.Due.Truncate(time.Minute).Equal(want.At) {
		c.Differ("expect.callback.at", "the callback to be due "+c.clock(want.At), "it is due "+c.clock(got.Due))
	}
	if want.Desk != "" && want.Desk != got.Desk {
		c.Differ("expect.callback.desk", "the callback to be made by desk "+want.Desk, "it is by desk "+got.Desk)
	}
	if want.Urgent != nil && *want.Urgent != got.Urgent {
		is := map[bool]string{true: "urgent", false: "not urgent"}
		c.Differ("expect.callback.urgent", "the callback to be "+is[*want.Urgent], "it is "+is[got.Urgent])
	}
}

// Callback is the one that was booked; its ID is 0 for none.
func (c *Comparison) Callback() callbacks.Callback { return c.callback }

// MessageLeft tells that a recorded message was written down.
func (c *Comparison) MessageLeft(reference string) {
	c.message = true
	if !c.Test.Expect.Message {
		c.Differ("expect", "no message to be left", "message "+reference+" is written down")
	}
}

// End compares what came of the call with what was expected, once it is over. What was there and not expected was noted
// when it happened.
func (c *Comparison) End() {
	heard := strings.Join(c.heard, " ")
	if c.asked < len(c.Test.Steps) {
		step, key := c.Test.Steps[c.asked], fmt.Sprintf("steps[%d]", c.asked)
		switch {
		case !step.Listens():
			c.Differ(key, fmt.Sprintf("to hear %q and be asked", step.Hear), "the call has ended before")
		case !config.Hears(heard, step.Hear):
			c.Note(Difference{c.source(key), fmt.Sprintf("to hear %q in the end", step.Hear),
				fmt.Sprintf("heard %q", heard), step.Hear})
		}
	}
	want := c.Test.Expect
	switch {
	case want.Desk != "" && c.reached == "":
		c.Differ("expect.desk", c.wantedDesk(), "nobody is")
	case want.Callback != nil && c.callback.ID == 0:
		c.Differ("expect.callback", "a callback to be booked", "none is")
	case want.Message && !c.message:
		c.Differ("expect.message", "a message to be left", "none is")
	}
	c.endClosed(want.ClosedUntil)
}

// endClosed: the caller was told, and a desk really opens then.
func (c *Comparison) endClosed(opening time.Time) {
	if opening.IsZero() {
		return
	}
	opens := false
	for _, desk := range c.Line.Desks {
		next, ok := desk.Hours.NextOpening(c.Test.At)
		opens = opens || ok && next.Equal(opening)
	}
	if opens && c.closed {
		return
	}
	got := "the caller is not told so"
	if !opens {
		got = c.opening(c.Line.Desks[c.Line.General])
	}
	c.Differ("expect.closed_until", "to hear that it is closed until "+c.clock(opening), got)
}

// opening says when a desk is open, as its calendar has it.
func (c *Comparison) opening(desk *ivr.Desk) string {
	state := desk.Hours.At(c.Test.At)
	switch {
	case state.Open:
		return fmt.Sprintf("desk %s is open then [%s]", desk.ID, state.Source)
	case state.NextOpen.IsZero():
		return fmt.Sprintf("desk %s is closed with no end [%s]", desk.ID, state.Source)
	}
	return fmt.Sprintf("desk %s opens %s", desk.ID, c.clock(state.NextOpen))
}

// clock is an instant on the line's wall.
func (c *Comparison) clock(at time.Time) string {
	return at.In(c.Line.Hours.Zone()).Format(problem.TimeLayout)
}

package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
)

// Bounds of call tests, which no real configuration comes near.
const (
	mostCalls  = 5000
	mostListed = 20 // lines that a message lists
)

const others = "others" // the key for agents that are not named

// A Call is a call test: who rings when, what is heard and pressed, and what has to come of it.
type Call struct {
	// File is "calls/NAME.yaml", Line the identifier of a line of the same configuration, Title a sentence for people.
	File, Line, Title string
	// At is when the call is made, UTC.
	At time.Time
	// From is the calling number, E.164, or "anonymous". Empty: a mobile number of the line's country.
	From string
	// Agents says by target what its agent does during the call, and Others what all the other agents do: answer (and
	// press 1), busy, no-answer, refuse (press 2) or voicemail. Callbacks that follow are answered.
	Agents map[string]string
	Others string
	// Customer is what the customer does when they are rung back: answer (and press 1), not-mine (press 2), busy,
	// no-answer or voicemail.
	Customer string
	Steps    []Step
	Expect   Expectation
	// Sources tells where something stands, "calls/NAME.yaml:7", by its key as in messages: "steps[0]",
	// "expect.callback.at".
	Sources map[string]string
}

// A Step is one question of the line and the caller's answer.
type Step struct {
	// Hear has to be among what was said since the step before, see [Hears].
	Hear string
	// Press are keys; Silence says nothing, Speak speaks a message, HangUp hangs up. At most one is set; none only in
	// the last step, whose words have to be heard before the call ends.
	Press                  string
	Silence, Speak, HangUp bool
}

// Listens reports whether the caller does nothing any more.
func (s Step) Listens() bool { return s.Press == "" && !s.Silence && !s.Speak && !s.HangUp }

// An Expectation is what has to come of a call. At least one is set; Desk stands alone, and so do Callback and Message.
type Expectation struct {
	// Desk is whose agent the caller is connected with; empty is nobody's.
	Desk string
	// Callback is the callback that is written; nil is none.
	Callback *ExpectedCallback
	// Message is set when a recorded message is written.
	Message bool
	// ClosedUntil is the opening that the caller is told, UTC, while no telephone rings; zero: this is not asked.
	ClosedUntil time.Time
}

// An ExpectedCallback is a callback that has to be written.
type ExpectedCallback struct {
	// At is when it is due, UTC, to the minute; zero: at any time, as with what is booked "as soon as possible".
	At time.Time
	// Desk keeps it; empty: any may.
	Desk string
	// Urgent is nil where it is not asked.
	Urgent *bool
	// Kept, unless it is nil, lets time run on until the callback has ended: kept, or given up.
	Kept *bool
}

// A callFile is a call while it is read.
type callFile struct {
	Call
	root yamlnode.Mapping
	line *ivr.Line
	zone *time.Location
}

// readCalls reads the call tests of a configuration whose lines were read, mistakes or not.
func (l *loader) readCalls(lines []*lineFile) (calls []Call) {
	files := l.folder("calls", tableOf("call"))
	if len(files) > mostCalls {
		l.fail("calls", "holds %d calls; at most %d are supported", len(files), mostCalls)
		return nil
	}
	known := map[string]*ivr.Line{}
	for _, f := range lines {
		known[f.line.ID] = f.line
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if at := files[name]; at.Node != nil {
			calls = append(calls, l.readCall(at, known))
		}
	}
	return calls
}

func (l *loader) readCall(at yamlnode.Value, lines map[string]*ivr.Line) Call {
	f := callFile{Call: Call{File: at.File, Sources: map[string]string{}}}
	root, ok := at.Mapping()
	if !ok {
		return f.Call
	}
	f.root = root
	f.Title, _ = root.Need("call", "say in a sentence what this call shows, for example call: A stolen account rings "+
		"an agent at once").Text("Open at noon")
	id := root.Need("line", "name the line that is rung, for example line: gopay")
	var named bool
	f.Line, named = id.ID("gopay")
	switch line := lines[f.Line]; {
	case l.mistaken("lines/" + f.Line + ".yaml"): // what the line has is not known
	case line != nil:
		f.line = line
	case named && len(lines) > 0:
		unknownLine(id, f.Line, slices.Sorted(maps.Keys(lines)))
	}
	f.Sources["call"] = root.Get("call").Source()
	f.Sources["expect"] = root.Get("expect").Source()
	if f.line != nil && f.line.Hours != nil {
		f.zone = f.line.Hours.Zone()
	}
	f.At = f.instant(root.Need("at", "say when the call is made, for example at: 2026-03-04 10:00"))
	f.readPeople()
	f.readSteps(root.Get("steps"))
	f.readExpectation(root.Need("expect", "say what has to come of the call, for example expect: {desk: support}"))
	return f.Call
}

// mistaken reports whether something was wrong with a file.
func (l *loader) mistaken(file string) bool {
	return slices.ContainsFunc(*l.problems, func(p Problem) bool { return p.File == file })
}

// instant is a reading of the clock in the line's zone. One that the clock skips is no instant at which anybody could
// ring.
func (f *callFile) instant(v yamlnode.Value) time.Time {
	at, ok := v.Instant(f.zone)
	if !ok { // an absent one is not reported
		return time.Time{}
	}
	f.Sources[v.Key] = v.Source()
	if reading := v.Node.Value; !strings.HasSuffix(reading, "24:00") &&
		at.In(f.zone).Format("2006-01-02 15:04") != reading {
		v.Fail("%s does not occur in %s: the clock is put forward over it; write another time", reading, f.zone)
		return time.Time{}
	}
	return at
}

// readPeople reads who rings, and what everybody else does.
func (f *callFile) readPeople() {
	if from := f.root.Get("from"); from.Present() && from.Node.Value != "anonymous" {
		f.From, _ = readNumber(from)
		if f.line != nil && slices.Contains(f.line.Numbers, f.From) {
			from.Fail("is the number of line %s itself; give a customer's number", f.line.ID)
		}
	} else if from.Present() {
		f.From = "anonymous"
	}
	f.Others, f.Customer = schema.AgentsDo[0], schema.CustomersDo[0]
	if agents := f.root.Get("agents"); agents.Present() && agents.Node.Kind == yaml.MappingNode {
		f.readAgents(agents)
	} else if agents.Present() {
		f.Others, _ = agents.OneOf()
	}
	if customer := f.root.Get("customer"); customer.Present() {
		f.Customer, _ = customer.OneOf()
	}
}

func (f *callFile) readAgents(v yamlnode.Value) {
	var known []string
	if f.line != nil {
		known = append(known, others)
		for _, desk := range f.line.Desks {
			for _, target := range desk.Targets {
				known = append(known, target.ID)
			}
		}
		slices.Sort(known)
	}
	m, _ := v.MappingOf(known)
	f.Agents = map[string]string{}
	for _, target := range m.Keys {
		does, _ := m.Values[target].OneOf()
		if target == others {
			f.Others = does
			continue
		}
		f.Agents[target] = does
	}
}

func (f *callFile) readSteps(v yamlnode.Value) {
	items := v.List("- {hear: For English, press: 2}")
	for i, item := range items {
		if torn(item) {
			continue
		}
		m, ok := item.Mapping()
		if !ok {
			continue
		}
		f.Sources[item.Key] = item.Source()
		step := Step{Hear: readHear(m)}
		var does []string
		for _, key := range schema.CallerDoes {
			if m.Get(key).Present() {
				does = append(does, key)
			}
		}
		switch {
		case len(does) > 1:
			m.Fail("has %s at once; keep one, or make a step of each", strings.Join(does, " and "))
		case len(does) == 0 && i < len(items)-1 && m.Written() == len(m.Keys):
			m.Fail("says nothing of what the caller does; add one of press, silence: true, speak: true and " +
				"hang_up: true")
		case len(does) == 1:
			step.read(m.Get(does[0]), does[0])
		}
		if step.HangUp && i < len(items)-1 {
			m.Get("hang_up").Fail("ends the call, and there are more steps; remove them, or this")
		}
		f.Steps = append(f.Steps, step)
	}
}

// torn reports words that YAML took apart at a comma: {hear: If that is right, press 1, press: 1}.
func torn(item yamlnode.Value) bool {
	if item.Node.Kind != yaml.MappingNode || item.Node.Style&yaml.FlowStyle == 0 {
		return false
	}
	for i := 0; i+1 < len(item.Node.Content); i += 2 {
		key, behind := item.Node.Content[i], item.Node.Content[i+1]
		if behind.Tag == "!!null" && !slices.Contains(item.Known(), key.Value) {
			item.Fail("%q is an entry of its own; put words with a comma in quotation marks: hear: \"…, …\"",
				problem.Short(key.Value))
			return true
		}
	}
	return false
}

func readHear(m yamlnode.Mapping) string {
	v := m.Need("hear", "write some words that are heard before the caller does this, for example hear: For English")
	words, ok := v.Plain("For English")
	switch {
	case !ok:
	case len(words) > schema.LongestText:
		v.Fail("has %d bytes; at most %d are supported", len(words), schema.LongestText)
	case plainWords(words) == "":
		v.Fail("%q holds no word; write some that are heard", problem.Short(words))
	}
	return words
}

// read takes over what the caller does.
func (s *Step) read(v yamlnode.Value, what string) {
	if what == "press" {
		keys, ok := v.Plain("2")
		switch {
		case !ok:
		case keys == "" || strings.Trim(keys, "0123456789*#") != "":
			v.Fail("%q holds what is on no keypad; use 0 to 9, * and #, for example press: \"0812#\"",
				problem.Short(keys))
		case len(keys) > schema.MostKeys:
			v.Fail("has %d keys; at most %d are supported", len(keys), schema.MostKeys)
		}
		s.Press = keys
		return
	}
	*map[string]*bool{"silence": &s.Silence, "speak": &s.Speak, "hang_up": &s.HangUp}[what] = v.Yes()
}

func (f *callFile) readExpectation(v yamlnode.Value) {
	m, ok := v.Mapping()
	if !ok {
		return
	}
	var set []string
	for _, key := range m.Known() {
		if at := m.Get(key); at.Present() {
			set = append(set, key)
			f.Sources[at.Key] = at.Source()
		}
	}
	if m.Written() == 0 {
		m.Fail("says nothing; write one of desk: ID, callback: {at: …}, message: true and closed_until: …")
	}
	if desk, both := m.Get("desk"), len(set) > 1; desk.Present() && both {
		desk.Fail("cannot go together with %s: a caller who is put through is offered no callback; keep one", set[1])
	}
	if message := m.Get("message"); message.Present() && m.Get("callback").Present() {
		message.Fail("cannot go together with callback: a message goes without one; keep one")
	}
	f.Expect.Desk = f.readDesk(m.Get("desk"))
	f.Expect.Message = m.Get("message").Yes()
	f.Expect.ClosedUntil = f.instant(m.Get("closed_until"))
	f.after(m.Get("closed_until"), f.Expect.ClosedUntil)
	f.readExpectedCallback(m.Get("callback"))
}

// after reports an expected instant that lies before the call.
func (f *callFile) after(v yamlnode.Value, at time.Time) {
	if !f.At.IsZero() && !at.IsZero() && at.Before(f.At) {
		v.Fail("lies before the call, which is made at %s; correct one of them",
			f.At.In(f.zone).Format("2006-01-02 15:04"))
	}
}

// unknownLine reports a line that is not there.
func unknownLine(v yamlnode.Value, id string, known []string) {
	what := problem.Hint(id, known)
	if _, near := problem.Nearest(id, known); !near && len(known) > mostListed {
		what = fmt.Sprintf("add lines/%s.yaml, or name a line that is there", problem.Short(id))
	}
	v.Fail("there is no line %q; %s", problem.Short(id), what)
}

func (f *callFile) readDesk(v yamlnode.Value) string {
	id, ok := v.ID("support")
	if !ok || f.line == nil {
		return id
	}
	if f.line.Desks[id] == nil {
		v.Fail("line %s has no desk %q; %s", f.line.ID, id, problem.Hint(id, slices.Sorted(maps.Keys(f.line.Desks))))
	}
	return id
}

func (f *callFile) readExpectedCallback(v yamlnode.Value) {
	customer := f.root.Get("customer")
	m, ok := v.Mapping()
	if kept := m.Get("kept"); customer.Present() && f.Customer != "" && !kept.Present() {
		customer.Fail("has no effect: they are rung back only where expect.callback says kept: true, or kept: false; " +
			"add it, or remove this")
	}
	if !ok {
		return
	}
	if v.Present() && m.Written() == 0 {
		v.Fail("says nothing of the callback; write for example callback: {at: 2026-03-09 08:00}")
	}
	e := &ExpectedCallback{At: f.instant(m.Get("at"))}
	f.Expect.Callback = e
	f.after(m.Get("at"), e.At)
	e.Desk = f.readDesk(m.Get("desk"))
	for key, asked := range map[string]**bool{"urgent": &e.Urgent, "kept": &e.Kept} {
		if at := m.Get(key); at.Present() {
			yes := at.Truth()
			*asked = &yes
		}
	}
	for _, key := range m.Keys {
		f.Sources[m.Values[key].Key] = m.Values[key].Source()
	}
}

// String is what people call it: file and title.
func (c Call) String() string { return fmt.Sprintf("%s: %s", c.File, c.Title) }

package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// Bounds of rehearsed calls, which no real configuration comes near.
const (
	mostCalls   = 5000
	mostSteps   = 100
	mostKeysHit = 40 // keys pressed at one question
	mostListed  = 20 // lines that a message lists
)

// callerDoes are the keys of a step that say what the caller does.
var callerDoes = []string{"press", "silence", "speak", "hang_up"}

// What people do when their telephone rings, as [Call] names it.
var (
	agentsDo    = []string{"answer", "busy", "no-answer", "refuse", "voicemail"}
	customersDo = []string{"answer", "not-mine", "busy", "no-answer", "voicemail"}
)

const others = "others" // the key for agents that are not named

// A Call is a rehearsed call: who rings when, what is heard and pressed, and what has to come of it.
type Call struct {
	// File is "calls/NAME.yaml", Line the identifier of a line of the same configuration, Title a sentence for people.
	File, Line, Title string
	// At is when the call is made, UTC.
	At time.Time
	// From is the calling number, E.164, or "anonymous". Empty: a mobile number of the line's country.
	From string
	// Agents says by target what its agent does during the call, and Others what all the other agents do: answer (and press
	// 1), busy, no-answer, refuse (press 2) or voicemail. Callbacks that follow are answered.
	Agents map[string]string
	Others string
	// Customer is what the customer does when he is rung back: answer (and press 1), not-mine (press 2), busy, no-answer
	// or voicemail.
	Customer string
	Steps    []Step
	Expect   Expectation
	// Sources tells where something stands, "calls/NAME.yaml:7", by its key as in messages: "steps[0]", "expect.callback.at".
	Sources map[string]string
}

// A Step is one question of the line and the caller's answer.
type Step struct {
	// Hear has to be among what was said since the step before, see [Hears].
	Hear string
	// Press are keys; Silence says nothing, Speak speaks a message, HangUp hangs up. At most one is set; none only in the
	// last step, whose words have to be heard before the call ends.
	Press                  string
	Silence, Speak, HangUp bool
}

// Listens reports whether the caller does nothing any more.
func (s Step) Listens() bool { return s.Press == "" && !s.Silence && !s.Speak && !s.HangUp }

// An Expectation is what has to come of a call. At least one is set; Desk stands alone, and so do Callback and Message.
type Expectation struct {
	// Desk is whose agent the caller is connected with; empty is nobody's.
	Desk string
	// Callback is the promise that is written; nil is none.
	Callback *ExpectedCallback
	// Message is set when a recorded message is written.
	Message bool
	// ClosedUntil is the opening that the caller is told, UTC, while no telephone rings; zero: this is not asked.
	ClosedUntil time.Time
}

// An ExpectedCallback is a promise that has to be written.
type ExpectedCallback struct {
	// At is when it is due, UTC, to the minute; zero: at any time, as with what is promised "as soon as possible".
	At time.Time
	// Desk keeps it; empty: any may.
	Desk string
	// Urgent is nil where it is not asked.
	Urgent *bool
	// Kept, unless it is nil, lets time run on until the promise has ended: kept, or given up.
	Kept *bool
}

// A callFile is a call while it is read.
type callFile struct {
	Call
	root mapping
	line *ivr.Line
	zone *time.Location
}

// readCalls reads the rehearsed calls of a configuration whose lines were read, mistakes or not.
func (l *loader) readCalls(lines []*lineFile) (calls []Call) {
	files := l.folder("calls", tables()["call"])
	if len(files) > mostCalls {
		l.fail("calls", "holds %d calls; at most %d are supported", len(files), mostCalls)
		return nil
	}
	known := map[string]*ivr.Line{}
	for _, f := range lines {
		known[f.line.ID] = f.line
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if at := files[name]; at.node != nil {
			calls = append(calls, l.readCall(at, known))
		}
	}
	return calls
}

func (l *loader) readCall(at value, lines map[string]*ivr.Line) Call {
	f := callFile{Call: Call{File: at.file, Sources: map[string]string{}}}
	root, ok := at.mapping()
	if !ok {
		return f.Call
	}
	f.root = root
	f.Title, _ = root.need("call", "say in a sentence what this call shows, for example call: A stolen account rings an agent at once").text("Open at noon")
	id := root.need("line", "name the line that is rung, for example line: gopay")
	var named bool
	f.Line, named = id.id("gopay")
	switch line := lines[f.Line]; {
	case l.mistaken("lines/" + f.Line + ".yaml"): // what the line has is not known
	case line != nil:
		f.line = line
	case named && len(lines) > 0:
		what := fmt.Sprintf("add lines/%s.yaml, or name a line that is there", f.Line)
		if known := slices.Sorted(maps.Keys(lines)); len(known) <= mostListed {
			what = problem.Hint(f.Line, known)
		} else if near, ok := problem.Nearest(f.Line, known); ok {
			what = fmt.Sprintf("did you mean %q?", near)
		}
		id.fail("there is no line %q; %s", f.Line, what)
	}
	f.Sources["call"] = root.get("call").source()
	f.Sources["expect"] = root.get("expect").source()
	if f.line != nil && f.line.Hours != nil {
		f.zone = f.line.Hours.Zone()
	}
	f.At = f.instant(root.need("at", "say when the call is made, for example at: 2026-03-04 10:00"))
	f.readPeople()
	f.readSteps(root.get("steps"))
	f.readExpectation(root.need("expect", "say what has to come of the call, for example expect: {desk: support}"))
	return f.Call
}

// mistaken reports whether something was wrong with a file.
func (l *loader) mistaken(file string) bool {
	return slices.ContainsFunc(*l.problems, func(p Problem) bool { return p.File == file })
}

// instant is a reading of the clock in the line's zone. One that the clock skips is no instant at which anybody could ring.
func (f *callFile) instant(v value) time.Time {
	at, ok := v.instant(f.zone)
	if !ok { // an absent one is not reported
		return time.Time{}
	}
	f.Sources[v.key] = v.source()
	if reading := v.node.Value; !strings.HasSuffix(reading, "24:00") && at.In(f.zone).Format("2006-01-02 15:04") != reading {
		v.fail("%s does not occur in %s: the clock is put forward over it; write another time", reading, f.zone)
		return time.Time{}
	}
	return at
}

// readPeople reads who rings, and what everybody else does.
func (f *callFile) readPeople() {
	if from := f.root.get("from"); from.present() && from.node.Value != "anonymous" {
		f.From, _ = from.number()
		if f.line != nil && slices.Contains(f.line.Numbers, f.From) {
			from.fail("is the number of line %s itself; give a customer's number", f.line.ID)
		}
	} else if from.present() {
		f.From = "anonymous"
	}
	f.Others, f.Customer = agentsDo[0], customersDo[0]
	if agents := f.root.get("agents"); agents.present() && agents.node.Kind == yaml.MappingNode {
		f.readAgents(agents)
	} else if agents.present() {
		f.Others, _ = agents.oneOf()
	}
	if customer := f.root.get("customer"); customer.present() {
		f.Customer, _ = customer.oneOf()
	}
}

func (f *callFile) readAgents(v value) {
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
	m, _ := v.mappingOf(known)
	f.Agents = map[string]string{}
	for _, target := range m.keys {
		does, _ := m.values[target].oneOf()
		if target == others {
			f.Others = does
			continue
		}
		f.Agents[target] = does
	}
}

func (f *callFile) readSteps(v value) {
	items := v.list("- {hear: For English, press: 2}")
	for i, item := range items {
		if torn(item) {
			continue
		}
		m, ok := item.mapping()
		if !ok {
			continue
		}
		f.Sources[item.key] = item.source()
		step := Step{Hear: readHear(m)}
		var does []string
		for _, key := range callerDoes {
			if m.get(key).present() {
				does = append(does, key)
			}
		}
		switch {
		case len(does) > 1:
			m.fail("has %s at once; keep one, or make a step of each", strings.Join(does, " and "))
		case len(does) == 0 && i < len(items)-1 && m.written() == len(m.keys):
			m.fail("says nothing of what the caller does; add one of press, silence: true, speak: true and hang_up: true")
		case len(does) == 1:
			step.read(m.get(does[0]), does[0])
		}
		if step.HangUp && i < len(items)-1 {
			m.get("hang_up").fail("ends the call, and there are more steps; remove them, or this")
		}
		f.Steps = append(f.Steps, step)
	}
}

// torn reports words that YAML took apart at a comma: {hear: If that is right, press 1, press: 1}.
func torn(item value) bool {
	if item.node.Kind != yaml.MappingNode || item.node.Style&yaml.FlowStyle == 0 {
		return false
	}
	for i := 0; i+1 < len(item.node.Content); i += 2 {
		key, behind := item.node.Content[i], item.node.Content[i+1]
		if behind.Tag == "!!null" && !slices.Contains(item.known(), key.Value) {
			item.fail("%q stands alone; put words with a comma in quotation marks: hear: \"…, …\"", problem.Short(key.Value))
			return true
		}
	}
	return false
}

func readHear(m mapping) string {
	v := m.need("hear", "write some words that are heard before the caller does this, for example hear: For English")
	words, ok := v.plain("For English")
	switch {
	case !ok:
	case len(words) > longestText:
		v.fail("has %d bytes; at most %d are supported", len(words), longestText)
	case plainWords(words) == "":
		v.fail("%q holds no word; write some that are heard", problem.Short(words))
	}
	return words
}

// read takes over what the caller does.
func (s *Step) read(v value, what string) {
	if what == "press" {
		keys, ok := v.plain("2")
		switch {
		case !ok:
		case keys == "" || strings.Trim(keys, "0123456789*#") != "":
			v.fail("%q holds what is on no keypad; use 0 to 9, * and #, for example press: \"0812#\"", problem.Short(keys))
		case len(keys) > mostKeysHit:
			v.fail("has %d keys; at most %d are supported", len(keys), mostKeysHit)
		}
		s.Press = keys
		return
	}
	does := map[string]*bool{"silence": &s.Silence, "speak": &s.Speak, "hang_up": &s.HangUp}[what]
	before := len(*v.problems)
	if *does = v.truth(); !*does && len(*v.problems) == before {
		v.fail("is false; write true, or remove it")
	}
}

func (f *callFile) readExpectation(v value) {
	m, ok := v.mapping()
	if !ok || v.empty() {
		return
	}
	var set []string
	for _, key := range m.known() {
		if at := m.get(key); at.present() {
			set = append(set, key)
			f.Sources[at.key] = at.source()
		}
	}
	if m.written() == 0 {
		m.fail("says nothing; write one of desk: ID, callback: {at: …}, message: true and closed_until: …")
	}
	if desk, both := m.get("desk"), len(set) > 1; desk.present() && both {
		desk.fail("cannot stand beside %s: a caller who is put through is promised nothing; keep one", set[1])
	}
	if message := m.get("message"); message.present() && m.get("callback").present() {
		message.fail("cannot stand beside callback: a message goes without one; keep one")
	}
	f.Expect.Desk = f.readDesk(m.get("desk"))
	if message := m.get("message"); message.present() {
		before := len(*v.problems)
		if f.Expect.Message = message.truth(); !f.Expect.Message && len(*v.problems) == before {
			message.fail("is false; write true, or remove it")
		}
	}
	if closed := m.get("closed_until"); closed.present() {
		f.Expect.ClosedUntil = f.instant(closed)
		f.after(closed, f.Expect.ClosedUntil)
	}
	f.readExpectedCallback(m.get("callback"))
}

// after reports an expected instant that lies before the call.
func (f *callFile) after(v value, at time.Time) {
	if !f.At.IsZero() && !at.IsZero() && at.Before(f.At) {
		v.fail("lies before the call, which is made at %s; correct one of them", f.At.In(f.zone).Format("2006-01-02 15:04"))
	}
}

func (f *callFile) readDesk(v value) string {
	if !v.present() {
		return ""
	}
	id, ok := v.id("support")
	if !ok || f.line == nil {
		return id
	}
	if f.line.Desks[id] == nil {
		v.fail("line %s has no desk %q; %s", f.line.ID, id, problem.Hint(id, slices.Sorted(maps.Keys(f.line.Desks))))
	}
	return id
}

func (f *callFile) readExpectedCallback(v value) {
	customer := f.root.get("customer")
	m, ok := v.mapping()
	if kept := m.get("kept"); customer.present() && f.Customer != "" && !kept.present() {
		customer.fail("has no effect: he is rung back only where expect.callback says kept: true, or kept: false; add it, or remove this")
	}
	if !ok {
		return
	}
	if v.present() && m.written() == 0 {
		v.fail("says nothing of the callback; write for example callback: {at: 2026-03-09 08:00}")
	}
	e := &ExpectedCallback{At: f.instant(m.get("at"))}
	f.Expect.Callback = e
	f.after(m.get("at"), e.At)
	e.Desk = f.readDesk(m.get("desk"))
	for key, asked := range map[string]**bool{"urgent": &e.Urgent, "kept": &e.Kept} {
		if at := m.get(key); at.present() {
			yes := at.truth()
			*asked = &yes
		}
	}
	for _, key := range m.keys {
		f.Sources[m.values[key].key] = m.values[key].source()
	}
}

// String is what people call it: file and title.
func (c Call) String() string { return fmt.Sprintf("%s: %s", c.File, c.Title) }

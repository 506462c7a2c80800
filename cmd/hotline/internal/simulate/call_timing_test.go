package simulate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// What a call costs its caller, on every shipped line and in each of its languages: seconds from pick-up for a caller
// who presses each key when the sentence that names it ends, and actions after the language was chosen. Numbers of
// several digits count as one action.

// A cost is what callers bear at most.
type cost struct {
	seconds float64
	actions int
}

// costs by what is wanted. The seconds of an offer and of the menu of topics are those of all their sentences.
var costs = map[string]cost{
	"robbed, by day":                                {15, 1},
	"robbed, at night":                              {15, 1},
	"robbed, language known":                        {10, 1},
	"emergency's choice":                            {3, 0},
	"connecting emergency":                          {3, 0},
	"topics, all of them":                           {20, 0},
	"offer, all of it":                              {20, 0},
	"offer at night":                                {20, 0},
	"topics at night":                               {20, 0},
	"topics at night, callback open":                {20, 0},
	"topics at night, callback open, language told": {26, 0},
	"offer at night, callback open":                 {20, 0},
	"topics, language told":                         {20, 0},
	// It says in two other languages that it is closed, and the key for each.
	"topics at night, language told": {26, 0},
	"closed: login is booked":        {60, 5},
	"payment: agent rings":           {70, 5},
	// Where the account is not the calling number it is keyed in and read back. Callers whose number tells a language
	// that is not theirs hear that menu to its end, where the others are.
	"closed: login is booked, account keyed in":      {70, 6},
	"payment: agent rings, account keyed in":         {84, 6},
	"closed: login is booked, language told wrongly": {84, 5},
	"payment: agent rings, language told wrongly":    {87, 5},
	"silent":                           {30, 0},
	"silent, the first":                {10, 0},
	"silent, language told":            {30, 0},
	"silent, language told, the first": {10, 0},
}

func TestWhatCallsCost(t *testing.T) {
	var table strings.Builder
	rows := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(rows, "line\tlanguage\tseconds\tat most\tactions\tat most\t  until")
	for _, id := range []string{"gopay", "okpay", "paypay", "upay", "wallet"} {
		line := newScenario(t, openDay, onLine(id)).line
		told := slices.IndexFunc(line.Languages, func(l ivr.Language) bool {
			return slices.Contains(l.Countries, line.Region)
		})
		for i, language := range line.Languages {
			c := costing{t: t, line: id, tag: language.Tag, key: fmt.Sprint(i + 1), first: i == 0,
				known: i == told, guessed: told >= 0 && i != told}
			for _, m := range c.all() {
				most := costs[m.what]
				if m.seconds > most.seconds || m.actions > most.actions {
					t.Errorf("%s, %s, %s: %.1f s and %d actions, at most %v", id, language.Tag, m.what, m.seconds,
						m.actions, most)
				}
				fmt.Fprintf(rows, "%s\t%s\t%.1f\t%.0f\t%d\t%d\t  %s\n", id, language.Tag, m.seconds, most.seconds,
					m.actions, most.actions, m.what)
			}
		}
	}
	rows.Flush()
	t.Logf("\n%s", table.String())
}

// A measured cost.
type measured struct {
	what string
	cost
}

// costing measures calls to one line in one language.
type costing struct {
	t         *testing.T
	line, tag string
	key       string // of the language
	first     bool   // it is the line's first
	known     bool   // the numbers of the line's country tell it
	guessed   bool   // those numbers tell another one
}

const (
	anonymousCaller = "anonymous"
	atDay, atNight  = "2026-03-04T13:30:00", "2026-03-07T23:30:00" // a Wednesday, a Saturday
)

func (c costing) all() (out []measured) {
	add := func(what string, seconds float64, actions int) {
		out = append(out, measured{what, cost{seconds, actions}})
	}
	robbed := c.play(atDay, anonymousCaller, "answer", simulator.EventDial, "1")
	add("robbed, by day", robbed.seconds, robbed.actions)
	robbed = c.play(atNight, anonymousCaller, "answer", simulator.EventDial, "1")
	add("robbed, at night", robbed.seconds, robbed.actions)
	if c.known {
		robbed = c.play(atNight, "", "answer", simulator.EventDial, "1")
		add("robbed, language known", robbed.seconds, robbed.actions)
	}
	way := ""
	switch keyed := !c.on(atDay).line.Account.CallingNumber; {
	case keyed:
		way = ", account keyed in"
	case c.guessed:
		way = ", language told wrongly"
	}
	keys := slices.Concat(c.path("login", "locked"), []string{"2"}, c.account(), []string{"2"})
	booked := c.play(atNight, "", "answer", "book", keys...)
	add("closed: login is booked"+way, booked.seconds, booked.actions)
	keys = slices.Concat(c.path("payment-failed"), []string{"2"}, c.account(), []string{"123456#", "1"})
	paid := c.play(atDay, "", "answer", simulator.EventDial, keys...)
	add("payment: agent rings"+way, paid.seconds, paid.actions)

	add("topics, all of them", c.play(atDay, anonymousCaller, "answer", simulator.EventHangup).question(), 0)
	add("topics at night", c.play(atNight, anonymousCaller, "answer", simulator.EventHangup).question(), 0)
	told := ""
	if c.known {
		told = ", language told"
	}
	add("topics at night, callback open"+told, c.playBooked(atNight).question(), 0)
	add("offer at night, callback open", c.playBooked(atNight, "0").question(), 0)
	if c.known {
		add("topics, language told", c.play(atDay, "", "answer", simulator.EventHangup).question(), 0)
		add("topics at night, language told", c.play(atNight, "", "answer", simulator.EventHangup).question(), 0)
	}
	add("offer, all of it", c.play(atDay, "", "busy", simulator.EventHangup, "0").question(), 0)
	add("offer at night", c.play(atNight, "", "answer", simulator.EventHangup, "0").question(), 0)
	stolen := c.play(atNight, "", "answer", simulator.EventHangup, "1")
	first := ""
	if c.first {
		first = ", the first"
	}
	add("silent"+first, c.silent(anonymousCaller), 0)
	if c.known || c.guessed {
		add("silent, language told"+first, c.silent(""), 0)
	}
	add("emergency's choice", stolen.sentence("emergency.first"), 0)
	add("connecting emergency", stolen.sentence("desk.urgent"), 0)
	return out
}

// path are the keys to the first of these topics that the line has.
func (c costing) path(topics ...string) []string {
	paths := c.on(atDay).line.KeyPaths()
	for _, topic := range topics {
		if i := slices.IndexFunc(paths, func(p ivr.KeyPath) bool { return p.Topic == topic }); i >= 0 {
			return slices.Clone(paths[i].Keys)
		}
	}
	c.t.Fatalf("%s has none of %q", c.line, topics)
	return nil
}

// account is keyed in, and read back, where the calling number cannot be the account.
func (c costing) account() []string {
	if c.on(atDay).line.Account.CallingNumber {
		return []string{"1#"}
	}
	return []string{"12345678#", "1"}
}

// on is the line at an hour of its own clock.
func (c costing) on(at string) *scenario {
	s := newScenario(c.t, at+"Z", onLine(c.line))
	local, err := time.ParseInLocation("2006-01-02T15:04:05", at, s.line.Hours.Zone())
	if err != nil {
		c.t.Fatal(err)
	}
	return newScenario(c.t, local.Format(time.RFC3339), onLine(c.line))
}

// A played call is what its caller heard and did until something came of it.
type played struct {
	costing
	scenario *scenario
	events   []simulator.Event // the caller's
	seconds  float64           // from pick-up
	actions  int               // after the language
}

// play has somebody ring, choose the language where it is asked for, and press these keys, each when the sentence that
// names it ends. An empty from is a mobile number of the line's country.
func (c costing) play(at, from, agents, until string, keys ...string) played {
	c.t.Helper()
	p := c.ring(c.on(at), from, agents, until, keys...)
	p.scenario.agents(nil)
	p.scenario.settles()
	return p
}

// playBooked has somebody ring once more who has just booked a callback.
func (c costing) playBooked(at string, keys ...string) played {
	c.t.Helper()
	s := c.on(at)
	c.ring(s, "", "answer", simulator.EventHangup, "0", "2")
	return c.ring(s, "", "answer", simulator.EventHangup, keys...)
}

func (c costing) ring(s *scenario, from, agents, until string, keys ...string) played {
	c.t.Helper()
	s.mayBreak = true
	before := len(s.eventsNow())
	s.everyAgent(agents)
	press := keys
	switch {
	case from == "" && c.known:
	case from == "" && c.guessed:
		press = append([]string{keyStar, c.key}, keys...)
	default:
		press = append([]string{c.key}, keys...)
	}
	if c.key == "" {
		press = nil
	}
	if from == "" {
		from = calltest.Caller(s.line.Region)
	}
	call := s.simulator.Ring(from, s.line.Numbers[0],
		simulator.Party{Name: RoleCaller, Keys: eager(strings.Join(press, ","))})
	reached := func() bool {
		return call.Done() || len(s.did(until)) > 0 || hasEvent(s.eventsNow()[before:], until)
	}
	if err := s.simulator.RunUntil(c.t.Context(), s.simulator.Now().Add(keepLimit), reached); err != nil {
		c.t.Fatal(err)
	}
	if call.Done() && until != simulator.EventHangup {
		c.t.Fatalf("%s, %s: %q never came\n%s", c.line, c.tag, until, s.transcript())
	}
	p := played{costing: c, scenario: s, actions: len(keys)}
	var pickedUp time.Time
	for _, e := range s.eventsNow()[before:] {
		if e.Role == RoleCaller {
			p.events = append(p.events, e)
		}
		if e.Role == RoleCaller && e.Event == simulator.EventAnswer {
			pickedUp = e.At
		}
	}
	p.seconds = s.simulator.Now().Sub(pickedUp).Seconds()
	return p
}

const keyStar = "*"

// question is how many seconds the question lasts that follows the last key, or the first one where none is pressed.
func (p played) question() (seconds float64) {
	pressed, asked := 0, -1
	for i, e := range p.events {
		if e.Event == simulator.EventPress {
			pressed, asked = i, -1
		}
		if pressed >= 0 && asked < 0 && e.Event == simulator.EventGather {
			asked = i
		}
	}
	if asked < 0 {
		p.t.Fatalf("%s, %s: no question\n%s", p.line, p.tag, p.scenario.transcript())
	}
	for _, e := range p.events[asked:] {
		switch e.Event {
		case simulator.EventSay:
			seconds += e.Seconds
		case simulator.EventSilence:
			return seconds
		}
	}
	return seconds
}

// sentence is how many seconds a prompt of one line lasts, whatever stands for its key.
func (p played) sentence(prompt string) float64 {
	if e := p.heard(prompt); e.Seconds > 0 {
		return e.Seconds
	}
	p.t.Fatalf("%s, %s: nobody hears %s\n%s", p.line, p.tag, prompt, p.scenario.transcript())
	return 0
}

// heard is when a prompt is heard first, up to its first placeholder.
func (p played) heard(prompt string) simulator.Event {
	text, _, _ := strings.Cut(p.scenario.line.Sentence(p.tag, prompt), "{")
	for _, e := range p.events {
		if e.Event == simulator.EventSay && text != "" && strings.HasPrefix(e.Text, text) {
			return e
		}
	}
	return simulator.Event{}
}

// silent is how many seconds a caller who presses nothing listens until they have heard that the line is closed.
func (c costing) silent(from string) float64 {
	c.key = ""
	p := c.play(atNight, from, "answer", simulator.EventHangup)
	var first float64
	for _, prompt := range []string{"hours.closed-now", "hours.closed"} {
		if e := p.heard(prompt); !e.At.IsZero() {
			end := e.At.Sub(p.events[0].At).Seconds() + e.Seconds
			if first == 0 || end < first {
				first = end
			}
		}
	}
	return first
}

package page

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hotline-ivr/hotline/hours"
	"github.com/nyaruka/phonenumbers"
)

// An Entry is one thing that was heard, pressed or done.
type Entry struct {
	// ID counts from 1. An entry that is sent again replaces the one with the same ID.
	ID int `json:"id"`
	// At is the simulator's time, UTC.
	At time.Time `json:"at"`
	// Panel is "caller", "agent" or "events"; Kind is one of say, key, note, call, callback, warning.
	Panel string `json:"panel"`
	Kind  string `json:"kind"`
	Who   string `json:"who,omitempty"`
	Text  string `json:"text"`
	// Lang is the language of Text, BCP 47; empty is that of the page.
	Lang string `json:"lang,omitempty"`

	leg, keys string
	idle      bool // keys to which nothing listened
}

// A viewer is an open connection to a browser.
type viewer struct{ messages chan []byte }

const (
	maxPages   = 16
	maxEntries = 400 // that are kept for pages that connect later
	backlog    = 256 // messages that a page may be behind before it has to connect again
)

// add keeps an entry and sends it. The console is locked.
func (c *Console) add(e Entry) {
	c.lastEntry++
	e.ID, e.At = c.lastEntry, e.At.UTC()
	if len(c.entries) >= maxEntries {
		c.entries = append(c.entries[:0], c.entries[maxEntries/4:]...)
	}
	c.entries = append(c.entries, e)
	c.pace.shown()
	c.publish("entry", e)
}

// publish sends a message to every page. One that cannot keep up is disconnected: it connects again and gets
// everything. The console is locked.
func (c *Console) publish(name string, data any) {
	if len(c.pages) == 0 {
		return
	}
	message := encode(name, data)
	for p := range c.pages {
		select {
		case p.messages <- message:
		default:
			c.drop(p)
		}
	}
}

// encode writes a server-sent event. JSON has no line breaks of its own.
func encode(name string, data any) []byte {
	text, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("console: %s: %v", name, err)) // only types of this package are sent
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, text)
}

// open connects a page: everything first, then what happens. It is nil when no page may connect.
func (c *Console) open() *viewer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.pages) >= maxPages {
		return nil
	}
	p := &viewer{messages: make(chan []byte, backlog)}
	p.messages <- encode("snapshot", c.snapshot())
	c.pages[p] = struct{}{}
	return p
}

// drop disconnects a page; a second time does nothing. The console is locked.
func (c *Console) drop(p *viewer) {
	if _, ok := c.pages[p]; ok {
		delete(c.pages, p)
		close(p.messages)
	}
}

func (c *Console) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for p := range c.pages {
		c.drop(p)
	}
}

// events is the stream of server-sent events.
func (c *Console) events(w http.ResponseWriter, r *http.Request) {
	p := c.open()
	if p == nil {
		fail(w, http.StatusServiceUnavailable, "Too many pages are open, or the demo is ending.")
		return
	}
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.drop(p)
	}()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	flusher := http.NewResponseController(w)
	if _, err := io.WriteString(w, "retry: 1000\n\n"); err != nil {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case message, ok := <-p.messages:
			if !ok {
				return
			}
			if _, err := w.Write(message); err != nil || flusher.Flush() != nil {
				return
			}
		}
	}
}

type snapshot struct {
	Clock      clockView            `json:"clock"`
	Phones     map[string]telephone `json:"phones"`
	Agents     string               `json:"agents"`
	Behaviours []behaviour          `json:"behaviours"`
	Entries    []Entry              `json:"entries"`
	Callbacks  []callbackView       `json:"callbacks"`
}

// snapshot is everything that a page shows. The console is locked.
func (c *Console) snapshot() snapshot {
	return snapshot{Clock: c.clockView(), Phones: c.phonesView(), Agents: c.agentsDo, Behaviours: behaviours,
		Entries: append([]Entry{}, c.entries...), Callbacks: c.callbackViews()}
}

func (c *Console) phonesView() map[string]telephone {
	return map[string]telephone{callerPhone: c.caller, agentPhone: c.agent}
}

// A clockView is the time, and what follows from it.
type clockView struct {
	Now   time.Time  `json:"now"`
	Lines []lineView `json:"lines"`
}

type lineView struct {
	ID        string   `json:"id"`
	Number    string   `json:"number"`
	Zone      string   `json:"zone"`
	Languages []string `json:"languages"`
	// Example is a mobile number of the line's region, to ring from.
	Example string `json:"example"`
	Open    bool   `json:"open"`
	// Hours says in words for how long.
	Hours string `json:"hours"`
	Jumps []jump `json:"jumps"`
}

func (c *Console) clockView() clockView {
	v := clockView{Now: c.Simulator.Now()}
	for _, line := range c.Lines {
		state := line.Hours.At(v.Now)
		l := lineView{ID: line.ID, Number: line.Numbers[0], Zone: line.Hours.Zone().String(),
			Example: example(line.Region),
			Open:    state.Open, Hours: hoursWords(state, line.Hours.Zone()), Jumps: jumps(line, v.Now)}
		for _, language := range line.Languages {
			l.Languages = append(l.Languages, language.Tag)
		}
		v.Lines = append(v.Lines, l)
	}
	return v
}

func hoursWords(s hours.State, zone *time.Location) string {
	switch {
	case s.Open && s.Until.IsZero():
		return "open at all hours"
	case s.Open:
		return "open until " + s.Until.In(zone).Format("15:04")
	case s.NextOpen.IsZero():
		return "closed"
	}
	return "closed until " + s.NextOpen.In(zone).Format("Mon 2 Jan 15:04")
}

// example is a number that nobody's telephone needs to have: the numbering plan's own example.
func example(region string) string {
	if n := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE); n != nil {
		return phonenumbers.Format(n, phonenumbers.E164)
	}
	return "+6281234567890"
}

package page

import (
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// eventsPanel is the panel of what goes on; the others are the telephones'.
const eventsPanel = "events"

// Kinds of entries.
const (
	kindSay      = "say"      // speech, as it begins
	kindKey      = "key"      // keys that were pressed
	kindNote     = "note"     // something about the call
	kindCall     = "call"     // a call begins
	kindCallback = "callback" // something that the product wrote down
	kindWarning  = "warning"  // something that should not be
)

// SimulatorEvent hears what the provider simulator does. It is the simulator's Options.Observe.
func (c *Console) SimulatorEvent(e simulator.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.Event == simulator.EventRing {
		c.attach(e)
	}
	phone := c.legs[e.Leg]
	if e.Event == simulator.EventBridge || e.Event == simulator.EventUnbridge {
		c.connected(e)
	}
	c.tell(phone, e)
	if phone != nil {
		c.follows(phone, e)
	}
	c.stale()
}

// tell writes entries about an event. The console is locked.
func (c *Console) tell(phone *telephone, e simulator.Event) {
	if e.Event == simulator.EventPress {
		c.pressed(phone, e)
		return
	}
	if phone != nil {
		if entry := c.atPhone(phone, e); entry.Text != "" {
			entry.At, entry.Panel, entry.leg = e.At, phone.ID, e.Leg
			c.add(entry)
		}
	}
	if entry := c.publicEntry(phone, e); entry.Text != "" {
		entry.At, entry.Panel, entry.leg = e.At, eventsPanel, e.Leg
		c.add(entry)
	}
}

// pressed gathers the keys that somebody presses one after the other in one entry. The console is locked.
func (c *Console) pressed(phone *telephone, e simulator.Event) {
	entry := Entry{At: e.At, Panel: eventsPanel, Kind: kindKey, Who: e.Role, leg: e.Leg, keys: e.Digits,
		idle: e.Detail != ""}
	if phone != nil {
		entry.Panel, entry.Who = phone.ID, "you"
	}
	if n := len(c.entries); n > 0 {
		last := &c.entries[n-1]
		if last.Kind == kindKey && last.leg == e.Leg && last.idle == entry.idle && last.ID == c.lastEntry {
			last.keys += e.Digits
			last.Text = keyWords(last.keys, last.idle)
			c.pace.shown()
			c.publish("entry", *last)
			return
		}
	}
	entry.Text = keyWords(entry.keys, entry.idle)
	c.add(entry)
}

// ProductEvent hears what the product does. It is the server's Observe.
func (c *Console) ProductEvent(h twilio.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text := c.eventWords(h); text != "" {
		c.add(Entry{At: c.Simulator.Now(), Panel: eventsPanel, Kind: kindCallback, Who: "hotline", Text: text})
	}
	if h.Callback.ID != 0 {
		c.noteCallback(h.Callback)
	}
	c.stale()
}

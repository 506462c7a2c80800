package page

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A callbackView is what a page shows of a callback.
type callbackView struct {
	Reference string     `json:"reference"`
	Number    string     `json:"number"` // masked
	Line      string     `json:"line"`
	Desk      string     `json:"desk"`
	Zone      string     `json:"zone"`
	Urgent    bool       `json:"urgent,omitempty"`
	Due       time.Time  `json:"due"`
	SlotEnd   *time.Time `json:"slotEnd,omitempty"`
	State     string     `json:"state"`
	Open      bool       `json:"open"`
	// DeskAttempts and Attempts are counted from 0, as in callbacks.Callback.
	DeskAttempts int `json:"rounds"`
	Attempts     int `json:"attempts"`
}

// noteCallback writes a callback down as it stands now, and lets its customer be rung here. It returns how the callback
// stood before; the zero Callback when it is new. The console is locked.
func (c *Console) noteCallback(callback callbacks.Callback) (before callbacks.Callback) {
	if callback.Number != "" && !c.customers[callback.Number] {
		c.customers[callback.Number] = true
		c.staff()
	}
	for i, known := range c.callbacks {
		if known.ID != callback.ID {
			continue
		}
		if known != callback {
			c.callbacks[i] = callback
			c.publish("callbacks", c.callbackViews())
		}
		return known
	}
	c.callbacks = append(c.callbacks, callback)
	c.publish("callbacks", c.callbackViews())
	return callbacks.Callback{}
}

// tellChange puts what became of a callback into words where no event of the product did. The console is locked.
func (c *Console) tellChange(before, now callbacks.Callback) {
	words := ""
	switch {
	case before.State != now.State && stateWords[now.State] != "":
		words = stateWords[now.State]
	case now.State == callbacks.Booked && before.State != callbacks.Booked && now.Due.After(before.Due):
		words = "waits for the next try, " + c.when(now.Line, now.Due)
	}
	if words != "" {
		c.add(Entry{At: c.Simulator.Now(), Panel: eventsPanel, Kind: kindCallback, Who: "hotline",
			Text: "Callback " + now.Reference + " " + words + "."})
	}
}

var stateWords = map[callbacks.State]string{
	callbacks.Done:       "is kept",
	callbacks.Cancelled:  "is cancelled",
	callbacks.Expired:    "is given up: a supervisor is told to ring by hand",
	callbacks.Task:       "rings nobody any more: a supervisor is told to ring by hand",
	callbacks.Undialable: "cannot be dialled: a supervisor is told to ring by hand",
}

// stale asks follow to look callbacks up soon.
func (c *Console) stale() {
	select {
	case c.outOfDate <- struct{}{}:
	default:
	}
}

// refresh looks up every callback that still stands.
func (c *Console) refresh(ctx context.Context) {
	if c.Lookup == nil {
		return
	}
	c.mu.Lock()
	var open []int64
	for _, callback := range c.callbacks {
		if callback.Open() {
			open = append(open, callback.ID)
		}
	}
	c.mu.Unlock()
	for _, id := range open {
		callback, err := c.Lookup(ctx, id)
		c.mu.Lock()
		switch {
		case err == nil:
			c.tellChange(c.noteCallback(callback), callback)
		case ctx.Err() == nil && !c.storeFailed:
			c.storeFailed = true
			c.add(Entry{At: c.Simulator.Now(), Panel: eventsPanel, Kind: kindWarning, Who: "demo",
				Text: "Callbacks cannot be looked up: " + err.Error()})
		}
		c.mu.Unlock()
	}
}

func (c *Console) callbackViews() []callbackView {
	out := make([]callbackView, 0, len(c.callbacks))
	for i := len(c.callbacks) - 1; i >= 0; i-- {
		p := c.callbacks[i]
		v := callbackView{
			Reference: p.Reference, Number: callbacks.Mask(p.Number), Line: p.Line, Desk: p.Desk,
			Zone:   c.zone(p.Line).String(),
			Urgent: p.Urgent, Due: p.Due.UTC(), State: string(p.State), Open: p.Open(), DeskAttempts: p.DeskAttempts,
			Attempts: p.Attempts,
		}
		if end := p.SlotEnd.UTC(); !p.SlotEnd.IsZero() {
			v.SlotEnd = &end
		}
		out = append(out, v)
	}
	return out
}

// outstanding reports whether a callback is open. The console is locked.
func (c *Console) outstanding() bool {
	for _, callback := range c.callbacks {
		if callback.Open() {
			return true
		}
	}
	return false
}

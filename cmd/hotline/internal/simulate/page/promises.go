package page

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A promiseView is what a page shows of a promise.
type promiseView struct {
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
	// Rounds and Attempts are counted from 0, as in callbacks.Callback.
	Rounds   int `json:"rounds"`
	Attempts int `json:"attempts"`
}

// promised writes a promise down as it stands now, and lets its customer be rung here. It returns how the promise
// stood before; the zero Callback when it is new. The console is locked.
func (c *Console) promised(promise callbacks.Callback) (before callbacks.Callback) {
	if promise.Number != "" && !c.customers[promise.Number] {
		c.customers[promise.Number] = true
		c.staff()
	}
	for i, known := range c.promises {
		if known.ID != promise.ID {
			continue
		}
		if known != promise {
			c.promises[i] = promise
			c.publish("promises", c.promisesView())
		}
		return known
	}
	c.promises = append(c.promises, promise)
	c.publish("promises", c.promisesView())
	return callbacks.Callback{}
}

// tellChange puts what became of a promise into words where no happening told. The console is locked.
func (c *Console) tellChange(before, now callbacks.Callback) {
	words := ""
	switch {
	case before.State != now.State && !now.Open():
		words = stateWords[now.State]
	case now.State == callbacks.Booked && before.State != callbacks.Booked && now.Due.After(before.Due):
		words = "waits for the next try, " + c.when(now.Line, now.Due)
	}
	if words != "" {
		c.add(Entry{At: c.Simulator.Now(), Panel: housePanel, Kind: kindPromise, Who: "hotline", Text: "Callback " + now.Reference + " " + words + "."})
	}
}

var stateWords = map[callbacks.State]string{
	callbacks.Done:       "is kept",
	callbacks.Cancelled:  "is cancelled",
	callbacks.Expired:    "is given up: a supervisor is told to ring by hand",
	callbacks.Undialable: "cannot be dialled: a supervisor is told to ring by hand",
}

// stale asks follow to look promises up soon.
func (c *Console) stale() {
	select {
	case c.outOfDate <- struct{}{}:
	default:
	}
}

// refresh looks up every promise that still stands.
func (c *Console) refresh(ctx context.Context) {
	if c.Promise == nil {
		return
	}
	c.mu.Lock()
	var open []int64
	for _, promise := range c.promises {
		if promise.Open() {
			open = append(open, promise.ID)
		}
	}
	c.mu.Unlock()
	for _, id := range open {
		promise, err := c.Promise(ctx, id)
		c.mu.Lock()
		switch {
		case err == nil:
			c.tellChange(c.promised(promise), promise)
		case ctx.Err() == nil && !c.storeFailed:
			c.storeFailed = true
			c.add(Entry{At: c.Simulator.Now(), Panel: housePanel, Kind: kindWarning, Who: "demo", Text: "Promises cannot be looked up: " + err.Error()})
		}
		c.mu.Unlock()
	}
}

func (c *Console) promisesView() []promiseView {
	out := make([]promiseView, 0, len(c.promises))
	for i := len(c.promises) - 1; i >= 0; i-- {
		p := c.promises[i]
		v := promiseView{
			Reference: p.Reference, Number: callbacks.Mask(p.Number), Line: p.Line, Desk: p.Desk, Zone: c.zone(p.Line).String(),
			Urgent: p.Urgent, Due: p.Due.UTC(), State: string(p.State), Open: p.Open(), Rounds: p.Rounds, Attempts: p.Attempts,
		}
		if end := p.SlotEnd.UTC(); !p.SlotEnd.IsZero() {
			v.SlotEnd = &end
		}
		out = append(out, v)
	}
	return out
}

// outstanding reports whether a promise stands. The console is locked.
func (c *Console) outstanding() bool {
	for _, promise := range c.promises {
		if promise.Open() {
			return true
		}
	}
	return false
}

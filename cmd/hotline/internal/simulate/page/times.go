package page

import (
	"context"
	"time"

	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// A jump is an instant at which a line is interesting.
type jump struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	at    time.Time
}

// searched is how many days ahead a jump is looked for.
const searched = 400

// jumps are the interesting instants after now, on the clock of a line.
func jumps(line *ivr.Line, now time.Time) []jump {
	var out []jump
	add := func(id, name string, hour int, fits func(hours.Date, time.Time) bool) {
		if at, ok := upcoming(line.Hours, now, hour, fits); ok {
			out = append(out, jump{ID: id, Label: name + ": " + at.In(line.Hours.Zone()).Format("Mon 2 Jan 15:04"),
				at: at})
		}
	}
	add("morning", "Workday", 10, func(_ hours.Date, t time.Time) bool { return line.Hours.IsOpen(t) })
	add("night", "Night", 3, func(hours.Date, time.Time) bool { return true })
	add("saturday", "Weekend", 12, func(d hours.Date, _ time.Time) bool { return d.Weekday() == time.Saturday })
	add("holiday", "Holiday", 12, func(d hours.Date, t time.Time) bool {
		return line.Hours.Day(d).Name != "" && !line.Hours.IsOpen(t)
	})
	return out
}

// upcoming is the first day that fits, at a full hour, after now.
func upcoming(calendar *hours.Calendar, now time.Time, hour int, fits func(hours.Date, time.Time) bool) (time.Time,
	bool) {
	zone := calendar.Zone()
	local := now.In(zone)
	for i := range searched {
		at := time.Date(local.Year(), local.Month(), local.Day()+i, hour, 0, 0, 0, zone)
		if at.After(now) && fits(hours.DateOf(at), at) {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// jump lets time run to one of a line's interesting instants, or until a telephone on the page rings.
func (c *Console) jump(ctx context.Context, lineID, to string) error {
	line := c.line(lineID)
	if line == nil {
		return refusal("There is no such line.")
	}
	for _, j := range jumps(line, c.Simulator.Now()) {
		if j.ID == to {
			return c.runTo(ctx, j.at)
		}
	}
	return refusal("There is no such time.")
}

func (c *Console) runTo(ctx context.Context, at time.Time) error {
	c.mu.Lock()
	if c.caller.State != idle || c.agent.State != idle {
		c.mu.Unlock()
		return refusal("A telephone is in use. Hang up first.")
	}
	run := c.pace.runTo(at)
	c.mu.Unlock()
	if run == nil {
		return refusal("The clock is still running. Try again in a moment.")
	}
	select {
	case <-run.over:
	case <-ctx.Done():
		return nil // the visitor has gone; the clock runs on
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.publish("clock", c.clockView())
	if run.interfered {
		return refusal("The clock stopped on the way: a telephone rings.")
	}
	return nil
}

// skip lets time run to the next thing that can be seen or heard.
func (c *Console) skip(ctx context.Context) error {
	c.mu.Lock()
	waiting := c.outstanding() || c.caller.State != idle || c.agent.State != idle
	c.mu.Unlock()
	const nothing = refusal("Nothing is going on, and no callback is open: there is nothing to skip to.")
	if !waiting && len(c.Simulator.Dangling()) == 0 {
		return nothing
	}
	found := c.pace.skip()
	if found == nil {
		return refusal("Time is being skipped already.")
	}
	select {
	case yes := <-found:
		if !yes {
			return nothing
		}
	case <-ctx.Done(): // the visitor has gone
	}
	return nil
}

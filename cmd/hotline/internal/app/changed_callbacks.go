package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/publish"
)

// Callbacks that another configuration would make otherwise.

// CallbackChanges are what a change of the configuration does to open callbacks.
type CallbackChanges struct {
	// Open is how many callbacks of the lines concerned are open, Changed those that would be made otherwise.
	Open    int
	Changed []ChangedCallback

	old, new *config.Snapshot
}

// A ChangedCallback is one of them, with what would come of it under either configuration.
type ChangedCallback struct {
	callbacks.Callback
	Was, Will dispatch.Prediction
}

// CompareCallbacks looks at the open callbacks of some lines, under the overrides that were declared.
func CompareCallbacks(ctx context.Context, store Store, old, new *config.Snapshot, lines []string,
	now time.Time) (CallbackChanges, error) {
	overrides, err := store.Overrides(ctx, now)
	if err != nil {
		return CallbackChanges{}, fmt.Errorf("the overrides: %w", err)
	}
	return CompareCallbacksAs(ctx, store, old.WithOverrides(overrides), new.WithOverrides(overrides), lines, now)
}

// CompareCallbacksAs is [CompareCallbacks] under the overrides that the configurations have.
func CompareCallbacksAs(ctx context.Context, store callbacks.Queries, old, new *config.Snapshot, lines []string,
	now time.Time) (CallbackChanges, error) {
	out := CallbackChanges{old: old, new: new}
	for _, line := range lines {
		list, err := store.List(ctx, callbacks.Filter{Line: line, States: callbacks.OpenStates})
		if err != nil {
			return out, fmt.Errorf("the callbacks: %w", err)
		}
		out.Open += len(list)
		for _, c := range list {
			r := callbacks.Record{Callback: c}
			if c.NextTarget > 0 { // which telephones are left is told by the attempts
				if r, err = store.Record(ctx, c.ID); err != nil {
					return out, fmt.Errorf("the callbacks: %w", err)
				}
			}
			one := ChangedCallback{c, dispatch.Predict(old, r, now), dispatch.Predict(new, r, now)}
			if one.Was.Outcome != one.Will.Outcome || !one.Was.At.Equal(one.Will.At) {
				out.Changed = append(out.Changed, one)
			}
		}
	}
	slices.SortStableFunc(out.Changed, func(a, b ChangedCallback) int { return a.Was.At.Compare(b.Was.At) })
	return out, nil
}

// editedCallbacks are the words about an edit that was taken up.
func editedCallbacks(ctx context.Context, store Store, old, new *config.Snapshot, now time.Time) string {
	lines := compare.Snapshots(old, new, now, publish.Horizon).Lines()
	moved, err := CompareCallbacks(ctx, store, old, new, lines, now)
	if err != nil {
		return fmt.Sprintf("Callbacks were not looked at: %v\n", err)
	}
	return moved.String()
}

// String is a line about all of them, and one for each that would be made otherwise.
func (c CallbackChanges) String() string {
	open := fmt.Sprintf("%d callbacks of these lines are open", c.Open)
	if c.Open == 1 {
		open = "1 callback of these lines is open"
	}
	switch {
	case c.Open == 0:
		return "These lines have no open callback.\n"
	case len(c.Changed) == 0:
		return open + ", and made as before.\n"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s; %d would be made otherwise:\n", open, len(c.Changed))
	var rows terminal.Table
	for _, k := range c.Changed {
		rows.Add(k.Reference, k.Line, k.Desk, callbacks.Mask(k.Number), c.words(k.Callback, k.Will),
			"instead of: "+c.words(k.Callback, k.Was))
	}
	_ = rows.Write(&out, "  ") // a strings.Builder does not fail
	return out.String()
}

// words are what comes of a callback, on the clock of its line.
func (c CallbackChanges) words(k callbacks.Callback, o dispatch.Prediction) string {
	at := c.clock(k.Line, o.At)
	text := "being made now"
	switch o.Outcome {
	case dispatch.Rung:
		text = "rung " + at
		if o.PutOff() {
			text = "put off to " + at + ", " + o.Why
		}
		if !k.SlotEnd.IsZero() && !o.At.Before(k.SlotEnd) {
			text += ", after the time that was chosen"
		}
	case dispatch.GivenUp:
		text = "given up " + at + ", " + o.Why
	case dispatch.LeftToPerson:
		text = "left to a person " + at + ", " + o.Why
	case dispatch.NotDialled:
		text = "given up " + at + ", " + o.Why
	}
	if !o.SMSAt.IsZero() {
		text += "; text message " + c.clock(k.Line, o.SMSAt)
	}
	return text
}

// clock is the line's under the new configuration, or else the old one's.
func (c CallbackChanges) clock(line string, at time.Time) string {
	zone := time.UTC
	if l := c.old.ByID(line); l != nil {
		zone = l.Hours.Zone()
	}
	if l := c.new.ByID(line); l != nil {
		zone = l.Hours.Zone()
	}
	return at.In(zone).Format(problem.TimeLayout)
}

package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
)

// Callbacks that a new configuration would make otherwise.

// changedCallback is such a callback, with what would come of it under either configuration.
type changedCallback struct {
	callbacks.Callback
	was, will dispatch.Prediction
}

// compareCallbacks looks at the open callbacks of the lines that differ, under the overrides that were declared.
func (d *difference) compareCallbacks(ctx context.Context, b *session) error {
	if d.unseen = b.missing; b.store == nil {
		return nil
	}
	limited, cancel := ctx, context.CancelFunc(func() {})
	if b.optional {
		limited, cancel = context.WithTimeout(ctx, answerLimit)
	}
	defer cancel()
	overrides, err := b.store.Overrides(limited, d.now)
	if err != nil {
		err = fmt.Errorf("the overrides: %w", err)
	} else {
		err = d.compareCallbacksUnder(limited, b, overrides)
	}
	if err != nil && b.optional && ctx.Err() == nil {
		d.unseen, d.open, d.changed = notAnswering(err), 0, nil
		return nil
	}
	return err
}

func (d *difference) compareCallbacksUnder(ctx context.Context, b *session, overrides []callbacks.Override) error {
	old, new := d.old.WithOverrides(overrides), d.new.WithOverrides(overrides)
	for _, line := range d.changes.Lines() {
		list, err := b.store.List(ctx, callbacks.Filter{Line: line, States: callbacks.OpenStates})
		if err != nil {
			return fmt.Errorf("the callbacks: %w", err)
		}
		d.open += len(list)
		for _, c := range list {
			r := callbacks.Record{Callback: c}
			if c.NextTarget > 0 { // which telephones are left is told by the attempts
				if r, err = b.store.Record(ctx, c.ID); err != nil {
					return fmt.Errorf("the callbacks: %w", err)
				}
			}
			one := changedCallback{c, dispatch.Predict(old, r, d.now), dispatch.Predict(new, r, d.now)}
			if one.was.Outcome != one.will.Outcome || !one.was.At.Equal(one.will.At) {
				d.changed = append(d.changed, one)
			}
		}
	}
	slices.SortStableFunc(d.changed, func(a, b changedCallback) int { return a.was.At.Compare(b.was.At) })
	return nil
}

func (d *difference) writeCallbacks(out io.Writer) error {
	switch {
	case d.unseen != "":
		_, err := fmt.Fprintf(out, "Callbacks were not looked at: %s.\n", d.unseen)
		return err
	case d.open == 0:
		_, err := fmt.Fprintln(out, "These lines have no open callback.")
		return err
	case len(d.changed) == 0:
		_, err := fmt.Fprintf(out, "%s, and made as before.\n", callbackWords(d.open))
		return err
	}
	fmt.Fprintf(out, "%s; %d would be made otherwise:\n", callbackWords(d.open), len(d.changed))
	var rows terminal.Table
	for _, k := range d.changed {
		rows.Add(k.Reference, k.Line, k.Desk, callbacks.Mask(k.Number), d.words(k.Callback, k.will),
			"instead of: "+d.words(k.Callback, k.was))
	}
	return rows.Write(out, "  ")
}

func callbackWords(n int) string {
	if n == 1 {
		return "1 callback of these lines is open"
	}
	return fmt.Sprintf("%d callbacks of these lines are open", n)
}

// words are what comes of a callback, on the clock of its line.
func (d *difference) words(c callbacks.Callback, o dispatch.Prediction) string {
	at := d.clock(c.Line, o.At)
	text := "being made now"
	switch o.Outcome {
	case dispatch.Rung:
		text = "rung " + at
		if o.PutOff() {
			text = "put off to " + at + ", " + shortWhy(o)
		}
		if !c.SlotEnd.IsZero() && !o.At.Before(c.SlotEnd) {
			text += ", after the time that was chosen"
		}
	case dispatch.GivenUp:
		text = "given up " + at + ", " + shortWhy(o)
	case dispatch.LeftToPerson:
		text = "left to a person " + at + ", " + shortWhy(o)
	case dispatch.NotDialled:
		text = "given up " + at + ", " + shortWhy(o)
	}
	if !o.SMSAt.IsZero() {
		text += "; text message " + d.clock(c.Line, o.SMSAt)
	}
	return text
}

func shortWhy(o dispatch.Prediction) string {
	return strings.TrimSuffix(o.Why, "; no attempt was spent")
}

// clock is the line's under the new configuration, or else the old one's.
func (d *difference) clock(line string, at time.Time) string {
	zone := time.UTC
	if l := d.old.ByID(line); l != nil {
		zone = l.Hours.Zone()
	}
	if l := d.new.ByID(line); l != nil {
		zone = l.Hours.Zone()
	}
	return at.In(zone).Format(stampTime)
}

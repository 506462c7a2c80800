package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
)

// Promised callbacks that a new configuration would keep otherwise.

// keptOtherwise is such a promise, with what would come of it under either configuration.
type keptOtherwise struct {
	callbacks.Callback
	was, will callbacks.Prediction
}

// foretell looks at the promises that stand, of the lines that differ, under the overrides that were declared.
func (d *difference) foretell(ctx context.Context, b *archive) error {
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
		err = fmt.Errorf("the overrides that stand: %w", err)
	} else {
		err = d.foretellUnder(limited, b, overrides)
	}
	if err != nil && b.optional && ctx.Err() == nil {
		d.unseen, d.open, d.kept = notAnswering(err), 0, nil
		return nil
	}
	return err
}

func (d *difference) foretellUnder(ctx context.Context, b *archive, overrides []callbacks.Override) error {
	old, new := d.old.WithOverrides(overrides), d.new.WithOverrides(overrides)
	for _, line := range d.changes.Lines() {
		list, err := b.store.List(ctx, callbacks.Filter{Line: line, States: callbacks.OpenStates})
		if err != nil {
			return fmt.Errorf("the promised callbacks: %w", err)
		}
		d.open += len(list)
		for _, c := range list {
			r := callbacks.Record{Callback: c}
			if c.NextTarget > 0 { // which telephones are left is told by the attempts
				if r, err = b.store.Record(ctx, c.ID); err != nil {
					return fmt.Errorf("the promised callbacks: %w", err)
				}
			}
			one := keptOtherwise{c, callbacks.Predict(old, r, d.now), callbacks.Predict(new, r, d.now)}
			if one.was.Outcome != one.will.Outcome || !one.was.At.Equal(one.will.At) {
				d.kept = append(d.kept, one)
			}
		}
	}
	slices.SortStableFunc(d.kept, func(a, b keptOtherwise) int { return a.was.At.Compare(b.was.At) })
	return nil
}

func (d *difference) writeCallbacks(out io.Writer) error {
	switch {
	case d.unseen != "":
		_, err := fmt.Fprintf(out, "Promised callbacks were not looked at: %s.\n", d.unseen)
		return err
	case d.open == 0:
		_, err := fmt.Fprintln(out, "No callback is promised by these lines.")
		return err
	case len(d.kept) == 0:
		_, err := fmt.Fprintf(out, "%s by these lines, and kept as before.\n", callbackWords(d.open))
		return err
	}
	fmt.Fprintf(out, "%s by these lines; %d would be kept otherwise:\n", callbackWords(d.open), len(d.kept))
	var rows terminal.Table
	for _, k := range d.kept {
		rows.Add(k.Reference, k.Line, k.Desk, callbacks.Mask(k.Number), d.words(k.Callback, k.will), "instead of: "+d.words(k.Callback, k.was))
	}
	return rows.Write(out, "  ")
}

func callbackWords(n int) string {
	if n == 1 {
		return "1 callback is promised"
	}
	return fmt.Sprintf("%d callbacks are promised", n)
}

// words are what comes of a promise, on the clock of its line.
func (d *difference) words(c callbacks.Callback, o callbacks.Prediction) string {
	at := d.clock(c.Line, o.At)
	text := "being kept now"
	switch o.Outcome {
	case callbacks.Rung:
		text = "rung " + at
		if o.PutOff() {
			text = "put off to " + at + ", " + shortWhy(o)
		}
		if !c.SlotEnd.IsZero() && !o.At.Before(c.SlotEnd) {
			text += ", after the time that was chosen"
		}
	case callbacks.GivenUp:
		text = "given up " + at + ", " + shortWhy(o)
	case callbacks.NotDialled:
		text = "given up " + at + ", " + shortWhy(o)
	}
	if !o.SMSAt.IsZero() {
		text += "; text message " + d.clock(c.Line, o.SMSAt)
	}
	return text
}

func shortWhy(o callbacks.Prediction) string {
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
	return at.In(zone).Format("Mon 2006-01-02 15:04")
}

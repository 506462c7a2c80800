package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/edit"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/hours"
)

// change adds or removes an entry: reads, edits, checks, tells and writes.
func (o specialOptions) change(out io.Writer, dir string, now time.Time, write writer) error {
	switch {
	case dir == "":
		return errors.New("the configuration that is built in cannot be edited; take a copy first (hotline draft " +
			"DIR), and name it with --config DIR")
	case o.add != "" && o.remove != "":
		return errors.New("--add and --remove at once; do one after the other")
	}
	c, err := o.read(dir)
	if err != nil {
		return err
	}
	days, err := specialDays(c.files[c.file])
	if err != nil {
		return err
	}
	step := o.removal
	if o.add != "" {
		step = o.addition
	}
	text, first, last, err := step(c, days)
	if err != nil {
		return err
	}
	change := publish.Edit{c.file: text}
	after, err := config.Load(c.files.With(change).FS())
	if err != nil {
		return fmt.Errorf("with this the configuration would be refused, so nothing was written:\n%w", err)
	}
	c.tellSharers(out)
	c.tell(out, after, first, last)
	if o.dryRun {
		_, err := fmt.Fprintln(out, "Nothing was written (--dry-run).")
		return err
	}
	if err := write(dir, c.files.Sums(), change, now); errors.Is(err, publish.ErrReadOnly) {
		fmt.Fprint(out, c.files.Patch(change))
		return fmt.Errorf("nothing was written: %w; have the patch above applied there by somebody who may (git apply, "+
			"or patch -p1)", err)
	} else if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s is written.\n", c.file)
	return err
}

// tell prints what changes in the hours of some days.
func (c hoursEdit) tell(out io.Writer, after *config.Snapshot, first, last hours.Date) {
	noon := func(d hours.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }
	days := int(noon(last).Sub(noon(first))/(24*time.Hour)) + 1
	changes := compare.Snapshots(c.snapshot, after, noon(first), days)
	if changes.Empty() {
		fmt.Fprintf(out, "The hours of %s stay as they are.\n", datesOf(first, last))
		return
	}
	fmt.Fprint(out, changes.String())
}

// addition is the text of the file with the new entry, behind the dated one that comes before it.
func (o specialOptions) addition(c hoursEdit, days []specialDay) (text []byte, first, last hours.Date, err error) {
	if first, last, err = readDays("--add", o.add); err != nil {
		return nil, first, last, err
	}
	entry, err := o.entry(first, last)
	if err != nil {
		return nil, first, last, err
	}
	at := len(days)
	for _, d := range days {
		if !d.recurs() && d.first.Compare(first) <= 0 {
			at = d.index + 1
		}
	}
	text, err = edit.Insert(c.files[c.file], specialList, at, entry)
	if errors.Is(err, edit.ErrByHand) {
		err = fmt.Errorf("%s: %w; the entry is: - %s", c.file, err, entry)
	}
	return text, first, last, err
}

// entry writes the special day as the list has it.
func (o specialOptions) entry(first, last hours.Date) (string, error) {
	var said []string
	for flag, used := range map[string]bool{"--closed": o.closed, "--open": len(o.open) > 0, "--as": o.as != ""} {
		if used {
			said = append(said, flag)
		}
	}
	switch {
	case len(said) != 1:
		return "", errors.New("say what happens on the day, with one of --closed, --open 08:00-12:00 and --as sat")
	case strings.TrimSpace(o.name) == "":
		return "", errors.New("say what the day is called: --name \"Staff meeting\"")
	}
	node := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	put := func(key string, value *yaml.Node) {
		node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
	}
	plain := func(text, tag string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text, Tag: tag} }
	if first == last {
		put("date", plain(first.String(), "!!timestamp"))
	} else {
		put("from", plain(first.String(), "!!timestamp"))
		put("to", plain(last.String(), "!!timestamp"))
	}
	switch {
	case o.closed:
		put("closed", plain("true", "!!bool"))
	case o.as != "":
		put("as", plain(o.as, "!!str"))
	default:
		spans := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, text := range o.open {
			span, err := hours.ParseSpan(text)
			if err != nil {
				return "", fmt.Errorf("--open %w", err)
			}
			spans.Content = append(spans.Content,
				&yaml.Node{Kind: yaml.ScalarNode, Value: span.String(), Style: yaml.DoubleQuotedStyle})
		}
		put("open", spans)
	}
	put("name", plain(strings.TrimSpace(o.name), "!!str"))
	text, err := yaml.Marshal(node)
	return string(bytes.TrimSpace(text)), err
}

// removal is the text of the file without an entry.
func (o specialOptions) removal(c hoursEdit, days []specialDay) (text []byte, first, last hours.Date, err error) {
	for flag, used := range map[string]bool{"--closed": o.closed, "--open": len(o.open) > 0, "--as": o.as != "",
		"--name": o.name != ""} {
		if used {
			return nil, first, last, fmt.Errorf("%s is of a day to be added; leave it out", flag)
		}
	}
	if first, last, err = readDays("--remove", o.remove); err != nil {
		return nil, first, last, err
	}
	for _, d := range days {
		switch {
		case d.recurs():
		case d.first == first && d.last == last:
			text, err = edit.Remove(c.files[c.file], specialList, d.index)
			if err != nil {
				err = fmt.Errorf("%s:%d: %w", c.file, d.line, err)
			}
			return text, first, last, err
		case d.first.Compare(last) <= 0 && d.last.Compare(first) >= 0:
			days := strings.TrimPrefix(datesOf(d.first, d.last), d.first.Weekday().String()[:3]+" ")
			return nil, first, last, fmt.Errorf("%s:%d: the entry %q is of %s; remove all of it with --remove %s",
				c.file, d.line, d.fields["name"], days, days)
		}
	}
	return nil, first, last, fmt.Errorf("%s has no special day on %s; hotline special-days --line %s lists those "+
		"that it has (one that comes back is edited by hand)",
		c.file, datesOf(first, last), o.line)
}

// readDays reads a day, or the first and the last of several.
func readDays(flag, text string) (first, last hours.Date, err error) {
	from, to, several := strings.Cut(text, "..")
	if first, err = hours.ParseDate(from); err != nil {
		return first, last, fmt.Errorf("%s %w", flag, err)
	}
	if last = first; several {
		if last, err = hours.ParseDate(to); err != nil {
			return first, last, fmt.Errorf("%s %w", flag, err)
		}
	}
	if last.Compare(first) < 0 {
		return first, last, fmt.Errorf("%s %s: the last day comes before the first; exchange the two", flag, text)
	}
	return first, last, nil
}

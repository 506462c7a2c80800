package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/edit"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/hours"
)

// specialOptions are the flags of the command that looks after special days.
type specialOptions struct {
	line, from, add, remove string
	closed, dryRun, all     bool
	open                    []string
	as, name                string
}

// A writer carries out an edit in a directory, as [publish.Write] does.
type writer func(dir string, base publish.Sums, edit publish.Edit, now time.Time) error

// specialList is the key under which a file of hours has its special days.
const specialList = "special"

func newSpecialDays(write writer) *cobra.Command {
	var o specialOptions
	cmd := &cobra.Command{
		Use:   "special-days --line LINE",
		Short: "List, add and remove the special days of a line, in its file of hours",
		Long: `special-days lists the days of a line that follow neither the week nor the sets of holidays. With --add
and --remove it edits the line's file of hours in the directory of --config: that entry alone; comments, order and
layout stay as they are. It prints which hours change, for every line that has its hours from this file, and which
callbacks would be made otherwise. What would make a mistake is not written, nor a day that has passed.`,
		Example: `  hotline special-days --line gopay
  hotline special-days --line gopay --config /etc/hotline --add 2026-12-04 --open 08:00-12:00 --name "Staff meeting"
  hotline special-days --line gopay --config /etc/hotline --add 2026-12-28..2026-12-30 --closed --name "Moving house"
  hotline special-days --line gopay --config /etc/hotline --remove 2026-12-04 --dry-run`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.line == "" {
				return errors.New("name the line: --line gopay")
			}
			dir, err := configDir(cmd)
			if err != nil {
				return err
			}
			now := clockFrom(cmd.Context())()
			if o.add == "" && o.remove == "" {
				return o.list(cmd.OutOrStdout(), dir, now)
			}
			return o.change(cmd, dir, now, write)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.line, "line", "", "the line")
	flags.StringVar(&o.from, "from", "", "list the days from this one on, such as 2026-12-24 (default: today)")
	flags.BoolVar(&o.all, "all", false, "list past days, too")
	flags.StringVar(&o.add, "add", "", "add a day, or several: 2026-12-04, 2026-12-28..2026-12-30")
	flags.BoolVar(&o.closed, "closed", false, "nobody is there on the added day")
	flags.StringSliceVar(&o.open, "open", nil, "its hours, such as 08:00-12:00,13:00-15:00")
	flags.StringVar(&o.as, "as", "", "the weekday whose hours it has, such as sat")
	flags.StringVar(&o.name, "name", "", "what the added day is called")
	flags.StringVar(&o.remove, "remove", "", "remove the entry of a day, or of several")
	flags.BoolVar(&o.dryRun, "dry-run", false, "print what would change, and write nothing")
	storeFlags(flags)
	return cmd
}

// A specialDay is an entry of the list, as it is written.
type specialDay struct {
	index, line int
	fields      map[string]string
	// first and last are its days; zero for one that comes back.
	first, last hours.Date
}

// specialDays are the entries of a file that was read without a mistake.
func specialDays(data []byte) (days []specialDay, err error) {
	entries, err := edit.Entries(data, specialList)
	if err != nil {
		return nil, err
	}
	for i, entry := range entries {
		d := specialDay{index: i, line: entry.Line, fields: map[string]string{}}
		for k := 0; k+1 < len(entry.Content); k += 2 {
			d.fields[entry.Content[k].Value] = inWords(entry.Content[k+1])
		}
		first := d.fields["date"]
		last := first
		if first == "" && d.fields["rrule"] == "" {
			first, last = d.fields["from"], d.fields["to"]
		}
		if d.fields["yearly"] == "" && first != "" {
			if d.first, err = hours.ParseDate(first); err != nil {
				return nil, err
			}
			if d.last, err = hours.ParseDate(last); err != nil {
				return nil, err
			}
		}
		days = append(days, d)
	}
	return days, nil
}

// inWords is a value on one line.
func inWords(node *yaml.Node) string {
	var parts []string
	for _, each := range node.Content {
		parts = append(parts, inWords(each))
	}
	if len(parts) > 0 {
		return strings.Join(parts, " ")
	}
	return node.Value
}

func (d specialDay) recurs() bool { return d.first == hours.Date{} }

// when is the day in words.
func (d specialDay) when() string {
	switch {
	case d.fields["yearly"] != "" && d.fields["to"] != "":
		return "every year " + d.fields["yearly"] + ".." + d.fields["to"]
	case d.fields["yearly"] != "":
		return "every year " + d.fields["yearly"]
	case d.fields["rrule"] != "":
		return d.fields["rrule"] + " from " + d.fields["from"]
	case d.recurs():
		return "nth: " + d.fields["nth"]
	}
	return datesOf(d.first, d.last)
}

// datesOf is a day with its weekday, or the first and the last of several.
func datesOf(first, last hours.Date) string {
	if first == last {
		return first.Weekday().String()[:3] + " " + first.String()
	}
	return first.String() + ".." + last.String()
}

func (d specialDay) what() string {
	switch {
	case d.fields["open"] != "":
		return "open " + d.fields["open"]
	case d.fields["as"] != "":
		return "as " + d.fields["as"]
	}
	return "closed"
}

// list prints the days from today on, and those that come back.
func (o specialOptions) list(out io.Writer, dir string, now time.Time) error {
	for flag, used := range map[string]bool{"--closed": o.closed, "--open": len(o.open) > 0, "--as": o.as != "",
		"--name": o.name != "", "--dry-run": o.dryRun} {
		if used {
			return fmt.Errorf("%s is about a day to be added or removed; name it with --add or --remove", flag)
		}
	}
	c, err := o.read(dir)
	if err != nil {
		return err
	}
	days, err := specialDays(c.files[c.file])
	if err != nil {
		return err
	}
	from := hours.DateOf(now.In(c.snapshot.ByID(o.line).Hours.Zone()))
	if o.from != "" {
		if from, err = hours.ParseDate(o.from); err != nil {
			return fmt.Errorf("--from %w", err)
		}
	}
	var rows terminal.Table
	for _, d := range days {
		if o.all || d.recurs() || d.last.Compare(from) >= 0 {
			rows.Add(d.when(), d.what(), d.fields["name"], fmt.Sprintf("%s:%d", c.file, d.line))
		}
	}
	if len(rows.Rows) == 0 {
		_, err := fmt.Fprintf(out, "%s has no special days from %s on.\n", c.file, from)
		return err
	}
	c.tellSharers(out)
	return rows.Write(out, "")
}

// A hoursEdit is about one directory with the file of hours that the line has.
type hoursEdit struct {
	files    publish.Files
	snapshot *config.Snapshot
	file     string
	lines    []string // that share the file
}

func (o specialOptions) read(dir string) (c hoursEdit, err error) {
	fsys, err := configuration(dir)
	if err != nil {
		return c, err
	}
	if c.files, err = publish.ReadFiles(fsys); err != nil {
		return c, err
	}
	if c.snapshot, err = config.Load(c.files.FS()); err != nil {
		return c, fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	if _, err := lineOf(c.snapshot, o.line); err != nil {
		return c, err
	}
	c.file, c.lines = c.snapshot.HoursOf(o.line)
	return c, nil
}

// tellSharers says whose hours these are, besides the line that was asked for.
func (c hoursEdit) tellSharers(out io.Writer) {
	if len(c.lines) > 1 {
		last := len(c.lines) - 1
		fmt.Fprintf(out, "The lines %s and %s have their hours from %s.\n",
			strings.Join(slices.Clone(c.lines[:last]), ", "), c.lines[last], c.file)
	}
}

// change adds or removes an entry: reads, edits, checks, tells and writes.
func (o specialOptions) change(cmd *cobra.Command, dir string, now time.Time, write writer) error {
	out := cmd.OutOrStdout()
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
	if today := hours.DateOf(now.In(c.snapshot.ByID(o.line).Hours.Zone())); o.add != "" && last.Compare(today) < 0 {
		return fmt.Errorf("--add %s has passed: it is %s there; nothing was written", o.add, datesOf(today, today))
	}
	change := publish.Edit{c.file: text}
	after, err := config.Load(c.files.With(change).FS())
	if err != nil {
		return fmt.Errorf("with this the configuration would be refused, so nothing was written:\n%w", err)
	}
	c.tellSharers(out)
	if err := c.tell(cmd, after, now, first, last); err != nil {
		return err
	}
	if o.dryRun {
		_, err := fmt.Fprintln(out, "Nothing was written (--dry-run).")
		return err
	}
	if err := write(dir, c.files.Sums(), change, time.Now()); errors.Is(err, publish.ErrReadOnly) {
		fmt.Fprint(out, c.files.Patch(change))
		return fmt.Errorf("nothing was written: %w; have the patch above applied there by somebody who may (git "+
			"apply, or patch -p1)", err)
	} else if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s is written.\n", c.file)
	return err
}

// tell prints what changes in the hours of some days, and which callbacks would be made otherwise.
func (c hoursEdit) tell(cmd *cobra.Command, after *config.Snapshot, now time.Time, first, last hours.Date) error {
	noon := func(d hours.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }
	days := int(noon(last).Sub(noon(first))/(24*time.Hour)) + 1
	d := difference{old: c.snapshot, new: after, now: now,
		changes: compare.Snapshots(c.snapshot, after, noon(first), days)}
	if d.changes.Empty() {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "The hours of %s stay as they are.\n", datesOf(first, last))
		return err
	}
	session, err := openOptionalSession(cmd, app.OpenStore)
	if err != nil {
		return err
	}
	err = d.compareCallbacks(cmd.Context(), session)
	if err = errors.Join(err, session.close()); err != nil {
		return err
	}
	return d.write(cmd.OutOrStdout())
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

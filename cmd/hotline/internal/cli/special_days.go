package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/edit"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
	"github.com/hotline-ivr/hotline/ivr"
)

// specialOptions are the flags of the command that looks after special days.
type specialOptions struct {
	line, from, add, remove string
	closed, dryRun, all     bool
	open                    []string
	as, name                string
}

func newSpecialDays() *cobra.Command {
	var o specialOptions
	cmd := &cobra.Command{
		Use:   "special-days --line LINE",
		Short: "List, add and remove the special days of a line, in its file of hours",
		Long: `special-days lists the days of a line that follow neither the week nor the sets of holidays. With --add
and --remove it edits the line's file of hours in the directory of --config: that entry alone; comments, order and
layout stay as they are. It prints which hours change, for every line that has its hours from this file, which
callbacks would be made otherwise, and what hotline check would warn of about an added day. What would make a mistake is
not written, nor a day that has passed.`,
		Example: `  hotline special-days --line gopay
  hotline special-days --line gopay --add 2026-12-04 --open 08:00-12:00 --name "Staff meeting"
  hotline special-days --line gopay --add 2026-12-28..2026-12-30 --closed --name "Moving house"
  hotline special-days --line gopay --remove 2026-12-04 --dry-run`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, flag := range []string{"as", "closed", "dry-run", "name", "open"} { // in the order of the help
				if cmd.Flags().Changed(flag) && o.add == "" && (o.remove == "" || flag != "dry-run") {
					return fmt.Errorf("--%s is of a day to be added; name the day with --add, or leave the flag out",
						flag)
				}
			}
			if o.add == "" && o.remove == "" {
				return o.list(cmd)
			}
			return o.change(cmd)
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

// list prints the days from today on, and those that come back.
func (o specialOptions) list(cmd *cobra.Command) error {
	snapshot, err := load(cmd)
	if err != nil {
		return err
	}
	line, err := lineOf(snapshot, o.line)
	if err != nil {
		return err
	}
	from := hours.DateOf(clockFrom(cmd.Context())().In(line.Hours.Zone()))
	if o.from != "" {
		if from, err = problem.Read(o.from, hours.ParseDate); err != nil {
			return fmt.Errorf("--from %w", err)
		}
	}
	var rows terminal.Table
	for _, day := range line.Hours.Specials() {
		if o.all || day.Recurs() || day.Last().Compare(from) >= 0 {
			rows.Add(specialWhen(day), specialWhat(day), day.Name, day.Source)
		}
	}
	out := cmd.OutOrStdout()
	file, sharers := snapshot.HoursOf(line.ID)
	if len(rows.Rows) == 0 {
		_, err := fmt.Fprintf(out, "%s has no special days from %s on.\n", file, from)
		return err
	}
	tellSharers(out, file, sharers)
	return rows.Write(out, "")
}

// specialWhen is a day with its weekday, the first and the last of several, or how it comes back.
func specialWhen(day hours.Special) string {
	key, when := day.Days()
	switch {
	case day.Recurs():
		return when
	case day.From == day.Last():
		return day.From.Weekday().String()[:3] + " " + key
	}
	return key
}

func specialWhat(day hours.Special) string {
	switch {
	case day.Closed:
		return "closed"
	case day.As != nil:
		return "as " + schema.Weekdays[*day.As]
	}
	return "open " + hours.SpellSpans(day.Open)
}

// tellSharers says whose hours these are, if not of one line alone.
func tellSharers(out io.Writer, file string, lines []string) {
	if last := len(lines) - 1; last > 0 {
		fmt.Fprintf(out, "The lines %s and %s have their hours from %s.\n", strings.Join(lines[:last], ", "),
			lines[last], file)
	}
}

// change adds or removes an entry: reads, edits, checks, tells and writes.
func (o specialOptions) change(cmd *cobra.Command) error {
	if o.add != "" && o.remove != "" {
		return errors.New("--add and --remove at once; do one after the other")
	}
	dir, err := workingDirectory(cmd)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	before, err := dir.check(out, cmd.Name())
	if err != nil {
		return err
	}
	line, err := lineOf(before, o.line)
	if err != nil {
		return err
	}
	file, sharers := before.HoursOf(line.ID)
	step := o.removal
	if o.add != "" {
		today := hours.DateOf(clockFrom(cmd.Context())().In(line.Hours.Zone()))
		step = func(line *ivr.Line, file string, data []byte) (hours.Special, []byte, error) {
			return o.addition(line, file, data, today)
		}
	}
	day, text, err := step(line, file, dir.files[file])
	if err != nil {
		return err
	}
	edit := publish.Edit{file: text}
	after, err := loadFiles(out, cmd.Name(), "the result", dir.files.With(edit))
	if err != nil {
		return err
	}
	tellSharers(out, file, sharers)
	if err := tellSpecial(cmd, before, after, line.ID, day); err != nil {
		return err
	}
	if o.dryRun {
		_, err := fmt.Fprintln(out, "Nothing was written (--dry-run).")
		return err
	}
	if err := dir.put(out, edit, dir.files.Sums()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s is written.\n", file)
	return err
}

// tellSpecial prints what changes on the days, which callbacks would be made otherwise, and what is doubtful about an
// added day.
func tellSpecial(cmd *cobra.Command, before, after *config.Snapshot, line string, day hours.Special) (err error) {
	session, err := openOptionalSession(cmd, app.OpenStore)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.close()) }()
	now, noon := session.now(), hours.InstantOf(day.From, 12*60, time.UTC) // the same day nearly everywhere
	d := difference{old: before, new: after, now: now,
		changes: compare.Snapshots(before, after, noon, day.From.DaysUntil(day.Last())+1)}
	return d.tell(cmd, session, slices.DeleteFunc(after.Warnings(now), func(w config.Warning) bool {
		return !slices.ContainsFunc(after.ByID(line).Hours.Specials(), func(added hours.Special) bool {
			return added.From == day.From && !added.Recurs() && w.Source() == added.Source
		})
	}))
}

// addition is the day of the flags, and the file of hours with it.
func (o specialOptions) addition(
	line *ivr.Line, file string, data []byte, today hours.Date,
) (day hours.Special, text []byte, err error) {
	if day, err = o.day(); err != nil {
		return day, nil, err
	}
	text, err = edit.AddSpecialDay(data, line.Hours.Specials(), day, today)
	switch {
	case errors.Is(err, edit.ErrPassed):
		err = fmt.Errorf("--add %s has passed: it is %s there; nothing was written", o.add,
			specialWhen(hours.Special{From: today}))
	case err != nil:
		err = fmt.Errorf("%s: %w", file, err)
	}
	return day, text, err
}

// day is the special day that the flags describe.
func (o specialOptions) day() (day hours.Special, err error) {
	if day, err = readDays("--add", o.add); err != nil {
		return day, err
	}
	day.Closed, day.Name = o.closed, strings.TrimSpace(o.name)
	for _, text := range o.open {
		span, err := problem.Read(text, hours.ParseSpan)
		if err != nil {
			return day, fmt.Errorf("--open %w", err)
		}
		day.Open = append(day.Open, span)
	}
	if o.as != "" {
		weekday := time.Weekday(slices.Index(schema.Weekdays, o.as))
		if weekday < 0 {
			return day, fmt.Errorf("--as %q is not known; %s", o.as, problem.Hint(o.as, schema.Weekdays))
		}
		day.As = &weekday
	}
	switch {
	case len(day.Ways()) != 1:
		return day, errors.New("say what happens on the day, with one of --closed, --open 08:00-12:00 and --as sat")
	case day.Name == "":
		return day, errors.New("say what the day is called: --name \"Staff meeting\"")
	}
	return day, nil
}

// removal is the day of the flags, and the file of hours without it.
func (o specialOptions) removal(
	line *ivr.Line, file string, data []byte,
) (day hours.Special, text []byte, err error) {
	if day, err = readDays("--remove", o.remove); err != nil {
		return day, nil, err
	}
	text, entry, err := edit.RemoveSpecialDay(data, line.Hours.Specials(), day)
	switch {
	case errors.Is(err, edit.ErrNoSuchDay):
		err = fmt.Errorf("%s has no special day on %s; hotline special-days --line %s lists those that it has "+
			"(one that comes back is edited by hand)", file, specialWhen(day), line.ID)
	case errors.Is(err, edit.ErrOtherDays):
		key, _ := entry.Days()
		err = fmt.Errorf("%s: the entry %q is of %s; remove all of it with --remove %[3]s", entry.Source, entry.Name,
			key)
	case err != nil:
		err = fmt.Errorf("%s: %w", entry.Source, err)
	}
	return day, text, err
}

// readDays reads a day, or the first and the last of several.
func readDays(flag, text string) (day hours.Special, err error) {
	from, to, several := strings.Cut(text, "..")
	if day.From, err = problem.Read(from, hours.ParseDate); err != nil {
		return day, fmt.Errorf("%s %w", flag, err)
	}
	if !several {
		return day, nil
	}
	if day.To, err = problem.Read(to, hours.ParseDate); err != nil {
		return day, fmt.Errorf("%s %w", flag, err)
	}
	if day.To.Compare(day.From) < 0 {
		return day, fmt.Errorf("%s %s: the last day comes before the first; exchange the two", flag, text)
	}
	return day, nil
}

package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
)

// hoursOptions are what the questions are about.
type hoursOptions struct {
	line, desk, file string
	at, from         string
	days             int
	schema           bool
}

func newHours() *cobra.Command {
	var o hoursOptions
	cmd := &cobra.Command{
		Use:   "hours",
		Short: "Say when a line is open, and why",
		Long: `hours prints the coming days of every line, or of one. With --at it says whether the line is open at an
instant, until when, and why: every rule that has something to say, from which file and line.
With --at - it reads an instant a line from standard input and prints a JSON object a line:
at, line, open, since, until (the next change), next_open (while closed), reason, rule, source;
instants in UTC, null for never.
What close and open have declared counts, and is named below.`,
		Example: `  hotline hours --line gopay --days 30
  hotline hours --line gopay --at "2026-12-31 16:00"
  hotline hours --file draft.yaml --at 2026-12-31T16:00:00+07:00`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.schema {
				return printSchema(cmd.OutOrStdout(), "hours")
			}
			if o.days < 1 || o.days > 400 {
				return fmt.Errorf("--days %d: ask for 1 to 400 days", o.days)
			}
			subjects, err := hoursSubjects(cmd, o)
			if err != nil {
				return err
			}
			return answerHours(cmd, o, subjects, clockFrom(cmd.Context())().Truncate(time.Second))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.line, "line", "", "line to ask about (default: every line)")
	flags.StringVar(&o.desk, "desk", "", "desk of the line, if its own hours are asked for")
	flags.StringVar(&o.file, "file", "", "ask a single file of hours instead of the configuration's lines")
	instantFlag(flags, &o.at, "at", "", "ask about one instant, or - to read many")
	flags.StringVar(&o.from, "from", "", "first day of the table, such as 2026-12-24 (default: today)")
	flags.IntVar(&o.days, "days", 14, "how many days to print")
	flags.BoolVar(&o.schema, "schema", false, "print the JSON Schema of a file of hours, for an editor")
	storeFlags(cmd.Flags())
	return cmd
}

// A subject is a calendar that is asked.
type subject struct {
	name, desk string // the line, and the desk that is asked for
	// calendar is under what close and open have declared; overrides are those of the files and these.
	calendar  *hours.Calendar
	overrides []hours.Override
	// declared are those alone, and words describe one of them. unseen says why they were not looked at; empty when
	// they were, or when there is nowhere to look.
	declared []callbacks.DeclaredOverride
	words    func(callbacks.DeclaredOverride) string
	unseen   string
	warnings func(time.Time) []config.Warning
	// others are sentences about desks whose hours differ.
	others []string
}

// title is the name of the subject for a person.
func (s subject) title() string {
	if s.desk != "" {
		return s.name + ", desk " + s.desk
	}
	return s.name
}

func hoursSubjects(cmd *cobra.Command, o hoursOptions) ([]subject, error) {
	if o.file != "" {
		return fileSubject(cmd, o)
	}
	snapshot, err := load(cmd)
	if err != nil {
		return nil, err
	}
	if o.line == "" && o.desk != "" && len(snapshot.Lines) > 1 {
		return nil, fmt.Errorf("--desk needs --line; the configuration has: %s", lineIDs(snapshot))
	}
	lines, err := linesOf(snapshot, o.line)
	if err != nil {
		return nil, err
	}
	var out []subject
	overrides, unseen := declaredOverrides(cmd)
	ruled, now := snapshot.WithOverrides(overrides), clockFrom(cmd.Context())()
	for _, line := range lines {
		s := subject{name: line.ID, desk: o.desk, calendar: ruled.Calendar(line.ID, o.desk), unseen: unseen}
		if s.calendar == nil {
			return nil, noDesk(line, o.desk)
		}
		for _, id := range deskIDs(line.Desks) {
			if desk := line.Desks[id]; desk.Hours != line.Hours && o.desk == "" {
				s.others = append(s.others, otherHours(id, desk.Hours))
			}
		}
		s.warnings = func(now time.Time) []config.Warning {
			return slices.DeleteFunc(snapshot.Warnings(now), func(w config.Warning) bool {
				return w.Line != line.ID || w.Undated
			})
		}
		s.words = func(over callbacks.DeclaredOverride) string { return app.DescribeOverride(over, snapshot, now) }
		s.overrides, s.declared = ruled.Overrides(s.name, s.desk), ruled.Declared(s.name, s.desk)
		out = append(out, s)
	}
	return out, nil
}

// otherHours is a sentence about a desk that does not have the hours of its line.
func otherHours(desk string, calendar *hours.Calendar) string {
	if calendar.Always() {
		return fmt.Sprintf("Desk %s never closes.", desk)
	}
	return fmt.Sprintf("Desk %s has hours of its own: --desk %s", desk, desk)
}

func fileSubject(cmd *cobra.Command, o hoursOptions) ([]subject, error) {
	if o.desk != "" {
		return nil, errors.New("--desk is of a line, and --file is of none; leave one of them out")
	}
	dir, err := configDir(cmd)
	if err != nil {
		return nil, err
	}
	files, err := configuration(dir)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(o.file)
	if err != nil {
		return nil, fmt.Errorf("file of hours: %w", err)
	}
	f, err := config.LoadHours(files, o.file, data)
	if err != nil {
		return nil, fmt.Errorf("the file cannot be used:\n%w", err)
	}
	name := f.Name
	if o.line != "" {
		name = o.line
	}
	return []subject{{name: name, calendar: f.Calendar, overrides: f.Overrides, warnings: f.Warnings}}, nil
}

// answerHours answers for each subject. now is handed in for "today".
func answerHours(cmd *cobra.Command, o hoursOptions, subjects []subject, now time.Time) error {
	out := cmd.OutOrStdout()
	if o.at != "" && len(subjects) > 1 {
		names := make([]string, len(subjects))
		for i, s := range subjects {
			names[i] = s.name
		}
		return fmt.Errorf("--at asks one line; name it with --line: %s", strings.Join(names, ", "))
	}
	if o.at == "-" {
		if subjects[0].unseen != "" {
			if err := tellUnseen(cmd.ErrOrStderr(), subjects[0].unseen); err != nil {
				return err
			}
		}
		return answerStream(cmd, subjects[0], now)
	}
	for i, s := range subjects {
		if i > 0 {
			fmt.Fprintln(out)
		}
		var at time.Time
		var err error
		if o.at == "" {
			err = printDays(out, s, o, now)
		} else if at, err = parseInstant("--at", o.at, s.calendar.Zone(), now, now); err == nil {
			err = errors.Join(tellDoubt(cmd.ErrOrStderr(), "--at:", o.at, s.calendar.Zone()), answerOne(out, s, at))
		}
		if err != nil {
			return err
		}
	}
	if subjects[0].unseen != "" {
		return tellUnseen(out, subjects[0].unseen)
	}
	return nil
}

// hoursAnswer is one line of the answers to --at -. Null is never.
type hoursAnswer struct {
	At       time.Time  `json:"at"`
	Line     string     `json:"line"`
	Open     bool       `json:"open"`
	Since    *time.Time `json:"since"`
	Until    *time.Time `json:"until"`
	NextOpen *time.Time `json:"next_open"`
	Reason   string     `json:"reason"`
	Rule     string     `json:"rule"`
	Source   string     `json:"source"`
}

// answerStream answers each instant as soon as it is read: who asks one at a time waits for the answer.
func answerStream(cmd *cobra.Command, s subject, now time.Time) error {
	reader, writer := bufio.NewReader(cmd.InOrStdin()), bufio.NewWriter(cmd.OutOrStdout())
	encoder := jsonEncoder(writer)
	for number := 1; ; number++ {
		text, err := reader.ReadString('\n')
		if text = strings.TrimSpace(text); text != "" {
			what := fmt.Sprintf("line %d:", number)
			at, wrong := parseInstant(what, text, s.calendar.Zone(), now, now)
			if wrong = errors.Join(wrong, tellDoubt(cmd.ErrOrStderr(), what, text, s.calendar.Zone())); wrong != nil {
				return errors.Join(writer.Flush(), wrong)
			}
			if err := encoder.Encode(answerAt(s, at)); err != nil {
				return errors.Join(writer.Flush(), fmt.Errorf("line %d: %w", number, err))
			}
		}
		if reader.Buffered() == 0 || err != nil {
			if err := writer.Flush(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
	}
}

func answerAt(s subject, at time.Time) hoursAnswer {
	state := s.calendar.At(at)
	return hoursAnswer{
		At: at.UTC(), Line: s.name, Open: state.Open, Since: timeOrNull(state.Since), Until: timeOrNull(state.Until),
		NextOpen: timeOrNull(state.NextOpen), Reason: state.Reason, Rule: state.Rule, Source: state.Source,
	}
}

func timeOrNull(t time.Time) *time.Time {
	if t = t.UTC(); t.IsZero() || t.Year() > 9999 { // RFC 3339 has no fifth digit for a year
		return nil
	}
	return &t
}

// What "hotline hours" prints for people.

// answerOne says whether the subject is open at an instant, until when, and why.
func answerOne(out io.Writer, s subject, at time.Time) error {
	zone := s.calendar.Zone()
	e := s.calendar.Explain(at)
	fmt.Fprintf(out, "%s, %s (%s): %s\n", s.title(), at.In(zone).Format(longTime), zone, openOrClosed(e.State.Open))
	var times terminal.Table
	times.Add("since", timeOr(e.State.Since, zone, "always"))
	never := "for ever"
	if e.State.Layer == hours.LayerOverride {
		never = "further notice"
	}
	times.Add("until", timeOr(e.State.Until, zone, never))
	if !e.State.Open && !e.State.NextOpen.Equal(e.State.Until) {
		times.Add("opens", timeOr(e.State.NextOpen, zone, "never"))
	}
	times.Add("why", sourced(e.State.Reason, e.State.Source))
	for _, tag := range slices.Sorted(maps.Keys(e.State.Say)) {
		times.Add("says", fmt.Sprintf("%s: %q", tag, e.State.Say[tag]))
	}
	if err := times.Write(out, "  "); err != nil {
		return err
	}
	if err := printRules(out, e); err != nil {
		return err
	}
	return s.printDeclared(out, func(o callbacks.DeclaredOverride) bool { return o.Rules(at) })
}

// printRules lists every rule that had something to say, if there were several.
func printRules(out io.Writer, e hours.Explanation) error {
	if len(e.Considered) < 2 {
		return nil
	}
	fmt.Fprintln(out, "\nRules, the highest rank first:")
	var rules terminal.Table
	for _, c := range e.Considered {
		mark, verdict, words := " ", "-", c.Note
		if c.Decides {
			mark = "*"
		}
		if c.Applies {
			verdict, words = openOrClosed(c.Open), c.Why
		}
		rules.Add(mark, c.Layer.String(), verdict, words, c.Source)
	}
	if err := rules.Write(out, "  "); err != nil {
		return err
	}
	if e.Otherwise.Reason != "" {
		fmt.Fprintf(out, "Without the rule that decided: %s\n", sourced(e.Otherwise.Reason, e.Otherwise.Source))
	}
	return nil
}

func timeOr(t time.Time, zone *time.Location, never string) string {
	if t.IsZero() {
		return never
	}
	return t.In(zone).Format(longTime)
}

// printDays is the table of the coming days.
func printDays(out io.Writer, s subject, o hoursOptions, now time.Time) error {
	zone := s.calendar.Zone()
	first := hours.DateOf(now.In(zone))
	if o.from != "" {
		var err error
		if first, err = problem.Read(o.from, hours.ParseDate); err != nil {
			return fmt.Errorf("--from %w", err)
		}
	}
	fmt.Fprintf(out, "%s, %s\n", s.title(), zone)
	if o.from == "" {
		state := s.calendar.At(now)
		fmt.Fprintf(out, "Now, %s: %s until %s. %s\n", now.In(zone).Format(shortTime), openOrClosed(state.Open),
			timeOr(state.Until, zone, "further notice"), sourced(state.Reason, state.Source))
	}
	var days terminal.Table
	for i := range o.days {
		days.Add(s.dayRow(first.AddDays(i))...)
	}
	if err := days.Write(out, "  "); err != nil {
		return err
	}
	begin, end := first.Midnight(zone), first.AddDays(o.days).Midnight(zone)
	if err := s.printDeclared(out, func(o callbacks.DeclaredOverride) bool {
		return hours.Override{From: o.From, Until: o.Until}.Overlaps(begin, end)
	}); err != nil {
		return err
	}
	for _, desk := range s.others {
		fmt.Fprintln(out, desk)
	}
	if o.from != "" {
		return nil // warnings are about the days ahead of now
	}
	tellWarnings(out, s.warnings(now))
	return nil
}

// printDeclared names what close and open have declared for the line, a line each.
func (s subject) printDeclared(out io.Writer, asked func(callbacks.DeclaredOverride) bool) error {
	for _, over := range s.declared {
		if !asked(over) {
			continue
		}
		if _, err := fmt.Fprintln(out, s.words(over)); err != nil {
			return err
		}
	}
	return nil
}

// dayRow is one day of the table: the date, the hours, what the day is called, and where that is written.
func (s subject) dayRow(date hours.Date) []string {
	begin, end := date.Midnight(s.calendar.Zone()), date.AddDays(1).Midnight(s.calendar.Zone())
	if hours.DateOf(begin) != date { // Samoa, 30 December 2011
		return []string{date.Weekday().String()[:3], date.String(), "-", "the zone left this day out", ""}
	}
	day := s.calendar.Day(date)
	spans, source := day.Spans, day.Source
	var notes []string
	if day.Name != "" && day.MakeUp { // its name alone reads like a holiday
		notes = append(notes, day.Name+" (make-up working day)")
	} else if day.Name != "" {
		notes = append(notes, day.Name)
	}
	for _, o := range s.overrides {
		if o.Overlaps(begin, end) {
			notes = append(notes, openOrClosed(o.Open)+" by override: "+o.Reason)
			spans, source = s.calendar.Hours(date), o.Source
		}
	}
	for _, gap := range s.calendar.Uncovered(date, date) {
		notes = append(notes, "holidays not known: "+gap.Set)
	}
	switch change := end.Sub(begin) - 24*time.Hour; {
	case change < 0:
		notes = append(notes, "clock set forward by "+problem.Spell(-change))
	case change > 0:
		notes = append(notes, "clock set back by "+problem.Spell(change))
	}
	return []string{date.Weekday().String()[:3], date.String(), hours.SpellSpans(spans), strings.Join(notes, "; "),
		source}
}

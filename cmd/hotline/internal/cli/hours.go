package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
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
With --at - it reads an instant (RFC 3339) a line from standard input and prints a JSON object a line:
at, line, open, since, until (the next change), next_open (while closed), reason, rule, source;
instants in UTC, null for never.
What close and open have declared counts with --at; the table shows the hours of the files, and names it below.`,
		Example: `  hotline hours --line gopay --days 30
  hotline hours --line gopay --at "2026-12-31 16:00"
  hotline hours --file draft.yaml --at 2026-12-31T16:00:00+07:00`,
		Args: cobra.NoArgs,
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
	flags.StringVar(&o.at, "at", "",
		"ask about one instant: RFC 3339, \"2026-12-31 16:00\" on the line's clock, or now; - reads many")
	flags.StringVar(&o.from, "from", "", "first day of the table, such as 2026-12-24 (default: today)")
	flags.IntVar(&o.days, "days", 14, "how many days to print")
	flags.BoolVar(&o.schema, "schema", false, "print the JSON Schema of a file of hours, for an editor")
	storeFlags(cmd.Flags())
	return cmd
}

// A subject is a calendar that is asked.
type subject struct {
	name      string // the line's
	desk      string
	calendar  *hours.Calendar
	overrides []hours.Override
	// withOverrides is the calendar under what close and open have declared, declared what of it is about the line, and
	// words describe one of that. unseen says why it was not looked at; empty when it was, or when there is nowhere to
	// look.
	withOverrides *hours.Calendar
	declared      []callbacks.Override
	words         func(callbacks.Override) string
	unseen        string
	warnings      func(time.Time) []config.Warning
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
	var out []subject
	overrides, unseen := declaredOverrides(cmd)
	ruled, now := snapshot.WithOverrides(overrides), clockFrom(cmd.Context())()
	for _, line := range snapshot.Lines {
		if o.line != "" && line.ID != o.line {
			continue
		}
		s := subject{name: line.ID, calendar: line.Hours, withOverrides: ruled.ByID(line.ID).Hours, unseen: unseen,
			warnings: func(now time.Time) (some []config.Warning) {
				for _, w := range snapshot.Warnings(now) {
					if w.Line == line.ID && !w.Undated {
						some = append(some, w)
					}
				}
				return some
			}}
		for _, id := range deskIDs(line.Desks) {
			desk := line.Desks[id]
			if id == o.desk {
				s.desk, s.calendar, s.withOverrides = id, desk.Hours, ruled.ByID(line.ID).Desks[id].Hours
			} else if desk.Hours != line.Hours && o.desk == "" {
				s.others = append(s.others, otherHours(id, desk.Hours))
			}
		}
		if o.desk != "" && s.desk == "" {
			return nil, fmt.Errorf("line %s has no desk %q; it has: %s", line.ID, o.desk,
				strings.Join(deskIDs(line.Desks), ", "))
		}
		s.overrides = snapshot.Overrides(s.name, s.desk)
		s.words = func(over callbacks.Override) string { return app.DescribeOverride(over, snapshot, now) }
		s.declared = slices.DeleteFunc(slices.Clone(overrides), func(over callbacks.Override) bool {
			return !s.concerned(over)
		})
		out = append(out, s)
	}
	if len(out) == 0 {
		_, err := lineOf(snapshot, o.line)
		return nil, err
	}
	return out, nil
}

// concerned reports whether an override is about the line, or about the desk that is asked for.
func (s subject) concerned(over callbacks.Override) bool {
	return over.Line == s.name && (s.desk == "" || over.Desk == s.desk || over.Desk == "" && !s.calendar.Always())
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
	dir := configFlag(cmd)
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
	return []subject{{name: name, calendar: f.Calendar, withOverrides: f.Calendar, overrides: f.Overrides,
		warnings: f.Warnings}}, nil
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
		return answerStream(cmd.InOrStdin(), out, subjects[0])
	}
	for i, s := range subjects {
		if i > 0 {
			fmt.Fprintln(out)
		}
		var err error
		if o.at != "" {
			err = answerOne(out, s, o.at, now)
		} else {
			err = printDays(out, s, o, now)
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

// answerStream answers each instant as soon as it is read: whoever asks one at a time waits for the answer.
func answerStream(in io.Reader, out io.Writer, s subject) error {
	reader, writer := bufio.NewReader(in), bufio.NewWriter(out)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	for number := 1; ; number++ {
		text, err := reader.ReadString('\n')
		if text = strings.TrimSpace(text); text != "" {
			at, wrong := time.Parse(time.RFC3339, text)
			if wrong != nil {
				return errors.Join(writer.Flush(),
					fmt.Errorf("line %d: %.40q is not a valid time; use, for example, 2026-03-20T10:00:00+07:00",
						number, text))
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
	state := s.withOverrides.At(at)
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

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/hours"
)

// diffOptions are what the difference is asked for.
type diffOptions struct {
	against, line, from string
	days                int
	json                bool
}

// An opener opens the database that a setting names.
type opener func(ctx context.Context, name string) (app.Store, error)

func newDiff(open opener) *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what a change of the configuration does: to hours, calls and callbacks",
		Long: `diff compares two configurations by what they do, not by their text: which days and spans open or close,
which numbers, topics, desks, announcements and sentences are different, and which callbacks would be made otherwise.
OLD and NEW are directories, or versions that were in force: live is the latest one, 3 is number 3 (a directory
of that name is written ./3). Versions and callbacks are in the database that HOTLINE_STORE names.
The exit status is 0 also where there are differences.`,
		Example: `  hotline diff config draft
  hotline diff --against live draft --days 90
  hotline diff 3 live --line gopay`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			old, new, err := o.sides(cmd, args)
			if err != nil {
				return err
			}
			if o.days < 1 || o.days > 400 {
				return fmt.Errorf("--days %d: ask for 1 to 400 days", o.days)
			}
			return diff(cmd, o, old, new, open)
		},
	}
	flags := cmd.Flags()
	storeFlags(flags)
	flags.StringVar(&o.against, "against", "",
		"what to compare a directory with, in the place of OLD: live, a version's number, or a directory")
	flags.StringVar(&o.line, "line", "", "this line alone")
	flags.IntVar(&o.days, "days", publish.Horizon, "how many days of hours to compare, from today")
	flags.StringVar(&o.from, "from", "", "first of these days, such as 2026-12-24 (default: today)")
	flags.BoolVar(&o.json, "json", false, "print one JSON object")
	return cmd
}

// sides are what is compared: two arguments, or with --against one or none.
func (o diffOptions) sides(cmd *cobra.Command, args []string) (old, new string, err error) {
	switch {
	case o.against == "" && len(args) == 2:
		return args[0], args[1], nil
	case o.against == "":
		return "", "", errors.New("name two configurations: hotline diff OLD NEW, or hotline diff --against live DIR")
	case len(args) == 2:
		return "", "", errors.New("--against takes the place of OLD; name one directory besides")
	case len(args) == 1:
		return o.against, args[0], nil
	}
	new, err = configDir(cmd)
	return o.against, new, err
}

func diff(cmd *cobra.Command, o diffOptions, oldName, newName string, open opener) (err error) {
	look := openOptionalSession
	for _, name := range []string{oldName, newName} {
		if _, recorded := versionNumber(name); recorded {
			look = openSession
		}
	}
	session, err := look(cmd, open)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.close()) }()
	out := cmd.OutOrStdout()
	old, err := session.configuration(cmd.Context(), out, oldName)
	if err != nil {
		return err
	}
	new, err := session.configuration(cmd.Context(), out, newName)
	if err != nil {
		return err
	}
	d := difference{old: old, new: new, now: session.now()}
	from := d.now
	if o.from != "" {
		date, err := problem.Read(o.from, hours.ParseDate)
		if err != nil {
			return fmt.Errorf("--from %w", err)
		}
		from = time.Date(date.Year, date.Month, date.Day, 12, 0, 0, 0, time.UTC) // the same day nearly everywhere
	}
	d.changes = compare.Snapshots(old, new, from, o.days)
	if o.line != "" {
		if _, err := lineOf(new, o.line); err != nil && old.ByID(o.line) == nil {
			return err
		}
		d.changes = d.changes.Of(o.line)
	}
	if err := d.compareCallbacks(cmd.Context(), session); err != nil {
		return err
	}
	if o.json {
		return d.writeJSON(out, oldName, newName, o)
	}
	return d.write(out)
}

// A difference is between two configurations, and for the open callbacks.
type difference struct {
	old, new *config.Snapshot
	now      time.Time
	changes  compare.Changes
	// callbacks are those of the lines concerned; unseen says why they were not looked at; empty when they were.
	callbacks app.CallbackChanges
	unseen    string
}

func (d *difference) write(out io.Writer) error {
	if d.changes.Empty() {
		_, err := fmt.Fprintln(out, "Nothing changes.")
		return err
	}
	text := d.callbacks.String()
	if d.unseen != "" {
		text = fmt.Sprintf("Callbacks were not looked at: %s.\n", d.unseen)
	}
	_, err := fmt.Fprintf(out, "%v\n%s", d.changes, text)
	return err
}

// compareCallbacks looks at the open callbacks of the lines that differ, under the overrides that were declared.
func (d *difference) compareCallbacks(ctx context.Context, s *session) error {
	if d.unseen = s.missing; s.store == nil {
		return nil
	}
	limited, cancel := ctx, context.CancelFunc(func() {})
	if s.optional {
		limited, cancel = context.WithTimeout(ctx, answerLimit)
	}
	defer cancel()
	changes, err := app.CompareCallbacks(limited, s.store, d.old, d.new, d.changes.Lines(), d.now)
	if err != nil && s.optional && ctx.Err() == nil {
		d.unseen = notAnswering(err)
		return nil
	}
	d.callbacks = changes
	return err
}

// What "hotline diff --json" prints. Instants are UTC, dates and times of day on the clock of the line.

type diffAnswer struct {
	Old   string                `json:"old"`
	New   string                `json:"new"`
	Days  int                   `json:"days"`
	Empty bool                  `json:"empty"`
	Lines []compare.LineChanges `json:"lines"`
	// Looked is set when callbacks were looked at; Open is how many of these lines are open.
	Looked    bool           `json:"callbacks_looked_at"`
	Callbacks int            `json:"callbacks"`
	Otherwise []diffCallback `json:"callbacks_kept_otherwise"`
}

type diffCallback struct {
	Reference string         `json:"reference"`
	Line      string         `json:"line"`
	Desk      string         `json:"desk"`
	Number    string         `json:"number"` // masked
	Due       time.Time      `json:"due"`
	Was       diffPrediction `json:"was"`
	Will      diffPrediction `json:"will"`
}

type diffPrediction struct {
	Outcome     string     `json:"fate"`
	At          *time.Time `json:"at"`
	Why         string     `json:"why,omitempty"`
	TextMessage *time.Time `json:"text_message,omitempty"`
}

func (d *difference) writeJSON(out io.Writer, old, new string, o diffOptions) error {
	answer := diffAnswer{
		Old: old, New: new, Days: o.days, Empty: d.changes.Empty(),
		Lines: append([]compare.LineChanges{}, d.changes.Each...), Looked: d.unseen == "", Callbacks: d.callbacks.Open,
		Otherwise: []diffCallback{},
	}
	for _, k := range d.callbacks.Changed {
		answer.Otherwise = append(answer.Otherwise, diffCallback{
			Reference: k.Reference, Line: k.Line, Desk: k.Desk, Number: callbacks.Mask(k.Number), Due: k.Due,
			Was: predictionOf(k.Was), Will: predictionOf(k.Will),
		})
	}
	encoder := jsonEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(answer)
}

func predictionOf(o dispatch.Prediction) diffPrediction {
	return diffPrediction{Outcome: string(o.Outcome), At: timeOrNull(o.At), Why: o.Why,
		TextMessage: timeOrNull(o.SMSAt)}
}

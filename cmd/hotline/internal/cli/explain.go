package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// explainOptions are the call that is asked about.
type explainOptions struct {
	line, at, topic, from, language, file, number string
}

func newExplain() *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain",
		Short: "Say where a call would go, and why: every rule with its file and line",
		Long: `explain plays a call through the line as it is configured, without ringing anybody: the caller names a
topic, gives no numbers, waits for the desk, of which nobody answers, and takes the callback that is offered, or else
leaves a message. Without --topic the caller asks for a person at once. With --number it says instead whether and why
a customer may be called and texted on a number.`,
		Example: `  hotline explain --line gopay --at "2026-12-31 16:00" --topic refund
  hotline explain --line gopay --at now --topic stolen --from +442071234567 --language en
  hotline explain --line gopay --at "2026-12-31 16:00" --file draft.yaml
  hotline explain --line gopay --number 00819012345678`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			e, err := o.call(cmd, clockFrom(cmd.Context())().Truncate(time.Second))
			if err != nil {
				return err
			}
			if o.number != "" {
				return e.writeNumber(cmd.OutOrStdout(), o.number)
			}
			if err := e.write(cmd.OutOrStdout()); err != nil || e.unseen == "" {
				return err
			}
			return tellUnseen(cmd.OutOrStdout(), e.unseen)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.line, "line", "", "line that is rung")
	flags.StringVar(&o.at, "at", "now", "when: RFC 3339, \"2026-12-31 16:00\" on the line's clock, or now")
	flags.StringVar(&o.topic, "topic", "", "what the call is about (default: the caller asks for a person)")
	flags.StringVar(&o.from, "from", "",
		"calling number, or anything else a provider may send (default: a mobile number of the line's country)")
	flags.StringVar(&o.language, "language", "", "language that the caller chooses (default: the line's first)")
	flags.StringVar(&o.file, "file", "", "a file of hours to take in the place of the line's own, such as a draft")
	flags.StringVar(&o.number, "number", "",
		"a number to explain: digits as a caller keys them in, +E.164, or what a provider sends")
	storeFlags(cmd.Flags())
	return cmd
}

// underOverrides is the configuration under what close and open have declared, where there is a store; else it says why
// not.
func underOverrides(cmd *cobra.Command, snapshot *config.Snapshot) (*config.Snapshot, string) {
	overrides, unseen := declaredOverrides(cmd)
	return snapshot.WithOverrides(overrides), unseen
}

func tellUnseen(out io.Writer, why string) error {
	_, err := fmt.Fprintf(out, "What close and open have declared was not looked at: %s\n", why)
	return err
}

// declaredOverrides is what close and open have declared and is not over, where there is a store; else it says why it
// was not looked at.
func declaredOverrides(cmd *cobra.Command) (overrides []callbacks.Override, unseen string) {
	a, err := openSession(cmd, app.OpenStore)
	if err != nil {
		return nil, err.Error()
	}
	if a.store == nil {
		return nil, ""
	}
	overrides, err = a.store.Overrides(cmd.Context(), a.now())
	if err = errors.Join(err, a.close()); err != nil {
		return nil, err.Error()
	}
	return overrides, ""
}

// An explanation call is a call that has been played, with what it was decided by.
type explanation struct {
	snapshot   *config.Snapshot
	line       *ivr.Line
	topic      *ivr.Topic // nil: a person was asked for
	at         time.Time
	call       ivr.Call
	simulation ivr.Simulation
	unseen     string // why overrides were not looked at; empty when they were, or when there is no store
}

// call reads what is asked for and plays the call.
func (o explainOptions) call(cmd *cobra.Command, now time.Time) (e explanation, err error) {
	if e.snapshot, err = o.load(cmd); err != nil {
		return e, err
	}
	e.snapshot, e.unseen = underOverrides(cmd, e.snapshot)
	if o.line == "" && len(e.snapshot.Lines) == 1 {
		o.line = e.snapshot.Lines[0].ID
	}
	if e.line = e.snapshot.ByID(o.line); e.line == nil {
		ids := e.snapshot.LineIDs()
		if o.line == "" {
			return e, fmt.Errorf("name the line with --line: %s", strings.Join(ids, ", "))
		}
		return e, unknown("line", o.line, ids)
	}
	if e.at, err = parseTimeIn(o.at, e.line.Hours.Zone(), now); err != nil {
		return e, err
	}
	if o.topic != "" {
		if e.topic = e.line.Topic(o.topic); e.topic == nil {
			return e, unknown("topic", o.topic, topicIDs(e.line))
		}
	}
	if o.language != "" {
		tags := languageTags(e.line)
		if !slices.Contains(tags, o.language) {
			return e, unknown("language", o.language, tags)
		}
	}
	e.call = ivr.Call{SID: "CA00000000000000000000000000000000", From: cmp.Or(o.from, calltest.Caller(e.line.Region)),
		To: e.line.Numbers[0]}
	e.simulation, err = e.line.Simulate(e.at, e.call, o.language, o.topic)
	return e, err
}

// load reads the configuration, with another file of hours for the line if there is one.
func (o explainOptions) load(cmd *cobra.Command) (*config.Snapshot, error) {
	snapshot, err := load(cmd)
	if err != nil || o.file == "" {
		return snapshot, err
	}
	name := snapshot.HoursOf(o.line)
	if name == "" {
		return nil, fmt.Errorf("--file takes the place of a line's hours; name the line with --line: %s",
			lineIDs(snapshot))
	}
	data, err := os.ReadFile(o.file)
	if err != nil {
		return nil, fmt.Errorf("file of hours: %w", err)
	}
	dir := configFlag(cmd)
	files, err := configuration(dir)
	if err != nil {
		return nil, err
	}
	if snapshot, err = config.Load(replaced{files, name, data}); err != nil {
		return nil, fmt.Errorf("with %s in the place of %s the configuration cannot be used:\n%w", o.file, name, err)
	}
	return snapshot, nil
}

// replaced is a configuration in which one file has another content.
type replaced struct {
	fs.FS
	name string
	data []byte
}

// Open implements fs.FS.
func (r replaced) Open(name string) (fs.File, error) {
	if name == r.name {
		return fstest.MapFS{name: {Data: r.data, Mode: 0o644}}.Open(name)
	}
	return r.FS.Open(name)
}

// unknown says what there is, or what was meant.
func unknown(what, word string, known []string) error {
	if near, ok := problem.Nearest(word, known); ok {
		return fmt.Errorf("there is no %s %q; did you mean %q?", what, word, near)
	}
	return fmt.Errorf("there is no %s %q; known here: %s", what, word, strings.Join(known, ", "))
}

func topicIDs(line *ivr.Line) (ids []string) {
	for _, topic := range line.Topics {
		ids = append(ids, topic.ID)
	}
	return ids
}

func languageTags(line *ivr.Line) (tags []string) {
	for _, language := range line.Languages {
		tags = append(tags, language.Tag)
	}
	return tags
}

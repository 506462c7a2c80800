package cli

import (
	"cmp"
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
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/hours"
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
topic, gives no numbers, waits for the desk, where nobody answers, and takes the callback that is offered, or else
leaves a message. Without --topic the caller asks for a person at once. With --number it says instead whether and why
a customer may be called and texted on a number.`,
		Example: `  hotline explain --line gopay --at "2026-12-31 16:00" --topic refund
  hotline explain --line gopay --at now --topic stolen --from +442071234567 --language en
  hotline explain --line gopay --at "2026-12-31 16:00" --file draft.yaml
  hotline explain --line gopay --number 00819012345678`,
		Args: noArgs,
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
	instantFlag(flags, &o.at, "at", "now", "when")
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

func tellUnseen(out io.Writer, why string) error {
	_, err := fmt.Fprintf(out, "What close and open have declared was not looked at: %s\n", why)
	return err
}

// declaredOverrides is what close and open have declared and is not over, where there is a store; else it says why it
// was not looked at.
func declaredOverrides(cmd *cobra.Command) (overrides []callbacks.DeclaredOverride, unseen string) {
	s, err := openSession(cmd, app.OpenStore)
	if err != nil {
		return nil, err.Error()
	}
	if s.store == nil {
		return nil, ""
	}
	overrides, err = s.store.Overrides(cmd.Context(), s.now())
	if err = errors.Join(err, s.close()); err != nil {
		return nil, err.Error()
	}
	return overrides, ""
}

// An explanation is a call that has been played, with what it was decided by.
type explanation struct {
	snapshot   *config.Snapshot // with what close and open have declared
	line       *ivr.Line
	topic      *ivr.Topic // nil: a person was asked for
	at         time.Time
	call       ivr.Call
	simulation ivr.Simulation
	unseen     string // why overrides were not looked at; empty when they were, or when there is no store
}

// call reads what is asked for and plays the call.
func (o explainOptions) call(cmd *cobra.Command, now time.Time) (e explanation, err error) {
	snapshot, err := o.load(cmd)
	if err != nil {
		return e, err
	}
	overrides, unseen := declaredOverrides(cmd)
	e.snapshot, e.unseen = snapshot.WithOverrides(overrides), unseen
	if o.line == "" && len(e.snapshot.Lines) == 1 {
		o.line = e.snapshot.Lines[0].ID
	}
	if e.line, err = lineOf(e.snapshot, o.line); err != nil {
		return e, err
	}
	if e.at, err = parseInstant("--at", o.at, e.line.Hours.Zone(), now, now); err != nil {
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
	dir, err := configDir(cmd)
	if err != nil {
		return nil, err
	}
	snapshot, err := loadDir(dir)
	if err != nil || o.file == "" {
		return snapshot, err
	}
	name, _ := snapshot.HoursOf(o.line)
	if name == "" {
		return nil, fmt.Errorf("--file takes the place of a line's hours; name the line with --line: %s",
			lineIDs(snapshot))
	}
	data, err := os.ReadFile(o.file)
	if err != nil {
		return nil, fmt.Errorf("file of hours: %w", err)
	}
	fsys, err := configuration(dir)
	if err != nil {
		return nil, err
	}
	files, err := publish.ReadFiles(fsys)
	if err != nil {
		return nil, err
	}
	files[name] = data
	if snapshot, err = config.Load(files.FS()); err != nil {
		return nil, fmt.Errorf("with %s in the place of %s the configuration cannot be used:\n%w", o.file, name, err)
	}
	return snapshot, nil
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

// What "hotline explain" prints: in the order of the call, what was decided, by which rule, and where that is written.

func (e explanation) write(out io.Writer) error {
	what := "asks for a person"
	if e.topic != nil {
		what = "is about " + e.topic.ID
	}
	fmt.Fprintf(out, "%s, %s (%s): a call from %s %s.\n\n", e.line.ID, e.at.In(e.zone()).Format(longTime), e.zone(),
		e.caller(), what)
	var before, after terminal.Table
	e.keyPath(&before)
	e.desk(&before)
	if err := before.Write(out, "  "); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if err := answerOne(out, e.subject(), e.at); err != nil {
		return err
	}
	fmt.Fprintln(out)
	e.ringing(&after)
	e.offer(&after)
	if err := after.Write(out, "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\nHear it: hotline call --line %s --at %s --from %q --press %q --agents no-answer\n",
		e.line.ID, e.at.In(e.zone()).Format(time.RFC3339), e.call.From, strings.Join(e.simulation.Keys, ","))
	return err
}

func (e explanation) zone() *time.Location { return e.line.Hours.Zone() }

func (e explanation) caller() string {
	if strings.HasPrefix(e.call.From, "+") {
		return callbacks.Mask(e.call.From)
	}
	return fmt.Sprintf("%q", e.call.From)
}

// source is where a key of the line is written.
func (e explanation) source(key string) string { return e.snapshot.Source(e.line.ID, key) }

// clock writes an instant on the line's clock.
func (e explanation) clock(at time.Time) string { return at.In(e.zone()).Format(shortTime) }

// subject is the desk that the call is for, as "hotline hours" takes it.
func (e explanation) subject() subject {
	return subject{name: e.line.ID, desk: e.simulation.Wanted,
		calendar: e.snapshot.Calendar(e.line.ID, e.simulation.Wanted)}
}

// keyPath is from the number to the topic.
func (e explanation) keyPath(rows *terminal.Table) {
	rows.Add("number", e.call.To+" is answered by line "+e.line.ID, e.source("numbers."+e.call.To))
	tag := e.simulation.Language
	language := tag + ", the only one of the line"
	if i := slices.Index(languageTags(e.line), tag); len(e.line.Languages) > 1 {
		language = fmt.Sprintf("%s, key %d", tag, i+1)
	}
	rows.Add("language", language, e.source("languages."+tag))
	for _, announcement := range e.simulation.Announcements {
		rows.Add("announcement", fmt.Sprintf("%q, until %s", announcement.Text[tag], e.clock(announcement.Until)),
			e.announcementSource(announcement))
	}
	if len(e.simulation.Announcements) == 0 {
		rows.Add("announcement", "none is announced", "")
	}
}

// announcementSource is where an announcement is written, or the override that makes it.
func (e explanation) announcementSource(announcement ivr.Announcement) string {
	tag := e.simulation.Language
	for _, desk := range append([]string{""}, deskIDs(e.line.Desks)...) {
		for _, o := range e.snapshot.Overrides(e.line.ID, desk) {
			if o.From.Equal(announcement.From) && o.Say[tag] == announcement.Text[tag] {
				return o.Source
			}
		}
	}
	return e.source("announcements")
}

// desk is from the topic to the desk in the caller's language.
func (e explanation) desk(rows *terminal.Table) {
	first := e.line.General
	switch {
	case e.topic == nil:
		rows.Add("person", "asked for with key 0 before a topic was named: desk "+first, e.source("general"))
	default:
		for _, path := range e.line.KeyPaths() {
			if path.Topic == e.topic.ID {
				rows.Add("topic", fmt.Sprintf("%s, keys %s: %s", e.topic.ID, strings.Join(path.Keys, " "),
					topicSteps(e.topic)), e.source("topics."+e.topic.ID))
			}
		}
		first = e.topic.Desk
		rows.Add("desk", first+" serves the topic", e.source("topics."+e.topic.ID+".desk"))
		if e.topic.Urgent {
			rows.Add("urgent", "nothing is asked, and the desk is rung at any hour",
				e.source("topics."+e.topic.ID+".urgent"))
		}
	}
	if e.simulation.Wanted != first {
		rows.Add("by language",
			fmt.Sprintf("callers in %s are served by desk %s", e.simulation.Language, e.simulation.Wanted),
			e.source("desks."+first+".by_language."+e.simulation.Language))
	}
}

// ringing is who is rung, in which order.
func (e explanation) ringing(rows *terminal.Table) {
	if e.simulation.Peak {
		rows.Add("peak", "many people ring at this hour: the caller hears that it can take longer", e.source("peak"))
	}
	if len(e.simulation.Rung) == 0 {
		why, source := "desk "+e.simulation.Wanted+" is closed", "desks."+e.simulation.Wanted+".hours"
		if e.topic != nil && e.topic.Message {
			why, source = "the topic leads to a recorded message", "topics."+e.topic.ID+".message"
		} else if state := e.subject().calendar.At(e.at); state.Layer == hours.LayerOverride {
			rows.Add("rings", "nobody: "+why+" by an override", state.Source)
			return
		}
		rows.Add("rings", "nobody: "+why, e.source(source))
		return
	}
	for i, r := range e.simulation.Rung {
		what := "rings"
		if i > 0 {
			what = "then"
		}
		rows.Add(what, fmt.Sprintf("%s (%s) for %s, desk %s", r.Target.ID, addressWords(r.Target),
			problem.Spell(r.Ring), r.Desk),
			e.source("desks."+r.Desk+".targets."+r.Target.ID))
	}
	rows.Add("then", "nobody has taken it", "")
}

// addressWords is how an agent is reached, without their number.
func addressWords(t callbacks.Target) string {
	if t.Kind == callbacks.Number {
		return callbacks.Mask(t.Address)
	}
	return t.To()
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/ivr"
)

// The closure in an emergency: close, open and overrides. What they write is in force on every instance within seconds.

// overrideOptions are the flags of close and open.
type overrideOptions struct {
	line, desk, from, until, reason string
	say                             []string
	only                            int64 // the number of the override to end; 0 is all of the line or desk
}

func newClose() *cobra.Command {
	var o overrideOptions
	cmd := &cobra.Command{
		Use:   "close --line LINE --until TIME --reason TEXT",
		Short: "Close a line now, until a time, whatever its files say: the closure in an emergency",
		Long: `close is in force on every instance within 10 seconds, and ends by itself. 18:00 is the next time that
the clock on the line's wall shows it. Desks that never close are not concerned. What is said with --say is
announced at the start of every call: in one language (--say en="…"), in several by repeating it, or without a
language in the line's first. It works on the database that HOTLINE_STORE names, and needs no running server.`,
		Example: "  hotline close --line gopay --until 14:00 --reason \"Power cut\" --say id=\"Listrik kami " +
			"padam.\" --say en=\"There is no electricity here.\"",
		Args: noArgs,
		RunE: inOverrideCommand(func(r *overrideCommand) error { return r.declare(o, false) }),
	}
	o.flags(cmd)
	requireFlags(cmd, "line", "until", "reason")
	return cmd
}

func newOpen() *cobra.Command {
	var o overrideOptions
	cmd := &cobra.Command{
		Use:   "open {--line LINE | --override N} [--until TIME --reason TEXT]",
		Short: "End the overrides of a line, or open it until a time, whatever its files say",
		Long: `open without --until ends what close (or open) has declared for the line, or with --desk for this desk:
the hours of the files rule again. With --override it ends this one alone. With --until and --reason the line is
open until then, whatever its files say.`,
		Example: `  hotline open --line gopay
  hotline open --override 3
  hotline open --line gopay --until 20:00 --reason "Everybody stays for the campaign"`,
		Args: noArgs,
		RunE: inOverrideCommand(func(r *overrideCommand) error {
			if o.until == "" && (o.reason != "" || o.from != "" || len(o.say) > 0) {
				return errors.New("without --until, open ends what was declared; add --until TIME to open the line, " +
					"or leave the other flags out")
			}
			switch {
			case o.only == 0 && o.line == "":
				return errors.New("name the line with --line, or one override with --override; hotline overrides " +
					"lists them")
			case o.until != "":
				return r.declare(o, true)
			case o.only != 0:
				return r.liftOne(o)
			}
			return r.lift(o)
		}),
	}
	o.flags(cmd)
	cmd.Flags().Int64Var(&o.only, "override", 0, "end this one alone: its number, as hotline overrides lists it")
	cmd.MarkFlagsMutuallyExclusive("override", "until")
	return cmd
}

func (o *overrideOptions) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.line, "line", "", "line that it is about")
	flags.StringVar(&o.desk, "desk", "", "this desk of the line alone")
	flags.StringVar(&o.from, "from", "", "when it begins, written like --until (default: now)")
	instantFlag(flags, &o.until, "until", "", "when it ends")
	flags.StringVar(&o.reason, "reason", "", "the reason, for people who ask")
	flags.StringArrayVar(&o.say, "say", nil, "what callers hear, LANGUAGE=TEXT; may be repeated")
	storeFlags(cmd.Flags())
}

func newOverrides() *cobra.Command {
	cmd := &cobra.Command{
		Use: "overrides", Short: "List what close and open have declared and is not over", Args: noArgs,
		Example: "  hotline overrides",
		RunE: inOverrideCommand(func(r *overrideCommand) error {
			if len(r.declared) == 0 {
				_, err := fmt.Fprintln(r.out, "No override is declared. Those of the files are shown by: hotline hours")
				return err
			}
			for _, o := range r.declared {
				fmt.Fprintln(r.out, app.DescribeOverride(o, r.snapshot, r.now))
				for _, tag := range slices.Sorted(maps.Keys(o.Say)) {
					fmt.Fprintf(r.out, "  says %s: %q\n", tag, o.Say[tag])
				}
			}
			return nil
		}),
	}
	storeFlags(cmd.Flags())
	return cmd
}

func requireFlags(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		mustDo(cmd.MarkFlagRequired(name))
	}
}

// An overrideCommand is a command about overrides at work.
type overrideCommand struct {
	ctx      context.Context
	out      io.Writer
	store    app.Store
	snapshot *config.Snapshot // in force, as it is written
	declared []callbacks.DeclaredOverride
	now      time.Time
}

// inOverrideCommand opens the store and finds out what is in force.
func inOverrideCommand(do func(*overrideCommand) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) (err error) {
		s, err := openNeededSession(cmd)
		if err != nil {
			return nothingDone(err)
		}
		defer func() { err = errors.Join(err, s.close()) }()
		r := &overrideCommand{ctx: cmd.Context(), out: cmd.OutOrStdout(), store: s.store, now: s.now()}
		if r.snapshot, err = s.liveSnapshot(cmd); err != nil {
			return err
		}
		if r.declared, err = s.store.Overrides(r.ctx, r.now); err != nil {
			return nothingDone(silentStore{err})
		}
		return do(r)
	}
}

// nothingDone says what to do when the store did not do what it was asked.
func nothingDone(err error) error {
	var silent silentStore
	if !errors.As(err, &silent) {
		return err
	}
	return fmt.Errorf("nothing was declared or ended, as the database does not answer; try again: %w", err)
}

// line finds the line, and checks the desk.
func (r *overrideCommand) line(o overrideOptions) (*ivr.Line, error) {
	line, err := lineOf(r.snapshot, o.line)
	if err != nil {
		return nil, err
	}
	if r.snapshot.Calendar(line.ID, o.desk) == nil {
		return nil, noDesk(line, o.desk)
	}
	return line, nil
}

// declare writes an override, and says what it does.
func (r *overrideCommand) declare(o overrideOptions, open bool) error {
	line, err := r.line(o)
	if err != nil {
		return err
	}
	over := callbacks.DeclaredOverride{Line: line.ID, Desk: o.desk, Open: open, From: r.now,
		Reason: strings.TrimSpace(o.reason), By: operator(), Created: r.now}
	zone := line.Hours.Zone()
	if o.from != "" {
		if over.From, err = parseInstant("--from", o.from, zone, r.now, r.now); err != nil {
			return err
		}
	}
	if over.Until, err = parseInstant("--until", o.until, zone, r.now, over.From); err != nil {
		return err
	}
	err = errors.Join(tellDoubt(r.out, "--from:", o.from, zone), tellDoubt(r.out, "--until:", o.until, zone))
	if err != nil {
		return err
	}
	if over.Say, err = spokenBy(line, o.say); err != nil {
		return err
	}
	if err := config.CheckDeclared(line, over, r.now); err != nil {
		return err
	}
	if over, err = r.store.DeclareOverride(r.ctx, over); err != nil {
		return nothingDone(silentStore{err})
	}
	if err := r.verify(line, over); err != nil {
		return err
	}
	if err := r.report(line, over); err != nil {
		return fmt.Errorf("override %d is declared, but what it does could not be found out: %w", over.ID, err)
	}
	return nil
}

// verify reads again what was written, the way a server does, and fails when the line does not obey.
func (r *overrideCommand) verify(line *ivr.Line, over callbacks.DeclaredOverride) error {
	all, err := r.store.Overrides(r.ctx, r.now)
	if err != nil {
		return fmt.Errorf("override %d is declared, but could not be read again: %w", over.ID, err)
	}
	calendar := r.snapshot.WithOverrides(all).Calendar(line.ID, over.Desk)
	begun := over.From.Add(time.Second) // overrides begin with a whole second
	if state := calendar.At(begun); state.Open != over.Open {
		return fmt.Errorf("override %d is declared and has no effect: %s is %s all the same; please report this. %s",
			over.ID, lineAndDesk(line.ID, over.Desk), openOrClosed(state.Open), state.Reason)
	}
	return nil
}

// report says what an override that was just written does.
func (r *overrideCommand) report(line *ivr.Line, over callbacks.DeclaredOverride) error {
	fmt.Fprintf(r.out, "%s\n", app.DescribeOverride(over, r.snapshot, r.now))
	var silent []string
	for _, tag := range languageTags(line) {
		if len(over.Say) > 0 && over.Say[tag] == "" {
			silent = append(silent, tag)
		}
	}
	if len(silent) > 0 {
		fmt.Fprintf(r.out, "Callers in %s hear only that it is %s, as nothing was said for them.\n",
			strings.Join(silent, " and "), openOrClosed(over.Open))
	}
	if err := r.reportInstances(); err != nil {
		return err
	}
	before := r.snapshot.WithOverrides(r.declared)
	after := r.snapshot.WithOverrides(append(slices.Clone(r.declared), over))
	open := func(s *config.Snapshot) time.Duration { return s.ByID(line.ID).Hours.Working(over.From, over.Until) }
	if over.Desk == "" && open(before) == open(after) {
		fmt.Fprintf(r.out, "By its files the line is %s in that time anyway.\n", openOrClosed(over.Open))
	}
	return r.callbacks(before, after, line.ID)
}

func (r *overrideCommand) callbacks(before, after *config.Snapshot, line string) error {
	lines := compare.Snapshots(before, after, r.now, 1).Of(line).Lines()
	changes, err := app.CompareCallbacksAs(r.ctx, r.store, before, after, lines, r.now)
	if err == nil && changes.Open > 0 {
		_, err = fmt.Fprint(r.out, changes)
	}
	return err
}

// reportInstances says who will obey.
func (r *overrideCommand) reportInstances() error {
	list, err := r.store.Instances(r.ctx, r.now.Add(-publish.Fresh))
	if err != nil {
		return err
	}
	if len(list) == 0 {
		_, err = fmt.Fprintln(r.out, "No instance is running; it is in force as soon as one does.")
		return err
	}
	_, err = fmt.Fprintf(r.out, "In force on %s within 10 seconds.\n", count(len(list), "running instance"))
	return err
}

// liftOne ends the override of a number.
func (r *overrideCommand) liftOne(o overrideOptions) error {
	for _, over := range r.declared {
		if over.ID == o.only && (o.line == "" || o.line == over.Line) {
			o.line, o.desk = over.Line, over.Desk
			return r.lift(o)
		}
	}
	return fmt.Errorf("no override %d is declared and not over; hotline overrides lists them; nothing was changed",
		o.only)
}

// lift ends what is declared, also for a line or a desk that is not configured any more.
func (r *overrideCommand) lift(o overrideOptions) error {
	if !slices.ContainsFunc(r.declared, func(s callbacks.DeclaredOverride) bool {
		return s.Line == o.line && s.Desk == o.desk
	}) {
		line, err := r.line(o)
		if err == nil {
			err = config.CheckCloses(line, o.desk)
		}
		if err != nil {
			return err
		}
		return r.nothingToLift(line, o)
	}
	before := r.snapshot.WithOverrides(r.declared)
	var only []int64
	if o.only != 0 {
		only = []int64{o.only}
	}
	lifted, err := r.store.LiftOverrides(r.ctx, o.line, o.desk, operator(), r.now, only...)
	if err != nil {
		return nothingDone(silentStore{err})
	}
	for _, over := range lifted {
		fmt.Fprintf(r.out, "ended: %s\n", app.DescribeOverride(over, r.snapshot, r.now))
	}
	if r.snapshot.ByID(o.line) == nil {
		_, err := fmt.Fprintf(r.out, "%s is no line of the configuration in force.\n", o.line)
		return err
	}
	if err := r.reportInstances(); err != nil {
		return err
	}
	if r.declared, err = r.store.Overrides(r.ctx, r.now); err != nil {
		return err
	}
	after := r.snapshot.WithOverrides(r.declared)
	fmt.Fprintln(r.out, lineState(after.ByID(o.line), r.now))
	return r.callbacks(before, after, o.line)
}

// nothingToLift says why a line is closed all the same, if it is.
func (r *overrideCommand) nothingToLift(line *ivr.Line, o overrideOptions) error {
	under := r.snapshot.WithOverrides(r.declared).ByID(line.ID)
	fmt.Fprintf(r.out, "No override is declared for %s; nothing was changed.\n", lineAndDesk(line.ID, o.desk))
	for _, other := range r.declared {
		if other.Line == line.ID && other.Desk != o.desk {
			fmt.Fprintf(r.out, "There is one for %s: %s\n", lineAndDesk(other.Line, other.Desk),
				app.DescribeOverride(other, r.snapshot, r.now))
		}
	}
	_, err := fmt.Fprintln(r.out, lineState(under, r.now))
	return err
}

func lineAndDesk(line, desk string) string {
	if desk == "" {
		return line
	}
	return line + ", desk " + desk
}

// lineState says whether a line is open, until when and why.
func lineState(line *ivr.Line, at time.Time) string {
	state := line.Hours.At(at)
	until := ""
	if !state.Until.IsZero() {
		until = " until " + state.Until.In(line.Hours.Zone()).Format(problem.TimeLayout)
	}
	return fmt.Sprintf("%s is now %s%s. %s", line.ID, openOrClosed(state.Open), until,
		sourced(state.Reason, state.Source))
}

// spokenBy reads what is announced.
func spokenBy(line *ivr.Line, say []string) (map[string]string, error) {
	if len(say) == 0 {
		return nil, nil
	}
	texts := map[string]string{}
	tags := languageTags(line)
	for _, one := range say {
		tag, text, found := strings.Cut(one, "=")
		if !found {
			tag, text = tags[0], one
		}
		text = strings.TrimSpace(text)
		switch {
		case !slices.Contains(tags, tag):
			return nil, fmt.Errorf("--say %q: %s is no language of line %s, which speaks %s; write it like %s=\"…\"",
				one, tag, line.ID, strings.Join(tags, ", "), tags[0])
		case text == "":
			return nil, fmt.Errorf("--say %q says nothing", one)
		case texts[tag] != "":
			return nil, fmt.Errorf("--say: two texts for %s; keep one", tag)
		}
		texts[tag] = text
	}
	return texts, nil
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config"
)

// A callbackSession is a session of a command about callbacks, with the lines for their clocks.
type callbackSession struct {
	*session
	service  *callbacks.Service
	snapshot *config.Snapshot
	log      *slog.Logger
	plain    bool // numbers are shown whole
}

// openCallbackSession opens the store that the settings name. Showing numbers whole is logged.
func openCallbackSession(cmd *cobra.Command) (_ *callbackSession, err error) {
	opened, err := openNeededSession(cmd)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, opened.close())
		}
	}()
	snapshot, err := opened.liveSnapshot(cmd)
	if err != nil {
		return nil, err
	}
	overrides, err := opened.store.Overrides(cmd.Context(), opened.now())
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	s := &callbackSession{session: opened, snapshot: snapshot.WithOverrides(overrides), log: log}
	s.service, err = callbacks.New(callbacks.Config{Store: s.store, Plans: s.snapshot, Now: s.now, Log: log})
	if err != nil {
		return nil, err
	}
	if s.plain, _ = cmd.Flags().GetBool("unmasked"); s.plain { // without the flag: no
		log.Warn("numbers of customers are shown unmasked", "command", cmd.CommandPath(), "user", operator())
	}
	return s, nil
}

// operator is who asks, for logs.
func operator() string {
	for _, name := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if user := os.Getenv(name); user != "" {
			return user
		}
	}
	if me, err := user.Current(); err == nil {
		return me.Username
	}
	return fmt.Sprintf("uid %d", os.Getuid())
}

// masked shows a number whole only to who asked for it.
func (s *callbackSession) masked(number string) string {
	if s.plain {
		return number
	}
	return callbacks.Mask(number)
}

// clock writes an instant as the clock on the line's wall shows it; the UTC one where the line is gone.
func (s *callbackSession) clock(line string, at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.In(s.zone(line)).Format("2006-01-02 15:04 -07:00")
}

func (s *callbackSession) zone(line string) *time.Location {
	if known := s.snapshot.ByID(line); known != nil {
		return known.Hours.Zone()
	}
	return time.UTC
}

// find is the callback of a reference.
func (s *callbackSession) find(ctx context.Context, reference string) (callbacks.Callback, error) {
	c, err := s.service.ByReference(ctx, strings.NewReplacer(" ", "", "-", "").Replace(reference))
	if errors.Is(err, callbacks.ErrNotFound) {
		return c, fmt.Errorf("no callback has the reference %q; hotline callbacks list shows them", reference)
	}
	return c, err
}

// inSession runs a command about callbacks with the store open.
func inSession(do func(*cobra.Command, *callbackSession, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) (err error) {
		s, err := openCallbackSession(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.close()) }()
		return do(cmd, s, args)
	}
}

func newCallbacks() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "callbacks",
		Short: "Look at callbacks, and change them: list, find, show, cancel, move, retry, export, messages, listen",
		Long: `callbacks works on the database that HOTLINE_STORE names, while the server runs or not.
Numbers are masked unless --unmasked asks for them, which is logged. Times are on the clock of the line's zone.`,
		Example: "  hotline callbacks list --line gopay",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	storeFlags(cmd.PersistentFlags())
	cmd.PersistentFlags().Bool("unmasked", false, "show telephone, account and other numbers whole; this is logged")
	cmd.AddCommand(newCallbacksList(), newCallbacksFind(), newCallbacksShow(), newCallbacksCancel(), newCallbacksMove(),
		newCallbacksRetry(),
		newCallbacksExport(), newCallbacksMessages(), newCallbacksListen())
	return cmd
}

// A listOptions is what the flags of list and export ask for.
type listOptions struct {
	line, desk, state, from, to string
	limit                       int
}

func (o *listOptions) flags(flags *pflag.FlagSet) {
	flags.StringVar(&o.line, "line", "", "of this line")
	flags.StringVar(&o.desk, "desk", "", "of this desk")
	flags.StringVar(&o.state, "state", "open", "open, all, broken (expired, undialable, or a task for a person), or "+
		"a state: "+stateNames())
	instantFlag(flags, &o.from, "from", "", "whose caller rang at or after this instant")
	flags.StringVar(&o.to, "to", "", "whose caller rang before this instant, written like --from")
}

func stateNames() string {
	var names []string
	for _, state := range callbacks.States() {
		names = append(names, string(state))
	}
	return strings.Join(names, ", ")
}

func (o *listOptions) filter(snapshot *config.Snapshot, now time.Time) (f callbacks.Filter, err error) {
	f = callbacks.Filter{Line: o.line, Desk: o.desk, Most: o.limit}
	var zone *time.Location
	if o.line != "" {
		line, err := lineOf(snapshot, o.line)
		if err != nil {
			return f, err
		}
		zone = line.Hours.Zone()
	}
	switch o.state {
	case "all":
	case "open":
		f.States = callbacks.OpenStates
	case "broken":
		f.States = callbacks.BrokenStates
	default:
		if !slices.Contains(callbacks.States(), callbacks.State(o.state)) {
			return f, fmt.Errorf("--state %q is not known; use open, all, broken or one of: %s", o.state, stateNames())
		}
		f.States = []callbacks.State{callbacks.State(o.state)}
	}
	lately := now.Add(-24 * time.Hour) // a time of day is the last one, as callers rang in the past
	for _, bound := range []struct {
		flag, text string
		into       *time.Time
	}{{"--from", o.from, &f.From}, {"--to", o.to, &f.To}} {
		if bound.text == "" {
			continue
		}
		if *bound.into, err = parseInstant(bound.flag, bound.text, zone, now, lately); err != nil {
			return f, err
		}
	}
	return f, nil
}

func newCallbacksList() *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use: "list", Short: "List callbacks, those whose caller rang last first", Args: noArgs,
		Example: `  hotline callbacks list
  hotline callbacks list --state broken --line upay`,
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, _ []string) error {
			f, err := o.filter(s.snapshot, s.now())
			if err != nil {
				return err
			}
			list, err := s.service.List(cmd.Context(), f)
			if err != nil {
				return err
			}
			return s.list(cmd.OutOrStdout(), list, o)
		}),
	}
	o.flags(cmd.Flags())
	cmd.Flags().IntVar(&o.limit, "limit", 100, "at most so many; 0 is all")
	return cmd
}

func newCallbacksFind() *cobra.Command {
	var line string
	var yes bool
	cmd := &cobra.Command{
		Use:   "find NUMBER",
		Short: "Find the callbacks to a telephone number, open or not",
		Args:  cobra.ExactArgs(1),
		Long: `find looks a customer up by their telephone number: +E.164, or with --line the digits as callers of this
line key them in. It asks first, and is logged with who asked.`,
		Example: `  hotline callbacks find +6281234567890
  hotline callbacks find 081234567890 --line gopay`,
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, args []string) error {
			numbers, err := s.numbers(args[0], line)
			if err != nil {
				return err
			}
			if !yes && !confirmed(cmd, "A customer is looked up by their number, which is logged. Go on?") {
				return errors.New("nothing was looked up; to go on, answer y, or say --yes")
			}
			var found []callbacks.Callback
			for _, number := range numbers {
				s.log.Warn("callbacks were looked up by number", "number", callbacks.Mask(number), "user", operator())
				list, err := s.service.List(cmd.Context(), callbacks.Filter{Number: number, Line: line})
				if err != nil {
					return err
				}
				found = append(found, list...)
			}
			return s.list(cmd.OutOrStdout(), found, listOptions{})
		}),
	}
	cmd.Flags().StringVar(&line, "line", "", "of this line")
	yesFlag(cmd.Flags(), &yes)
	return cmd
}

// numbers are what a number can stand for, +E.164.
func (s *callbackSession) numbers(given, line string) ([]string, error) {
	given = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(given)
	if strings.HasPrefix(given, "+") {
		return []string{given}, nil
	}
	if line == "" {
		return nil, errors.New("write the number with + and its country code, or say with --line whose callers key " +
			"it so")
	}
	l, err := lineOf(s.snapshot, line)
	if err != nil {
		return nil, err
	}
	return l.Callbacks.Readings(given, l.Region)
}

func (s *callbackSession) list(out io.Writer, list []callbacks.Callback, o listOptions) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(out, "There are none.")
		return err
	}
	var rows terminal.Table
	rows.Add("reference", "line", "desk", "topic", "state", "what", "rang", "due", "number", "tries", "last")
	for _, c := range list {
		rows.Add(c.Reference, c.Line, c.Desk, cmp.Or(c.Topic, "-"), string(c.State), callbackKind(c),
			s.clock(c.Line, c.Called), s.clock(c.Line, c.Due),
			cmp.Or(s.masked(c.Number), "erased"), fmt.Sprintf("%d", c.Attempts), cmp.Or(c.Remark, "-"))
	}
	if err := rows.Write(out, ""); err != nil {
		return err
	}
	if o.limit > 0 && len(list) == o.limit {
		fmt.Fprintf(out, "These are the last %d; --limit 0 shows all.\n", o.limit)
	}
	return nil
}

func callbackKind(c callbacks.Callback) string {
	if c.Urgent {
		return "urgent"
	}
	return string(c.Kind)
}

func newCallbacksShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show REFERENCE",
		Short:   "Show one callback with the attempts of its present pass, and what became of its text messages",
		Args:    cobra.ExactArgs(1),
		Example: "  hotline callbacks show 8291294",
		RunE: inSession(func(cmd *cobra.Command, s *callbackSession, args []string) error {
			c, err := s.find(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			r, err := s.service.Record(cmd.Context(), c.ID)
			if err != nil {
				return err
			}
			texts, err := s.service.SMSOf(cmd.Context(), c.ID)
			if err != nil {
				return err
			}
			silenced, err := s.service.Silenced(cmd.Context(), c)
			if err != nil {
				return err
			}
			return s.show(cmd.OutOrStdout(), r, texts, silenced)
		}),
	}
}

// show prints a callback. silenced is until when others may not ask for one to its number; zero: they may.
func (s *callbackSession) show(out io.Writer, r callbacks.Record, texts []callbacks.SMS, silenced time.Time) error {
	c := r.Callback
	var rows terminal.Table
	rows.Add("reference", c.Reference)
	rows.Add("in the log", fmt.Sprintf("\"callback\":%d", c.ID)) // which never has the reference
	rows.Add("state", string(c.State))
	rows.Add("line, desk, topic", strings.Join([]string{c.Line, c.Desk, cmp.Or(c.Topic, "-")}, ", "))
	rows.Add("language", c.Language)
	rows.Add("what", callbackKind(c))
	rows.Add("priority", fmt.Sprint(c.Priority))
	rows.Add("number", cmp.Or(s.masked(c.Number), "erased"))
	if !silenced.IsZero() {
		rows.Add("silenced", "for requests by others until "+s.clock(c.Line, silenced))
	}
	rows.Add("account", cmp.Or(s.masked(c.Account), "-"))
	for _, answer := range c.Answers.All() {
		rows.Add(answer.Question, s.masked(answer.Digits))
	}
	if c.Note.SID != "" {
		rows.Add("spoken note", fmt.Sprintf("%d s", c.Note.Seconds))
	}
	for _, at := range []struct {
		name string
		at   time.Time
	}{{"rang", c.Called}, {"due", c.Due}, {"slot ends", c.SlotEnd}, {"given up after", c.Expires}, {"ended", c.Ended}} {
		rows.Add(at.name, s.clock(c.Line, at.at))
	}
	rows.Add("customer rung", fmt.Sprintf("%d times", c.Attempts))
	rows.Add("what happened last", cmp.Or(c.Remark, "-"))
	rows.Add("desk attempts", fmt.Sprintf("%d times", c.DeskAttempts))
	attempts := r.Earlier
	if r.Attempt != nil {
		attempts = append(attempts, *r.Attempt)
	}
	for _, a := range attempts {
		rows.Add("attempt", s.clock(c.Line, a.Created)+"  "+a.Target.ID+"  "+string(a.State)+"  "+a.Outcome)
	}
	for _, t := range texts {
		words := s.clock(c.Line, t.Created) + "  " + string(t.State)
		if t.Remark != "" {
			words += ": " + t.Remark
		}
		rows.Add("text message", words)
	}
	return rows.Write(out, "")
}

package cli

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// What helps to write a command: what was meant, and what a shell can complete.

// noArgs is for commands that have flags, or further commands, and nothing else.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case !cmd.HasSubCommands():
		return fmt.Errorf("%s takes no argument such as %q, only flags; %s --help lists them", cmd.CommandPath(),
			args[0],
			cmd.CommandPath())
	}
	var names []string
	hint := fmt.Sprintf("%s --help lists them", cmd.CommandPath())
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
		if below, _, err := sub.Find(args[:1]); err == nil && below != sub {
			hint = fmt.Sprintf("did you mean %q?", below.CommandPath())
		}
	}
	if near, ok := problem.Nearest(args[0], names); ok {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fmt.Errorf("unknown command %q for %q; %s", args[0], cmd.CommandPath(), hint)
}

// flagError names the flag that was meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near, ok := problem.Nearest(unknown.GetSpecifiedName(), names); ok {
		return fmt.Errorf("%w; did you mean --%s?", err, near)
	}
	return fmt.Errorf("%w; %s --help lists them", err, cmd.CommandPath())
}

// newHelp is cobra's help, which takes any word.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "Say what a command does", Example: "  hotline help hours",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil {
				err = noArgs(about, rest)
			}
			if err != nil {
				return err
			}
			return about.Help()
		},
	}
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which program this is", Args: noArgs, Example: "  hotline version",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), buildWords(debug.ReadBuildInfo()))
			return err
		},
	}
}

// buildWords are what the compiler has noted of a program.
func buildWords(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return "hotline, of which nothing was noted when it was built"
	}
	words := "hotline " + app.Version(info)
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			words += ", revision " + s.Value
		case "vcs.time":
			words += " of " + s.Value
		case "vcs.modified":
			if s.Value == "true" {
				words += ", edited since"
			}
		}
	}
	return words + ", built with " + info.GoVersion
}

// completing lets shells complete what flags and arguments of a command and its commands can be.
func completing(cmd *cobra.Command) {
	for name, values := range map[string]cobra.CompletionFunc{
		"line":     ofConfiguration(func(s *config.Snapshot, _ *ivr.Line) []string { return s.LineIDs() }),
		"desk":     ofConfiguration(func(_ *config.Snapshot, l *ivr.Line) []string { return deskIDs(l.Desks) }),
		"topic":    ofConfiguration(func(_ *config.Snapshot, l *ivr.Line) []string { return topicIDs(l) }),
		"language": ofConfiguration(func(_ *config.Snapshot, l *ivr.Line) []string { return languageTags(l) }),
		"state":    fixed(append([]string{"open", "all", "broken"}, strings.Split(stateNames(), ", ")...)...),
		"agents":   fixed("answer", "busy", "no-answer", "refuse", "voicemail"),
		"customer": fixed("answer", "not-mine", "busy", "no-answer", "voicemail"),
		"format":   fixed("csv", "json"),
		"against":  versionNumbers,
	} {
		if cmd.Flags().Lookup(name) != nil {
			mustDo(cmd.RegisterFlagCompletionFunc(name, values))
		}
	}
	switch {
	case strings.Contains(cmd.Use, "REFERENCE"):
		cmd.ValidArgsFunction = references
	case cmd.Name() == "history" || cmd.Name() == "rollback":
		cmd.ValidArgsFunction = versionNumbers
	case strings.Contains(cmd.Use, "DIR") || strings.Contains(cmd.Use, "DRAFT"):
		cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
	}
	for _, sub := range cmd.Commands() {
		completing(sub)
	}
}

// mustDo is for what fails only by a slip in this program, which every test that makes the commands would see.
func mustDo(err error) {
	if err != nil {
		panic(err)
	}
}

func fixed(values ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
}

// ofConfiguration completes from the configuration: from the line that was named, else from every one.
func ofConfiguration(values func(*config.Snapshot, *ivr.Line) []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		dir, err := findDir(cmd)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		snapshot, err := loadDir(dir)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		named, _ := cmd.Flags().GetString("line")
		var all []string
		for _, line := range snapshot.Lines {
			if only := snapshot.ByID(named); only == nil || only == line {
				all = append(all, values(snapshot, line)...)
			}
		}
		slices.Sort(all)
		return slices.Compact(all), cobra.ShellCompDirectiveNoFileComp
	}
}

// ofStore completes from the database, if there is one.
func ofStore(cmd *cobra.Command, values func(app.Store) ([]string, error)) ([]string, cobra.ShellCompDirective) {
	session, err := openOptionalSession(cmd, app.OpenStore)
	if err != nil || session.store == nil {
		return nil, cobra.ShellCompDirectiveError
	}
	all, err := values(session.store)
	if err = errors.Join(err, session.close()); err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

const mostCompleted = 100

// references are those of open callbacks.
func references(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return ofStore(cmd, func(store app.Store) (all []string, err error) {
		list, err := store.List(cmd.Context(), callbacks.Filter{States: callbacks.OpenStates, Most: mostCompleted})
		for _, c := range list {
			all = append(all, fmt.Sprintf("%s\t%s %s, %s", c.Reference, c.Line, c.Desk, c.State))
		}
		return all, err
	})
}

func versionNumbers(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return ofStore(cmd, func(store app.Store) (all []string, err error) {
		list, err := store.Versions(cmd.Context(), mostCompleted)
		for _, v := range list {
			all = append(all, strconv.FormatInt(v.Number, 10)+"\t"+summary(v))
		}
		return all, err
	})
}

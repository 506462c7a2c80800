// Package cli has the commands, a file for each subject: flags in, words out. A new one is registered in [New]. What a
// command does is in the packages that it calls.
package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/settings"
	"github.com/hotline-ivr/hotline/ivr"
)

// New makes the whole command, apart from the process, so that tests can run it.
func New(in io.Reader, out, errs io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "hotline",
		Short: "The telephone half of a wallet's support desk",
		Long: "Hotline answers a support line: menus, hours, account number, agents in turn, and callbacks that are " +
			"kept.\nBegin with: hotline demo",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	settings.AddFlags(root.PersistentFlags(), "config")
	root.PersistentFlags().Lookup("config").Usage += " (default: the one that it is run in, else the one built in)"
	root.PersistentFlags().String("settings", "",
		"YAML file with settings, for what is in neither flags nor environment")
	root.AddCommand(newDemo(), newServe(), newCall(), newLines(), newPrompts(), newHours(), newHolidays(),
		newCallbacks(), newStore(), newSign())
	root.AddCommand(newCheck(), newDiff(app.OpenStore), newTest(), newExplain(), newSchema(), newClose(), newOpen(),
		newOverrides())
	root.AddCommand(newDraft(), newSpecialDays(), newPublish(), newStatus(), newHistory(),
		newRollback(), newVersion())
	root.SetFlagErrorFunc(flagError)
	mustDo(root.MarkPersistentFlagDirname("config"))
	completing(root)
	return root
}

// configuration is the directory to read: the one that was named, or the one that came with the program.
func configuration(dir string) (fs.FS, error) {
	if dir == "" {
		return config.Shipped(), nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("configuration directory: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("configuration directory %s is a file; name the directory that holds lines, hours "+
			"and prompts", dir)
	}
	return os.DirFS(dir), nil
}

// namedDir is the directory that --config, HOTLINE_CONFIG or the file of settings names; empty when none does.
func namedDir(cmd *cobra.Command) (string, error) {
	named := settings.Settings{Config: os.Getenv("HOTLINE_CONFIG")}
	var err error
	if flags := cmd.Flags(); flags.Changed("config") {
		named.Config, err = flags.GetString("config")
	} else if flags.Changed("settings") {
		named, err = settingsOf(cmd)
	}
	return named.Config, err
}

// findDir is the directory that a command works on: the one that was named, or else the one that it is run in, or in a
// folder of. Empty is the built-in configuration.
func findDir(cmd *cobra.Command) (string, error) {
	dir, err := namedDir(cmd)
	for _, here := range []string{".", ".."} {
		if err == nil && dir == "" && isConfiguration(here) {
			dir, err = filepath.Abs(here)
		}
	}
	return dir, err
}

// configDir is [findDir] for a command that has not yet said which configuration answers.
func configDir(cmd *cobra.Command) (string, error) {
	dir, err := findDir(cmd)
	if err == nil {
		tellConfiguration(cmd, cmp.Or(dir, "built in"))
	}
	return dir, err
}

// dirOf is the directory that a command has as its argument, else [configDir].
func dirOf(cmd *cobra.Command, args []string) (string, error) {
	if len(args) == 0 {
		return configDir(cmd)
	}
	tellConfiguration(cmd, args[0])
	return args[0], nil
}

// isConfiguration reports whether a directory looks like one that holds a configuration.
func isConfiguration(dir string) bool {
	for _, folder := range []string{"lines", "hours", "prompts"} {
		if info, err := os.Stat(filepath.Join(dir, folder)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// tellConfiguration says which configuration answers: before the answer, and beside one that programs read.
func tellConfiguration(cmd *cobra.Command, what string) {
	out := cmd.OutOrStdout()
	asJSON, _ := cmd.Flags().GetBool("json")
	at, _ := cmd.Flags().GetString("at")
	if asJSON || at == "-" || cmd.Name() == "export" {
		out = cmd.ErrOrStderr()
	}
	fmt.Fprintf(out, "configuration: %s\n", what)
}

// load reads the configuration that a command was given.
func load(cmd *cobra.Command) (*config.Snapshot, error) {
	dir, err := configDir(cmd)
	if err != nil {
		return nil, err
	}
	return loadDir(dir)
}

func loadDir(dir string) (*config.Snapshot, error) {
	files, err := configuration(dir)
	if err != nil {
		return nil, err
	}
	snapshot, err := config.Load(files)
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	return snapshot, nil
}

// lineOf is the line with this identifier; the error names those that there are.
func lineOf(snapshot *config.Snapshot, id string) (*ivr.Line, error) {
	if line := snapshot.ByID(id); line != nil {
		return line, nil
	}
	if id == "" {
		return nil, fmt.Errorf("name the line with --line: %s", lineIDs(snapshot))
	}
	return nil, unknown("line", id, snapshot.LineIDs())
}

func lineIDs(snapshot *config.Snapshot) string { return strings.Join(snapshot.LineIDs(), ", ") }

// jsonEncoder writes texts as people read them, with & and < in them.
func jsonEncoder(out io.Writer) *json.Encoder {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder
}

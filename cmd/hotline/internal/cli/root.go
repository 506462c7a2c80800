// Package cli has the commands, a file for each subject: flags in, words out. A new one is registered in [New]. What a
// command does is in the packages that it calls.
package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
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
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	root.PersistentFlags().String("config", "", "configuration directory (default: the one that is built in)")
	root.AddCommand(newDemo(), newServe(), newCall(), newLines(), newPrompts(), newHours(), newHolidays(),
		newCallbacks(), newStore(), newSign())
	root.AddCommand(newCheck(), newDiff(app.OpenStore), newTest(), newExplain(), newSchema(), newClose(), newOpen(),
		newOverrides())
	root.AddCommand(newDraft(), newSpecialDays(time.Now, publish.Write), newPublish(), newStatus(), newHistory(),
		newRollback())
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

// configFlag is the directory that --config names; empty for the built-in configuration.
func configFlag(cmd *cobra.Command) string {
	dir, _ := cmd.Flags().GetString("config") // every command has it
	return dir
}

// load reads the configuration that a command was given.
func load(cmd *cobra.Command) (*config.Snapshot, error) {
	dir := configFlag(cmd)
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
	return nil, fmt.Errorf("there is no line %q; the configuration has: %s", id, lineIDs(snapshot))
}

func lineIDs(snapshot *config.Snapshot) string { return strings.Join(snapshot.LineIDs(), ", ") }

// jsonEncoder writes texts as people read them, with & and < in them.
func jsonEncoder(out io.Writer) *json.Encoder {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder
}

// Package cli has the commands, a file for each subject: flags in, words out. A new one is registered in [New]. What a
// command does is in the packages that it calls.
package cli

import (
	"encoding/json"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config/settings"
)

// New makes the whole command, apart from the process, so that tests can run it.
func New(in io.Reader, out, errs io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "hotline",
		Short: "The telephone half of a wallet's support desk",
		Long: "Hotline answers a support line: menus, hours, account number, agents in turn, and callbacks that are " +
			"kept.\nBegin with: hotline demo",
		Version:       buildWords(debug.ReadBuildInfo()),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	settings.AddFlags(root.PersistentFlags(), "config")
	root.PersistentFlags().Lookup("config").Usage += " (default: the one that it is run in, else the one built in)"
	root.PersistentFlags().String("settings", "",
		"YAML file with settings, for what is in neither flags nor environment")
	root.AddCommand(newDemo(), newServe(), newCall(), newLines(), newPrompts(), newHours(), newHolidays(),
		newCallbacks(), newErase(), newStore(), newSign(),
		newFallback(), newDoctor())
	root.AddCommand(newCheck(), newDiff(app.OpenStore), newTest(), newExplain(), newSchema(), newClose(), newOpen(),
		newOverrides())
	root.AddCommand(newDraft(), newSpecialDays(), newPublish(), newStatus(), newHistory(),
		newRollback(), newVersion())
	root.SetHelpCommand(newHelp())
	root.SetFlagErrorFunc(flagError)
	mustDo(root.MarkPersistentFlagDirname("config"))
	completing(root)
	return root
}

// jsonEncoder writes texts as people read them, with & and < in them.
func jsonEncoder(out io.Writer) *json.Encoder {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder
}

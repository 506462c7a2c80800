package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
)

func newCall() *cobra.Command {
	var o simulate.CallOptions
	var line, at string
	cmd := &cobra.Command{
		Use:   "call",
		Short: "A telephone in the terminal: ring a line and hear what it says",
		Long: `call rings a line of the configuration through a provider simulator, with a store of its own.
Without --press you are asked for keys. With it, the keys are pressed one group for each question
(an empty group is silence), then time runs until no callback is open.
It simulates what the files say: what close and open have declared does not count here; hotline explain knows of it.`,
		Example: `  hotline call --line gopay --at 2026-03-04T10:00:00+07:00 --press 2,3
  hotline call --line gopay --at 2026-03-21T03:00:00+07:00 --press 1,1 --eager
  hotline call --line gopay --at 2026-03-04T10:00:00+07:00 --press '1,2,2,081234567890#,1,123456#,1' --agents busy`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Scripted = cmd.Flags().Changed("press")
			if o.Eager && !o.Scripted {
				return errors.New("--eager needs the keys; say them with --press")
			}
			if strings.Trim(o.Press, "0123456789*#, ") != "" {
				return fmt.Errorf("--press %q holds what is on no keypad; use 0 to 9, * and #, with a comma between "+
					"questions", o.Press)
			}
			snapshot, err := load(cmd)
			if err != nil {
				return err
			}
			if o.Line, err = lineOf(snapshot, line); err != nil {
				return err
			}
			if o.At, err = simulatedInstant(cmd, at, o.Line); err != nil {
				return err
			}
			return simulate.Call(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), snapshot, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&line, "line", "gopay", "line to ring")
	flags.StringVar(&o.From, "from", "",
		"calling number, or anything else a provider may send (default: a mobile number of the line's country)")
	instantFlag(flags, &at, "at", "now", "when the call is made")
	flags.StringVar(&o.Press, "press", "", "keys, a group for each question, separated by commas; # ends a number")
	flags.BoolVar(&o.Eager, "eager", false,
		"press each key once the sentence that names it has ended, and print seconds and keys")
	flags.StringVar(&o.Agents, "agents", "answer",
		"what agents do: answer, busy, no-answer, refuse, voicemail; a second word, after a comma, is for later "+
			"callbacks (default: answer)")
	flags.StringVar(&o.Customer, "customer", "answer",
		"what the customer does when rung back: answer, not-mine, busy, no-answer, voicemail")
	flags.BoolVar(&o.JSON, "json", false, "print one JSON object for each event")
	return cmd
}

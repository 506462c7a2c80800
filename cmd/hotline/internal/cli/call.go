package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/ivr"
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

// simulatedInstant is when a simulation begins, on the clock of a line.
func simulatedInstant(cmd *cobra.Command, text string, line *ivr.Line) (time.Time, error) {
	now := clockFrom(cmd.Context())().Truncate(time.Second)
	return parseInstant("--at", text, line.Hours.Zone(), now, now)
}

func newDemo() *cobra.Command {
	var o simulate.DemoOptions
	var at string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "A telephone in the browser: ring a line, be the caller and the agent",
		Long: `demo serves a page with a telephone. Server, provider simulator and store run in this one process,
on loopback; nothing leaves the machine, and nothing is kept when it ends.`,
		Example: `  hotline demo
  hotline demo --at 2026-03-20T23:00:00+07:00`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Named = cmd.Flags().Changed("listen")
			snapshot, err := load(cmd)
			if err != nil {
				return err
			}
			if o.At, err = simulatedInstant(cmd, at, snapshot.Lines[0]); err != nil {
				return err
			}
			return simulate.Demo(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), snapshot, o)
		},
	}
	cmd.Flags().StringVar(&o.Listen, "listen", simulate.DemoAddress, "loopback address and port of the page")
	instantFlag(cmd.Flags(), &at, "at", "now", "when the demo begins, on the clock of the first line")
	cmd.Flags().Float64Var(&o.Speed, "speed", 1, "how many times faster than real time calls go, 1 to 20")
	return cmd
}

package cli

import (
	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
)

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

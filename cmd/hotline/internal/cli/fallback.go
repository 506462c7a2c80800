package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/ivr/twilio"
)

func newFallback() *cobra.Command {
	var id, dial string
	cmd := &cobra.Command{
		Use:   "fallback --line LINE",
		Short: "Print what the provider can answer by itself while no server of ours does",
		Long: `fallback prints a TwiML document for another host, such as a TwiML Bin at the provider: an apology in each
language of the line, and a goodbye; with --dial a telephone is rung before the goodbye, at any hour. Enter the address
of that document as what is asked when the primary handler of the line's numbers fails. It knows neither opening hours
nor callbacks. Print it again when the sentences failure.message, failure.person or goodbye change.`,
		Example: `  hotline fallback --line gopay
  hotline fallback --line gopay --dial +622150002001`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := findDir(cmd)
			if err != nil {
				return err
			}
			snapshot, err := loadDir(dir)
			if err != nil {
				return err
			}
			line, err := lineOf(snapshot, id)
			if err != nil {
				return err
			}
			if other := snapshot.ByNumber(dial); other != nil {
				return fmt.Errorf("%s is a number of the line %s, whose calls come to a server of ours too: give "+
					"--dial a telephone of the desk", dial, other.ID)
			}
			text, err := twilio.StaticFallback(line, dial)
			if err == nil {
				_, err = fmt.Fprint(cmd.OutOrStdout(), text)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&id, "line", "", "of this line")
	cmd.Flags().StringVar(&dial, "dial", "", "telephone to connect callers with, +E.164 (default: none)")
	mustDo(cmd.MarkFlagRequired("line"))
	return cmd
}

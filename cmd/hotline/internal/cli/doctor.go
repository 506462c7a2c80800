package cli

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
	"github.com/hotline-ivr/hotline/config/settings"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

func newDoctor() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Compare the account at the provider with what the lines need, and say what to do",
		Long: `doctor asks the provider's API whether the account has the lines' numbers and they ask us when a call comes
in, whom text messages come from, and whether calls to the countries of the lines and of their agents are switched on.
It asks the public URL whether the server is there and refuses what is not signed. It changes nothing, and ends with
exit status 1 when something is wrong. It has been tried with the simulator and never with the real provider.`,
		Example: "  hotline doctor --config /etc/hotline/config",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := settingsOf(cmd)
			if err != nil {
				return err
			}
			client, err := providerClient(settings)
			if err != nil {
				return err
			}
			if settings.PublicURL == "" {
				return errors.New("set HOTLINE_PUBLIC_URL: it is what the numbers should ask")
			}
			snapshot, err := load(cmd)
			if err != nil {
				return err
			}
			doctor := twilio.Doctor{Client: client, Accounts: settings.Accounts(), PublicURL: settings.PublicURL,
				Lines: snapshot.Lines, KeysOnly: settings.TwilioKeysOnly, HTTP: http.DefaultClient}
			found, err := doctor.Examine(cmd.Context())
			if err != nil {
				return fmt.Errorf("doctor: %w", err)
			}
			return reportFindings(cmd, found)
		},
	}
	settings.AddFlags(cmd.Flags(), "public_url", "twilio_account_sid", "twilio_base_url", "twilio_edge",
		"twilio_keys_only", "twilio_region", "twilio_sub_accounts")
	return cmd
}

func reportFindings(cmd *cobra.Command, found []twilio.Finding) error {
	var rows terminal.Table
	wrong := 0
	for _, f := range found {
		rows.Add(string(f.Verdict), cmp.Or(f.Line, "-"), f.About, strings.Join(strings.Fields(f.Detail), " "))
		if f.Verdict == twilio.Wrong {
			wrong++
		}
	}
	if err := rows.Write(cmd.OutOrStdout(), ""); err != nil {
		return err
	}
	if wrong > 0 {
		return fmt.Errorf("doctor: %s marked WRONG; what to do stands beside each", count(wrong, "finding"))
	}
	return nil
}

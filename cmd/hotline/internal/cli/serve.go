package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/config/settings"
)

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Answer real calls",
		Long: `serve answers the provider's webhooks, rings agents for callbacks, and keeps them in a database.
Settings come from flags, then the environment (HOTLINE_…), then --settings FILE, then defaults.
It does not start without a public URL, an account, a token and a key; it says which are missing.`,
		Args:    noArgs,
		Example: "  hotline serve --listen 127.0.0.1:8080 --config /etc/hotline/config",
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := settingsOf(cmd)
			if err == nil {
				err = settings.Complete()
			}
			if err != nil {
				return fmt.Errorf("cannot start:\n%w", err)
			}
			source, err := sourceOf(cmd)
			if err != nil {
				return err
			}
			return app.Serve(cmd.Context(), settings, source, clockFrom(cmd.Context()),
				slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil)), nil)
		},
	}
	settings.AddFlags(cmd.Flags(), "listen", "public_url", "store", "twilio_account_sid", "twilio_base_url",
		"twilio_edge", "twilio_keys_only", "twilio_region", "twilio_sub_accounts")
	return cmd
}

// sourceOf is the configuration that a command was given, to be published.
func sourceOf(cmd *cobra.Command) (publish.Options, error) {
	dir, err := configDir(cmd)
	if err != nil {
		return publish.Options{}, err
	}
	files, err := configuration(dir)
	if errors.Is(err, fs.ErrNotExist) { // a volume may be mounted late; what was in force last serves until then
		files, err = os.DirFS(dir), nil
	}
	say := func(text string) { fmt.Fprintln(cmd.OutOrStdout(), text) }
	return publish.Options{Dir: dir, Files: files, Say: say}, err
}

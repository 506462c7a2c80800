package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
)

func newStoreCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Say whether the database is whole, and how many rows it has",
		Long: `check reads the database and changes nothing, while the server runs or not: whether a SQLite file is whole and
its rows fit together, which version the tables have, whether rows get numbers that are free, and how many rows each
table has, for comparing two databases. It ends with exit status 1 when something is wrong.`,
		Example: "  HOTLINE_STORE=sqlite:/var/backups/hotline-2026-11-28.db hotline store check",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := settingsOf(cmd)
			if err != nil {
				return err
			}
			name := settings.Store.Reveal()
			remedy := "ask for help; a backup goes into an empty database, with pg_restore"
			var health sqlstore.Health
			if path, ok := strings.CutPrefix(name, "sqlite:"); ok {
				remedy = "restore a backup with hotline store restore, or ask for help"
				health, err = sqlite.Check(cmd.Context(), path)
			} else {
				health, err = postgres.Check(cmd.Context(), name)
			}
			if err != nil {
				return err
			}
			return reportHealth(cmd, health, remedy)
		},
	}
}

func reportHealth(cmd *cobra.Command, h sqlstore.Health, remedy string) error {
	out := cmd.OutOrStdout()
	if len(h.Tables) > 0 {
		version := fmt.Sprintf("the tables are of version %d", h.Version)
		switch {
		case h.Version < h.Known:
			version += fmt.Sprintf("; the next start of this program makes them version %d", h.Known)
		case h.Version > h.Known:
			version += fmt.Sprintf("; this program knows %d and runs on them, as they only have more", h.Known)
		}
		fmt.Fprintln(out, version)
		if err := writeRows(out, h); err != nil {
			return err
		}
	}
	for _, problem := range h.Problems {
		fmt.Fprintln(out, "WRONG: "+terminal.Printable(problem))
	}
	if len(h.Problems) > 0 {
		return fmt.Errorf("store check: FAILED, %s; %s", count(len(h.Problems), "problem"), remedy)
	}
	_, err := fmt.Fprintln(out, "The database is whole.")
	return err
}

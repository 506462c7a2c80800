package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks/sqlite"
)

func newStoreRestore() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup of a SQLite database back in place, and the present one aside",
		Long: `restore checks a backup and puts a copy of it where HOTLINE_STORE says. The database that is there is moved
aside under its name and the date; nothing is deleted. Stop every instance first: while one has the database open,
restore refuses. What was booked after the backup is only in what was moved aside.`,
		Example: "  HOTLINE_STORE=sqlite:/var/lib/hotline/hotline.db hotline store restore /var/backups/hotline-2026-11-28.db",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := sqlitePath(cmd, `pg_restore --dbname="$HOTLINE_STORE" FILE, into an empty database`)
			if err != nil {
				return err
			}
			aside, health, err := sqlite.Restore(cmd.Context(), args[0], path, clockFrom(cmd.Context())())
			out := cmd.OutOrStdout()
			if aside != "" {
				fmt.Fprintf(out, "What was at %s is now %s.\n", path, aside)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%s is a copy of %s:\n", path, args[0])
			return writeRows(out, health)
		},
	}
}

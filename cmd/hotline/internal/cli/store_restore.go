package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

func newStoreRestore() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup of a SQLite database back in place, and the present one aside",
		Long: `restore checks a backup and puts a copy of it where HOTLINE_STORE says. The database that is there is moved
aside under its name and the date; nothing is deleted. Stop every instance first: while one has the database open,
restore refuses. What was booked after the backup is only in what was moved aside. What was open at the backup is open
again, whatever became of it since: restore says how much it is, and what to do before a server starts.`,
		Example: "  HOTLINE_STORE=sqlite:/var/lib/hotline/hotline.db hotline store restore /var/backups/hotline-2026-11-28.db",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !storeWasNamed(cmd) { // the default is in the working directory, which need not be the server's
				return errors.New("say which database the backup is put in place of: set HOTLINE_STORE as the server " +
					"has it, or --store sqlite:PATH; nothing was changed")
			}
			path, err := sqlitePath(cmd, "pg_restore --dbname=service=hotline FILE, into an empty database")
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
			if err := writeRows(out, health); err != nil {
				return err
			}
			return writeBeforeStart(out, health, aside)
		},
	}
}

// writeBeforeStart says what a server would do with the copy that customers do not expect: it is as old as the backup.
func writeBeforeStart(out io.Writer, h sqlstore.Health, aside string) error {
	fmt.Fprintf(out, `
Once a server starts, it dials the open callbacks (%d) and sends the text messages that wait (%d), also
those that were kept, cancelled, sent or erased since the backup. So before you start one:
  hotline callbacks list                      what is open; look each up
  hotline callbacks cancel REFERENCE          those that were kept or cancelled since
  hotline erase --number +NUMBER --yes        everybody who was erased since
`, h.Open, h.Unsent)
	if aside == "" {
		return nil
	}
	_, err := fmt.Fprintf(out, "What became of them since, if it can still be read:\n"+
		"  hotline callbacks list --state all --store 'sqlite:%s'\n", aside)
	return err
}

package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
)

func newStoreBackup() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a copy of the SQLite database, while the server runs or not",
		Long: `backup writes what the database holds at one moment into a new file (mode 0600), reads the copy again and
says how many rows it has. Callers wait for nothing meanwhile. PostgreSQL has a program of its own for it, pg_dump.`,
		Example: "  HOTLINE_STORE=sqlite:/var/lib/hotline/hotline.db hotline store backup /var/backups/hotline-2026-11-28.db",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := sqlitePath(cmd, "pg_dump --format=custom --file=FILE --dbname=service=hotline")
			if err != nil {
				return err
			}
			file, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			health, err := sqlite.Backup(cmd.Context(), path, file)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is a copy of %s:\n", file, path)
			return writeRows(cmd.OutOrStdout(), health)
		},
	}
}

// sqlitePath is the file of the SQLite database that the settings name. For PostgreSQL it is an error that says what to
// run instead.
func sqlitePath(cmd *cobra.Command, instead string) (string, error) {
	settings, err := settingsOf(cmd)
	if err != nil {
		return "", err
	}
	path, ok := strings.CutPrefix(settings.Store.Reveal(), "sqlite:")
	if !ok {
		return "", errors.New("HOTLINE_STORE is a PostgreSQL database. Put its host, port, user and dbname under [hotline] in " +
			"~/.pg_service.conf and its password into ~/.pgpass, so that no list of processes shows it, and run: " + instead)
	}
	return filepath.Abs(path) // so that what is printed says which file it is
}

// writeRows prints how many rows there are, so that two databases can be compared.
func writeRows(out io.Writer, h sqlstore.Health) error {
	var rows terminal.Table
	for _, t := range h.Tables {
		rows.Add(t.Table, strconv.Itoa(t.Rows))
	}
	return rows.Write(out, "  ")
}

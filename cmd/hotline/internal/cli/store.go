package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/terminal"
)

func newStore() *cobra.Command {
	cmd := &cobra.Command{Use: "store", Short: "Look after the database: backup, restore, check, move", Args: noArgs,
		Example: "  HOTLINE_STORE=sqlite:hotline.db hotline store check",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	move := &cobra.Command{
		Use:   "move FROM",
		Short: "Take everything over from another database, sqlite:PATH or postgres://…",
		Long: `move copies callbacks, attempts, messages, call records, text messages, closures in an emergency and the
history of the configuration from another database into the one that HOTLINE_STORE names, which has to be empty, all
or nothing. Stop every instance first. The other database stays as it was.`,
		Example: "  HOTLINE_STORE=postgres://hotline:…@db.example.com/hotline hotline store move " +
			"sqlite:/var/lib/hotline/hotline.db",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			settings, err := settingsOf(cmd)
			if err != nil {
				return err
			}
			return moveStore(cmd, args[0], settings.Store.Reveal())
		},
	}
	storeFlags(cmd.PersistentFlags())
	cmd.AddCommand(newStoreBackup(), newStoreRestore(), newStoreCheck(), move)
	return cmd
}

// moveStore says on standard error how far it is.
func moveStore(cmd *cobra.Command, source, target string) (err error) {
	if source == target {
		return errors.New("both are the same database; set HOTLINE_STORE to the new one and name the old one")
	}
	if path, ok := strings.CutPrefix(source, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil { // opening it would make an empty one
			return fmt.Errorf("the database to copy from: %w", err)
		}
	}
	from, err := app.OpenStore(cmd.Context(), source)
	if err != nil {
		return fmt.Errorf("the database to copy from: %w", err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := app.OpenStore(cmd.Context(), target)
	if err != nil {
		return fmt.Errorf("the database to copy to: %w", err)
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	rows := 0
	show := terminal.NewProgress(cmd.ErrOrStderr(), nil) // what goes to standard output comes afterwards
	counted := map[string]int{}
	err = tables(to).CopyFrom(cmd.Context(), tables(from), func(table string, done, of int) {
		rows += done - counted[table]
		counted[table] = done
		if !show.At(table, done, of) {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d of %d\n", table, done, of)
		}
	})
	show.End()
	if err != nil {
		return fmt.Errorf("nothing was copied: %w", err)
	}
	fmt.Fprintf(cmd.OutOrStdout(),
		"Copied %s. The old database is as it was; point HOTLINE_STORE of every instance at the new one.\n",
		count(rows, "row"))
	return nil
}

// tables is what both kinds of stores have in common.
func tables(store app.Store) *sqlstore.Store {
	switch store := store.(type) {
	case *sqlite.Store:
		return store.Store
	case *postgres.Store:
		return store.Store
	}
	return nil
}

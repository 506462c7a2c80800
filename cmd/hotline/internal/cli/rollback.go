package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// rollbackOptions are the flags of hotline rollback.
type rollbackOptions struct {
	dryRun, discard bool
	wait            time.Duration
}

func newRollback() *cobra.Command {
	var o rollbackOptions
	cmd := &cobra.Command{
		Use:   "rollback N",
		Short: "Write version N of the configuration back into the directory, which puts it in force again",
		Long: `rollback writes the files of a recorded version, comments included, into the directory that --config
names. The running instances take it up like any other edit, and the history goes on: a rollback can be rolled back.
It refuses while the directory holds an edit that is not in force, which would be lost; --discard says that it may be.
Into a directory that cannot be written from here nothing is written, and the change is printed as a patch.`,
		Example: "  hotline rollback 6 --config /etc/hotline/config",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return rollback(cmd, args[0], o) },
	}
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "say what would change, and write nothing")
	cmd.Flags().BoolVar(&o.discard, "discard", false, "lose edits in the directory that are not in force")
	cmd.Flags().DurationVar(&o.wait, "wait", 30*time.Second, "how long to wait for running instances")
	storeFlags(cmd.Flags())
	return cmd
}

func rollback(cmd *cobra.Command, number string, o rollbackOptions) (err error) {
	dir, err := workingDirectory(cmd)
	if err != nil {
		return err
	}
	s, err := openNeededSession(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	v, err := s.numbered(cmd, number)
	if err != nil {
		return err
	}
	latest, err := s.inForce(cmd)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	edit := dir.files.EditOf(v.Files)
	if len(edit) == 0 {
		_, err := fmt.Fprintf(out, "%s is as version %d already; nothing was changed.\n", dir.path, v.Number)
		return err
	}
	if lost := dir.files.Differ(latest.Files); len(lost) > 0 && !o.discard {
		return fmt.Errorf("%s holds an edit that is not in force, of %s; publish it or take it back first, or lose "+
			"it with --discard", dir.path, strings.Join(lost, ", "))
	}
	after, err := examine(cmd, s, dir, edit)
	if err != nil || o.dryRun {
		return err
	}
	if err := dir.put(out, edit, dir.files.Sums()); err != nil {
		return err
	}
	fmt.Fprintf(out, "Written: %s of version %d in %s.\n", count(len(edit), "file"), v.Number, dir.path)
	return awaitInForce(cmd.Context(), out, s, after.Hash, edit, o.wait)
}

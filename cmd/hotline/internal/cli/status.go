package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
)

func newStatus() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say which configuration is in force on which instance, and what is wrong with an edit that is not",
		Long: `status shows the version that was put in force last, what the directory of --config holds, what each
running instance runs, why one refuses an edit, and which lines have callbacks that wait for a person. It ends
with exit status 1 when the instances do not all run what the directory holds, unless that was put in force less than
15 seconds ago and none refuses it.`,
		Args:    noArgs,
		Example: "  hotline status --config /etc/hotline/config",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			s, err := openNeededSession(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.close()) }()
			return status(cmd, s)
		},
	}
	storeFlags(cmd.Flags())
	return cmd
}

func status(cmd *cobra.Command, s *session) error {
	out := cmd.OutOrStdout()
	latest, err := s.inForce(cmd)
	if err != nil {
		return err
	}
	instances, err := s.store.Instances(cmd.Context(), s.now().Add(-publish.Fresh))
	if err != nil {
		return err
	}
	declared, err := s.store.Overrides(cmd.Context(), s.now())
	if err != nil {
		return err
	}
	if latest == nil {
		fmt.Fprintln(out, "No configuration has been in force yet.")
	} else {
		fmt.Fprintf(out, "version %d, configuration %s, in force since %s, by %s\n", latest.Number, latest.Hash,
			latest.At.UTC().Format(time.RFC3339), cmp.Or(latest.Author, "nobody known"))
	}
	held, err := directoryState(cmd, out, latest)
	if err != nil {
		return err
	}
	wrong := writeInstances(out, instances, held, latest, s.now())
	snapshot := &config.Snapshot{}
	if latest != nil {
		if known, err := config.Load(publish.Files(latest.Files).FS()); err == nil {
			snapshot = known
		}
	}
	for _, o := range declared {
		fmt.Fprintln(out, app.DescribeOverride(o, snapshot, s.now()))
	}
	if err := writeTasks(cmd, s.store); err != nil {
		return err
	}
	return wrong
}

// writeTasks says which lines have callbacks that wait for a person.
func writeTasks(cmd *cobra.Command, store callbacks.Queries) error {
	backlog, err := store.Backlog(cmd.Context())
	for _, b := range backlog {
		if b.State == callbacks.Task {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s by hand: no telephone rings for it any more, see "+
				"hotline callbacks list --state task\n", b.Line, count(b.Count, "callback")+" to be made")
		}
	}
	return err
}

// directoryState says what the directory holds, and returns the hash that instances should run; empty when that is not
// known.
func directoryState(cmd *cobra.Command, out io.Writer, latest *callbacks.Version) (string, error) {
	inForce := ""
	if latest != nil {
		inForce = latest.Hash
	}
	name, err := findDir(cmd)
	if name == "" || err != nil {
		return inForce, err
	}
	dir, err := readDirectory(name)
	if err != nil {
		return "", err
	}
	snapshot, err := dir.check(out, "status")
	switch {
	case err != nil:
		fmt.Fprintf(out, "%s holds an edit that cannot be used; the mistakes are above.\n", dir.path)
		return inForce, nil
	case snapshot.Hash != inForce:
		fmt.Fprintf(out, "%s holds configuration %s, which is not in force.\n", dir.path, snapshot.Hash)
	default:
		fmt.Fprintf(out, "%s holds what is in force.\n", dir.path)
	}
	return snapshot.Hash, nil
}

// writeInstances lists them; the error says that they do not all run what they should.
func writeInstances(out io.Writer, instances []callbacks.Instance, want string, latest *callbacks.Version,
	now time.Time) error {
	if len(instances) == 0 {
		fmt.Fprintln(out, "No instance is running.")
		return nil
	}
	behind := 0
	for _, i := range instances {
		note := ""
		switch {
		case i.Hash == want:
		case latest != nil && latest.Hash == want && publish.TakesUp(i, *latest, now):
			note = "  is taking it up"
		default:
			behind++
			note = "  DIFFERS"
		}
		fmt.Fprintf(out, "instance %s  configuration %s  since %s%s\n", i.ID, i.Hash,
			i.Since.UTC().Format(time.RFC3339), note)
		if i.Problem != "" {
			fmt.Fprintf(out, "  refuses an edit:\n%s", app.Indent(i.Problem))
		}
	}
	if behind > 0 {
		return fmt.Errorf("status: %d of %s not run configuration %s; bring their directories together, or correct "+
			"the edit", behind, count(len(instances), "instance")+doNot(behind), want)
	}
	return nil
}

func doNot(n int) string {
	if n == 1 {
		return " does"
	}
	return " do"
}

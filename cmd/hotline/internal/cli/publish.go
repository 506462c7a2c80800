package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/publish"
)

// publishOptions are the flags of hotline publish.
type publishOptions struct {
	dryRun bool
	wait   time.Duration
}

func newPublish() *cobra.Command {
	var o publishOptions
	cmd := &cobra.Command{
		Use:   "publish DRAFT",
		Short: "Check a draft, run its call tests, and put it into the directory that the server runs",
		Long: `publish does what check, diff and test do, and then writes the files that were edited in the draft into
the directory that --config names (by default the one that the draft was taken from). It refuses a file that somebody
else has edited there since the draft was taken. Then it waits until every running instance has put it in force, or
has said why not. Into a directory that cannot be written from here nothing is written, and the change is printed as
a patch.`,
		Example: "  hotline publish /tmp/tomorrow",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return publishDraft(cmd, args[0], o) },
	}
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "do everything but write")
	cmd.Flags().DurationVar(&o.wait, "wait", 30*time.Second, "how long to wait for running instances")
	storeFlags(cmd.Flags())
	return cmd
}

// publishDraft goes on only while nothing is wrong.
func publishDraft(cmd *cobra.Command, from string, o publishOptions) (err error) {
	draft, err := publish.ReadDraft(from)
	if err != nil {
		return err
	}
	target, err := targetOf(cmd, draft)
	if err != nil {
		return err
	}
	work, err := readDirectory(from)
	if err != nil {
		return err
	}
	edit := draft.EditOf(work.files)
	if len(edit) == 0 {
		return fmt.Errorf("nothing was edited in %s since it was taken", from)
	}
	a, err := openOptionalSession(cmd, app.OpenStore)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	out := cmd.OutOrStdout()
	after, err := examine(cmd, a, target, edit)
	if err != nil || o.dryRun {
		return err
	}
	if err := target.put(out, edit, draft.Files); err != nil {
		return err
	}
	fmt.Fprintf(out, "Written: %s in %s.\n", count(len(edit), "file"), target.path)
	if err := draft.Published(from, after.Hash, edit); err != nil {
		return err
	}
	return awaitInForce(cmd.Context(), out, a, publishedEdit{after.Hash, edit, a.latest}, o.wait)
}

// targetOf is the directory to publish to.
func targetOf(cmd *cobra.Command, draft publish.Draft) (*directory, error) {
	if !cmd.Flags().Changed("config") {
		if draft.From == "" {
			return nil, errors.New("the draft was taken from the built-in configuration; name the directory that " +
				"the server runs with --config DIR")
		}
		return readDirectory(draft.From)
	}
	target, err := workingDirectory(cmd)
	if err != nil {
		return nil, err
	}
	if path, err := filepath.Abs(target.path); err == nil && draft.From != "" && path != draft.From {
		return nil, fmt.Errorf("the draft was taken from %s, and not from %s; take one there", draft.From, path)
	}
	return target, nil
}

// examine checks what a directory would be after an edit, says what changes, and runs its call tests.
func examine(cmd *cobra.Command, a *session, target *directory, edit publish.Edit) (*config.Snapshot, error) {
	out := cmd.OutOrStdout()
	after, err := loadFiles(out, cmd.Name(), "the result", target.files.With(edit))
	if err != nil {
		return nil, err
	}
	before, err := a.before(cmd, target)
	if err != nil {
		return nil, err
	}
	if before != nil {
		now := a.now()
		d := difference{old: before, new: after, now: now, changes: compare.Snapshots(before, after, now, 60)}
		if err := d.compareCallbacks(cmd.Context(), a); err != nil {
			return nil, err
		}
		if err := d.write(out); err != nil {
			return nil, err
		}
	}
	return after, runCallTests(cmd, after)
}

// before is what an edit of a directory is compared with: what is in force, else what the directory holds; nil when
// neither can be used.
func (s *session) before(cmd *cobra.Command, target *directory) (*config.Snapshot, error) {
	latest, err := s.inForce(cmd)
	if err != nil && (!s.optional || cmd.Context().Err() != nil) {
		return nil, err // else what the directory holds is compared with
	}
	if latest != nil {
		s.latest = latest.Number
		if before, err := config.Load(publish.Files(latest.Files).FS()); err == nil {
			return before, nil
		}
	}
	before, err := config.Load(target.files.FS())
	if err != nil {
		fmt.Fprintf(cmd.OutOrStdout(), "%s has mistakes, and nothing is in force that this could be compared with.\n",
			target.path)
		return nil, nil
	}
	return before, nil
}

// runCallTests plays every call test.
func runCallTests(cmd *cobra.Command, after *config.Snapshot) error {
	var failed []simulate.Result
	err := simulate.RunCallTests(cmd.Context(), after, after.Calls, func(r simulate.Result) {
		if r.Differs != "" {
			failed = append(failed, r)
		}
	})
	if err != nil {
		return err
	}
	for _, r := range failed {
		fmt.Fprintf(cmd.OutOrStdout(), "FAILED  %s  %s\n%s", r.Test.File, r.Test.Title, r.Transcript)
	}
	if len(failed) > 0 {
		return fmt.Errorf("%s: FAILED, %d of %s; nothing was changed. Correct the draft, or the call that expects "+
			"otherwise", cmd.Name(), len(failed), count(len(after.Calls), "call test"))
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "Passed: %s.\n", count(len(after.Calls), "call test"))
	return err
}

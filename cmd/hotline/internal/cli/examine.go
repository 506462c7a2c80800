package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/publish"
)

// What publish and rollback say of an edit before it is written.

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
		for _, w := range after.NewWarnings(before, now) {
			fmt.Fprintf(out, "warning: %s\n", w)
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

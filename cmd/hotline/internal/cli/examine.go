package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/compare"
	"github.com/hotline-ivr/hotline/config/publish"
)

// What commands say of an edit before it is written.

// examine checks what a directory would be after an edit, says what changes, and runs its call tests.
func examine(cmd *cobra.Command, s *session, target *directory, edit publish.Edit) (*config.Snapshot, error) {
	out := cmd.OutOrStdout()
	after, err := loadFiles(out, cmd.Name(), "the result", target.files.With(edit))
	if err != nil {
		return nil, err
	}
	before, err := s.before(cmd, target)
	if err != nil {
		return nil, err
	}
	if before != nil {
		now := s.now()
		d := difference{old: before, new: after, now: now,
			changes: compare.Snapshots(before, after, now, publish.Horizon)}
		if err := d.tell(cmd, s, after.NewWarnings(before, now)); err != nil {
			return nil, err
		}
	}
	return after, runCallTests(cmd, after)
}

// tell prints a difference, what it means for open callbacks, and what is doubtful about it.
func (d *difference) tell(cmd *cobra.Command, s *session, doubts []config.Warning) error {
	if err := d.compareCallbacks(cmd.Context(), s); err != nil {
		return err
	}
	if err := d.write(cmd.OutOrStdout()); err != nil {
		return err
	}
	tellWarnings(cmd.OutOrStdout(), doubts)
	return nil
}

func tellWarnings(out io.Writer, warnings []config.Warning) {
	for _, w := range warnings {
		fmt.Fprintf(out, "warning: %s\n", w)
	}
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
	report := testReport{out: cmd.OutOrStdout(), onlyFailed: true}
	if err := report.run(cmd.Context(), after, after.Calls); err != nil {
		return err
	}
	if report.failed > 0 {
		return fmt.Errorf("%s: FAILED, %d of %s; nothing was changed. Correct the draft, or the call that expects "+
			"otherwise", cmd.Name(), report.failed, count(report.calls, "call test"))
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "Passed: %s.\n", count(report.calls, "call test"))
	return err
}

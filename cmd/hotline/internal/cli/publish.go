package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
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
	s, err := openOptionalSession(cmd, app.OpenStore)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	out := cmd.OutOrStdout()
	after, err := examine(cmd, s, target, edit)
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
	return awaitInForce(cmd.Context(), out, s, after.Hash, edit, o.wait)
}

// targetOf is the directory to publish to.
func targetOf(cmd *cobra.Command, draft publish.Draft) (*directory, error) {
	named, err := namedDir(cmd) // not the one that it is run in, which can be the draft
	if err != nil {
		return nil, err
	}
	if named = cmp.Or(named, draft.From); named == "" {
		return nil, errors.New("the draft was taken from the built-in configuration; name the directory that " +
			"the server runs with --config DIR")
	}
	tellConfiguration(cmd, named)
	target, err := readDirectory(named)
	if err != nil {
		return nil, err
	}
	if path, err := filepath.Abs(target.path); err == nil && draft.From != "" && path != draft.From {
		return nil, fmt.Errorf("the draft was taken from %s, and not from %s; take one there", draft.From, path)
	}
	return target, nil
}

// askEvery is how often instances are looked at.
const askEvery = time.Second

// awaitInForce waits until what runs has taken up the edit that was written, which made the configuration with this
// hash, and says how far that is.
func awaitInForce(ctx context.Context, out io.Writer, s *session, hash string, edit publish.Edit,
	wait time.Duration) error {
	if s.store == nil {
		_, err := fmt.Fprintf(out, "Whether it is in force cannot be seen from here: %s.\n", s.missing)
		return err
	}
	rollout := publish.Rollout{History: s.store, Now: s.now, Hash: hash, Edit: edit, Before: s.latest}
	limited, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	p, err := rollout.Await(limited, askEvery)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		_, err = fmt.Fprintf(out, "Whether it is in force cannot be seen from here: the database does not answer: %v\n",
			err)
		return err
	case p.Refusing != nil:
		return fmt.Errorf("instance %s refuses it, and goes on with %s:\n%s", p.Refusing.ID, p.Refusing.Hash,
			p.Refusing.Problem)
	case len(p.Running) == 0:
		_, err := fmt.Fprintln(out, "No instance is running; it is in force as soon as one does.")
		return err
	case len(p.Waiting) > 0:
		return notInForce(p.Waiting, wait)
	}
	together := ""
	if p.Version > 0 {
		together = fmt.Sprintf(" together with a later edit (version %d)", p.Version)
	}
	_, err = fmt.Fprintf(out, "In force on %s%s: configuration %s.\n", count(len(p.Running), "running instance"),
		together, p.Hash)
	return err
}

// notInForce says which instances have not taken an edit up, and what they refuse.
func notInForce(waiting []callbacks.Instance, wait time.Duration) error {
	var ids, problems []string
	for _, i := range waiting {
		ids = append(ids, i.ID)
		if i.Problem != "" {
			problems = append(problems,
				fmt.Sprintf("\ninstance %s refuses an edit:\n%s", i.ID, strings.TrimRight(i.Problem, "\n")))
		}
	}
	return fmt.Errorf("after %s not every instance has it in force: %v; hotline status shows what each runs%s", wait,
		ids, strings.Join(problems, ""))
}

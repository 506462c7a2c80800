package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
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

// Waiting until what was written is in force.

// publishedEdit is what a command has written into the directory.
type publishedEdit struct {
	// hash of the configuration that this made, unless somebody else has written other files at the same time.
	hash string
	edit publish.Edit
	// before is the number of the version before it, 0 if none was recorded.
	before int64
}

// askEvery is how often instances are looked at.
const askEvery = time.Second

// awaitInForce waits until what runs has taken it up, alone or together with what others have written.
func awaitInForce(ctx context.Context, out io.Writer, a *session, w publishedEdit, wait time.Duration) error {
	if a.store == nil {
		_, err := fmt.Fprintf(out, "Whether it is in force cannot be seen from here: %s.\n", a.missing)
		return err
	}
	f := inForceWatch{session: a, publishedEdit: w, out: out, wait: wait, later: map[string]int64{}}
	return f.await(ctx, askEvery)
}

// An inForceWatch looks at the instances again and again.
type inForceWatch struct {
	*session
	publishedEdit
	out  io.Writer
	wait time.Duration
	// later are versions by their hash that hold what was written, and were recorded after it.
	later map[string]int64
	// waiting and problems are of the last look at which the store answered; asked is set when there was one.
	waiting, problems []string
	asked             bool
}

func (f *inForceWatch) await(ctx context.Context, every time.Duration) error {
	limited, cancel := context.WithTimeout(ctx, f.wait)
	defer cancel()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		done, err := f.look(limited)
		if done {
			return err
		}
		select {
		case <-limited.Done():
			return f.giveUp(ctx, err)
		case <-tick.C:
		}
	}
}

// look asks once. An error with which it is not done is that of the store, which may answer the next time.
func (f *inForceWatch) look(ctx context.Context) (done bool, err error) {
	list, err := f.store.Instances(ctx, f.now().Add(-publish.Fresh))
	if err != nil {
		return false, err
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(f.out, "No instance is running; it is in force as soon as one does.")
		return true, err
	}
	var waiting, problems []string
	runs, version := f.hash, int64(0)
	for _, i := range list {
		number := f.runsIt(ctx, i.Hash)
		switch {
		case number < 0 && i.Offered == f.hash:
			return true, fmt.Errorf("instance %s refuses it, and goes on with %s:\n%s", i.ID, i.Hash, i.Problem)
		case number < 0:
			waiting = append(waiting, i.ID)
			if i.Problem != "" {
				problems = append(problems,
					fmt.Sprintf("instance %s refuses an edit:\n%s", i.ID, strings.TrimRight(i.Problem, "\n")))
			}
		case number > version:
			runs, version = i.Hash, number
		}
	}
	if f.waiting, f.problems, f.asked = waiting, problems, true; len(waiting) > 0 {
		return false, nil
	}
	together := ""
	if version > 0 {
		together = fmt.Sprintf(" together with a later edit (version %d)", version)
	}
	_, err = fmt.Fprintf(f.out, "In force on %s%s: configuration %s.\n", count(len(list), "running instance"),
		together, runs)
	return true, err
}

// runsIt is 0 for what was written, the number of a later version that holds it, and below 0 for anything else, also
// for what is not recorded yet or cannot be read now.
func (f *inForceWatch) runsIt(ctx context.Context, hash string) int64 {
	if hash == f.hash {
		return 0
	}
	if number, known := f.later[hash]; known {
		return number
	}
	v, err := f.store.VersionOf(ctx, hash)
	if err != nil {
		return -1
	}
	f.later[hash] = -1
	if v.Number > f.publishedEdit.before && holds(v.Files, f.edit) {
		f.later[hash] = v.Number
	}
	return f.later[hash]
}

// giveUp says who has not taken it up, as far as that is known.
func (f *inForceWatch) giveUp(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !f.asked:
		_, err = fmt.Fprintf(f.out,
			"Whether it is in force cannot be seen from here: the database does not answer: %v\n", err)
		return err
	}
	text := fmt.Sprintf("after %s not every instance has it in force: %v; hotline status shows how they stand", f.wait,
		f.waiting)
	return errors.New(strings.Join(append([]string{text}, f.problems...), "\n"))
}

// holds reports whether files are as the edit makes them.
func holds(files publish.Files, edit publish.Edit) bool {
	for name, data := range edit {
		if held, ok := files[name]; ok == (data == nil) || !bytes.Equal(held, data) {
			return false
		}
	}
	return len(edit) > 0
}

func newDraft() *cobra.Command {
	return &cobra.Command{
		Use:   "draft DIR",
		Short: "Take a copy of the configuration to work on, for hotline publish",
		Long: `draft copies the directory that --config names into DIR, which must not be there yet, and notes what it
was like: publish refuses to overwrite what somebody else has edited meanwhile. Without --config it copies the
built-in configuration. Beside the files stand their schemas, for editors; publish leaves them behind.`,
		Example: `  hotline draft /tmp/tomorrow --config /etc/hotline
  hotline draft my-config`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return takeDraft(cmd, args[0]) },
	}
}

func takeDraft(cmd *cobra.Command, target string) error {
	dir, err := configDir(cmd)
	if err != nil {
		return err
	}
	fsys, err := configuration(dir)
	if err != nil {
		return err
	}
	files, err := publish.ReadFiles(fsys)
	if err != nil {
		return err
	}
	d := publish.Draft{From: dir}
	if dir != "" {
		if d.From, err = filepath.Abs(dir); err != nil {
			return err
		}
	}
	snapshot, broken := config.Load(files.FS())
	if broken == nil {
		d.Hash = snapshot.Hash
	}
	if err := d.Take(target, files); err != nil {
		return err
	}
	if err := schemasBeside(target, fsys); err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s is a copy of %s, %s.\n", target, cmp.Or(dir, "the built-in configuration"),
		count(len(files), "file"))
	if broken != nil {
		fmt.Fprintf(out, "It has mistakes, as that directory has; hotline check %s names them.\n", target)
	}
	if dir == "" {
		_, err = fmt.Fprintf(out, "Edit it, and run with it: hotline serve --config %s\n", target)
		return err
	}
	_, err = fmt.Fprintf(out,
		"Edit it; then:  hotline check %s;  hotline diff %s %s;  hotline test %s;  hotline publish %s --config %s\n",
		target, dir, target, target, target, dir)
	return err
}

// schemasBeside gives a draft the folder schema/, to which its files refer: that of the directory it was taken from, or
// else the program's. It is no part of the configuration, and never published.
func schemasBeside(target string, from fs.FS) error {
	dir := filepath.Join(target, "schema")
	own, err := fs.Glob(from, "schema/*.schema.json")
	if err != nil || len(own) == 0 {
		return errors.Join(err, writeSchemas(io.Discard, dir))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range own {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, path.Base(name)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

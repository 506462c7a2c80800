package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/config/publish"
)

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

// A inForceWatch looks at the instances again and again.
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

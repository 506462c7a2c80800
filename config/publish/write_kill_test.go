package publish_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config/publish"
)

// What is written in the tests of this file: one in place, one replaced, one removed, and new ones, one in a new folder.
var (
	several = publish.Edit{"hours/a.yaml": []byte("hours: a\n"), "topics.yaml": []byte("topics: after\n"), "calls/b.yaml": nil, "calls/c.yaml": []byte("call: c\n"), "prompts/d.yaml": []byte("prompt: d\n")}
	single  = publish.Edit{"hours/a.yaml": several["hours/a.yaml"]}
)

// severalOffice is a directory in which a supervisor may do that; singleOffice one in which they may write one file and nothing else.
func severalOffice(t *testing.T) string {
	dir := singleOffice(t)
	for _, folder := range []string{dir, filepath.Join(dir, "calls")} {
		rights(t, folder, 0, supervisors, 0o775)
	}
	return dir
}

func singleOffice(t *testing.T) string {
	dir := office(t)
	rights(t, filepath.Join(dir, "hours/a.yaml"), server, supervisors, 0o660)
	return dir
}

// The process that is killed is this program again: it writes, and ends without any more ado at the step that it is told.
func init() {
	at, err := strconv.Atoi(os.Getenv("HOTLINE_KILLED_AT"))
	if err != nil {
		return
	}
	publish.OnReach(func(string) error {
		if at--; at == 0 {
			me, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = me.Kill()
			}
			panic(err)
		}
		return nil
	})
	runtime.LockOSThread()
	if os.Geteuid() == 0 {
		become(one, supervisors)
	}
	edit := several
	if os.Getenv("HOTLINE_KILLED_EDIT") == "single" {
		edit = single
	}
	if err := publish.Write(os.Getenv("HOTLINE_KILLED_DIR"), small.Sums(), edit, time.Now()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// killed writes in another process, which is killed at a step. It reports whether there was such a step.
func killed(t *testing.T, dir, edit string, step int) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "HOTLINE_KILLED_AT="+strconv.Itoa(step), "HOTLINE_KILLED_DIR="+dir, "HOTLINE_KILLED_EDIT="+edit)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.Exited()) {
		t.Fatalf("step %d: %v\n%s", step, err, out)
	}
	return err != nil
}

// A command that is killed leaves the old files, the new ones or its mark; given again, it completes what it began.
func TestKilledAtEveryStep(t *testing.T) {
	for name, tt := range map[string]struct {
		office func(*testing.T) string
		edit   publish.Edit
		steps  int
	}{
		"several": {severalOffice, several, 14},
		"single":  {singleOffice, single, 6},
	} {
		step, states := 1, map[string]int{}
		for dir := tt.office(t); killed(t, dir, name, step); dir = tt.office(t) {
			states[stateOf(t, dir, tt.edit)]++
			as(t, two, supervisors, func() {
				if err := publish.Write(dir, small.Sums(), tt.edit, time.Now().Add(2*time.Minute)); err != nil {
					t.Errorf("%s, step %d, given again: %v", name, step, err)
				}
			})
			holds(t, dir, small.With(tt.edit))
			step++
		}
		t.Log(name, states)
		if step-1 != tt.steps || states["half"] > 0 || states["old"] == 0 || states["marked"] == 0 {
			t.Errorf("%s: killed at %d steps (want %d): %v", name, step-1, tt.steps, states)
		}
	}
}

// stateOf is what a server finds in a directory.
func stateOf(t *testing.T, dir string, edit publish.Edit) string {
	files := filesOf(t, dir)
	switch {
	case publish.Claimed(os.DirFS(dir)), bytes.HasPrefix(files["hours/a.yaml"], []byte{0}):
		return "marked"
	case len(small.EditOf(files)) == 0:
		return "old"
	case len(small.With(edit).EditOf(files)) == 0:
		return "new"
	}
	return "half"
}

var errDisk = errors.New("the disk is broken")

// Whatever step fails, everything is as it was.
func TestAFailureAtEveryStep(t *testing.T) {
	for office, edit := range map[*func(*testing.T) string]publish.Edit{ptr(severalOffice): several, ptr(singleOffice): single} {
		for step, done := 1, false; !done; step++ {
			dir, n := (*office)(t), 0
			restore := publish.OnReach(func(at string) error {
				if n++; n == step && at != "done" {
					return errDisk
				}
				return nil
			})
			as(t, one, supervisors, func() {
				err := publish.Write(dir, small.Sums(), edit, noon)
				var half *publish.HalfError
				if done = err == nil; !done && (!errors.Is(err, errDisk) || errors.As(err, &half)) {
					t.Errorf("step %d: %v", step, err)
				}
			})
			restore()
			if _, err := os.Stat(filepath.Join(dir, "prompts")); err == nil && !done {
				t.Errorf("step %d: the folder that was made stays", step)
			}
			want := small
			if done {
				want = small.With(edit)
			}
			holds(t, dir, want)
		}
	}
}

func ptr[T any](v T) *T { return &v }

// What was written cannot be taken back: it is said, and the directory stays claimed. Given again it is completed.
func TestHalfWritten(t *testing.T) {
	for fail := 2; fail <= len(several); fail++ {
		dir, n := severalOffice(t), 0
		restore := publish.OnReach(func(at string) error {
			if at == "do" {
				n++
			}
			if at == "undo" || at == "do" && n == fail {
				return errors.Join(errDisk, os.ErrPermission)
			}
			return nil
		})
		as(t, one, supervisors, func() {
			err := publish.Write(dir, small.Sums(), several, time.Now())
			var half *publish.HalfError
			if !errors.As(err, &half) || errors.Is(err, publish.ErrReadOnly) || strings.Contains(err.Error(), "nothing was written") || half.Left != filepath.Join(dir, publish.Writing) {
				t.Errorf("step %d: %v", fail, err)
			}
		})
		restore()
		if !publish.Claimed(os.DirFS(dir)) {
			t.Errorf("step %d: a half may be taken up", fail)
		}
		if aside, err := os.ReadFile(filepath.Join(dir, "calls/.hotline-old-b.yaml")); err != nil || !bytes.Equal(aside, small["calls/b.yaml"]) {
			t.Errorf("step %d: what was removed is lost: %v", fail, err)
		}
		as(t, two, supervisors, func() {
			if err := publish.Write(dir, small.Sums(), several, time.Now().Add(2*time.Minute)); err != nil {
				t.Errorf("step %d, given again: %v", fail, err)
			}
		})
		holds(t, dir, small.With(several))
	}
}

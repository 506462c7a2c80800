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

// several is what is written in the tests of this file: files are replaced and removed, and new, one in a new folder.
var several = publish.Edit{
	"hours/a.yaml": []byte("hours: a\n"), "topics.yaml": []byte("topics: after\n"), "calls/b.yaml": nil,
	"calls/c.yaml": []byte("call: c\n"), "prompts/d.yaml": []byte("prompt: d\n"),
}

// severalOffice is a directory in which a supervisor may do that.
func severalOffice(t *testing.T) string {
	dir := office(t)
	rights(t, filepath.Join(dir, "hours/a.yaml"), server, supervisors, 0o660)
	for _, folder := range []string{dir, filepath.Join(dir, "calls"), filepath.Join(dir, "hours")} {
		rights(t, folder, 0, supervisors, 0o775)
	}
	return dir
}

// The process that is killed is this program again: it writes, and ends at the step that it is told.
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
	if err := publish.Write(os.Getenv("HOTLINE_KILLED_DIR"), small.Sums(), several, time.Now()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// killed writes in another process, which is killed at a step. It reports whether there was such a step.
func killed(t *testing.T, dir string, step int) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "HOTLINE_KILLED_AT="+strconv.Itoa(step), "HOTLINE_KILLED_DIR="+dir)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.Exited()) {
		t.Fatalf("step %d: %v\n%s", step, err, out)
	}
	return err != nil
}

// A command that is killed leaves the old files, the new ones or its mark; given again, it completes what it began.
func TestKilledAtEveryStep(t *testing.T) {
	const steps = 12
	step, states := 1, map[string]int{}
	for dir := severalOffice(t); killed(t, dir, step); dir = severalOffice(t) {
		states[stateOf(t, dir)]++
		as(t, two, supervisors, func() {
			if err := publish.Write(dir, small.Sums(), several, time.Now().Add(2*time.Minute)); err != nil {
				t.Errorf("step %d, given again: %v", step, err)
			}
		})
		holds(t, dir, small.With(several))
		step++
	}
	t.Log(states)
	if step-1 != steps || states["half"] > 0 || states["old"] == 0 || states["marked"] == 0 {
		t.Errorf("killed at %d steps (want %d): %v", step-1, steps, states)
	}
}

// stateOf is what a server finds in a directory.
func stateOf(t *testing.T, dir string) string {
	files := filesOf(t, dir)
	switch {
	case publish.Claimed(os.DirFS(dir)):
		return "marked"
	case len(small.EditOf(files)) == 0:
		return "old"
	case len(small.With(several).EditOf(files)) == 0:
		return "new"
	}
	return "half"
}

var errDisk = errors.New("the disk is broken")

// Whatever step fails, everything is as it was.
func TestAFailureAtEveryStep(t *testing.T) {
	for step, done := 1, false; !done; step++ {
		dir, n := severalOffice(t), 0
		restore := publish.OnReach(func(at string) error {
			if n++; n == step && at != "done" {
				return errDisk
			}
			return nil
		})
		as(t, one, supervisors, func() {
			err := publish.Write(dir, small.Sums(), several, noon)
			if done = err == nil; !done && (!errors.Is(err, errDisk) || strings.Contains(err.Error(), "a part of")) {
				t.Errorf("step %d: %v", step, err)
			}
		})
		restore()
		if _, err := os.Stat(filepath.Join(dir, "prompts")); err == nil && !done {
			t.Errorf("step %d: the folder that was made stays", step)
		}
		want := small
		if done {
			want = small.With(several)
		}
		holds(t, dir, want)
	}
}

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
			if err == nil || errors.Is(err, publish.ErrReadOnly) || strings.Contains(err.Error(), "nothing was written") ||
				!strings.Contains(err.Error(), "a part of the edit is written") ||
				!strings.HasSuffix(err.Error(), "and remove "+filepath.Join(dir, publish.Marker)) {
				t.Errorf("step %d: %v", fail, err)
			}
		})
		restore()
		if !publish.Claimed(os.DirFS(dir)) {
			t.Errorf("step %d: a half may be taken up", fail)
		}
		if aside, err := os.ReadFile(filepath.Join(dir, "calls/.hotline-old-b.yaml")); err != nil ||
			!bytes.Equal(aside, small["calls/b.yaml"]) {
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

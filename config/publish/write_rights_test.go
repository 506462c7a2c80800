package publish_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/config/publish"
)

// Two supervisors are in one group. The server is in another.
const (
	one, two, server = 61001, 61002, 61003
	supervisors      = 62000
	servers          = 62001
)

// as runs something as another user, on a thread of its own: for the system, the process stays who it is. Who is not
// root cannot, and does it himself: see rights.
func as(t *testing.T, uid, gid int, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if os.Geteuid() == 0 {
			runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
			become(uid, gid)
		}
		do()
	}()
	<-done
}

// become has this thread use files as another user.
func become(uid, gid int) {
	for call, id := range map[uintptr]int{syscall.SYS_SETFSGID: gid, syscall.SYS_SETFSUID: uid} {
		if _, _, errno := syscall.RawSyscall(call, uintptr(id), 0, 0); errno != 0 {
			panic(errno)
		}
	}
}

// rights sets who may do what with a file. Where the test does not run as root the files are its own: it then may do
// what the group may.
func rights(t *testing.T, file string, uid, gid int, mode fs.FileMode) {
	t.Helper()
	var err error
	if os.Geteuid() == 0 {
		err = os.Chown(file, uid, gid)
	} else {
		mode = mode&^0o700 | mode&0o070<<3
	}
	if err = errors.Join(err, os.Chmod(file, mode)); err != nil {
		t.Fatal(err)
	}
}

// asNobody runs something as a user who may not write a directory.
func asNobody(t *testing.T, dir string, do func()) {
	t.Helper()
	if os.Geteuid() == 0 {
		as(t, 65534, 65534, do)
		return
	}
	restrict(t, dir, 0o555, 0o444)
	do()
	restrict(t, dir, 0o775, 0o664)
}

// restrict gives all of a directory to the group of supervisors, with these permissions.
func restrict(t *testing.T, dir string, folders, files fs.FileMode) {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(file string, _ fs.DirEntry, err error) error {
		all = append(all, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		mode := files
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			mode = folders
		}
		rights(t, file, 0, supervisors, mode)
	}
}

// small is a directory that only Write has to understand.
var small = publish.Files{
	"topics.yaml": []byte("topics: before\n"), "hours/a.yaml": []byte("hours: a, before all that is done to it\n"),
	"hours/b.yaml": []byte("hours: b\n"), "calls/a.yaml": []byte("call: a\n"), "calls/b.yaml": []byte("call: b\n"),
}

// office makes that directory. Its supervisors may write nothing yet.
func office(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range small {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // so that it can be read
		t.Fatal(err)
	}
	restrict(t, dir, 0o755, 0o644)
	if os.Geteuid() != 0 {
		restrict(t, dir, 0o555, 0o444)
		t.Cleanup(func() { restrict(t, dir, 0o775, 0o664) })
	}
	return dir
}

// left fails the test if something of a write lies about.
func left(t *testing.T, dir string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, _ fs.DirEntry, err error) error {
		if strings.Contains(name, ".hotline") {
			t.Errorf("%s is left behind", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// holds compares a directory with what it should be, and that nothing is left beside.
func holds(t *testing.T, dir string, want publish.Files) {
	t.Helper()
	if diff := cmp.Diff(want, filesOf(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	left(t, dir)
}

// One part of an edit may be written, the other not: none is.
func TestHalfOfAnEditIsNotWritten(t *testing.T) {
	for _, edit := range []publish.Edit{
		{"hours/a.yaml": []byte("hours: edited\n"), "calls/b.yaml": nil},
		{"hours/a.yaml": nil, "calls/b.yaml": nil},
		{"hours/a.yaml": nil, "calls/b.yaml": []byte("call: edited\n")},
		{"hours/a.yaml": nil, "hours/c.yaml": []byte("hours: c\n"), "calls/c.yaml": []byte("call: c\n")},
		{"hours/a.yaml": nil, "prompts/c.yaml": []byte("prompt: c\n")},
	} {
		dir := office(t)
		rights(t, filepath.Join(dir, "hours"), 0, supervisors, 0o775)
		as(t, one, supervisors, func() {
			if err := publish.Write(dir, small.Sums(), edit, noon); !errors.Is(err, publish.ErrReadOnly) {
				t.Errorf("%v: err = %v", edit, err)
			}
		})
		holds(t, dir, small)
	}
}

// Supervisors who may write the folders and not the directory, one after the other. What one has written the other can
// edit.
func TestSupervisorsOfTheFoldersAlone(t *testing.T) {
	dir := office(t)
	for _, folder := range []string{"hours", "calls"} {
		restrict(t, filepath.Join(dir, folder), 0o775, 0o664)
	}
	files := small
	for _, uid := range []int{one, two} {
		want := files.With(publish.Edit{"hours/a.yaml": append([]byte("# more\n"), files["hours/a.yaml"]...),
			"calls/a.yaml": nil, "calls/b.yaml": []byte("call: b, edited\n")})
		if uid == two {
			want["calls/a.yaml"] = []byte("call: a, again\n")
		}
		claimed := 0
		restore := publish.OnReach(func(step string) error {
			if step == "do" && publish.Claimed(os.DirFS(dir)) {
				claimed++
			}
			return nil
		})
		edit := files.EditOf(want)
		as(t, uid, supervisors, func() {
			if err := publish.Write(dir, files.Sums(), edit, noon); err != nil {
				t.Error(err)
			}
		})
		restore()
		if claimed != len(edit) {
			t.Errorf("%d of %d steps were taken while the directory was claimed", claimed, len(edit))
		}
		holds(t, dir, want)
		belongs(t, filepath.Join(dir, "hours/a.yaml"), uid, supervisors, 0o664)
		files = want
	}
}

// belongs checks who may do what with a file.
func belongs(t *testing.T, file string, uid, gid int, mode fs.FileMode) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		return // nothing could be given to somebody else
	}
	if stat := info.Sys().(*syscall.Stat_t); int(stat.Uid) != uid || int(stat.Gid) != gid ||
		info.Mode().Perm() != mode {
		t.Errorf("%s is of %d:%d with %v, want %d:%d with %v", file, stat.Uid, stat.Gid, info.Mode().Perm(), uid, gid,
			mode)
	}
}

// A file that is replaced can be read afterwards, or is left alone.
func TestReadersOfAnEditedFile(t *testing.T) {
	for _, tt := range []struct {
		name     string
		as       int
		uid, gid int
		mode     fs.FileMode
		wantUID  int // of the file afterwards, whose group and permissions stay; 0: it is refused
	}{
		{"root's command keeps the owner", 0, server, servers, 0o640, server},
		{"everybody reads", one, two, supervisors, 0o664, one},
		{"the group reads and writes", one, server, supervisors, 0o660, one},
		{"the group reads", one, server, supervisors, 0o640, one},
		{"the supervisor's own", one, one, supervisors, 0o660, one},
		{"the group that reads is not the supervisor's", one, one, servers, 0o640, 0},
	} {
		dir := office(t)
		file := filepath.Join(dir, "hours/a.yaml")
		rights(t, filepath.Join(dir, "hours"), 0, supervisors, 0o775)
		rights(t, file, tt.uid, tt.gid, tt.mode)
		edit, want := publish.Edit{"hours/a.yaml": []byte("hours: edited\n")}, small
		as(t, tt.as, supervisors, func() {
			err := publish.Write(dir, small.Sums(), edit, noon)
			if os.Geteuid() == 0 && tt.wantUID == 0 {
				if !errors.Is(err, publish.ErrReadOnly) {
					t.Errorf("%s: err = %v", tt.name, err)
				}
				return
			}
			if want = small.With(edit); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		})
		holds(t, dir, want)
		if tt.wantUID == 0 {
			tt.wantUID = tt.uid
		}
		belongs(t, file, tt.wantUID, tt.gid, tt.mode)
	}
}

// The owner of the folder may replace a file that they may not write, of a group that is not theirs, which everybody
// reads. Their own group may not write it for that. One that not everybody reads they would take from its readers.
func TestAGroupThatCannotBeKept(t *testing.T) {
	dir := office(t)
	rights(t, filepath.Join(dir, "hours"), 0, supervisors, 0o775)
	rights(t, filepath.Join(dir, "hours/a.yaml"), server, servers, 0o664)
	edit := publish.Edit{"hours/a.yaml": []byte("hours: edited\n")}
	as(t, one, supervisors, func() {
		if err := publish.Write(dir, small.Sums(), edit, noon); err != nil {
			t.Error(err)
		}
	})
	holds(t, dir, small.With(edit))
	belongs(t, filepath.Join(dir, "hours/a.yaml"), one, supervisors, 0o644)
}

// Files that supervisors may write, in a directory where they may write nothing else: none can be replaced.
func TestFilesAlone(t *testing.T) {
	dir := office(t)
	rights(t, filepath.Join(dir, "hours/a.yaml"), server, supervisors, 0o664)
	edit := publish.Edit{"hours/a.yaml": []byte("hours: edited\n")}
	as(t, one, supervisors, func() {
		if err := publish.Write(dir, small.Sums(), edit, noon); !errors.Is(err, publish.ErrReadOnly) {
			t.Errorf("err = %v", err)
		}
	})
	holds(t, dir, small)
	rights(t, dir, 0, supervisors, 0o775) // now there can be a claim, and still no file beside that one
	as(t, one, supervisors, func() {
		if err := publish.Write(dir, small.Sums(), edit, noon); !errors.Is(err, publish.ErrReadOnly) {
			t.Errorf("with a claim: err = %v", err)
		}
	})
	holds(t, dir, small)
}

// What a command left behind long ago is taken over by a process with the right to write, wherever it is; and its
// temporary files go.
func TestWhatAKilledCommandLeft(t *testing.T) {
	dir := office(t)
	restrict(t, dir, 0o775, 0o664)
	old, fresh := noon.Add(-2*time.Minute), noon.Add(-30*time.Second)
	for name, at := range map[string]time.Time{"hours/" + publish.Marker: old, "hours/.hotline-new-1": old,
		"calls/.hotline-old-x.yaml": old, "hours/.hotline-new-2": fresh, publish.DraftFile: old} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(file, nil, 0o644), os.Chtimes(file, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	edit := publish.Edit{"calls/a.yaml": nil}
	rights(t, filepath.Join(dir, "hours"), 0, supervisors, 0o555)
	as(t, one, supervisors, func() {
		err := publish.Write(dir, small.Sums(), edit, noon)
		if !errors.Is(err, publish.ErrReadOnly) ||
			!strings.Contains(err.Error(), "hours/"+publish.Marker+" was left behind") {
			t.Errorf("a claim that cannot be removed: %v", err)
		}
	})
	rights(t, filepath.Join(dir, "hours"), 0, supervisors, 0o775)
	as(t, one, supervisors, func() {
		if err := publish.Write(dir, small.Sums(), edit, noon); err != nil {
			t.Error(err)
		}
	})
	for _, name := range []string{"hours/.hotline-new-2", publish.DraftFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Errorf("what is no old temporary file: %v", err)
		}
	}
	holds(t, dir, small.With(edit))
}

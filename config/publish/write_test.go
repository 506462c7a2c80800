package publish_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/config/publish"
)

// place is a directory of two lines, and its files.
func place(t *testing.T) (dir string, files publish.Files) {
	t.Helper()
	dir = t.TempDir()
	twoLines(t, dir)
	return dir, filesOf(t, dir)
}

func filesOf(t *testing.T, dir string) publish.Files {
	t.Helper()
	files, err := publish.ReadFiles(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// another is what the files are to become: one edited, one removed, one new.
func another(files publish.Files) publish.Files {
	want := files.With(publish.Edit{"hours/okpay.yaml": nil, "calls/okpay-open.yaml": []byte("call: Open\n")})
	want["hours/gopay.yaml"] = append([]byte("# edited\n"), files["hours/gopay.yaml"]...)
	return want
}

func TestWrite(t *testing.T) {
	dir, files := place(t)
	want := another(files)
	if err := os.Chmod(filepath.Join(dir, "hours/gopay.yaml"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := publish.Write(dir, files.Sums(), files.EditOf(want), noon); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, filesOf(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if info, err := os.Stat(filepath.Join(dir, "hours/gopay.yaml")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the permissions of an edited file are %v, %v", info.Mode(), err)
	}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, _ fs.DirEntry, err error) error {
		if strings.Contains(name, ".hotline") {
			t.Errorf("%s is left behind", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// What a command that died has done already is no stale edit.
	if err := publish.Write(dir, files.Sums(), files.EditOf(want), noon); err != nil {
		t.Errorf("once more: %v", err)
	}
}

// Somebody else was quicker: nothing is written, and they are not overwritten.
func TestAStaleEdit(t *testing.T) {
	dir, files := place(t)
	edit := files.EditOf(another(files))
	for name, mine := range map[string]string{"hours/gopay.yaml": "line: gopay\n",
		"calls/okpay-open.yaml": "call: Another\n", "hours/okpay.yaml": "line: okpay\n"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(mine), 0o644); err != nil {
			t.Fatal(err)
		}
		before := filesOf(t, dir)
		var stale *publish.StaleError
		if err := publish.Write(dir, files.Sums(), edit, noon); !errors.As(err, &stale) || stale.File != name {
			t.Errorf("%s: err = %v", name, err)
		}
		if diff := cmp.Diff(before, filesOf(t, dir)); diff != "" {
			t.Errorf("%s: something was written:\n%s", name, diff)
		}
		if files[name] == nil {
			err := os.Remove(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTwoCommandsAtOnce(t *testing.T) {
	dir, files := place(t)
	edit := files.EditOf(another(files))
	claim := filepath.Join(dir, publish.Marker)
	if err := os.WriteFile(claim, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(claim, noon, noon); err != nil {
		t.Fatal(err)
	}
	err := publish.Write(dir, files.Sums(), edit, noon.Add(50*time.Second))
	if err == nil || !strings.Contains(err.Error(), "another command is writing this directory") ||
		!strings.Contains(err.Error(), claim) {
		t.Errorf("err = %v", err)
	}
	if err := publish.Write(dir, files.Sums(), edit, noon.Add(2*time.Minute)); err != nil {
		t.Errorf("a claim that was left behind: %v", err)
	}
}

// A file behind a symlink is written where it is; the link stays.
func TestWriteBehindASymlink(t *testing.T) {
	dir, files := place(t)
	real := filepath.Join(t.TempDir(), "gopay.yaml")
	name := filepath.Join(dir, "hours/gopay.yaml")
	if err := os.Rename(name, real); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, name); err != nil {
		t.Fatal(err)
	}
	want := another(files)
	if err := publish.Write(dir, files.Sums(), files.EditOf(want), noon); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(real); err != nil || string(got) != string(want["hours/gopay.yaml"]) {
		t.Errorf("%q, %v", got, err)
	}
	if info, err := os.Lstat(name); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
}

// A directory that cannot be written: nothing is, and the patch does the same elsewhere.
func TestAReadOnlyDirectory(t *testing.T) {
	dir, files := place(t)
	want := another(files)
	edit := files.EditOf(want)
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // so that it can be read
		t.Fatal(err)
	}
	asNobody(t, dir, func() {
		if err := publish.Write(dir, files.Sums(), edit, noon); !errors.Is(err, publish.ErrReadOnly) {
			t.Errorf("err = %v", err)
		}
	})
	if diff := cmp.Diff(files, filesOf(t, dir)); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
	apply := exec.CommandContext(t.Context(), "git", "apply", "-")
	apply.Dir, apply.Stdin = dir, strings.NewReader(files.Patch(edit))
	if out, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("git apply: %v\n%s\n%s", err, out, files.Patch(edit))
	}
	if diff := cmp.Diff(want, filesOf(t, dir)); diff != "" {
		t.Errorf("the patch does something else (-want +got):\n%s", diff)
	}
}

func TestDraft(t *testing.T) {
	dir, files := place(t)
	work := filepath.Join(t.TempDir(), "draft")
	if err := (publish.Draft{Hash: "0123", From: dir}).Take(work, files); err != nil {
		t.Fatal(err)
	}
	if err := (publish.Draft{}).Take(work, files); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("over another draft: %v", err)
	}
	d, err := publish.ReadDraft(work)
	if err != nil || d.From != dir || d.Hash != "0123" || len(d.EditOf(filesOf(t, work))) != 0 {
		t.Fatalf("%+v, %v", d, err)
	}
	want := another(files)
	edit := files.EditOf(want)
	if err := publish.Write(work, files.Sums(), edit, noon); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(edit, d.EditOf(filesOf(t, work))); diff != "" {
		t.Errorf("what was done (-want +got):\n%s", diff)
	}
	if err := d.Published(work, "4567", edit); err != nil {
		t.Fatal(err)
	}
	if d, err = publish.ReadDraft(work); err != nil || d.Hash != "4567" || len(d.EditOf(filesOf(t, work))) != 0 {
		t.Errorf("published: %+v, %v", d, err)
	}
	if _, err := publish.ReadDraft(dir); err == nil || !strings.Contains(err.Error(), "is no draft") {
		t.Errorf("a directory that is none: %v", err)
	}
}

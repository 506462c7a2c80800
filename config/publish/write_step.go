package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// A step is what is done to one file.
type step struct {
	target string
	data   []byte // nil: the file is removed

	was  []byte      // what the file held, with
	info fs.FileInfo // nil: there was none
	// the file that takes the place of target; of one that is removed where it lies until all is done
	beside  string
	folder  string // made for the file
	changed bool   // has to be taken back if another step fails
}

// Steps in the order in which they are carried out.
type steps []*step

func stepsOf(dir string, edit Edit) (all steps) {
	for _, name := range slices.Sorted(maps.Keys(edit)) {
		all = append(all, &step{target: filepath.Join(dir, filepath.FromSlash(name)), data: edit[name]})
	}
	return all
}

// folders are those in which commands leave something behind when they are killed.
func (all steps) folders(dir string) []string {
	in := []string{dir}
	for _, folder := range folders {
		in = append(in, filepath.Join(dir, folder))
	}
	for _, s := range all {
		if behind, err := filepath.EvalSymlinks(s.target); err == nil {
			in = append(in, filepath.Dir(behind))
		}
	}
	return in
}

// prepare does what can be done before the first step that counts, so that little can fail after it.
func (s *step) prepare() error {
	if err := reach("prepare"); err != nil {
		return err
	}
	if s.data == nil {
		s.beside = filepath.Join(filepath.Dir(s.target), asidePrefix+filepath.Base(s.target))
		return nil
	}
	err := s.find()
	if err == nil {
		s.beside, err = beside(s.target, s.data, s.info)
	}
	return readOnly(err)
}

// find follows a symlink, reads what is there, and makes the folder if there is none.
func (s *step) find() (err error) {
	if behind, err := filepath.EvalSymlinks(s.target); err == nil {
		s.target = behind
	}
	if s.info, err = os.Stat(s.target); err == nil {
		s.was, err = os.ReadFile(s.target)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	folder := filepath.Dir(s.target)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		s.folder = folder
		return makeFolder(folder)
	}
	return nil
}

// makeFolder makes a folder that those may write who may write the directory it is in, as far as the system allows.
func makeFolder(folder string) error {
	above := filepath.Dir(folder)
	parent, err := os.Stat(above)
	if errors.Is(err, fs.ErrNotExist) { // the folder of a language's recordings is deep
		if err = makeFolder(above); err == nil {
			parent, err = os.Stat(above)
		}
	}
	if err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	if _, gid, known := owner(parent); known && os.Chown(folder, -1, gid) != nil {
		return nil // another group is not to write it
	}
	return os.Chmod(folder, parent.Mode()&(fs.ModePerm|fs.ModeSetgid))
}

// beside writes a file beside the one whose place it is to take, and like that one, which may not be there.
func beside(target string, data []byte, was fs.FileInfo) (file string, err error) {
	f, err := os.CreateTemp(filepath.Dir(target), newPrefix+"*")
	if err != nil {
		return "", err
	}
	mode := fs.FileMode(0o644)
	if was != nil {
		mode, err = keepRights(f, was)
	}
	if err == nil {
		_, err = f.Write(data)
	}
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// keepRights gives a file the owner and the group of another, or the group alone, as far as the system allows that, and
// returns the permissions for it. The error is for a file that the server could likely not read.
func keepRights(f *os.File, was fs.FileInfo) (mode fs.FileMode, err error) {
	uid, gid, known := owner(was)
	mode = was.Mode().Perm()
	readers := fs.FileMode(0o044) // the group and everybody
	switch {
	case !known || f.Chown(uid, gid) == nil:
		return mode, nil
	case f.Chown(-1, gid) != nil: // it is another group's
		mode, readers = mode&^0o020, 0o004
	}
	if mode&readers == 0 {
		err = fmt.Errorf("%w: %s cannot keep its owner and group, without which the server might not be able to "+
			"read it", ErrReadOnly, was.Name())
	}
	return mode, err
}

// carryOut takes all steps, or none.
func (all steps) carryOut(c *claim) error {
	for _, s := range all {
		err := reach("do")
		if err == nil {
			err = s.do()
		}
		if err == nil {
			continue
		}
		if undo := all.undo(); undo != nil {
			marker := c.markers[0]
			c.markers = nil // it stays, so that no instance takes up half of an edit
			return fmt.Errorf("a part of the edit is written, the rest failed (%v), and the part could not be taken "+
				"back (%v); no server takes it up. Give the command again in a minute, or set the files right (what "+
				"was removed is beside its place as %sNAME) and remove %s", err, undo, asidePrefix, marker)
		}
		return readOnly(err)
	}
	return reach("done")
}

// do takes the step.
func (s *step) do() (err error) {
	if s.data != nil {
		err = os.Rename(s.beside, s.target)
	} else if err = os.Rename(s.target, s.beside); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s.changed = err == nil
	return err
}

// undo takes back what was done, the last first.
func (all steps) undo() (err error) {
	for _, s := range slices.Backward(all) {
		if !s.changed {
			continue
		}
		failed := reach("undo")
		if failed == nil {
			failed = s.undo()
		}
		s.changed = failed != nil
		err = errors.Join(err, failed)
	}
	return err
}

func (s *step) undo() error {
	switch {
	case s.data == nil:
		return os.Rename(s.beside, s.target)
	case s.info == nil:
		return os.Remove(s.target)
	}
	before, err := beside(s.target, s.was, s.info)
	if err == nil {
		err = os.Rename(before, s.target)
	}
	return err
}

// tidy removes what is not needed any more. What could not be taken back stays.
func (all steps) tidy(written bool) {
	for _, s := range all {
		if s.beside != "" && (s.data != nil || written) {
			_ = os.Remove(s.beside) // what has been renamed is gone; the rest is swept by another command
		}
		if s.folder != "" && !written {
			_ = os.Remove(s.folder) // unless something is in it
		}
	}
}

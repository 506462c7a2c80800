package publish

import (
	"cmp"
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
	was    *state // nil: there was none

	beside  string   // the file that takes the place of target; of one that is removed where it lies until all is done
	inPlace *os.File // target, when it is written in place
	folder  string   // made for the file
	done    bool     // something has to be taken back if another step fails
}

// A state is what a file was like.
type state struct {
	data []byte
	info fs.FileInfo
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
	if err := s.find(); err != nil {
		return readOnly(err)
	}
	var like likeness
	var err error
	s.beside, like, err = beside(s.target, s.data, s.was)
	if err = readOnly(err); err != nil && !errors.Is(err, ErrReadOnly) || err == nil && like.well(s.was) {
		return err
	}
	if opened := s.open(); opened == nil || errors.Is(opened, errLocked) {
		return opened
	}
	if err == nil && !like.readable(s.was) {
		err = fmt.Errorf("%w: neither the group of %s can be kept, without which the server might not be able to read it, nor may it be written in place", ErrReadOnly, s.target)
	}
	return err
}

// find follows a symlink, reads what is there, and makes the folder if there is none.
func (s *step) find() error {
	if behind, err := filepath.EvalSymlinks(s.target); err == nil {
		s.target = behind
	}
	info, err := os.Stat(s.target)
	if err == nil {
		var data []byte
		data, err = os.ReadFile(s.target)
		s.was = &state{data, info}
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
	parent, err := os.Stat(filepath.Dir(folder))
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

// order has removals first, as they are the likeliest to fail, then what is written in place.
func (s *step) order() int {
	switch {
	case s.data == nil:
		return 0
	case s.inPlace != nil:
		return 1
	}
	return 2
}

// carryOut takes all steps, or none.
func (all steps) carryOut(c *claim) error {
	slices.SortStableFunc(all, func(a, b *step) int { return cmp.Compare(a.order(), b.order()) })
	for _, s := range all {
		err := reach("do")
		if err == nil {
			err = s.do()
		}
		if err == nil {
			continue
		}
		if undo := all.undo(); undo != nil {
			left := s.target
			if len(c.markers) > 0 {
				left = c.markers[0]
			}
			return &HalfError{left, err, undo}
		}
		return readOnly(err)
	}
	return reach("done")
}

// do takes the step.
func (s *step) do() (err error) {
	switch {
	case s.inPlace != nil:
		s.done = true // even if it fails
		return overwrite(s.inPlace, s.data)
	case s.data == nil:
		if err = os.Rename(s.target, s.beside); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	default:
		err = os.Rename(s.beside, s.target)
	}
	s.done = err == nil
	return err
}

// undo takes back what was done, the last first.
func (all steps) undo() (err error) {
	for _, s := range slices.Backward(all) {
		if !s.done {
			continue
		}
		failed := reach("undo")
		if failed == nil {
			failed = s.undo()
		}
		s.done = failed != nil
		err = errors.Join(err, failed)
	}
	return err
}

func (s *step) undo() error {
	switch {
	case s.inPlace != nil:
		return overwrite(s.inPlace, s.was.data)
	case s.data == nil:
		return os.Rename(s.beside, s.target)
	case s.was == nil:
		return os.Remove(s.target)
	}
	before, _, err := beside(s.target, s.was.data, s.was)
	if err == nil {
		err = os.Rename(before, s.target)
	}
	return err
}

// tidy removes what is not needed any more. What could not be taken back stays.
func (all steps) tidy(written bool) {
	for _, s := range all {
		if s.inPlace != nil {
			_ = s.inPlace.Close() // its bytes are synced
		}
		if s.beside != "" && (s.data != nil || written) {
			_ = os.Remove(s.beside) // what has been renamed is gone; the rest is swept by another command
		}
		if s.folder != "" && !written {
			_ = os.Remove(s.folder) // unless something is in it
		}
	}
}

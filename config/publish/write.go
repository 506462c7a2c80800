package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// ErrReadOnly: the directory cannot be written by this user, or by nobody.
var ErrReadOnly = errors.New("the configuration directory cannot be written")

// A StaleError is a file that somebody else has edited meanwhile. Nothing was written.
type StaleError struct{ File string }

func (e *StaleError) Error() string {
	return fmt.Sprintf("%s was edited by somebody else since; nothing was written", e.File)
}

// A BusyError says that another command is writing the directory.
type BusyError struct{ File string }

func (e *BusyError) Error() string {
	return fmt.Sprintf("another command is writing this directory; try again, and if none is, remove %s", e.File)
}

// Sums are what files were like: the SHA-256 of each, in hexadecimal digits, by path. A file that was not there is not in it.
type Sums map[string]string

// Sums are those of the files.
func (f Files) Sums() Sums {
	sums := Sums{}
	for name, data := range f {
		sums[name] = sumOf(data)
	}
	return sums
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// An Edit is what is to be done to a directory: files by path, nil for one to be removed.
type Edit map[string][]byte

// EditOf makes other files of these.
func (f Files) EditOf(want Files) Edit {
	edit := Edit{}
	for _, name := range f.Differ(want) {
		edit[name] = nil
		if data, ok := want[name]; ok {
			edit[name] = append([]byte{}, data...)
		}
	}
	return edit
}

// With are the files after an edit.
func (f Files) With(edit Edit) Files {
	out := Files{}
	for name, data := range f {
		out[name] = data
	}
	for name, data := range edit {
		if out[name] = data; data == nil {
			delete(out, name)
		}
	}
	return out
}

// Write carries out an edit in a directory, for which base says what the files were like before. [*StaleError] if one of
// them is not like that any more, [ErrReadOnly] if the directory cannot be written; in both cases nothing is. Every file is
// replaced at once, by rename; while [Writing] is there, no instance takes the directory up, so that files that belong
// together are. Permissions stay; a file behind a symlink is written where it is.
func Write(dir string, base Sums, edit Edit, now time.Time) (err error) {
	if err := unchanged(dir, base, edit); err != nil {
		return err
	}
	release, err := claim(dir, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	ready := map[string]string{} // temporary files by those whose place they take
	defer func() {
		for temporary := range ready {
			_ = os.Remove(temporary) // what has been renamed is gone
		}
	}()
	for name, data := range edit {
		if data == nil {
			continue
		}
		target, err := place(dir, name)
		if err != nil {
			return err
		}
		temporary, err := prepare(target, data)
		if err != nil {
			return readOnly(err)
		}
		ready[temporary] = target
	}
	if err := unchanged(dir, base, edit); err != nil { // an editor may have been quicker
		return err
	}
	for temporary, target := range ready {
		if err := os.Rename(temporary, target); err != nil {
			return readOnly(err)
		}
	}
	for name, data := range edit {
		if data == nil {
			if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return readOnly(err)
			}
		}
	}
	return nil
}

// unchanged reports the first file of an edit that is not as it was.
func unchanged(dir string, base Sums, edit Edit) error {
	for name := range edit {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if base[name] != "" && edit[name] != nil {
				return &StaleError{name}
			}
		case err != nil:
			return err
		case edit[name] != nil && bytes.Equal(data, edit[name]): // done already, by a command that did not finish
		case base[name] != sumOf(data):
			return &StaleError{name}
		}
	}
	return nil
}

// claim says that the directory is being written. A claim that was left behind long ago is taken over.
func claim(dir string, now time.Time) (release func() error, err error) {
	file := filepath.Join(dir, Writing)
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		if info, stat := os.Stat(file); stat == nil && now.Sub(info.ModTime()) < writingLimit {
			return nil, &BusyError{file}
		}
		f, err = os.OpenFile(file, os.O_TRUNC|os.O_WRONLY, 0o644)
	}
	if err != nil {
		return nil, readOnly(err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return func() error { return os.Remove(file) }, nil
}

// place is where a file is to be written: behind its symlink, if it is one.
func place(dir, name string) (string, error) {
	target := filepath.Join(dir, filepath.FromSlash(name))
	if behind, err := filepath.EvalSymlinks(target); err == nil {
		return behind, nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return "", readOnly(err)
	}
	return target, nil
}

// prepare writes a file beside the one whose place it is to take.
func prepare(target string, data []byte) (temporary string, err error) {
	f, err := os.CreateTemp(filepath.Dir(target), ".hotline-*")
	if err != nil {
		return "", err
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(target); err == nil {
		mode = info.Mode().Perm()
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// readOnly tells that a directory cannot be written apart from other faults.
func readOnly(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

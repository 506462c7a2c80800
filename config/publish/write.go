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

func busy(marker string) error {
	return fmt.Errorf("another command is writing this directory; try again, and if none is, remove %s", marker)
}

// Sums are what files were like: the SHA-256 of each, in hexadecimal digits, by path. A file that was not there is not
// in it.
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

// Write carries out an edit in a directory, for which base says what the files were like before. [*StaleError] if one
// of them is not like that any more, [ErrReadOnly] if something of the edit may not be written; then, and after every
// other error that does not say that a part of the edit is written, the files are as they were. now is compared with
// the times of files.
//
// While a marker is there, no instance takes the directory up, so that files that belong together are. It is put into
// the directory or, where that may not be written, into one of its folders.
//
// A file is replaced at once, by rename, with its permissions, its group, and its owner where the system allows that;
// one behind a symlink is replaced where it is. One that the server might not be able to read afterwards is left alone.
//
// A command that is killed leaves the old files, the new ones, or some of both and the marker; the same edit, given
// again when that is a minute old, completes it.
func Write(dir string, base Sums, edit Edit, now time.Time) (err error) {
	if err := unchanged(dir, base, edit); err != nil {
		return err
	}
	claim, err := claimFor(dir, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, claim.release()) }()
	steps := stepsOf(dir, edit)
	sweep(steps.folders(dir), now)
	defer func() { steps.tidy(err == nil) }()
	for _, s := range steps {
		if err := s.prepare(); err != nil {
			return err
		}
	}
	if err := unchanged(dir, base, edit); err != nil { // an editor may have been quicker
		return err
	}
	return steps.carryOut(claim)
}

// reach is called before each step of a write, with what the step is. Tests have it fail, or kill the process.
var reach = func(string) error { return nil }

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
		case edit[name] != nil && bytes.Equal(data, edit[name]): // by a command that did not finish
		case base[name] != sumOf(data):
			return &StaleError{name}
		}
	}
	return nil
}

// readOnly tells that a directory cannot be written apart from other faults.
func readOnly(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

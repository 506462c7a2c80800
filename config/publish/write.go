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

// A HalfError is an edit that failed when a part was written, and the part could not be taken back. No instance takes it up:
// [Writing] stays where it is, or, where this user could put it nowhere, the one file begins with a byte that is refused.
// What was to be removed lies beside its place, as .hotline-old-NAME.
type HalfError struct {
	// Left is the file that has to go when the others are set right.
	Left string
	// Err is what failed first, Undo why it could not be taken back.
	Err, Undo error
}

func (e *HalfError) Error() string {
	return fmt.Sprintf("a part of the edit is written, the rest failed (%v), and the part could not be taken back (%v); no server takes it up. "+
		"Give the command again in a minute, or set the files right (what was removed is beside its place as %sNAME) and see to %s",
		e.Err, e.Undo, asidePrefix, e.Left)
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
// them is not like that any more, [*BusyError] if another command is at it, [ErrReadOnly] if something of the edit may not be
// written; then, and after every other error but [*HalfError], the files are as they were. now is compared with the times of files.
//
// While [Writing] is there, no instance takes the directory up, so that files that belong together are. It stands in the
// directory or, where that may not be written, in one of its folders. An edit of one file goes without where neither may.
//
// A file is replaced at once, by rename, with its permissions, its group, and its owner where the system allows that; one
// behind a symlink is written where it is. It is written in place where its folder may not be written, or where
// somebody who reads it now might not be able to read the one that replaces it. Until that is finished its first byte is
// zero, which no configuration has.
//
// A command that is killed leaves the old files, the new ones, or some of both and [Writing]; the same edit, given again when
// that is a minute old, completes it.
func Write(dir string, base Sums, edit Edit, now time.Time) (err error) {
	if err := unchanged(dir, base, edit); err != nil {
		return err
	}
	claim, err := claimFor(dir, now)
	if err != nil {
		return err
	}
	defer func() {
		var half *HalfError
		if !errors.As(err, &half) {
			err = errors.Join(err, claim.release())
		}
	}()
	if len(claim.markers) == 0 && len(edit) > 1 {
		return claim.denied
	}
	steps := stepsOf(dir, edit)
	if len(claim.markers) > 0 {
		sweep(steps.folders(dir), now)
	}
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
		case edit[name] != nil && (bytes.Equal(data, edit[name]) || halfWritten(data)): // by a command that did not finish
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

package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// errLocked: another command has the file open to write it in place.
var errLocked = errors.New("another command is writing this file; try again")

// A likeness is what a file that takes the place of another has in common with it.
type likeness struct{ owner, group bool }

// readers of a file who are neither its owner nor in its group.
const others fs.FileMode = 0o004

// well reports that whoever reads the old file can read the new one.
func (k likeness) well(was *state) bool {
	return was == nil || k.group && (k.owner || was.info.Mode()&others != 0)
}

// readable reports that a server can likely read the new file: as one of its group, or because everybody can.
func (k likeness) readable(was *state) bool {
	mode := was.info.Mode()
	return mode&others != 0 || k.group && mode&0o040 != 0
}

// beside writes a file beside the one whose place it is to take, like that one as far as the system allows.
func beside(target string, data []byte, was *state) (file string, k likeness, err error) {
	f, err := os.CreateTemp(filepath.Dir(target), newPrefix+"*")
	if err != nil {
		return "", k, err
	}
	mode := fs.FileMode(0o644)
	if was != nil {
		k = keep(f, was.info)
		if mode = was.info.Mode().Perm(); !k.group {
			mode &^= 0o020 // it is another group's
		}
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return "", k, errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), k, nil
}

// keep gives a file the owner and the group of another, or the one of them that this user may give.
func keep(f *os.File, was fs.FileInfo) likeness {
	uid, gid, known := owner(was)
	if !known || f.Chown(uid, gid) == nil {
		return likeness{true, true}
	}
	return likeness{group: f.Chown(-1, gid) == nil, owner: f.Chown(uid, -1) == nil}
}

// open opens a file that is there to write it in place, instead of replacing it.
func (s *step) open() error {
	if s.was == nil {
		return fs.ErrNotExist
	}
	f, err := os.OpenFile(s.target, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if !lock(f) {
		return errors.Join(&fs.PathError{Op: "lock", Path: s.target, Err: errLocked}, f.Close())
	}
	if s.beside != "" {
		_ = os.Remove(s.beside) // else swept by another command
		s.beside = ""
	}
	s.inPlace = f
	return nil
}

// halfWritten reports whether a file was being written in place when the command died.
func halfWritten(data []byte) bool { return len(data) > 0 && data[0] == 0 }

// overwrite writes a file in place. Until the rest is on the disk its first byte is one that makes it no configuration.
func overwrite(f *os.File, data []byte) error {
	if _, err := f.WriteAt([]byte{0}, 0); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := reach("in place"); err != nil {
		return err
	}
	if len(data) > 1 {
		if _, err := f.WriteAt(data[1:], 1); err != nil {
			return err
		}
	}
	if err := errors.Join(f.Truncate(int64(len(data))), f.Sync(), reach("in place, all but the first byte")); err != nil || len(data) == 0 {
		return err
	}
	if _, err := f.WriteAt(data[:1], 0); err != nil {
		return err
	}
	return f.Sync()
}

//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// lockFile waits for an exclusive lock on a file, which it creates. The system drops the lock when the process dies.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return func() { _ = f.Close() }, nil // closing drops the lock
}

// identity tells a file from every other that is there at the same time, whatever they are called.
func identity(info fs.FileInfo) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprint(stat.Dev, " ", stat.Ino)
}

// chown gives a file the owner of another. Only root can: what others make stays theirs, and may only take the place of
// what was theirs.
func chown(name string, as fs.FileInfo) error {
	stat, ok := as.Sys().(*syscall.Stat_t)
	switch euid := os.Geteuid(); {
	case !ok || euid != 0 && as.IsDir():
		return nil
	case euid == 0:
		return os.Chown(name, int(stat.Uid), int(stat.Gid))
	case euid != int(stat.Uid):
		return fmt.Errorf("it belongs to the user with the number %d, who could not open what you put there: run this as "+
			"that user or as root", stat.Uid)
	}
	return nil
}

// The bytes that SQLite locks, https://www.sqlite.org/src/file/src/os.h: who has a database open with a log beside
// it has a lock on some of them all the time.
const (
	pendingByte = 0x40000000
	lockedBytes = 512
)

// inUse reports whether another process has a database open. It asks the system and not SQLite, which would have to
// read a file that may be broken.
func inUse(file string) (used bool, err error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Start: pendingByte, Len: lockedBytes}
	err = syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock)
	return lock.Type != syscall.F_UNLCK, err
}

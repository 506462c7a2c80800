//go:build unix

package publish

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// owner is who a file belongs to.
func owner(info fs.FileInfo) (uid, gid int, known bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(stat.Uid), int(stat.Gid), true
}

// lock is false if another command has locked the file. It is unlocked when it is closed. Where the file system knows no
// locks it is true.
func lock(f *os.File) bool {
	return !errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

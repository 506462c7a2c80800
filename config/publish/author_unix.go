//go:build unix

package publish

import (
	"io/fs"
	"os/user"
	"strconv"
	"syscall"
	"time"
)

// author is the owner of the file that was changed last, as the system names them; empty when that is not known, or when
// files were only removed.
func author(fsys fs.FS, changed []string) (name string) {
	var latest time.Time
	for _, file := range changed {
		info, err := fs.Stat(fsys, file)
		if err != nil || info.ModTime().Before(latest) {
			continue
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			continue
		}
		latest = info.ModTime()
		uid := strconv.FormatUint(uint64(stat.Uid), 10)
		name = "user " + uid
		if known, err := user.LookupId(uid); err == nil {
			name = known.Username
		}
	}
	return name
}

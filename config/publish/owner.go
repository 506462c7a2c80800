package publish

import (
	"io/fs"
	"os/user"
	"strconv"
	"time"
)

// author is the owner of the file that was changed last, as the system names them; empty when that is not known, or
// when files were only removed.
func author(fsys fs.FS, changed []string) (name string) {
	var latest time.Time
	for _, file := range changed {
		info, err := fs.Stat(fsys, file)
		if err != nil || info.ModTime().Before(latest) {
			continue
		}
		uid, _, known := owner(info)
		if !known {
			continue
		}
		latest = info.ModTime()
		name = "user " + strconv.Itoa(uid)
		if known, err := user.LookupId(strconv.Itoa(uid)); err == nil {
			name = known.Username
		}
	}
	return name
}

//go:build !unix

package publish

import (
	"io/fs"
	"os"
)

// owner is not known: files have owners and groups that can be kept on Unix systems alone.
func owner(fs.FileInfo) (uid, gid int, known bool) { return 0, 0, false }

// lock is true: files are locked on Unix systems alone.
func lock(*os.File) bool { return true }

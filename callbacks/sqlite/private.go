package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// othersMay are the rights that nobody but the owner has: the file holds telephone and account numbers.
const othersMay fs.FileMode = 0o077

// chmod is replaced in tests: root may do what others may not.
var chmod = os.Chmod

// Restrict takes the rights of others on the database's files away and returns the files that it changed. [Open] does
// so too; a caller of Restrict can log it. A file that is not there is no error; one whose rights cannot be changed is.
// On Windows it does nothing, since rights are not in the mode there.
func Restrict(path string) (changed []string, err error) {
	if runtime.GOOS == "windows" {
		return nil, nil
	}
	for _, name := range []string{path, path + "-wal", path + "-shm", path + "-journal"} {
		info, err := os.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return changed, fmt.Errorf("sqlite: %w", err)
		case info.Mode().Perm()&othersMay == 0:
			continue
		}
		if err := chmod(name, 0o600); err != nil {
			return changed, fmt.Errorf("sqlite: %s holds customers' numbers and others may read or change it (%s), "+
				"which cannot be mended: %w; run chmod 600 on it as its owner", name, info.Mode().Perm(), err)
		}
		changed = append(changed, name)
	}
	return changed, nil
}

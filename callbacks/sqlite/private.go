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

// private makes the file, if there is none, takes the rights of others on it and on those beside it away, and returns
// which it changed. Rights that cannot be changed are an error. On Windows it changes none.
func private(file string) (changed []string, err error) {
	// One that is there is not opened: to close it would take the locks away that another store of this process has on
	// it.
	made, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		err = made.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if runtime.GOOS == "windows" {
		return nil, nil
	}
	for _, name := range append(beside(file), file, file+"-journal") {
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

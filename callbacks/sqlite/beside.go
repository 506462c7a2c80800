package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// beside names the files that SQLite has beside a database in use: the log, which alone holds what was committed last,
// and the index of it.
func beside(file string) []string { return []string{file + "-wal", file + "-shm"} }

// manyLinks is how many links are followed from one to the next, as on Linux.
const manyLinks = 40

// followed is the file that a path leads to, which need not be there yet: SQLite has its log beside the file and not
// beside a link to it. The file's directory must be there.
func followed(path string) (string, error) {
	for range manyLinks {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path)) // what ".." in a link means depends on it
		if err != nil {
			return "", err
		}
		target, err := os.Readlink(path)
		if err != nil { // no link, or nothing there
			return path, nil
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return "", fmt.Errorf("%s: too many links", path)
}

// ownLog fails if a log, or the index of one, lies beside a database that it is not of. SQLite would delete it beside
// an empty database, and write it into any other; and what it holds may be held nowhere else.
func ownLog(file, lock string) error {
	database, err := os.Stat(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sqlite: %w", err)
	}
	missing := err != nil || database.Size() == 0
	known := recalled(lock)
	for _, name := range beside(file) {
		info, err := os.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return fmt.Errorf("sqlite: %w", err)
		case missing || slices.Contains(known, identity(info)) && !slices.Contains(known, identity(database)):
			return fmt.Errorf("sqlite: %s is of a database that is not at %s any more, "+
				"and may hold what was noted last: stop every process and put that very file back, or move %s away too",
				name, file, strings.Join(beside(file), " and "))
		}
	}
	return nil
}

// remember keeps in the lock's file which files belong together.
func remember(file, lock string) error {
	var ids []string
	for _, name := range append(beside(file), file) {
		if info, err := os.Stat(name); err == nil {
			ids = append(ids, identity(info))
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.WriteFile(lock, []byte(strings.Join(ids, "\n")), 0o600)
}

// recalled is what was remembered. A file that cannot be read was not written to the end: then nothing is known.
func recalled(lock string) []string {
	text, err := os.ReadFile(lock)
	if err != nil {
		return nil
	}
	return strings.Split(string(text), "\n")
}

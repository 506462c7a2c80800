package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
)

// ErrInUse: a process has the database open.
var ErrInUse = errors.New("a server or a command has the database open; stop every process that uses it")

// Restore puts a copy of a backup at a path. A database that is there is moved aside, with its log, under its name and
// the instant: nothing is ever deleted. It returns where it is now, or "" when there was none, and the health of the
// backup, which stays as it is. [ErrInUse] while a process has the database open; processes that start meanwhile
// wait.
func Restore(ctx context.Context, backup, path string, now time.Time) (aside string, h sqlstore.Health, err error) {
	if h, err = restorable(ctx, backup); err != nil {
		return "", h, err
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return "", h, fmt.Errorf("sqlite: %w", err)
	}
	file, err := followed(path)
	if err != nil {
		return "", h, fmt.Errorf("sqlite: the directory for the database: %w", err)
	}
	unlock, err := lockFile(file + ".migrate-lock")
	if err != nil {
		return "", h, fmt.Errorf("sqlite: %s: %w", path, err)
	}
	defer unlock()
	used, err := inUse(file)
	if err == nil && used {
		err = ErrInUse
	}
	if errors.Is(err, fs.ErrPermission) {
		err = fmt.Errorf("%w; run this as the user of the server, or as root", err)
	}
	if err != nil {
		return "", h, fmt.Errorf("sqlite: %s: %w", path, err)
	}
	if aside, err = replace(backup, file, now); err != nil {
		return aside, h, fmt.Errorf("sqlite: %s: %w", path, err)
	}
	return aside, h, nil
}

// restorable fails unless a file is a whole database of ours that nobody uses.
func restorable(ctx context.Context, backup string) (h sqlstore.Health, err error) {
	for _, name := range beside(backup) {
		if _, err := os.Stat(name); err == nil {
			return h, fmt.Errorf("sqlite: %s: there is %s beside it, which may hold more: this is a database, not a backup "+
				"of one; make a backup of it and restore that", backup, name)
		}
	}
	if _, err := os.Stat(backup); err != nil {
		return h, fmt.Errorf("sqlite: the backup: %w; name a file that hotline store backup has written", err)
	}
	if h, err = check(ctx, backup, still); err == nil {
		err = h.Err()
	}
	if err != nil {
		err = fmt.Errorf("the backup cannot be used, and nothing was changed; use another one: %w", err)
	}
	return h, err
}

// replace moves the file away, its log after it: a process that finds a log alone refuses to start. Then the copy takes
// its name.
func replace(backup, file string, now time.Time) (aside string, err error) {
	copied, err := copyOf(backup, filepath.Dir(file))
	if err != nil {
		return "", err
	}
	if err := handOver(file, copied, file+".migrate-lock"); err != nil {
		return "", errors.Join(err, os.Remove(copied))
	}
	aside = file + "." + now.UTC().Format("20060102T150405Z")
	if _, err := os.Lstat(aside); err == nil {
		return "", errors.Join(fmt.Errorf("%s is there already; try again in a second", aside), os.Remove(copied))
	}
	moved := ""
	for i, name := range append([]string{file}, beside(file)...) {
		err := os.Rename(name, append([]string{aside}, beside(aside)...)[i])
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return moved, errors.Join(fmt.Errorf("%w; what was moved before is at %s", err, aside), os.Remove(copied))
		}
		moved = aside
	}
	if err := os.Rename(copied, file); err != nil {
		return moved, fmt.Errorf("%w; what was there is at %s, and the backup at %s", err, moved, copied)
	}
	return moved, errors.Join(syncDir(filepath.Dir(file)), remember(file, file+".migrate-lock"))
}

// handOver gives new files the owner of the database that was there, or else of its directory: root restores, and the
// server is another user.
func handOver(file string, made ...string) error {
	as, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		as, err = os.Stat(filepath.Dir(file))
	}
	for _, name := range made {
		if err == nil {
			err = chown(name, as)
		}
	}
	return err
}

// copyOf is a copy of a file in a directory, with mode 0600 and on the disk.
func copyOf(file, dir string) (name string, err error) {
	from, err := os.Open(file)
	if err != nil {
		return "", err
	}
	to, err := os.CreateTemp(dir, filepath.Base(file)+".*.partial")
	if err != nil {
		return "", errors.Join(err, from.Close())
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Sync(), to.Close(), from.Close()); err != nil {
		return "", errors.Join(err, os.Remove(to.Name()))
	}
	return to.Name(), nil
}

package publish

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

const (
	// newPrefix begins the names of files that are to take the place of others.
	newPrefix = ".hotline-new-"
	// asidePrefix begins the names of files that were removed, while that can still be taken back.
	asidePrefix = ".hotline-old-"
)

// markers are the places of the marker: supervisors may be allowed to write the folders and not the directory.
func markers() []string {
	places := []string{markerName}
	for _, folder := range folders {
		places = append(places, path.Join(folder, markerName))
	}
	return places
}

// claimed reports whether a command says that it is writing this directory.
func claimed(fsys fs.FS) bool {
	for _, marker := range markers() {
		if _, err := fs.Stat(fsys, marker); err == nil {
			return true
		}
	}
	return false
}

// A claim says that a directory is being written.
type claim struct {
	// markers are the files that say so, at least one.
	markers []string
}

// claimFor claims a directory. Claims that were left behind long ago are taken over. A command that finds another claim
// of the same moment steps back.
func claimFor(dir string, now time.Time) (c *claim, err error) {
	c = &claim{}
	if err := reach("claim"); err != nil {
		return nil, err
	}
	if err := c.takeOver(dir, now); err != nil {
		return nil, err
	}
	if len(c.markers) > 0 {
		return c, nil
	}
	if err := c.put(dir); err != nil {
		return nil, err
	}
	for _, marker := range markers() {
		file := filepath.Join(dir, filepath.FromSlash(marker))
		if _, err := os.Lstat(file); err == nil && file != c.markers[0] {
			return nil, errors.Join(busy(file), c.release())
		}
	}
	return c, nil
}

// takeOver takes the markers that are there. Each is replaced by one of our own: at no moment is it gone.
func (c *claim) takeOver(dir string, now time.Time) error {
	var stale []string
	for _, marker := range markers() {
		file := filepath.Join(dir, filepath.FromSlash(marker))
		info, err := os.Lstat(file)
		if err != nil {
			continue
		}
		if now.Sub(info.ModTime()) < writingLimit {
			return busy(file)
		}
		stale = append(stale, file)
	}
	for _, file := range stale {
		f, err := os.CreateTemp(filepath.Dir(file), newPrefix+"*")
		if err != nil {
			return fmt.Errorf("%s was left behind by a command that did not finish: %w", file, readOnly(err))
		}
		if err := errors.Join(f.Chmod(0o644), f.Close(), os.Rename(f.Name(), file)); err != nil {
			_ = os.Remove(f.Name())
			return fmt.Errorf("%s was left behind by a command that did not finish: %w", file, readOnly(err))
		}
	}
	c.markers = stale
	return nil
}

// put makes a marker at the first place where this user may.
func (c *claim) put(dir string) error {
	var denied error
	for _, marker := range markers() {
		file := filepath.Join(dir, filepath.FromSlash(marker))
		f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		switch err = readOnly(err); {
		case err == nil:
			c.markers = []string{file}
			return f.Close()
		case errors.Is(err, fs.ErrExist):
			return busy(file)
		case errors.Is(err, ErrReadOnly):
			denied = cmp.Or(denied, err)
		case !errors.Is(err, fs.ErrNotExist): // a folder need not be there
			return err
		}
	}
	return cmp.Or(denied, fmt.Errorf("%s: %w", dir, fs.ErrNotExist))
}

// release says that the directory is not being written any more.
func (c *claim) release() (err error) {
	for _, file := range c.markers {
		if gone := os.Remove(file); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("no server takes this directory up before %s is removed: %w", file, gone))
		}
	}
	return err
}

// sweep removes what commands that were killed have left behind in folders. It is nothing that anybody waits for, so
// that what cannot be removed stays.
func sweep(folders []string, now time.Time) {
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			name := entry.Name()
			if !strings.HasPrefix(name, newPrefix) && !strings.HasPrefix(name, asidePrefix) {
				continue
			}
			if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > writingLimit {
				_ = os.Remove(filepath.Join(folder, name))
			}
		}
	}
}

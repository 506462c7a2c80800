package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/afero"

	"github.com/hotline-ivr/hotline/config"
)

// Files are the files of one configuration by their path in its directory, with slashes: read once, then checked,
// tested and recorded, so that all three are about the same bytes.
type Files map[string][]byte

// folders are those that hold a configuration; topicsFile is beside them.
var folders = []string{"lines", "hours", "holidays", "prompts", "calls"}

const topicsFile = "topics.yaml"

// largest and largestAudio bound what is read of one file. One byte more than package config takes, so that it is that
// package which refuses a larger one.
const (
	largest      = 1<<18 + 1
	largestAudio = config.LargestAudio + 1
)

// ReadFiles reads every file that belongs to a configuration, and nothing else that may lie in its directory: hidden
// files, editors' copies. The error names the file.
func ReadFiles(fsys fs.FS) (Files, error) { return recordings{}.readFiles(fsys) }

// recordings are those that were read before, by path: they are large, and hardly ever change.
type recordings map[string]recording

type recording struct {
	size  int64
	mtime time.Time
	// seen is how often in turn the file was like that. One that is read while it is written may be another a moment
	// later and look the same, so it is read a few times.
	seen  int
	sound []byte
}

// timesRead is how often a recording that looks the same is read.
const timesRead = 3

func (r recordings) readFiles(fsys fs.FS) (Files, error) {
	files := Files{}
	if info, err := fs.Stat(fsys, "."); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("the configuration directory is not there, or cannot be read: %w", err)
	}
	if err := files.read(fsys, topicsFile); err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if err := r.readFolder(files, fsys, folder); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// readFolder reads what belongs to a configuration in a folder, and in those of the recordings.
func (r recordings) readFolder(files Files, fsys fs.FS, folder string) error {
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: cannot be read: %w", folder, err)
	}
	for _, entry := range entries {
		name := folder + "/" + entry.Name()
		runtime.Gosched() // calls are answered meanwhile
		switch {
		case entry.IsDir() && (name == config.AudioFolder || inAudio(name)):
			err = r.readFolder(files, fsys, name)
		case belongs(name) && inAudio(name):
			err = r.read(files, fsys, name)
		case belongs(name):
			err = files.read(fsys, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read adds a recording, unless the configuration has more of them already than can be used.
func (r recordings) read(files Files, fsys fs.FS, name string) error {
	if files.audio() > config.MostAudio {
		return nil
	}
	info, err := fs.Stat(fsys, name)
	old := r[name]
	same := err == nil && old.size == info.Size() && old.mtime.Equal(info.ModTime())
	if same && old.seen >= timesRead {
		files[name] = old.sound
		return nil
	}
	if failed := files.read(fsys, name); failed != nil || err != nil {
		return failed
	}
	if !same {
		old.seen = 0
	}
	r[name] = recording{info.Size(), info.ModTime(), old.seen + 1, files[name]}
	return nil
}

// audio is how many bytes of recordings there are.
func (f Files) audio() (size int) {
	for name, data := range f {
		if inAudio(name) {
			size += len(data)
		}
	}
	return size
}

// inAudio reports whether a path lies in the folder of recordings.
func inAudio(name string) bool { return strings.HasPrefix(name, config.AudioFolder+"/") }

// belongs reports whether a path in a directory is a file of its configuration. One whose name is not quite right is:
// it is refused with a message, not overlooked; and so is what is no recording in their folder.
func belongs(name string) bool {
	folder, base := path.Split(name)
	return name == topicsFile || inAudio(name) && !strings.HasPrefix(base, ".") ||
		slices.Contains(folders, strings.TrimSuffix(folder, "/")) && config.MeantToBeRead(base)
}

// read adds a file, unless it is gone since it was listed.
func (f Files) read(fsys fs.FS, name string) (err error) {
	// Asked before it is opened: to open a pipe would wait for ever.
	switch info, err := fs.Stat(fsys, name); {
	case err != nil || info.IsDir(): // opening says what is wrong
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: is no file; remove it", name)
	}
	file, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: cannot be read: %w", name, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil
	}
	limit := int64(largest)
	if inAudio(name) {
		limit = largestAudio
	}
	if f[name], err = io.ReadAll(io.LimitReader(file, limit)); err != nil {
		return fmt.Errorf("%s: cannot be read: %w", name, err)
	}
	return nil
}

// FS serves the files as a directory.
func (f Files) FS() fs.FS {
	fsys := afero.NewMemMapFs()
	for name, data := range f {
		_ = afero.WriteFile(fsys, name, data, 0o644) // memory does not fail
	}
	return afero.NewIOFS(fsys)
}

// Names are the paths in order.
func (f Files) Names() []string { return slices.Sorted(maps.Keys(f)) }

// digest tells contents apart: 64 hexadecimal digits.
func (f Files) digest() string {
	sum := sha256.New()
	for _, name := range f.Names() {
		runtime.Gosched()
		fmt.Fprintf(sum, "%s\n%d\n", name, len(f[name]))
		sum.Write(f[name])
		sum.Write([]byte{'\n'})
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Differ are the paths whose content is not the same in both, in order.
func (f Files) Differ(other Files) (names []string) {
	for _, name := range f.Names() {
		if data, ok := other[name]; !ok || !bytes.Equal(data, f[name]) {
			names = append(names, name)
		}
	}
	for _, name := range other.Names() {
		if _, ok := f[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// unfinished reports whether a file ends in the middle of a line, as one does that is still being written. Recordings
// have no lines; that one is cut short is found when it is checked.
func (f Files) unfinished() bool {
	for name, data := range f {
		if inAudio(name) {
			continue
		}
		if len(data) == 0 || data[len(data)-1] != '\n' {
			return true
		}
	}
	return false
}

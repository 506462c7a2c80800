package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing/fstest"
)

// Files are the files of one configuration by their path in its directory, with slashes: read once, then checked, rehearsed
// and recorded, so that all three are about the same bytes.
type Files map[string][]byte

// folders are those that hold a configuration; topicsFile stands beside them.
var folders = []string{"lines", "hours", "holidays", "prompts", "calls"}

const topicsFile = "topics.yaml"

// largest bounds what is read of one file. One byte more than package config takes, so that it is that package which
// refuses a larger one.
const largest = 1<<18 + 1

// ReadFiles reads every file that belongs to a configuration, and nothing else that may lie in its directory: hidden files,
// editors' copies. The error names the file.
func ReadFiles(fsys fs.FS) (Files, error) {
	files := Files{}
	if err := files.read(fsys, topicsFile); err != nil {
		return nil, err
	}
	for _, folder := range folders {
		entries, err := fs.ReadDir(fsys, folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: cannot be read: %w", folder, err)
		}
		for _, entry := range entries {
			name := entry.Name()
			if !Belongs(folder + "/" + name) {
				continue
			}
			if err := files.read(fsys, folder+"/"+name); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// Belongs reports whether a path in a directory is a file of its configuration. A name ending in .yml is one: it is refused
// with a message, not overlooked.
func Belongs(name string) bool {
	folder, base := path.Split(name)
	if name == topicsFile {
		return true
	}
	ext := path.Ext(base)
	return slices.Contains(folders, strings.TrimSuffix(folder, "/")) && (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(base, ".")
}

func (f Files) read(fsys fs.FS, name string) (err error) {
	file, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) { // gone since it was listed
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: cannot be read: %w", name, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(file, largest))
	if err != nil {
		return fmt.Errorf("%s: cannot be read: %w", name, err)
	}
	f[name] = data
	return nil
}

// FS serves the files to whoever reads a directory.
func (f Files) FS() fs.FS {
	fsys := fstest.MapFS{}
	for name, data := range f {
		fsys[name] = &fstest.MapFile{Data: data, Mode: 0o644}
	}
	return fsys
}

// Names are the paths in order.
func (f Files) Names() []string { return slices.Sorted(maps.Keys(f)) }

// Digest tells contents apart: 64 hexadecimal digits.
func (f Files) Digest() string {
	sum := sha256.New()
	for _, name := range f.Names() {
		fmt.Fprintf(sum, "%s\n%d\n%s\n", name, len(f[name]), f[name])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Differ are the paths whose content is not the same in both, in order.
func (f Files) Differ(other Files) (names []string) {
	for _, name := range f.Names() {
		if data, ok := other[name]; !ok || string(data) != string(f[name]) {
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

// unfinished reports whether a file ends in the middle of a line, as one does that is still being written.
func (f Files) unfinished() bool {
	for _, data := range f {
		if len(data) == 0 || data[len(data)-1] != '\n' {
			return true
		}
	}
	return false
}

package config

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/config/problem"
)

// A mistake in the name of a file or folder is told alone: what is in it is read under the name that it was to have, so
// that nothing is said of what would be missing without it.

var folders = []string{"lines", "hours", setsDir, "prompts", "calls"}

var (
	wrongEnd = regexp.MustCompile(`(?i)^(.+?)\.ya?ml(\.txt|\.ya?ml)?$`)
	// What desktops, editors and services that keep folders alike put around the name of a copy.
	copyOf = regexp.MustCompile(`(?i)^(?:copy of |kopie von |salinan )?([a-z0-9-]+?)` +
		`(?:[ _-]*[の的]?(?:copy|kopie|salinan|salin|副本|拷贝|コピー)[ _]*\d*|[ _-]*\(\d+\)| \d+|[ .(_-].*conflict.*|` +
		`[ ._](?:backup|bak|old|orig)\d*)*$`)
)

// rightName is the name of a file that is meant to be read, and what is wrong about the one that it has, if anything.
func rightName(folder, name string) (right, wrong string) {
	if !MeantToBeRead(name) {
		return "", ""
	}
	m := wrongEnd.FindStringSubmatch(name)
	stem, end := m[1], name[len(m[1]):]
	if end != ".yaml" {
		wrong = "its name ends in " + end
	}
	if c := copyOf.FindStringSubmatch(stem); c != nil && c[1] != stem {
		stem, wrong = c[1], fmt.Sprintf("it looks like a copy of %s.yaml", c[1])
	}
	if small := strings.ToLower(stem); folder != "calls" && stem != small { // a call may have any name
		stem = small
		wrong = cmp.Or(wrong, "its name has capital letters")
	}
	return stem + ".yaml", wrong
}

// MeantToBeRead reports whether a file of a configuration's folder is one that is read, or refused for its name: not
// what is hidden, or an editor's own.
func MeantToBeRead(name string) bool { return wrongEnd.MatchString(name) && !passedOver(name) }

// passedOver reports whether a file is hidden, or an editor's own.
func passedOver(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~")
}

// renamed is a directory in which some files and folders are read under the names that they were to have. Its keys are
// those, with the folder in which they are; copies are left out.
type renamed struct {
	fs.FS
	names  map[string]string
	copies map[string]bool
}

// rightNames is the directory as it was meant to be; itself when each name is right.
func rightNames(fsys fs.FS, problems *Problems) fs.FS {
	r := renamed{fsys, map[string]string{}, map[string]bool{}}
	r.look(".", problems)
	for _, folder := range folders {
		r.look(folder, problems)
	}
	if len(r.names)+len(r.copies) == 0 {
		return fsys
	}
	return r
}

// look finds the wrong names of a folder.
func (r renamed) look(folder string, problems *Problems) {
	entries, err := r.ReadDir(folder)
	if err != nil {
		return // told where it is read
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
	}
	for _, e := range entries {
		right, wrong := r.meant(folder, e, there)
		if wrong == "" {
			continue
		}
		remedy := fmt.Sprintf("rename it to %s", right)
		if there[right] {
			remedy = "remove it, or give it the name of its line or language"
			r.copies[path.Join(folder, e.Name())] = true
		} else {
			there[right], r.names[path.Join(folder, right)] = true, path.Join(r.real(folder), e.Name())
		}
		problems.Add(Problem{File: path.Join(r.real(folder), e.Name()),
			Message: fmt.Sprintf("is not read: %s; %s", wrong, remedy)})
	}
}

// meant is the name that an entry was to have, and what is wrong about the one that it has.
func (r renamed) meant(folder string, e fs.DirEntry, there map[string]bool) (right, wrong string) {
	name := e.Name()
	if folder != "." {
		return rightName(folder, name)
	}
	if right, wrong = rightName(folder, name); right == topicsFile {
		return right, wrong
	}
	missing := slices.DeleteFunc(slices.Clone(folders), func(f string) bool { return there[f] })
	near, ok := problem.Within(1, name, missing)
	if !ok || !e.IsDir() || passedOver(name) || len(name) > len(near)+1 {
		return "", ""
	}
	return near, "its name is near to " + near + ", which is not there"
}

// real is the path under which a file or folder is found.
func (r renamed) real(name string) string {
	if as, ok := r.names[name]; ok {
		return as
	}
	if dir := path.Dir(name); dir != "." {
		return path.Join(r.real(dir), path.Base(name))
	}
	return name
}

// Open is that of [fs.FS].
func (r renamed) Open(name string) (fs.File, error) { return r.FS.Open(r.real(name)) }

// ReadDir is that of [fs.ReadDirFS].
func (r renamed) ReadDir(folder string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(r.FS, r.real(folder))
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return r.copies[path.Join(folder, e.Name())] })
	for _, name := range slices.Sorted(maps.Keys(r.names)) {
		if path.Dir(name) != folder {
			continue
		}
		for i, e := range entries {
			if path.Join(r.real(folder), e.Name()) == r.names[name] {
				entries[i] = named{e, path.Base(name)}
			}
		}
	}
	return entries, err
}

// named is an entry under another name.
type named struct {
	fs.DirEntry
	name string
}

// Name is that of [fs.DirEntry].
func (n named) Name() string { return n.name }

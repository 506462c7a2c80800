package holidays

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Load reads every file NAME.yaml of a directory, by NAME. A directory that does not exist has none. The error is of
// type [Problems]; the sets without a mistake are returned all the same.
func Load(fsys fs.FS, dir string) (map[string]*Set, error) {
	sets := map[string]*Set{}
	entries, err := fs.ReadDir(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return sets, nil
	}
	if err != nil {
		return sets, Problems{{File: dir, Message: fmt.Sprintf("cannot be read: %v", err)}}
	}
	var problems Problems
	for _, e := range entries {
		file := path.Join(dir, e.Name())
		if strings.HasPrefix(e.Name(), ".") || path.Ext(file) != ".yaml" {
			continue
		}
		set, err := load(fsys, file)
		var found Problems
		if errors.As(err, &found) {
			problems = append(problems, found...)
			continue
		}
		sets[set.Name] = set
	}
	return sets, problems.Err()
}

// load reads one file. The error is of type [Problems].
func load(fsys fs.FS, file string) (*Set, error) {
	// The size is asked for first, so that a file put there by accident does not fill the memory.
	info, err := fs.Stat(fsys, file)
	if err == nil && info.Size() > largestFile {
		return nil, Problems{{File: file,
			Message: fmt.Sprintf("has %d bytes; at most %d are supported", info.Size(), largestFile)}}
	}
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, Problems{{File: file, Message: fmt.Sprintf("cannot be read: %v", err)}}
	}
	set, err := Parse(file, data)
	if err != nil {
		return nil, err
	}
	if name := strings.TrimSuffix(path.Base(file), ".yaml"); set.Name != name {
		return nil, Problems{{File: file, Key: "name",
			Message: fmt.Sprintf("is %s, but the file is named %s.yaml; name both alike", set.Name, name)}}
	}
	return set, nil
}

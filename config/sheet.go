package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"path"
	"runtime"
	"strconv"
	"strings"
)

// A sheet is one file as it was read. It is parsed when somebody asks what stands in it, which of one that is the same as
// before nobody may.
type sheet struct {
	name string
	file
	// same is set when the snapshot before was made of the same bytes, so that they hold no mistake by themselves.
	same     bool
	at       value
	asked    bool // at is known
	parsed   bool // it was, if it is not any more
	problems *Problems
}

// A file is what a snapshot knows of one: whether it has changed, and where text is wanted later, the text.
type file struct {
	sum  [sha256.Size]byte
	text []byte
}

// value is what stands in the file, without a node after a mistake that has been reported.
func (s *sheet) value() value {
	if !s.asked {
		s.at, s.asked, s.parsed = document(s.name, s.text, s.problems), true, true
	}
	return s.at
}

// mistakes reports those of a file that nobody had to look into.
func (s *sheet) mistakes() {
	if !s.same && !s.parsed {
		s.value()
	}
}

// forget lets what was parsed go. A configuration has thousands of files, and their trees are much larger than they are.
func (s *sheet) forget() {
	if s.at.node != nil {
		s.at, s.asked = value{}, false
	}
}

// largest is the greatest size of one file, in bytes.
const largest = 1 << 18

// sheets reads each file NAME.yaml of a directory, by NAME. One that cannot be read is there too, without a node, so
// that its absence is not reported as well. Editors' copies and hidden files are passed over.
func (l *loader) sheets(dir string) map[string]*sheet {
	out := map[string]*sheet{}
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.fail(dir, "cannot be read: %v", err)
	}
	for _, e := range entries {
		name := e.Name()
		file := path.Join(dir, name)
		switch {
		case strings.HasPrefix(name, "."):
		case path.Ext(name) == ".yml":
			l.fail(file, "is not read, because its name ends in .yml; let it end in .yaml")
		case path.Ext(name) == ".yaml":
			out[strings.TrimSuffix(name, ".yaml")] = l.sheet(file)
		}
	}
	return out
}

// sheet reads one file. Whoever else has something to do goes first: a configuration is read beside real calls, and
// nobody waits for it.
func (l *loader) sheet(name string) *sheet {
	runtime.Gosched()
	s := &sheet{name: name, problems: l.problems}
	// The size is asked for first, so that a file put there by accident does not fill the memory.
	if info, err := fs.Stat(l.fsys, name); err == nil && info.Size() > largest {
		l.fail(name, "has %d bytes; at most %d are supported", info.Size(), largest)
		s.asked, s.parsed = true, true
		return s
	}
	data, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		l.fail(name, "cannot be read: %v", err)
		s.asked, s.parsed = true, true
		return s
	}
	l.count(name, data)
	switch before, known := l.before.files[name]; {
	case known && before.text != nil && bytes.Equal(before.text, data):
		s.file, s.same = before, true // the old bytes, so that they are not kept twice
	default:
		s.file = file{sum: sha256.Sum256(data), text: data}
		s.same = known && s.sum == before.sum
	}
	l.files[name] = s.file
	return s
}

// count adds a file to the hash of the configuration.
func (l *loader) count(name string, data []byte) {
	l.hash.Write(append(strconv.AppendInt(append([]byte(name), '\n'), int64(len(data)), 10), '\n'))
	l.hash.Write(data)
	l.hash.Write([]byte{'\n'})
}

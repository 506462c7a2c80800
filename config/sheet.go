package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
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
	l.rest()
	s := &sheet{name: name, problems: l.problems}
	data, err := l.bytes(name)
	if err != nil {
		l.fail(name, "%v", err)
		s.asked, s.parsed = true, true
		return s
	}
	l.count(name, data)
	before, known := l.before.files[name]
	if known && before.text != nil && bytes.Equal(before.text, data) {
		s.file, s.same = before, true // the old bytes, so that they are not kept twice
	} else {
		s.file = file{sum: sha256.Sum256(data), text: bytes.Clone(data)}
		s.same = known && s.sum == before.sum
	}
	l.files[name] = s.file
	return s
}

// bytes are those of a file, until the next is read.
func (l *loader) bytes(name string) (data []byte, err error) {
	file, err := l.fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %v", err)
	}
	defer func() {
		if failed := file.Close(); err == nil && failed != nil {
			err = fmt.Errorf("cannot be read: %v", failed)
		}
	}()
	// The size is asked for first, so that a file put there by accident does not fill the memory.
	if info, err := file.Stat(); err == nil && info.Size() > largest {
		return nil, fmt.Errorf("has %d bytes; at most %d are supported", info.Size(), largest)
	}
	n, err := io.ReadFull(file, l.room)
	switch {
	case err == nil:
		return nil, fmt.Errorf("has more than %d bytes; no more are supported", largest)
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("cannot be read: %v", err)
	}
	return l.room[:n], nil
}

// count adds a file to the hash of the configuration.
func (l *loader) count(name string, data []byte) {
	l.hash.Write(append(strconv.AppendInt(append([]byte(name), '\n'), int64(len(data)), 10), '\n'))
	l.hash.Write(data)
	l.hash.Write([]byte{'\n'})
}

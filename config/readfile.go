package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/schema"
)

// largest is the greatest size of one file, in bytes.
const largest = 1 << 18

func tableOf(kind string) yamlnode.Table {
	s := schema.Table(kind)
	return yamlnode.Table{Schema: s, Definitions: s.Definitions}
}

// folder reads each file NAME.yaml of a directory, by NAME. One that cannot be read is there too, without a node, so
// that its absence is not reported as well. Editors' copies and hidden files are passed over.
func (l *loader) folder(dir string, t yamlnode.Table) map[string]yamlnode.Value {
	out := map[string]yamlnode.Value{}
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.fail(dir, "cannot be read: %v", err)
	}
	for _, e := range entries {
		name := e.Name()
		file := path.Join(dir, name)
		if path.Ext(name) == ".yaml" && !passedOver(name) {
			out[strings.TrimSuffix(name, ".yaml")] = l.file(file, t)
		}
	}
	return out
}

// file reads one file. The value has no node after a mistake, which has been reported.
func (l *loader) file(name string, t yamlnode.Table) yamlnode.Value {
	data, err := l.bytes(name, largest)
	if err != nil {
		l.fail(name, "%v", err)
		l.unread[name] = true
		return yamlnode.Value{File: name, Problems: l.problems}
	}
	l.count(name, data)
	l.texts[name] = data
	v := yamlnode.Document(name, data, t, l.problems, unknownKey)
	v.Warnings = &l.warnings
	l.unread[name] = v.Node == nil
	return v
}

// wrong reports whether a mistake was found in a file.
func (l *loader) wrong(file string) bool {
	return slices.ContainsFunc(*l.problems, func(p Problem) bool { return p.File == file })
}

// bytes are those of a file of at most that size.
func (l *loader) bytes(name string, largest int64) (data []byte, err error) {
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
	data, err = io.ReadAll(io.LimitReader(file, largest+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %v", err)
	case int64(len(data)) > largest:
		return nil, fmt.Errorf("has more than %d bytes; no more are supported", largest)
	}
	return data, nil
}

// count adds a file to the hash of the configuration.
func (l *loader) count(name string, data []byte) {
	l.hash.Write(append(strconv.AppendInt(append([]byte(name), '\n'), int64(len(data)), 10), '\n'))
	l.hash.Write(data)
	l.hash.Write([]byte{'\n'})
}

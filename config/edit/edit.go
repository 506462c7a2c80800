// Package edit changes one entry of a list in a YAML file as an edit of its text, so that comments, order, alignment,
// quotation marks, blank lines and line ends stay as somebody has written them. What it does not understand it leaves
// to a person: every edit is read again before it is returned, and has to differ by that one entry.
package edit

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// ErrByHand is wrapped by the error of an edit that cannot be done safely. Nothing is changed then.
var ErrByHand = errors.New("this file is laid out in a way that no command should edit; edit it by hand")

// Insert puts an entry, written on one line in YAML's flow form, into a list that stands under a key of the file:
// before the entry with that index, or behind the last one. The list may be absent, or empty.
func Insert(data []byte, list string, at int, entry string) ([]byte, error) {
	node, err := parse([]byte(entry))
	if err != nil {
		return nil, err
	}
	return change(data, list, func(f *file) ([]byte, []*yaml.Node, error) {
		at := min(max(at, 0), len(f.entries()))
		edited, err := f.insert(at, entry)
		return edited, slices.Insert(slices.Clone(f.entries()), at, node), err
	})
}

// Remove takes an entry out of a list. Comments on lines of their own stay; what stands behind the entry on its own
// lines goes with it.
func Remove(data []byte, list string, at int) ([]byte, error) {
	return change(data, list, func(f *file) ([]byte, []*yaml.Node, error) {
		if at < 0 || at >= len(f.entries()) {
			return nil, nil, fmt.Errorf("%s has no entry %d", list, at)
		}
		edited, err := f.remove(at)
		return edited, slices.Delete(slices.Clone(f.entries()), at, at+1), err
	})
}

// change edits the text, and gives the edit up unless it means what was wanted, the entries that edit returns, and
// nothing besides.
func change(data []byte, list string, edit func(*file) ([]byte, []*yaml.Node, error)) ([]byte, error) {
	root, err := parse(data)
	if err != nil {
		return nil, err
	}
	f, err := locate(data, root, list)
	if err != nil {
		return nil, err
	}
	edited, wanted, err := edit(f)
	if err != nil {
		return nil, err
	}
	after, err := parse(edited)
	if err != nil {
		return nil, fmt.Errorf("%w (afterwards it would not be YAML any more: %v)", ErrByHand, err)
	}
	if !sameBut(root, after, list, wanted) {
		return nil, fmt.Errorf("%w (more than this entry of %s would change)", ErrByHand, list)
	}
	if !slices.Equal(commentLines(data), commentLines(edited)) {
		return nil, fmt.Errorf("%w (a comment would be lost)", ErrByHand)
	}
	return edited, nil
}

// parse is the only document of a file.
func parse(data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, second yaml.Node
	if err := decoder.Decode(&root); err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, errors.New("it holds a second document")
	}
	return root.Content[0], nil
}

// find is a key of a mapping and what stands behind it; nil when it is not there.
func find(root *yaml.Node, name string) (key, value *yaml.Node) {
	if root.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == name {
			return root.Content[i], root.Content[i+1]
		}
	}
	return nil, nil
}

// sameBut reports whether two files mean the same, but for a list whose entries are these afterwards.
func sameBut(before, after *yaml.Node, list string, entries []*yaml.Node) bool {
	if before.Kind != yaml.MappingNode || after.Kind != yaml.MappingNode {
		return false
	}
	rest := func(root *yaml.Node) (out []*yaml.Node) {
		for i := 0; i+1 < len(root.Content); i += 2 {
			if root.Content[i].Value != list {
				out = append(out, root.Content[i], root.Content[i+1])
			}
		}
		return out
	}
	if !slices.EqualFunc(rest(before), rest(after), same) {
		return false
	}
	_, value := find(after, list)
	if value == nil {
		return len(entries) == 0
	}
	return value.Kind == yaml.SequenceNode && slices.EqualFunc(value.Content, entries, same)
}

// same reports whether two nodes mean the same, wherever and however they are written.
func same(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Tag == b.Tag && a.Value == b.Value && a.Anchor == b.Anchor &&
		slices.EqualFunc(a.Content, b.Content, same)
}

// commentLines are the lines that hold a comment only.
func commentLines(data []byte) (out []string) {
	for _, l := range splitLines(data) {
		if comment(l) {
			out = append(out, string(bytes.TrimSpace(l)))
		}
	}
	return out
}

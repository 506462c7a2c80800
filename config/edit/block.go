package edit

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A file is the text of a file with the place of one list.
type file struct {
	name  string // of the list
	lines [][]byte
	root  *yaml.Node
	// key and list are nil when the list is absent.
	key, list *yaml.Node
}

// locate finds a list. The error is for lists in a form that cannot be edited.
func locate(data []byte, root *yaml.Node, name string) (*file, error) {
	f := &file{name: name, lines: splitLines(data), root: root}
	var value *yaml.Node
	f.key, value = find(root, name)
	switch {
	case root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0:
		return nil, fmt.Errorf("%w (it is one {…})", ErrByHand)
	case f.key == nil:
	case value.Kind == yaml.SequenceNode && value.Anchor == "":
		f.list = value
	default:
		return nil, fmt.Errorf("%w (%s is no plain list)", ErrByHand, name)
	}
	return f, nil
}

func (f *file) entries() []*yaml.Node {
	if f.list == nil {
		return nil
	}
	return f.list.Content
}

func (f *file) flow() bool { return f.list != nil && f.list.Style&yaml.FlowStyle != 0 }

func (f *file) insert(at int, entry string) ([]byte, error) {
	switch {
	case f.flow():
		return f.insertFlow(at, entry)
	case f.key == nil:
		return f.appendList(entry), nil
	case at == 0:
		first, _, err := f.linesOf(0)
		return f.insertLine(first, f.dash()+entry), err
	}
	_, last, err := f.linesOf(at - 1)
	return f.insertLine(last+1, f.dash()+entry), err
}

// dash is what stands before an entry of the block.
func (f *file) dash() string { return strings.Repeat(" ", f.list.Column-1) + "- " }

// appendList adds the list with its key at the end of the file.
func (f *file) appendList(entry string) []byte {
	indent := strings.Repeat(" ", f.root.Column-1)
	return f.insertLine(len(f.lines), indent+f.name+":"+f.usualEnd()+indent+"- "+entry)
}

// insertLine puts a line before the one with this index, with the line end of its neighbour.
func (f *file) insertLine(index int, text string) []byte {
	if index >= len(f.lines) && len(f.lines) > 0 && lineEnd(f.lines[len(f.lines)-1]) == "" {
		last := append(bytes.Clone(f.lines[len(f.lines)-1]), f.usualEnd()...)
		// still without a final line end
		return bytes.Join([][]byte{join(f.lines[:len(f.lines)-1]), last, []byte(text)}, nil)
	}
	end := f.usualEnd()
	if index > 0 && index <= len(f.lines) {
		end = lineEnd(f.lines[index-1])
	}
	return bytes.Join([][]byte{join(f.lines[:index]), []byte(text + end), join(f.lines[index:])}, nil)
}

// usualEnd is the line end of the first line.
func (f *file) usualEnd() string {
	if len(f.lines) > 0 {
		if end := lineEnd(f.lines[0]); end != "" {
			return end
		}
	}
	return "\n"
}

// linesOf are the first and the last line, counted from 0, of an entry of a block list.
func (f *file) linesOf(at int) (first, last int, err error) {
	if first, err = f.dashLine(at); err != nil {
		return 0, 0, err
	}
	limit := len(f.lines)
	if at+1 < len(f.list.Content) {
		if limit, err = f.dashLine(at + 1); err != nil {
			return 0, 0, err
		}
	} else {
		for i := 0; i < len(f.root.Content); i += 2 {
			if line := f.root.Content[i].Line - 1; line > first {
				limit = min(limit, line)
			}
		}
	}
	if manyLines(f.list.Content[at]) {
		return 0, 0, fmt.Errorf("%w (line %d holds a text of several lines)", ErrByHand, first+1)
	}
	for last = limit - 1; last > first && empty(f.lines[last]); last-- {
	}
	return first, last, nil
}

// dashLine is the line on which an entry of a block list begins.
func (f *file) dashLine(at int) (int, error) {
	for line := f.list.Content[at].Line - 1; line >= f.list.Line-1 && line < len(f.lines); line-- {
		text := f.lines[line]
		if i := offset(text, f.list.Column); i < len(text) && text[i] == '-' &&
			len(bytes.TrimLeft(text[:i], " ")) == 0 {
			return line, nil
		}
	}
	return 0, fmt.Errorf("%w (the - of entry %d is not at the beginning of a line)", ErrByHand, at+1)
}

// manyLines reports a text in the forms | and >, in which what looks like a comment is none.
func manyLines(node *yaml.Node) bool {
	if node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return true
	}
	for _, each := range node.Content {
		if manyLines(each) {
			return true
		}
	}
	return false
}

func (f *file) remove(at int) ([]byte, error) {
	if f.flow() {
		return f.removeFlow(at)
	}
	first, last, err := f.linesOf(at)
	if err != nil {
		return nil, err
	}
	kept := f.commentsOf(first, last)
	// A list that was added with its key goes with it: it is not indented, and the last thing in the file.
	if len(f.list.Content) == 1 && len(kept) == 0 && f.list.Column == f.key.Column && first == f.key.Line &&
		last == len(f.lines)-1 &&
		string(bytes.TrimSpace(f.lines[first-1])) == f.name+":" {
		first--
	} else if len(f.list.Content) == 1 { // a key with nothing behind it is a mistake
		key := &f.lines[f.key.Line-1]
		*key = bytes.Replace(*key, []byte(f.name+":"), []byte(f.name+": []"), 1)
	}
	return f.instead(first, last, kept), nil
}

// commentsOf are the lines among these that hold a comment only.
func (f *file) commentsOf(first, last int) (kept [][]byte) {
	for _, line := range f.lines[first : last+1] {
		if comment(line) {
			kept = append(kept, line)
		}
	}
	return kept
}

// instead puts other lines in the place of some. A file without a final line end still has none.
func (f *file) instead(first, last int, lines [][]byte) []byte {
	text := append(join(f.lines[:first]), join(lines)...)
	if all := splitLines(text); lineEnd(f.lines[last]) == "" && len(all) > 0 {
		text = text[:len(text)-len(lineEnd(all[len(all)-1]))]
	}
	return append(text, join(f.lines[last+1:])...)
}

// splitLines keeps the line ends, as the YAML reader counts them.
func splitLines(data []byte) (lines [][]byte) {
	for len(data) > 0 {
		n := 0
		for n < len(data) && breakAt(data, n) == 0 {
			n++
		}
		n += breakAt(data, n)
		lines = append(lines, data[:n:n])
		data = data[n:]
	}
	return lines
}

// breakAt is the length of the line end at an offset, 0 when there is none.
func breakAt(data []byte, at int) int {
	rest := data[at:]
	for _, end := range []string{"\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"} {
		if bytes.HasPrefix(rest, []byte(end)) {
			return len(end)
		}
	}
	return 0
}

func lineEnd(line []byte) string {
	for i := range line {
		if breakAt(line, i) > 0 {
			return string(line[i:])
		}
	}
	return ""
}

func join(lines [][]byte) []byte { return bytes.Join(lines, nil) }

func comment(line []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) }

// empty reports a line without anything but white space or a comment.
func empty(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 || comment(line) }

// offset is where a column, counted in characters from 1, begins in a line.
func offset(line []byte, column int) int {
	at := 0
	for ; column > 1 && at < len(line); column-- {
		_, size := utf8.DecodeRune(line[at:])
		at += size
	}
	return at
}

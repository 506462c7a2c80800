package edit

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Lists in the flow form, [{…}, {…}], on one line or on several.

// position is where a node begins in the text.
func (f *file) position(node *yaml.Node) int {
	line := node.Line - 1
	return len(join(f.lines[:line])) + offset(f.lines[line], node.Column)
}

// A part is an entry of a flow list in the text, with the comma behind it; -1 when there is none.
type part struct{ start, end, comma int }

// parts are the entries as they are written.
func (f *file) parts(text []byte) (parts []part, err error) {
	for _, node := range f.list.Content {
		p := part{start: f.position(node), comma: -1}
		if p.end, err = entryEnd(text, p.start, node); err != nil {
			return nil, err
		}
		rest := bytes.TrimLeft(text[p.end:], " \t")
		if bytes.HasPrefix(rest, []byte(",")) {
			p.comma = len(text) - len(rest)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// entryEnd is where a {…} ends: at the first brace up to which the text means what the entry means. So braces in texts
// and comments do not mislead.
func entryEnd(text []byte, start int, entry *yaml.Node) (int, error) {
	for end := start + 1; entry.Kind == yaml.MappingNode && text[start] == '{' && end <= len(text); end++ {
		if text[end-1] != '}' {
			continue
		}
		if found, err := parse(text[start:end]); err == nil && same(found, entry) {
			return end, nil
		}
	}
	return 0, fmt.Errorf("%w (an entry is neither {…} nor on lines of its own)", ErrByHand)
}

// insertFlow gives the entry a line of its own where its neighbour has one.
func (f *file) insertFlow(at int, entry string) ([]byte, error) {
	text := join(f.lines)
	parts, err := f.parts(text)
	switch {
	case err != nil:
		return nil, err
	case len(parts) == 0:
		start := f.position(f.list) + 1
		return splice(text, start, start, entry), nil
	case at == 0:
		start, gap := parts[0].start, " "
		if indent := text[lineStart(text, start):start]; empty(indent) {
			gap = f.usualEnd() + string(indent)
		}
		return splice(text, start, start, entry+","+gap), nil
	}
	before := parts[at-1]
	next := lineAfter(text, before.end)
	indent := text[lineStart(text, before.start):before.start]
	if !empty(indent) || !empty(text[max(before.end, before.comma+1):next]) { // more on the same line
		return splice(text, before.end, before.end, ", "+entry), nil
	}
	line := string(indent) + entry
	if before.comma >= 0 { // as this entry ends, so does the new one
		return splice(text, next, next, line+","+f.usualEnd()), nil
	}
	text = splice(text, next, next, line+f.usualEnd())
	return splice(text, before.end, before.end, ","), nil
}

func (f *file) removeFlow(at int) ([]byte, error) {
	text := join(f.lines)
	parts, err := f.parts(text)
	if err != nil {
		return nil, err
	}
	p, comma := parts[at], -1 // comma: the one before the entry
	if at > 0 {
		if comma = parts[at-1].comma; comma < 0 {
			return nil, ErrByHand
		}
		if lineStart(text, comma) == lineStart(text, p.start) {
			return splice(text, comma, p.end, ""), nil
		}
	}
	if p.comma >= 0 {
		comma, p.end = -1, len(text)-len(bytes.TrimLeft(text[p.comma+1:], " "))
	}
	text = splice(text, p.start, p.end, "")
	if comma >= 0 { // the last entry has none behind it
		text = splice(text, comma, comma+1, "")
		p.start--
	}
	begin := lineStart(text, p.start)
	if end := lineAfter(text, begin); empty(text[begin:end]) { // what was said behind the entry goes with it
		text = splice(text, begin, end, "")
	}
	return text, nil
}

func splice(text []byte, start, end int, with string) []byte {
	return bytes.Join([][]byte{text[:start], []byte(with), text[end:]}, nil)
}

// lineStart is where the line of an offset begins.
func lineStart(text []byte, at int) int {
	begin := 0
	for _, line := range splitLines(text) {
		if begin+len(line) > at {
			return begin
		}
		begin += len(line)
	}
	return begin
}

// lineAfter is where the line behind that of an offset begins.
func lineAfter(text []byte, at int) int {
	for ; at < len(text); at++ {
		if n := breakAt(text, at); n > 0 {
			return at + n
		}
	}
	return at
}

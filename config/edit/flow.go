package edit

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Lists in the flow form, [{…}, {…}], on one line or on several.

// position is where a node begins in the text.
func (f *file) position(node *yaml.Node) int {
	at := 0
	for _, line := range f.lines[:node.Line-1] {
		at += len(line)
	}
	return at + offset(f.lines[node.Line-1], node.Column)
}

// A part is an entry of a flow list in the text, with the comma behind it; -1 when there is none.
type part struct{ start, end, comma int }

// parts are the entries, and where the list begins and ends.
func (f *file) parts() (text []byte, parts []part, start, end int, err error) {
	text = join(f.lines)
	start = f.position(f.list)
	end, commas, err := flowEnd(text, start)
	if err != nil {
		return nil, nil, 0, 0, err
	}
	for i, node := range f.list.Content {
		p := part{start: f.position(node), comma: -1}
		if i < len(commas) {
			p.comma = commas[i]
		}
		if p.end, _, err = flowEnd(text, p.start); err != nil {
			return nil, nil, 0, 0, err
		}
		parts = append(parts, p)
	}
	return text, parts, start, end, nil
}

// insertFlow gives the entry a line of its own where its neighbour has one.
func (f *file) insertFlow(at int, entry string) ([]byte, error) {
	text, parts, start, _, err := f.parts()
	switch {
	case err != nil:
		return nil, err
	case len(parts) == 0:
		return splice(text, start+1, start+1, entry), nil
	case at == 0 && ownLine(text, parts[0].start):
		begin := lineStart(text, parts[0].start)
		return splice(text, begin, begin, string(text[begin:parts[0].start])+entry+","+f.endBehind(text, begin)), nil
	case at == 0:
		return splice(text, parts[0].start, parts[0].start, entry+", "), nil
	}
	before := parts[at-1]
	if !ownLine(text, before.start) {
		return splice(text, before.end, before.end, ", "+entry), nil
	}
	line := string(text[lineStart(text, before.start):before.start]) + entry
	behind, comma := before.end, ","
	if before.comma >= 0 {
		behind, comma = before.comma+1, ""
	}
	next := lineAfter(text, behind)
	if len(bytes.TrimSpace(withoutComment(text[behind:next]))) > 0 { // more on the same line
		return splice(text, before.end, before.end, ", "+entry), nil
	}
	if before.comma >= 0 { // as this entry ends, so does the new one
		line += ","
	}
	text = splice(text, next, next, line+f.endBehind(text, before.end))
	return splice(text, before.end, before.end, comma), nil
}

// endBehind is the end of the line at an offset.
func (f *file) endBehind(text []byte, at int) string {
	if end := lineEnd(text[at:lineAfter(text, at)]); end != "" {
		return end
	}
	return f.usualEnd()
}

func (f *file) removeFlow(at int) ([]byte, error) {
	text, parts, _, _, err := f.parts()
	if err != nil {
		return nil, err
	}
	p := parts[at]
	if at > 0 && parts[at-1].comma < 0 {
		return nil, ErrByHand
	}
	switch {
	case at > 0 && lineStart(text, parts[at-1].comma) == lineStart(text, p.start):
		return splice(text, parts[at-1].comma, p.end, ""), nil
	case p.comma >= 0: // from the back, so that what is before does not move
		text = splice(text, p.comma, p.comma+1, "")
		text = splice(text, p.start, p.end, "")
		for !onlySpace(text, p.start) && text[p.start] == ' ' {
			text = splice(text, p.start, p.start+1, "")
		}
	case at > 0:
		text = splice(text, p.start, p.end, "")
		comma := parts[at-1].comma
		text = splice(text, comma, comma+1, "")
		p.start--
	default:
		text = splice(text, p.start, p.end, "")
	}
	begin := lineStart(text, p.start)
	if line := text[begin:lineAfter(text, begin)]; empty(line) { // what was said behind the entry goes with it
		text = splice(text, begin, lineAfter(text, begin), "")
	}
	return text, nil
}

// flowEnd scans a {…} or […] from its first character on: where it ends, and the commas between its own entries.
func flowEnd(text []byte, start int) (end int, commas []int, err error) {
	depth, begins := 0, true // begins: a value may begin here, so that a quotation mark opens one
	for i := start; i < len(text); i++ {
		c := text[i]
		switch {
		case begins && (c == '"' || c == '\''):
			if i = quoteEnd(text, i); i == len(text) {
				return 0, nil, fmt.Errorf("%w (a quotation mark is not closed)", ErrByHand)
			}
			begins = i+1 < len(text) && text[i+1] == ':' // "key":value
		case c == '#' && i > 0 && bytes.IndexByte([]byte(" \t\r\n"), text[i-1]) >= 0:
			for i+1 < len(text) && breakAt(text, i+1) == 0 {
				i++
			}
		case c == '[' || c == '{':
			depth++
			begins = true
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return i + 1, commas, nil
			}
			begins = false
		case c == ',':
			if depth == 1 {
				commas = append(commas, i)
			}
			begins = true
		case c == ':' && i+1 < len(text) && bytes.IndexByte([]byte(" \t\r\n[]{},\"'"), text[i+1]) >= 0:
			begins = true
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		default:
			begins = false
		}
		if depth == 0 {
			return 0, nil, fmt.Errorf("%w (an entry is neither {…} nor on lines of its own)", ErrByHand)
		}
	}
	return 0, nil, fmt.Errorf("%w (a bracket is not closed)", ErrByHand)
}

// quoteEnd is the quotation mark that closes the one at an offset, or the length of the text.
func quoteEnd(text []byte, start int) int {
	quote := text[start]
	for i := start + 1; i < len(text); i++ {
		switch {
		case quote == '"' && text[i] == '\\':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i
		}
	}
	return len(text)
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

// ownLine reports whether nothing but white space stands before an offset in its line.
func ownLine(text []byte, at int) bool {
	return len(bytes.TrimSpace(text[lineStart(text, at):at])) == 0
}

// onlySpace reports whether the line of an offset is blank.
func onlySpace(text []byte, at int) bool {
	begin := lineStart(text, at)
	return len(bytes.TrimSpace(text[begin:lineAfter(text, begin)])) == 0
}

// withoutComment cuts a comment from the rest of a line.
func withoutComment(line []byte) []byte {
	for i, c := range line {
		if c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

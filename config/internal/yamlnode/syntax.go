package yamlnode

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/problem"
)

// The library names the line on which it gives up, which may be far behind the mistake: an open quotation mark runs on
// to the next. So the smallest part that cannot be read alone is looked for, and in it the line without which it can.

// encoded reports a file that is not in UTF-8.
func (v Value) encoded(data []byte) bool {
	wide := bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff"))
	if utf8.Valid(data) && !bytes.ContainsRune(data, 0) {
		return true
	}
	if !wide {
		for i, line := range bytes.Split(data, []byte("\n")) {
			if !utf8.Valid(line) || bytes.ContainsRune(line, 0) {
				v.Line = i + 1
				break
			}
		}
	}
	v.Fail("is not in UTF-8; save it as UTF-8 (in many editors: Save as, then Encoding)")
	return false
}

// mostTried bounds how many lines of a part are changed in turn, around the one where the parser gave up.
const mostTried = 120

// syntax reports what the parser says on the line where it went wrong, with the line and a mark under it.
func (v Value) syntax(data []byte, err error) {
	lines := strings.Split(string(data), "\n")
	at, text := lineOf(err, len(lines))
	first, last, why := broken(lines)
	if why != "" {
		text = why
		at = culprit(lines[first:last], at-first) + first
	}
	v.Line = at + 1
	line := strings.TrimSuffix(lines[at], "\r")
	if i, found := problem.LookAlike(line); i >= 0 && (why == "" || mended(lines[first:last], at-first)) {
		write := "; write:  " + strings.TrimSpace(problem.Plain(line))
		if line[i] == '\t' && strings.TrimSpace(line[:i]) == "" {
			write = "; begin the line with as many spaces as its neighbours have"
		}
		v.Fail("cannot be read as YAML: %s%s%s", found, write, problem.Pointer(line, i))
		return
	}
	if i, found := faultOf(line); i >= 0 {
		v.Fail("cannot be read as YAML: %s%s", found, problem.Pointer(line, i))
		return
	}
	mark := len(line) - len(strings.TrimLeft(line, " "))
	v.Fail("cannot be read as YAML: %s%s", inPlainWords(text), problem.Pointer(line, mark))
}

// out and in are a line so many columns to the left or right.
func out(columns int) func(string) string {
	return func(line string) string { return strings.TrimPrefix(line, strings.Repeat(" ", columns)) }
}

func in(columns int) func(string) string {
	return func(line string) string { return strings.Repeat(" ", columns) + line }
}

// ifOdd changes only lines with an odd indentation, which is rarely meant.
func ifOdd(mend func(string) string) func(string) string {
	return func(line string) string {
		if (len(line)-len(strings.TrimLeft(line, " ")))%2 == 0 {
			return line
		}
		return mend(line)
	}
}

// plainly is a line with plain characters.
func plainly(line string) string {
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	return strings.ReplaceAll(line[:indent], "\t", "  ") + problem.Plain(line[indent:])
}

// mended reports whether a part can be read with plain characters in one of its lines, at its indentation or without.
func mended(part []string, at int) bool {
	part = slices.Clone(part)
	line := part[at]
	if part[at] = plainly(line); unreadable(part) == "" {
		return true
	}
	part[at] = strings.TrimLeft(plainly(line), " ")
	return unreadable(part) == ""
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// lineOf is the line that an error names, counted from 0, and what it says.
func lineOf(err error, lines int) (line int, text string) {
	text = err.Error()
	if m := syntaxLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	if !strings.Contains(text, "did not find expected") {
		line-- // other parts of the library count lines from 1
	}
	return min(max(line, 0), lines-1), text
}

// broken is the first part of a file that cannot be read by itself: a key at the margin and what belongs to it. why is
// empty when each part can.
func broken(lines []string) (first, last int, why string) {
	starts := []int{}
	for i, line := range lines {
		first, _ := utf8.DecodeRuneInString(line)
		if line != "" && !unicode.IsSpace(first) && !strings.ContainsRune("#-]}", first) {
			starts = append(starts, i)
		}
	}
	if len(starts) == 0 || strings.HasPrefix(lines[starts[0]], "{") {
		return 0, 0, "" // all in braces
	}
	starts[0] = 0
	for n, start := range starts {
		end := len(lines)
		if n+1 < len(starts) {
			end = starts[n+1]
		}
		if why := unreadable(lines[start:end]); why != "" {
			return start, end, why
		}
	}
	return 0, 0, ""
}

// unreadable is why lines are no keys and values; empty when they are.
func unreadable(lines []string) string {
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(strings.Join(lines, "\n")), &node); err != nil {
		_, text := lineOf(err, len(lines))
		return text
	}
	if len(node.Content) > 0 && node.Content[0].Kind != yaml.MappingNode {
		return "could not find expected ':'"
	}
	return ""
}

// culprit is the line of a part that has to be changed for it to be readable: by plain characters, by a column or two
// of indentation, or by leaving it out. reported is where the parser gave up.
func culprit(lines []string, reported int) int {
	first, last := 0, len(lines)-1
	if last > mostTried {
		first, last = max(0, reported-mostTried/2), min(last, reported+mostTried/2)
	}
	try := func(mend func(line string) string) (int, bool) {
		for i := last; i >= first; i-- {
			changed := mend(lines[i])
			// The first line comes last: without their key the others can often be read.
			if changed == lines[i] || i == 0 {
				continue
			}
			part := slices.Clone(lines)
			if part[i] = changed; unreadable(part) == "" {
				return i, true
			}
		}
		return 0, false
	}
	for _, mend := range []func(string) string{plainly, ifOdd(out(1)), ifOdd(in(1)), out(1), in(1), out(2), in(2),
		func(string) string { return "" }} {
		if i, ok := try(mend); ok {
			return i
		}
	}
	if unreadable(lines[1:]) == "" {
		return 0
	}
	return min(max(reported, 0), len(lines)-1)
}

// inPlainWords says what a message of the parser means to somebody who edits hours.
func inPlainWords(text string) string {
	for _, known := range []struct{ text, words string }{
		{"unexpected end of stream", "a quotation mark or a bracket of this line is not closed"},
		{"expected ',' or ']'", "a comma, a quotation mark or the bracket ] is missing in this line"},
		{"expected ',' or '}'", "a comma, a quotation mark or the brace } is missing in this line"},
		{"could not find expected ':'", "a colon and a space have to stand between the key and its value"},
		{"mapping values are not allowed", "this line has a colon too many, or does not begin in the column of its " +
			"neighbours"},
		{"did not find expected key", "this line does not begin in the column of its neighbours, or its quotation " +
			"marks do not match"},
		{"did not find expected '-'", "this line does not begin in the column of its neighbours, or lacks a hyphen"},
		{"did not find expected node content", "a bracket, a comma or a value is missing or too many in this line"},
		{"cannot start any token", "a character of this line can only stand in quotation marks"},
	} {
		if strings.Contains(text, known.text) {
			return known.words
		}
	}
	return text + "; look at the indentation, quotation marks and brackets of this line"
}

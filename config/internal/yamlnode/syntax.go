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
	const save = "save it as UTF-8 (in many editors: Save as, then Encoding)"
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
	if utf8.Valid(data) && !wide {
		v.Fail("has a NUL character, which no text has; delete it, or %s", save)
		return false
	}
	v.Fail("is not in UTF-8; %s", save)
	return false
}

// mostTried bounds how many lines of a part are changed in turn, around the one where the parser gave up.
const mostTried = 120

// mostParsed bounds how many lines are parsed to find a slip: some tenths of a second.
const mostParsed = 300_000

// syntax reports what the parser says on the line where it went wrong, counted from 0, with the line and a mark under
// it.
func (v Value) syntax(at int, text string) {
	lines := v.text
	first, last, why := broken(lines)
	var found slip
	if why != "" {
		text = why
		at, found = v.culprit(lines[first:last], at-first)
		at += first
	}
	v.Line = at + 1
	line := lines[at]
	i, deceives := problem.LookAlike(line)
	indented := i >= 0 && strings.TrimSpace(line[:i]) == "" && strings.TrimSpace(firstOf(line[i:])) == ""
	if found.text != "" && !indented {
		v.Fail("cannot be read as YAML: %s", found.words(line))
		return
	}
	if i >= 0 && (why == "" || indented || mended(lines[first:last], at-first)) {
		write := "; write:  " + strings.TrimSpace(problem.Plain(line))
		if indented {
			write = "; begin the line with as many spaces as its neighbours have"
		}
		v.Fail("cannot be read as YAML: %s%s%s", deceives, write, problem.Pointer(line, i))
		return
	}
	if found := slipAlone(line); found.text != "" {
		v.Fail("cannot be read as YAML: %s", found.words(line))
		return
	}
	if i, found := faultOf(line); i >= 0 {
		v.Fail("cannot be read as YAML: %s%s", found, problem.Pointer(line, i))
		return
	}
	mark := len(line) - len(strings.TrimLeft(line, " "))
	v.Fail("cannot be read as YAML: %s%s", inPlainWords(text), problem.Pointer(line, mark))
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
	if joined(&node, lines) >= 0 {
		return readAsOne
	}
	return ""
}

const readAsOne = "read as one line"

var (
	entryLine = regexp.MustCompile(`^\s*(?:-|` + key + `(?::[^\s/]| *= ))`)
	wordLine  = regexp.MustCompile(`^\s*[\w-]+\s*$`)
)

// joined is the first line, counted from 0, that YAML takes for more of the line before it and that was meant to be an
// entry of its own; -1 for none.
func joined(node *yaml.Node, lines []string) int {
	for _, each := range node.Content {
		next := each.Line
		plain := each.Kind == yaml.ScalarNode && each.Style == 0 && next > 0 && next < len(lines)
		if plain && !strings.Contains(lines[next-1], each.Value) && (entryLine.MatchString(lines[next]) ||
			node.Kind == yaml.SequenceNode && node.Style == 0 && wordLine.MatchString(lines[next])) {
			return next
		}
		if at := joined(each, lines); at >= 0 {
			return at
		}
	}
	return -1
}

// culprit is the line of a part that has to be changed for it to be readable, with its slip if that is known. What fits
// the table goes before what can only be read. reported is where the parser gave up.
func (v Value) culprit(lines []string, reported int) (int, slip) {
	first, last := 0, len(lines)-1
	if last > mostTried {
		first, last = max(0, reported-mostTried/2), min(last, reported+mostTried/2)
	}
	left := mostParsed
	try := func(first int, good func(part []string) bool, change func(line string) string) (int, bool) {
		for i := last; i >= first; i-- {
			changed := change(lines[i])
			// Without their key, or with it further in, the other lines can often be read.
			if changed == lines[i] || i == 0 && strings.TrimSpace(changed) == strings.TrimSpace(lines[0]) {
				continue
			}
			if left -= len(lines); left < 0 {
				return 0, false
			}
			part := slices.Clone(lines)
			if part[i] = changed; good(part) {
				return i, true
			}
		}
		return 0, false
	}
	reads := func(part []string) bool { return unreadable(part) == "" }
	if i, ok := try(max(first, 1), reads, plainly); ok {
		return i, slip{}
	}
	for _, pass := range []struct {
		good   func([]string) bool
		mends  []mend
		unsure bool
	}{{v.fitting, slices.Concat(mends, textMends), false}, {reads, mends, true}} {
		for _, mend := range pass.mends {
			if i, ok := try(first, pass.good, mend.apply); ok {
				found := mend(lines[i])
				found.unsure = pass.unsure
				return i, found
			}
		}
		if i, found := slipEverywhere(lines, pass.good); found.text != "" {
			return i, found
		}
	}
	left = mostParsed
	if i, ok := try(max(first, 1), reads, func(string) string { return "" }); ok {
		return i, slip{}
	}
	if reads(lines[1:]) {
		return 0, slip{}
	}
	return min(max(reported, 0), len(lines)-1), slip{}
}

// fitting reports whether lines can be read, and have only keys and lists that the table has.
func (v Value) fitting(lines []string) bool {
	var node yaml.Node
	return unreadable(lines) == "" && yaml.Unmarshal([]byte(strings.Join(lines, "\n")), &node) == nil &&
		len(node.Content) > 0 && v.fits(node.Content[0])
}

// slipAlone is the slip of a line that cannot be read by itself, and can without it: others of the part have more.
func slipAlone(line string) slip {
	key := strings.TrimLeft(line, " ")
	if unreadable([]string{key}) == "" {
		return slip{}
	}
	for _, mend := range slices.Concat([]mend{semicolon, comma}, textMends) {
		if found := mend(key); found.text != "" && unreadable([]string{found.text}) == "" {
			found.at += len(line) - len(key)
			found.unsure = strings.ContainsAny(key, "[]{}") // it may be a list that was meant, and not a text
			return found
		}
	}
	return slip{}
}

// slipEverywhere is the first slip of lines that have the same one again and again: each weekday without its colon.
func slipEverywhere(lines []string, good func(part []string) bool) (at int, first slip) {
	part := slices.Clone(lines)
	for i := len(part) - 1; i >= 0; i-- {
		for _, mend := range mends[:neverRight] {
			if found := mend(part[i]); found.text != "" {
				part[i], at, first = found.text, i, found
				break
			}
		}
	}
	if !good(part) {
		return 0, slip{}
	}
	return at, first
}

// firstOf is the first character of a text.
func firstOf(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
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
		{readAsOne, "this line and the one before are read as one; look at their hyphens and colons, and in which " +
			"columns they begin"},
		{"cannot start any token", "a character of this line can only stand in quotation marks"},
	} {
		if strings.Contains(text, known.text) {
			return known.words
		}
	}
	return text + "; look at the indentation, quotation marks and brackets of this line"
}

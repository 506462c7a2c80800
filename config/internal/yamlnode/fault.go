package yamlnode

import (
	"fmt"
	"strings"
	"unicode"
)

// closing are brackets and what closes them.
var closing = map[rune]rune{'[': ']', '{': '}'}

const notClosed = "is not closed"

// faultOf is what is wrong within a line that cannot be read, and where, in bytes: -1 when the line alone does not show
// it.
func faultOf(line string) (at int, what string) {
	type opened struct {
		at   int
		with rune
	}
	var open []opened
	var quote rune             // of the text that the scan is in
	quoted, closed := -1, -1   // where a quotation mark stands that opens, or has just closed
	before, flow := ' ', false // the last character that is no space; a bracket has opened
	for i, r := range line {
		switch {
		case unicode.IsControl(r) && r != '\t':
			return i, fmt.Sprintf("the character U+%04X stands here, which nobody sees; delete it", r)
		case quote != 0:
			if r == quote && !(r == '"' && strings.HasSuffix(line[:i], `\`)) {
				quote, closed = 0, i
			}
		case r == '#' && (i == 0 || line[i-1] == ' '):
			at, what = faultOf(line[:i])
			if strings.HasSuffix(what, notClosed) && strings.ContainsAny(line[i:], "]}") {
				return i, "everything from # on is a comment; put a text with # in quotation marks, a comment at " +
					"the end"
			}
			return at, what
		case r == '\'' && closed >= 0 && closed == i-1: // two of them are one that is part of the text
			quote = r
		case r == '"' && closed >= 0 && closed == i-1:
			return i, "a quotation mark too many stands here; delete it, or write it within a text as \\\""
		case closed >= 0 && closed == i-1 && (unicode.IsLetter(r) || unicode.IsDigit(r)): // it was to open the next one
			return quoted, "this quotation mark " + notClosed
		case (r == '"' || r == '\'') && closed >= 0 && strings.TrimSpace(line[closed+1:i]) == "":
			return i, "a comma is missing before this quotation mark"
		case (r == '"' || r == '\'') && strings.ContainsRune(" :[{,-", before):
			quote, quoted = r, i
		case closing[r] != 0 && strings.ContainsRune(" :[{,-", before):
			open, flow = append(open, opened{i, r}), true
		case (r == ']' || r == '}') && flow:
			if len(open) == 0 || closing[open[len(open)-1].with] != r {
				return i, fmt.Sprintf("this %c closes no bracket of the line", r)
			}
			open = open[:len(open)-1]
		}
		if r != ' ' {
			before = r
		}
		if quote == 0 && r != ' ' && i != closed {
			closed = -1
		}
	}
	switch {
	case quote != 0:
		return quoted, "this quotation mark " + notClosed
	case len(open) > 0:
		last := open[len(open)-1]
		return last.at, fmt.Sprintf("this %c ", last.with) + notClosed
	}
	return -1, ""
}

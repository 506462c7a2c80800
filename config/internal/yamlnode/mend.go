package yamlnode

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/config/problem"
)

// A slip is a typing mistake in a line: where it is, in bytes, what it is, and the line without it. Its text is empty
// when there is none.
type slip struct {
	at   int
	what string
	text string
	// unsure is set when the line without it may not be what was meant: it is not offered.
	unsure bool
}

// A mend finds one kind of slip, in a line that cannot be read. It may find one in a good line: a slip is told only
// where the file can be read without it.
type mend func(line string) slip

// apply is the line without the slip, if it has one.
func (m mend) apply(line string) string {
	if found := m(line); found.text != "" {
		return found.text
	}
	return line
}

// forms are slips of which the form of a line tells. The mark is put behind the first group. The first ones are
// not found in good lines.
var forms = []struct{ form, write, what string }{
	{`^(\s*(?:- +)?` + key + `:)(\S)`, "$1 $2", "a space is missing behind the colon"},
	{`^(\s*(?:- +)?` + key + `) *[=;] *`, "$1: ", "a colon and a space belong here"},
	{`^(\s*(?:- +)?` + key + `) +([^\s#])`, "$1: $2", noColon},
	{`^(\s*-)([^\s-])`, "$1 $2", "a space is missing behind the hyphen"},

	{`^(\s*` + key + `: *)("[^"\[]*"(?:, *"[^"]*")*\]\s*(?:#.*)?)$`, "$1[$2", "a [ is missing here"},
	{`^((\s*)` + key + `: *\[[^\]]*\]) +(` + key + `:.*)$`, "$1\n$2$3",
		"two entries stand on this line; give each its own"},
	{`^(\s*)[%@&*!|>](` + key + `:(?: .*)?)$`, "$1$2", "this character is too many"},
	{`^(\s*(?:- +)?` + key + `)(\s*(?:#.*)?)$`, "$1:$2", noColon + ", or a # in front of a comment"},
	{`^(\s*)([\w{"])`, "$1- $2", "a hyphen and a space are missing in front of this entry"},
	{`^(\s*)- +(` + key + `:.*)$`, "$1$2", "this hyphen is too many"},
	{`^(\s*)(?:[*•]|--) +`, "$1- ", "one hyphen belongs here"},
	{`^(\s*` + key + `: *)(?:\[ *\]|\{ *\})`, "$1", "this says that there are none, and entries follow; delete it"},
	{`^(\s*(?:- +)?` + key + `: +.*[\]}"]),(\s*(?:#.*)?)$`, "$1$2", "this comma is too many"},
	{`^(.*?,) *,(.*)$`, "$1$2", "this comma is too many"},
	{`^(\s*(?:-|` + key + `:) +)(` + key + `: .*\}\s*(?:#.*)?)$`, "$1{$2", "a { is missing here"},
	{`^(\s*(?:-|` + key + `:) +)(` + key + `: .*, *` + key + `: .*?)(\s*(?:\s#.*)?)$`, "$1{$2}$3",
		"braces are missing around these entries"},
	{`^(\s*` + key + `: *)("[^"]*"(?:, *"[^"]*")+)(\s*(?:#.*)?)$`, "$1[$2]$3",
		"several values have to stand in brackets"},
	{`^(.*[{,] *` + key + `: )([^",:{}\[\]]*: [^",:{}\[\]]*)([,}].*)$`, `$1"$2"$3`,
		"a text with a colon and a space in it has to stand in quotation marks"},
}

// neverRight is how many of the first forms are not found in good lines, so that all lines may be tried at once.
const neverRight = 4

const (
	key     = `\w(?:[\w./-]*\w)?`
	noColon = "a colon is missing behind the key"
)

// mends are tried in this order. The text mends make a text of what may have been meant as a list, so they are tried
// only where the table says what belongs there.
var (
	mends = slices.Concat(formMends(0, neverRight), []mend{semicolon, comma}, formMends(neverRight, len(forms)),
		columnMends())
	textMends = []mend{innerMark, escape, unquoted}
)

func formMends(first, last int) (out []mend) {
	for _, f := range forms[first:last] {
		form := regexp.MustCompile(f.form)
		out = append(out, func(line string) slip {
			m := form.FindStringSubmatchIndex(line)
			if m == nil {
				return slip{}
			}
			changed := strings.TrimRight(form.ReplaceAllString(line, f.write), " ")
			return slip{at: m[3], what: f.what, text: changed}
		})
	}
	return out
}

// columnMends move a line a column or two. An odd column is rarely meant, so such lines come first.
func columnMends() (out []mend) {
	for _, by := range []int{-1, 1} {
		out = append(out, func(line string) slip {
			if indentation(line)%2 == 0 {
				return slip{}
			}
			return moved(line, by)
		})
	}
	for _, by := range []int{-1, 1, -2, 2} {
		out = append(out, func(line string) slip { return moved(line, by) })
	}
	return out
}

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func moved(line string, by int) slip {
	at, text := indentation(line), strings.TrimLeft(line, " ")
	if text == "" || at+by < 0 {
		return slip{}
	}
	const what = "this line does not begin in the column of its neighbours"
	return slip{at: at, what: what, text: strings.Repeat(" ", at+by) + text}
}

// inBrackets calls visit for each character of a line that is in brackets and not in quotation marks, until it
// returns false.
func inBrackets(line string, visit func(i int, before rune) bool) {
	var quote rune
	depth, before := 0, ' '
	for i, r := range line {
		switch {
		case quote != 0:
			if r == quote && !strings.HasSuffix(line[:i], `\`) {
				quote = 0
			}
		case depth > 0 && !visit(i, before):
			return
		case (r == '"' || r == '\'') && strings.ContainsRune(" :[{,;-", before):
			quote = r
		case r == '[' || r == '{':
			depth++
		case r == ']' || r == '}':
			depth--
		}
		if r != ' ' {
			before = r
		}
	}
}

// semicolon finds semicolons between entries in brackets.
func semicolon(line string) slip {
	first, changed := -1, []byte(line)
	inBrackets(line, func(i int, _ rune) bool {
		if line[i] == ';' {
			if changed[i] = ','; first < 0 {
				first = i
			}
		}
		return true
	})
	return slip{at: first, what: "a comma belongs here, not a semicolon", text: string(changed)}
}

var nextEntry = regexp.MustCompile(`^ +(?:"|[a-z_]+: )`)

// comma finds where one is missing between two entries in brackets.
func comma(line string) (found slip) {
	inBrackets(line, func(i int, before rune) bool {
		if line[i] != ' ' || strings.ContainsRune(",[{:", before) || !nextEntry.MatchString(line[i:]) {
			return true
		}
		found = slip{at: i, what: "a comma is missing here", text: line[:i] + "," + line[i:]}
		return false
	})
	return found
}

var (
	textInMarks  = regexp.MustCompile(`^((?:\s*(?:- +)?|.*[{,] *)` + key + `: *")(.*[^"\\])("\s*\}?\s*(?:#.*)?)$`)
	severalTexts = regexp.MustCompile(`", *"`)
)

// innerMark finds quotation marks within a text in quotation marks.
func innerMark(line string) slip {
	m := textInMarks.FindStringSubmatch(line)
	if m == nil || severalTexts.MatchString(m[2]) {
		return slip{}
	}
	first, text := -1, ""
	for i := 0; i < len(m[2]); i++ {
		if m[2][i] == '"' && !strings.HasSuffix(m[2][:i], `\`) {
			if text += `\`; first < 0 {
				first = i
			}
		}
		text += m[2][i : i+1]
	}
	return slip{at: len(m[1]) + first, what: `a quotation mark stands within the text here; put \ before it`,
		text: m[1] + text + m[3]}
}

var unknownEscape = regexp.MustCompile(`\\[^0abtnvfre "/\\N_LPxuU]`)

// escape finds a backslash that YAML does not know what to do with.
func escape(line string) slip {
	m := unknownEscape.FindStringIndex(line)
	if m == nil {
		return slip{}
	}
	what := fmt.Sprintf(`%s means nothing in quotation marks; leave out the backslash`, line[m[0]:m[1]])
	return slip{at: m[0], what: what, text: line[:m[0]] + line[m[0]+1:]}
}

var valueBehind = regexp.MustCompile(`^(\s*(?:- +)?` + key + `: +)(\S.*?)(\s*(?:\s#.*)?)$`)

// unquoted finds a text that has to stand in double quotation marks.
func unquoted(line string) slip {
	m := valueBehind.FindStringSubmatch(line)
	if m == nil {
		return slip{}
	}
	text, at, what := m[2], 0, ""
	colon := strings.Index(text, ": ")
	switch first := text[0]; {
	case first == '\'' && len(text) > 1 && strings.HasSuffix(text, "'"):
		text = text[1 : len(text)-1]
		at, what = 1+max(strings.IndexByte(text, '\''), 0), "the text ends here for YAML"
	case first == '"' && !strings.HasSuffix(text, `"`) && strings.Count(text, `"`) > 1:
		at, what = 1+strings.IndexByte(text[1:], '"'), "the text ends here for YAML"
	case first == '{' && (colon >= 0 || strings.Count(text, "{") != strings.Count(text, "}")):
		return slip{}
	case strings.IndexByte("*&@%!|>{`-", first) >= 0:
		what = fmt.Sprintf("a text cannot begin with %c", first)
	case colon >= 0 && first != '"':
		at, what = colon, "a text cannot have a colon with a space in it"
	default:
		return slip{}
	}
	return slip{at: len(m[1]) + at, what: what + "; put all of it in double quotation marks", text: m[1] + `"` +
		strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"` + m[3]}
}

// words say what the slip is, with the corrected line and a mark under the one that was written.
func (s slip) words(line string) string {
	const longest = 100 // the sentence is in the message already
	write := ""
	text := strings.TrimSpace(s.text)
	offered := !s.unsure && text != strings.TrimSpace(line) && !strings.Contains(text, "\n")
	if offered && utf8.RuneCountInString(text) <= longest {
		write = "; write:  " + text
	}
	return s.what + write + problem.Pointer(line, s.at)
}

package holidays

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The reader of iCalendar's lines (RFC 5545, section 3.1) is our own: what real calendars get wrong must be named with
// its line, and one broken event must not take the others with it.

// A property is a content line.
type property struct {
	line   int
	name   string // upper case
	params map[string]string
	value  string
}

// A component is what stands between BEGIN and END.
type component struct {
	name       string
	line       int
	properties []property
	children   []*component
	// broken says what is wrong with it, and where. Empty: nothing.
	broken     string
	brokenLine int
}

func (c *component) breaks(line int, what string) {
	if c.broken == "" {
		c.broken, c.brokenLine = what, line
	}
}

// get is the first property of the name.
func (c *component) get(name string) (property, bool) {
	for _, p := range c.properties {
		if p.name == name {
			return p, true
		}
	}
	return property{}, false
}

func (c *component) value(name string) string {
	p, _ := c.get(name)
	return strings.TrimSpace(p.value)
}

// unfold calls yield with each content line and the number of its first line. A line that begins with a blank belongs
// to the one before, even in the middle of a character.
func unfold(data []byte, yield func(line int, text []byte) bool) {
	var current []byte
	start, number := 0, 0
	for len(data) > 0 {
		number++
		end := bytes.IndexAny(data, "\r\n")
		text := data
		if end < 0 {
			data = nil
		} else {
			text = data[:end]
			if data = data[end:]; bytes.HasPrefix(data, []byte("\r\n")) {
				data = data[1:]
			}
			data = data[1:]
		}
		if start > 0 && len(text) > 0 && (text[0] == ' ' || text[0] == '\t') {
			current = append(current, text[1:]...)
			continue
		}
		if start > 0 && !yield(start, current) {
			return
		}
		current, start = bytes.Clone(text), number
	}
	if start > 0 {
		yield(start, current)
	}
}

// contentLine takes a line apart: NAME;PARAM=VALUE;PARAM="VALUE":VALUE.
func contentLine(line int, text []byte) (property, error) {
	if !utf8.Valid(text) {
		return property{}, errors.New("is not UTF-8 text; save the file as UTF-8")
	}
	rest := string(text)
	end := strings.IndexAny(rest, ":;")
	if end <= 0 || strings.ContainsFunc(rest[:end], notInName) {
		return property{}, errors.New("is no line of a calendar: it has no name and colon")
	}
	p := property{line: line, name: strings.ToUpper(rest[:end])}
	rest = rest[end:]
	for strings.HasPrefix(rest, ";") {
		equals := strings.IndexByte(rest, '=')
		if equals <= 1 || strings.ContainsFunc(rest[1:equals], notInName) {
			return property{}, errors.New("has a parameter without a value")
		}
		name := strings.ToUpper(rest[1:equals])
		value, after, ok := parameter(rest[equals+1:])
		if !ok {
			return property{}, errors.New("has a parameter whose quotation mark is not closed, or no colon")
		}
		if p.params == nil {
			p.params = map[string]string{}
		}
		p.params[name], rest = value, after
	}
	if !strings.HasPrefix(rest, ":") {
		return property{}, errors.New("has no colon before its value")
	}
	p.value = rest[1:]
	if zone := p.params["TZID"]; offsetInZone.MatchString(zone) && minutesFirst.MatchString(p.value) {
		whole := zone + ":" + p.value[:2]
		return property{}, fmt.Errorf(`has a colon in TZID=%s, which ends it; quote it: TZID="%s"`, whole, whole)
	}
	return p, nil
}

// An offset such as GMT+07:00 in a parameter has to be quoted, for its colon looks like the one before the value.
var (
	offsetInZone = regexp.MustCompile(`[+-]\d\d?$`)
	minutesFirst = regexp.MustCompile(`^\d\d:`)
)

func notInName(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '_' && r != '.'
}

// parameter is the value up to the next parameter or the colon. Of several values, it is the text of all.
func parameter(text string) (value, rest string, ok bool) {
	var b strings.Builder
	quoted := false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ';' || c == ':'):
			return b.String(), text[i:], true
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

// unescape is the text of a TEXT value.
func unescape(value string) string {
	if !strings.Contains(value, `\`) {
		return value
	}
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' || i+1 == len(value) {
			b.WriteByte(value[i])
			continue
		}
		i++
		switch value[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		default:
			b.WriteByte(value[i])
		}
	}
	return b.String()
}

package yamlnode

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// Plain is the text of a scalar exactly as it was written, whatever YAML takes it for. An absent value is false
// without a report: need has reported it.
func (v Value) Plain(example string) (string, bool) {
	if v.Present() && v.Empty() {
		v.Fail("is empty; write for example %s, or remove it", example)
		return "", false
	}
	if !v.Present() || !v.Kind(yaml.ScalarNode, "a single value, for example "+example) {
		return "", false
	}
	if v.misquoted() {
		return "", false
	}
	if strings.HasSuffix(v.Key, "]") && v.Node.Style == 0 && strings.Contains(v.Node.Value, ";") {
		v.Fail("a comma belongs between two entries, not a semicolon; write:  %s",
			problem.Short(strings.ReplaceAll(v.Node.Value, ";", ",")))
		return "", false
	}
	return v.Node.Value, true
}

// misquoted reports quotation marks that are not those of YAML, or not at both ends: they would be part of the value.
func (v Value) misquoted() bool {
	text := v.Node.Value
	if v.Node.Style != 0 || text == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	const curly = "“”„＂"
	if strings.ContainsRune(curly, first) || strings.ContainsRune(curly, last) || strings.Count(text, `"`) == 1 ||
		last == '"' && !strings.Contains(text, ` "`) {
		v.Node = nil // its correction is told here
		v.Fail("the quotation marks are not plain ones, or not at both ends; write \"%s\"",
			problem.Short(strings.Trim(text, curly+`"`)))
		return true
	}
	return false
}

// Text is a scalar that YAML takes for Text.
func (v Value) Text(example string) (string, bool) {
	text, ok := v.Plain(example)
	if !ok {
		return "", false
	}
	if v.Node.Tag != "!!str" {
		v.Fail("is not text for YAML; put it in quotation marks: %q", problem.Short(text))
		return "", false
	}
	if strings.TrimSpace(text) == "" {
		v.Fail("is empty; write for example %s", example)
		return "", false
	}
	return text, true
}

// ID is a stable identifier.
func (v Value) ID(example string) (string, bool) {
	text, ok := v.Text(example)
	if ok && (!schema.Identifier.MatchString(text) || len(text) > 40) {
		v.Fail("%q is no identifier; use up to 40 small letters, digits and hyphens, for example %s",
			problem.Short(text), example)
		return "", false
	}
	return text, ok
}

// OneOf is one of the words of the table.
func (v Value) OneOf() (string, bool) {
	if !v.Present() {
		return "", false
	}
	var words []string
	for _, word := range v.described(func(s *schema.Schema) bool { return len(s.Enum) > 0 }).Enum {
		words = append(words, fmt.Sprint(word))
	}
	return v.OneOfThese(words)
}

// OneOfThese is one of words that are not in the table, as they depend on what else is written.
func (v Value) OneOfThese(words []string) (string, bool) {
	text, ok := v.Plain(words[0])
	if !ok {
		return "", false
	}
	for _, w := range words {
		if w == text {
			return text, true
		}
	}
	v.Fail("%q is not known; %s", problem.Short(text), problem.Hint(text, words))
	return "", false
}

// Whole is a Whole number between the limits of the table.
func (v Value) Whole() (int, bool) {
	if !v.Present() {
		return 0, false
	}
	s := v.described(func(s *schema.Schema) bool { return s.Minimum != nil })
	least, most := *s.Minimum, *s.Maximum
	text, ok := v.Plain(strconv.Itoa(least))
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || v.Node.Tag != "!!int" {
		v.Fail("%q is no whole number; write one from %d to %d, without quotation marks",
			problem.Short(text), least, most)
		return 0, false
	}
	if n < least || n > most {
		v.Fail("is %d; it has to be from %d to %d", n, least, most)
		return 0, false
	}
	return n, true
}

// Truth is true or false; an absent value is false.
func (v Value) Truth() bool {
	text, ok := v.Plain("true")
	if ok && (v.Node.Tag != "!!bool" || text != "true" && text != "false") {
		v.Fail("%q is neither true nor false; write one of the two, without quotation marks", problem.Short(text))
	}
	return ok && text == "true"
}

// Yes is the truth of a key that is written only to say that something is so: false is a mistake.
func (v Value) Yes() bool {
	before := len(*v.Problems)
	yes := v.Truth()
	if v.Present() && !yes && len(*v.Problems) == before {
		v.Fail("is false; write true, or remove it")
	}
	return yes
}

// Duration is a length of time between the limits of the table.
func (v Value) Duration() (time.Duration, bool) {
	if !v.Present() {
		return 0, false
	}
	s := v.described(func(s *schema.Schema) bool { return s.Longest > 0 })
	least, most := s.Shortest, s.Longest
	text, ok := v.Plain(problem.Spell(least))
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil || text == "0" {
		v.Fail("%q is no length of time; write a number with s, m or h, for example 20s, 30m or 72h",
			problem.Short(text))
		return 0, false
	}
	if d < least || d > most {
		v.Fail("is %s; it has to be from %s to %s", problem.Short(text), problem.Spell(least), problem.Spell(most))
		return 0, false
	}
	return d, true
}

// Form is a value with a form of its own, such as a time or a date, quoted or not.
func Form[T any](v Value, example string, parse func(string) (T, error)) (value T, ok bool) {
	text, ok := v.Plain(example)
	if !ok {
		return value, false
	}
	value, err := problem.Read(text, parse)
	if err != nil {
		v.Node = nil // the error has its correction
		v.Fail("%v", err)
	}
	return value, err == nil
}

// Date is a day. YAML takes an unquoted one for an instant, so it is read from its text.
func (v Value) Date() (hours.Date, bool) { return Form(v, "2026-12-31", hours.ParseDate) }

// Instant is a date and a reading of the clock in a zone; 24:00 is the end of the day. A reading that occurs twice,
// or that a clock skips, is read by [hours.InstantOf].
func (v Value) Instant(zone *time.Location) (time.Time, bool) {
	reading, ok := Form(v, "2026-12-31 22:00", hours.ParseReading)
	if !ok || zone == nil {
		return time.Time{}, false // reported, a zone where it stands
	}
	if doubt := reading.Doubt(zone); doubt != "" {
		v.Warn("%s", doubt)
	}
	return reading.In(zone), true
}

// Quoted is text whose digits YAML would take for a number: +62… loses its +, 0812 becomes something else.
func (v Value) Quoted(example string) (string, bool) {
	text, ok := v.Plain(example)
	if !ok {
		return "", false
	}
	if v.Node.Tag != "!!str" {
		v.Fail("is not quoted, so YAML takes it for a quantity; quote it, for example %s", example)
		return "", false
	}
	return text, true
}

package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"go.yaml.in/yaml/v3"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
)

// plain is the text of a scalar exactly as it was written, whatever YAML takes it for. An absent value is false
// without a report: whoever needs it has asked with need.
func (v value) plain(example string) (string, bool) {
	if v.present() && v.empty() {
		v.fail("is empty; write for example %s, or remove it", example)
		return "", false
	}
	if !v.present() || !v.kind(yaml.ScalarNode, "a single value, for example "+example) {
		return "", false
	}
	return v.node.Value, true
}

// text is a scalar that YAML takes for text.
func (v value) text(example string) (string, bool) {
	text, ok := v.plain(example)
	if !ok {
		return "", false
	}
	if v.node.Tag != "!!str" {
		v.fail("is not text for YAML; put it in quotation marks: %q", problem.Short(text))
		return "", false
	}
	if strings.TrimSpace(text) == "" {
		v.fail("is empty; write for example %s", example)
		return "", false
	}
	return text, true
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// id is a stable identifier.
func (v value) id(example string) (string, bool) {
	text, ok := v.text(example)
	if ok && (!identifier.MatchString(text) || len(text) > 40) {
		v.fail("%q is no identifier; use up to 40 small letters, digits and hyphens, for example %s", problem.Short(text), example)
		return "", false
	}
	return text, ok
}

// oneOf is one of the words of the table.
func (v value) oneOf() (string, bool) {
	if !v.present() {
		return "", false
	}
	var words []string
	for _, word := range v.described(func(s *schema) bool { return len(s.Enum) > 0 }).Enum {
		words = append(words, fmt.Sprint(word))
	}
	return v.oneOfThese(words)
}

// oneOfThese is one of words that are not in the table, as they depend on what else is written.
func (v value) oneOfThese(words []string) (string, bool) {
	text, ok := v.plain(words[0])
	if !ok {
		return "", false
	}
	for _, w := range words {
		if w == text {
			return text, true
		}
	}
	v.fail("%q is not known; %s", problem.Short(text), problem.Hint(text, words))
	return "", false
}

// whole is a whole number between the limits of the table.
func (v value) whole() (int, bool) {
	if !v.present() {
		return 0, false
	}
	s := v.described(func(s *schema) bool { return s.Minimum != nil })
	least, most := *s.Minimum, *s.Maximum
	text, ok := v.plain(strconv.Itoa(least))
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || v.node.Tag != "!!int" {
		v.fail("%q is no whole number; write one from %d to %d, without quotation marks", problem.Short(text), least, most)
		return 0, false
	}
	if n < least || n > most {
		v.fail("is %d; it has to be from %d to %d", n, least, most)
		return 0, false
	}
	return n, true
}

// truth is true or false; an absent value is false.
func (v value) truth() bool {
	text, ok := v.plain("true")
	if ok && (v.node.Tag != "!!bool" || text != "true" && text != "false") {
		v.fail("%q is neither true nor false; write one of the two, without quotation marks", problem.Short(text))
	}
	return ok && text == "true"
}

// duration is a length of time between the limits of the table.
func (v value) duration() (time.Duration, bool) {
	if !v.present() {
		return 0, false
	}
	s := v.described(func(s *schema) bool { return s.longest > 0 })
	least, most := s.shortest, s.longest
	text, ok := v.plain(problem.Spell(least))
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil || text == "0" {
		v.fail("%q is no length of time; write a number with s, m or h, for example 20s, 30m or 72h", problem.Short(text))
		return 0, false
	}
	if d < least || d > most {
		v.fail("is %s; it has to be from %s to %s", problem.Short(text), problem.Spell(least), problem.Spell(most))
		return 0, false
	}
	return d, true
}

// date is a day, quoted or not: YAML takes an unquoted one for an instant, so it is read from its text.
func (v value) date() (hours.Date, bool) {
	text, ok := v.plain("2026-12-31")
	if !ok {
		return hours.Date{}, false
	}
	d, err := hours.ParseDate(text)
	if err != nil {
		v.fail("%v", err)
		return hours.Date{}, false
	}
	return d, true
}

var wallClock = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})$`)

// instant is a date and a reading of the clock in a zone; 24:00 is the end of the day. A reading that occurs twice is
// the first of the two, one that a clock skips is moved on.
func (v value) instant(zone *time.Location) (time.Time, bool) {
	text, ok := v.plain("2026-12-31 22:00")
	if !ok {
		return time.Time{}, false
	}
	parts := wallClock.FindStringSubmatch(text)
	if parts == nil {
		v.fail("%q is not a date and a time; write them as 2026-12-31 22:00, on the line's own clock", problem.Short(text))
		return time.Time{}, false
	}
	d, err := hours.ParseDate(parts[1])
	if err != nil {
		v.fail("%v", err)
		return time.Time{}, false
	}
	reading := parts[2]
	hour, _ := strconv.Atoi(reading[:2])
	minute, _ := strconv.Atoi(reading[3:])
	if minute > 59 || hour*60+minute > 24*60 {
		v.fail("%q is not a time of day; write 00:00 to 24:00", reading)
		return time.Time{}, false
	}
	if zone == nil {
		return time.Time{}, false // reported where the zone stands
	}
	return time.Date(d.Year, d.Month, d.Day, hour, minute, 0, 0, zone).UTC(), true
}

var (
	e164   = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	prefix = regexp.MustCompile(`^\+[1-9][0-9]{0,13}$`)
)

// number is a telephone number, E.164. Messages never repeat it: they end up in logs.
func (v value) number() (string, bool) {
	text, ok := v.quoted("\"+622150001000\"")
	if !ok {
		return "", false
	}
	if !e164.MatchString(text) {
		v.fail("is not in the international form; write +, the country code and the rest without spaces, for example \"+622150001000\"")
		return "", false
	}
	n, err := phonenumbers.Parse(text, "ZZ")
	if err != nil || !phonenumbers.IsValidNumber(n) {
		v.fail("is not a telephone number of that country's numbering plan; check the digits")
		return "", false
	}
	return text, true
}

// prefix is the beginning of telephone numbers, E.164.
func (v value) prefix() (string, bool) {
	text, ok := v.quoted("\"+86\"")
	if ok && !prefix.MatchString(text) {
		v.fail("%q is not the beginning of an international number; write + and digits, for example \"+86\"", problem.Short(text))
		return "", false
	}
	return text, ok
}

// quoted is text whose digits YAML would take for a number: +62… loses its +, 0812 becomes something else.
func (v value) quoted(example string) (string, bool) {
	text, ok := v.plain(example)
	if !ok {
		return "", false
	}
	if v.node.Tag != "!!str" {
		v.fail("is not quoted, so YAML takes it for a quantity; quote it, for example %s", example)
		return "", false
	}
	return text, true
}

package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
)

const (
	// longestDeclared bounds a slip of the pen: what lasts longer belongs into the file of hours.
	longestDeclared = 62 * day
	longestReason   = 200 // characters
)

// CheckCloses reports why no override may be declared for a desk of a line: it never closes.
func CheckCloses(line *ivr.Line, desk string) error {
	if d := line.Desks[desk]; d != nil && d.Hours.Always() {
		return fmt.Errorf("desk %s of %s never closes: hours in lines/%s.yaml", desk, line.ID, line.ID)
	}
	return nil
}

// CheckDeclared reports why an override may not be declared for a line now: what no file may say cannot be declared
// either, and a list of overrides shows one in one line.
func CheckDeclared(line *ivr.Line, o callbacks.DeclaredOverride, now time.Time) error {
	clock := func(t time.Time) string { return t.In(line.Hours.Zone()).Format(problem.TimeLayout) }
	switch {
	case !o.Until.After(now):
		return fmt.Errorf("%s has passed; it is %s there", clock(o.Until), clock(now))
	case o.Until.Sub(o.From) > longestDeclared:
		return fmt.Errorf("that is longer than %d days; write it into hours/%s.yaml as a special day or an override",
			longestDeclared/day, line.ID)
	}
	if err := CheckCloses(line, o.Desk); err != nil {
		return err
	}
	if err := checkLine("the reason", o.Reason, longestReason); err != nil {
		return err
	}
	for _, tag := range slices.Sorted(maps.Keys(o.Say)) {
		if err := checkLine("the text for "+tag, o.Say[tag], schema.LongestText); err != nil {
			return err
		}
	}
	return asOverride(o).Check()
}

// checkLine reports a text that is too long, or that could forge lines in a list or give a terminal orders.
func checkLine(what, text string, longest int) error {
	switch {
	case utf8.RuneCountInString(text) > longest:
		return fmt.Errorf("%s is longer than %d characters; say it more briefly", what, longest)
	case strings.ContainsFunc(text, endsLine):
		return fmt.Errorf("%s, %q, holds control characters, such as the end of a line; write it in one line", what,
			text)
	}
	return nil
}

func endsLine(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

package holidays

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/hotline-ivr/hotline/config/edit"
)

// YAML writes the set as a file: one day a line, so that a review sees what changed. [Parse] reads the same set from
// it.
func (s *Set) YAML() []byte {
	var b bytes.Buffer
	for line := range strings.Lines(s.Comment) {
		b.WriteString(strings.TrimRight("# "+strings.TrimRight(line, "\n"), " ") + "\n")
	}
	if s.Comment != "" {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "name: %s\n", edit.Text(s.Name))
	if s.Country != "" {
		fmt.Fprintf(&b, "country: %s\n", edit.Text(s.Country))
	}
	fmt.Fprintf(&b, "covers: {from: %s, to: %s}\nsources:\n", s.From, s.To)
	for _, source := range s.Sources {
		fmt.Fprintf(&b, "  - %s\n", strconv.Quote(source))
	}
	if len(s.Days) == 0 {
		b.WriteString("days: []\n")
		return b.Bytes()
	}
	b.WriteString("days:\n")
	for _, d := range s.Days {
		fmt.Fprintf(&b, "  - {date: %s, kind: %s, name: %s}\n", d.Date, d.Kind, edit.Text(d.Name))
	}
	return b.Bytes()
}

// unprintable are the characters that names and sources must not have: they could hide what a reviewer should see.
func unprintable(r rune) bool {
	return r == unicode.ReplacementChar || !unicode.IsPrint(r)
}

package holidays

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
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
	fmt.Fprintf(&b, "name: %s\n", scalar(s.Name))
	if s.Country != "" {
		fmt.Fprintf(&b, "country: %s\n", scalar(s.Country))
	}
	fmt.Fprintf(&b, "covers: {from: %s, to: %s}\nsources:\n", s.From, s.To)
	for _, source := range s.Sources {
		fmt.Fprintf(&b, "  - %s\n", quoted(source))
	}
	if len(s.Days) == 0 {
		b.WriteString("days: []\n")
		return b.Bytes()
	}
	b.WriteString("days:\n")
	for _, d := range s.Days {
		fmt.Fprintf(&b, "  - {date: %s, kind: %s, name: %s}\n", d.Date, d.Kind, scalar(d.Name))
	}
	return b.Bytes()
}

var plainText = regexp.MustCompile(`^[\p{L}(][\p{L}\p{N} ()/、・’-]*$`)

// scalar quotes what YAML could take for something else than this text.
func scalar(text string) string {
	if plainText.MatchString(text) && text == strings.TrimSpace(text) {
		var node yaml.Node
		if yaml.Unmarshal([]byte(text), &node) == nil && len(node.Content) == 1 && node.Content[0].Tag == "!!str" &&
			node.Content[0].Value == text {
			return text
		}
	}
	return quoted(text)
}

// quoted escapes what YAML's double quotes need to have escaped.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// unprintable are the characters that names and sources must not have: they could hide what a reviewer should see.
func unprintable(r rune) bool {
	return r == unicode.ReplacementChar || !unicode.IsPrint(r)
}

// Package terminal prints for people at a terminal: tables, progress, and text of strangers made harmless.
package terminal

import (
	"io"
	"strings"
	"unicode"

	"github.com/hotline-ivr/hotline/config/problem"
)

// A Table is aligned by the columns of a terminal, in which a Chinese character is two wide.
type Table struct{ Rows [][]string }

// Add appends a row. What a terminal could take for a command is replaced in its cells.
func (t *Table) Add(cells ...string) {
	for i, cell := range cells {
		cells[i] = Printable(cell)
	}
	t.Rows = append(t.Rows, cells)
}

// Printable shows what would move the cursor, colour the screen, begin a line or turn the direction of writing as
// U+FFFD: a caller's SIP name and a provider's words are strangers'. A byte that is no UTF-8 may do so too.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

// Write prints the rows with two spaces between columns and none at a line's end.
func (t *Table) Write(out io.Writer, indent string) error {
	_, err := io.WriteString(out, problem.Aligned(t.Rows, indent))
	return err
}

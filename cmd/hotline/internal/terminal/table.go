// Package terminal prints for people at a terminal: tables, progress, and text of strangers made harmless.
package terminal

import (
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
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
	var widths []int
	for _, row := range t.Rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.Rows {
		line := indent
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-columns(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// columns is how many columns of a terminal a text takes. Marks that sit on the letter before them, and characters
// that only format, take none. Characters of ambiguous width count as narrow, as terminals draw them by default.
func columns(text string) (n int) {
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

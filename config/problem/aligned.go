package problem

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Aligned writes rows in the columns of a terminal, in which a Chinese character is two wide, with two spaces
// between them and none at a line's end.
func Aligned(rows [][]string, indent string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := indent
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-columns(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
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

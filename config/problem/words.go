package problem

import (
	"fmt"
	"strings"
	"time"
)

// Nearest finds the known word that somebody may have meant, in a file or on the command line. It is false when none is
// near.
func Nearest(word string, known []string) (string, bool) { return Within(1+len(word)/3, word, known) }

// Within is [Nearest] where the known words are many, with so many letters to add, drop or change.
func Within(most int, word string, known []string) (string, bool) {
	const longest = 60 // longer words are nobody's slip, and would be costly to compare
	if len(word) < 2 || len(word) > longest {
		return "", false
	}
	best, bestDistance, bestLetters := "", most, 0
	for _, k := range known {
		letters := distance(strings.ToLower(word), strings.ToLower(k))
		d := letters
		// "monday" for "mon", "hour" for "hours".
		if len(k) > 2 && (strings.HasPrefix(strings.ToLower(word), k) || strings.HasPrefix(k, strings.ToLower(word))) {
			d = min(d, 1)
		}
		if d <= bestDistance && (best == "" || d < bestDistance || letters < bestLetters) {
			best, bestDistance, bestLetters = k, d, letters
		}
	}
	return best, best != ""
}

// distance counts the letters to add, drop or change (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// Hint names the nearest known word, or all of them when none is near.
func Hint(word string, known []string) string {
	if near, ok := Nearest(word, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + strings.Join(known, ", ")
}

// Short cuts a long text for a message.
func Short(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// TimeLayout is how messages and lists write an instant, on the clock of its line.
const TimeLayout = "Mon 2006-01-02 15:04"

// Spell writes a duration without units that are zero: 10m, not 10m0s.
func Spell(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

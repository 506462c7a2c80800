package config

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Hears reports whether the words are among what was said, in that order and with nothing between them. Whole words count:
// "8 a.m." is not in "18 a.m.". Capital letters, white space, punctuation and full-width forms make no difference, and
// scripts that are written without spaces have no word boundaries.
func Hears(said, words string) bool {
	text, want := plainWords(said), plainWords(words)
	if want == "" {
		return false
	}
	runes, part := []rune(text), []rune(want)
	for i := 0; i+len(part) <= len(runes); i++ {
		if string(runes[i:i+len(part)]) != want {
			continue
		}
		end := i + len(part)
		if (i == 0 || boundary(runes[i-1], runes[i])) && (end == len(runes) || boundary(runes[end-1], runes[end])) {
			return true
		}
	}
	return false
}

// plainWords reduces a text to its words: small letters and digits, one space between words of scripts that have spaces.
// Full stops and apostrophes vanish, so that "a.m." is one word; other punctuation parts words.
func plainWords(text string) string {
	var b strings.Builder
	var last rune // what was written last; 0 is nothing yet
	gap := false
	for _, r := range strings.ToLower(norm.NFKC.String(text)) {
		switch {
		case r == '.' || r == '\'' || r == '’':
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			if gap && last != 0 && !spaceless(last) && !spaceless(r) {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
			last, gap = r, false
		default:
			gap = true
		}
	}
	return b.String()
}

// boundary reports whether a word ends between two characters that follow each other.
func boundary(a, b rune) bool { return a == ' ' || b == ' ' || spaceless(a) || spaceless(b) }

// spaceless reports a character of a script that puts no spaces between words.
func spaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー'
}

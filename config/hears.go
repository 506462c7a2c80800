package config

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Hears reports whether the words are among what was said, in that order and with nothing between them. Whole words
// count: "8 a.m." is not in "18 a.m.". Capital letters, white space, punctuation and full-width forms make no
// difference, and scripts that are written without spaces have no word boundaries.
func Hears(said, words string) bool {
	text, want := plainWords(said), plainWords(words)
	if want == "" {
		return false
	}
	for from := 0; ; {
		i := strings.Index(text[from:], want)
		if i < 0 {
			return false
		}
		begin, end := from+i, from+i+len(want)
		if boundary(text, begin) && boundary(text, end) {
			return true
		}
		_, width := utf8.DecodeRuneInString(text[begin:])
		from = begin + width
	}
}

// plainWords reduces a text to its words: small letters and digits, one space between words of scripts that have
// spaces. Full stops and apostrophes vanish, so that "a.m." is one word; other punctuation parts words.
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

// Words are those of a text, as [Hears] compares them; of scripts without spaces each character.
func Words(text string) (words []string) {
	for _, part := range strings.Fields(plainWords(text)) {
		word := ""
		for _, r := range part {
			if word += string(r); spaceless(r) {
				words, word = append(words, word), ""
			}
		}
		if word != "" {
			words = append(words, word)
		}
	}
	return words
}

// boundary reports whether a word ends or begins at i in plain words.
func boundary(text string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i:])
	return i == 0 || i == len(text) || before == ' ' || after == ' ' || spaceless(before) || spaceless(after)
}

// spaceless reports a character of a script that puts no spaces between words.
func spaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer,
		unicode.Myanmar) || r == 'ー'
}

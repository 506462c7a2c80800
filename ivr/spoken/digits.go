package spoken

import "strings"

// Digits says a number digit by digit, in groups of at most four so that the voice pauses where people do:
// "0 8 1 2, 3 4 5 6, 7 8 9 0". In Chinese 1 is read 幺, as on every telephone. Blanks, hyphens and brackets inside the
// number say where the pauses are: "090-1234-5678".
//
// A "+" before the first digit is spoken, and the country code after it is a group of its own.
// Everything else that is not an ASCII digit is left out; without any digit the answer is empty.
func Digits(tag, digits string) string {
	written := writtenGroups(digits)
	if len(written) == 0 {
		return ""
	}
	plus := strings.Contains(digits[:strings.IndexByte(digits, written[0][0])], "+")
	var groups []string
	if plus {
		n := min(countryCodeLength(written[0]), len(written[0]))
		groups, written[0] = append(groups, written[0][:n]), written[0][n:]
	}
	for _, group := range written {
		groups = append(groups, grouped(group)...)
	}
	return speaker(tag).digits(plus, groups)
}

// writtenGroups cuts a number where it is written with a separator. What is neither digit nor separator is left out.
func writtenGroups(digits string) []string {
	return strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case strings.ContainsRune(" -()/.\u00a0\u2010\u2011", r):
			return ' '
		}
		return -1
	}, digits))
}

// grouped cuts digits into as few groups of at most four as possible, the longer ones first.
// Sizes differ by one at most, so that no digit is left alone at the end.
func grouped(digits string) []string {
	var groups []string
	for count := (len(digits) + 3) / 4; count > 0; count-- {
		size := (len(digits) + count - 1) / count
		groups, digits = append(groups, digits[:size]), digits[size:]
	}
	return groups
}

// twoDigitCodes are the second digits of two-digit country codes, by first digit.
// Source: ITU-T E.164, list of assigned country codes. Codes beginning with 1 and 7 have one digit, all others three.
var twoDigitCodes = map[byte]string{
	'2': "07",
	'3': "0123469",
	'4': "013456789",
	'5': "12345678",
	'6': "0123456",
	'8': "1246",
	'9': "0123458",
}

func countryCodeLength(digits string) int {
	switch {
	case digits[0] == '1' || digits[0] == '7':
		return 1
	case len(digits) > 1 && strings.IndexByte(twoDigitCodes[digits[0]], digits[1]) >= 0:
		return 2
	}
	return 3
}

// spelled says groups of digits by the names of digits, with a pause between groups.
func spelled(groups []string, names [10]string, pause string) string {
	text := make([]string, len(groups))
	for i, group := range groups {
		words := make([]string, len(group))
		for j := range len(group) {
			words[j] = names[group[j]-'0']
		}
		text[i] = strings.Join(words, " ")
	}
	return strings.Join(text, pause)
}

// spaced puts a space between digits, which makes voices read them one by one.
func spaced(digits string) string {
	return strings.Join(strings.Split(digits, ""), " ")
}

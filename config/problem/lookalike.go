package problem

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// lookAlikes are characters that an input method, a word processor or a web page puts in the place of plain ones.
var lookAlikes = strings.NewReplacer(pairs()...)

const (
	deceptive = "–—−－‐‑～〜：“”„＂‘’＇，、｛｝［］（）＃＋／．　\u00a0\t\u200b\ufeffаеосрхуАВЕКМНОРСТХ"
	plain     = `--------:""""'''` + ",,{}[]()#+/.   \x00\x00aeocpxyABEKMHOPCTX"
)

// plainOf is the plain character that each one stands for. NUL: none at all.
var plainOf = func() map[rune]string {
	of, simple := map[rune]string{}, []rune(plain)
	for i, r := range []rune(deceptive) {
		of[r] = strings.Trim(string(simple[i]), "\x00")
	}
	for i := range rune(10) {
		of['０'+i] = string('0' + i)
	}
	for i := range rune(26) {
		of['ａ'+i], of['Ａ'+i] = string('a'+i), string('A'+i)
	}
	return of
}()

func pairs() (out []string) {
	for r, simple := range plainOf {
		out = append(out, string(r), simple)
	}
	return out
}

// Plain is a text with plain characters in the place of those that look like them. Behind a key, a wide colon is as
// wide as a colon and a space.
func Plain(text string) string { return lookAlikes.Replace(wideColon.ReplaceAllString(text, "$1: $2")) }

var wideColon = regexp.MustCompile(`([A-Za-z_])：(\S)`)

// LookAlike finds the first character that only looks like a plain one, outside of plain quotation marks: where it is,
// in bytes, and what to say of it. The position is -1 when there is none.
func LookAlike(line string) (at int, what string) {
	quoted, before := false, ' '
	for i, r := range line {
		if r == '#' && !quoted && before == ' ' {
			break // a comment
		}
		if before = r; r == '"' {
			quoted = !quoted
		}
		simple, deceives := plainOf[r]
		if !deceives || quoted {
			continue
		}
		switch {
		case r == '\t':
			return i, "a tab stands here, where YAML takes only spaces"
		case simple == "":
			return i, fmt.Sprintf("an invisible character (U+%04X) stands here", r)
		case simple == " ":
			return i, fmt.Sprintf("a wide or hard space (U+%04X) stands here, not a plain one", r)
		}
		return i, fmt.Sprintf("%c (U+%04X) only looks like %s", r, r, simple)
	}
	return -1, ""
}

// Correction is what to say of a short value, such as a time or a name, that has a look-alike in it; empty when it has
// none.
func Correction(value string) string {
	const longest = 60
	i, what := LookAlike(value)
	simple := Plain(value)
	if i < 0 || len(value) > longest || strings.Count(simple, " ") > 1 ||
		strings.ContainsFunc(simple, func(r rune) bool { return r > 126 }) {
		return ""
	}
	if strings.HasPrefix(simple, "[") || strings.HasPrefix(simple, "{") {
		return fmt.Sprintf("; %s: write %s", what, simple) // a list or a mapping, without quotation marks around it
	}
	return fmt.Sprintf("; %s: write %q", what, simple)
}

// Read reads a value with a form of its own, such as a time. The error has the corrected text: that of look-alikes, and
// what the form itself corrects.
func Read[T any](text string, parse func(string) (T, error)) (value T, err error) {
	if value, err = parse(text); err == nil || Plain(text) == text {
		return value, err
	}
	if _, again := parse(Plain(text)); again != nil {
		return value, again // of the plain text, where the form may be corrected, too
	}
	return value, fmt.Errorf("%w%s", err, Correction(text))
}

// Pointer is a line with a mark under one of its bytes, for the end of a message. Where a long line is cut, … says so.
func Pointer(line string, at int) string {
	const before, most = 60, 100
	start, end, left, right := 0, len(line), "", ""
	if r := []rune(line[:at]); len(r) > before {
		start, left = at-len(string(r[len(r)-before:])), "…"
	}
	if r := []rune(line[start:]); len(r) > most {
		end, right = start+len(string(r[:most])), "…"
	}
	shown := strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r):
			return unicode.ReplacementChar
		}
		return r
	}, line[start:end])
	return "\n    " + left + shown + right + "\n    " + strings.Repeat(" ", columns(left+line[start:at])+
		strings.Count(line[start:at], "\t")) + "^"
}

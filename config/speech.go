package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// A speech is a text that callers or agents hear, in the language of the tag; need is what it has to say.
type speech struct {
	yamlnode.Value
	text, tag string
	need      ivr.PromptNeed
}

// check looks at what a voice cannot speak, at placeholders and keys, at the language and at the length.
func (s speech) check() {
	if !s.checkQuotes() {
		return
	}
	s.checkCharacters()
	s.checkPlaceholders()
	s.checkKeys()
	if s.checkScript() {
		s.checkLanguage()
	}
	if n := utf8.RuneCountInString(s.text); n > schema.LongestText {
		s.Fail("has %d characters; the provider speaks at most %d at a time", n, schema.LongestText)
	}
}

// otherQuotes are quotation marks of people, which to YAML are part of the text.
var otherQuotes = regexp.MustCompile(`^(«.*»|».*«|‹.*›|‘.*’|「.*」|『.*』|《.*》)$`)

// checkQuotes reports what a sentence without quotation marks loses or gains. It is false where a part is lost: what is
// left is not what was meant.
func (s speech) checkQuotes() bool {
	if s.Node == nil || s.Node.Style != 0 {
		return true
	}
	if comment := s.Node.LineComment; comment != "" {
		s.Fail("nobody hears %q, since a # begins a comment; put quotation marks around all that is to be heard",
			problem.Short(comment))
		return false
	}
	if otherQuotes.MatchString(s.text) {
		r := []rune(s.text)
		s.Warn("has %c and %c around it, which are no quotation marks here; write \"%s\"", r[0], r[len(r)-1],
			string(r[1:len(r)-1]))
	}
	return true
}

var (
	braces = regexp.MustCompile(`\{+[^{}]*\}+|[{}]`)
	// glued are marks and figures that would be read out as a part of what is filled in.
	glued = regexp.MustCompile(`[0-9$%]+\{[a-z_-]+\}|\{[a-z_-]+\}[0-9]+`)
	// wideBraces are what an input method for Chinese or Japanese makes of braces.
	wideBraces = regexp.MustCompile(`[｛{]\s*([a-zA-Z_-]*)\s*[｝}]|[｛｝]`)
	markup     = regexp.MustCompile("</?[a-zA-Z][^>]*>|&(?:[a-z]+|#[0-9]+);|\\*\\*|__|`")
	// links are what telephones make a link of.
	links   = regexp.MustCompile(`(?i)[a-z]+://\S*|www\.\S*|[a-z0-9-]+\.[a-z]{2,}(/\S*)?`)
	figures = regexp.MustCompile(`[0-9]+`)
)

// checkCharacters reports control characters, marks that nobody sees, markup, and links in text messages.
func (s speech) checkCharacters() {
	for i, r := range s.text {
		ascii := r >= ' ' && r <= '~' // nearly all, and the tables are slow
		if r != '\n' && !ascii && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) || r == utf8.RuneError {
			s.Fail("has the character U+%04X, which nobody sees and no voice speaks, behind %q; delete it", r,
				lastOf(s.text[:i]))
			break
		}
	}
	if strings.HasPrefix(s.need.Key, "sms.") {
		if found := links.FindString(s.text); found != "" {
			s.Fail("has %s, which telephones show as a link; forged texts have links, so ours have none: say where to "+
				"call", problem.Short(found))
		}
	}
	if found := s.find(markup, "<&*_`", 1); found != nil {
		s.Fail("has %s, which callers would hear read out; write words alone", problem.Short(found[0][0]))
	}
}

// find finds a pattern, each of whose finds has one of the marks: a text has few, and such patterns are slow.
func (s speech) find(pattern *regexp.Regexp, marks string, most int) [][]string {
	if !strings.ContainsAny(s.text, marks) {
		return nil
	}
	return pattern.FindAllStringSubmatch(s.text, most)
}

// lastOf is the end of a text, for a message that points behind it.
func lastOf(text string) string {
	r := []rune(text)
	return string(r[max(0, len(r)-12):])
}

// checkPlaceholders reports those that are not known, and those without which the sentence is useless.
func (s speech) checkPlaceholders() {
	args, wrong := s.need.Args, false
	for _, found := range s.find(wideBraces, "｛｝", 50) {
		if !strings.ContainsAny(found[0], "｛｝") {
			continue
		}
		wrong = true
		if found[1] == "" {
			s.Fail("has a full-width %s; placeholders are written in plain braces, {like_this}", found[0])
		} else {
			s.Fail("has %s in full-width braces, which would be read out; write {%s}", found[0], found[1])
		}
	}
	for _, match := range s.find(braces, "{}", 50) {
		found := match[0]
		name := strings.Trim(found, "{}")
		near, close := problem.Nearest(strings.TrimSpace(name), args)
		switch {
		case slices.Contains(args, name) && found == "{"+name+"}":
			continue
		case strings.ContainsAny(found, "｛｝"): // reported
		case len(found) == 1:
			s.Fail("has a lone %s; placeholders are written {like_this}", found)
		case len(args) == 0:
			s.Fail("unknown placeholder %s; this text has none to fill in", problem.Short(found))
		case close:
			s.Fail("unknown placeholder %s; did you mean {%s}?", problem.Short(found), near)
		default:
			s.Fail("unknown placeholder %s; this text may use {%s}", problem.Short(found), strings.Join(args, "}, {"))
		}
		wrong = true
	}
	if wrong || schema.WithVariables.MatchString(s.need.Key) {
		return
	}
	for _, found := range s.find(glued, "{", 1) {
		s.Fail("has %s, which would be read out as one; write %s alone, or a space between", found[0],
			braces.FindString(found[0]))
	}
	for _, arg := range args {
		switch own := strings.Contains(s.Key, "/"); {
		case strings.Contains(s.text, "{"+arg+"}"):
		case arg == "key" && len(s.besideKey()) > 0: // told with the keys
		case ivr.Required(arg):
			s.Fail("does not say {%s}, without which it is of no use; add it (heard: %s)", arg, s.need.Heard)
		case !own || arg == "count" && !figures.MatchString(s.text):
			// words of one line may say its name and its numbers as they are
			s.Warn("does not say {%s}; add it unless it is left out on purpose", arg)
		}
	}
}

// besideBraces is the text without its placeholders.
func (s speech) besideBraces() string {
	if !strings.ContainsAny(s.text, "{}") {
		return s.text
	}
	return braces.ReplaceAllString(s.text, " ")
}

// scripts are those in which a language is written, beside Latin names.
var scripts = map[string][]*unicode.RangeTable{
	"zh": {unicode.Han, unicode.Bopomofo},
	"ja": {unicode.Han, unicode.Hiragana, unicode.Katakana},
}

// checkScript warns of letters that the voice of a language reads wrongly or not at all; false where it does.
func (s speech) checkScript() bool {
	own, letters := false, 0
	for _, r := range s.besideBraces() {
		wide := r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff65
		switch {
		case !unicode.IsLetter(r) && !(wide && scripts[s.tag] == nil):
		case unicode.In(r, scripts[s.tag]...):
			own = true
		case unicode.Is(unicode.Latin, r) && !(wide && scripts[s.tag] == nil):
			letters++
		case unicode.In(r, unicode.Common, unicode.Inherited) && scripts[s.tag] != nil: // the long vowel ー
		default:
			s.Warn("has %q (%s), which is not written in the language %s; a voice reads it wrongly or not at all", r,
				scriptOf(r), s.tag)
			return false
		}
	}
	if scripts[s.tag] != nil && !own && letters > 0 {
		s.Warn("is in Latin letters alone; write it in the language %s", s.tag)
		return false
	}
	return true
}

// checkLanguage warns of a sentence in another language, as when one is copied and not translated: it has words that
// only this one has among the sentences that come with the program, and none of its own language.
func (s speech) checkLanguage() {
	if s.text == shippedSentences()[s.tag][s.need.Key] {
		return
	}
	count := map[string]int{}
	for _, word := range wordsOf(s.besideBraces()) {
		count[languageOf()[word]]++
	}
	for _, tag := range spoken.Tags() {
		// What a sentence in Chinese shares with Japanese alone are old forms of characters, and kana have been told.
		if tag != "ja" && count[tag] >= 2 && count[s.tag] == 0 {
			s.Warn("seems to be in the language %s; write it in the language %s", tag, s.tag)
			return
		}
	}
}

// languageOf is the language of the words that only one has; empty for those of several.
var languageOf = sync.OnceValue(func() map[string]string {
	of := map[string]string{}
	for tag, sentences := range shippedSentences() {
		for _, sentence := range sentences {
			for _, word := range wordsOf(braces.ReplaceAllString(sentence, " ")) {
				if before, known := of[word]; known && before != tag {
					of[word] = ""
				} else {
					of[word] = tag
				}
			}
		}
	}
	return of
})

// scriptOf names the script of a character.
func scriptOf(r rune) string {
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) && name != "Common" {
			return name
		}
	}
	return fmt.Sprintf("U+%04X", r)
}

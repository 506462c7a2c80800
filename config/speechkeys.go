package config

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// keyNames is what a language calls the star and the pound key: the word to write, and all that are understood. The
// pattern finds figures, and these words in its two groups; its other finds are words that only look like them.
type keyNames struct {
	star, pound string
	pattern     *regexp.Regexp
}

var keyWords = map[string]keyNames{
	"en": {"star", "pound", regexp.MustCompile(`(?i)[0-9]+|\b(star|asterisk)\b|\b(pound|hash)\b`)},
	"id": {"bintang", "pagar", regexp.MustCompile(`(?i)[0-9]+|\b(bintang)\b|\b(pagar)\b`)},
	"zh": {"星号", "井号", regexp.MustCompile(`[0-9]+|星期|(星|米字)|(井)`)},
	"ja": {"コメじるし", "シャープ",
		regexp.MustCompile(`[0-9]+|コメント|[欧北南]米|米国|(コメ|こめ|米|アスタリスク)|(シャープ)`)},
}

// A namedKey is a key that a sentence names, with the words of the sentence before and behind it.
type namedKey struct{ key, before, behind string }

var clauseEnd = regexp.MustCompile(`[.:;?!。：；？！]`)

// keysIn are the keys that a sentence in a language names, in order, and its other figures.
func keysIn(text, tag string) (named []namedKey) {
	text, end := braces.ReplaceAllString(text, " "), 0
	for _, at := range keyWords[tag].pattern.FindAllStringSubmatchIndex(text, -1) {
		n := namedKey{key: text[at[0]:at[1]]}
		switch {
		case at[2] >= 0:
			n.key = "*"
		case at[4] >= 0:
			n.key = "#"
		case n.key[0] > '9':
			continue
		}
		pieces := clauseEnd.Split(text[end:at[0]], -1)
		if n.before = pieces[len(pieces)-1]; len(named) > 0 {
			named[len(named)-1].behind = pieces[0]
		}
		named, end = append(named, n), at[1]
	}
	if len(named) > 0 {
		named[len(named)-1].behind = clauseEnd.Split(text[end:], 2)[0]
	}
	return named
}

// checkKeys refuses another key than the step takes, and a sentence that does not name it. A language is offered by its
// own key alone, which depends on the line.
func (s speech) checkKeys() {
	if len(s.need.Says) == 0 && s.need.Key != "language.offer" {
		return
	}
	named := keysIn(s.text, s.tag)
	said := make([]string, len(named))
	for i, n := range named {
		said[i] = n.key
	}
	if s.need.Key == "language.offer" && len(said) > 0 {
		s.Fail("names the key %s; each line has its own key for this language, so write {key} alone",
			s.spell(said[:1]))
	}
	var missing []string
	others := slices.Clone(said)
	for _, key := range strings.Fields(strings.Join(s.need.Says, " ")) {
		if i := slices.Index(others, key); i >= 0 {
			others = slices.Delete(others, i, i+1)
		} else {
			missing = append(missing, key)
		}
	}
	switch {
	case len(missing) > 0 && len(others) > 0:
		s.failKeys("says %s where it has to say %s", s.spell(others), s.spell(missing))
	case len(missing) > 0 && slices.ContainsFunc(missing, func(key string) bool { return key >= "0" }):
		s.failKeys("does not say %s in plain figures", s.spell(missing))
	case len(missing) > 0:
		s.failKeys("does not say %s", s.spell(missing))
	default:
		s.checkChains(said)
		s.doubtExchanged(named)
	}
}

// spell names keys in the words of the language.
func (s speech) spell(keys []string) string {
	words := strings.NewReplacer("*", keyWords[s.tag].star, "#", keyWords[s.tag].pound)
	return words.Replace(strings.Join(keys, " and "))
}

// failKeys says when the sentence is heard, and how the one that comes with the program is.
func (s speech) failKeys(format string, args ...any) {
	format += " (heard: %s)"
	args = append(args, s.need.Heard)
	if example, ok := shippedSentences()[s.tag][s.need.Key]; ok {
		format += "; for example %q"
		args = append(args, example)
	}
	s.Fail(format, args...)
}

// checkChains refuses a key without the one that has to follow it.
func (s speech) checkChains(said []string) {
	for _, chain := range s.need.Says {
		first, second, chained := strings.Cut(chain, " ")
		for i, key := range said {
			if chained && key == first && (i+1 == len(said) || said[i+1] != second) {
				s.failKeys("says %s without %s right behind it", s.spell([]string{first}), s.spell([]string{second}))
				return
			}
		}
	}
}

// doubtExchanged warns of two keys each of which stands with the words that the sentence of the program has for the
// other. Where the words are moved with their keys, or are all new, nothing can be said.
func (s speech) doubtExchanged(named []namedKey) {
	example := shippedSentences()[s.tag][s.need.Key]
	if len(named) < 2 || example == s.text || strings.Contains(strings.Join(s.need.Says, ","), " ") {
		return
	}
	models := keysIn(example, s.tag)
	for i, a := range models {
		for _, b := range models[i+1:] {
			x := slices.IndexFunc(named, func(n namedKey) bool { return n.key == a.key })
			y := slices.IndexFunc(named, func(n namedKey) bool { return n.key == b.key })
			ofA, ofB := apart(a.before, b.before), apart(b.before, a.before)
			if x >= 0 && y >= 0 && alike(named[x], named[y], ofB, ofA) > alike(named[x], named[y], ofA, ofB) {
				s.Warn("are %s and %s exchanged? Correct the sentence unless they mean the same as in %q",
					s.spell([]string{a.key}), s.spell([]string{b.key}), example)
				return
			}
		}
	}
}

// alike counts the words that two keys have of those that are theirs, before each key or behind it; 0 unless both have
// some.
func alike(a, b namedKey, ofA, ofB []string) int {
	count := func(text string, words []string) (n int) {
		for _, word := range wordsOf(text) {
			if slices.Contains(words, word) {
				n++
			}
		}
		return n
	}
	both := func(n, m int) int { return min(n, m, 1) * (n + m) }
	return max(both(count(a.before, ofA), count(b.before, ofB)), both(count(a.behind, ofA), count(b.behind, ofB)))
}

// apart are the words of a text that another does not have.
func apart(text, other string) []string {
	others := wordsOf(other)
	return slices.DeleteFunc(wordsOf(text), func(word string) bool { return slices.Contains(others, word) })
}

// wordsOf are the words of a text; of scripts without spaces each pair of neighbours.
func wordsOf(text string) (words []string) {
	for _, word := range strings.Fields(plainWords(text)) {
		r := []rune(word)
		if !spaceless(r[0]) {
			words = append(words, word)
			continue
		}
		for i := range len(r) - 1 {
			words = append(words, string(r[i:i+2]))
		}
	}
	return words
}

// shippedSentences are the prompts that come with the program, by language and key.
var shippedSentences = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for tag := range keyWords {
		data, _ := shipped.ReadFile("prompts/" + tag + ".yaml")
		sentences := map[string]string{}
		_ = yaml.Unmarshal(data, &sentences) // the tests read them
		all[tag] = sentences
	}
	return all
})

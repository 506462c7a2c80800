package config

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// keyNames is what a language calls the star and the pound key: the word to write, and all that are understood. The
// pattern finds figures, placeholders, and these words in its two groups; its other finds are words that only look like
// them.
type keyNames struct {
	star, pound string
	pattern     *regexp.Regexp
}

var keyWords = map[string]keyNames{
	"en": {"star", "pound", regexp.MustCompile(`(?i)\{[^{}]*\}|[0-9]+|\b(star|asterisk)\b|\b(pound|hash)\b`)},
	"id": {"bintang", "pagar", regexp.MustCompile(`(?i)\{[^{}]*\}|[0-9]+|\b(bintang)\b|\b(pagar)\b`)},
	"zh": {"星号", "井号", regexp.MustCompile(`\{[^{}]*\}|[0-9]+|星期|(星|米字)|(井)`)},
	"ja": {"コメじるし", "シャープ",
		regexp.MustCompile(`\{[^{}]*\}|[0-9]+|コメント|[欧北南]米|米国|(コメ|こめ|米|アスタリスク)|(シャープ)`)},
}

// A namedKey is a key that a sentence names, or a placeholder, with the words of its clause before and behind it up to
// the next; clause counts them.
type namedKey struct {
	key, before, behind string
	clause              int
}

var clauseEnd = regexp.MustCompile(`[.:;?!。：；？！]`)

// keysIn are the keys that a sentence in a language names, in order, its other figures and its placeholders.
func keysIn(text, tag string) (named []namedKey) {
	end, clause := 0, 0
	for _, at := range keyWords[tag].pattern.FindAllStringSubmatchIndex(text, -1) {
		n := namedKey{key: text[at[0]:at[1]]}
		switch {
		case at[2] >= 0:
			n.key = "*"
		case at[4] >= 0:
			n.key = "#"
		case n.key[0] > '9' && n.key[0] != '{':
			continue
		}
		pieces := clauseEnd.Split(text[end:at[0]], -1)
		clause += len(pieces) - 1
		if n.before, n.clause = pieces[len(pieces)-1], clause; len(named) > 0 {
			named[len(named)-1].behind = pieces[0]
		}
		named, end = append(named, n), at[1]
	}
	if len(named) > 0 {
		named[len(named)-1].behind = clauseEnd.Split(text[end:], 2)[0]
	}
	return named
}

// checkKeys refuses another key than the step takes, and a sentence that does not name it. Beside {key} no other can be
// named, since callers would press it too.
func (s speech) checkKeys() {
	if beside := s.besideKey(); len(beside) > 0 {
		s.Fail("says %s, but callers press the key that is filled in; write {key} alone, and other figures in words "+
			"(heard: %s)", s.spell(beside), s.need.Heard)
		return
	}
	switch named, missing, others := s.keys(); {
	case len(missing) > 0 && len(others) > 0:
		s.failKeys("says %s where it has to say %s", s.spell(others), s.spell(missing))
	case len(missing) > 0 && slices.ContainsFunc(missing, func(key string) bool { return key >= "0" }):
		s.failKeys("does not say %s in plain figures", s.spell(missing))
	case len(missing) > 0:
		s.failKeys("does not say %s", s.spell(missing))
	default:
		s.checkChains(named)
		s.doubtExchanged(keysIn(s.text, s.tag))
	}
}

// keys are those that the sentence names, those that it lacks, and those that it names beside the right ones.
func (s speech) keys() (named []namedKey, missing, others []string) {
	named = slices.DeleteFunc(keysIn(s.text, s.tag), func(n namedKey) bool { return n.key[0] == '{' })
	for _, n := range named {
		others = append(others, n.key)
	}
	for _, key := range strings.Fields(strings.Join(s.need.Says, " ")) {
		if i := slices.Index(others, key); i >= 0 {
			others = slices.Delete(others, i, i+1)
		} else {
			missing = append(missing, key)
		}
	}
	return named, missing, others
}

// besideKey are the keys that a sentence with {key} names beside it and beside those that it has to. Of several figures
// only a telephone number or the like can be meant.
func (s speech) besideKey() []string {
	if !slices.Contains(s.need.Args, "key") {
		return nil
	}
	_, missing, others := s.keys()
	if len(missing) > 0 {
		return nil
	}
	return slices.DeleteFunc(others, func(key string) bool { return len(key) > 1 })
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

// checkChains refuses a key without the one that has to follow it in the same clause.
func (s speech) checkChains(named []namedKey) {
	for _, chain := range s.need.Says {
		first, second, chained := strings.Cut(chain, " ")
		for i, n := range named {
			if chained && n.key == first && (i+1 == len(named) || named[i+1].key != second ||
				named[i+1].clause != n.clause) {
				s.failKeys("says %s without %s right behind it", s.spell([]string{first}), s.spell([]string{second}))
				return
			}
		}
	}
}

// doubtExchanged warns of two keys or placeholders each of which stands with the words that the sentence of the program
// has for the other. Where the words are moved with their keys, or are all new, nothing can be said.
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
	count := func(found, words []string) (n int) {
		for _, word := range found {
			if slices.Contains(words, word) {
				n++
			}
		}
		return n
	}
	both := func(n, m int) int { return min(n, m, 1) * (n + m) }
	return max(both(count(nearWords(a.before), ofA), count(nearWords(b.before), ofB)),
		both(count(wordsOf(a.behind), ofA), count(wordsOf(b.behind), ofB)))
}

// apart are the words of a text that another does not have.
func apart(text, other string) []string {
	others := nearWords(other)
	return slices.DeleteFunc(nearWords(text), func(word string) bool { return slices.Contains(others, word) })
}

// nearWords are the words before a key: one character also counts, and that there are none.
func nearWords(text string) []string {
	if words := wordsOf(text); len(words) > 0 {
		return words
	}
	return []string{plainWords(text)}
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

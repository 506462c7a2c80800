package calltest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
)

// otherSentence names the sentence that says something else than the words that a call test wants, if that is what
// differs. certain is false where none is near the words, and the few that were spoken are named. It is empty where
// only what is filled in differs, such as a time: that the hours decide.
func (c *call) otherSentence(snapshot *config.Snapshot) (told string, certain bool) {
	const few = 4
	want := config.Words(c.first.Unheard)
	if len(want) == 0 {
		return "", false
	}
	nearest, ok := c.nearest(want)
	key, own := c.sentenceOf(nearest)
	switch {
	case ok && key != "" && !filledIn(without(want, own), without(config.Words(nearest.Text), own)):
		return fmt.Sprintf("%s: %s says %q", snapshot.PromptSource(nearest.Language, key), key, nearest.Text), true
	case !ok && len(c.spoken) <= few:
		var places []string
		for _, u := range c.spoken {
			if key, _ := c.sentenceOf(u); key != "" {
				places = append(places, snapshot.PromptSource(u.Language, key))
			}
		}
		if places != nil {
			return "What was heard is in " + strings.Join(places, ", "), false
		}
	}
	return "", false
}

// nearest is the sentence that was spoken with most of the wanted words, and more than half of them; false for none.
func (c *call) nearest(want []string) (nearest ivr.Utterance, ok bool) {
	best := len(want) / 2
	for _, u := range c.spoken {
		if n := len(want) - len(without(want, config.Words(u.Text))); n > best {
			nearest, best, ok = u, n, true
		}
	}
	return nearest, ok
}

// filledIn reports whether wanted words that are not a sentence's own are rather what was filled in: numbers, or mostly
// the same words.
func filledIn(wanted, filled []string) bool {
	number := func(word string) bool { return strings.Trim(word, "0123456789") == "" }
	others := without(wanted, filled)
	return len(filled) > 0 && (2*len(others) <= len(wanted) || len(slices.DeleteFunc(others, number)) == 0)
}

var placeholder = regexp.MustCompile(`\{[a-z-]+\}`)

// sentenceOf is the key of the sentence that was spoken, and its own words; empty when it is none of the prompts.
func (c *call) sentenceOf(said ivr.Utterance) (key string, words []string) {
	for _, need := range slices.Concat(c.Line.OwnPromptNeeds(), ivr.CommonPromptNeeds(c.Line.SMS)) {
		parts := placeholder.Split(c.Line.Sentence(said.Language, need.Key), -1)
		own := config.Words(strings.Join(parts, " "))
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		form, err := regexp.Compile(`^(?s:` + strings.Join(parts, ".+") + `)$`)
		if err == nil && len(own) > len(words) && form.MatchString(said.Text) {
			key, words = c.Line.Prompts.Key(c.Line.ID, said.Language, need.Key), own
		}
	}
	return key, words
}

// without are the words that are not among others.
func without(words, others []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return slices.Contains(others, word) })
}

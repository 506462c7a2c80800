package config

import (
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/ivr"
)

// needs are the sentences that a line can speak.
type needs struct {
	// own are needed beside what every line needs, sorted by key; texts is set with text messages.
	own   []ivr.PromptNeed
	texts bool
	// tags are those of the languages, variables the names of the variables, both sorted.
	tags, variables []string
}

func needsOf(line *ivr.Line) *needs {
	return &needs{own: line.OwnPromptNeeds(), texts: line.SMS, tags: tagsOf(line), variables: variablesOf(line)}
}

// find is the sentence of a name; false for one that the line does not speak.
func (n *needs) find(key string) (need ivr.PromptNeed, ok bool) {
	for _, list := range [][]ivr.PromptNeed{n.own, ivr.CommonPromptNeeds(n.texts)} {
		byKey := func(need ivr.PromptNeed, key string) int { return strings.Compare(need.Key, key) }
		if i, ok := slices.BinarySearchFunc(list, key, byKey); ok {
			return list[i], true
		}
	}
	return ivr.PromptNeed{}, false
}

// keys are the names of all sentences, sorted.
func (n *needs) keys() (keys []string) {
	for _, list := range [][]ivr.PromptNeed{n.own, ivr.CommonPromptNeeds(n.texts)} {
		for _, need := range list {
			keys = append(keys, need.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// promptNeeds is what all lines can speak.
type promptNeeds struct {
	lines []*lineFile
	of    map[string]*lineFile
	// broken are the lines with a mistake in what they speak: sentences that they seem not to speak are none.
	broken map[string]bool
	// any is what some line can speak; without any line what every line needs.
	any map[string]ivr.PromptNeed
}

func needsOfAll(lines []*lineFile) promptNeeds {
	all := promptNeeds{lines: lines, of: map[string]*lineFile{}, broken: map[string]bool{},
		any: map[string]ivr.PromptNeed{}}
	for _, need := range ivr.CommonPromptNeeds(true) { // text messages may be switched off for a while
		all.any[need.Key] = need
	}
	for _, f := range lines {
		all.of[f.line.ID] = f
		for _, need := range f.needs.own {
			all.any[need.Key] = need
		}
	}
	return all
}

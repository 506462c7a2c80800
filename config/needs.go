package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/ivr"
)

// needs are the sentences that a line can speak. Lines that are alike in this share one.
type needs struct {
	// mark tells them apart from others.
	mark string
	// own are needed beside what every line needs, sorted by key; texts is set with text messages.
	own   []ivr.PromptNeed
	texts bool
	// tags are those of the languages, figures the names of the figures, sorted.
	tags, figures []string
}

func (l *loader) needsOf(line *ivr.Line) *needs {
	n := &needs{texts: line.TextMessages, figures: figuresOf(line)}
	for _, language := range line.Languages {
		n.tags = append(n.tags, language.Tag)
	}
	var mark strings.Builder
	fmt.Fprintf(&mark, "%t %q %q", n.texts, n.tags, n.figures)
	for _, t := range line.Topics {
		fmt.Fprintf(&mark, " %s %t %t %q", t.ID, t.Help, t.Tell, t.Questions)
	}
	markMenu(&mark, line.Menu)
	n.mark = mark.String()
	if known := l.needs[n.mark]; known != nil {
		return known
	}
	n.own = line.OwnPromptNeeds()
	l.needs[n.mark] = n
	return n
}

func markMenu(mark *strings.Builder, menu []ivr.Choice) {
	mark.WriteByte('[')
	for _, choice := range menu {
		mark.WriteString(choice.ID)
		mark.WriteByte(' ')
		markMenu(mark, choice.Choices)
	}
	mark.WriteByte(']')
}

// find is what a sentence may use; false for one that the line does not speak.
func (n *needs) find(key string) (args []string, ok bool) {
	for _, list := range [][]ivr.PromptNeed{n.own, ivr.CommonPromptNeeds(n.texts)} {
		if i, ok := slices.BinarySearchFunc(list, key, func(need ivr.PromptNeed, key string) int { return strings.Compare(need.Key, key) }); ok {
			return list[i].Args, true
		}
	}
	return nil, false
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
	// any is what some line can speak; without any line what every line needs.
	any map[string][]string
}

func needsOf(lines []*lineFile) promptNeeds {
	all := promptNeeds{lines: lines, of: map[string]*lineFile{}, any: map[string][]string{}}
	for _, need := range ivr.CommonPromptNeeds(true) { // text messages may be switched off for a while
		all.any[need.Key] = need.Args
	}
	seen := map[*needs]bool{}
	for _, f := range lines {
		all.of[f.line.ID] = f
		if seen[f.needs] {
			continue
		}
		seen[f.needs] = true
		for _, need := range f.needs.own {
			all.any[need.Key] = need.Args
		}
	}
	return all
}

package compare

import (
	"fmt"
	"strings"
)

// comparePrompts tells which sentences are said otherwise, of those that the line can speak in both configurations. A
// language, a topic or a question that was added or removed has been told, and its sentences with it.
func (l *lineComparison) comparePrompts() {
	if l.old.Prompts == nil || l.new.Prompts == nil {
		return
	}
	needed := map[string]bool{}
	for _, need := range l.old.PromptNeeds() {
		needed[need.Key] = true
	}
	for _, language := range l.new.Languages {
		for _, need := range l.new.PromptNeeds() {
			old, known := l.old.Prompts.Text(l.old.ID, language.Tag, need.Key)
			new, _ := l.new.Prompts.Text(l.new.ID, language.Tag, need.Key)
			if !known || !needed[need.Key] {
				continue
			}
			was, now := l.old.Prompts.Audio(l.old.ID, language.Tag, need.Key),
				l.new.Prompts.Audio(l.new.ID, language.Tag, need.Key)
			audio := audioChanged(was, now, old != new)
			if old != new {
				was, now = shortened(old, new)
				audio = strings.TrimSuffix(fmt.Sprintf("%q, was %q; %s", now, was, audio), "; ")
			}
			if audio != "" {
				l.note("prompt "+need.Key, language.Tag+": "+audio)
			}
		}
	}
}

// audioChanged says what became of the recording of a sentence.
func audioChanged(was, now string, reworded bool) string {
	switch {
	case now == "" && was == "":
		return ""
	case was == "":
		return "now recorded"
	case now == "":
		return "no longer recorded, so spoken"
	case was != now:
		return "another recording"
	case reworded:
		return "the recording is still the one before, and is heard"
	}
	return ""
}

const (
	// around is how much of what is the same is shown on either side of a difference, in characters.
	around = 24
	// longestDifference is how much of a difference is shown.
	longestDifference = 60
)

// shortened shows two texts around their difference.
func shortened(old, new string) (was, now string) {
	a, b := []rune(old), []rune(new)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return excerpt(a, head, len(a)-tail), excerpt(b, head, len(b)-tail)
}

// excerpt is the part of a text from one character to another, with a little of what is around it.
func excerpt(text []rune, from, to int) string {
	start, end := from-around, to+around
	before, behind := "…", "…"
	if start <= 1 {
		start, before = 0, ""
	}
	if end >= len(text)-1 {
		end, behind = len(text), ""
	}
	if to-from <= longestDifference {
		return before + string(text[start:end]) + behind
	}
	half := longestDifference / 2
	return before + string(text[start:from+half]) + "…" + string(text[to-half:end]) + behind
}

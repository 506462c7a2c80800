package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/ivr"
)

// promptFile holds the sentences of one language.
type promptFile struct {
	at    value
	texts map[string]value
}

// readPrompts reads one file of config/prompts and compares it with what the lines can speak.
func readPrompts(at value, needs map[string][]string) (promptFile, map[string]string) {
	texts := map[string]string{}
	m, ok := at.mapping()
	if !ok {
		return promptFile{at: at}, texts
	}
	known := slices.Sorted(maps.Keys(needs))
	for _, key := range m.keys {
		v := m.values[key]
		args, needed := needs[key]
		if !needed && !ownName.MatchString(key) {
			v.fail("no line speaks this; %s", promptHint(key, known))
			continue
		}
		if text, ok := v.text("\"a sentence\""); ok {
			texts[key] = text
			checkSpeech(v, text, args)
		}
	}
	return promptFile{at: at, texts: m.values}, texts
}

// ownName are the prompts that belong to a line, a language or a topic. One that is not in use is no mistake, so that
// taking a topic from a menu for a while does not mean deleting its sentences. A misspelt one is found by what it
// leaves missing.
var ownName = regexp.MustCompile(`^(line|language|topic|help)\.[a-z][a-z0-9-]*$`)

func promptHint(key string, known []string) string {
	if near, ok := nearest(key, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "remove it, or correct its name"
}

// promptNeeds are the sentences that the lines can speak, with their placeholders. Without any line they are those
// that every line needs.
func promptNeeds(lines []*ivr.Line) map[string][]string {
	needs := map[string][]string{}
	for _, line := range append(slices.Clone(lines), &ivr.Line{}) {
		for _, need := range line.PromptNeeds() {
			needs[need.Key] = need.Args
		}
	}
	delete(needs, "line.") // of the line without a name
	return needs
}

// checkComplete reports what a line can say but this language lacks. Reported sentences are remembered, so that two
// lines do not report the same one.
func (f promptFile) checkComplete(line *ivr.Line, reported map[string]bool) {
	for _, need := range line.PromptNeeds() {
		if _, ok := f.texts[need.Key]; ok || reported[need.Key] {
			continue
		}
		reported[need.Key] = true
		v := f.at
		v.line, v.key = 0, need.Key
		may := ""
		if len(need.Args) > 0 {
			may = "; it may use {" + strings.Join(need.Args, "}, {") + "}"
		}
		v.fail("is missing; line %s can say it, so add it%s", line.ID, may)
	}
}

var braces = regexp.MustCompile(`\{[^{}]*\}|[{}]`)

// checkSpeech looks at the placeholders of a text and at its length.
func checkSpeech(v value, text string, args []string) {
	for _, found := range braces.FindAllString(text, 50) {
		name := strings.Trim(found, "{}")
		switch {
		case len(found) == 1:
			v.fail("has a lone %s; placeholders are written {like_this}", found)
		case slices.Contains(args, name):
		case len(args) == 0:
			v.fail("unknown placeholder %s; this text has none to fill in", short(found))
		default:
			v.fail("unknown placeholder %s; this text may use {%s}", short(found), strings.Join(args, "}, {"))
		}
	}
	if n := utf8.RuneCountInString(text); n > longestText {
		v.fail("has %d characters; the provider speaks at most %d at a time", n, longestText)
	}
}

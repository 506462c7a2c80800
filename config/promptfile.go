package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/ivr"
)

// promptFile holds the sentences of one language.
type promptFile struct {
	at    value
	tag   string
	needs promptNeeds
	// written are the sentences by key, once read.
	written map[string]value
}

// promptNeeds is what each line can speak, with the placeholders of each sentence.
type promptNeeds struct {
	lines []*ivr.Line
	of    map[string]map[string][]string // by line, then by key
	// any is what some line can speak; without any line what every line needs.
	any map[string][]string
}

func needsOf(lines []*lineFile) promptNeeds {
	n := promptNeeds{of: map[string]map[string][]string{}, any: map[string][]string{}}
	for _, f := range lines {
		n.lines = append(n.lines, f.line)
		own := map[string][]string{}
		for _, need := range f.line.PromptNeeds() {
			own[need.Key] = need.Args
		}
		n.of[f.line.ID] = own
		maps.Copy(n.any, own)
	}
	for _, need := range (&ivr.Line{TextMessages: true}).PromptNeeds() { // text messages may be switched off for a while
		n.any[need.Key] = need.Args
	}
	return n
}

// read reads the file and compares it with what the lines can speak.
func (f *promptFile) read() map[string]string {
	texts := map[string]string{}
	m, ok := f.at.mapping()
	if !ok {
		return texts
	}
	f.written = m.values
	known := slices.Sorted(maps.Keys(f.needs.any))
	for _, key := range m.keys {
		v := m.values[key]
		args, ok := f.placeholdersOf(v, key, known)
		if !ok {
			continue
		}
		if text, ok := v.text("\"a sentence\""); ok {
			texts[key] = text
			checkSpeech(v, text, args)
		}
	}
	return texts
}

// placeholdersOf is false for a sentence that no line speaks.
func (f *promptFile) placeholdersOf(v value, key string, known []string) ([]string, bool) {
	id, common, own := strings.Cut(key, "/")
	if !own {
		common = key
	}
	args, needed := f.needs.any[common]
	if own {
		if f.needs.of[id] == nil {
			v.fail("there is no line %q; %s", short(id), hint(id, slices.Sorted(maps.Keys(f.needs.of))))
			return nil, false
		}
		args, needed = f.needs.of[id][common]
	}
	secret, isSecret := problem.Secret(common)
	switch {
	case !needed && isSecret && !spareName.MatchString(common):
		v.fail("%s", secret)
		return nil, false
	case !needed && own: // one that is misspelt would leave nothing missing
		v.fail("line %s does not speak this; %s", id, promptHint(common, slices.Sorted(maps.Keys(f.needs.of[id]))))
		return nil, false
	case !needed && !spareName.MatchString(common):
		v.fail("no line speaks this; %s", promptHint(common, known))
		return nil, false
	case !needed && strings.HasPrefix(common, "answer."):
		args = []string{"digits"}
	case figureText.MatchString(common):
		args = f.figures(v, id, common, own)
	}
	return args, true
}

// spareName are the prompts that belong to a language, a topic or a question. One that is not in use is no mistake, so
// that taking a topic from a menu for a while does not mean deleting its sentences. A misspelt one is found by what it
// leaves missing.
var spareName = regexp.MustCompile(`^(language|topic|help|tell|question|answer)\.[a-z][a-z0-9-]*$`)

// figureText are the prompts in which figures of the line may stand.
var figureText = regexp.MustCompile(`^(help|tell)\.`)

// figures are those that every line has which speaks this sentence. One that some of them lack is reported.
func (f *promptFile) figures(v value, id, common string, own bool) []string {
	var speakers []*ivr.Line
	for _, line := range f.needs.lines {
		_, speaks := f.needs.of[line.ID][common]
		_, differs := f.written[line.ID+"/"+common]
		offered := slices.ContainsFunc(line.Languages, func(l ivr.Language) bool { return l.Tag == f.tag })
		if speaks && (own && line.ID == id || !own && offered && !differs) {
			speakers = append(speakers, line)
		}
	}
	count := map[string]int{}
	for _, line := range speakers {
		for _, name := range figuresOf(line) {
			count[name]++
		}
	}
	var names []string
	for name, n := range count {
		if n == len(speakers) {
			names = append(names, name)
			continue
		}
		for _, line := range speakers {
			if strings.Contains(v.node.Value, "{"+name+"}") && !slices.Contains(figuresOf(line), name) {
				v.fail("line %s says this too and has no figure %s; add it to its figures, or give it a sentence of its own: %s/%s", line.ID, name, line.ID, common)
				names = append(names, name) // told once
				break
			}
		}
	}
	slices.Sort(names)
	return names
}

func promptHint(key string, known []string) string {
	if near, ok := nearest(key, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "remove it, or correct its name"
}

// missing calls what for each sentence that a line needs in this language and lacks, in order.
func (f *promptFile) missing(what func(line *ivr.Line, need ivr.PromptNeed)) {
	for _, line := range f.needs.lines {
		if !slices.ContainsFunc(line.Languages, func(l ivr.Language) bool { return l.Tag == f.tag }) {
			continue
		}
		for _, need := range line.PromptNeeds() {
			_, common := f.written[need.Key]
			_, own := f.written[line.ID+"/"+need.Key]
			if !common && !own {
				what(line, need)
			}
		}
	}
}

// checkComplete reports what lines can say but this language lacks, each sentence once.
func (f *promptFile) checkComplete() {
	reported := map[string]bool{}
	f.missing(func(line *ivr.Line, need ivr.PromptNeed) {
		if reported[need.Key] {
			return
		}
		reported[need.Key] = true
		v := f.at
		v.line, v.key = 0, need.Key
		may := ""
		if len(need.Args) > 0 {
			may = "; it may use {" + strings.Join(need.Args, "}, {") + "}"
		}
		v.fail("is missing; line %s can say it, so add it%s", line.ID, may)
	})
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

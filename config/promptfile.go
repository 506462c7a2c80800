package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// promptFile holds the sentences of one language.
type promptFile struct {
	at    yamlnode.Value
	tag   string
	needs promptNeeds
	// written are the sentences by key, meant the missing keys that misspelt ones stand for.
	written map[string]string
	meant   map[string]bool
}

// readPrompts reads the sentences of every language, and gives each line what all lines share.
func (l *loader) readPrompts(lines []*lineFile) *ivr.Prompts {
	files := l.folder("prompts", yamlnode.Table{})
	all, texts, read := needsOfAll(lines), map[string]map[string]string{}, map[string]*promptFile{}
	for name, at := range l.lineFiles {
		all.broken[name] = at.Node == nil || l.wrong(at.File) || l.wrong(topicsFile)
	}
	for _, tag := range slices.Sorted(maps.Keys(files)) {
		if !slices.Contains(spoken.Tags(), tag) {
			l.fail("prompts/"+tag+".yaml", "%q is not a language that can be spoken; known here: %s",
				tag, strings.Join(spoken.Tags(), ", "))
			continue
		}
		f := &promptFile{at: files[tag], tag: tag, needs: all, meant: map[string]bool{}}
		if f.at.Node == nil {
			continue
		}
		texts[tag], read[tag] = f.read(), f
		f.checkComplete()
	}
	for _, f := range lines {
		for _, tag := range f.needs.tags {
			if _, ok := files[tag]; !ok {
				l.fail(f.at.File, "offers language %s, which has no prompts; add prompts/%s.yaml", tag, tag)
			}
		}
	}
	return ivr.NewPrompts(texts).WithAudio(l.readAudio(read))
}

// read reads the file and compares it with what the lines can speak.
func (f *promptFile) read() map[string]string {
	texts := map[string]string{}
	m, ok := f.at.Mapping()
	if !ok {
		return texts
	}
	f.write(m)
	for _, key := range m.Keys {
		v := m.Values[key]
		need, ok := f.needOf(v, key)
		if !ok {
			continue
		}
		if text, ok := v.Text("\"a sentence\""); ok {
			texts[key] = text
			speech{v, text, f.tag, need}.check()
		}
	}
	return texts
}

func (f *promptFile) write(m yamlnode.Mapping) {
	f.written = make(map[string]string, len(m.Keys))
	for key, v := range m.Values {
		f.written[key] = v.Node.Value
	}
}

// needOf is what has to be said under a name; false for a sentence that no line speaks.
func (f *promptFile) needOf(v yamlnode.Value, key string) (ivr.PromptNeed, bool) {
	id, common, own := strings.Cut(key, "/")
	if !own {
		common = key
	}
	need, needed := f.needs.any[common]
	line, none := f.needs.of[id], ivr.PromptNeed{}
	if own && f.needs.broken[id] {
		return none, false
	}
	if own {
		if line == nil {
			unknownLine(v, id, slices.Sorted(maps.Keys(f.needs.of)))
			return none, false
		}
		need, needed = line.needs.find(common)
		if needed && !slices.Contains(line.needs.tags, f.tag) {
			line.neverHears(v, f.tag)
		}
	}
	secret, isSecret := problem.Secret(common)
	switch {
	case !needed && isSecret && !spareName.MatchString(common):
		v.Fail("%s", secret)
		return none, false
	case !needed && own: // one that is misspelt would leave nothing missing
		v.Fail("line %s does not speak this; %s", id, f.hint(common, line.needs.keys()))
		return none, false
	case !needed && !spareName.MatchString(common):
		v.Fail("no line speaks this; %s", f.hint(common, slices.Sorted(maps.Keys(f.needs.any))))
		return none, false
	case !needed && strings.HasPrefix(common, "answer."):
		need = ivr.PromptNeed{Key: common, Args: []string{"digits"}}
	case schema.WithVariables.MatchString(common) && strings.ContainsRune(f.written[key], '{'):
		need = ivr.PromptNeed{Key: common, Args: f.variables(v, key, common, line)}
	case f.endsWithPound(common, line):
		need.Says = append([]string{ivr.KeyDone}, need.Says...)
	}
	return need, true
}

// endsWithPound reports the question for a number of several lengths, behind which callers press the pound key. own is
// as in variables; a question that no line speaks is asked by any.
func (f *promptFile) endsWithPound(common string, own *lineFile) bool {
	question, other := strings.CutPrefix(common, "question.")
	if !other && common != "account.ask" {
		return false
	}
	speakers := f.speakers(common, own)
	if len(speakers) == 0 {
		speakers = f.needs.lines
	}
	return slices.ContainsFunc(speakers, func(f *lineFile) bool {
		rule := f.line.Account
		if other {
			rule = f.line.Questions[question]
		}
		return rule.Min != rule.Max
	})
}

// neverHears notes a sentence in the line's own words, in a language that the line does not speak: an editor who
// changes it never hears the change.
func (f *lineFile) neverHears(v yamlnode.Value, tag string) {
	f.warnings = append(f.warnings, Warning{Line: f.line.ID, Undated: true, Problem: Problem{File: v.File, Line: v.Line,
		Key: v.Key, Message: fmt.Sprintf("line %s does not speak %s, so nobody hears this; remove it", f.line.ID,
			tag)}})
}

// spareName are the prompts that belong to a language, a topic or a question. One that is not in use is no mistake, so
// that taking a topic from a menu for a while does not mean deleting its sentences. A misspelt one is found by what it
// leaves missing.
var spareName = regexp.MustCompile(`^(language|topic|help|note-about|question|answer)\.[a-z][a-z0-9-]*$`)

// variables are those that every line has which speaks this sentence. One that some of them lack is reported. own is
// the line that alone does; nil: all do that have none of their own.
func (f *promptFile) variables(v yamlnode.Value, key, common string, own *lineFile) []string {
	speakers := f.speakers(common, own)
	count := map[string]int{}
	for _, line := range speakers {
		for _, name := range line.needs.variables {
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
			if strings.Contains(f.written[key], "{"+name+"}") && !slices.Contains(line.needs.variables, name) {
				id := line.line.ID
				v.Fail("line %s says this too and has no variable %s; add it to its variables, or give it a sentence "+
					"of its own: %s/%s", id, name, id, common)
				names = append(names, name) // told once
				break
			}
		}
	}
	slices.Sort(names)
	return names
}

func (f *promptFile) speakers(common string, own *lineFile) (speakers []*lineFile) {
	if own != nil {
		return []*lineFile{own}
	}
	for _, line := range f.needs.lines {
		_, can := line.needs.find(common)
		if _, differs := f.written[line.line.ID+"/"+common]; can && !differs &&
			slices.Contains(line.needs.tags, f.tag) {
			speakers = append(speakers, line)
		}
	}
	return speakers
}

// hint names the sentence that is meant: one that is missing, which is not told again, rather than one that is there.
func (f *promptFile) hint(key string, known []string) string {
	missing := slices.DeleteFunc(slices.Clone(known), func(k string) bool { _, there := f.written[k]; return there })
	if near, ok := problem.Nearest(key, missing); ok {
		f.meant[near] = true
		return fmt.Sprintf("did you mean %q?", near)
	}
	if near, ok := problem.Nearest(key, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "remove it, or correct its name"
}

// missing calls what for each sentence that a line needs in this language and lacks, in order.
func (f *promptFile) missing(what func(line *ivr.Line, need ivr.PromptNeed)) {
	for _, line := range f.needs.lines {
		for _, need := range f.lacking(line.needs) {
			if _, own := f.written[line.line.ID+"/"+need.Key]; !own {
				what(line.line, need)
			}
		}
	}
}

// lacking are the sentences that lines need in this language and do not have in common.
func (f *promptFile) lacking(n *needs) (lacks []ivr.PromptNeed) {
	if !slices.Contains(n.tags, f.tag) {
		return nil
	}
	for _, list := range [][]ivr.PromptNeed{n.own, ivr.CommonPromptNeeds(n.texts)} {
		for _, need := range list {
			if _, common := f.written[need.Key]; !common {
				lacks = append(lacks, need)
			}
		}
	}
	slices.SortFunc(lacks, func(a, b ivr.PromptNeed) int { return strings.Compare(a.Key, b.Key) })
	return lacks
}

// checkComplete reports what lines can say but this language lacks, each sentence once.
func (f *promptFile) checkComplete() {
	reported := map[string]bool{}
	f.missing(func(line *ivr.Line, need ivr.PromptNeed) {
		if reported[need.Key] || f.meant[need.Key] {
			return
		}
		reported[need.Key] = true
		v := f.at
		v.Line, v.Key = 0, need.Key
		may := ""
		if len(need.Args) > 0 {
			may = "; it may use {" + strings.Join(need.Args, "}, {") + "}"
		}
		v.Fail("is missing; line %s can say it, so add it%s", line.ID, may)
	})
}

package config

import (
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// What a configuration shares with the one before it.

// made is what has become of the files of one line that holds no mistake, as long as they stay as they are.
type made struct {
	line      *ivr.Line
	hoursName string
	needs     *needs
	reliance  []reliance
	wiring    []Warning
}

func (f *lineFile) made() *made {
	return &made{line: f.line, hoursName: f.hoursName, needs: f.needs, reliance: f.reliance, wiring: f.wiring}
}

// files are those that were read, by name, and the sets of holidays, by holidays/NAME.
type files map[string]file

// settle keeps the texts of those files alone in which somebody may ask where something is written.
func (f files) settle() {
	for name, one := range f {
		if folder, _, _ := strings.Cut(name, "/"); folder != "lines" && folder != "hours" && name != topicsFile {
			f[name] = file{sum: one.sum}
		}
	}
}

// again is a line whose two files and sets of holidays are those of the snapshot before; nil when it has to be read.
func (l *loader) again(name string) *lineFile {
	made := l.before.made[name]
	if made == nil || !l.wiring[name].same {
		return nil
	}
	if times, ok := l.times[made.hoursName]; !ok || !times.same || !l.sameSets(made) {
		return nil
	}
	line := *made.line
	f := &lineFile{at: value{file: l.wiring[name].name, problems: l.problems}, line: &line,
		hoursName: made.hoursName, reliance: made.reliance, wiring: made.wiring, kept: true}
	if l.sameTopics(&line) {
		f.needs = made.needs
		return f
	}
	if l.menuAgain(f, name) {
		return f
	}
	return nil
}

// sameSets reports whether the sets of holidays that a line observes are those that it was made with.
func (l *loader) sameSets(made *made) bool {
	for _, r := range made.reliance {
		for _, at := range r.sets {
			if l.sets[at.node.Value].Set != l.before.sets[at.node.Value].Set {
				return false
			}
		}
	}
	return true
}

// sameTopics reports whether topics.yaml says of the line's topics what it said before.
func (l *loader) sameTopics(line *ivr.Line) bool {
	now, before := l.shared.digests, l.before.shared
	if now.ofQuestions != before.ofQuestions {
		return false
	}
	return !slices.ContainsFunc(line.Topics, func(t ivr.Topic) bool { return now.ofTopics[t.ID] != before.ofTopics[t.ID] })
}

// menuAgain reads the menu of a line alone, since topics.yaml has changed. It is false where that touches the hours: they
// depend on which topics there are, and on the desks that serve them.
func (l *loader) menuAgain(f *lineFile, name string) bool {
	sheet := l.wiring[name]
	defer sheet.forget()
	root, ok := sheet.value().mapping()
	if !ok {
		return false
	}
	before := f.line.Topics
	f.always = map[string]bool{}
	for id, desk := range f.line.Desks {
		f.always[id] = desk.Hours.Always()
	}
	f.line.Topics, f.line.Menu, f.line.Questions = nil, nil, nil
	f.readMenu(root.get("topics"), l.shared, readQuestions(root.get("questions"), l.shared.questions))
	return slices.EqualFunc(before, f.line.Topics, func(a, b ivr.Topic) bool { return a.ID == b.ID && a.Desk == b.Desk })
}

// placed is the line with the places of its numbers and targets. Of one that is as before they are looked up now that there is something
// to say about them.
func (l *loader) placed(f *lineFile) *lineFile {
	if !f.kept {
		return f
	}
	sheet := l.wiring[f.line.ID]
	defer sheet.forget()
	return readLine(sheet.value(), f.line.ID, l.shared)
}

// ringsAny reports whether a number of an agent is one that a line answers.
func (f *lineFile) ringsAny(owner map[string]*lineFile) bool {
	for _, desk := range f.line.Desks {
		if slices.ContainsFunc(desk.Targets, func(t callbacks.Target) bool { return owner[t.Address] != nil }) {
			return true
		}
	}
	return false
}

// settle lets go of what was needed to read the line and to report its mistakes.
func (f *lineFile) settle() {
	f.at.node, f.hours.node, f.own, f.id = nil, nil, nil, value{}
	for i := range f.reliance {
		r := &f.reliance[i].resting
		for j, at := range r.sets {
			at.problems = nil
			r.sets[j] = at
		}
		for j := range r.overrides {
			r.overrides[j].at.node, r.overrides[j].at.problems = nil, nil
		}
	}
}

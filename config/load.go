package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	_ "time/tzdata" // zones must be known in a container without them, too

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// A Problem is one mistake in the configuration; its File is relative to the configuration directory.
type Problem = problem.Problem

// Problems are all mistakes of one configuration, sorted by file, line and key. It is the error of [Load].
type Problems = problem.Problems

// Load reads topics.yaml and the directories lines, hours, holidays, prompts and calls of a configuration. The error is
// of type [Problems] and holds every mistake that was found; there is no partial snapshot.
func Load(fsys fs.FS) (*Snapshot, error) {
	l := newLoader(fsys)
	lines := l.readLines()
	prompts := l.readPrompts(lines)
	calls := l.readCalls(lines)
	if err := l.causes().Err(); err != nil {
		return nil, err
	}
	return l.snapshot(lines, prompts, calls), nil
}

// causes are the mistakes without those that follow from topics that cannot be read: every line names them.
func (l *loader) causes() Problems {
	if !l.unread[topicsFile] {
		return *l.problems
	}
	return slices.DeleteFunc(*l.problems, func(p Problem) bool { return !l.unread[p.File] })
}

func (l *loader) snapshot(lines []*lineFile, prompts *ivr.Prompts, calls []Call) *Snapshot {
	s := &Snapshot{Calls: calls, Hash: hex.EncodeToString(l.hash.Sum(nil)[:8]), byNumber: map[string]*ivr.Line{},
		byID: map[string]*ivr.Line{}, origins: map[string]*origins{}, sentences: map[string]*origins{}, audio: l.audio}
	for _, tag := range spoken.Tags() {
		name := "prompts/" + tag + ".yaml"
		s.sentences[tag] = &origins{files: []origin{{name, l.texts[name]}}}
	}
	for _, w := range undated("", l.warnings) {
		w.Line = lineOf(w.File)
		s.lineWarnings = append(s.lineWarnings, w)
	}
	ours := ours(lines)
	for _, f := range lines {
		f.line.Version, f.line.Prompts, f.line.Callbacks.Ours = s.Hash, prompts, ours
		id := f.line.ID
		s.Lines = append(s.Lines, f.line)
		s.byID[id], s.origins[id] = f.line, l.origins(f)
		s.dependencies = append(s.dependencies, f.dependencies...)
		s.lineWarnings = append(s.lineWarnings, f.warnings...)
		for _, number := range f.line.Numbers {
			s.byNumber[number] = f.line
		}
	}
	return s
}

// lineOf is the line of a file of lines or hours; empty for what lines share.
func lineOf(file string) string {
	if dir := path.Dir(file); dir != "lines" && dir != "hours" {
		return ""
	}
	return strings.TrimSuffix(path.Base(file), ".yaml")
}

// A loader goes through one configuration.
type loader struct {
	fsys     fs.FS
	problems *Problems
	warnings Problems        // about what is read all the same
	unread   map[string]bool // files that cannot be read
	hash     hash.Hash
	texts    map[string][]byte // of the files, by name
	audio    map[string]Audio

	lineFiles, hoursFiles map[string]yamlnode.Value // the files of lines and hours, by name
	sets                  knownSets
	shared                catalogue
}

func newLoader(fsys fs.FS) *loader {
	problems := new(Problems)
	return &loader{fsys: rightNames(fsys, problems), problems: problems, hash: sha256.New(),
		texts: map[string][]byte{}, audio: map[string]Audio{}, unread: map[string]bool{}}
}

func (l *loader) fail(file, format string, args ...any) {
	l.problems.Add(Problem{File: file, Message: fmt.Sprintf(format, args...)})
}

// readLines reads every line's two files and what concerns several lines. They come sorted by name.
func (l *loader) readLines() []*lineFile {
	l.lineFiles, l.hoursFiles = l.folder("lines", tableOf("line")), l.folder("hours", tableOf("hours"))
	l.leaveOutCopies()
	l.sets, l.shared = l.readSets(), l.catalogue()
	if len(l.lineFiles) == 0 {
		l.fail("lines", "holds no line; add a file such as lines/gopay.yaml")
	}
	var lines []*lineFile
	used, missing := map[string]bool{}, map[string]bool{}
	astray := false // some line may want the hours that no line names
	for _, name := range slices.Sorted(maps.Keys(l.lineFiles)) {
		f := l.readLine(name)
		if f == nil {
			used[name], astray = true, true
			continue
		}
		_, found := l.hoursFiles[f.hoursName]
		astray, missing[f.hoursName] = astray || !found, !found
		f.needs = needsOf(f.line)
		lines = append(lines, f)
		used[f.hoursName] = true
	}
	for _, name := range slices.Sorted(maps.Keys(l.hoursFiles)) {
		if used[name] {
			continue
		}
		i := slices.IndexFunc(lines, func(f *lineFile) bool { return f.at.File == "lines/"+name+".yaml" })
		if i >= 0 && !missing[lines[i].hoursName] {
			lines[i].hours.Fail("is %s, and no line has hours/%s.yaml; write hours: %[2]s, or remove that file",
				lines[i].hoursName, name)
		} else if !astray {
			l.fail("hours/"+name+".yaml", "belongs to no line; add lines/%s.yaml, or remove this file", name)
		}
		at := l.hoursFiles[name]
		if at.Node == nil {
			continue
		}
		if id := readHours(at, nil, l.sets).id; !missing[written(at, "line")] { // told where it is missed
			checkName(id, name)
		}
	}
	l.checkAcross(lines)
	return lines
}

// leaveOutCopies refuses files of hours that say to be of a line that has its own, while no line has their name:
// copies, whatever their names. What they hold is not looked at.
func (l *loader) leaveOutCopies() {
	for name, at := range l.hoursFiles {
		id := written(at, "line")
		_, has := l.hoursFiles[id]
		if _, pair := l.lineFiles[name]; !has || pair || id == name {
			continue
		}
		l.fail(at.File, "is not read: its line is %s, as that of %s; remove it, or name the line that it is of",
			id, l.hoursFiles[id].File)
		delete(l.hoursFiles, name)
	}
}

// readLine reads both files of a line; nil when the first cannot be read.
func (l *loader) readLine(name string) *lineFile {
	at := l.lineFiles[name]
	if at.Node == nil {
		return nil
	}
	f := readLine(at, name, l.shared)
	checkName(f.id, name)
	switch times, ok := l.hoursFiles[f.hoursName]; {
	case !ok && f.hours.Present():
		f.hours.Fail("there is no hours/%s.yaml; %s", f.hoursName, l.hoursHint(name, f.hoursName))
	case !ok && l.renamed(name) != "":
		l.fail(f.at.File, "has no hours; %s", l.hoursHint(name, name))
	case !ok:
		l.fail(f.at.File, "has no hours; add hours/%s.yaml, or name the file of another line: hours: NAME", name)
	case times.Node != nil:
		h := readHours(times, f.line, l.sets)
		checkName(h.id, f.hoursName)
		f.link(h, l.sets)
	}
	return f
}

// renamed finds a file of hours that says that it is another's, and has no line of its own; empty when there is none.
func (l *loader) renamed(wanted string) string {
	for _, name := range slices.Sorted(maps.Keys(l.hoursFiles)) {
		if _, used := l.lineFiles[name]; !used && written(l.hoursFiles[name], "line") == wanted {
			return name
		}
	}
	return ""
}

// hoursHint names files of hours. The nearest is not advised where it is another line's, which may be in another zone.
func (l *loader) hoursHint(line, wanted string) string {
	if file := l.renamed(wanted); file != "" {
		return fmt.Sprintf("hours/%s.yaml says that it is line: %s; rename it to %[2]s.yaml", file, wanted)
	}
	known := slices.Sorted(maps.Keys(l.hoursFiles))
	near, ok := problem.Nearest(wanted, known)
	if _, others := l.lineFiles[near]; ok && (near == line || !others) {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + strings.Join(known, ", ")
}

// catalogue reads the topics that lines share, if there is such a file.
func (l *loader) catalogue() catalogue {
	if _, err := fs.Stat(l.fsys, topicsFile); errors.Is(err, fs.ErrNotExist) {
		return catalogue{}
	}
	at := l.file(topicsFile, tableOf("topics"))
	if at.Node == nil {
		return catalogue{}
	}
	return readCatalogue(at)
}

// readSets reads the sets of holidays. They are part of what tells configurations apart.
func (l *loader) readSets() knownSets {
	sets := loadSets(l.fsys, l.problems)
	for _, name := range sets.names() {
		text := sets[name].text
		l.count(setsDir+"/"+name, text)
		l.texts[setsDir+"/"+name] = text
	}
	return sets
}

// checkName reports a file that is named otherwise than its line.
func checkName(id yamlnode.Value, name string) {
	if !id.Empty() && schema.Identifier.MatchString(id.Node.Value) && id.Node.Value != name {
		id.Fail("is %s, but the file is named %s.yaml; name both alike", id.Node.Value, name)
	}
}

// checkAcross reports a number that two lines answer, agents' numbers that cannot be rung, and desks that no line has.
func (l *loader) checkAcross(lines []*lineFile) {
	owner := map[string]*lineFile{}
	for _, f := range lines {
		for i, number := range f.line.Numbers {
			if other := owner[number]; other != nil {
				f.numbers[i].Fail("%s is answered by line %s (%s) already; a number belongs to one line",
					callbacks.Mask(number), other.line.ID, other.at.File)
				continue
			}
			owner[number] = f
		}
	}
	for _, f := range lines {
		f.checkTargets(owner)
		f.checkLackedDesks(lines)
	}
}

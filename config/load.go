package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	_ "time/tzdata" // zones must be known in a container without them, too

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
)

// Load reads topics.yaml and the directories lines, hours, holidays, prompts and calls of a configuration afresh. The error is of type [Problems] and
// holds every mistake that was found; there is no partial snapshot.
func Load(fsys fs.FS) (*Snapshot, error) { return (&Snapshot{}).Reload(fsys) }

// Reload is [Load] for whoever has loaded the configuration before: the same result at a small part of the cost where little
// has changed since. Every file is read again; what is made of the same bytes as in s is shared with it. s stays as it is.
func (s *Snapshot) Reload(fsys fs.FS) (*Snapshot, error) {
	return s.ReloadBeside(fsys, runtime.Gosched)
}

// ReloadBeside is [Snapshot.Reload] in a process that answers calls meanwhile: rest is called between the pieces of the work, of
// which there is one for every file and several for every line, and lets others go first as it thinks fit. It must not be nil.
func (s *Snapshot) ReloadBeside(fsys fs.FS, rest func()) (*Snapshot, error) {
	l := newLoader(fsys, s)
	l.rest = rest
	lines := l.readLines()
	prompts := l.readPrompts(lines)
	calls := l.readCalls(lines)
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	return l.snapshot(lines, prompts, calls), nil
}

func (l *loader) snapshot(lines []*lineFile, prompts *ivr.Prompts, calls []Call) *Snapshot {
	s := &Snapshot{Calls: calls, Hash: hex.EncodeToString(l.hash.Sum(nil)[:8]), byNumber: map[string]*ivr.Line{}, byID: map[string]*ivr.Line{},
		prints: map[string]prints{}, origins: map[string]*origins{}, made: map[string]*made{}, files: l.files, sets: l.sets, prompts: prompts,
		shared: l.shared.digests, texts: l.texts}
	ours := ours(lines)
	for _, f := range lines {
		l.rest()
		f.line.Version, f.line.Prompts, f.line.Callbacks.Ours = s.Hash, prompts, ours
		id := f.line.ID
		s.Lines = append(s.Lines, f.line)
		s.byID[id], s.prints[id], s.origins[id], s.made[id] = f.line, l.prints(f), l.origins(f), f.made()
		s.reliance = append(s.reliance, f.reliance...)
		s.wiring = append(s.wiring, f.wiring...)
		for _, number := range f.line.Numbers {
			s.byNumber[number] = f.line
		}
	}
	l.files.settle()
	return s
}

// A loader goes through one configuration.
type loader struct {
	fsys     fs.FS
	before   *Snapshot // what is the same as there is taken from there
	rest     func()
	problems *Problems
	hash     hash.Hash
	files    files
	room     []byte // for the bytes of one file after another

	wiring, times map[string]*sheet
	sets          knownSets
	shared        catalogue
	needs         map[string]*needs // by what tells them apart
	texts         map[string]map[string]string
}

func newLoader(fsys fs.FS, before *Snapshot) *loader {
	l := &loader{fsys: fsys, before: before, rest: runtime.Gosched, problems: new(Problems), hash: sha256.New(), files: files{}, room: make([]byte, largest+1), needs: map[string]*needs{}}
	for _, made := range before.made {
		l.needs[made.needs.mark] = made.needs
	}
	return l
}

func (l *loader) fail(file, format string, args ...any) {
	l.problems.Add(Problem{File: file, Message: fmt.Sprintf(format, args...)})
}

// readLines reads every line's two files and what concerns several lines. They come sorted by name.
func (l *loader) readLines() []*lineFile {
	l.wiring, l.times, l.sets, l.shared = l.sheets("lines"), l.sheets("hours"), l.readSets(), l.catalogue()
	if len(l.wiring) == 0 {
		l.fail("lines", "holds no line; add a file such as lines/gopay.yaml")
	}
	var lines []*lineFile
	used := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(l.wiring)) {
		l.rest()
		f := l.again(name)
		if f == nil {
			f = l.readLine(name)
		}
		if f == nil {
			used[name] = true
			continue
		}
		if f.needs == nil {
			f.needs = l.needsOf(f.line)
		}
		lines = append(lines, f)
		used[f.hoursName] = true
	}
	for _, name := range slices.Sorted(maps.Keys(l.times)) {
		if used[name] {
			l.times[name].mistakes()
			continue
		}
		l.fail("hours/"+name+".yaml", "belongs to no line; add lines/%s.yaml, or remove this file", name)
		if at := l.times[name].value(); at.node != nil {
			checkName(readHours(at, nil, l.sets).id, name)
		}
	}
	l.checkNumbers(lines)
	return lines
}

// readLine reads both files of a line; nil when the first cannot be read.
func (l *loader) readLine(name string) *lineFile {
	sheet := l.wiring[name]
	at := sheet.value()
	if at.node == nil {
		return nil
	}
	f := readLine(at, name, l.shared)
	checkName(f.id, name)
	switch times, ok := l.times[f.hoursName]; {
	case !ok && f.hours.present():
		f.hours.fail("there is no hours/%s.yaml; %s", f.hoursName, hint(f.hoursName, slices.Sorted(maps.Keys(l.times))))
	case !ok:
		l.fail(f.at.file, "has no hours; add hours/%s.yaml, or name the file of another line: hours: NAME", name)
	case times.value().node != nil:
		h := readHours(times.value(), f.line, l.sets)
		checkName(h.id, f.hoursName)
		f.link(h, l.sets)
		if f.hoursName == name { // one that several lines share is kept for the next
			times.forget()
		}
	}
	f.settle()
	sheet.forget()
	return f
}

// catalogue reads the topics that lines share, if there is such a file.
func (l *loader) catalogue() catalogue {
	if _, err := fs.Stat(l.fsys, topicsFile); errors.Is(err, fs.ErrNotExist) {
		return catalogue{}
	}
	at := l.sheet(topicsFile).value()
	if at.node == nil {
		return catalogue{}
	}
	return readCatalogue(at)
}

// readSets reads the sets of holidays. They are part of what tells configurations apart.
func (l *loader) readSets() knownSets {
	sets := loadSets(l.fsys, l.before.sets, l.problems)
	for _, name := range sets.names() {
		text := sets[name].text
		l.count(setsDir+"/"+name, text)
		l.files[setsDir+"/"+name] = file{sum: sha256.Sum256(text)}
	}
	return sets
}

// checkName reports a file that is named otherwise than its line.
func checkName(id value, name string) {
	if !id.empty() && identifier.MatchString(id.node.Value) && id.node.Value != name {
		id.fail("is %s, but the file is named %s.yaml; name both alike", id.node.Value, name)
	}
}

// checkNumbers reports a number that two lines answer, and agents' numbers that cannot be rung.
func (l *loader) checkNumbers(lines []*lineFile) {
	owner := map[string]*lineFile{}
	for _, f := range lines {
		for i, number := range f.line.Numbers {
			if other := owner[number]; other != nil {
				l.placed(f).numbers[i].fail("%s is answered by line %s (%s) already; a number belongs to one line",
					callbacks.Mask(number), other.line.ID, other.at.file)
				continue
			}
			owner[number] = f
		}
	}
	for _, f := range lines {
		l.rest()
		if !f.kept || f.ringsAny(owner) {
			l.placed(f).checkTargets(owner)
		}
	}
}

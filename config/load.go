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
	"runtime"
	"slices"
	"strings"
	_ "time/tzdata" // zones must be known in a container without them, too

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// Load reads topics.yaml and the directories lines, hours, holidays, prompts and calls of a configuration afresh. The error is of type [Problems] and
// holds every mistake that was found; there is no partial snapshot.
func Load(fsys fs.FS) (*Snapshot, error) {
	l := newLoader(fsys)
	lines := l.readLines()
	l.readPrompts(lines)
	calls := l.readCalls(lines)
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	s := &Snapshot{Calls: calls, Hash: hex.EncodeToString(l.hash.Sum(nil)[:8]), byNumber: map[string]*ivr.Line{}, byID: map[string]*ivr.Line{},
		prints: map[string]prints{}, origins: map[string]*origins{}}
	for _, f := range lines {
		f.line.Version = s.Hash
		s.Lines = append(s.Lines, f.line)
		s.byID[f.line.ID] = f.line
		s.prints[f.line.ID], s.origins[f.line.ID] = l.prints(f), l.origins(f)
		s.reliance = append(s.reliance, f.reliance...)
		for _, number := range f.line.Numbers {
			s.byNumber[number] = f.line
		}
	}
	return s, nil
}

// A loader goes through one configuration.
type loader struct {
	fsys     fs.FS
	problems Problems
	hash     hash.Hash
	// sums are of the files that were read, by name, and of the sets of holidays.
	sums map[string][sha256.Size]byte
	// texts are the files, for whoever asks where something is written.
	texts map[string][]byte
}

func newLoader(fsys fs.FS) *loader {
	return &loader{fsys: fsys, hash: sha256.New(), sums: map[string][sha256.Size]byte{}, texts: map[string][]byte{}}
}

// largest is the greatest size of one file, in bytes.
const largest = 1 << 18

// files reads each file NAME.yaml of a directory, by NAME. One that cannot be read is there too, without a node, so
// that its absence is not reported as well. Editors' copies and hidden files are passed over.
func (l *loader) files(dir string) map[string]value {
	out := map[string]value{}
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.fail(dir, "cannot be read: %v", err)
	}
	for _, e := range entries {
		name := e.Name()
		file := path.Join(dir, name)
		switch {
		case strings.HasPrefix(name, "."):
		case path.Ext(name) == ".yml":
			l.fail(file, "is not read, because its name ends in .yml; let it end in .yaml")
		case path.Ext(name) == ".yaml":
			out[strings.TrimSuffix(name, ".yaml")] = l.file(file)
		}
	}
	return out
}

// file reads and parses one file. Whoever else has something to do goes first: a configuration is read beside real calls, and
// nobody waits for it.
func (l *loader) file(file string) value {
	runtime.Gosched()
	// The size is asked for first, so that a file put there by accident does not fill the memory.
	if info, err := fs.Stat(l.fsys, file); err == nil && info.Size() > largest {
		l.fail(file, "has %d bytes; at most %d are supported", info.Size(), largest)
		return value{}
	}
	data, err := fs.ReadFile(l.fsys, file)
	if err != nil {
		l.fail(file, "cannot be read: %v", err)
		return value{}
	}
	fmt.Fprintf(l.hash, "%s\n%d\n%s\n", file, len(data), data)
	l.sums[file], l.texts[file] = sha256.Sum256(data), data
	return document(file, data, &l.problems)
}

func (l *loader) fail(file, format string, args ...any) {
	l.problems.Add(Problem{File: file, Message: fmt.Sprintf(format, args...)})
}

// readLines reads every line's two files and what concerns several lines. They come sorted by name.
func (l *loader) readLines() []*lineFile {
	wiring, times, sets, shared := l.files("lines"), l.files("hours"), l.sets(), l.catalogue()
	if len(wiring) == 0 {
		l.fail("lines", "holds no line; add a file such as lines/gopay.yaml")
	}
	var lines []*lineFile
	used := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(wiring)) {
		at := wiring[name]
		if at.node == nil {
			used[name] = true
			continue
		}
		runtime.Gosched()
		f := readLine(at, name, shared)
		checkName(f.id, name)
		lines = append(lines, f)
		used[f.hoursName] = true
		switch at, ok := times[f.hoursName]; {
		case !ok && f.hours.present():
			f.hours.fail("there is no hours/%s.yaml; %s", f.hoursName, hint(f.hoursName, slices.Sorted(maps.Keys(times))))
		case !ok:
			l.fail(f.at.file, "has no hours; add hours/%s.yaml, or name the file of another line: hours: NAME", name)
		case at.node != nil:
			h := readHours(at, f.line, sets)
			checkName(h.id, f.hoursName)
			f.link(h, sets)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(times)) {
		if used[name] {
			continue
		}
		l.fail("hours/"+name+".yaml", "belongs to no line; add lines/%s.yaml, or remove this file", name)
		if at := times[name]; at.node != nil {
			checkName(readHours(at, nil, sets).id, name)
		}
	}
	checkNumbers(lines)
	return lines
}

// catalogue reads the topics that lines share, if there is such a file.
func (l *loader) catalogue() catalogue {
	if _, err := fs.Stat(l.fsys, topicsFile); errors.Is(err, fs.ErrNotExist) {
		return catalogue{}
	}
	at := l.file(topicsFile)
	if at.node == nil {
		return catalogue{}
	}
	return readCatalogue(at)
}

// sets reads the sets of holidays. They are part of what tells configurations apart.
func (l *loader) sets() knownSets {
	sets := loadSets(l.fsys, &l.problems)
	for _, name := range sets.names() {
		text := sets[name].text
		fmt.Fprintf(l.hash, "holidays/%s\n%d\n%s\n", name, len(text), text)
		l.sums[setsDir+"/"+name] = sha256.Sum256(text)
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
func checkNumbers(lines []*lineFile) {
	owner := map[string]*lineFile{}
	for _, f := range lines {
		for i, number := range f.line.Numbers {
			if other := owner[number]; other != nil {
				f.numbers[i].fail("%s is answered by line %s (%s) already; a number belongs to one line",
					callbacks.Mask(number), other.line.ID, other.at.file)
				continue
			}
			owner[number] = f
		}
	}
	for _, f := range lines {
		f.checkTargets(owner)
	}
}

// readPrompts reads the sentences of every language and gives them to the lines.
func (l *loader) readPrompts(lines []*lineFile) {
	files := l.files("prompts")
	all, texts := needsOf(lines), map[string]map[string]string{}
	for _, tag := range slices.Sorted(maps.Keys(files)) {
		at := files[tag]
		if !slices.Contains(spoken.Tags(), tag) {
			l.fail("prompts/"+tag+".yaml", "%q is not a language that can be spoken; known here: %s", tag, strings.Join(spoken.Tags(), ", "))
			continue
		}
		if at.node == nil {
			continue
		}
		f := promptFile{at: at, tag: tag, needs: all}
		texts[tag] = f.read()
		f.checkComplete()
	}
	prompts := ivr.NewPrompts(texts)
	for _, f := range lines {
		f.line.Prompts = prompts
		for _, language := range f.line.Languages {
			if _, ok := files[language.Tag]; !ok {
				l.fail(f.at.file, "offers language %s, which has no prompts; add prompts/%s.yaml", language.Tag, language.Tag)
			}
		}
	}
}

package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// prints tell whether anything that a line rests on has changed, without looking at it.
type prints struct {
	// whole is of everything, hours of what calendars are made of.
	whole, hours string
}

// Fingerprint is a hash of everything that a line rests on: its two files, topics.yaml, the sets of holidays that it
// or one of its desks observes, and the prompts of its languages. Two snapshots in which it is the same treat calls to
// the line alike, but for the numbers of other lines, which this one does not call; where it differs they may, as a
// comment counts too. It is empty for a line that is not configured.
func (s *Snapshot) Fingerprint(line string) string { return s.prints[line].whole }

// prints are those of a line whose files have been read without a mistake.
func (l *loader) prints(f *lineFile) prints {
	if f.kept && l.sameShared(f) {
		return l.before.prints[f.line.ID]
	}
	times := []string{f.at.file, "hours/" + f.hoursName + ".yaml"}
	for _, r := range f.reliance {
		for _, set := range r.sets {
			times = append(times, setsDir+"/"+set.node.Value)
		}
	}
	whole := append(slices.Clone(times), topicsFile)
	for _, language := range f.line.Languages {
		whole = append(whole, "prompts/"+language.Tag+".yaml")
	}
	return prints{whole: l.print(whole), hours: l.print(times)}
}

// sameShared reports whether the files that a line shares with others are what they were.
func (l *loader) sameShared(f *lineFile) bool {
	same := func(name string) bool { return l.files[name].sum == l.before.files[name].sum }
	return same(topicsFile) && !slices.ContainsFunc(f.needs.tags, func(tag string) bool { return !same("prompts/" + tag + ".yaml") })
}

// print is a hash of some files, in whatever order. One that is not there counts as well.
func (l *loader) print(files []string) string {
	slices.Sort(files)
	hash := sha256.New()
	for _, file := range slices.Compact(files) {
		fmt.Fprintf(hash, "%s %x\n", file, l.files[file].sum)
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

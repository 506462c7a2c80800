package config

import (
	"embed"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/hotline-ivr/hotline/config/holidays"
	"github.com/hotline-ivr/hotline/hours"
)

//go:embed topics.yaml hours/*.yaml holidays/*.yaml lines/*.yaml prompts/*.yaml calls/*.yaml
var shipped embed.FS

// Shipped is the configuration that comes with the program, as a directory for [Load].
func Shipped() fs.FS { return shipped }

const setsDir = "holidays"

// shippedSets are the sets that come with the program. They are parsed once.
var shippedSets = sync.OnceValues(func() (knownSets, error) { return readSets(shipped) })

// readSets reads the sets of one directory. Those without a mistake are returned all the same.
func readSets(fsys fs.FS) (knownSets, error) {
	some, err := holidays.Load(fsys, setsDir)
	sets := knownSets{}
	for name, set := range some {
		sets[name] = knownSet{set, set.HolidaySet(), set.YAML()}
	}
	return sets, err
}

// A knownSet is a set of holidays in the form of package hours, which all lines share.
type knownSet struct {
	*holidays.Set
	shared hours.HolidaySet
	// text is the set as a file: what tells it apart from another.
	text []byte
}

type knownSets map[string]knownSet

// HolidaySets are the sets that the lines of a configuration can name, by name: those that come with the program, and
// those of the configuration, which take the place of a built-in one of the same name. The error is of type [Problems].
func HolidaySets(fsys fs.FS) (map[string]*holidays.Set, error) {
	var problems Problems
	sets := map[string]*holidays.Set{}
	for name, set := range loadSets(rightNames(fsys, &problems), &problems) {
		sets[name] = set.Set
	}
	return sets, problems.Err()
}

// loadSets is [HolidaySets] for lines, also where some cannot be used.
func loadSets(fsys fs.FS, problems *Problems) knownSets {
	sets := knownSets{}
	add := func(some knownSets, err error) {
		var found Problems
		errors.As(err, &found)
		*problems = append(*problems, found...)
		maps.Copy(sets, some)
	}
	add(shippedSets())
	if fsys != fs.FS(shipped) {
		add(readSets(fsys))
	}
	return sets
}

func (s knownSets) names() []string { return slices.Sorted(maps.Keys(s)) }

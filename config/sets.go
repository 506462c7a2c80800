package config

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hotline-ivr/hotline/config/holidays"
	"github.com/hotline-ivr/hotline/hours"
)

const setsDir = "holidays"

// shippedSets are the sets that come with the program. They are parsed once.
var shippedSets = sync.OnceValues(func() (knownSets, error) { return readSets(shipped, nil) })

// readSets reads the sets of one directory. Those without a mistake are returned all the same; of files that have not changed
// they are those of before.
func readSets(fsys fs.FS, before knownSets) (knownSets, error) {
	sums := map[string][sha256.Size]byte{}
	some, err := holidays.LoadWith(fsys, setsDir, func(file string, data []byte) (*holidays.Set, error) {
		name, sum := strings.TrimSuffix(path.Base(file), ".yaml"), sha256.Sum256(data)
		sums[name] = sum
		if known, ok := before[name]; ok && known.sum == sum {
			return known.Set, nil
		}
		return holidays.Parse(file, data)
	})
	sets := knownSets{}
	for name, set := range some {
		if known := before[name]; known.Set == set {
			sets[name] = known
			continue
		}
		sets[name] = knownSet{set, set.HolidaySet(), set.YAML(), sums[name]}
	}
	return sets, err
}

// A knownSet is a set of holidays in the form of package hours, which all lines share.
type knownSet struct {
	*holidays.Set
	shared hours.HolidaySet
	// text is the set as a file: what tells it apart from another.
	text []byte
	// sum is of its file.
	sum [sha256.Size]byte
}

type knownSets map[string]knownSet

// loadSets reads the sets of holidays: those that come with the program, and those of the configuration, which take
// the place of a built-in one of the same name. Those of before are taken where their files are the same.
func loadSets(fsys fs.FS, before knownSets, problems *Problems) knownSets {
	sets := knownSets{}
	add := func(some knownSets, err error) {
		var found holidays.Problems
		switch {
		case errors.As(err, &found):
			for _, p := range found {
				problems.Add(p)
			}
		case err != nil:
			problems.Add(Problem{File: setsDir, Message: err.Error()})
		}
		maps.Copy(sets, some)
	}
	built, err := shippedSets()
	add(built, err)
	if before == nil {
		before = built
	}
	if fsys != fs.FS(shipped) {
		add(readSets(fsys, before))
	}
	return sets
}

func (s knownSets) names() []string { return slices.Sorted(maps.Keys(s)) }

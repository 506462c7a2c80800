package compare

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/config"
)

// What is different in the call tests. Callers notice nothing of it; but a call test that is not run any more
// finds nothing, so it is told.

// compareCalls tells by line which calls were added, removed and changed, sorted by file.
func compareCalls(old, new []config.Call) map[string][]Change {
	changes := map[string][]Change{}
	tell := func(c *config.Call, what, more string) {
		text := fmt.Sprintf("%s %s (%s)%s", what, c.File, c.Title, more)
		changes[c.Line] = append(changes[c.Line], Change{About: "call test", Text: text})
	}
	all := pairs(old, new, func(c config.Call) string { return c.File + " " + c.Line })
	slices.SortStableFunc(all, func(a, b pair[config.Call]) int { return cmp.Compare(a.id, b.id) })
	for _, p := range all {
		switch parts := differs(&p.old, &p.new); {
		case p.change == added:
			tell(&p.new, added, "")
		case p.change == removed:
			tell(&p.old, removed, "")
		case len(parts) > 0:
			tell(&p.new, "changed", ": "+strings.Join(parts, ", "))
		}
	}
	return changes
}

// differs are the keys of the file whose values are not the same.
func differs(c, other *config.Call) (keys []string) {
	for _, part := range []struct {
		key  string
		same bool
	}{
		{"call", c.Title == other.Title},
		{"at", c.At.Equal(other.At)},
		{"from", c.From == other.From},
		{"agents", c.Others == other.Others && maps.Equal(c.Agents, other.Agents)},
		{"customer", c.Customer == other.Customer},
		{"steps", slices.Equal(c.Steps, other.Steps)},
		{"expect", reflect.DeepEqual(c.Expect, other.Expect)},
	} {
		if !part.same {
			keys = append(keys, part.key)
		}
	}
	return keys
}

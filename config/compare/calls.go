package compare

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/hotline-ivr/hotline/config"
)

// What is different in the call tests. Callers notice nothing of it; but a call test that is not run any more
// finds nothing, so it is told.

// compareCalls tells by line which calls were added, removed and changed. Both lists are sorted by file.
func compareCalls(old, new []config.Call) map[string][]Change {
	changes := map[string][]Change{}
	tell := func(c *config.Call, what, more string) {
		text := fmt.Sprintf("%s %s (%s)%s", what, c.File, c.Title, more)
		changes[c.Line] = append(changes[c.Line], Change{About: "call test", Text: text})
	}
	for len(old) > 0 || len(new) > 0 {
		switch {
		case len(new) == 0 || len(old) > 0 && old[0].File < new[0].File:
			tell(&old[0], "removed", "")
			old = old[1:]
		case len(old) == 0 || new[0].File < old[0].File:
			tell(&new[0], "added", "")
			new = new[1:]
		case old[0].Line != new[0].Line:
			tell(&old[0], "removed", "")
			tell(&new[0], "added", "")
			old, new = old[1:], new[1:]
		default:
			if parts := differs(&old[0], &new[0]); len(parts) > 0 {
				tell(&new[0], "changed", ": "+strings.Join(parts, ", "))
			}
			old, new = old[1:], new[1:]
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

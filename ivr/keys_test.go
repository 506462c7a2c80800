package ivr

import (
	"slices"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
)

// takenTwice is a key of a menu that stands for two things, empty if none does.
func takenTwice(r *request, step *step) string {
	taken := slices.Clone(commonKeys)
	for _, k := range step.keys(r) {
		if slices.Contains(taken, k.key) {
			return k.key
		}
		taken = append(taken, k.key)
	}
	return ""
}

// In the fullest menus that a line can have a key stands for one thing: config permits 5 languages and 4 slots.
func TestNoKeyIsTakenTwiceInTheFullestMenus(t *testing.T) {
	line := sketch(t)
	for len(line.Languages) < 5 {
		line.Languages = append(line.Languages, line.Languages[0])
	}
	line.Menu = nil
	for range 3 * choices {
		line.Menu = append(line.Menu, Choice{ID: "refund"})
	}
	state := State{
		Line: line.ID, Language: "en", Topic: "refund", Number: caller.From, OpenCallbackID: 7, Kind: callbacks.ASAP,
		Due:   1,
		Slots: make([][2]int64, 4), Readings: make([]string, 5),
	}
	for _, step := range table {
		if step.keys == nil {
			continue
		}
		if key := takenTwice(&request{line: line, now: openHour, call: caller, State: &state}, step); key != "" {
			t.Errorf("step %s: key %s is taken twice", step.id, key)
		}
	}
}

package config_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hotline-ivr/hotline/config"
)

// A line's fingerprint changes with every file that the line rests on, and with no other.
func TestFingerprint(t *testing.T) {
	const set = "holidays/mine.yaml"
	fresh := func() fstest.MapFS {
		fsys := many(t, 2)
		for _, id := range []string{"shop0", "shop1"} {
			holidays := "[id, cn]"
			if id == "shop1" {
				holidays = "[mine, cn]"
			}
			name := "hours/" + id + ".yaml"
			fsys[name] = file([]byte(strings.Replace(string(fsys[name].Data), "[id, cn, jp]", holidays, 1)))
		}
		fsys[set] = file([]byte("name: mine\ncovers: {from: 2026-01-01, to: 2027-12-31}\nsources: [\"our own\"]\n" +
			"days:\n  - {date: 2026-08-17, kind: holiday, name: Founders}\n"))
		return fsys
	}
	load := func(fsys fstest.MapFS) *config.Snapshot {
		t.Helper()
		s, err := config.Load(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := load(fresh())
	if again := load(fresh()); again.Fingerprint("shop0") != before.Fingerprint("shop0") || before.Fingerprint("shop0") == "" {
		t.Error("the same files have another fingerprint")
	}
	if before.Fingerprint("none") != "" {
		t.Error("a line that is not there has a fingerprint")
	}
	for name, changes := range map[string][2]bool{ // of shop0, of shop1
		"lines/shop0.yaml": {true, false}, "hours/shop1.yaml": {false, true}, "topics.yaml": {true, true},
		set: {true, true}, "prompts/en.yaml": {true, true},
	} {
		fsys := fresh()
		if fsys[name] == nil {
			fsys[name] = file([]byte("topics: []"))
		}
		text := string(fsys[name].Data) + "\n# a comment\n"
		if name == set { // what counts of a set are its days
			text = strings.Replace(text, "08-17", "08-18", 1)
		}
		fsys[name] = file([]byte(text))
		after := load(fsys)
		for i, id := range []string{"shop0", "shop1"} {
			if got := after.Fingerprint(id) != before.Fingerprint(id); got != changes[i] {
				t.Errorf("%s was edited: the fingerprint of %s changes: %t, want %t", name, id, got, changes[i])
			}
		}
	}
}

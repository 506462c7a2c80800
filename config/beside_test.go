package config_test

import (
	"testing"

	"github.com/hotline-ivr/hotline/config"
)

// Beside calls no piece of work is longer than what one line takes: there is a rest for every line when they are read, and
// when they are compared, also where nothing differs.
func TestWorkBesideCallsRestsForEveryLine(t *testing.T) {
	fsys := config.Shipped()
	before, err := config.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	rests := 0
	rest := func() { rests++ }
	after, err := before.ReloadBeside(fsys, rest)
	if err != nil {
		t.Fatal(err)
	}
	if after.Hash != before.Hash || rests < 3*len(before.Lines) {
		t.Errorf("configuration %s of %s, %d rests for %d lines", after.Hash, before.Hash, rests, len(before.Lines))
	}
	rests = 0
	if changes := config.CompareBeside(before, after, thursday, 60, rest); !changes.Empty() || rests < len(before.Lines) {
		t.Errorf("changes %q, %d rests for %d lines", changes, rests, len(before.Lines))
	}
}

package config_test

import (
	"testing"

	"github.com/hotline-ivr/hotline/config"
)

// Beside calls no piece of work is longer than what one line takes: with every line there are as many rests more as there are pieces
// of it (two files; the line, its numbers, what is kept of it), and one when lines are compared that differ in nothing.
func TestWorkBesideCallsRestsForEveryLine(t *testing.T) {
	rests := func(lines int) (reading, comparing int) {
		fsys := many(t, lines)
		before := mustLoad(t, fsys)
		after, err := before.ReloadBeside(fsys, func() { reading++ })
		if err != nil || after.Hash != before.Hash {
			t.Fatalf("%v, configuration %s of %s", err, after.Hash, before.Hash)
		}
		if changes := config.CompareBeside(before, after, thursday, 60, func() { comparing++ }); !changes.Empty() {
			t.Fatal(changes)
		}
		return reading, comparing
	}
	reading, comparing := rests(3)
	if more, compared := rests(7); more-reading < 4*5 || compared-comparing < 4 {
		t.Errorf("%d and %d rests with three lines, %d and %d with seven", reading, comparing, more, compared)
	}
}

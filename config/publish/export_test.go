package publish

import (
	"context"
	"io/fs"
)

// What the tests of this package see besides.
const (
	Marker      = markerName
	DraftFile   = draftFile
	Settle      = settle
	FollowEvery = followEvery
)

// Claimed reports whether a command says that it is writing this directory.
func Claimed(fsys fs.FS) bool { return claimed(fsys) }

// Leave says that this instance stops.
func (f *Follower) Leave(ctx context.Context) error { return f.leave(ctx) }

// OnReach has f called before each step of a write. An error fails the step.
func OnReach(f func(step string) error) (restore func()) {
	before := reach
	reach = f
	return func() { reach = before }
}

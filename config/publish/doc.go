// Package publish puts an edited configuration in force while calls are up, and keeps the one before when the edit is
// wrong.
//
// The directory is the truth. A [Publisher] looks at it, loads it once the files stop changing, and swaps one pointer
// of a [Live] configuration, by which calls, callbacks and pages find their lines. What was put in force is recorded
// with its files in the store, where a [Follower] also finds the overrides that were declared in an emergency, and
// writes down what this instance runs.
//
// # Where to find what
//
// watch.go repeats, files.go and read_timeout.go read the directory, and publisher.go takes a change
// up: [Publisher.Look] reads, checks, runs the call tests, and publishes or refuses. start.go chooses what a starting
// server runs. live.go holds what is in force, follow.go keeps up with other instances, history.go is what the store
// has to record. draft.go and patch.go are edits on the way; write.go and its neighbours replace files so that nobody
// reads half of one.
package publish

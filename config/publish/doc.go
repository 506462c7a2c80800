// Package publish puts an edited configuration in force while calls are up, and keeps the one before when the edit is wrong.
//
// The directory is the truth. A [Publisher] looks at it, takes it up when it has come to rest, and swaps one pointer of a
// [Live] configuration, by which calls, callbacks and pages find their lines. What was put in force is recorded with its
// files in the store, where a [Follower] also finds the overrides that were declared in an emergency, and writes down what
// this instance runs.
package publish

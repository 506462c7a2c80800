//go:build !unix

package sqlite

import "io/fs"

// lockFile does nothing where there is no flock: start the first process alone there.
func lockFile(string) (unlock func(), err error) { return func() {}, nil }

// identity tells no file from another there.
func identity(fs.FileInfo) string { return "" }

// inUse is not known there: a file that is open cannot be moved away anyway.
func inUse(string) (bool, error) { return false, nil }

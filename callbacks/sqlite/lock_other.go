//go:build !unix

package sqlite

import "io/fs"

// lockFile does nothing where there is no flock: start the first process alone there.
func lockFile(string) (unlock func(), err error) { return func() {}, nil }

// identity tells no file from another there.
func identity(fs.FileInfo) string { return "" }

// chown does nothing there: a new file has the rights of its directory.
func chown(string, fs.FileInfo) error { return nil }

// inUse is not known there: a file that is open cannot be moved away anyway.
func inUse(string) (bool, error) { return false, nil }

//go:build !unix

package sqlite

// lockFile does nothing where there is no flock: start the first process alone there.
func lockFile(string) (unlock func(), err error) { return func() {}, nil }

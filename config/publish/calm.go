package publish

import (
	"io/fs"
	"time"
)

const (
	// calmFiles are read before there is a pause, and calmPause is its length: of a directory with two thousand files reading takes a
	// tenth of a second longer.
	calmFiles = 20
	calmPause = time.Millisecond
)

// A calm file system has its files read little by little. Yielding lets the goroutines go first that answer calls, which is not enough
// where the machine has no processor to spare: a process that has just worked for long is the last to be given one.
type calm struct {
	fs.FS
	opened int
}

// Stat opens nothing: to open a pipe would wait for ever.
func (c *calm) Stat(name string) (fs.FileInfo, error) { return fs.Stat(c.FS, name) }

func (c *calm) Open(name string) (fs.File, error) {
	if c.opened++; c.opened%calmFiles == 0 {
		time.Sleep(calmPause)
	}
	return c.FS.Open(name)
}

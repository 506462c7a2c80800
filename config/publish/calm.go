package publish

import (
	"io/fs"
	"runtime"
	"time"
)

// What is published is read, checked and compared little by little. Yielding lets the goroutines go first that answer calls, which is
// not enough where the machine has no processor to spare: a process that has just worked for long is the last to be given one.
const (
	// spell is how long is worked, at least, before there is a pause, and pause its length: publishing takes a quarter of one processor.
	// An edit on which a thousand lines rest is in force some seconds later that way.
	spell, pause = time.Millisecond, 3 * time.Millisecond
	// calmFiles are read before there is a calmPause: of a directory with two thousand files reading takes a tenth of a second longer.
	calmFiles = 20
	calmPause = time.Millisecond
)

// A pace is kept by work that is done beside calls. The zero value is ready.
type pace struct{ since time.Time }

// rest is to be called after every piece of work.
func (p *pace) rest() {
	if time.Since(p.since) < spell { // real time on purpose: it measures how long we keep others waiting
		runtime.Gosched()
		return
	}
	time.Sleep(pause)
	p.since = time.Now()
}

// A calm file system has its files read little by little.
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

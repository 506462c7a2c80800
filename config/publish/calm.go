package publish

import (
	"context"
	"io/fs"
	"runtime"
	"time"
)

// What is published is read, checked and compared little by little; the rehearsed calls are calls like others. Yielding lets the
// goroutines go first that answer calls, which is not enough where the machine has no processor to spare: a process that has
// just worked for long is the last to be given one.
const (
	// spell is how long is worked, at least, before there is a rest.
	spell = time.Millisecond
	// restsFor is how many times as long as the work was a rest is, and longestRest its limit: as a rule publishing takes a quarter of
	// one processor. An edit on which a thousand lines rest is in force some seconds later that way.
	restsFor, longestRest = 3, 30 * time.Millisecond
	// calmFiles are read before there is a calmPause: of a directory with two thousand files reading takes a tenth of a second longer.
	calmFiles = 20
	calmPause = time.Millisecond
)

// A pace is kept by work that is done beside calls, until the context is done: then it is got over with.
type pace struct {
	done  <-chan struct{}
	since time.Time // the last rest
}

func newPace(ctx context.Context) *pace { return &pace{ctx.Done(), time.Now()} }

// rest is to be called between pieces of work. Real time on purpose: it measures how long we keep others waiting.
func (p *pace) rest() {
	worked := time.Since(p.since)
	if worked < spell {
		runtime.Gosched()
		return
	}
	timer := time.NewTimer(min(restsFor*worked, longestRest))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.done:
	}
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

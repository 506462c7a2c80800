package publish

import (
	"context"
	"errors"
	"time"
)

// readLimit is how long the directory is waited for: a network file system may hang.
const readLimit = 30 * time.Second

// errSilent: the file system does not answer.
var errSilent = errors.New("the configuration directory does not answer; look after its file system")

type readResult struct {
	files  Files
	digest string
	err    error
}

// read reads the directory, and gives up waiting where the file system does not answer. It reads once at a time.
func (p *Publisher) read(ctx context.Context) (files Files, digest string, err error) {
	if p.reading == nil {
		reading := make(chan readResult, 1)
		p.reading = reading
		go func() {
			files, err := p.recordings.readFiles(p.Files)
			reading <- readResult{files, files.digest(), err}
		}()
	}
	limit := time.NewTimer(readLimit) // real time on purpose: it measures the file system
	defer limit.Stop()
	r := readResult{err: errSilent}
	select {
	case r = <-p.reading:
		p.reading = nil
	case <-limit.C:
	case <-ctx.Done():
		r.err = errors.Join(errSilent, ctx.Err())
	}
	if r.err != nil {
		r.digest = "unreadable: " + r.err.Error()
	}
	return r.files, r.digest, r.err
}

package publish

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

// readLimit is how long the directory is waited for: a network file system may hang.
const readLimit = 30 * time.Second

// errSilent: the file system does not answer.
var errSilent = errors.New("the configuration directory does not answer; look after its file system")

// reading reads a directory, and gives up waiting where the file system does not answer. It reads once at a time.
type reading struct{ under chan readResult }

type readResult struct {
	files Files
	err   error
}

func (r *reading) of(ctx context.Context, before Files, fsys fs.FS) (Files, error) {
	if r.under == nil {
		under := make(chan readResult, 1)
		r.under = under
		go func() {
			files, err := before.Again(fsys)
			under <- readResult{files, err}
		}()
	}
	limit := time.NewTimer(readLimit) // real time on purpose: it measures the file system
	defer limit.Stop()
	select {
	case result := <-r.under:
		r.under = nil
		return result.files, result.err
	case <-limit.C:
		return nil, errSilent
	case <-ctx.Done():
		return nil, errors.Join(errSilent, ctx.Err())
	}
}

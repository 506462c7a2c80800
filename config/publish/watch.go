package publish

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Run looks at the directory whenever something in it changes, and every [Poll] in any case, until ctx ends.
func (p *Publisher) Run(ctx context.Context, timer callbacks.Timer) {
	changed, stop := watch(p.Dir, p.Log)
	defer stop()
	for ctx.Err() == nil {
		fired, stop := timer(p.Look(ctx))
		select {
		case <-ctx.Done():
		case <-fired:
		case <-changed:
			together, stop := timer(p.Now().Add(gather))
			select {
			case <-ctx.Done():
			case <-together:
			}
			stop()
		}
		stop()
	}
}

// gather is how long after a change others are waited for: whoever writes a thousand files is not looked at a thousand times.
const gather = 200 * time.Millisecond

// Run ticks until ctx ends, then says that this instance stops.
func (f *Follower) Run(ctx context.Context, timer callbacks.Timer) {
	for ctx.Err() == nil {
		fired, stop := timer(f.Tick(ctx))
		select {
		case <-ctx.Done():
		case <-fired:
		}
		stop()
	}
	if err := f.Leave(context.WithoutCancel(ctx)); err != nil {
		f.log.Warn("cannot tell the others that this instance stops", "error", err)
	}
}

// watch tells of changes in a directory and its folders. Where the system cannot tell, polling alone has to do.
func watch(dir string, log *slog.Logger) (changed <-chan struct{}, stop func()) {
	if dir == "" {
		return nil, func() {}
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		log.Warn("the system does not tell of changed files; the directory is read every few seconds instead", "error", err)
		return nil, func() {}
	}
	out, done := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(done)
		again(watcher, dir)
		for {
			select {
			case event, ok := <-watcher.Events:
				if !ok {
					return
				}
				if filepath.Dir(event.Name) == filepath.Clean(dir) || event.Has(fsnotify.Remove) {
					// A folder may be a new one under the old name: a symlink that was swapped, or one deleted and made again.
					again(watcher, dir)
				}
			case err, ok := <-watcher.Errors:
				if !ok {
					return
				}
				log.Warn("watching the configuration directory", "error", err)
			}
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out, func() {
		if err := watcher.Close(); err != nil {
			log.Warn("watching the configuration directory", "error", fmt.Errorf("close: %w", err))
		}
		<-done
	}
}

// again watches the directory and its folders as they are now.
func again(watcher *fsnotify.Watcher, dir string) {
	for _, name := range watcher.WatchList() {
		_ = watcher.Remove(name) // gone with what it was
	}
	_ = watcher.Add(dir) // when it is gone, polling sees it come back
	for _, folder := range folders {
		_ = watcher.Add(filepath.Join(dir, folder)) // one may be missing
	}
}

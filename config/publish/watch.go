package publish

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Run looks at the directory whenever something in it changes or [Publisher.Reread] is called, and every poll in any
// case, until ctx ends.
func (p *Publisher) Run(ctx context.Context, timer callbacks.Timer) {
	changed, again, stop := watch(p.Dir, p.Log)
	defer stop()
	for ctx.Err() == nil {
		fired, stop := timer(p.Look(ctx))
		select {
		case <-ctx.Done():
		case <-fired:
			again()
		case <-p.asked:
			again()
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

// watch tells of changes in a directory and its folders; again watches what has come since. Where the system cannot tell,
// polling alone has to do.
func watch(dir string, log *slog.Logger) (changed <-chan struct{}, again, stop func()) {
	none := func() {}
	if dir == "" {
		return nil, none, none
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		log.Warn("the system does not tell of changed files; the directory is read every few seconds instead", "error", err)
		return nil, none, none
	}
	w := &watched{watcher, filepath.Clean(dir)}
	w.all()
	out, done := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(done)
		w.tell(out, log)
	}()
	return out, w.missing, func() {
		if err := watcher.Close(); err != nil {
			log.Warn("watching the configuration directory", "error", fmt.Errorf("close: %w", err))
		}
		<-done
	}
}

// watched is a directory with its folders.
type watched struct {
	*fsnotify.Watcher
	dir string
}

// tell passes on that something has changed, until the watcher is closed.
func (w *watched) tell(out chan<- struct{}, log *slog.Logger) {
	for {
		select {
		case event, ok := <-w.Events:
			if !ok {
				return
			}
			if filepath.Dir(event.Name) == w.dir || event.Has(fsnotify.Remove) {
				// A folder may be a new one under the old name: a symlink that was swapped, or one deleted and made again.
				w.all()
			}
		case err, ok := <-w.Errors:
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
}

func (w *watched) names() []string {
	names := []string{w.dir}
	for _, folder := range folders {
		names = append(names, filepath.Join(w.dir, folder))
	}
	return names
}

// all watches the directory and its folders as they are now.
func (w *watched) all() {
	for _, name := range w.WatchList() {
		_ = w.Remove(name) // gone with what it was
	}
	for _, name := range w.names() {
		_ = w.Add(name) // one may be missing
	}
}

// missing watches everything anew when something is there that is not watched, such as a directory that was made again.
func (w *watched) missing() {
	list := w.WatchList()
	for _, name := range w.names() {
		if _, err := os.Stat(name); err == nil && !slices.Contains(list, name) {
			w.all()
			return
		}
	}
}

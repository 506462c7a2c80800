package callbacks

import (
	"context"
	"sync"
	"time"
)

// idle is the longest that [Run] sleeps: another process may have written a callback without waking this one.
const idle = time.Minute

// A Timer returns a channel that delivers once when the instant has come, and a function that gives it up.
type Timer func(at time.Time) (fired <-chan time.Time, stop func())

// SystemTimer is a Timer of the real clock; now tells how far away an instant is.
func SystemTimer(now func() time.Time) Timer {
	return func(at time.Time) (<-chan time.Time, func()) {
		t := time.NewTimer(at.Sub(now()))
		return t.C, func() { t.Stop() }
	}
}

// A Signal tells workers that there may be something to do. The zero Signal tells nobody yet; a nil one never does.
type Signal struct {
	mu    sync.Mutex
	wakes []func()
}

// Notify has wake called whenever the signal is raised. It must not block.
func (s *Signal) Notify(wake func()) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wakes = append(s.wakes, wake)
}

// Channel delivers after the signal was raised, once however often that was.
func (s *Signal) Channel() <-chan struct{} {
	raised := make(chan struct{}, 1)
	s.Notify(func() {
		select {
		case raised <- struct{}{}:
		default: // the worker will run anyway
		}
	})
	return raised
}

// Raise tells everybody who was given to Notify.
func (s *Signal) Raise() {
	if s == nil {
		return
	}
	s.mu.Lock()
	wakes := s.wakes
	s.mu.Unlock()
	for _, wake := range wakes {
		wake()
	}
}

// Run is the loop of a worker: it ticks at once, then when tick said that it wants to, at the latest after a minute,
// and whenever woken delivers, until ctx ends. A nil woken never delivers.
func Run(ctx context.Context, tick func(context.Context) time.Time, now func() time.Time, woken <-chan struct{},
	timer Timer) {
	for ctx.Err() == nil {
		next := tick(ctx)
		if latest := now().Add(idle); next.IsZero() || next.After(latest) {
			next = latest
		}
		fired, stop := timer(next)
		select {
		case <-ctx.Done():
		case <-woken:
		case <-fired:
		}
		stop()
	}
}

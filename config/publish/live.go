package publish

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// A Live configuration is the one that is in force, with the overrides that are in force. It implements [twilio.Lines]
// and [callbacks.Plans]. Every question is answered from one pointer, without a lock; nobody ever sees half of an edit.
type Live struct {
	active atomic.Pointer[active]
	mu     sync.Mutex // held while the pointer is swapped
}

var (
	_ twilio.Lines    = (*Live)(nil)
	_ callbacks.Plans = (*Live)(nil)
)

// active is what is in force at one moment.
type active struct {
	current   generation
	earlier   []generation // the latest first
	overrides []callbacks.DeclaredOverride
}

// generation is one configuration: as it is written, and with the overrides.
type generation struct {
	written, overridden *config.Snapshot
	until               time.Time // when it was replaced
}

const (
	// keepEarlier is how long a configuration that was replaced is kept for the calls that began with it.
	keepEarlier = 4 * time.Hour
	// mostEarlier bounds how many are kept.
	mostEarlier = 16
)

// NewLive begins with a configuration.
func NewLive(snapshot *config.Snapshot) *Live {
	l := &Live{}
	l.active.Store(&active{current: generation{written: snapshot, overridden: snapshot}})
	return l
}

// Snapshot is the configuration in force, with the overrides.
func (l *Live) Snapshot() *config.Snapshot { return l.active.Load().current.overridden }

// Written is the configuration in force as its files have it.
func (l *Live) Written() *config.Snapshot { return l.active.Load().current.written }

// Overrides are those that were heard of last, ended ones included.
func (l *Live) Overrides() []callbacks.DeclaredOverride { return l.active.Load().overrides }

// ByNumber implements [twilio.Lines].
func (l *Live) ByNumber(e164 string) *ivr.Line { return l.Snapshot().ByNumber(e164) }

// Find implements [twilio.Lines].
func (l *Live) Find(id, version string) *ivr.Line {
	f := l.active.Load()
	if version != "" && version != f.current.overridden.Hash {
		for _, s := range f.earlier {
			if s.overridden.Hash != version {
				continue
			}
			if line := s.overridden.ByID(id); line != nil {
				return line
			}
		}
	}
	if line := f.current.overridden.ByID(id); line != nil {
		return line
	}
	for _, s := range f.earlier {
		if line := s.overridden.ByID(id); line != nil {
			return line
		}
	}
	return nil
}

// Audio is the recorded sentence with this name, of the configuration in force or of one that calls began with.
func (l *Live) Audio(name string) (config.Audio, bool) {
	f := l.active.Load()
	audio, ok := f.current.written.Audio(name)
	for i := 0; !ok && i < len(f.earlier); i++ {
		audio, ok = f.earlier[i].written.Audio(name)
	}
	return audio, ok
}

// Plan implements [callbacks.Plans].
func (l *Live) Plan(line, desk string) (callbacks.Plan, bool) { return l.Snapshot().Plan(line, desk) }

// Publish puts a configuration in force at an instant. The one before is kept for the calls that began with it.
func (l *Live) Publish(snapshot *config.Snapshot, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := *l.active.Load()
	last := f.current
	last.until = now
	f.earlier = recent(append([]generation{last}, f.earlier...), now)
	f.current = generation{written: snapshot, overridden: snapshot.WithOverrides(f.overrides)}
	l.active.Store(&f)
}

// remember adds a configuration that was replaced at that instant, before this process began. The latest come first.
func (l *Live) remember(snapshot *config.Snapshot, until, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := *l.active.Load()
	f.earlier = recent(append(slices.Clone(f.earlier),
		generation{written: snapshot, overridden: snapshot.WithOverrides(f.overrides), until: until}), now)
	l.active.Store(&f)
}

func recent(earlier []generation, now time.Time) (out []generation) {
	for _, s := range earlier {
		if len(out) < mostEarlier && now.Sub(s.until) < keepEarlier {
			out = append(out, s)
		}
	}
	return out
}

// Override lets these overrides rule, in the place of those before; calls in progress obey them, too.
func (l *Live) Override(overrides []callbacks.DeclaredOverride) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := *l.active.Load()
	if slices.EqualFunc(f.overrides, overrides, sameOverride) {
		return
	}
	f.overrides = overrides
	f.current.overridden = f.current.written.WithOverrides(overrides)
	f.earlier = slices.Clone(f.earlier)
	for i := range f.earlier {
		f.earlier[i].overridden = f.earlier[i].written.WithOverrides(overrides)
	}
	l.active.Store(&f)
}

// sameOverride: an override is never edited, only lifted.
func sameOverride(a, b callbacks.DeclaredOverride) bool {
	return a.ID == b.ID && a.Lifted.Equal(b.Lifted)
}

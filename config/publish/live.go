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

// A Live configuration is the one that is in force, under the overrides that stand. It implements [twilio.Lines] and
// [callbacks.Plans]. Every question is answered from one pointer, without a lock; nobody ever sees half of an edit.
type Live struct {
	forced atomic.Pointer[forced]
	mu     sync.Mutex // held by whoever swaps the pointer
}

var (
	_ twilio.Lines    = (*Live)(nil)
	_ callbacks.Plans = (*Live)(nil)
)

// forced is what is in force at one moment.
type forced struct {
	current   stood
	earlier   []stood // the latest first
	overrides []callbacks.Override
}

// stood is one configuration: as it is written, and under the overrides.
type stood struct {
	written, under *config.Snapshot
	until          time.Time // when it was replaced
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
	l.forced.Store(&forced{current: stood{written: snapshot, under: snapshot}})
	return l
}

// Snapshot is the configuration in force, under the overrides.
func (l *Live) Snapshot() *config.Snapshot { return l.forced.Load().current.under }

// Written is the configuration in force as its files have it.
func (l *Live) Written() *config.Snapshot { return l.forced.Load().current.written }

// Overrides are those that were heard of last, ended ones included.
func (l *Live) Overrides() []callbacks.Override { return l.forced.Load().overrides }

// ByNumber implements [twilio.Lines].
func (l *Live) ByNumber(e164 string) *ivr.Line { return l.Snapshot().ByNumber(e164) }

// Find implements [twilio.Lines].
func (l *Live) Find(id, version string) *ivr.Line {
	f := l.forced.Load()
	if version != "" && version != f.current.under.Hash {
		for _, s := range f.earlier {
			if s.under.Hash != version {
				continue
			}
			if line := s.under.ByID(id); line != nil {
				return line
			}
		}
	}
	if line := f.current.under.ByID(id); line != nil {
		return line
	}
	for _, s := range f.earlier {
		if line := s.under.ByID(id); line != nil {
			return line
		}
	}
	return nil
}

// Plan implements [callbacks.Plans].
func (l *Live) Plan(line, desk string) (callbacks.Plan, bool) { return l.Snapshot().Plan(line, desk) }

// Publish puts a configuration in force at an instant. The one before is kept for the calls that began with it.
func (l *Live) Publish(snapshot *config.Snapshot, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := *l.forced.Load()
	last := f.current
	last.until = now
	f.earlier = kept(append([]stood{last}, f.earlier...), now)
	f.current = stood{written: snapshot, under: snapshot.Under(f.overrides)}
	l.forced.Store(&f)
}

// Remember adds a configuration that was replaced at that instant, before this process began. The latest come first.
func (l *Live) Remember(snapshot *config.Snapshot, until, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := *l.forced.Load()
	f.earlier = kept(append(slices.Clone(f.earlier), stood{written: snapshot, under: snapshot.Under(f.overrides), until: until}), now)
	l.forced.Store(&f)
}

func kept(earlier []stood, now time.Time) (out []stood) {
	for _, s := range earlier {
		if len(out) < mostEarlier && now.Sub(s.until) < keepEarlier {
			out = append(out, s)
		}
	}
	return out
}

// Override lets these overrides rule, in the place of those before; calls in progress obey them, too.
func (l *Live) Override(overrides []callbacks.Override) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := *l.forced.Load()
	if slices.EqualFunc(f.overrides, overrides, sameOverride) {
		return
	}
	f.overrides = overrides
	f.current.under = f.current.written.Under(overrides)
	f.earlier = slices.Clone(f.earlier)
	for i := range f.earlier {
		f.earlier[i].under = f.earlier[i].written.Under(overrides)
	}
	l.forced.Store(&f)
}

// sameOverride: an override is never edited, only lifted.
func sameOverride(a, b callbacks.Override) bool { return a.ID == b.ID && a.Lifted.Equal(b.Lifted) }

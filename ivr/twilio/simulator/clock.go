package simulator

import (
	"sync/atomic"
	"time"
)

// A clock is the virtual time: it stands still until it is advanced, unless it is somebody else's.
type clock struct {
	nanos atomic.Int64
	// live is Options.Clock; nil is the simulator's own.
	live func() time.Time
}

// Now is the virtual time, UTC.
func (k *clock) Now() time.Time {
	if k.live != nil {
		return k.live().UTC()
	}
	return time.Unix(0, k.nanos.Load()).UTC()
}

// advance moves the time forward; it never goes back.
func (k *clock) advance(t time.Time) {
	if n := t.UnixNano(); n > k.nanos.Load() {
		k.nanos.Store(n)
	}
}

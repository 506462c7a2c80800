package carrier

import (
	"sync/atomic"
	"time"
)

// A clock is the virtual time: it stands still until it is advanced.
type clock struct{ nanos atomic.Int64 }

// Now is the virtual time, UTC.
func (k *clock) Now() time.Time { return time.Unix(0, k.nanos.Load()).UTC() }

// advance moves the time forward; it never goes back.
func (k *clock) advance(t time.Time) {
	if n := t.UnixNano(); n > k.nanos.Load() {
		k.nanos.Store(n)
	}
}

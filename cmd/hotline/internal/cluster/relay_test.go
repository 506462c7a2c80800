//go:build conformance && linux

package cluster

import (
	"net"
	"sync"
	"testing"
	"time"
)

// A relay passes bytes between an instance and what it uses, until it is told not to. Connections stay open then, and
// new ones are taken: nobody is told that nobody is there.
type relay struct {
	listener net.Listener
	network  string // of what it leads to, with its address
	address  string
	mu       sync.Mutex
	moved    *sync.Cond
	stalled  bool
	slow     time.Duration // before each piece that passes
	closed   bool
	open     []net.Conn
	copying  sync.WaitGroup
}

// newRelay leads from a listener to an address.
func newRelay(t *testing.T, listener net.Listener, network, address string) *relay {
	t.Helper()
	r := &relay{listener: listener, network: network, address: address}
	r.moved = sync.NewCond(&r.mu)
	r.copying.Go(r.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		r.mu.Lock()
		r.closed = true
		for _, connection := range r.open {
			_ = connection.Close()
		}
		r.moved.Broadcast()
		r.mu.Unlock()
		r.copying.Wait()
	})
	return r
}

func (r *relay) accept() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.copying.Go(func() {
			r.keep(near)
			if !r.may() {
				return
			}
			far, err := net.Dial(r.network, r.address)
			if err != nil {
				_ = near.Close()
				return
			}
			r.keep(far)
			r.copying.Go(func() { r.pass(near, far) })
			r.pass(far, near)
		})
	}
}

// keep has a connection closed when the test ends.
func (r *relay) keep(connection net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = append(r.open, connection)
	if r.closed {
		_ = connection.Close()
	}
}

// pass copies until one side ends.
func (r *relay) pass(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		if n > 0 && r.may() {
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// may waits until bytes may pass.
func (r *relay) may() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.stalled && !r.closed {
		r.moved.Wait()
	}
	if pause := r.slow; pause > 0 {
		r.mu.Unlock()
		time.Sleep(pause) // the slowness that is tried
		r.mu.Lock()
	}
	return !r.closed
}

// stall holds everything up, or lets it go on.
func (r *relay) stall(yes bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stalled = yes
	r.moved.Broadcast()
}

// delay lets every piece wait so long.
func (r *relay) delay(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.slow = d
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

//go:build conformance && linux

package cluster

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A namespace is a network of its own for one instance, with a line to the database and another one to everything else.
type namespace struct {
	t    *testing.T
	name string
	// Where the database is as seen from inside, and where the instance is as seen from outside.
	database, inside string
}

// newNamespace makes one. It needs to be root.
func newNamespace(t *testing.T) *namespace {
	t.Helper()
	n := &namespace{t: t, name: fmt.Sprintf("hotline%d", os.Getpid()), database: "10.231.1.1", inside: "10.231.2.2"}
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "delete", n.name).Run() }) // its lines go with it
	n.ip("netns", "add", n.name)
	n.ip("-n", n.name, "link", "set", "lo", "up")
	for line, subnet := range map[string]string{"hldb": "10.231.1.", "hlfront": "10.231.2."} {
		n.ip("link", "add", line, "type", "veth", "peer", "name", "far", "netns", n.name)
		n.ip("-n", n.name, "link", "set", "far", "name", line)
		n.ip("address", "add", subnet+"1/30", "dev", line)
		n.ip("-n", n.name, "address", "add", subnet+"2/30", "dev", line)
		n.ip("link", "set", line, "up")
		n.ip("-n", n.name, "link", "set", line, "up")
	}
	return n
}

func (n *namespace) ip(args ...string) {
	n.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		n.t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// cut takes the line to the database away, or puts it back. Nobody is told: packets are lost.
func (n *namespace) cut(yes bool) {
	n.ip("link", "set", "hldb", map[bool]string{true: "down", false: "up"}[yes])
}

// listen listens inside, on the loopback interface there: a socket stays in the network in which it was made.
func (n *namespace) listen() net.Listener {
	n.t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		n.t.Fatal(err)
	}
	defer func() { _ = home.Close() }()
	there, err := os.Open("/var/run/netns/" + n.name)
	if err != nil {
		n.t.Fatal(err)
	}
	defer func() { _ = there.Close() }()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		n.t.Fatal(err)
	}
	defer func() {
		if err := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); err != nil {
			panic(err) // this thread would go on with other tests
		}
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		n.t.Fatal(err)
	}
	return listener
}

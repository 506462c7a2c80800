//go:build linux

package process

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// With no file descriptor left nobody new is answered. Connections that are there go on, and those that waited are
// answered once one is free: the server does not end, and needs no restart.
func TestOutOfFileDescriptors(t *testing.T) {
	s := startServe(t)
	before := s.stolenAt(t, 1, "+6281234567891")
	var limit unix.Rlimit
	if err := unix.Prlimit(s.command.Process.Pid, unix.RLIMIT_NOFILE, nil, &limit); err != nil {
		t.Fatal(err)
	}
	none := unix.Rlimit{Max: limit.Max} // the lowest number that is free, and all above, are forbidden
	for err := error(nil); err == nil; none.Cur++ {
		_, err = os.Lstat(fmt.Sprintf("/proc/%d/fd/%d", s.command.Process.Pid, none.Cur+1))
	}
	if err := unix.Prlimit(s.command.Process.Pid, unix.RLIMIT_NOFILE, &none, nil); err != nil {
		t.Fatal(err)
	}
	waiting, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = waiting.Close() }()
	_, err = fmt.Fprintf(waiting, "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	if err := errors.Join(err, waiting.SetReadDeadline(time.Now().Add(500*time.Millisecond))); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(waiting)
	if _, err := answers.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it is not out of them: %v", err)
	}
	during := s.stolenAt(t, 2, "+6281234567892") // over a connection that is there
	if err := unix.Prlimit(s.command.Process.Pid, unix.RLIMIT_NOFILE, &limit, nil); err != nil {
		t.Fatal(err)
	}
	if err := waiting.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(answers, nil)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("once there are some again: %v, %v", answer, err)
	}
	_ = answer.Body.Close()
	for _, heard := range []string{before, during, s.stolenAt(t, 3, "+6281234567893")} {
		if !strings.Contains(heard, "Your reference number is") {
			t.Errorf("a caller heard %q", heard)
		}
	}
	s.stop()
}

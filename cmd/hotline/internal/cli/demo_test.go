package cli

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

// A show is a demo that runs.
type show struct {
	address string
	said    []string // what it printed until it was ready
	cancel  context.CancelFunc
	ended   chan error
}

// startDemo runs the whole command until the test ends, on a free port unless the flags say otherwise.
func startDemo(t *testing.T, flags ...string) *show {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &show{cancel: cancel, ended: make(chan error, 1)}
	out := make(lines, 100)
	cmd := New(nil, out, out)
	cmd.SetArgs(append([]string{"demo", "--listen", "127.0.0.1:0"}, flags...))
	go func() { s.ended <- cmd.ExecuteContext(ctx) }()
	t.Cleanup(func() { s.stop(t) })
	for {
		select {
		case line := <-out:
			s.said = append(s.said, line)
			if rest, ok := strings.CutPrefix(line, "Open  "); ok {
				s.address, _, _ = strings.Cut(rest, " ")
			}
			if strings.HasPrefix(line, "Stop with") {
				return s
			}
		case err := <-s.ended:
			s.ended <- nil
			t.Fatalf("the demo did not start: %v", err)
		}
	}
}

// stop is Ctrl-C; a second time does nothing.
func (s *show) stop(t *testing.T) {
	t.Helper()
	s.cancel()
	if err := <-s.ended; err != nil {
		t.Errorf("the demo ended with: %v", err)
	}
	s.ended <- nil
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// lines is an output that hands over each line; the demo prints whole ones.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		l <- strings.TrimSuffix(line, "\n")
	}
	return len(p), nil
}

func TestDemoIntroducesItself(t *testing.T) {
	s := startDemo(t)
	all := strings.Join(s.said, "\n")
	for _, words := range []string{"no account, no key, no network", "Open  http://127.0.0.1:",
		"call --line gopay --press 2,1", "gopay +622150001000 (id, en, zh)"} {
		if !strings.Contains(all, words) {
			t.Errorf("it does not say %q:\n%s", words, all)
		}
	}
}

// A call is up and a page is open when Ctrl-C comes: the page is disconnected, and nothing is left behind.
func TestDemoEndsCleanly(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := startDemo(t)
	answer, err := http.Get(s.address + "api/events")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	rung, err := http.Post(s.address+"api/ring", "application/json",
		strings.NewReader(`{"line":"gopay","from":"+6281234567890"}`))
	if err != nil {
		t.Fatal(err)
	}
	rung.Body.Close()
	if rung.StatusCode != http.StatusNoContent {
		t.Fatalf("ringing: status %d", rung.StatusCode)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) == 0 {
		t.Fatalf("while it runs its store is in %s: %v, %v", dir, left, err)
	}
	s.stop(t)
	stream, err := io.ReadAll(answer.Body)
	if !strings.Contains(string(stream), "event: snapshot") {
		t.Errorf("the open page got %d bytes without a snapshot, %v", len(stream), err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it left behind %v, %v", left, err)
	}
	if _, err := http.Get(s.address); err == nil {
		t.Error("the page is still served")
	}
}

func TestDemoIsForThisMachineAlone(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		words string
		flags []string
	}{
		{"not this machine alone", []string{"--listen", "0.0.0.0:8080"}},
		{"not this machine alone", []string{"--listen", ":8080"}},
		{"not this machine alone", []string{"--listen", "192.0.2.1:8080"}},
		{"not this machine alone", []string{"--listen", "[::]:8080"}},
		{"not this machine alone", []string{"--listen", "example.com:8080"}},
		{"address and port", []string{"--listen", "8080"}},
		{"choose another port", []string{"--listen", taken.Addr().String()}},
		{"is not a valid time", []string{"--at", "tomorrow"}},
		{"choose 1", []string{"--speed", "0"}},
	} {
		if out, err := run(t, "", append([]string{"demo"}, c.flags...)...); err == nil ||
			!strings.Contains(err.Error(), c.words) {
			t.Errorf("%v: %v, want %q; it printed %q", c.flags, err, c.words, out)
		}
	}
}

//go:build conformance

package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A callback is on the disk before it is spoken. The program says so of itself; here the kernel is asked: the server
// runs as a process of its own, traced, and every answer that speaks a reference number is held against the trace.

// traced is `hotline serve` under strace, on a SQLite file.
type traced struct {
	dir, address string
	command      *exec.Cmd
	log          *bufio.Scanner
}

const (
	tracedURL   = "https://hotline.example.com"
	tracedToken = "ffffffffffffffffffffffffffffffff"
)

func (s *traced) database() string { return filepath.Join(s.dir, "hotline.db") }

// serveTraced starts the server and waits until it says where it listens. rest takes the place of the provider.
func serveTraced(t *testing.T, rest string) *traced {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir()) // the trace names files by their real paths
	if err != nil {
		t.Fatal(err)
	}
	// Call tests are answered by the same process, and what they book is not made.
	files := filepath.Join(dir, "config")
	if err := errors.Join(os.CopyFS(files, config.Shipped()), os.RemoveAll(filepath.Join(files, "calls"))); err != nil {
		t.Fatal(err)
	}
	s := &traced{dir: dir}
	s.command = exec.Command("strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "1000000", "-e", "signal=none",
		"-e", "trace=write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendfile,copy_file_range,ftruncate,fallocate,fsync,fdatasync,sync_file_range",
		"-o", filepath.Join(dir, "trace"), program, "serve", "--config", files)
	s.command.Env = append(os.Environ(), asProgram+"=1",
		"HOTLINE_LISTEN=127.0.0.1:0", "HOTLINE_PUBLIC_URL="+tracedURL, "HOTLINE_STORE=sqlite:"+s.database(),
		"HOTLINE_STATE_KEYS="+strings.Repeat("A", 43)+"=", "HOTLINE_TWILIO_ACCOUNT_SID="+simulate.AccountSID,
		"HOTLINE_TWILIO_AUTH_TOKEN="+tracedToken, "HOTLINE_TWILIO_BASE_URL="+rest)
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	errs, err := s.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatalf("strace does not start: %v; install it", err)
	}
	t.Cleanup(func() { // what a failed test leaves behind; after stop there is nothing left
		if s.command.ProcessState == nil {
			_ = syscall.Kill(-s.command.Process.Pid, syscall.SIGKILL)
			_ = s.command.Wait()
		}
	})
	var said []string
	for s.log = bufio.NewScanner(errs); s.log.Scan(); {
		said = append(said, s.log.Text())
		var line struct{ Msg, Listen string }
		if json.Unmarshal(s.log.Bytes(), &line) == nil && line.Msg == "serving" {
			s.address = line.Listen
			return s
		}
	}
	t.Fatalf("the server does not start under strace (may processes be traced here? ptrace needs no privilege for "+
		"one's own children):\n%s", strings.Join(said, "\n"))
	return nil
}

// stop ends the server as an operator would, and returns the trace once both have ended. strace itself does not heed
// the signal: it goes on to the end of what it traces.
func (s *traced) stop(t *testing.T) []*sysCall {
	t.Helper()
	if err := syscall.Kill(-s.command.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var said []string
	for s.log.Scan() {
		said = append(said, s.log.Text())
	}
	if err := s.command.Wait(); err != nil {
		t.Fatalf("the server ended with %v:\n%s", err, strings.Join(said, "\n"))
	}
	trace, err := os.ReadFile(filepath.Join(s.dir, "trace"))
	if err != nil {
		t.Fatal(err)
	}
	calls, err := readTrace(string(trace))
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

// RoundTrip leads requests for the public URL to the server, as the proxy in front of one does.
func (s *traced) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.URL.Scheme, request.URL.Host = "http", s.address
	return http.DefaultTransport.RoundTrip(request)
}

// rings makes one call to its end, every webhook of it delivered twice. It may be called by many at once.
func (s *traced) rings(from string, number uint64, line *ivr.Line, keys ...string) error {
	telephones := simulator.New(simulator.Options{
		Start: time.Now(), AccountSID: simulate.AccountSID, AuthToken: tracedToken, Seed: number,
		Client: &http.Client{Transport: s}, Faults: simulator.Faults{Webhook: func(simulator.Webhook) simulator.WebhookFault {
			return simulator.WebhookFault{Repeat: 1}
		}},
	})
	defer telephones.Close()
	telephones.Number(line.Numbers[0], simulator.Number{
		VoiceURL: tracedURL + twilio.PathIncoming, FallbackURL: tracedURL +
			twilio.PathFallback, StatusCallback: tracedURL + twilio.PathStatus,
	})
	call := telephones.Ring(from, line.Numbers[0], simulator.Party{Keys: simulator.Script(keys...)})
	if err := telephones.RunUntil(context.Background(), telephones.Now().Add(time.Hour), call.Done); err != nil {
		return err
	}
	if objections := telephones.Violations(); len(objections) > 0 {
		return fmt.Errorf("the provider simulator objects: %q", objections)
	}
	return nil
}

// Callers ring at once, at whatever hour this test runs: their accounts are stolen, which is taken at any hour, and
// nobody picks up. A callback is booked for each of them, and some leave a message besides.
func TestSyncedBeforeItIsSpoken(t *testing.T) {
	snapshot, err := apptest.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	// no callback is due so soon that it would be asked for a call
	provider := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(provider.Close)
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	server := serveTraced(t, provider.URL)
	const callers = 12
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			keys := []string{"2", "1"} // English, stolen
			if i%3 == 2 {
				keys = append(keys, "6") // leave a message
			}
			if err := server.rings(fmt.Sprintf("+6281234567%03d", i), uint64(i+1), snapshot.ByID("gopay"),
				keys...); err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	calls := server.stop(t)
	rows := writtenRows(t, server.database())
	if want := callers + callers/3; len(rows) != want {
		t.Fatalf("%d callbacks and messages were written, want %d", len(rows), want)
	}
	checkSpoken(t, calls, server.database()+"-wal", rows)
}

// checkSpoken holds every answer against the log. Each reference must be spoken: else nothing was shown.
func checkSpoken(t *testing.T, calls []*sysCall, log string, rows map[string]string) {
	t.Helper()
	heard := map[string]int{}
	for _, answer := range answersIn(calls) {
		known := false
		for reference, row := range rows {
			if !strings.Contains(answer.text, spoken.Digits("en", reference)) {
				continue
			}
			known = true
			heard[reference]++
			if err := syncedBefore(calls, log, []byte(row), answer.began); err != nil {
				t.Errorf("the reference %s was spoken when what it stands for %v", reference, err)
			}
		}
		if !known && strings.Contains(answer.text, "reference number is") {
			t.Errorf("a reference is spoken that is not in the database: %s", answer.text)
		}
	}
	for reference := range rows {
		if heard[reference] < 2 {
			t.Errorf("the reference %s was spoken %d times, want at least 2: each webhook was delivered twice",
				reference, heard[reference])
		}
	}
	syncs := 0
	for _, c := range calls {
		if c.path == log && (c.name == "fsync" || c.name == "fdatasync") {
			syncs++
		}
	}
	t.Logf("%d system calls, the log synced %d times", len(calls), syncs)
}

// writtenRows is, by reference, what a callback or message begins with in the database: its key and the reference
// beside it. A call record has the same reference and was written before, so the reference alone would not do.
func writtenRows(t *testing.T, path string) map[string]string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	found, err := db.QueryContext(t.Context(), `SELECT reference, request_key || reference FROM callbacks
		UNION ALL SELECT reference, message_key || reference FROM messages`)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for found.Next() {
		var reference, row string
		if err := found.Scan(&reference, &row); err != nil {
			t.Fatal(err)
		}
		rows[reference] = row
	}
	if err := errors.Join(found.Err(), found.Close()); err != nil {
		t.Fatal(err)
	}
	return rows
}

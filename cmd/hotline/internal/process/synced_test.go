//go:build conformance

package process

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/hotline-ivr/hotline/ivr/spoken"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A callback is on the disk before it is spoken. The program says so of itself; here the kernel is asked: the server
// runs as a process of its own, traced, and every answer that speaks a reference number is held against the trace.

// traced starts the server under strace. Its trace is whole once the server has ended: strace itself does not heed the
// signal that ends the server.
func traced(t *testing.T) (s *serving, trace string) {
	t.Helper()
	s, trace = newServing(t), filepath.Join(t.TempDir(), "trace")
	s.serve("strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "1000000", "-e", "signal=none",
		"-e", "trace=write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendfile,copy_file_range,ftruncate,fallocate,"+
			"fsync,fdatasync,sync_file_range", "-o", trace)
	return s, trace
}

// Callers ring at once, at whatever hour this test runs: their accounts are stolen, which is taken at any hour, and
// nobody picks up. A callback is booked for each of them, and some leave a message besides.
func TestSyncedBeforeItIsSpoken(t *testing.T) {
	server, trace := traced(t)
	const callers = 12
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			keys := []string{"2", "1"} // English, stolen
			if i%3 == 2 {
				keys = append(keys, "6") // leave a message
			}
			telephones, err := server.rings(simulator.Options{Seed: uint64(i + 1), Faults: simulator.Faults{
				Webhook: func(simulator.Webhook) simulator.WebhookFault { return simulator.WebhookFault{Repeat: 1} },
			}}, fmt.Sprintf("+6281234567%03d", i), keys...)
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			} else if objections := telephones.Violations(); len(objections) > 0 {
				t.Errorf("caller %d: the provider simulator objects: %q", i, objections)
			}
		})
	}
	wg.Wait()
	server.stop()
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	calls, err := readTrace(string(text))
	if err != nil {
		t.Fatal(err)
	}
	store, err := filepath.EvalSymlinks(server.store) // the trace names files by their real paths
	if err != nil {
		t.Fatal(err)
	}
	rows := writtenRows(t, store)
	if want := callers + callers/3; len(rows) != want {
		t.Fatalf("%d callbacks and messages were written, want %d", len(rows), want)
	}
	checkSpoken(t, calls, store+"-wal", rows)
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

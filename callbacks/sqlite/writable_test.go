//go:build unix

package sqlite_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// unwritable fails unless nothing can be written for this reason, neither by the try nor by a booking. The reason names
// no path.
func (d *displaced) unwritable(reason string) {
	d.t.Helper()
	var err *callbacks.UnwritableError
	if got := d.Writable(context.Background(), storetest.Start); !errors.As(got, &err) || err.Reason != reason ||
		strings.Contains(reason, "/") {
		d.t.Errorf("Writable = %v, want %q", got, reason)
	}
	if b, err := d.Book(context.Background(), d.request(), "9000000"); err == nil {
		d.t.Errorf("booked all the same: %+v", b)
	}
}

func (d *displaced) writable() {
	d.t.Helper()
	if err := d.Writable(context.Background(), storetest.Start); err != nil {
		d.t.Error(err)
	}
	d.keeps("now")
}

func TestWritableWhenLocked(t *testing.T) {
	d := displace(t)
	sqlite.Pragma(t, d.Store, "busy_timeout = 100") // it waits three seconds
	db := another(t, d.path)
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	d.unwritable("the database is locked")
	if _, err := db.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	d.writable()
}

// limited is set in the process of its own that a full disk is tried in: no file of that process may grow.
const limited = "HOTLINE_TEST_NO_FILE_MAY_GROW"

// The limit is the whole process's, and the tests' own log would meet it: another one tries, which writes none. The
// system says "file too large" then and not "no space left", for which SQLite has another code.
func TestWritableWhenTheDiskIsFull(t *testing.T) {
	if os.Getenv(limited) != "" {
		fillDisk(t)
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	alone := exec.CommandContext(t.Context(), program, "-test.run=^"+t.Name()+"$", "-test.v")
	alone.Env = append(os.Environ(), limited+"=1")
	if said, err := alone.CombinedOutput(); err != nil || !strings.Contains(string(said), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, said)
	}
}

func fillDisk(t *testing.T) {
	t.Helper()
	d := displace(t)
	info, err := os.Stat(d.path + "-wal")
	d.must(err)
	var was syscall.Rlimit
	d.must(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	d.must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(info.Size()), Max: was.Max}))
	d.unwritable("the disk cannot be written or read")
	d.must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
	d.writable()
}

func TestTheReasonOfAFullDisk(t *testing.T) {
	d := displace(t)
	db := another(t, d.path)
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("PRAGMA max_page_count = 1"); err != nil { // it becomes what there is
		t.Fatal(err)
	}
	_, err := db.Exec("CREATE TABLE more AS SELECT randomblob(100000)")
	if got := sqlite.Reason(err); got != "the disk is full" {
		t.Errorf("%v: %q", err, got)
	}
}

// Everything in the file is overwritten. What it holds is still in this process's memory, but not where it is kept.
func TestWritableWhenCorrupt(t *testing.T) {
	for name, from := range map[string]int64{"all of it": 0, "all but its first page": 4096} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hotline.db")
			d := &displaced{Store: open(t, path), t: t, path: path}
			d.keeps("at the beginning")
			sqlite.CutLog(t, d.Store)
			info, err := os.Stat(path)
			d.must(err)
			rubbish := make([]byte, info.Size()-from)
			_, _ = rand.Read(rubbish)
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			d.must(err)
			_, err = file.WriteAt(rubbish, from)
			d.must(errors.Join(err, file.Close()))
			d.unwritable("the database is corrupt")
		})
	}
}

func TestWritableWhenDisplaced(t *testing.T) {
	d := displace(t)
	d.must(os.Rename(d.path, d.path+".away"))
	d.unwritable("the database file was deleted, moved away or replaced")
	d.must(os.Rename(d.path+".away", d.path))
	d.writable()
}

//go:build unix

package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// A displaced database: its files are taken away from under the store that has them open.
type displaced struct {
	*sqlite.Store
	t    *testing.T
	path string
	n    int
	// beside is another connection to the file.
	beside *sql.DB
}

func displace(t *testing.T) *displaced {
	t.Helper()
	path := sqlitetest.New(t)
	d := &displaced{Store: open(t, path), t: t, path: path}
	d.keeps("at the beginning")
	d.beside = another(t, path)
	d.must(d.beside.Ping())
	return d
}

func (d *displaced) request() callbacks.Request {
	d.n++
	return callbacks.Request{
		Key: fmt.Sprint("CA", d.n), Line: "gopay", Desk: "support",
		Number: fmt.Sprintf("+6281200%05d", d.n), Kind: callbacks.ASAP,
		Called: storetest.Start, Due: storetest.Start, Expires: storetest.Start.Add(time.Hour),
	}
}

// keeps fails unless everything that is spoken as done can be written and read.
func (d *displaced) keeps(when string) {
	d.t.Helper()
	for what, err := range d.all() {
		if err != nil {
			d.t.Errorf("%s: %s: %v", when, what, err)
		}
	}
}

// refuses fails unless nothing can be told as done, for a reason that names the file.
func (d *displaced) refuses(when, why string) {
	d.t.Helper()
	for what, err := range d.all() {
		if err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), d.path) {
			d.t.Errorf("%s: %s: error = %v, want %q", when, what, err, why)
		}
	}
}

// all does all that is spoken as done or as standing; by what was done.
func (d *displaced) all() map[string]error {
	ctx, did := context.Background(), map[string]error{}
	b, err := d.Book(ctx, d.request(), fmt.Sprint(2000000+d.n))
	did["book"] = err
	id := max(b.Callback.ID, 1)
	at := storetest.Start.Add(time.Hour)
	_, did["move"] = d.Move(ctx, id, callbacks.Move{Key: fmt.Sprint(d.n), Kind: callbacks.ASAP, Due: at,
		Expires: at.Add(time.Hour)})
	did["note"] = d.AttachNote(ctx, id, callbacks.Recording{SID: "RE1"})
	_, did["cancel"] = d.Change(ctx, id, func(r *callbacks.Record) error {
		if r.Callback.State == callbacks.Booked && r.Callback.ID > 1 {
			r.Callback.State, r.Callback.Ended = callbacks.Cancelled, at
		}
		return nil
	})
	_, did["message"] = d.SaveMessage(ctx, callbacks.Message{Key: fmt.Sprint(d.n), Line: "gopay",
		Reference: fmt.Sprint(3000000 + d.n), Received: at})
	_, did["call record"] = d.SaveCallRecord(ctx, callbacks.CallRecord{Key: fmt.Sprint(d.n), Line: "gopay",
		Desk:      "support",
		Reference: fmt.Sprint(4000000 + d.n), Began: at})
	did["taken"] = d.MarkTaken(ctx, fmt.Sprint(d.n), 1, callbacks.Target{ID: "support-1"}, at)
	_, did["was it taken"] = d.WasTaken(ctx, fmt.Sprint(d.n), 1)
	_, did["read"] = d.Callback(ctx, 1)
	_, _, did["find"] = d.OpenFor(ctx, "gopay", "", "+628120000001")
	return did
}

func (d *displaced) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func TestTheFileIsMovedAwayAndBack(t *testing.T) {
	for _, beside := range []string{"", "-wal", "-shm"} {
		t.Run("hotline.db"+beside, func(t *testing.T) {
			d := displace(t)
			for range 2 {
				d.must(os.Rename(d.path+beside, d.path+".away"))
				d.refuses("moved away", "was deleted or moved away")
				if beside == "" {
					if _, err := os.Stat(d.path); err == nil {
						t.Error("the store made a file in its place")
					}
				}
				d.must(os.Rename(d.path+".away", d.path+beside))
				d.keeps("back")
			}
		})
	}
}

func TestTheFileIsDeleted(t *testing.T) {
	for _, beside := range []string{"", "-wal", "-shm"} {
		t.Run("hotline.db"+beside, func(t *testing.T) {
			d := displace(t)
			d.must(os.Remove(d.path + beside))
			d.refuses("deleted", "was deleted or moved away")
		})
	}
}

// A backup is moved into the place of the file, and away again.
func TestTheFileIsReplaced(t *testing.T) {
	d := displace(t)
	backup := filepath.Join(t.TempDir(), "backup.db")
	old := open(t, backup)
	d.must(old.Close())
	d.must(os.Rename(d.path, d.path+".ours"))
	d.must(os.Rename(backup, d.path))
	d.refuses("replaced", "was replaced by another file")
	d.must(os.Rename(d.path+".ours", d.path))
	d.keeps("ours is back")
}

// It vanishes between the writing and the commit: whether it is still there is asked after the commit.
func TestTheFileVanishesDuringAWrite(t *testing.T) {
	d := displace(t)
	r := d.request()
	r.SMSBody = func(callbacks.Callback) string {
		d.must(os.Rename(d.path, d.path+".away"))
		return ""
	}
	if b, err := d.Book(context.Background(), r, "5000000"); err == nil ||
		!strings.Contains(err.Error(), "moved away") {
		t.Errorf("%+v, %v", b, err)
	}
	d.must(os.Rename(d.path+".away", d.path))
	d.keeps("back")
}

// What was told as done before is there when the file is opened again.
func TestWhatWasToldIsKept(t *testing.T) {
	d := displace(t)
	told, err := d.List(context.Background(), callbacks.Filter{})
	d.must(err)
	d.must(os.Rename(d.path, d.path+".away"))
	d.refuses("moved away", "moved away")
	d.must(os.Rename(d.path+".away", d.path))
	found, err := open(t, d.path).List(context.Background(), callbacks.Filter{})
	if err != nil || len(found) != len(told) || len(told) == 0 {
		t.Errorf("%d callbacks were told, %d are there; %v", len(told), len(found), err)
	}
}

// Many book at once while the file is moved away and back: those who begin after it has gone are refused, and what
// anybody was told is in the file when it is back.
func TestTheFileIsMovedAwayAmongManyCallers(t *testing.T) {
	d := displace(t)
	type told struct {
		reference string
		gone      bool // it had gone before the booking began, and was away until it was told
	}
	var moves atomic.Int64 // odd while it is away
	var wg sync.WaitGroup
	answers := make(chan told, 10000)
	stop := make(chan struct{})
	for caller := range 16 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				r := callbacks.Request{
					Key: fmt.Sprint(caller, "/", n), Line: "gopay", Desk: "support",
					Number: fmt.Sprintf("+62813%03d%05d", caller, n),
					Kind:   callbacks.ASAP, Called: storetest.Start, Due: storetest.Start,
					Expires: storetest.Start.Add(time.Hour),
				}
				before := moves.Load()
				b, err := d.Book(context.Background(), r, fmt.Sprintf("6%02d%04d", caller, n))
				if err == nil {
					answers <- told{b.Callback.Reference, before%2 == 1 && moves.Load() == before}
				} else if !strings.Contains(err.Error(), "moved away") {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		for range 20 { // some are booked in between
			answer := <-answers
			if answer.gone {
				t.Errorf("%s was told though the file had gone", answer.reference)
			}
			d.kept(answer.reference)
		}
		d.must(os.Rename(d.path, d.path+".away"))
		moves.Add(1)
		d.refuses("moved away", "moved away")
		moves.Add(1)
		d.must(os.Rename(d.path+".away", d.path))
	}
	close(stop)
	wg.Wait()
	close(answers)
	for answer := range answers {
		if answer.gone {
			t.Errorf("%s was told though the file had gone", answer.reference)
		}
		d.kept(answer.reference)
	}
}

// kept fails unless somebody else finds a reference in the file.
func (d *displaced) kept(reference string) {
	d.t.Helper()
	var n int
	if err := d.beside.QueryRow("SELECT count(*) FROM callbacks WHERE reference = ?", reference).Scan(&n); err != nil ||
		n != 1 {
		d.t.Errorf("%d callbacks %s in the file, %v", n, reference, err)
	}
}

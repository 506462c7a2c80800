package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// A diary is a store with a table of its own, and a connection that stands for another process.
type diary struct {
	*Store
	other *sql.DB
	wg    sync.WaitGroup
}

func open(t *testing.T) *diary {
	t.Helper()
	path := "file:" + filepath.Join(t.TempDir(), "diary.db") + "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(20)"
	pool := func(more string) *sql.DB {
		db, err := sql.Open("sqlite", path+more)
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		return db
	}
	d := &diary{other: pool("")}
	d.Store = New(Dialect{Name: "diary", OneWriter: true}, pool("&_txlock=immediate"), pool("&_pragma=query_only(1)"))
	t.Cleanup(func() {
		d.wg.Wait()
		if err := errors.Join(d.Close(), d.other.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, err := d.other.Exec(`CREATE TABLE days (name TEXT PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	return d
}

// write writes a day in a transaction, and what follows it.
func (d *diary) write(ctx context.Context, day string, then ...func() error) error {
	return d.inTx(ctx, "write", func(tx conn) error {
		if _, err := tx.exec(ctx, `INSERT INTO days VALUES (?)`, day); err != nil {
			return err
		}
		for _, f := range then {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	})
}

// hold keeps the turn until release is called.
func (d *diary) hold(t *testing.T) (release func()) {
	t.Helper()
	begun, end := make(chan bool), make(chan bool)
	d.wg.Go(func() {
		err := d.write(context.Background(), "first", func() error { begun <- true; <-end; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	return sync.OnceFunc(func() { close(end) })
}

// behind starts f and returns when it waits for the turn.
func (d *diary) behind(f func()) {
	before := waiting()
	d.wg.Go(f)
	for waiting() == before {
		runtime.Gosched()
	}
}

// waiting is how many goroutines wait for their turn.
func waiting() (n int) {
	stacks := make([]byte, 1<<20)
	for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		state, calls, _ := strings.Cut(stack, "\n")
		if first, _, _ := strings.Cut(calls, "\n"); strings.Contains(state, "[select") &&
			strings.Contains(first, "writer).enter") {
			n++
		}
	}
	return n
}

// wantDays fails unless the other process sees these.
func (d *diary) wantDays(t *testing.T, want string) {
	t.Helper()
	var all sql.NullString
	err := d.other.QueryRow(`SELECT group_concat(name, ' ') FROM (SELECT name FROM days ORDER BY rowid)`).Scan(&all)
	if err != nil || all.String != want {
		t.Errorf("in the file: %q, %v, want %q", all.String, err, want)
	}
}

// Those who wait to write do so in the order in which they came, and each is told when its own is in the file.
func TestFirstComeFirstServed(t *testing.T) {
	d := open(t)
	release := d.hold(t)
	want := []string{"first"}
	for i := range 20 {
		day := fmt.Sprint("day", i)
		want = append(want, day)
		d.behind(func() {
			if err := d.write(t.Context(), day); err != nil {
				t.Error(err)
			}
			var n int
			if err := d.other.QueryRow(`SELECT count(*) FROM days WHERE name = ?`, day).Scan(&n); err != nil || n != 1 {
				t.Errorf("%s is told as written: %d, %v", day, n, err)
			}
		})
	}
	release()
	d.wg.Wait()
	d.wantDays(t, strings.Join(want, " "))
}

// A context that ends while its owner waits, or writes, leaves nothing, and those behind are served.
func TestContextsThatEnd(t *testing.T) {
	d := open(t)
	release := d.hold(t)
	patient, stopWaiting := context.WithCancel(t.Context())
	left := make(chan error, 1)
	d.behind(func() { left <- d.write(patient, "waiting") })
	stopWaiting()
	if err := <-left; !errors.Is(err, context.Canceled) { // while the first one still writes
		t.Errorf("waiting: %v", err)
	}
	within, stopWithin := context.WithCancel(t.Context())
	d.behind(func() {
		if err := d.write(within, "within", func() error { stopWithin(); return nil }); !errors.Is(err,
			context.Canceled) {
			t.Errorf("within: %v", err)
		}
	})
	d.behind(func() {
		if err := d.write(t.Context(), "behind"); err != nil {
			t.Error(err)
		}
	})
	release()
	d.wg.Wait()
	if err := d.write(within, "before"); !errors.Is(err, context.Canceled) {
		t.Errorf("before: %v", err)
	}
	d.wantDays(t, "first behind")
}

// What is refused, panics or ends its goroutine leaves nothing, and passes the turn on.
func TestTheTurnIsPassedOn(t *testing.T) {
	d := open(t)
	no := errors.New("no")
	if err := d.write(t.Context(), "refused", func() error { return no }); !errors.Is(err, no) {
		t.Error(err)
	}
	func() {
		defer func() {
			if r := recover(); r != "oops" {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = d.write(t.Context(), "panic", func() error { panic("oops") })
	}()
	d.wg.Go(func() { _ = d.write(t.Context(), "exit", func() error { runtime.Goexit(); return nil }) })
	d.wg.Wait()
	if err := d.write(t.Context(), "next"); err != nil {
		t.Error(err)
	}
	d.wantDays(t, "next")
}

// Close lets those who wait have their turn, and nobody else.
func TestCloseWhileOthersWait(t *testing.T) {
	d := open(t)
	release := d.hold(t)
	d.behind(func() {
		if err := d.write(context.Background(), "waiting"); err != nil {
			t.Error(err)
		}
	})
	closed := make(chan error, 1)
	d.behind(func() { closed <- d.Close() })
	d.behind(func() {
		if err := d.write(context.Background(), "late"); err == nil {
			t.Error("written after the store was closed")
		}
	})
	release()
	d.wg.Wait()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	d.wantDays(t, "first waiting")
}

// Another process keeps the file: that is an error, and no longer once it lets it go.
func TestAnotherProcessKeepsTheFile(t *testing.T) {
	d := open(t)
	tx, err := d.other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`INSERT INTO days VALUES ('theirs')`); err != nil {
		t.Fatal(err)
	}
	if err := d.write(t.Context(), "ours"); err == nil || !strings.Contains(err.Error(), "diary: write: begin: ") {
		t.Error(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := d.write(t.Context(), "ours"); err != nil {
		t.Error(err)
	}
	d.wantDays(t, "theirs ours")
}

package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"
)

// A diary is a store with a table of its own, and a connection that stands for another process.
type diary struct {
	*Store
	other *sql.DB
	wg    sync.WaitGroup
}

func open(t *testing.T) *diary {
	t.Helper()
	path := "file:" + filepath.Join(t.TempDir(), "diary.db") + "?_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=busy_timeout(20)"
	pool := func(more string) *sql.DB {
		db, err := sql.Open("sqlite", path+more)
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		return db
	}
	d := &diary{Store: New(Dialect{Name: "diary", Grouped: true}, pool("&_txlock=immediate"), pool("&_pragma=query_only(1)")), other: pool("")}
	t.Cleanup(func() {
		d.wg.Wait()
		if err := errors.Join(d.Close(), d.other.Close()); err != nil {
			t.Error(err)
		}
	})
	for _, table := range []string{
		`CREATE TABLE days (name TEXT PRIMARY KEY)`,
		`CREATE TABLE owed (day TEXT REFERENCES days (name) DEFERRABLE INITIALLY DEFERRED)`, // looked at when all is committed
	} {
		if _, err := d.other.Exec(table); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// write writes a day in a transaction, and what follows it.
func (d *diary) write(ctx context.Context, day string, then ...func(tx conn) error) error {
	return d.inTx(ctx, "write", func(tx conn) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO days VALUES (?)`, day); err != nil {
			return err
		}
		for _, f := range then {
			if err := f(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// behind queues f behind all others and returns when it stands there.
func (d *diary) behind(f func()) {
	before := d.standing()
	d.wg.Go(f)
	for d.standing() == before {
		runtime.Gosched()
	}
}

func (d *diary) standing() int {
	d.queue.mu.Lock()
	defer d.queue.mu.Unlock()
	return len(d.queue.waiting)
}

// hold keeps the turn until release is called; err is told what became of it.
func (d *diary) hold(t *testing.T) (release func(), err chan error) {
	t.Helper()
	begun, end, err := make(chan bool), make(chan bool), make(chan error, 1)
	d.wg.Go(func() {
		err <- d.write(context.Background(), "first", func(conn) error { begun <- true; <-end; return nil })
	})
	<-begun
	return sync.OnceFunc(func() { close(end) }), err
}

// days are what the other process sees.
func (d *diary) days(t *testing.T) string {
	t.Helper()
	var all sql.NullString
	if err := d.other.QueryRow(`SELECT group_concat(name, ' ') FROM (SELECT name FROM days ORDER BY rowid)`).Scan(&all); err != nil {
		t.Error(err)
	}
	return all.String
}

func wantDays(t *testing.T, d *diary, want string) {
	t.Helper()
	if got := d.days(t); got != want {
		t.Errorf("in the file: %q, want %q", got, want)
	}
}

var errNo = errors.New("no")

// Whoever has queued is committed together, in the order of the queue; one who is refused is told when that on which the
// refusal rests is in the file, and leaves nothing.
func TestAGroup(t *testing.T) {
	d := open(t)
	release, first := d.hold(t)
	var groups []*group
	note := func(tx conn) error { groups = append(groups, tx.handle.(*group)); return nil }
	const all = "first a b c"
	for _, day := range []string{"a", "b", "refused", "c"} {
		d.behind(func() {
			var err, want error
			if day == "refused" {
				want = errNo
				err = d.write(t.Context(), day, func(conn) error { return errNo })
			} else {
				err = d.write(t.Context(), day, note, func(tx conn) error {
					if in := d.days(t); in != "" {
						t.Errorf("%s: committed already: %q", day, in)
					}
					return nil
				})
			}
			if !errors.Is(err, want) {
				t.Errorf("%s: %v", day, err)
			}
			wantDays(t, d, all)
		})
	}
	release()
	d.wg.Wait()
	if err := <-first; err != nil {
		t.Error(err)
	}
	if len(groups) != 3 || groups[0] != groups[1] || groups[0] != groups[2] {
		t.Errorf("committed in %d groups: %v", len(groups), groups)
	}
	if n := len(d.queue.waiting); n != 0 || d.queue.busy {
		t.Errorf("%d wait, busy: %v", n, d.queue.busy)
	}
}

// When the commit fails everybody hears it, also who was refused, and the next transaction is not affected.
func TestACommitThatFails(t *testing.T) {
	d := open(t)
	release, first := d.hold(t)
	for _, f := range []func(tx conn) error{
		func(tx conn) error { return nil },
		func(tx conn) error { return errNo },
		func(tx conn) error {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO owed VALUES ('no such day')`)
			return err
		},
	} {
		day := string(rune('a' + d.standing()))
		d.behind(func() {
			if err := d.write(t.Context(), day, f); err == nil || !strings.Contains(err.Error(), "diary: write: commit: ") {
				t.Errorf("%s: %v", day, err)
			}
		})
	}
	release()
	d.wg.Wait()
	if err := <-first; err == nil {
		t.Error("the first one does not know that nothing was kept")
	}
	wantDays(t, d, "")
	if err := d.write(t.Context(), "next"); err != nil {
		t.Error(err)
	}
	wantDays(t, d, "next")
}

// givenUp is what the database does when the disk is full.
func givenUp(tx conn) error {
	_, err := tx.ExecContext(context.Background(), "ROLLBACK")
	return errors.Join(err, errNo)
}

// When the database gives up the whole transaction, those who were part of it are told, and those behind are not affected.
func TestATransactionThatIsGivenUp(t *testing.T) {
	d := open(t)
	release, first := d.hold(t)
	d.behind(func() {
		if err := d.write(t.Context(), "full", givenUp); err == nil {
			t.Error("no error")
		}
	})
	d.behind(func() {
		if err := d.write(t.Context(), "after"); err != nil {
			t.Error(err)
		}
	})
	release()
	d.wg.Wait()
	if err := <-first; err == nil {
		t.Error("the first one does not know that nothing was kept")
	}
	wantDays(t, d, "after")
}

func TestContextsThatEnd(t *testing.T) {
	d := open(t)
	release, first := d.hold(t)
	want := func(name string, err, want error) {
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	// In the queue: it never runs.
	waiting, stopWaiting := context.WithCancel(t.Context())
	d.behind(func() { want("waiting", d.write(waiting, "waiting"), context.Canceled) })
	before := d.standing()
	stopWaiting()
	for d.standing() == before {
		runtime.Gosched()
	}
	// Within its turn: what it wrote is taken back, and nobody else's.
	within, stopWithin := context.WithCancel(t.Context())
	d.behind(func() {
		want("within", d.write(within, "within", func(tx conn) error {
			stopWithin()
			_, err := tx.ExecContext(within, `INSERT INTO days VALUES ('not any more')`)
			return err
		}), context.Canceled)
	})
	// While the others write: it does not wait for the commit, and its work is kept.
	left, stopLeft := context.WithCancel(t.Context())
	gone := make(chan bool)
	d.behind(func() {
		want("left", d.write(left, "left"), context.Canceled)
		close(gone)
	})
	d.behind(func() {
		want("last", d.write(t.Context(), "last", func(conn) error { stopLeft(); <-gone; return nil }), nil)
	})
	release()
	d.wg.Wait()
	want("first", <-first, nil)
	wantDays(t, d, "first left last")
	want("before", d.write(left, "before"), context.Canceled)
	wantDays(t, d, "first left last")
	for range 20 { // the context ends, but what became of the work is known
		ctx, stop := context.WithCancel(t.Context())
		want("known", d.inTx(ctx, "nothing", func(conn) error { stop(); return nil }), nil)
	}
}

// stop is called by the database in the middle of a statement.
var stop = func() {}

func init() {
	sqlite.MustRegisterScalarFunction("stop", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		stop()
		return "", nil
	})
}

// A context that ends in the middle of a statement does not interrupt it: the database would give up the work of all.
func TestAContextThatEndsWithinAStatement(t *testing.T) {
	d := open(t)
	release, first := d.hold(t)
	ctx, cancel := context.WithCancel(t.Context())
	stop = cancel
	const long = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
		INSERT INTO days SELECT i || stop() FROM n`
	d.behind(func() {
		err := d.inTx(ctx, "long", func(tx conn) error {
			if _, err := tx.ExecContext(ctx, long); err != nil {
				t.Errorf("the statement was interrupted: %v", err)
			}
			return errNo
		})
		if err == nil {
			t.Error("no error")
		}
	})
	release()
	d.wg.Wait()
	if err := <-first; err != nil {
		t.Error(err)
	}
	wantDays(t, d, "first")
}

// One that panics, or ends its goroutine, takes back its own work; the others are committed, and the queue goes on.
func TestAPanic(t *testing.T) {
	d := open(t)
	release, first := d.hold(t)
	d.behind(func() {
		defer func() {
			if r := recover(); r != "oops" {
				t.Errorf("recovered %v", r)
			}
		}()
		_ = d.write(t.Context(), "panic", func(conn) error { panic("oops") })
	})
	d.behind(func() { _ = d.write(t.Context(), "exit", func(conn) error { runtime.Goexit(); return nil }) })
	d.behind(func() {
		if err := d.write(t.Context(), "b"); err != nil {
			t.Error(err)
		}
	})
	d.behind(func() { _ = d.write(t.Context(), "last exit", func(conn) error { runtime.Goexit(); return nil }) })
	release()
	d.wg.Wait()
	if err := <-first; err != nil {
		t.Error(err)
	}
	wantDays(t, d, "first b")
	if err := d.write(t.Context(), "next"); err != nil {
		t.Error(err)
	}
	wantDays(t, d, "first b next")
}

// Close lets those who wait have their turn, also in another group, and nobody else.
func TestCloseWhileOthersWait(t *testing.T) {
	d := open(t)
	release, first := d.hold(t)
	d.behind(func() {
		if err := d.write(context.Background(), "a", givenUp); err == nil {
			t.Error("no error")
		}
	})
	d.behind(func() {
		if err := d.write(context.Background(), "b"); err != nil {
			t.Error(err)
		}
	})
	closed := make(chan error)
	go func() { closed <- d.Close() }()
	for !func() bool { d.queue.mu.Lock(); defer d.queue.mu.Unlock(); return d.queue.closed }() {
		runtime.Gosched()
	}
	if err := d.write(context.Background(), "late"); !errors.Is(err, errClosed) {
		t.Errorf("a store that is being closed: %v", err)
	}
	release()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	d.wg.Wait()
	if err := <-first; err == nil {
		t.Error("the first one does not know that nothing was kept")
	}
	wantDays(t, d, "b")
}

// Another process keeps the file: whoever waited meanwhile hears it at once, and does not wait for it again.
func TestAnotherProcessKeepsTheFile(t *testing.T) {
	d := open(t)
	tx, err := d.other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`INSERT INTO days VALUES ('theirs')`); err != nil {
		t.Fatal(err)
	}
	begins := 0
	made := d.queue.make
	d.queue.make = func() *group { begins++; return made() }
	// The first keeps the turn while the others queue, and only then asks for the file.
	g, err := d.queue.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		d.behind(func() {
			if err := d.write(t.Context(), "ours"); err == nil || !strings.Contains(err.Error(), "begin") || !strings.Contains(err.Error(), "locked") {
				t.Error(err)
			}
		})
	}
	if err := g.begin(); err == nil {
		t.Error("two wrote at once")
	}
	d.queue.pass(g)
	d.wg.Wait()
	if begins != 1 {
		t.Errorf("the file was waited for %d times", begins)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := d.write(t.Context(), "ours"); err != nil {
		t.Error(err)
	}
	wantDays(t, d, "theirs ours")
}

// A group has a bound, so that its first member does not wait for ever.
func TestAGroupHasABound(t *testing.T) {
	d := open(t)
	release, first := d.hold(t)
	groups := map[*group]int{}
	for range 2 * groupMost {
		d.behind(func() {
			if err := d.inTx(t.Context(), "count", func(tx conn) error { groups[tx.handle.(*group)]++; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	release()
	d.wg.Wait()
	if err := <-first; err != nil {
		t.Error(err)
	}
	if len(groups) != 3 {
		t.Errorf("%d groups", len(groups))
	}
	for g, n := range groups {
		if n > groupMost || g.members > groupMost {
			t.Errorf("%d of %d in one group", n, g.members)
		}
	}
}

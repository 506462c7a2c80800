package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
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

func open(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store { return open(t, sqlitetest.New(t)) })
}

func TestConfigHistory(t *testing.T) {
	storetest.ConfigHistory(t, func(t *testing.T) storetest.Place {
		path := sqlitetest.New(t)
		return storetest.Place{Open: func(t *testing.T) storetest.Store { return open(t, path) },
			Beside: another(t, path)}
	})
}

// another is a connection to the file that no store has.
func another(t *testing.T, path string) *sql.DB {
	t.Helper()
	// Not opened where it is there: to close it would take SQLite's locks away, which are the process's.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = file.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", sqlite.DSN(path, false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestHousekeepers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	storetest.Housekeepers(t, func(t *testing.T) storetest.Store { return open(t, path) })
}

// Two handles on one file stand for two processes.
func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	stores := make([]*sqlite.Store, 8)
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() {
			var err error
			if stores[i], err = sqlite.Open(context.Background(), path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	r := callbacks.Request{
		Key: "k", Line: "gopay", Desk: "support", Number: "+628120000001", Kind: callbacks.ASAP,
		Called: storetest.Start, Due: storetest.Start, Expires: storetest.Start.Add(time.Hour),
	}
	ids := make([]int64, len(stores))
	for i, s := range stores {
		wg.Go(func() {
			b, err := s.Book(context.Background(), r, "1234567")
			if err != nil {
				t.Error(err)
			}
			ids[i] = b.Callback.ID
		})
	}
	wg.Wait()
	for i, id := range ids {
		if id == 0 || id != ids[0] {
			t.Errorf("process %d wrote callback %d, the first one %d", i, id, ids[0])
		}
		if err := stores[i].Close(); err != nil {
			t.Error(err)
		}
	}
}

// Many book at once. What each is told, a callback or that the slot is full, another process finds in the file at that
// moment.
func TestManyCallersAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	s := open(t, path)
	other, err := sql.Open("sqlite", "file:"+path+"?_pragma=query_only(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	const callers, capacity = 64, 40
	var wg sync.WaitGroup
	var full atomic.Int64
	for i := range callers {
		wg.Go(func() {
			number := fmt.Sprintf("+6281200%05d", i)
			b, err := s.Book(context.Background(), callbacks.Request{
				Key: fmt.Sprint(i), Line: "gopay", Desk: "support", Number: number, Kind: callbacks.Slot,
				SlotCapacity: capacity,
				Called:       storetest.Start, Due: storetest.Start, SlotEnd: storetest.Start.Add(time.Hour),
				Expires: storetest.Start.Add(2 * time.Hour),
			}, fmt.Sprint(2000000+i))
			var all, own int
			if err := other.QueryRow(`SELECT count(*), count(*) FILTER (WHERE number = ? AND id = ?) FROM callbacks`,
				number,
				b.Callback.ID).Scan(&all, &own); err != nil {
				t.Error(err)
			}
			switch {
			case errors.Is(err, callbacks.ErrSlotFull):
				full.Add(1)
				if all != capacity {
					t.Errorf("refused while %d callbacks were in the file", all)
				}
			case err != nil:
				t.Error(err)
			case own != 1:
				t.Errorf("callback %d is not in the file", b.Callback.ID)
			}
		})
	}
	wg.Wait()
	if full.Load() != callers-capacity {
		t.Errorf("%d were refused", full.Load())
	}
}

func TestPathWithMarks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "100% what? #1")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	open(t, filepath.Join(dir, "a b.db"))
	if _, err := os.Stat(filepath.Join(dir, "a b.db")); err != nil {
		t.Error(err)
	}
	_, err := sqlite.Open(context.Background(), filepath.Join(dir, "missing", "a.db"))
	if err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("error = %v, want the path", err)
	}
}

// What retention erases must not be left in the file, nor in the log beside it.
func TestErasedIsGoneFromTheFile(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "hotline.db")
	s := open(t, path)
	b, err := s.Book(ctx, callbacks.Request{
		Key: "k", Line: "gopay", Desk: "support", Number: "+6281277665544", Account: "ACCOUNT5544",
		Kind:   callbacks.ASAP,
		Called: storetest.Start, Due: storetest.Start, Expires: storetest.Start.Add(time.Hour),
	}, "1234567")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Change(ctx, b.Callback.ID, func(r *callbacks.Record) error {
		r.Callback.State, r.Callback.Ended = callbacks.Cancelled, storetest.Start
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !inFiles(t, path, "6281277665544") || !inFiles(t, path, "ACCOUNT5544") {
		t.Fatal("the numbers are not in the file in the first place")
	}
	n, err := s.Erase(ctx, callbacks.Desk{Line: "gopay", Desk: "support"}, storetest.Start.Add(time.Hour),
		storetest.Start)
	if err != nil || n != 1 {
		t.Fatalf("Erase = %d, %v", n, err)
	}
	if inFiles(t, path, "6281277665544") || inFiles(t, path, "ACCOUNT5544") {
		t.Error("the numbers are still in the file")
	}
}

func inFiles(t *testing.T, path, text string) bool {
	t.Helper()
	found := false
	for _, name := range []string{path, path + "-wal"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found = found || strings.Contains(string(raw), text)
	}
	return found
}

// The callback has to be on the disk when Book returns.
func TestDurable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.db")
	s := open(t, path)
	for name, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1",
		"secure_delete": "1"} {
		if got := sqlite.Pragma(t, s, name); got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
	// The partial indexes hold whatever a program does.
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	insert := func(state string) error {
		_, err := db.Exec(`INSERT INTO attempts (id, callback_id, line, desk, target_id, target_kind, target_address,
			from_number, ring_ms, state, fence, pass, created_ms, next_check_ms)
			VALUES (hex(randomblob(8)), 1, '', '', 't', 'number', hex(randomblob(8)), '', 1, ?, 1, 0, 0, 0)`, state)
		return err
	}
	if err := insert("placing"); err != nil {
		t.Fatal(err)
	}
	if err := insert("placed"); err == nil || !strings.Contains(err.Error(), "UNIQUE") {
		t.Errorf("a second attempt under way for one callback: %v", err)
	}
}

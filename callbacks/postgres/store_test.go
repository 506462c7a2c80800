//go:build conformance

package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/postgres"
	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

var cluster *pgtest.Cluster

func TestMain(m *testing.M) {
	var err error
	if cluster, err = pgtest.Start(); err != nil {
		log.Fatal(errors.Join(err, cluster.Stop()))
	}
	code := m.Run()
	if err := cluster.Stop(); err != nil {
		log.Fatal("PostgreSQL does not stop: ", err)
	}
	os.Exit(code)
}

func open(t *testing.T, url string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(context.Background(), url)
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
	url := cluster.Database(t)
	s, db := open(t, url), another(t, url)
	storetest.Run(t, func(t *testing.T) storetest.Store {
		empty(t, db)
		return s
	})
}

func TestConfigHistory(t *testing.T) {
	url := cluster.Database(t)
	open(t, url)
	db := another(t, url)
	storetest.ConfigHistory(t, func(t *testing.T) storetest.Place {
		empty(t, db)
		return storetest.Place{Open: func(t *testing.T) storetest.Store { return open(t, url) }, Beside: db}
	})
}

// empty makes a database as it was when its tables were made, which is quicker than another one.
func empty(t *testing.T, db *sql.DB) {
	t.Helper()
	if _, err := db.Exec(`DO $$
		DECLARE name text;
		BEGIN
			SET LOCAL session_replication_role = replica; -- in any order
			FOR name IN SELECT tablename FROM pg_tables
				WHERE schemaname = 'public' AND tablename <> 'goose_db_version' LOOP
				EXECUTE 'DELETE FROM ' || name;
			END LOOP;
			FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
				PERFORM setval(name, 1, false);
			END LOOP;
			INSERT INTO call_pacing (name, last_call_ms) VALUES ('calls', 0);
		END $$`); err != nil {
		t.Fatal(err)
	}
}

// another is a connection to a database that no store has.
func another(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
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
	url := cluster.Database(t)
	storetest.Housekeepers(t, func(t *testing.T) storetest.Store { return open(t, url) })
}

// An instance that is cut off in the middle of a transaction keeps others from a callback for no longer than their
// callers wait.
func TestATransactionThatDoesNotGoOnIsEnded(t *testing.T) {
	url := cluster.Database(t)
	hangs, other := open(t, url), open(t, url)
	booked, err := other.Book(t.Context(), callbacks.Request{Key: "k", Line: "l", Desk: "d", Topic: "t", Language: "en",
		Number: "+6281234567890", Kind: callbacks.ASAP, Called: time.Now(), Due: time.Now(),
		Expires: time.Now().Add(time.Hour)}, "1234567")
	if err != nil {
		t.Fatal(err)
	}
	within, over := make(chan struct{}), make(chan struct{})
	hung := make(chan error, 1)
	go func() {
		_, err := hangs.Change(context.Background(), booked.Callback.ID, func(r *callbacks.Record) error {
			close(within)
			<-over
			r.Callback.Remark = "late"
			return nil
		})
		hung <- err
	}()
	<-within
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second) // so long a caller waits
	defer cancel()
	_, err = other.Change(ctx, booked.Callback.ID, func(r *callbacks.Record) error {
		r.Callback.Remark = "in time"
		return nil
	})
	close(over)
	if late := <-hung; err != nil || late == nil {
		t.Errorf("the other one: %v; the one that hung: %v", err, late)
	}
}

// What was booked is there after a crash of the server, and the same store goes on with it.
func TestTheServerCrashes(t *testing.T) {
	own := pgtest.New(t)
	s := open(t, own.Database(t))
	called := time.Date(2026, time.March, 2, 2, 0, 0, 0, time.UTC)
	if _, err := s.Book(t.Context(), callbacks.Request{Key: "k", Line: "l", Desk: "d", Topic: "t", Language: "en",
		Number: "+6281234567890",
		Kind:   callbacks.ASAP, Called: called, Due: called, Expires: called.Add(time.Hour)}, "1234567"); err != nil {
		t.Fatal(err)
	}
	if err := own.Halt(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ByReference(t.Context(), "1234567"); err == nil {
		t.Error("a server that is down has answered")
	}
	if err := own.Resume(); err != nil {
		t.Fatal(err)
	}
	if c, err := s.ByReference(t.Context(), "1234567"); err != nil || c.State != callbacks.Booked {
		t.Errorf("after the crash: %+v, %v", c, err)
	}
}

// Ten instances start at once on an empty database, and then callback the same, and claim the same.
func TestTenInstances(t *testing.T) {
	url := cluster.Database(t)
	stores := make([]*postgres.Store, 10)
	each := func(f func(i int)) {
		var wg sync.WaitGroup
		for i := range stores {
			wg.Go(func() { f(i) })
		}
		wg.Wait()
		if t.Failed() {
			t.FailNow()
		}
	}
	each(func(i int) {
		var err error
		if stores[i], err = postgres.Open(context.Background(), url); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		for _, s := range stores {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	ids := make([]int64, len(stores))
	each(func(i int) { // the same caller twice in each of several webhooks
		b, err := stores[i].Book(context.Background(), callbacks.Request{
			Key: fmt.Sprint("key-", i%3), Line: "gopay", Desk: "support", Number: "+628120000001", Kind: callbacks.ASAP,
			Called: storetest.Start, Due: storetest.Start, Expires: storetest.Start.Add(time.Hour),
			SMSBody: func(callbacks.Callback) string { return "t" },
		}, fmt.Sprint(1000000+i))
		if err != nil {
			t.Error(err)
		}
		ids[i] = b.Callback.ID
	})
	for i, id := range ids {
		if id == 0 || id != ids[0] {
			t.Errorf("instance %d wrote callback %d, the first one %d", i, id, ids[0])
		}
	}
	var mu sync.Mutex
	claimed, sent := 0, 0
	each(func(i int) {
		_, err := stores[i].Claim(context.Background(), callbacks.Claim{
			CallbackID: ids[0], AttemptID: fmt.Sprint("attempt-", i), From: "+622150001000", Ring: 20 * time.Second,
			Target: callbacks.Target{ID: "1", Kind: callbacks.Number,
				Address: fmt.Sprint("+62215000", i)}, Now: storetest.Start, Lease: time.Minute,
		})
		_, text, textErr := stores[i].ClaimSMS(context.Background(), storetest.Start, time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			claimed++
		} else if !errors.Is(err, callbacks.ErrNotOpen) {
			t.Error(err)
		}
		if textErr != nil {
			t.Error(textErr)
		}
		if text {
			sent++
		}
	})
	if claimed != 1 || sent != 1 {
		t.Errorf("claimed %d times, its SMS %d times", claimed, sent)
	}
}

// Many callers book at once: each gets an answer, the slot holds no more than it may, and nobody gets another's
// reference.
func TestManyCallersAtOnce(t *testing.T) {
	s := open(t, cluster.Database(t))
	const callers, capacity = 64, 5
	var wg sync.WaitGroup
	var mu sync.Mutex
	full, references := 0, map[string]bool{}
	for i := range callers {
		wg.Go(func() {
			b, err := s.Book(context.Background(), callbacks.Request{
				Key: fmt.Sprint(i), Line: "gopay", Desk: "support",
				Number: fmt.Sprintf("+6281200%05d", i), Kind: callbacks.Slot, SlotCapacity: capacity,
				Called: storetest.Start, Due: storetest.Start, SlotEnd: storetest.Start.Add(time.Hour),
				Expires: storetest.Start.Add(2 * time.Hour),
			}, fmt.Sprint(2000000+i))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, callbacks.ErrSlotFull):
				full++
			case err != nil:
				t.Error(err)
			default:
				references[b.Callback.Reference] = true
			}
		})
	}
	wg.Wait()
	if len(references) != capacity || full != callers-capacity {
		t.Errorf("%d callbacks in a slot for %d, %d were refused", len(references), capacity, full)
	}
}

// Bookings of one line and desk do not queue behind each other's commit. Commits that wait for a second server, which
// does not exist, all wait at once.
func TestBookingsCommitTogether(t *testing.T) {
	url := cluster.Database(t)
	s := open(t, url)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	standby := func(name string) {
		for _, query := range []string{fmt.Sprintf("ALTER SYSTEM SET synchronous_standby_names = '%s'", name),
			"SELECT pg_reload_conf()"} {
			if _, err := db.Exec(query); err != nil {
				t.Fatal(err)
			}
		}
	}
	const callers = 4
	var wg sync.WaitGroup
	var booked, enough atomic.Int64
	for range callers {
		wg.Go(func() {
			for enough.Load() == 0 { // the server takes a moment to learn of the other
				i := booked.Add(1)
				// anonymous callers of a line would wait, as they count together
				number := fmt.Sprintf("+6281200%05d", i)
				if _, err := s.Book(context.Background(), callbacks.Request{
					Key: fmt.Sprint(i), Line: "gopay", Desk: "support", Number: number, Caller: number,
					Kind:   callbacks.ASAP,
					Called: storetest.Start, Due: storetest.Start, Expires: storetest.Start.Add(time.Hour),
					Limits: callbacks.Limits{CallerLimits: callbacks.DefaultCallerLimits, MaxOpen: 100_000},
				}, fmt.Sprint(3000000+i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	standby("nobody")
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	for waiting := 0; waiting < callers; {
		if err := db.QueryRowContext(ctx,
			`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'SyncRep'`).
			Scan(&waiting); err != nil {
			t.Errorf("%d of %d bookings wait for their commit: %v", waiting, callers, err)
			break
		}
	}
	enough.Store(1)
	standby("")
	wg.Wait()
}

func TestAWrongURLTellsNoPassword(t *testing.T) {
	for _, url := range []string{"postgres://u:secret@127.0.0.1:1/db?connect_timeout=1",
		"postgres://u:secret@host:port/db", "postgres://u:secret@/nodb?host=/nowhere"} {
		_, err := postgres.Open(t.Context(), url)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}

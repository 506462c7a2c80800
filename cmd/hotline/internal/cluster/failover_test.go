//go:build conformance && linux

package cluster

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

// rate is how many calls a second begin; two cores carry the load and the servers.
const rate = 3

// A cluster is three instances behind a proxy, and the provider.
type cluster struct {
	*load
	instances []*instance
}

// startCluster starts three instances, each on the store that the function names for it.
func startCluster(t *testing.T, store func(nth int) string) *cluster {
	t.Helper()
	dir, addresses := writeConfig(t), freeAddresses(t, 3)
	c := &cluster{load: newLoad(t, startProxy(t, addresses))}
	for nth, address := range addresses {
		i := newInstance(t, address, dir, store(nth), c.rest)
		i.start()
		c.instances = append(c.instances, i)
	}
	return c
}

// book has so many customers waiting to be called back: what callers book is due a minute later only.
func book(t *testing.T, store string, n int) {
	t.Helper()
	opened, err := app.OpenStore(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	for nth := range n {
		customer, now := fmt.Sprintf("+62813%08d", 10_000_000+nth), time.Now()
		if _, err := opened.Book(t.Context(), callbacks.Request{
			Key: customer, Line: "gopay", Desk: "emergency", Topic: "stolen", Language: "en", Number: customer,
			Caller: customer, Kind: callbacks.ASAP, Urgent: true, Called: now, Due: now, Expires: now.Add(time.Hour),
		}, fmt.Sprint(9_000_000+nth)); err != nil {
			t.Fatal(err)
		}
	}
}

// on names the same store for every instance.
func on(store string) func(int) string { return func(int) string { return store } }

// The judge of all tests here finds what was spoken and is not in the database.
func TestALostReferenceIsFound(t *testing.T) {
	store := pgtest.NewIn(t, apptest.InMemory()).URL("postgres")
	book(t, store, 1)
	l := &load{t: t, references: map[string]string{"9000000": "kept", "1234567": "lost"}}
	if missing := l.missing(store); len(missing) != 1 || missing[0] != "1234567" {
		t.Errorf("found missing: %v", missing)
	}
}

// One instance after the other is stopped and started again.
func TestRollingRestart(t *testing.T) {
	store := pgtest.NewIn(t, apptest.InMemory()).URL("postgres")
	c := startCluster(t, on(store))
	book(t, store, 20)
	c.run(rate, func() {
		for _, i := range c.instances {
			wait(t.Context(), 2*time.Second)
			i.stop()
			wait(t.Context(), time.Second)
			i.start()
		}
		wait(t.Context(), time.Second)
	})
	c.judge(store)
}

// A later release adds to the tables while this one runs, and this one is started again on them, as in a rollback.
func TestRollingUpgradeAndBack(t *testing.T) {
	store := pgtest.NewIn(t, apptest.InMemory()).URL("postgres")
	c := startCluster(t, on(store))
	c.run(rate, func() {
		wait(t.Context(), 3*time.Second)
		db, err := sql.Open("pgx", store)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = db.Close() }()
		if _, err := db.Exec(pgtest.LaterRelease); err != nil {
			t.Error(err)
		}
		wait(t.Context(), 3*time.Second)
		c.instances[0].stop()
		c.instances[0].start()
		wait(t.Context(), 2*time.Second)
	})
	c.judge(store)
}

// The database is stopped as by a crash, and is away for three seconds.
func TestDatabaseRestart(t *testing.T) {
	cluster := pgtest.NewIn(t, apptest.InMemory())
	store := cluster.URL("postgres")
	c := startCluster(t, on(store))
	book(t, store, 20)
	c.run(rate, func() {
		wait(t.Context(), 3*time.Second)
		if err := cluster.Halt(); err != nil {
			t.Error(err)
		}
		wait(t.Context(), 3*time.Second)
		if err := cluster.Resume(); err != nil {
			t.Error(err)
		}
		wait(t.Context(), 5*time.Second)
	})
	c.judge(store)
}

// The primary of a synchronous pair is lost, and its standby promoted: its server ends, or its machine is off, and who
// asks there is not even told that nobody is there.
func TestFailover(t *testing.T) {
	for name, off := range map[string]bool{"server": false, "machine": true} {
		t.Run(name, func(t *testing.T) {
			primary := pgtest.NewIn(t, apptest.InMemory())
			standby := primary.Standby(t)
			first, second := wayTo(t, primary, loopback), wayTo(t, standby, loopback)
			c := startCluster(t, on(fmt.Sprintf("postgres://hotline@%s,%s/postgres?sslmode=disable&"+
				"target_session_attrs=read-write", first.listener.Addr(), second.listener.Addr())))
			book(t, primary.URL("postgres"), 20)
			c.run(rate, func() {
				wait(t.Context(), 3*time.Second)
				first.stall(off)
				if err := primary.Halt(); err != nil {
					t.Error(err)
				}
				wait(t.Context(), 2*time.Second)
				if err := standby.Promote(); err != nil {
					t.Error(err)
				}
				wait(t.Context(), 6*time.Second) // longer than a caller waits for a connection that is dead
				c.during("promoted")
				wait(t.Context(), 4*time.Second)
			})
			c.judge(standby.URL("postgres"))
			if promoted := c.outcomesDuring("promoted"); promoted[heardReference] == 0 || promoted[heardSorry] > 0 {
				t.Errorf("after the promotion: %v", promoted)
			}
		})
	}
}

const loopback = "127.0.0.1:0"

// wayTo is a relay to a database, which listens at an address.
func wayTo(t *testing.T, c *pgtest.Cluster, at string) *relay {
	t.Helper()
	direct, err := url.Parse(c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	return newRelay(t, listen(t, at), "unix", filepath.Join(direct.Query().Get("host"), ".s.PGSQL.5432"))
}

//go:build conformance && linux

package cluster

import (
	"database/sql"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

// long is set by make soak: whole minutes in place of seconds.
var long = os.Getenv("HOTLINE_SOAK") != ""

// An instance loses its way to the database, for a minute, and is not told: what it sends is lost. It goes on answering
// callers, the others take over what it was about to do, and once the way is back it is as before.
func TestOneInstanceCutOff(t *testing.T) {
	database := pgtest.NewIn(t, apptest.InMemory())
	store := database.URL("postgres")
	c, rest, cut := clusterWithACut(t, database)
	lasts, leases := 8*time.Second, 0
	c.run(rate, func() {
		wait(t.Context(), 2*time.Second)
		if long {
			lasts = time.Minute
			rest.stall(true) // it has asked the provider for a call, and never knows whether it was placed
			leases = unwritten(t, store, 30*time.Second)
		}
		cut(true)
		wait(t.Context(), lasts)
		if long && (leases == 0 || unwritten(t, store, 0) > 0) {
			t.Errorf("of %d leases of the instance that was cut off, some have not expired", leases)
		}
		cut(false)
		rest.stall(false)
		wait(t.Context(), 5*time.Second)
	})
	c.judge(store)
	t.Logf("%d leases of the one that was cut off expired; longest answers by instance: %v", leases, c.longestOf())
}

// clusterWithACut is a cluster whose third instance is in a network namespace if we are root, and otherwise behind a
// relay that may stop to pass bytes. rest is its way to the provider.
func clusterWithACut(t *testing.T, database *pgtest.Cluster) (c *cluster, rest *relay, cut func(bool)) {
	t.Helper()
	store := database.URL("postgres")
	dir, addresses := writeConfig(t), freeAddresses(t, 3)
	databaseAt, within, inside := loopback, []string(nil), func() net.Listener { return listen(t, loopback) }
	if os.Geteuid() == 0 {
		n := newNamespace(t)
		addresses[2] = n.inside + ":8080"
		databaseAt, within, inside, cut = n.database+":0", []string{"ip", "netns", "exec", n.name}, n.listen, n.cut
	}
	t.Logf("cut off by a network namespace: %t; otherwise by a relay", cut != nil)
	way := wayTo(t, database, databaseAt)
	if cut == nil {
		cut = way.stall
	}
	c = &cluster{load: newLoad(t, startProxy(t, addresses))}
	provider, err := url.Parse(c.rest)
	if err != nil {
		t.Fatal(err)
	}
	rest = newRelay(t, inside(), "tcp", provider.Host)
	for nth, address := range addresses {
		at, to := store, c.rest
		if nth == 2 {
			at = "postgres://hotline@" + way.listener.Addr().String() + "/postgres?sslmode=disable"
			to = "http://" + rest.listener.Addr().String()
		}
		i := newInstance(t, address, dir, at, to)
		if nth == 2 {
			i.within = within
		}
		i.start()
		c.instances = append(c.instances, i)
	}
	book(t, store, 20)
	return c, rest, cut
}

// unwritten waits for an attempt of which nobody has written what the provider said, for longer than that takes, and
// counts such attempts.
func unwritten(t *testing.T, store string, patience time.Duration) (n int) {
	t.Helper()
	db, err := sql.Open("pgx", store)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for limit := time.Now().Add(patience); ; wait(t.Context(), 100*time.Millisecond) {
		if err := db.QueryRow(`SELECT count(*) FROM attempts WHERE state = 'placing' AND created_ms < $1`,
			time.Now().Add(-3*time.Second).UnixMilli()).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 || time.Now().After(limit) {
			return n
		}
	}
}

// longestOf is the longest answer of each instance, or of those that were asked one after the other.
func (l *load) longestOf() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for instance, took := range l.byInstance {
		out = append(out, instance+": "+took.Round(10*time.Millisecond).String())
	}
	return strings.Join(out, "; ")
}

//go:build conformance && linux

package cluster

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// soakRate is how many calls a second begin. Half of them want to be called back, and one call a second is placed.
const soakRate = 2

// A fault is something that fails for a while.
type fault struct {
	name       string
	begin, end func()
	tested     bool // by a test of its own, when there is no hour for all of them
}

// Whatever can fail does, one after the other, under constant load: once each, and then at random for as long as
// HOTLINE_SOAK says (make soak).
func TestSoak(t *testing.T) {
	s := startSoak(t)
	length, lasts, pause := soakLength(t), 2500*time.Millisecond, time.Second
	faults, dice := s.faults(), rand.New(rand.NewPCG(1, 2))
	s.run(soakRate, func() {
		began := time.Now()
		for round := 0; round == 0 || time.Since(began) < length; round++ {
			for _, f := range faults {
				switch {
				case round > 0 && time.Since(began) >= length:
					continue
				case length == 0 && f.tested:
					continue
				}
				s.during("nothing")
				wait(t.Context(), pause)
				s.during(f.name)
				f.begin()
				wait(t.Context(), lasts)
				f.end()
			}
			dice.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
			lasts = 5*time.Second + time.Duration(dice.Int64N(int64(10*time.Second)))
			pause = 3*time.Second + time.Duration(dice.Int64N(int64(5*time.Second)))
		}
		s.during("nothing")
		wait(t.Context(), pause)
	})
	s.judge(s.store)
	t.Logf("what callers heard whose calls began during a fault:\n%s", s.report())
}

// soakLength is how long make soak lasts; 0 is a round of every fault.
func soakLength(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("HOTLINE_SOAK")
	if text == "" {
		return 0
	}
	length, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("SOAK=%s: write how long, such as 1h or 2m", text)
	}
	return length
}

// A soak is a cluster of which everything can fail.
type soak struct {
	*cluster
	database *pgtest.Cluster
	store    string
	db       *sql.DB
	ways     []*relay // of the instances to the database
}

func startSoak(t *testing.T) *soak {
	t.Helper()
	s := &soak{database: pgtest.NewIn(t, apptest.InMemory())}
	s.store = s.database.URL("postgres")
	s.cluster = startCluster(t, func(int) string {
		way := wayTo(t, s.database, loopback)
		s.ways = append(s.ways, way)
		return "postgres://hotline@" + way.listener.Addr().String() + "/postgres?sslmode=disable"
	})
	book(t, s.store, 20)
	var err error
	if s.db, err = sql.Open("pgx", s.store); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	return s
}

// faults are all that can fail.
func (s *soak) faults() []fault {
	one := s.instances[0]
	dir, away := one.dir, one.dir+".away"
	return []fault{
		{"an instance is stopped (SIGTERM)", one.stop, one.start, true},
		{"an instance is killed (kill -9)", s.instances[1].kill, s.instances[1].start, false},
		{"an instance hangs (SIGSTOP)", func() { one.signal(syscall.SIGSTOP) },
			func() { one.signal(syscall.SIGCONT) }, false},
		{"an instance has no file descriptors left", func() { s.files(16) }, func() { s.files(1024) }, false},
		{"an instance is cut off from the database", func() { s.ways[2].stall(true) },
			func() { s.ways[2].stall(false) }, true},
		{"the database is gone", func() { s.check(s.database.Halt()) }, func() { s.check(s.database.Resume()) }, true},
		{"the database hangs", func() { s.stallAll(true) }, func() { s.stallAll(false) }, false},
		{"the database is slow", func() { s.slowAll(200 * time.Millisecond) }, func() { s.slowAll(0) }, false},
		{"the database is full", func() { s.order(full...) },
			func() { s.order("DROP TRIGGER no_room ON callbacks") }, false},
		{"the database is read-only", func() { s.order(readOnly("on")...) },
			func() { s.order(readOnly("off")...) }, false},
		{"the provider's API is gone", func() { s.api(simulator.RESTFault{Drop: true}) }, s.apiWell, true},
		{"the provider's API is slow", func() { s.api(simulator.RESTFault{Slow: 25 * speed * time.Second}) },
			s.apiWell, true},
		{"the provider's API refuses", func() {
			s.api(simulator.RESTFault{Status: http.StatusUnauthorized,
				Code: 20003})
		}, s.apiWell, true},
		{"the provider's API lies", func() {
			s.api(simulator.RESTFault{Status: http.StatusOK,
				Body: "<html>all is well</html>"})
		}, s.apiWell, false},
		{"the configuration directory is gone", func() { s.check(os.Rename(dir, away)) },
			func() { s.check(os.Rename(away, dir)) }, false},
	}
}

// full lets no callback be written, as on a disk without room.
var full = []string{`CREATE OR REPLACE FUNCTION no_room() RETURNS trigger AS $$
	BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql`,
	`CREATE TRIGGER no_room BEFORE INSERT ON callbacks FOR EACH ROW EXECUTE FUNCTION no_room()`}

func readOnly(yes string) []string {
	return []string{"SET default_transaction_read_only = off",
		"ALTER SYSTEM SET default_transaction_read_only = " + yes, "SELECT pg_reload_conf()"}
}

func (s *soak) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Error(err)
	}
}

// order has the database do something.
func (s *soak) order(queries ...string) {
	s.t.Helper()
	connection, err := s.db.Conn(s.t.Context())
	if err != nil {
		s.t.Error(err)
		return
	}
	defer func() { _ = connection.Close() }()
	for _, query := range queries {
		_, err := connection.ExecContext(s.t.Context(), query)
		s.check(err)
	}
}

func (s *soak) stallAll(yes bool) {
	for _, way := range s.ways {
		way.stall(yes)
	}
}

func (s *soak) slowAll(d time.Duration) {
	for _, way := range s.ways {
		way.delay(d)
	}
}

// files is how many file descriptors the first instance may have.
func (s *soak) files(n uint64) {
	s.check(unix.Prlimit(s.instances[0].command.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: 4096}, nil))
}

func (s *soak) apiWell() { s.api(simulator.RESTFault{}) }

// report is what callers heard, by what failed when their calls began.
func (l *load) report() string {
	var out []string
	for fault, longest := range l.longestDuring {
		c := l.outcomesDuring(fault)
		out = append(out, fmt.Sprintf(
			"%-45s reference %4d  agent %4d  could not be saved %4d  lost %d  longest answer %.2f s",
			fault, c[heardReference], c[reachedAgent], c[heardSorry], c[lostTheWay], longest.Seconds()))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

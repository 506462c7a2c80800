//go:build conformance

// Package campaign makes callbacks and kills processes while they are kept. It is a test with helper processes, behind
// a build tag.
package campaign

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

const (
	// campaignSpeed is how many seconds pass on the fast clock in a real one. A lease of the dispatcher's lasts 30:
	// what a busy computer needs to ask the provider has to be well below the thirtieth part of speed.
	campaignSpeed = 25
	campaignPace  = 100 * time.Millisecond
)

// The crash campaign: callbacks are made and kept while instances are killed, the database is stopped, and the
// provider simulator loses, repeats and refuses. See CONTRIBUTING.md, "The crash campaign".
func TestChaos(t *testing.T) {
	found, kills, seed := setting64(t, "CHAOS_CALLBACKS", 300), setting64(t, "CHAOS_KILLS",
		20), uint64(setting64(t, "CHAOS_SEED", 1))
	small := found <= 1000
	t.Logf("seed %d, %d callbacks, %d kills", seed, found, kills)
	t.Run("three instances on PostgreSQL", func(t *testing.T) {
		t.Parallel()
		cluster := pgtest.NewIn(t, apptest.InMemory())
		size := campaignSize{callbacks: found * 4 / 5, kills: kills * 7 / 10, instances: 3, agents: 30, rate: 12,
			stops: 1, limit: 5 * time.Minute}
		if !small {
			size.agents, size.rate, size.stops, size.limit = 100, 15, 8, time.Hour
		}
		campaignOn(t, size, seed, cluster.Database(t), cluster)
	})
	t.Run("one instance on SQLite", func(t *testing.T) {
		t.Parallel()
		size := campaignSize{callbacks: found - found*4/5, kills: kills - kills*7/10, instances: 1, agents: 15, rate: 3,
			limit: 5 * time.Minute}
		if !small {
			size.agents, size.rate, size.limit = 60, 4, time.Hour
		}
		campaignOn(t, size, seed, "sqlite:"+filepath.Join(apptest.MemoryDir(t), "hotline.db"), nil)
	})
}

func setting64(t *testing.T, name string, fallback int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s=%s: write a number", name, text)
	}
	return n
}

// campaignOn runs one campaign and checks it.
func campaignOn(t *testing.T, size campaignSize, seed uint64, store string, cluster *pgtest.Cluster) {
	t.Helper()
	c := newCampaign(t, size, seed, store, cluster)
	c.runToEnd()
	l, err := readBook(filepath.Join(c.run.Dir, "book.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := checkBook(context.Background(), l, c.store, size.agents)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s\n%s%s", t.Name(), c.table(), v)
	for rule, found := range v.broken {
		t.Errorf("%s: broken %d times", rule, len(found))
	}
	for _, failure := range c.failures {
		t.Error(failure)
	}
	for _, name := range c.crashes() {
		t.Error(name)
	}
	if c.balancer.lostSoFar() == 0 {
		t.Error("no answer to a booking was lost")
	}
	if len(l.spoken) < size.callbacks {
		t.Errorf("%d references were spoken, not %d", len(l.spoken), size.callbacks)
	}
}

// crashes are panics and races that processes told of before they ended.
func (c *campaign) crashes() (found []string) {
	files, _ := filepath.Glob(filepath.Join(c.run.Dir, "*.stderr"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(text), "DATA RACE") || strings.Contains(string(text), "goroutine ") {
			found = append(found, filepath.Base(file)+": "+string(text[:min(len(text), 4000)]))
		}
	}
	return found
}

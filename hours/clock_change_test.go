//go:build !race

package hours_test

import (
	"fmt"
	"hash/fnv"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// sweepStride is how many equal changes of a zone there are for one that is tried.
const sweepStride = 4

// TestEveryClockChange holds every answer, minute by minute within two days of a change of the clock, against the
// oracle: in every zone, and for every kind of change that the zone has.
func TestEveryClockChange(t *testing.T) {
	const shards = 8
	all := places()
	if len(all) < 150 {
		t.Fatalf("only %d zones", len(all))
	}
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			for i := shard; i < len(all); i += shards {
				z := zone(t, all[i].name)
				for n, c := range sampled(all[i]) {
					if err := sweep(z, c.at, seedOf(all[i].name, n)); err != nil {
						t.Fatalf("%s, change of %s: %v", all[i].name, c.at, err)
					}
				}
			}
		})
	}
}

// sampled are the changes that are tried: every kind of change of a zone, and one in sweepStride of the same kind. A
// zone without changes is tried once.
func sampled(p place) (out []change) {
	kinds := map[string]int{}
	for _, c := range p.changes {
		kind := fmt.Sprint(c.before, c.after, c.at.Format("15:04"))
		if kinds[kind]%sweepStride == 0 {
			out = append(out, c)
		}
		kinds[kind]++
	}
	if len(out) == 0 {
		out = append(out, change{at: time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)})
	}
	return out
}

func seedOf(name string, n int) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, name, n)
	return h.Sum64()
}

// sweep draws rules and looks at every minute within two days of an instant.
func sweep(z *time.Location, near time.Time, seed uint64) error {
	rules := drawFast(seed).rules(z, near)
	c, err := hours.Build(rules)
	if err != nil {
		return fmt.Errorf("seed %d: %w", seed, err)
	}
	if err := compare(c, newOracle(rules).open, near.Add(-48*time.Hour), near.Add(48*time.Hour)); err != nil {
		return fmt.Errorf("seed %d: %w", seed, err)
	}
	return nil
}

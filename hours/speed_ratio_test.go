//go:build !race

package hours_test

import (
	"runtime"
	"testing"
	"time"
)

// fastest measures two functions in turn and returns the least time of each: what else the machine does makes a
// function slower, never faster.
func fastest(a, b func()) (least [2]time.Duration) {
	least = [2]time.Duration{time.Hour, time.Hour}
	for range 15 {
		for i, f := range []func(){a, b} {
			start := time.Now()
			f()
			least[i] = min(least[i], time.Since(start))
		}
	}
	return least
}

// TestSpeed holds speeds against each other, in one run.
func TestSpeed(t *testing.T) {
	ask := speeds(t)
	const n = 200_000
	for _, tt := range []struct {
		name, than string
		most       float64
	}{
		{"at", "alertmanager", 1},
		{"at", "alertmanager-one-interval", 1},
		{"holidays", "at", 1.2},
		{"next-open-after-a-year", "at", 20},
	} {
		ratio := 0.0
		for range 3 { // a busy machine gets another chance
			least := fastest(func() { ask[tt.name](n) }, func() { ask[tt.than](n) })
			if ratio = float64(least[0]) / float64(least[1]); ratio <= tt.most {
				break
			}
		}
		t.Logf("%s takes %.2f times as long as %s", tt.name, ratio, tt.than)
		if ratio > tt.most {
			t.Errorf("%s takes %.2f times as long as %s, at most %.1f is allowed", tt.name, ratio, tt.than, tt.most)
		}
	}
}

// TestLoadIsLinear: ten times the lines take ten times as long, with room for what is around, and a line is small.
func TestLoadIsLinear(t *testing.T) {
	ratio := 0.0
	for range 3 { // a busy machine gets another chance
		least := fastest(func() { thousand(t, 100) }, func() { thousand(t, 1000) })
		if ratio = float64(least[1]) / float64(least[0]); ratio <= 20 {
			break
		}
	}
	t.Logf("1,000 lines take %.1f times as long as 100", ratio)
	if ratio > 20 {
		t.Errorf("1,000 lines take %.1f times as long as 100", ratio)
	}
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what pools held on to
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	lines := thousand(t, 1000)
	loaded := heap()
	for _, c := range lines {
		sink = c.At(instants()[0]).Open
	}
	asked := heap()
	runtime.KeepAlive(lines)
	for what, bytes := range map[string]int64{"loaded": loaded - before, "loaded and asked": asked - before} {
		t.Logf("%s: %d bytes a line", what, bytes/1000)
		if bytes > 1000*48<<10 {
			t.Errorf("%s: %d bytes a line", what, bytes/1000)
		}
	}
}

package hours_test

import (
	"runtime"
	"testing"
	"time"
)

// fastest measures two functions in turn and returns the least time of each: other work on the machine makes a function
// slower, never faster.
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

// BenchmarkAnswers fails if an answer takes too many times as long as something else in the same run.
func BenchmarkAnswers(b *testing.B) {
	ask := speeds(b)
	for _, tt := range []struct {
		name, than string
		most       float64
	}{
		{"at", "wall-clock", 30},
		{"holidays", "at", 1.2},
		{"next-open-after-a-year", "at", 20},
	} {
		b.Run(tt.name, func(b *testing.B) {
			within(b, tt.most, func() { ask[tt.than](200_000) }, func() { ask[tt.name](200_000) })
		})
	}
}

// BenchmarkLoad fails if ten times the lines take much more than ten times as long, or if a line takes much memory.
func BenchmarkLoad(b *testing.B) {
	within(b, 20, func() { thousand(b, 100) }, func() { thousand(b, 1000) })
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what pools held on to
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	lines := thousand(b, 1000)
	loaded := heap()
	for _, c := range lines {
		sink = c.At(instants()[0]).Open
	}
	asked := heap()
	runtime.KeepAlive(lines)
	for what, bytes := range map[string]int64{"loaded": loaded - before, "asked": asked - before} {
		b.ReportMetric(float64(bytes/1000), "bytes/line-"+what)
		if bytes > 1000*48<<10 {
			b.Errorf("%s: %d bytes a line", what, bytes/1000)
		}
	}
}

// within fails if f takes more than most times as long as unit. A busy machine gets three chances.
func within(b *testing.B, most float64, unit, f func()) {
	b.Helper()
	ratio := 0.0
	for b.Loop() {
		for range 3 {
			least := fastest(unit, f)
			if ratio = float64(least[1]) / float64(least[0]); ratio <= most {
				break
			}
		}
	}
	b.ReportMetric(ratio, "times")
	if ratio > most {
		b.Errorf("%.2f times as long, at most %.1f is allowed", ratio, most)
	}
}

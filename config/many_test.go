package config_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/internal/configtest"
)

func many(t testing.TB, n int) fstest.MapFS { return configtest.Many(t, n) }

// BenchmarkLoad: the time for a line should not depend on how many there are.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			fsys := many(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if s, err := config.Load(fsys); err != nil || len(s.Lines) != n {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/line")
		})
	}
}

package config_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hotline-ivr/hotline/config"
)

// many is the base with n lines instead of one.
func many(t testing.TB, n int) fstest.MapFS {
	t.Helper()
	fsys := base(t)
	hours := strings.Replace(string(fsys["hours/shop.yaml"].Data), "week:", "holidays: [id, cn, jp]\nmake_up: mon\nweek:", 1)
	line := string(fsys["lines/shop.yaml"].Data)
	delete(fsys, "hours/shop.yaml")
	delete(fsys, "lines/shop.yaml")
	delete(fsys, "calls/shop-open.yaml")
	for i := range n {
		id := fmt.Sprintf("shop%d", i)
		fsys["hours/"+id+".yaml"] = file([]byte(strings.Replace(hours, "line: shop", "line: "+id, 1)))
		fsys["lines/"+id+".yaml"] = file([]byte(strings.NewReplacer("line: shop\n", "line: "+id+"\n",
			"+622150001000", fmt.Sprintf("+6221600%05d", 2*i), "+622150001001", fmt.Sprintf("+6221600%05d", 2*i+1)).Replace(line)))
	}
	return fsys
}

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

package main

import (
	"context"
	"testing"
)

func BenchmarkRehearsedCall(b *testing.B) {
	snapshot, err := shipped()
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		if err := rehearse(context.Background(), snapshot, snapshot.Calls, func(rehearsed) { n++ }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n)/1000, "ms/call")
}

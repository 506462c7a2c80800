package app

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
)

// BenchmarkCallsInProgress: a call that goes on takes no memory, since all of it travels with the provider.
func BenchmarkCallsInProgress(b *testing.B) {
	const calls, most = 10_000, 10 << 20
	h := published(b, apptest.Copy(b))
	handler := h.Server.Handler()
	rung := 0
	ring := func(n int) {
		for range n {
			rung++
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, incoming(rung, "+622150001000"))
			if answer.Code != http.StatusOK {
				b.Fatalf("webhook: %d %s", answer.Code, answer.Body)
			}
		}
	}
	ring(100)
	before := inUse()
	for b.Loop() {
		ring(calls)
	}
	grown := inUse() - before
	b.ReportMetric(float64(grown)/(1<<20), "MB")
	if grown > most {
		b.Errorf("%d calls in progress take %d bytes, want at most %d", calls, grown, most)
	}
}

// inUse is the heap that is not garbage, in bytes.
func inUse() int64 {
	var memory runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one finalized
	runtime.ReadMemStats(&memory)
	return int64(memory.HeapAlloc)
}

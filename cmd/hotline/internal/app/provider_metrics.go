package app

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A meteredTransport times requests to the provider and counts what came of them.
type meteredTransport struct {
	next    http.RoundTripper
	seconds *prometheus.HistogramVec
}

func newMeteredTransport(next http.RoundTripper, registry prometheus.Registerer) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	m := meteredTransport{next, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hotline_provider_request_seconds", Help: "Time until the provider's REST interface answered.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"result"})}
	registry.MustRegister(m.seconds)
	for _, result := range []string{"ok", "refused", "rate_limited", "failed", "no_answer"} {
		m.seconds.WithLabelValues(result) // from 0, so that the first one is an increase
	}
	return m
}

// RoundTrip implements http.RoundTripper.
func (m meteredTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	began := time.Now() // real time, whatever clock the rest goes by
	answer, err := m.next.RoundTrip(request)
	m.seconds.WithLabelValues(resultOf(answer, err)).Observe(time.Since(began).Seconds())
	return answer, err
}

func resultOf(answer *http.Response, err error) string {
	switch {
	case err != nil:
		return "no_answer"
	case answer.StatusCode == http.StatusTooManyRequests:
		return "rate_limited"
	case answer.StatusCode >= http.StatusInternalServerError:
		return "failed"
	case answer.StatusCode >= http.StatusBadRequest:
		return "refused"
	}
	return "ok"
}

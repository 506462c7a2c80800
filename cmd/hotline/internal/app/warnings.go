package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotline-ivr/hotline/config"
)

// What works today and needs somebody's attention, in the log and in the metrics: holidays that are not known yet, and
// overrides that nobody has ended. What will not do with the provider is only logged.

// warnings is a collector: what it tells depends on the day on which it is asked.
type warnings struct {
	snapshot func() *config.Snapshot // in force, as it is written
	now      func() time.Time
}

var (
	uncoveredDays = prometheus.NewDesc("hotline_holidays_unknown_in_days",
		"Days until a set of holidays does not cover the days ahead; told from 90 days before, 0 is today.",
		[]string{"line", "desk", "set"}, nil)
	openOverrides = prometheus.NewDesc("hotline_overrides_until_revoked",
		"Overrides of the hours without an end.", []string{"line", "desk"}, nil)
)

// Describe sends nothing: which metrics there are depends on the configuration.
func (a warnings) Describe(chan<- *prometheus.Desc) {}

// Collect tells of each line, also that it has no override without an end.
func (a warnings) Collect(metrics chan<- prometheus.Metric) {
	now := a.now()
	overrides := map[[2]string]int{}
	snapshot := a.snapshot()
	for _, line := range snapshot.Lines {
		overrides[[2]string{line.ID, ""}] = 0
	}
	for _, w := range snapshot.Warnings(now) {
		if w.Undated { // has no day that draws near
			continue
		}
		if w.Set == "" {
			overrides[[2]string{w.Line, w.Desk}]++
			continue
		}
		metrics <- prometheus.MustNewConstMetric(uncoveredDays, prometheus.GaugeValue, float64(w.Days), w.Line, w.Desk,
			w.Set)
	}
	for of, n := range overrides {
		metrics <- prometheus.MustNewConstMetric(openOverrides, prometheus.GaugeValue, float64(n), of[0], of[1])
	}
}

// warningsLoggedAt is when one of all instances logs the warnings: with the report of callbacks, so that both are read
// at once.
const warningsLoggedAt = "0 7 * * *"

// log logs the warnings. Each instance does when it starts, since its operator has to see them; after that the
// housekeeper does, once for all instances.
func (a warnings) log(ctx context.Context, log *slog.Logger) {
	for _, w := range a.snapshot().Warnings(a.now()) {
		log.WarnContext(ctx, w.Message, "line", w.Line, "desk", w.Desk, "set", w.Set, "file", w.File, "row",
			w.Problem.Line, "key", w.Key)
	}
}

package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
)

// tasks is a collector of the callbacks that wait for a person.
type tasks struct {
	store    callbacks.Queries
	snapshot func() *config.Snapshot
}

var callbackTasks = prometheus.NewDesc("hotline_callback_tasks",
	"Callbacks that ring nobody any more and wait for a person.", []string{"line"}, nil)

// Describe sends nothing: which lines there are depends on the configuration.
func (t tasks) Describe(chan<- *prometheus.Desc) {}

// Collect tells of each line. While the database cannot be asked it tells nothing.
func (t tasks) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	counted, err := t.store.Tasks(ctx)
	if err != nil {
		return
	}
	for _, line := range t.snapshot().Lines {
		n := float64(counted[line.ID])
		metrics <- prometheus.MustNewConstMetric(callbackTasks, prometheus.GaugeValue, n, line.ID)
	}
}

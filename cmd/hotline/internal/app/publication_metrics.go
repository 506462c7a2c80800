package app

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
)

var (
	configurationInfo = prometheus.NewDesc("hotline_configuration_info", "The configuration in force.",
		[]string{"hash", "version"}, nil)
	configurationTime = prometheus.NewDesc("hotline_configuration_since_seconds",
		"When it was put in force, Unix time.", nil, nil)
	configurationBad = prometheus.NewDesc("hotline_configuration_refused",
		"1 while the directory holds an edit that was refused.", nil, nil)
	configurationErrs = prometheus.NewDesc("hotline_configuration_mistakes", "Mistakes in the edit that was refused.",
		nil, nil)
	instancesRunning = prometheus.NewDesc("hotline_instances", "Instances that run, as far as is known.", nil, nil)
	instancesDrift   = prometheus.NewDesc("hotline_instances_drift",
		"1 while instances run different configurations.", nil, nil)
	overridesInForce = prometheus.NewDesc("hotline_overrides_in_force",
		"Overrides declared by command that rule now.", []string{"line"}, nil)
)

// Describe sends nothing: a simulation has none of it.
func (p *publication) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (p *publication) Collect(metrics chan<- prometheus.Metric) {
	if p.Publisher == nil {
		return
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	state, shared := p.Publisher.State(), p.Follower.Shared()
	gauge(configurationInfo, 1, state.Hash, strconv.FormatInt(state.Version, 10))
	gauge(configurationTime, float64(state.Since.Unix()))
	gauge(configurationBad, gaugeOf(state.Refused != nil))
	gauge(configurationErrs, float64(mistakesIn(state.Refused)))
	gauge(instancesRunning, float64(len(shared.Instances)))
	gauge(instancesDrift, gaugeOf(shared.Drift()))
	active := map[string]int{}
	for _, line := range p.Publisher.Live().Written().Lines {
		active[line.ID] = 0
	}
	for _, o := range p.Publisher.Live().Overrides() {
		if _, known := active[o.Line]; known && o.Rules(p.now()) {
			active[o.Line]++
		}
	}
	for line, n := range active {
		gauge(overridesInForce, float64(n), line)
	}
}

func mistakesIn(r *publish.Refused) int {
	var problems config.Problems
	switch {
	case r == nil:
		return 0
	case errors.As(r.Err, &problems):
		return len(problems)
	}
	return 1
}

func gaugeOf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

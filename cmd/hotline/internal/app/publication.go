package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/calltest"
	"github.com/hotline-ivr/hotline/config/publish"
)

// What is in force, what was refused, and what the other instances run: on the health page and in the metrics. A
// simulation has none of it.

// checkCallTests decides the call tests of an edit before it is taken up, and says what was not tried.
func checkCallTests(say func(string)) func(context.Context, *config.Snapshot) error {
	return func(ctx context.Context, snapshot *config.Snapshot) error {
		report, err := calltest.Check(ctx, snapshot)
		if err != nil {
			return errors.Join(publish.ErrCallTestsNotRun, err)
		}
		if len(report.NotTried) > 0 && say != nil {
			say(report.NotTriedText())
		}
		return report.Err()
	}
}

// publication follows a publisher; without one it says nothing.
type publication struct {
	Publisher *publish.Publisher
	Follower  *publish.Follower
	now       func() time.Time
}

func (p *publication) follow(publisher *publish.Publisher) {
	if publisher == nil {
		return
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	p.Publisher = publisher
	p.Follower = publish.NewFollower(publisher, fmt.Sprintf("%s/%s", host, uuid.NewString()[:8]), host)
}

// start publishes and follows until ctx ends. The overrides in force are known before it returns.
func (p *publication) start(workers *sync.WaitGroup, ctx context.Context, timer callbacks.Timer) {
	if p.Publisher == nil {
		return
	}
	p.Follower.Tick(ctx)
	workers.Go(func() { p.Publisher.Run(ctx, timer) })
	workers.Go(func() { p.Follower.Run(ctx, timer) })
}

// reread has the directory looked at now, if there is one.
func (p *publication) reread() {
	if p.Publisher != nil {
		p.Publisher.Reread()
	}
}

// health is how things are, in words.
func (p *publication) health() string {
	if p.Publisher == nil {
		return ""
	}
	var out strings.Builder
	state, shared := p.Publisher.State(), p.Follower.Shared()
	fmt.Fprintf(&out, "configuration %s%s, in force since %s\n", state.Hash, versionOf(state.Version),
		state.Since.Format(time.RFC3339))
	if r := state.Refused; r != nil {
		fmt.Fprintf(&out, "REFUSED at %s, and not in force: the edited files in %s\n%s", r.At.Format(time.RFC3339),
			p.Publisher.Dir, Indent(r.Err.Error()))
	}
	for _, o := range p.Publisher.Live().Overrides() {
		fmt.Fprintf(&out, "%s\n", DescribeOverride(o, p.Publisher.Live().Written(), p.now()))
	}
	for _, i := range shared.Instances {
		fmt.Fprintf(&out, "instance %s runs %s%s\n", i.ID, i.Hash,
			map[bool]string{true: ", and refuses an edit"}[i.Problem != ""])
	}
	if shared.Drift() {
		out.WriteString("DRIFT: the instances do not run the same configuration; bring their directories together\n")
	}
	if shared.Err != nil {
		fmt.Fprintf(&out, "STORE: does not answer, last at %s; the overrides that are known stand: %v\n",
			orNever(shared.Asked), shared.Err)
	}
	return out.String()
}

func versionOf(number int64) string {
	if number == 0 {
		return ""
	}
	return fmt.Sprintf(" (version %d)", number)
}

// Indent moves every line of a text two columns to the right.
func Indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n"
}

func orNever(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.RFC3339)
}

// DescribeOverride puts an override into words, on the clock of its line.
func DescribeOverride(o callbacks.DeclaredOverride, snapshot *config.Snapshot, now time.Time) string {
	zone := time.UTC
	if line := snapshot.ByID(o.Line); line != nil {
		zone = line.Hours.Zone()
	}
	what, whom := "closed", o.Line
	if o.Open {
		what = "open"
	}
	if o.Desk != "" {
		whom += ", desk " + o.Desk
	}
	clock := func(t time.Time) string { return t.In(zone).Format("Mon 2006-01-02 15:04") }
	from := ""
	if o.From.After(now) {
		from = " from " + clock(o.From)
	}
	return fmt.Sprintf("override %d: %s is %s%s until %s (%s): %s, by %s", o.ID, whom, what, from, clock(o.Until),
		zone, o.Reason, o.By)
}

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
	overridesStanding = prometheus.NewDesc("hotline_overrides_in_force",
		"Overrides declared by command that rule now.", []string{"line"}, nil)
)

// Describe sends nothing: a simulation tells of none of it.
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
	ruling := map[string]int{}
	for _, line := range p.Publisher.Live().Written().Lines {
		ruling[line.ID] = 0
	}
	for _, o := range p.Publisher.Live().Overrides() {
		if _, known := ruling[o.Line]; known && o.Rules(p.now()) {
			ruling[o.Line]++
		}
	}
	for line, n := range ruling {
		gauge(overridesStanding, float64(n), line)
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

package app

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
)

const (
	// scrapeLimit is how long a scrape waits for the store: that it is gone is reported, and holds up nothing else.
	scrapeLimit = 2 * time.Second
	// backlogFor is how long counts of the store are good for: scraping more often costs it nothing.
	backlogFor = 5 * time.Second
)

// backlog is a collector: the state of the store, and the callbacks and attempts in it. Every instance reports the same
// callbacks, so they are not added up over instances.
type backlog struct {
	store Store
	ready *readiness
	lines func() *config.Snapshot
	now   func() time.Time

	mu       sync.Mutex
	asked    time.Time // when the store was asked last; zero: never
	err      error
	open     []callbacks.Backlog
	attempts []callbacks.Attempt
}

var (
	storeUp = prometheus.NewDesc("hotline_store_up", "1 while a callback can be written, as /readyz says.", nil, nil)
	probed  = prometheus.NewDesc("hotline_store_probe_seconds", "How long the latest write of one row took.", nil, nil)
	openNow = prometheus.NewDesc("hotline_callbacks", "Open callbacks by state.", []string{"line", "state"}, nil)
	overdue = prometheus.NewDesc("hotline_callbacks_overdue_seconds",
		"How long the callback that fell due first has been waiting to be dialled; 0: none is due.",
		[]string{"line"}, nil)
	inFlight = prometheus.NewDesc("hotline_attempts_in_flight", "Attempts that have not ended, by state.",
		[]string{"state"}, nil)
)

// Describe sends nothing: which lines there are depends on the configuration.
func (b *backlog) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector]. While the store cannot be read there are no counts, rather than old ones.
func (b *backlog) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeLimit)
	defer cancel()
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	gauge(storeUp, gaugeOf(b.ready.ready(ctx) == nil))
	gauge(probed, b.ready.latency().Seconds())

	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.now(); b.asked.IsZero() || now.Before(b.asked) || now.Sub(b.asked) >= backlogFor {
		b.ask(ctx, now)
	}
	if b.err != nil {
		return
	}
	b.gaugeOpen(gauge)
	b.gaugeAttempts(gauge)
}

// ask counts what is in the store.
func (b *backlog) ask(ctx context.Context, now time.Time) {
	b.asked = now
	if b.open, b.err = b.store.Backlog(ctx); b.err == nil {
		b.attempts, b.err = b.store.ActiveAttempts(ctx)
	}
}

// gaugeOpen reports every state of every line, also where there is none: alerts need series without gaps.
func (b *backlog) gaugeOpen(gauge func(*prometheus.Desc, float64, ...string)) {
	type series struct {
		line  string
		state callbacks.State
	}
	counts, late := map[series]int{}, map[string]time.Duration{}
	for _, line := range b.lines().Lines {
		late[line.ID] = 0
	}
	for _, o := range b.open {
		counts[series{o.Line, o.State}] = o.Count
		late[o.Line] += 0 // a line that is not configured any more
		if o.State == callbacks.Booked {
			late[o.Line] = max(0, b.now().Sub(o.Due))
		}
	}
	for line, since := range late {
		gauge(overdue, since.Seconds(), line)
		for _, state := range callbacks.OpenStates {
			gauge(openNow, float64(counts[series{line, state}]), line, string(state))
		}
	}
}

func (b *backlog) gaugeAttempts(gauge func(*prometheus.Desc, float64, ...string)) {
	counts := map[callbacks.AttemptState]int{
		callbacks.Placing: 0, callbacks.Unknown: 0, callbacks.Placed: 0, callbacks.Answered: 0, callbacks.Taken: 0,
		callbacks.Connected: 0, callbacks.Leaving: 0,
	}
	for _, a := range b.attempts {
		counts[a.State]++
	}
	for state, n := range counts {
		gauge(inFlight, float64(n), string(state))
	}
}

// A meteredStore counts how callbacks end, by whatever in this process ends them.
type meteredStore struct {
	Store
	outcomes *prometheus.CounterVec
}

// outcomes are the states in which a telephone rings for a callback no more.
var outcomes = []callbacks.State{
	callbacks.Done, callbacks.Cancelled, callbacks.Expired, callbacks.Undialable, callbacks.Task,
}

func newMeteredStore(store Store, snapshot *config.Snapshot, registry prometheus.Registerer) Store {
	m := meteredStore{store, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hotline_callback_outcomes_total", Help: "Callbacks that ended, or were given up to a person (task).",
	}, []string{"line", "outcome"})}
	registry.MustRegister(m.outcomes)
	for _, line := range snapshot.Lines { // from 0, so that the first one is an increase
		for _, state := range outcomes {
			m.outcomes.WithLabelValues(line.ID, string(state))
		}
	}
	return m
}

// Book implements [callbacks.Store]. Others may have to give way to a booking.
func (m meteredStore) Book(ctx context.Context, r callbacks.Request, reference string) (callbacks.Booking, error) {
	gone := map[int64]callbacks.Callback{}
	if giveWay := r.GiveWay; giveWay != nil {
		r.GiveWay = func(other *callbacks.Record) error {
			err := giveWay(other)
			gone[other.Callback.ID] = other.Callback
			return err
		}
	}
	b, err := m.Store.Book(ctx, r, reference)
	for _, c := range gone {
		m.count(err, callbacks.Booked, c)
	}
	return b, err
}

// Change implements dispatch.Store.
func (m meteredStore) Change(
	ctx context.Context, id int64, change func(*callbacks.Record) error,
) (callbacks.Record, error) {
	before, change := noting(change)
	r, err := m.Store.Change(ctx, id, change)
	m.count(err, *before, r.Callback)
	return r, err
}

// ChangeAttempt implements dispatch.Store.
func (m meteredStore) ChangeAttempt(
	ctx context.Context, attemptID string, fence int64, change func(*callbacks.Record) error,
) (callbacks.Record, error) {
	before, change := noting(change)
	r, err := m.Store.ChangeAttempt(ctx, attemptID, fence, change)
	m.count(err, *before, r.Callback)
	return r, err
}

// Disown implements dispatch.Store.
func (m meteredStore) Disown(
	ctx context.Context, attemptID string, until time.Time, change, end func(*callbacks.Record) error,
) (callbacks.Record, []callbacks.Callback, error) {
	before, change := noting(change)
	r, others, err := m.Store.Disown(ctx, attemptID, until, change, end)
	m.count(err, *before, r.Callback)
	for _, c := range others {
		m.count(err, callbacks.Booked, c)
	}
	return r, others, err
}

// noting is change, and the state of the callback before it.
func noting(change func(*callbacks.Record) error) (before *callbacks.State, _ func(*callbacks.Record) error) {
	before = new(callbacks.State)
	return before, func(r *callbacks.Record) error {
		*before = r.Callback.State
		return change(r)
	}
}

func (m meteredStore) count(err error, before callbacks.State, c callbacks.Callback) {
	if err == nil && before != c.State && (c.State.Final() || c.State == callbacks.Task) {
		m.outcomes.WithLabelValues(c.Line, string(c.State)).Inc()
	}
}

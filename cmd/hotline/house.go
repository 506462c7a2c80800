package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/ivr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// A house is the product wired together: server, store, dispatcher, courier, housekeeper. It does nothing by itself;
// serve lets real time drive it, a rehearsal the simulator's.
type house struct {
	server      *ivr.Server
	store       callbacks.Store
	now         func() time.Time
	service     *callbacks.Service
	dispatcher  *callbacks.Dispatcher
	courier     *callbacks.Courier
	housekeeper *callbacks.Housekeeper
	live        *publish.Live
	attention   attention
	publication publication
}

// wiring is what differs between the real thing and a rehearsal.
type wiring struct {
	// What is in force is what the source publishes, or else live, or else this snapshot for ever.
	source     *publish.Options
	live       *publish.Live
	snapshot   *config.Snapshot
	store      string          // as the setting names it
	opened     callbacks.Store // takes its place where it is not nil; the house closes it
	publicURL  string
	accountSID string
	tokens     []string
	keys       []ivr.SigningKey
	keysOnly   bool
	accounts   []string // whose webhooks are taken; none: of any
	stateKeys  [][]byte
	restURL    string
	edge       string // of the provider's REST interface; empty, like region, is the provider's own choice
	region     string
	now        func() time.Time
	shared     bool // other instances may work on the store
	log        *slog.Logger
	observe    func(ivr.Happening)
	transport  http.RoundTripper                     // to the provider; nil is the default one
	pace       time.Duration                         // least time between two calls placed; 0 is the dispatcher's own
	around     func(callbacks.Store) callbacks.Store // lets a rehearsal's store fail; nil leaves it as it is
}

// stateLife is how long a sealed state may travel: no call lasts as long, and a callback's attempt neither.
const stateLife = 24 * time.Hour

func (w wiring) open(ctx context.Context) (callbacks.Store, error) {
	if w.opened != nil {
		return w.opened, nil
	}
	return openStoreLogging(ctx, w.store, w.log)
}

func newHouse(ctx context.Context, w wiring) (*house, error) {
	store, err := w.open(ctx)
	if err != nil {
		return nil, err
	}
	if w.shared {
		if w.now, err = clockOf(ctx, store, w.now); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	if w.around != nil {
		store = w.around(store)
	}
	p, err := w.publish(ctx, store)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	h, err := furnish(w, store)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	h.publication.follow(p)
	return h, nil
}

// publish puts what the source holds in force, if there is a source.
func (w *wiring) publish(ctx context.Context, store callbacks.Store) (*publish.Publisher, error) {
	if w.source == nil {
		return nil, nil
	}
	o := *w.source
	o.Ledger, o.Now, o.Log = store, w.now, w.log
	p := publish.New(o)
	if err := p.Start(ctx); err != nil {
		return nil, fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	w.live = p.Live()
	return p, nil
}

// furnish makes everything that stands on a store.
func furnish(w wiring, store callbacks.Store) (*house, error) {
	sealer, err := ivr.NewSealer(w.stateKeys, stateLife, w.now)
	if err != nil {
		return nil, err
	}
	provider, err := ivr.NewProvider(w.accountSID, w.tokens[0], w.restURL, w.publicURL, sealer, w.transport)
	if err != nil {
		return nil, err
	}
	provider.UseRegion(w.edge, w.region)
	if w.live == nil {
		w.live = publish.NewLive(w.snapshot)
	}
	h := &house{store: store, now: w.now, live: w.live, attention: attention{w.live.Written, w.now}}
	h.publication.now = w.now
	h.service = callbacks.New(store, w.now, w.log, nil)
	h.dispatcher = callbacks.NewDispatcher(store, h.service, provider, w.live, w.now, w.log)
	if w.pace > 0 {
		h.dispatcher.Pace = w.pace
	}
	h.courier = callbacks.NewCourier(store, h.service, provider, w.live, w.now, w.log)
	registry := prometheus.NewRegistry()
	metrics := ivr.NewMetrics(registry)
	h.courier.Settled = metrics.TextMessage
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), h.attention, &h.publication)
	h.housekeeper, err = callbacks.NewHousekeeper(store, h.dispatcher, w.live, callbacks.Schedule{}, w.now, w.log)
	if err != nil {
		return nil, err
	}
	h.housekeeper.UseRecordings(provider)
	err = h.housekeeper.Add("warnings", warningsDaily, func(ctx context.Context, _ time.Time) error {
		h.attention.logged(ctx, w.log)
		return nil
	})
	if err != nil {
		return nil, err
	}
	ready := &readiness{store: store, now: w.now, log: w.log}
	h.server, err = ivr.NewServer(ivr.Settings{
		PublicURL: w.publicURL, Tokens: w.tokens, Keys: w.keys, KeysOnly: w.keysOnly, Accounts: w.accounts,
		Lines: w.live, Promises: h.service, Sealer: sealer,
		Now: w.now, Log: w.log, Metrics: metrics, Gatherer: registry,
		Ready: ready.ready, Health: h.publication.health, Recordings: provider, Observe: w.observe,
	})
	return h, err
}

func (h *house) close() error { return h.store.Close() }

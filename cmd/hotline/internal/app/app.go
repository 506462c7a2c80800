// Package app is the product, built and run: server, store, dispatcher, SMS worker, housekeeper and publisher.
// It imports neither cli nor simulate.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// App is the product: server, store and workers. It does nothing by itself: Run lets real time drive it, a simulation
// its own clock.
type App struct {
	Server      *twilio.Server
	Store       Store
	Now         func() time.Time
	Service     *callbacks.Service
	Dispatcher  *dispatch.Dispatcher
	Signal      *callbacks.Signal
	SMSWorker   *callbacks.SMSWorker
	housekeeper *callbacks.Housekeeper
	Live        *publish.Live
	warnings    warnings
	Publication publication
}

// Options are what differs between the product in earnest and in a simulation.
type Options struct {
	// What is in force is what the source publishes, or else live, or else this snapshot for ever.
	Source      *publish.Options
	Live        *publish.Live
	Snapshot    *config.Snapshot
	Store       string // as the setting names it
	OpenedStore Store  // takes its place where it is not nil; the App closes it
	PublicURL   string
	AccountSID  string
	Tokens      []string
	Keys        []twilio.SigningKey
	KeysOnly    bool
	Accounts    []string // whose webhooks are taken; none: of any
	StateKeys   [][]byte
	RESTURL     string
	Edge        string // of the provider's REST interface; empty, like region, is the provider's own choice
	Region      string
	Now         func() time.Time
	Shared      bool // other instances may work on the store
	Log         *slog.Logger
	Observe     func(twilio.Event)
	Transport   http.RoundTripper // to the provider; nil is the default one
	Pace        time.Duration     // least time between two calls placed; 0 is the dispatcher's own
	Random      io.Reader         // where references come from; nil is crypto/rand
	WrapStore   func(Store) Store // lets a simulation's store fail; nil leaves it as it is
}

// StateLife is how long a sealed state may travel: no call lasts as long, and a callback's attempt neither.
const StateLife = 24 * time.Hour

func (w Options) open(ctx context.Context) (Store, error) {
	if w.OpenedStore != nil {
		return w.OpenedStore, nil
	}
	return openStoreLogging(ctx, w.Store, w.Log)
}

// New makes an app, with its store open and its configuration in force; nothing runs yet.
func New(ctx context.Context, w Options) (*App, error) {
	store, err := w.open(ctx)
	if err != nil {
		return nil, err
	}
	if w.Shared {
		if w.Now, err = ClockOf(ctx, store, w.Now); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	if w.WrapStore != nil {
		store = w.WrapStore(store)
	}
	p, err := w.publish(ctx, store)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	h, err := Build(w, store)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	h.Publication.follow(p)
	return h, nil
}

// publish puts what the source holds in force, if there is a source.
func (w *Options) publish(ctx context.Context, store Store) (*publish.Publisher, error) {
	if w.Source == nil {
		return nil, nil
	}
	o := *w.Source
	o.History, o.Now, o.Log = store, w.Now, w.Log
	o.RunCallTests = checkCallTests(o.Say)
	o.Callbacks = func(ctx context.Context, before, after *config.Snapshot) string {
		return editedCallbacks(ctx, store, before, after, w.Now())
	}
	p := publish.New(o)
	if err := p.Start(ctx); err != nil {
		return nil, fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	w.Live = p.Live()
	return p, nil
}

// Build makes everything that needs a store.
func Build(w Options, store Store) (*App, error) {
	sealer, err := twilio.NewSealer(w.StateKeys, StateLife, w.Now)
	if err != nil {
		return nil, err
	}
	provider, err := twilio.NewClient(w.AccountSID, w.Tokens[0], w.RESTURL, w.PublicURL, sealer, w.Transport)
	if err != nil {
		return nil, err
	}
	provider.UseRegion(w.Edge, w.Region)
	if w.Live == nil {
		w.Live = publish.NewLive(w.Snapshot)
	}
	h := &App{Store: store, Now: w.Now, Live: w.Live, warnings: warnings{w.Live.Written, w.Now}}
	h.Publication.now = w.Now
	registry := prometheus.NewRegistry()
	metrics := twilio.NewMetrics(registry)
	registry.MustRegister(collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		h.warnings, tasks{store, w.Live.Written}, &h.Publication)
	if err := h.addWorkers(w, provider, metrics); err != nil {
		return nil, err
	}
	ready := &readiness{store: store, now: w.Now, log: w.Log}
	h.Server, err = twilio.NewServer(twilio.Settings{
		PublicURL: w.PublicURL, Tokens: w.Tokens, Keys: w.Keys, KeysOnly: w.KeysOnly, Accounts: w.Accounts,
		Lines: w.Live, Callbacks: h.Service, Legs: h.Dispatcher, Sealer: sealer,
		Now: w.Now, Log: w.Log, Metrics: metrics, Gatherer: registry,
		Ready: ready.ready, Health: h.Publication.health, Recordings: provider, Observe: w.Observe,
		Audio: audioOf(w.Live, store, w.Now),
	})
	return h, err
}

// addWorkers makes the service, the dispatcher, the SMS worker and the housekeeper.
func (h *App) addWorkers(w Options, provider *twilio.Client, metrics *twilio.Metrics) (err error) {
	h.Signal = &callbacks.Signal{}
	h.Service, err = callbacks.New(callbacks.Config{
		Store: h.Store, Plans: w.Live, Now: w.Now, Signal: h.Signal, Log: w.Log, Random: w.Random,
	})
	if err != nil {
		return err
	}
	h.Dispatcher, err = dispatch.New(dispatch.Config{
		Store: h.Store, Dialer: provider, Plans: w.Live, Now: w.Now, Signal: h.Signal, Log: w.Log, Pace: w.Pace,
	})
	if err != nil {
		return err
	}
	h.SMSWorker = callbacks.NewSMSWorker(callbacks.SMSWorkerConfig{
		Store: h.Store, Sender: provider, Plans: w.Live, Now: w.Now, Signal: h.Signal, Log: w.Log,
		Settled: metrics.TextMessage,
	})
	h.housekeeper, err = callbacks.NewHousekeeper(callbacks.HousekeeperConfig{
		Store: h.Store, Plans: w.Live, Now: w.Now, Log: w.Log, Recordings: provider, Reconcile: h.Dispatcher.Reconcile,
	})
	if err != nil {
		return err
	}
	return h.housekeeper.Add("warnings", warningsLoggedAt, func(ctx context.Context, _, _ time.Time) error {
		h.warnings.log(ctx, w.Log)
		return nil
	})
}

// Close closes the store.
func (h *App) Close() error { return h.Store.Close() }

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

func (o Options) open(ctx context.Context) (Store, error) {
	if o.OpenedStore != nil {
		return o.OpenedStore, nil
	}
	return openStoreLogging(ctx, o.Store, o.Log)
}

// New makes an app, with its store open and its configuration in force; nothing runs yet.
func New(ctx context.Context, o Options) (*App, error) {
	store, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	if o.Shared {
		if o.Now, err = ClockOf(ctx, store, o.Now); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	if o.WrapStore != nil {
		store = o.WrapStore(store)
	}
	p, err := o.publish(ctx, store)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	a, err := Build(o, store)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	a.Publication.follow(p)
	return a, nil
}

// publish puts what the source holds in force, if there is a source.
func (o *Options) publish(ctx context.Context, store Store) (*publish.Publisher, error) {
	if o.Source == nil {
		return nil, nil
	}
	source := *o.Source
	source.History, source.Now, source.Log = store, o.Now, o.Log
	source.RunCallTests = checkCallTests(source.Say)
	source.Callbacks = func(ctx context.Context, before, after *config.Snapshot) string {
		return editedCallbacks(ctx, store, before, after, o.Now())
	}
	p := publish.New(source)
	if err := p.Start(ctx); err != nil {
		return nil, fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	o.Live = p.Live()
	return p, nil
}

// Build makes everything that needs a store.
func Build(o Options, store Store) (*App, error) {
	sealer, err := twilio.NewSealer(o.StateKeys, StateLife, o.Now)
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	provider, err := twilio.NewClient(twilio.ClientConfig{
		AccountSID: o.AccountSID, Token: o.Tokens[0], BaseURL: o.RESTURL, Edge: o.Edge, Region: o.Region,
		PublicURL: o.PublicURL, Sealer: sealer, Transport: newMeteredTransport(o.Transport, registry),
	})
	if err != nil {
		return nil, err
	}
	if o.Live == nil {
		o.Live = publish.NewLive(o.Snapshot)
	}
	store = newMeteredStore(store, o.Live.Written(), registry)
	a := &App{Store: store, Now: o.Now, Live: o.Live, warnings: warnings{o.Live.Written, o.Now}}
	a.Publication.now = o.Now
	ready := &readiness{store: store, now: o.Now, log: o.Log}
	metrics := twilio.NewMetrics(registry)
	registry.MustRegister(collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newBuildInfo(),
		a.warnings, &backlog{store: store, ready: ready, lines: o.Live.Written, now: o.Now}, &a.Publication)
	if err := a.addWorkers(o, provider, metrics); err != nil {
		return nil, err
	}
	a.Server, err = twilio.NewServer(twilio.Settings{
		PublicURL: o.PublicURL, Tokens: o.Tokens, Keys: o.Keys, KeysOnly: o.KeysOnly, Accounts: o.Accounts,
		Lines: o.Live, Callbacks: a.Service, Legs: a.Dispatcher, Sealer: sealer,
		Now: o.Now, Log: o.Log, Metrics: metrics, Gatherer: registry,
		Ready: ready.ready, Health: a.Publication.health, Recordings: provider, Observe: o.Observe,
		Audio: audioOf(o.Live, store, o.Now),
	})
	return a, err
}

// addWorkers makes the service, the dispatcher, the SMS worker and the housekeeper.
func (a *App) addWorkers(o Options, provider *twilio.Client, metrics *twilio.Metrics) (err error) {
	a.Signal = &callbacks.Signal{}
	a.Service, err = callbacks.New(callbacks.Config{
		Store: a.Store, Plans: o.Live, Now: o.Now, Signal: a.Signal, Log: o.Log, Random: o.Random,
	})
	if err != nil {
		return err
	}
	a.Dispatcher, err = dispatch.New(dispatch.Config{
		Store: a.Store, Dialer: provider, Plans: o.Live, Now: o.Now, Signal: a.Signal, Log: o.Log, Pace: o.Pace,
	})
	if err != nil {
		return err
	}
	a.SMSWorker = callbacks.NewSMSWorker(callbacks.SMSWorkerConfig{
		Store: a.Store, Sender: provider, Plans: o.Live, Now: o.Now, Signal: a.Signal, Log: o.Log,
		Settled: metrics.TextMessage,
	})
	a.housekeeper, err = callbacks.NewHousekeeper(callbacks.HousekeeperConfig{
		Store: a.Store, Plans: o.Live, Now: o.Now, Log: o.Log, Recordings: provider, Reconcile: a.Dispatcher.Reconcile,
	})
	if err != nil {
		return err
	}
	return a.housekeeper.Add("warnings", warningsLoggedAt, func(ctx context.Context, _, _ time.Time) error {
		a.warnings.log(ctx, o.Log)
		return nil
	})
}

// Close closes the store.
func (a *App) Close() error { return a.Store.Close() }

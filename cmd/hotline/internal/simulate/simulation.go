// Package simulate runs calls on the product with the provider simulator: hotline call, test and demo. The simulator
// owns the clock.
package simulate

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A simulation is the product and a provider simulator in one process, on loopback, with a store of its own.
// The simulator owns the time.
type simulation struct {
	*app.App
	simulator *simulator.Simulator
	nextDial  time.Time // when the dispatcher wants to be called again
	nextSMS   time.Time // when the SMS worker does
	servers   []*http.Server
	log       *slog.Logger
	dir       string
}

// options is what a simulation is set up with.
type options struct {
	snapshot *config.Snapshot
	at       time.Time
	log      *slog.Logger
	seed     uint64
	// simulatorEvent and productEvent hear of what happens on the two sides. Both may be nil.
	simulatorEvent func(simulator.Event)
	productEvent   func(twilio.Event)
	faults         simulator.Faults
	// the action of a Record names its recording, which the provider documents otherwise
	namedRecordings bool
	delivery        func(simulator.MessageRecord) (string, int) // what becomes of text messages; nil: they arrive
	store           string                                      // empty: one of its own, which ends with it
	openedStore     app.Store                                   // as in [app.Options]
	live            *publish.Live                               // as in [app.Options]
	// the workers are called only when they are due or were woken: faster
	strict    bool
	wrapStore func(app.Store) app.Store // as in [app.Options]
}

// AccountSID is the account of the provider simulator.
const AccountSID = "AC00000000000000000000000000000000"

func newSimulation(ctx context.Context, s options) (r *simulation, err error) {
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	r = &simulation{log: s.log}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	secret := make([]byte, 64)
	if _, err := rand.Read(secret); err != nil {
		return r, err
	}
	token := hex.EncodeToString(secret[:32])
	r.simulator = simulator.New(simulator.Options{
		Start: s.at, AccountSID: AccountSID, AuthToken: token, Observe: s.simulatorEvent, Seed: s.seed,
		Faults: s.faults, Delivery: s.delivery, StrictWake: s.strict, RecordingSID: s.namedRecordings,
		Words: func(url string) (text, tag string) {
			audio, _ := r.Live.Audio(path.Base(url))
			return audio.Text, audio.Language
		},
	})
	rest, err := r.listen(r.simulator.Handler())
	if err != nil {
		return r, err
	}
	voice, serve, err := r.reserve()
	if err != nil {
		return r, err
	}
	if s.openedStore == nil && s.store == "" {
		if r.dir, err = os.MkdirTemp("", "hotline-simulation-"); err != nil {
			return r, err
		}
	}
	r.App, err = app.New(ctx, app.Options{
		Live: s.live, Snapshot: s.snapshot, Store: cmp.Or(s.store, "sqlite:"+filepath.Join(r.dir, "hotline.db")),
		OpenedStore: s.openedStore, PublicURL: voice, AccountSID: AccountSID, Tokens: []string{token},
		StateKeys: [][]byte{secret[32:]}, RESTURL: rest, Now: r.simulator.Now, Log: s.log,
		Observe: s.productEvent, WrapStore: s.wrapStore,
		// References that are the same in every run make transcripts that can be compared; nothing here outlives the
		// run.
		Random: mathrand.NewChaCha8([32]byte{byte(s.seed)}),
	})
	if err != nil {
		return r, err
	}
	serve(r.Server.Handler())
	r.connect(s.snapshot, voice)
	return r, nil
}

// connect points every number of every line at the server, and lets the dispatcher act by the simulator's clock.
func (r *simulation) connect(snapshot *config.Snapshot, voice string) {
	for _, line := range snapshot.Lines {
		numbers := line.Numbers
		if line.CallerID != "" {
			numbers = append(slices.Clone(numbers), line.CallerID)
		}
		for _, number := range numbers {
			r.simulator.Number(number, simulator.Number{
				VoiceURL: voice + twilio.PathIncoming, FallbackURL: voice + twilio.PathFallback,
				StatusCallback: voice + twilio.PathStatus,
			})
		}
	}
	r.Signal.Notify(r.simulator.Wake)
	r.simulator.Worker(func(ctx context.Context) time.Time {
		r.nextDial = r.Dispatcher.Tick(ctx)
		return r.nextDial
	})
	r.simulator.Worker(func(ctx context.Context) time.Time {
		r.nextSMS = r.SMSWorker.Tick(ctx)
		return r.nextSMS
	})
}

// settled reports whether nothing is going on and no callback is outstanding.
func (r *simulation) settled() bool {
	return r.nextDial.IsZero() && r.nextSMS.IsZero() && r.simulator.Idle()
}

func (r *simulation) listen(handler http.Handler) (url string, err error) {
	url, serve, err := r.reserve()
	if err == nil {
		serve(handler)
	}
	return url, err
}

// reserve takes a port before there is something to serve: the product must know its own address.
func (r *simulation) reserve() (url string, serve func(http.Handler), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("cannot listen on loopback: %w", err)
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(r.log.Handler(), slog.LevelError)}
	r.servers = append(r.servers, server)
	return "http://" + listener.Addr().String(), func(handler http.Handler) {
		server.Handler = handler
		go server.Serve(listener) //nolint:errcheck // ends with ErrServerClosed in close
	}, nil
}

func (r *simulation) close() error {
	var errs []error
	if r.simulator != nil {
		r.simulator.Close()
	}
	for _, server := range r.servers {
		errs = append(errs, server.Close())
	}
	if r.App != nil {
		errs = append(errs, r.App.Close())
	}
	if r.dir != "" {
		errs = append(errs, os.RemoveAll(r.dir))
	}
	return errors.Join(errs...)
}

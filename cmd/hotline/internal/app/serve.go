package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/config/publish"
	"github.com/hotline-ivr/hotline/config/settings"
	"github.com/hotline-ivr/hotline/ivr/twilio"
)

// garbage is how much memory may be spent before it is collected, in percent of what is in use. A webhook leaves some
// 50 kB on a heap of about 15 MB, so Go's own 100 would collect every 300 webhooks, for a quarter of all CPU.
// GOGC in the environment goes before it.
const garbage = 400

// Limits of the server. The provider gives up an answer after 15 seconds.
const (
	// readLimit is how long a request may take to arrive: the provider's are a few kB and come at once.
	readLimit = 5 * time.Second
	// writeLimit is how long its answer may take; a recording that is played is allowed more.
	writeLimit = 15 * time.Second
	// stopLimit is how long a stop waits for what is being answered. It is longer than what a caller waits for the
	// store, and shorter than the 10 seconds after which supervisors of processes usually kill.
	stopLimit = 8 * time.Second
)

// newHTTPServer serves with these limits. What has not come whole, or is not fetched, holds up nothing for long.
func newHTTPServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: readLimit, ReadTimeout: readLimit, WriteTimeout: writeLimit, IdleTimeout: time.Minute,
	}
}

// Serve answers calls as the settings say and runs until ctx ends. listening, which may be nil, is told the address
// once there is one.
func Serve(
	ctx context.Context, settings settings.Settings, source publish.Options, now func() time.Time, log *slog.Logger,
	listening func(net.Addr),
) (err error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // before anything else: it would end the process
	defer signal.Stop(hangups)
	a, err := New(ctx, Options{
		Source: &source, Store: settings.Store.Reveal(), PublicURL: settings.PublicURL,
		AccountSID: settings.TwilioAccountSID, Tokens: settings.AuthTokens(), StateKeys: settings.Keys(),
		Keys: settings.SigningKeys(), KeysOnly: settings.TwilioKeysOnly, Accounts: settings.Accounts(),
		RESTURL: settings.TwilioBaseURL, Edge: settings.TwilioEdge, Region: settings.TwilioRegion,
		Now: now, Shared: true, Log: log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	listener, err := net.Listen("tcp", settings.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", settings.Listen, err)
	}
	log.Info("serving", "listen", listener.Addr().String(), "public_url", settings.PublicURL,
		"configuration", a.Live.Written().Hash, "directory", cmp.Or(source.Dir, "built in"),
		"lines", strings.Join(a.Live.Written().LineIDs(), ", "), "incoming", settings.PublicURL+twilio.PathIncoming)
	if listening != nil {
		listening(listener.Addr())
	}
	var rereading sync.WaitGroup
	defer rereading.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	rereading.Go(func() { a.rereadOn(ctx, hangups, log) })
	return a.Run(ctx, listener, callbacks.SystemTimer(a.Now), log)
}

// rereadOn has the configuration looked at whenever a signal asks for it, until ctx ends.
func (a *App) rereadOn(ctx context.Context, signals <-chan os.Signal, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
			log.Info("SIGHUP: the configuration directory is read again; settings (store, keys, tokens) need a restart")
			a.Publication.reread()
		}
	}
}

// Run answers webhooks and makes callbacks until ctx ends; then it finishes what is under way. timer wakes the workers.
func (a *App) Run(ctx context.Context, listener net.Listener, timer callbacks.Timer, log *slog.Logger) error {
	server := newHTTPServer(a.Server.Handler())
	working, stopWork := context.WithCancel(ctx)
	defer stopWork()
	a.warnings.log(ctx, log)
	var workers sync.WaitGroup
	workers.Go(func() { a.Dispatcher.Run(working, timer) })
	workers.Go(func() { a.SMSWorker.Run(working, timer) })
	workers.Go(func() { a.housekeeper.Run(working, timer) })
	a.Publication.start(&workers, working, timer)

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		log.Info("stopping: no new calls are made, webhooks under way are answered")
		err = stopServing(context.WithoutCancel(ctx), server, stopLimit, log)
	}
	stopWork()
	workers.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// stopServing answers what is under way within the limit. What is left then is cut off, and that is no failure.
func stopServing(ctx context.Context, server *http.Server, limit time.Duration, log *slog.Logger) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := server.Shutdown(limited)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("stopping: some requests did not end and were cut off", "waited", limit.String())
		err = server.Close()
	}
	return err
}

package simulate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate/page"
	"github.com/hotline-ivr/hotline/config"
	"github.com/hotline-ivr/hotline/ivr/twilio"
	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// DemoAddress is where the page is unless another address is named.
const DemoAddress = "127.0.0.1:8080"

// DemoOptions are what the telephone in the browser is like.
type DemoOptions struct {
	// Listen is the loopback address and port of the page. Unless it was Named, a free port will do as well.
	Listen string
	Named  bool
	At     time.Time
	// Speed is how many times faster than real time calls go, 1 to 20.
	Speed float64
}

// Demo runs until ctx ends. Warnings, such as a callback that was not made, go to errs.
func Demo(ctx context.Context, out, errs io.Writer, snapshot *config.Snapshot, o DemoOptions) (err error) {
	if o.Speed < 1 || o.Speed > 20 {
		return fmt.Errorf("--speed %v: choose 1 (real time) to 20", o.Speed)
	}
	listener, err := listenDemo(out, o)
	if err != nil {
		return err
	}
	var console *page.Console
	r, err := newSimulation(ctx, options{
		snapshot: snapshot, at: o.At, log: slog.New(slog.NewTextHandler(errs,
			&slog.HandlerOptions{Level: slog.LevelWarn})),
		// Neither is called before the page runs.
		simulatorEvent: func(e simulator.Event) { console.SimulatorEvent(e) },
		productEvent:   func(h twilio.Event) { console.ProductEvent(h) },
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, r.close()) }()
	console, err = page.New(page.Options{
		Simulator: r.simulator, Lines: snapshot.Lines, Lookup: r.Service.Callback, Now: time.Now,
		After: time.After, Speed: o.Speed,
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: console.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	introduce(out, listener.Addr().String(), snapshot)
	return runDemo(ctx, console, server, served)
}

// runDemo lets the page live until ctx ends or its server fails.
func runDemo(ctx context.Context, console *page.Console, server *http.Server, served chan error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, 1)
	go func() {
		err := <-served
		stop()
		failed <- err
	}()
	err := console.Run(ctx) // disconnects the pages when it ends, so that nothing holds up the server
	err = errors.Join(err, server.Close())
	if fault := <-failed; !errors.Is(fault, http.ErrServerClosed) {
		err = errors.Join(err, fault)
	}
	return err
}

// listenDemo takes the port of the page. Only loopback will do: anybody on the page holds the telephones.
func listenDemo(out io.Writer, o DemoOptions) (net.Listener, error) {
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen %q: write address and port, for example %s", o.Listen, DemoAddress)
	}
	if address, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !address.IsLoopback()) {
		return nil, fmt.Errorf("--listen %q is not this machine alone; the demo has no log-in, so use 127.0.0.1, "+
			"[::1] or localhost", o.Listen)
	}
	listener, err := net.Listen("tcp", o.Listen)
	if err != nil && !o.Named && errors.Is(err, syscall.EADDRINUSE) {
		fmt.Fprintf(out, "Port %s is in use; taking a free one.\n", o.Listen)
		listener, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return nil, fmt.Errorf("cannot serve the page: %w; choose another port with --listen", err)
	}
	return listener, nil
}

func introduce(out io.Writer, address string, snapshot *config.Snapshot) {
	var lines []string
	for _, line := range snapshot.Lines {
		var tags []string
		for _, language := range line.Languages {
			tags = append(tags, language.Tag)
		}
		lines = append(lines, fmt.Sprintf("%s %s (%s)", line.ID, line.Numbers[0], strings.Join(tags, ", ")))
	}
	fmt.Fprintf(out, "Hotline demo. Everything runs on this machine: no account, no key, no network.\n"+
		"Open  http://%s/  and press \"Ring\".\n"+
		"Or, in another terminal:  go run ./cmd/hotline call --line %s --press 2,1\n"+
		"Lines: %s\n"+
		"Stop with Ctrl-C.\n", address, snapshot.Lines[0].ID, strings.Join(lines, "; "))
}

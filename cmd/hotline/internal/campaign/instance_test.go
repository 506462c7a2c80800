//go:build conformance

package campaign

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/config"
)

// restPatience is how long the product waits for an answer of the provider's, on the fast clock.
const restPatience = 10 * time.Second

// runInstance is one instance of the product, wired as serve does it, but for the fast clock and the points.
// It ends when it is told "stop", and when the campaign is gone.
func runInstance() {
	s := settingsFromParent()
	ctx, stop := context.WithCancel(context.Background())
	points := &points{}
	go obey(points, stop)
	if err := serve(ctx, s, points); err != nil {
		giveUp(err)
	}
}

// obey does what the campaign says on standard input.
func obey(points *points, stop func()) {
	defer stop()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		nth, point, arming := strings.Cut(lines.Text(), " ")
		if !arming {
			return
		}
		n, err := strconv.Atoi(nth)
		if err != nil {
			giveUp(err)
		}
		points.arm(point, n)
	}
}

func serve(ctx context.Context, s runSettings, points *points) error {
	log, err := openLog(s)
	if err != nil {
		return err
	}
	snapshot, err := config.Load(os.DirFS(filepath.Join(s.Dir, "config")))
	if err != nil {
		return err
	}
	store, err := app.OpenStore(ctx, s.Store)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	real, err := app.ClockOf(ctx, store, time.Now)
	if err != nil {
		return err
	}
	now := s.Clock.of(real)
	w := app.Options{
		Snapshot: snapshot, PublicURL: s.Public, AccountSID: simulate.AccountSID, Tokens: []string{s.Token},
		StateKeys: [][]byte{s.Key}, RESTURL: s.REST, Now: now, Log: log, Pace: s.Pace,
		Transport: killingLink{points, s.Clock.real(restPatience), http.DefaultTransport},
	}
	h, err := app.Build(w, killingStore{store, points})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	tellParent("listening %s", listener.Addr())
	return h.Run(ctx, listener, s.Clock.timer(now), log)
}

// openLog appends to a file that outlives the process.
func openLog(s runSettings) (*slog.Logger, error) {
	file, err := os.OpenFile(filepath.Join(s.Dir, s.Name+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	level := slog.LevelInfo
	if s.Callbacks > 2000 {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: level})), nil
}

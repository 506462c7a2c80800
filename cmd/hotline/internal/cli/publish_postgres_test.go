//go:build conformance

package cli

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/postgres/pgtest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/app"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/cmd/hotline/internal/simulate"
	"github.com/hotline-ivr/hotline/config/publish"
)

// instance is a server, as `hotline serve` wires it, on the office's store and with a directory of its own.
func (o *office) instance(dir string) *app.App {
	o.t.Helper()
	h, err := app.New(o.t.Context(), app.Options{
		Source: &publish.Options{Dir: dir,
			Files: os.DirFS(dir)}, Store: o.database, PublicURL: "https://hotline.example.com",
		AccountSID: simulate.AccountSID,
		// not shared: that goes by the clock of the database
		Tokens: []string{"token"}, StateKeys: [][]byte{make([]byte,
			32)}, Now: func() time.Time { return o.now }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() {
		if err := h.Close(); err != nil {
			o.t.Error(err)
		}
	})
	return h
}

// Two instances on PostgreSQL whose directories are brought together by others: an edit, one that comes to the second
// later, an override while the database is there, gone and there again, and the way back.
func TestPublishingOnPostgreSQL(t *testing.T) {
	cluster := pgtest.New(t)
	o := newOfficeOn(t, cluster.Database(t))
	o.now = time.Now().UTC() // commands on PostgreSQL go by the clock of the database
	mirror := filepath.Join(t.TempDir(), "mirror")
	if err := os.CopyFS(mirror, os.DirFS(o.live)); err != nil {
		t.Fatal(err)
	}
	instances := []*app.App{o.instance(o.live), o.instance(mirror)}
	passes := func() {
		for range 20 {
			for _, h := range instances {
				o.now = h.Publication.Publisher.Look(t.Context())
			}
		}
		for range 2 { // the second time each hears what the other said the first time
			for _, h := range instances {
				h.Publication.Follower.Tick(t.Context())
			}
		}
	}
	closed := func(want bool) {
		t.Helper()
		for i, h := range instances {
			if got := slices.ContainsFunc(h.Live.Overrides(),
				func(c callbacks.DeclaredOverride) bool {
					return c.Line == "gopay" && !c.Open &&
						c.Rules(o.now)
				}); got != want {
				t.Errorf("the closure rules instance %d: %v", i+1, got)
			}
		}
	}
	agree := func() {
		t.Helper()
		if out := o.works("holds what is in force", "status", "--config", o.live); strings.Count(out,
			"\ninstance ") != 2 {
			t.Errorf("not both instances are shown:\n%s", out)
		}
	}
	passes()
	agree()
	first := instances[0].Publication.Publisher.State().Hash

	o.refuses("not every instance has it in force", "publish", o.draft(friday, longFriday), "--wait", "100ms")
	passes()
	for i, h := range instances {
		if !h.Publication.Follower.Shared().Drift() {
			t.Errorf("instance %d does not see that they differ", i+1)
		}
	}
	o.works("is taking it up", "status", "--config", o.live)
	text := apptest.Read(t, o.live, "hours/gopay.yaml")
	if err := os.WriteFile(filepath.Join(mirror, "hours", "gopay.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	passes()
	agree()
	if out := o.works("Fridays", "history"); strings.HasPrefix(out, "3 ") {
		t.Errorf("the same files are two versions:\n%s", out)
	}

	closed(false)
	o.works("is closed until", "close", "--line", "gopay", "--until", "3h", "--reason", "Power cut")
	passes()
	closed(true)
	if err := cluster.Halt(); err != nil {
		t.Fatal(err)
	}
	passes()
	closed(true)
	for i, h := range instances {
		if h.Publication.Follower.Shared().Err == nil {
			t.Errorf("instance %d has not noticed that the database is gone", i+1)
		}
	}
	if err := cluster.Resume(); err != nil {
		t.Fatal(err)
	}
	o.works("ended: override 1", "open", "--line", "gopay")
	passes()
	closed(false)

	o.refuses("not every instance has it in force", "rollback", "1", "--config", o.live, "--wait", "100ms")
	passes()
	o.works("as version 1", "history")
	if hash := instances[0].Publication.Publisher.State().Hash; hash != first {
		t.Errorf("instance 1 runs %s, not %s", hash, first)
	}
	if text := apptest.Read(t, o.live, "hours/gopay.yaml"); strings.Contains(text, longFriday) {
		t.Error("the edit was not taken back")
	}
}

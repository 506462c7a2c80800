package callbacks_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// start is a Monday, 10:00 in Jakarta.
var start = time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)

// A world is a service on a SQLite file of its own, with a moved clock. The dispatcher has a larger one in its tests.
type world struct {
	t       testing.TB
	ctx     context.Context
	path    string // of the database
	clock   time.Time
	plan    callbacks.Plan
	noPlan  bool
	store   storetest.Store
	service *callbacks.Service
	logged  *bytes.Buffer
	signal  *callbacks.Signal
	settled func(line string, state callbacks.SMSState)
	n       int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		t: t, ctx: context.Background(), path: sqlitetest.New(t), clock: start, logged: &bytes.Buffer{},
		signal: &callbacks.Signal{},
		plan: callbacks.Plan{
			Policy: callbacks.Policy{RetryAfter: 10 * time.Minute, ExpiresAfter: 72 * time.Hour},
			Targets: []callbacks.Target{
				{ID: "support-1", Kind: callbacks.Number, Address: "+622150002001"},
			},
			Ring: 20 * time.Second, From: "+622150001000",
		},
	}
	w.open()
	return w
}

// open starts the process: a store on the same database, and a new service.
func (w *world) open() {
	w.t.Helper()
	store, err := sqlite.Open(w.ctx, w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = store.Close() }) // a second Close, after a crash, may fail
	w.store = store
	w.service = w.serviceWith(callbacks.Config{})
}

// crash ends the process and starts another.
func (w *world) crash() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

// serviceWith is another service on the world's store.
func (w *world) serviceWith(c callbacks.Config) *callbacks.Service {
	w.t.Helper()
	c.Store, c.Plans, c.Now, c.Signal = w.store, w, w.now, w.signal
	c.Log = slog.New(slog.NewTextHandler(w.logged, nil))
	service, err := callbacks.New(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return service
}

func (w *world) now() time.Time { return w.clock }

func (w *world) Plan(line, _ string) (callbacks.Plan, bool) {
	return w.plan, line == "gopay" && !w.noPlan
}

func (w *world) pass(d time.Duration) { w.clock = w.clock.Add(d) }

func (w *world) request(number string) callbacks.Request {
	w.n++
	return callbacks.Request{
		Key: fmt.Sprint("CA", w.n, "/book"), Line: "gopay", Desk: "support", Topic: "login", Language: "id",
		Number: number, Caller: number, Account: "08" + number[5:], Kind: callbacks.ASAP,
		Called: w.clock, Due: w.clock, Expires: w.clock.Add(72 * time.Hour),
	}
}

func (w *world) book(number string) callbacks.Callback {
	w.t.Helper()
	b, err := w.service.Book(w.ctx, w.request(number))
	if err != nil || b.Existing {
		w.t.Fatalf("Book = %+v, %v", b, err)
	}
	return b.Callback
}

func (w *world) get(c callbacks.Callback) callbacks.Callback {
	w.t.Helper()
	got, err := w.store.Callback(w.ctx, c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func (w *world) logs(text string) {
	w.t.Helper()
	if !strings.Contains(w.logged.String(), text) {
		w.t.Fatalf("the log does not say %q:\n%s", text, w.logged)
	}
}

const customer = "+6281234567890"

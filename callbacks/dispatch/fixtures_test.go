package dispatch_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
	"github.com/hotline-ivr/hotline/hours"
)

// start is a Monday, 10:00 in Jakarta.
var start = time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)

// A world is a service and a dispatcher with a moved clock and a provider made of paper.
type world struct {
	t       testing.TB
	ctx     context.Context
	connect func() (storetest.Store, error) // to one database each time
	clock   time.Time
	plan    callbacks.Plan
	noPlan  bool
	store   storetest.Store
	service *callbacks.Service
	d       *dispatch.Dispatcher
	dialer  *paperDialer
	logged  *bytes.Buffer
	signal  *callbacks.Signal
	wakes   atomic.Int64
	n       int
}

// newWorld is a world on a SQLite file of its own.
func newWorld(t testing.TB) *world {
	t.Helper()
	path := sqlitetest.New(t)
	return newWorldOn(t, func() (storetest.Store, error) { return sqlite.Open(context.Background(), path) })
}

func newWorldOn(t testing.TB, connect func() (storetest.Store, error)) *world {
	t.Helper()
	w := &world{
		t: t, ctx: context.Background(), clock: start, logged: &bytes.Buffer{}, connect: connect,
		plan: callbacks.Plan{
			Policy: callbacks.Policy{MaxAttempts: 2, MaxDeskAttempts: 3, RetryAfter: 10 * time.Minute,
				ExpiresAfter: 72 * time.Hour},
			Targets: []callbacks.Target{
				{ID: "support-1", Kind: callbacks.Number, Address: "+622150002001"},
				{ID: "support-2", Kind: callbacks.Client, Address: "agent_2"},
			},
			Ring: 20 * time.Second, From: "+622150001000",
		},
	}
	w.dialer = &paperDialer{w: w, calls: map[string]*dispatch.PlacedCall{}}
	w.open()
	return w
}

// open starts the process: a store on the same database, a new service, a new dispatcher.
func (w *world) open() {
	w.t.Helper()
	store, err := w.connect()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = store.Close() }) // a second Close, after a crash, may fail
	w.store = store
	w.signal = &callbacks.Signal{}
	w.signal.Notify(func() { w.wakes.Add(1) })
	w.service = w.serviceWith(callbacks.Config{})
	w.d = w.dispatcherWith(dispatch.Config{Pace: -1})
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

// dispatcherWith is another dispatcher on the world's store.
func (w *world) dispatcherWith(c dispatch.Config) *dispatch.Dispatcher {
	w.t.Helper()
	c.Store, c.Dialer, c.Now, c.Signal = w.store, w.dialer, w.now, w.signal
	if c.Plans == nil {
		c.Plans = w
	}
	c.Log = slog.New(slog.NewTextHandler(w.logged, nil))
	if c.NewID == nil {
		c.NewID = func() string { w.n++; return fmt.Sprint("attempt-", w.n) }
	}
	d, err := dispatch.New(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// crash ends the process and starts another.
func (w *world) crash() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
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

const customer = "+6281234567890"

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

// is checks the state and counters of a callback.
func (w *world) is(c callbacks.Callback, state callbacks.State, deskAttempts, attempts int) callbacks.Callback {
	w.t.Helper()
	got := w.get(c)
	if got.State != state || got.DeskAttempts != deskAttempts || got.Attempts != attempts {
		w.t.Fatalf("callback is %s after %d desk attempts and %d attempts; want %s, %d, %d\n%s",
			got.State, got.DeskAttempts, got.Attempts, state, deskAttempts, attempts, w.logged)
	}
	return got
}

// tick ticks and returns how much later the next one is wanted; -1 for only on a wake.
func (w *world) tick() time.Duration {
	w.t.Helper()
	next := w.d.Tick(w.ctx)
	if next.IsZero() {
		return -1
	}
	if !next.After(w.clock) {
		w.t.Fatalf("Tick at %v wants to run again at %v", w.clock, next)
	}
	return next.Sub(w.clock)
}

// ring ticks and returns the one call that this placed, to the target.
func (w *world) ring(target string) call {
	w.t.Helper()
	before := len(w.dialer.placed)
	w.tick()
	if got := w.dialer.placed[before:]; len(got) != 1 || got[0].Target.ID != target {
		w.t.Fatalf("placed %+v, want one call to %s\n%s", got, target, w.logged)
	}
	p := w.dialer.placed[before]
	return call{w: w, id: p.AttemptID, sid: w.dialer.sids[p.AttemptID]}
}

// quiet ticks and wants no call placed.
func (w *world) quiet() time.Duration {
	w.t.Helper()
	before := len(w.dialer.placed)
	next := w.tick()
	if got := w.dialer.placed[before:]; len(got) != 0 {
		w.t.Fatalf("placed %+v, want none", got)
	}
	return next
}

func (w *world) logs(text string) {
	w.t.Helper()
	if !strings.Contains(w.logged.String(), text) {
		w.t.Fatalf("the log does not say %q:\n%s", text, w.logged)
	}
}

// A call is the provider's side of one attempt.
type call struct {
	w       *world
	id, sid string
}

func (c call) status(status string, seq int) {
	c.w.t.Helper()
	if err := c.w.d.LegStatus(c.w.ctx, c.id, c.sid, status, seq); err != nil {
		c.w.t.Fatal(err)
	}
	if p := c.w.dialer.calls[c.sid]; p != nil {
		p.Status = status
	}
}

func (c call) verdict(want callbacks.Verdict, got callbacks.Verdict, err error) {
	c.w.t.Helper()
	if err != nil || got != want {
		c.w.t.Fatalf("verdict = %q, %v; want %q", got, err, want)
	}
}

func (c call) answered(want callbacks.Verdict) {
	c.w.t.Helper()
	_, got, err := c.w.d.Answered(c.w.ctx, c.id, c.sid)
	c.verdict(want, got, err)
}

func (c call) took(want callbacks.Verdict) {
	c.w.t.Helper()
	_, got, err := c.w.d.AgentTook(c.w.ctx, c.id, c.sid)
	c.verdict(want, got, err)
}

func (c call) customerTook(want callbacks.Verdict) {
	c.w.t.Helper()
	_, got, err := c.w.d.CustomerTook(c.w.ctx, c.id, c.sid)
	c.verdict(want, got, err)
}

func (c call) customerEnded(status string) {
	c.w.t.Helper()
	if _, err := c.w.d.CustomerEnded(c.w.ctx, c.id, c.sid, status, false); err != nil {
		c.w.t.Fatal(err)
	}
}

// attempt is the stored attempt.
func (c call) attempt() callbacks.Attempt {
	c.w.t.Helper()
	r, err := c.w.store.ChangeAttempt(c.w.ctx, c.id, 0, func(*callbacks.Record) error { return callbacks.ErrUnchanged })
	if err != nil {
		c.w.t.Fatal(err)
	}
	return *r.Attempt
}

// A paperDialer is a provider that does what the test says.
type paperDialer struct {
	w      *world
	placed []dispatch.Placement
	calls  map[string]*dispatch.PlacedCall
	sids   map[string]string
	hung   []string
	// place, if set, is asked first: an error is returned, and with lost the call is placed nevertheless.
	place                        func(p dispatch.Placement) (err error, lost bool)
	findErr, fetchErr, hangupErr error
	finds                        int
}

func (d *paperDialer) Place(_ context.Context, p dispatch.Placement) (string, error) {
	d.placed = append(d.placed, p)
	var err error
	lost := false
	if d.place != nil {
		if err, lost = d.place(p); err != nil && !lost {
			return "", err
		}
	}
	sid := fmt.Sprint("CA", len(d.placed))
	d.add(sid, p)
	if d.sids == nil {
		d.sids = map[string]string{}
	}
	d.sids[p.AttemptID] = sid
	if err != nil {
		return "", err
	}
	return sid, nil
}

func (d *paperDialer) add(sid string, p dispatch.Placement) {
	d.calls[sid] = &dispatch.PlacedCall{SID: sid, To: p.Target.To(), From: p.From, Status: "queued",
		Created: d.w.clock.Truncate(time.Second)}
}

func (d *paperDialer) Find(_ context.Context, to, from string, since time.Time) (list []dispatch.PlacedCall,
	err error) {
	d.finds++
	for _, c := range d.calls {
		if c.To == to && c.From == from && !c.Created.Before(since.Truncate(24*time.Hour)) {
			list = append(list, *c)
		}
	}
	return list, d.findErr
}

func (d *paperDialer) Fetch(_ context.Context, sid string) (dispatch.PlacedCall, error) {
	if d.fetchErr != nil {
		return dispatch.PlacedCall{}, d.fetchErr
	}
	if c := d.calls[sid]; c != nil {
		return *c, nil
	}
	return dispatch.PlacedCall{}, callbacks.ErrNotFound
}

func (d *paperDialer) Hangup(_ context.Context, sid string) error {
	if d.hangupErr != nil {
		return d.hangupErr
	}
	d.hung = append(d.hung, sid)
	if c := d.calls[sid]; c != nil {
		c.Status = "completed"
	}
	return nil
}

// closedOn is a special day without hours.
func closedOn(y int, m time.Month, day int) hours.Special {
	d := hours.Date{Year: y, Month: m, Day: day}
	return hours.Special{From: d, To: d, Closed: true, Name: "closed", Source: "test"}
}

// newRefused is a refusal as the provider's REST client makes it, of the few codes that these tests use.
func newRefused(code int, message string) *callbacks.RefusedError {
	return &callbacks.RefusedError{
		Code: code, Message: message, Ours: code == 21212, Permanent: code == 21211 || code == 21212 || code == 21215,
	}
}

// smsWorker sends the SMS of the world.
func (w *world) smsWorker(sender callbacks.SMSSender) *callbacks.SMSWorker {
	return callbacks.NewSMSWorker(callbacks.SMSWorkerConfig{
		Store: w.store, Sender: sender, Plans: w, Now: w.now, Signal: w.signal,
		Log: slog.New(slog.NewTextHandler(w.logged, nil)),
	})
}

// A mailbox keeps what it is asked to send.
type mailbox struct{ sent []string }

func (m *mailbox) Send(_ context.Context, s callbacks.OutgoingSMS) (string, error) {
	m.sent = append(m.sent, s.Sender+" "+s.To+" "+s.Body)
	return "SM1", nil
}

func jakarta(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

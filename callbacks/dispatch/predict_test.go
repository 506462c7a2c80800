package dispatch_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/dispatch"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlite/sqlitetest"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
	"github.com/hotline-ivr/hotline/hours"
)

// happens lets the dispatcher run until the callback is dialled or has ended, and says which, when, and when the
// customer was sent an SMS about it last.
func (w *world) happens(c callbacks.Callback) (o dispatch.Prediction) {
	w.t.Helper()
	before := len(w.dialer.placed)
	for range 200_000 {
		next := w.d.Tick(w.ctx)
		if text, ok, err := w.store.ClaimSMS(w.ctx, w.clock, time.Minute); err != nil {
			w.t.Fatal(err)
		} else if ok {
			o.SMSAt = text.Created
			if err := w.store.SettleSMS(w.ctx, text.ID, callbacks.SMSResult{State: callbacks.SMSSent,
				SID: "SM1"}); err != nil {
				w.t.Fatal(err)
			}
		}
		got := w.get(c)
		switch {
		case got.State == callbacks.Expired:
			o.Outcome, o.At = dispatch.GivenUp, got.Ended
			return o
		case got.State == callbacks.Task:
			o.Outcome, o.At = dispatch.LeftToPerson, w.clock
			return o
		case got.State == callbacks.Undialable:
			o.Outcome, o.At = dispatch.NotDialled, got.Ended
			return o
		case len(w.dialer.placed) > before:
			o.Outcome, o.At = dispatch.Rung, w.clock
			return o
		case next.IsZero():
			w.t.Fatalf("callback is %s, and the dispatcher waits for nothing\n%s", got.State, w.logged)
		}
		w.clock = next
	}
	w.t.Fatal("it never comes to an end")
	return o
}

// predicts fails unless the dispatcher does what was forecast.
func (w *world) predicts(c callbacks.Callback) dispatch.Prediction {
	w.t.Helper()
	r, err := w.store.Record(w.ctx, c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	o := dispatch.Predict(w, r, w.clock)
	got := w.happens(c)
	if got.Outcome != o.Outcome || !got.At.Equal(o.At) || !got.SMSAt.Equal(o.SMSAt) {
		w.t.Fatalf("predicted was %+v, and this happened: %+v\nto %+v\n%s", o, got, r.Callback, w.logged)
	}
	return o
}

func TestForecast(t *testing.T) {
	tokyo := "+81312345678"
	for _, c := range []struct {
		name, number string
		edit         func(*world)
		outcome      dispatch.ForecastOutcome
		after        time.Duration
		why          string
	}{
		{"open", customer, func(*world) {}, dispatch.Rung, 2 * time.Hour, ""},
		{"a closed day", customer, func(w *world) { w.plan.Hours = officeHours(w.t, closedOn(2026, 3, 2)) },
			dispatch.Rung, 23 * time.Hour, "the desk is closed"},
		{"in the break", customer, func(w *world) { w.plan.Hours = officeHours(w.t) }, dispatch.Rung, 3 * time.Hour,
			"the desk is closed"},
		{"night where they are", tokyo, func(w *world) {
			w.plan.Policy.CallingHours = hours.Span{From: 15 * 60, To: 20 * 60}
		},
			dispatch.Rung, 3 * time.Hour, "the customer is outside their calling hours"},
		{"never again", customer, func(w *world) {
			never, err := hours.New(jakarta(w.t), hours.Week{}, nil)
			if err != nil {
				w.t.Fatal(err)
			}
			w.plan.Hours = never
		}, dispatch.LeftToPerson, 2 * time.Hour, "the desk is closed"},
		{"no such desk", customer, func(w *world) { w.noPlan = true }, dispatch.LeftToPerson, 6 * time.Hour,
			"its line or desk is not configured any more"},
		{"blocked", customer, func(w *world) {
			w.plan.Policy.Blocked = []callbacks.Blocked{{Prefix: "+6281",
				Reason: "costly"}}
		},
			dispatch.NotDialled, 2 * time.Hour, "its number may not be dialled: blocked, prefix +6281, costly"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.plan.SMSBody = func(c callbacks.Callback, o callbacks.NotificationKind) string {
				return string(o) + c.Reference
			}
			r := w.request(c.number)
			r.Due, r.Expires, r.SMSBody = w.clock.Add(2*time.Hour), w.clock.Add(6*time.Hour),
				func(callbacks.Callback) string { return "" }
			b, err := w.service.Book(w.ctx, r)
			if err != nil {
				t.Fatal(err)
			}
			c.edit(w)
			o := w.predicts(b.Callback)
			if o.Outcome != c.outcome || !o.At.Equal(start.Add(c.after)) || o.Why != c.why {
				t.Errorf("got %+v after %v", o, o.At.Sub(start))
			}
		})
	}
}

// The telephone that was left is taken from the desk: there is a pause, and the others are rung again.
func TestForecastOfAPassInTheMiddle(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.ring("support-1").status("busy", 1)
	w.plan.Targets = w.plan.Targets[:1]
	if o := w.predicts(c); !o.PutOff() || !o.At.Equal(start.Add(10*time.Minute)) {
		t.Errorf("%+v", o)
	}
}

func TestForecastOfWhatIsUnderway(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	w.ring("support-1")
	if o := dispatch.Predict(w, callbacks.Record{Callback: w.get(c)}, w.clock); o.Outcome != dispatch.Underway {
		t.Errorf("%+v", o)
	}
}

// Whatever the hours, the policy and the callback are, the dispatcher does what was predicted.
func TestForecastIsWhatHappens(t *testing.T) {
	runs(t, checksInFiles)
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n)+".db")
		if err := sqlitetest.Write(path); err != nil {
			t.Fatal(err)
		}
		w := newWorldOn(t, func() (storetest.Store, error) { return sqlite.Open(t.Context(), path) })
		defer func() { _ = w.store.Close() }()
		draw := func(low, high int, label string) int { return rapid.IntRange(low, high).Draw(rt, label) }
		number := rapid.SampledFrom([]string{customer, "+81312345678", "+442071234567", "+12125551234",
			"+8613800138000"}).Draw(rt, "number")
		r := w.request(number)
		r.Due = w.clock.Add(time.Duration(draw(-60, 5*24*60, "due")) * time.Minute)
		r.Expires = r.Due.Add(time.Duration(draw(1, 24*60, "expires")) * time.Minute)
		r.Urgent = draw(0, 4, "urgent") == 0
		r.SMSBody = func(callbacks.Callback) string { return "" }
		b, err := w.service.Book(w.ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		attempts, deskAttempts := draw(0, 2, "attempts"), draw(0, 3, "desk attempts")
		if _, err := w.store.Change(w.ctx, b.Callback.ID, func(r *callbacks.Record) error {
			r.Callback.Attempts, r.Callback.DeskAttempts = attempts, deskAttempts
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var special []hours.Special
		for day := range 10 {
			if draw(0, 2, "closed") == 0 {
				special = append(special, closedOn(2026, 3, 1+day))
			}
		}
		w.plan.Hours = officeHours(t, special...)
		w.plan.Policy.ExpiresAfter = 24 * time.Hour
		if draw(0, 1, "calling hours") == 0 {
			from := draw(0, 20, "from")
			w.plan.Policy.CallingHours = hours.Span{From: from * 60, To: draw(from+1, 24, "to") * 60}
		}
		w.noPlan = draw(0, 7, "gone") == 0
		w.plan.CustomerFirst = draw(0, 1, "first") == 0
		if draw(0, 7, "blocked") == 0 {
			w.plan.Policy.Blocked = []callbacks.Blocked{{Prefix: "+44", Reason: "costly"}}
		}
		if draw(0, 9, "nobody") == 0 {
			w.plan.Targets = nil
		}
		w.plan.SMSBody = func(c callbacks.Callback, o callbacks.NotificationKind) string {
			return string(o) + c.Reference
		}
		w.predicts(b.Callback)
	})
}

package callbacks_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// The answer to a request was lost, and the call went on from an older state: the next request has the same key.

// The same key with other content writes nothing, and is never answered as if it had been written.
func TestBookingSomethingElseWithAUsedKey(t *testing.T) {
	slot := func(from time.Duration) func(*callbacks.Request) {
		return func(r *callbacks.Request) {
			r.Kind, r.Due = callbacks.Slot, r.Due.Add(from)
			r.SlotEnd, r.Expires = r.Due.Add(30*time.Minute), r.Expires.Add(from)
		}
	}
	for name, other := range map[string]func(*callbacks.Request){
		"another number":       func(r *callbacks.Request) { r.Number = "+6281299999999" },
		"as soon as possible":  func(r *callbacks.Request) { r.Kind, r.SlotEnd = callbacks.ASAP, time.Time{} },
		"another slot":         slot(2 * time.Hour),
		"another desk":         func(r *callbacks.Request) { r.Desk = "emergency" },
		"another topic":        func(r *callbacks.Request) { r.Topic = "refund" },
		"another account":      func(r *callbacks.Request) { r.Account = "" },
		"another transaction":  func(r *callbacks.Request) { r.Answers = "transaction:998877" },
		"an urgent one":        func(r *callbacks.Request) { r.Urgent = true },
		"the same, cancelled":  nil,
		"the same, still open": func(*callbacks.Request) {},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := w.request(customer)
			slot(time.Hour)(&first)
			booked, err := w.service.Book(w.ctx, first)
			if err != nil {
				t.Fatal(err)
			}
			second := first
			if other == nil {
				if _, err := w.service.Cancel(w.ctx, booked.Callback.ID, "caller"); err != nil {
					t.Fatal(err)
				}
				other = func(*callbacks.Request) {}
			}
			other(&second)
			stands := w.get(booked.Callback)
			again, err := w.service.Book(w.ctx, second)
			if name == "the same, still open" {
				if err != nil || again != booked {
					t.Fatalf("%+v, %v", again, err)
				}
				return
			}
			if !errors.Is(err, callbacks.ErrKeyUsed) || again.Callback != stands {
				t.Fatalf("answered with %+v, %v; what stands is %+v", again, err, stands)
			}
			if n, err := w.store.Count(w.ctx, callbacks.Filter{}); err != nil || n != 1 {
				t.Errorf("%d callbacks, %v", n, err)
			}
		})
	}
}

// An ASAP that is asked for again a little later is the same one, whatever the hour makes of it.
func TestTheSameRequestLaterIsTheSame(t *testing.T) {
	w := newWorld(t)
	r := w.request(customer)
	first, err := w.service.Book(w.ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	w.pass(20 * time.Second)
	r.Due, r.Expires = w.clock, r.Expires.Add(20*time.Second)
	if again, err := w.service.Book(w.ctx, r); err != nil || again != first {
		t.Errorf("%+v, %v; want %+v", again, err, first)
	}
}

func TestMovingElsewhereWithAUsedKey(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	slot := func(from time.Duration) callbacks.Move {
		due := w.clock.Add(from)
		return callbacks.Move{Key: "CA1/1", Kind: callbacks.Slot, Due: due, SlotEnd: due.Add(30 * time.Minute),
			Expires: due.Add(time.Hour)}
	}
	nine := slot(time.Hour)
	moved, err := w.service.Move(w.ctx, c.ID, nine)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]callbacks.Move{
		"another slot":        slot(2 * time.Hour),
		"as soon as possible": {Key: "CA1/1", Kind: callbacks.ASAP, Due: w.clock, Expires: w.clock.Add(time.Hour)},
	} {
		if got, err := w.service.Move(w.ctx, c.ID, m); !errors.Is(err, callbacks.ErrKeyUsed) || got != moved {
			t.Errorf("%s: %+v, %v; what stands is %+v", name, got, err, moved)
		}
	}
	if got, err := w.service.Move(w.ctx, c.ID, nine); err != nil || got != moved {
		t.Errorf("the same again: %+v, %v", got, err)
	}
	if _, err := w.service.Cancel(w.ctx, c.ID, "caller"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Move(w.ctx, c.ID, nine); !errors.Is(err, callbacks.ErrNotOpen) {
		t.Errorf("the same again, though it was cancelled: %v", err)
	}
}

func TestSavingAnotherRecordingWithAUsedKey(t *testing.T) {
	w := newWorld(t)
	m := callbacks.Message{Key: "CA1/RE1", Line: "gopay", Recording: callbacks.Recording{SID: "RE1",
		URL: "https://x/RE1", Seconds: 5}}
	first, err := w.service.SaveMessage(w.ctx, m)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.service.SaveMessage(w.ctx, m); err != nil || again != first {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	m.Recording.SID = "RE2"
	if _, err := w.service.SaveMessage(w.ctx, m); !errors.Is(err, callbacks.ErrKeyUsed) {
		t.Errorf("another recording: %v", err)
	}
}

// A call is written down once, whatever desk it is put through to: what is spoken of it is its reference alone.
func TestACallKeepsItsReference(t *testing.T) {
	w := newWorld(t)
	c := callbacks.CallRecord{Key: "CA1", Line: "gopay", Desk: "support", Began: w.clock}
	first, err := w.service.SaveCallRecord(w.ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	c.Desk, c.Topic = "emergency", "stolen"
	if again, err := w.service.SaveCallRecord(w.ctx, c); err != nil || again != first {
		t.Errorf("%+v, %v; want %+v", again, err, first)
	}
}

// A note is never said to be added to a callback that has ended.
func TestANoteForACallbackThatHasEnded(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	if _, err := w.service.Cancel(w.ctx, c.ID, "caller"); err != nil {
		t.Fatal(err)
	}
	if err := w.service.AttachNote(w.ctx, c.ID, callbacks.Recording{SID: "RE1"}); !errors.Is(err,
		callbacks.ErrNotOpen) {
		t.Errorf("error = %v", err)
	}
}

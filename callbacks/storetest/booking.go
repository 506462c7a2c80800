package storetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

func testBooking(t *testing.T, s *suite) {
	r := s.request(func(r *callbacks.Request) {
		r.Kind, r.Urgent, r.Priority, r.SlotEnd = callbacks.Slot, true, 2, Start.Add(30*time.Minute)
		r.Called = Start.Add(-time.Hour).In(time.FixedZone("WIB", 7*3600)).Add(123456789)
	})
	b, err := s.Book(s.ctx, r, "2345678")
	if err != nil {
		t.Fatal(err)
	}
	want := callbacks.Callback{
		ID: b.Callback.ID, Reference: "2345678", Line: r.Line, Desk: r.Desk, Topic: r.Topic, Language: r.Language,
		Number: r.Number, Caller: r.Caller, Account: r.Account, Answers: r.Answers, Kind: callbacks.Slot,
		Urgent: true, Priority: 2, Called: Start.Add(-time.Hour + 123*time.Millisecond), Due: Start,
		SlotEnd: Start.Add(30 * time.Minute), Expires: r.Expires, State: callbacks.Booked,
	}
	same(t, b, callbacks.Booking{Callback: want})
	if want.ID == 0 {
		t.Fatal("ID is 0")
	}
	if loc := b.Callback.Called.Location(); loc != time.UTC {
		t.Fatalf("instants come back in %v", loc)
	}
	got, err := s.Callback(s.ctx, want.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)

	// The same key returns what was written first, whatever else it says now.
	r.Number, r.Account = "+628999999999", "other"
	again, err := s.Book(s.ctx, r, "3456789")
	if err != nil {
		t.Fatal(err)
	}
	same(t, again, b)
	// The reference of a request that wrote nothing stays free.
	if _, err := s.Book(s.ctx, s.request(), "3456789"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Callback(s.ctx, want.ID+1000)
	wantErr(t, err, callbacks.ErrNotFound)
}

func testOneOpen(t *testing.T, s *suite) {
	first := s.book(t)
	book := func(edit func(*callbacks.Request)) callbacks.Booking {
		t.Helper()
		b, err := s.Book(s.ctx, s.request(edit), s.reference())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, edit := range map[string]func(*callbacks.Request){
		"number":  func(r *callbacks.Request) { r.Number = first.Number },
		"account": func(r *callbacks.Request) { r.Account = first.Account },
	} {
		if b := book(edit); !b.Existing || b.Callback.ID != first.ID {
			t.Errorf("the same %s: %+v", name, b)
		}
	}
	for name, edit := range map[string]func(*callbacks.Request){
		"another line": func(r *callbacks.Request) {
			r.Line, r.Number, r.Account = "upay", first.Number,
				first.Account
		},
		"no account":           func(r *callbacks.Request) { r.Account = "" },
		"no account once more": func(r *callbacks.Request) { r.Account = "" },
	} {
		if b := book(edit); b.Existing {
			t.Errorf("%s: %+v", name, b)
		}
	}
	// Each open state blocks, a final one does not.
	r := s.mustClaim(t, first, "1", Start)
	if b := book(func(r *callbacks.Request) { r.Number = first.Number }); !b.Existing {
		t.Error("a callback being dialled does not count as open")
	}
	s.settle(t, r, callbacks.Expired, Start)
	if b := book(func(r *callbacks.Request) { r.Number = first.Number }); b.Existing {
		t.Error("an expired callback counts as open")
	}
}

func testOneOpenAtOnce(t *testing.T, s *suite) {
	var written, existing atomic.Int32
	requests := make([]callbacks.Request, 50)
	for i := range requests {
		requests[i] = s.request(func(r *callbacks.Request) {
			r.Number = "+6281255554444"
			r.Account = fmt.Sprint("a", i)
		})
	}
	atOnce(len(requests), func(i int) {
		b, err := s.Book(s.ctx, requests[i], fmt.Sprint(5_000_000+i))
		switch {
		case err != nil:
			t.Error(err)
		case b.Existing:
			existing.Add(1)
		default:
			written.Add(1)
		}
	})
	if written.Load() != 1 || existing.Load() != int32(len(requests)-1) {
		t.Fatalf("%d callbacks written, %d found", written.Load(), existing.Load())
	}
}

// The same webhook several times at once, for the last place and with the same reference: all get the one callback.
func testTheSameAtOnce(t *testing.T, s *suite) {
	for range 5 {
		r, reference := s.request(func(r *callbacks.Request) {
			r.Kind, r.Desk, r.SlotEnd, r.SlotCapacity = callbacks.Slot, r.Key, Start.Add(time.Hour), 1
			r.Limits = callbacks.Limits{CallerLimits: callbacks.CallerLimits{CallerHour: 1, NumberHour: 1,
				OpenPerCaller: 1},
				MaxOpen: 6}
		}), s.reference()
		bookings := make([]callbacks.Booking, 8)
		atOnce(len(bookings), func(i int) {
			var err error
			if bookings[i], err = s.Book(s.ctx, r, reference); err != nil {
				t.Error(err)
			}
		})
		for _, b := range bookings {
			same(t, b, bookings[0])
		}
	}
}

func testSlotCapacity(t *testing.T, s *suite) {
	slot := func(from, to time.Duration) func(*callbacks.Request) {
		return func(r *callbacks.Request) {
			r.Kind, r.SlotCapacity = callbacks.Slot, 2
			r.Due, r.SlotEnd = Start.Add(from), Start.Add(to)
		}
	}
	half := 30 * time.Minute
	first, second := s.book(t, slot(0, half)), s.book(t, slot(0, half))
	_, err := s.Book(s.ctx, s.request(slot(0, half)), s.reference())
	wantErr(t, err, callbacks.ErrSlotFull)
	s.book(t, slot(half, 2*half)) // the next slot begins where this one ends
	_, err = s.Book(s.ctx, s.request(slot(half/2, half)), s.reference())
	wantErr(t, err, callbacks.ErrSlotFull) // an edited slot length does not double the capacity
	s.book(t, slot(0, half), func(r *callbacks.Request) { r.Desk = "senior" })
	s.book(t, slot(0, half), func(r *callbacks.Request) { r.SlotCapacity = 0 })
	s.book(t) // as soon as possible is no slot
	cancel(t, s, first.ID)
	_, err = s.Book(s.ctx, s.request(slot(0, half)), s.reference())
	wantErr(t, err, callbacks.ErrSlotFull) // the one without a limit counts
	cancel(t, s, second.ID)
	s.book(t, slot(0, half))
}

func cancel(t *testing.T, s *suite, id int64) {
	t.Helper()
	if _, err := s.Change(s.ctx, id, func(r *callbacks.Record) error {
		set(r, callbacks.Cancelled,
			Start)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func testReferences(t *testing.T, s *suite) {
	if _, err := s.Book(s.ctx, s.request(), "4000000"); err != nil {
		t.Fatal(err)
	}
	r := s.request()
	_, err := s.Book(s.ctx, r, "4000000")
	wantErr(t, err, callbacks.ErrReferenceTaken)
	_, err = s.SaveMessage(s.ctx, callbacks.Message{Key: "m", Line: "gopay", Reference: "4000000", Received: Start})
	wantErr(t, err, callbacks.ErrReferenceTaken)
	if _, err := s.SaveMessage(s.ctx, callbacks.Message{Key: "m", Line: "gopay", Reference: "4000001",
		Received: Start}); err != nil {
		t.Fatal(err)
	}
	_, err = s.Book(s.ctx, r, "4000001")
	wantErr(t, err, callbacks.ErrReferenceTaken)
	if b, err := s.Book(s.ctx, r, "4000002"); err != nil || b.Existing {
		t.Fatalf("%+v, %v: a refused reference leaves nothing behind", b, err)
	}
}

func testOpenFor(t *testing.T, s *suite) {
	a, b := s.book(t), s.book(t)
	find := func(line, caller string) int64 {
		t.Helper()
		c, ok, err := s.OpenFor(s.ctx, line, "", caller)
		if err != nil || ok != (c.ID != 0) {
			t.Fatalf("%+v, %v, %v", c, ok, err)
		}
		return c.ID
	}
	same(t, find("gopay", a.Number), a.ID)
	same(t, find("gopay", b.Caller), b.ID)
	same(t, find("upay", a.Number), int64(0))
	same(t, find("gopay", "+10000000000"), int64(0))
	c := s.book(t, func(r *callbacks.Request) { r.Caller = a.Number })
	same(t, find("gopay", a.Number), a.ID) // the number to be rung goes first
	s.book(t, func(r *callbacks.Request) { r.Caller = "" })
	same(t, find("gopay", ""), int64(0)) // nobody's number matches nobody's callback
	cancel(t, s, a.ID)
	same(t, find("gopay", a.Number), c.ID)
}

// An urgent callback stands beside an ordinary one: a stolen account does not wait for a refund.
func testUrgentBesideOrdinary(t *testing.T, s *suite) {
	a := s.book(t)
	urgent := func(key string) callbacks.Booking {
		t.Helper()
		r := s.request()
		r.Key, r.Number, r.Caller, r.Account, r.Urgent, r.Desk = key, a.Number, a.Caller, a.Account, true, "emergency"
		b, err := s.Store.Book(s.ctx, r, "50"+key)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := urgent("00001")
	if first.Existing || first.Callback.ID == a.ID {
		t.Fatalf("an urgent callback is swallowed by an ordinary one: %+v", first)
	}
	if again := urgent("00002"); !again.Existing || again.Callback.ID != first.Callback.ID {
		t.Fatalf("a second urgent one: %+v", again)
	}
	for desk, want := range map[string]int64{"": first.Callback.ID, "emergency": first.Callback.ID, a.Desk: a.ID,
		"nobody": 0} {
		c, _, err := s.OpenFor(s.ctx, a.Line, desk, a.Number)
		if err != nil || c.ID != want {
			t.Errorf("desk %q: %d, want %d, %v", desk, c.ID, want, err)
		}
	}
}

func testMove(t *testing.T, s *suite) {
	slot := callbacks.Move{
		Key: "m1", Kind: callbacks.Slot, Due: Start.Add(time.Hour), SlotEnd: Start.Add(2 * time.Hour),
		Expires: Start.Add(73 * time.Hour), Capacity: 1,
	}
	c := s.book(t)
	if _, err := s.Change(s.ctx, c.ID,
		func(r *callbacks.Record) error { r.Callback.DeskAttempts = 2; return nil }); err != nil {
		t.Fatal(err)
	}
	moved, err := s.Move(s.ctx, c.ID, slot)
	if err != nil {
		t.Fatal(err)
	}
	want := c
	want.Kind, want.Due, want.SlotEnd, want.Expires, want.Pass = slot.Kind, slot.Due, slot.SlotEnd, slot.Expires, 1
	same(t, moved, want)

	other := s.book(t)
	full := slot
	full.Key = "m2"
	_, err = s.Move(s.ctx, other.ID, full)
	wantErr(t, err, callbacks.ErrSlotFull)
	full.Key = "m3"
	if _, err = s.Move(s.ctx, c.ID, full); err != nil {
		t.Fatalf("a callback is in the way of itself: %v", err)
	}
	back := callbacks.Move{Key: "m4", Kind: callbacks.ASAP, Due: Start, Expires: Start.Add(72 * time.Hour)}
	if _, err := s.Move(s.ctx, c.ID, back); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Move(s.ctx, c.ID, slot); err != nil || got.Kind != callbacks.ASAP {
		t.Fatalf("the first move once more: %+v, %v", got, err)
	}
	full.Key = "m2" // it was refused, so it is not done yet
	if _, err = s.Move(s.ctx, other.ID, full); err != nil {
		t.Fatal(err)
	}
	s.mustClaim(t, c, "1", Start)
	back.Key = "m5"
	_, err = s.Move(s.ctx, c.ID, back)
	wantErr(t, err, callbacks.ErrNotOpen)
	back.Key = "m6"
	_, err = s.Move(s.ctx, 9999, back)
	wantErr(t, err, callbacks.ErrNotFound)
}

func testContext(t *testing.T, s *suite) {
	ctx, stop := context.WithCancel(s.ctx)
	stop()
	r := s.request()
	if _, err := s.Book(ctx, r, s.reference()); err == nil {
		t.Fatal("booked although the caller is gone")
	}
	if _, found, err := s.OpenFor(s.ctx, r.Line, "", r.Number); err != nil || found {
		t.Fatalf("found %v, %v", found, err)
	}
	s.book(t) // and the store still works
}

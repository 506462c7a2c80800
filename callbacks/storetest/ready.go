package storetest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

var support = callbacks.Desk{Line: "gopay", Desk: "support"}

// ready are the callbacks of a desk that are ready, page by page.
func (s *suite) ready(t *testing.T, d callbacks.Desk, page int) (ids []int64) {
	t.Helper()
	var after *callbacks.Callback
	for {
		list, err := s.Ready(s.ctx, d, after, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		if len(list) < page {
			return ids
		}
		after = &list[len(list)-1]
	}
}

func (s *suite) promote(t *testing.T, at time.Time, most, want int) {
	t.Helper()
	if n, err := s.Promote(s.ctx, at, most); err != nil || n != want {
		t.Fatalf("Promote = %d, %v; want %d", n, err, want)
	}
}

func testReadyOrder(t *testing.T, s *suite) {
	hour := time.Hour
	at := func(called, due, expires time.Duration, edit ...func(*callbacks.Request)) int64 {
		return s.book(t, append(edit, func(r *callbacks.Request) {
			r.Called, r.Due, r.Expires = Start.Add(called), Start.Add(due), Start.Add(expires)
		})...).ID
	}
	urgent := func(r *callbacks.Request) { r.Urgent = true }
	first := func(r *callbacks.Request) { r.Priority = 2 }
	late := at(-1*hour, 0, 9*hour)
	early := at(-2*hour, 0, 9*hour)
	twin := at(-2*hour, -hour, 9*hour)
	most := at(0, 0, 9*hour, urgent)
	high := at(-1*hour, 0, 9*hour, first)
	higher := at(-2*hour, 0, 9*hour, first)
	at(0, hour, 9*hour)
	expired := at(0, 2*hour, 0)
	elsewhere := at(0, 0, 9*hour, func(r *callbacks.Request) { r.Desk = "senior" })
	s.mustClaim(t, callbacks.Callback{ID: at(-9*hour, 0, 9*hour)}, "1", Start)

	s.promote(t, Start, 2, 2)
	s.promote(t, Start, 9, 5)
	s.promote(t, Start, 9, 0)
	for page := 1; page < 9; page++ {
		same(t, s.ready(t, support, page), []int64{most, higher, high, early, twin, late})
	}
	desks, err := s.Waiting(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	same(t, desks, []callbacks.Desk{{Line: "gopay", Desk: "senior"}, support})
	same(t, s.ready(t, desks[0], 5), []int64{elsewhere})
	over, err := s.Expired(s.ctx, Start, 5)
	if err != nil || len(over) != 1 || over[0].ID != expired {
		t.Fatalf("Expired = %+v, %v", over, err)
	}
	for now, want := range map[time.Duration]time.Duration{-time.Millisecond: 0, 0: hour, 3 * hour: hour} {
		if next, err := s.NextDue(s.ctx, Start.Add(now)); err != nil || !next.Equal(Start.Add(want)) {
			t.Errorf("NextDue(start+%v) = %v, %v", now, next, err)
		}
	}
	s.promote(t, Start.Add(2*hour), 9, 2)
	if next, err := s.NextDue(s.ctx, Start.Add(3*hour)); err != nil || !next.Equal(Start.Add(9*hour)) {
		t.Errorf("with all ready NextDue = %v, %v", next, err)
	}
	if next, err := s.NextDue(s.ctx, Start.Add(9*hour)); err != nil || !next.IsZero() {
		t.Errorf("NextDue after all = %v, %v", next, err)
	}
}

// Whatever changes a callback takes it off the list until it falls due again.
func testReadyNoMore(t *testing.T, s *suite) {
	changed, moved, claimed, stays := s.book(t), s.book(t), s.book(t), s.book(t)
	s.promote(t, Start, 9, 4)
	if _, err := s.Change(s.ctx, changed.ID, func(r *callbacks.Record) error {
		r.Callback.Due = Start.Add(time.Hour)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Move(s.ctx, moved.ID, callbacks.Move{
		Key: "m", Kind: callbacks.ASAP, Due: Start.Add(time.Hour), Expires: Start.Add(9 * time.Hour), Asked: Start,
	}); err != nil {
		t.Fatal(err)
	}
	r := s.mustClaim(t, claimed, "1", Start)
	same(t, s.ready(t, support, 9), []int64{stays.ID})
	s.settle(t, r, callbacks.Booked, Start)
	s.promote(t, Start, 9, 1)
	same(t, s.ready(t, support, 9), []int64{claimed.ID, stays.ID})
	s.promote(t, Start.Add(time.Hour), 9, 2)
	same(t, s.ready(t, support, 9), []int64{changed.ID, moved.ID, claimed.ID, stays.ID})
}

// A claim asks once more, with the callback locked, and what it refuses leaves nothing behind.
func testClaimCheck(t *testing.T, s *suite) {
	c := s.book(t)
	boom := errors.New("boom")
	var seen callbacks.Record
	claim := callbacks.Claim{
		CallbackID: c.ID, AttemptID: "a", Target: callbacks.Target{ID: "1", Kind: callbacks.Number,
			Address: "+62215000"},
		Now: Start, Lease: time.Minute, Check: func(r callbacks.Record) error { seen = r; return boom },
	}
	_, err := s.Claim(s.ctx, claim)
	wantErr(t, err, boom)
	same(t, seen, callbacks.Record{Callback: c})
	if r, err := s.Record(s.ctx, c.ID); err != nil || r.Fence != 0 || r.Attempt != nil {
		t.Fatalf("a refused claim left %+v, %v", r, err)
	}
	claim.Check = func(callbacks.Record) error { return nil }
	if _, err := s.Claim(s.ctx, claim); err != nil {
		t.Fatal(err)
	}
}

// Of many dispatchers at once no more customers of a desk are rung than there are agents for them.
func testMostCustomers(t *testing.T, s *suite) {
	booked := make([]callbacks.Callback, 12)
	for i := range booked {
		booked[i] = s.book(t)
	}
	other := s.book(t, func(r *callbacks.Request) { r.Desk = "senior" })
	claim := func(c callbacks.Callback, attempt string) error {
		_, err := s.Claim(s.ctx, callbacks.Claim{
			CallbackID: c.ID, AttemptID: attempt, Now: Start, Lease: time.Minute, Most: 3,
			Target: callbacks.Target{ID: "customer", Kind: callbacks.Customer, Address: c.Number},
		})
		return err
	}
	var rung atomic.Int32
	atOnce(len(booked), func(i int) {
		switch err := claim(booked[i], booked[i].Reference); {
		case err == nil:
			rung.Add(1)
		case !errors.Is(err, callbacks.ErrTargetBusy):
			t.Error(err)
		}
	})
	if rung.Load() != 3 {
		t.Fatalf("%d customers are rung for three agents", rung.Load())
	}
	wantErr(t, claim(other, "other"), nil)
}

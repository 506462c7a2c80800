package storetest

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

func testMaxOpen(t *testing.T, s *suite) {
	few := func(r *callbacks.Request) { r.Limits.MaxOpen = 3 }
	first := s.book(t, few)
	s.book(t, few, func(r *callbacks.Request) { r.Urgent = true }) // not counted
	s.book(t, few)
	s.book(t, few)
	_, err := s.Book(s.ctx, s.request(few), s.reference())
	wantErr(t, err, callbacks.ErrMaxOpen)
	s.book(t, few, func(r *callbacks.Request) { r.Urgent = true })
	s.book(t, few, func(r *callbacks.Request) { r.Line = "upay" })
	if _, err := s.Change(s.ctx, first.ID, func(r *callbacks.Record) error {
		set(r, callbacks.Task, Start) // a person's now: it takes no telephone
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.book(t, few)
}

func testLimitsAtOnce(t *testing.T, s *suite) {
	requests, references := make([]callbacks.Request, 16), make([]string, 16)
	for i := range requests {
		requests[i] = s.request(func(r *callbacks.Request) { r.Limits.MaxOpen = 5 })
		references[i] = s.reference()
	}
	var booked atomic.Int32
	atOnce(len(requests), func(i int) {
		switch _, err := s.Book(s.ctx, requests[i], references[i]); {
		case err == nil:
			booked.Add(1)
		case !errors.Is(err, callbacks.ErrMaxOpen):
			t.Error(err)
		}
	})
	if booked.Load() != 5 {
		t.Fatalf("%d callbacks of at most five stand", booked.Load())
	}
}

func testOpeningSpacing(t *testing.T, s *suite) {
	opening := Start.Add(time.Hour)
	night := func(r *callbacks.Request) {
		r.Due = opening
		r.Limits = callbacks.Limits{OpeningSpacing: 10 * time.Minute, SpacingEnd: opening.Add(25 * time.Minute)}
	}
	for _, want := range []time.Duration{0, 10 * time.Minute, 20 * time.Minute, 25 * time.Minute, 25 * time.Minute} {
		if c := s.book(t, night); !c.Due.Equal(opening.Add(want)) || c.Expires.Sub(c.Due) != 71*time.Hour {
			t.Errorf("due %v after the opening, want %v; expires %v later", c.Due.Sub(opening), want,
				c.Expires.Sub(c.Due))
		}
	}
	// Who rings after the opening goes behind those of the night, unless their matter goes first.
	late := func(r *callbacks.Request) {
		night(r)
		r.Called, r.Due = opening.Add(5*time.Minute), opening.Add(6*time.Minute)
	}
	if c := s.book(t, late); !c.Due.Equal(opening.Add(25 * time.Minute)) {
		t.Errorf("who rings after the opening is due %v after it", c.Due.Sub(opening))
	}
	if c := s.book(t, late, func(r *callbacks.Request) { r.Priority = 1 }); !c.Due.Equal(opening.Add(6 * time.Minute)) {
		t.Errorf("whose matter goes first is due %v after the opening", c.Due.Sub(opening))
	}
	if c := s.book(t, night, func(r *callbacks.Request) { r.Desk = "senior" }); !c.Due.Equal(opening) {
		t.Errorf("another desk's due %v", c.Due)
	}
	if c := s.book(t); !c.Due.Equal(Start) {
		t.Errorf("without a spread due %v", c.Due)
	}
}

// The end of a callback withdraws what was not sent about it, and writes what is told of it.
func testTextOfAnEnd(t *testing.T, s *suite) {
	end := func(text string) callbacks.Callback {
		t.Helper()
		c := s.book(t, saying("We shall ring. {reference}"))
		if _, err := s.Change(s.ctx, c.ID, func(r *callbacks.Record) error {
			r.SMSBody = strings.ReplaceAll(text, "{reference}", c.Reference)
			set(r, callbacks.Expired, Start.Add(time.Minute))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return c
	}
	end("")
	told := end("Sorry, {reference}.")
	text, found, err := s.ClaimSMS(s.ctx, Start.Add(time.Hour), time.Minute)
	if err != nil || !found || text.Body != "Sorry, "+told.Reference+"." ||
		!text.Created.Equal(Start.Add(time.Minute)) {
		t.Fatalf("%+v, %v, %v", text, found, err)
	}
	if text, found, err := s.ClaimSMS(s.ctx, Start.Add(time.Hour), time.Minute); err != nil || found {
		t.Fatalf("also %+v, %v", text, err)
	}

	// The agent's leg may end after the callback has: that is told to nobody.
	r := s.mustClaim(t, s.book(t), "1", Start)
	for _, state := range []callbacks.AttemptState{callbacks.Leaving, callbacks.Ended} {
		if _, err := s.ChangeAttempt(s.ctx, r.Attempt.ID, 0, func(r *callbacks.Record) error {
			r.Attempt.State, r.Attempt.Outcome = state, "busy"
			set(r, callbacks.Expired, Start)
			r.SMSBody = "Sorry."
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []bool{true, false} {
		if _, found, err := s.ClaimSMS(s.ctx, Start.Add(time.Hour), time.Minute); err != nil || found != want {
			t.Fatalf("found %v, %v; want %v", found, err, want)
		}
	}
}

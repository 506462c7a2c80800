package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// testTransitions tries every pair of states, through the store.
func testTransitions(t *testing.T, s *suite) {
	for _, from := range callbacks.States() {
		for _, to := range callbacks.States() {
			id := s.bring(t, from)
			_, err := s.Change(s.ctx, id, func(r *callbacks.Record) error {
				if from == to && from.Final() {
					r.Callback.Due = r.Callback.Due.Add(time.Hour) // staying is fine, editing is not
				}
				set(r, to, Start)
				if r.Attempt != nil && (to == callbacks.Booked || to == callbacks.Task || to.Final()) {
					r.Attempt.State, r.Attempt.Outcome = callbacks.Ended, "busy"
				}
				return nil
			})
			if allowed := from.To(to) || from == to && !from.Final(); allowed {
				if err != nil {
					t.Errorf("%s to %s: %v", from, to, err)
				}
				continue
			}
			var te *callbacks.TransitionError
			if !errors.Is(err, callbacks.ErrTransition) || !errors.As(err, &te) || te.From != from || te.To != to {
				t.Errorf("%s to %s: error = %v", from, to, err)
			}
			if c, err := s.Callback(s.ctx, id); err != nil || c.State != from {
				t.Errorf("%s to %s was refused, and the state is %s (%v)", from, to, c.State, err)
			}
		}
	}
}

// bring makes a callback in a state.
func (s *suite) bring(t *testing.T, state callbacks.State) int64 {
	t.Helper()
	c := s.book(t)
	change := func(to callbacks.State) {
		t.Helper()
		if _, err := s.Change(s.ctx, c.ID, func(r *callbacks.Record) error {
			set(r, to, Start)
			switch {
			case r.Attempt == nil:
			case to == callbacks.Done:
				r.Attempt.State, r.Attempt.Outcome = callbacks.Ended, callbacks.OutcomeKept
			default: // agent and customer have both pressed 1
				r.Attempt.State = callbacks.Connected
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	switch state {
	case callbacks.Booked:
	case callbacks.Cancelled, callbacks.Expired, callbacks.Undialable, callbacks.Task:
		change(state)
	default:
		s.n++
		s.mustClaim(t, c, fmt.Sprint("t", s.n), Start)
		for _, next := range []callbacks.State{callbacks.AgentReached, callbacks.CustomerReached, callbacks.Done} {
			if c.State == state || state == callbacks.Dialling {
				break
			}
			change(next)
			c.State = next
		}
	}
	if got, err := s.Callback(s.ctx, c.ID); err != nil || got.State != state {
		t.Fatalf("cannot bring a callback to %s: %s, %v", state, got.State, err)
	}
	return c.ID
}

func testNothingHalfWritten(t *testing.T, s *suite) {
	c := s.book(t)
	before := s.mustClaim(t, c, "1", Start)
	boom := errors.New("boom")
	for name, change := range map[string]func(*callbacks.Record) error{
		"an error":            func(r *callbacks.Record) error { edit(r); return boom },
		"unchanged":           func(r *callbacks.Record) error { edit(r); return callbacks.ErrUnchanged },
		"attempts fall":       func(r *callbacks.Record) error { edit(r); r.Callback.Attempts = -1; return nil },
		"fence":               func(r *callbacks.Record) error { edit(r); r.Fence++; return nil },
		"outcome without end": func(r *callbacks.Record) error { r.Attempt.Outcome = "busy"; return nil },
		"end without outcome": func(r *callbacks.Record) error { r.Attempt.State = callbacks.Ended; return nil },
		"attempt over, callback still dialling": func(r *callbacks.Record) error {
			r.Attempt.State, r.Attempt.Outcome = callbacks.Ended, "busy"
			return nil
		},
		"callback booked, attempt active": func(r *callbacks.Record) error {
			r.Callback.State = callbacks.Booked
			return nil
		},
		"final without an end": func(r *callbacks.Record) error {
			r.Callback.State = callbacks.Cancelled
			return nil
		},
		"attempt removed": func(r *callbacks.Record) error { r.Attempt = nil; return nil },
	} {
		got, err := s.ChangeAttempt(s.ctx, before.Attempt.ID, 0, change)
		switch name {
		case "an error":
			wantErr(t, err, boom)
		case "unchanged":
			wantErr(t, err, nil)
			same(t, got, before)
		default:
			if !errors.Is(err, callbacks.ErrTransition) {
				t.Errorf("%s: error = %v", name, err)
			}
		}
		now, err := s.Record(s.ctx, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, now, before)
	}
	_, err := s.ChangeAttempt(s.ctx, "nobody's", 0, func(*callbacks.Record) error { return nil })
	wantErr(t, err, callbacks.ErrNotFound)
	_, err = s.Change(s.ctx, 9999, func(*callbacks.Record) error { return nil })
	wantErr(t, err, callbacks.ErrNotFound)
}

// testEveryFieldIsWritten fails for a field of a callback that a change function may edit and that is lost.
func testEveryFieldIsWritten(t *testing.T, s *suite) {
	// What is given when it is booked, moved or erased; State and Ended have their own test.
	given := []string{"ID", "Reference", "Line", "Desk", "Topic", "Language", "Number", "Caller", "Account", "Answers",
		"Note",
		"Kind", "Urgent", "Priority", "Called", "SlotEnd", "State", "Ended"}
	edited, err := s.Change(s.ctx, s.book(t).ID, func(r *callbacks.Record) error {
		fields := reflect.ValueOf(&r.Callback).Elem()
		for i := range fields.NumField() {
			if slices.Contains(given, fields.Type().Field(i).Name) {
				continue
			}
			switch field := fields.Field(i); field.Kind() {
			case reflect.Bool:
				field.SetBool(true)
			case reflect.Int:
				field.SetInt(int64(i))
			case reflect.String:
				field.SetString("edited")
			default:
				field.Set(reflect.ValueOf(Start.Add(time.Duration(i) * time.Hour)))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Callback(s.ctx, edited.Callback.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, edited.Callback)
}

func edit(r *callbacks.Record) {
	r.Callback.Due = r.Callback.Due.Add(time.Hour)
	r.Callback.DeskAttempts++
	r.Attempt.SID = "CA"
	r.Attempt.Check = r.Attempt.Check.Add(time.Hour)
}

func testClaim(t *testing.T, s *suite) {
	a, b := s.book(t), s.book(t)
	r := s.mustClaim(t, a, "1", Start)
	want := callbacks.Record{Callback: a, Fence: 1, Attempt: &callbacks.Attempt{
		ID: r.Attempt.ID, CallbackID: a.ID, Line: "gopay", Desk: "support", From: "+622150001000",
		Ring:   20 * time.Second,
		State:  callbacks.Placing,
		Target: callbacks.Target{ID: "1", Kind: callbacks.Number, Address: "+622150001"}, Seq: -1, Fence: 1,
		Created: Start, Check: Start.Add(30 * time.Second),
	}}
	want.Callback.State = callbacks.Dialling
	same(t, r, want)

	_, err := s.claim(a, "2", Start)
	wantErr(t, err, callbacks.ErrNotOpen)
	_, err = s.claim(b, "1", Start)
	wantErr(t, err, callbacks.ErrTargetBusy)
	if c, err := s.Callback(s.ctx, b.ID); err != nil || c.State != callbacks.Booked {
		t.Fatalf("a refused claim left %+v, %v", c, err)
	}
	_, err = s.claim(callbacks.Callback{ID: 9999}, "2", Start)
	wantErr(t, err, callbacks.ErrNotFound)

	// A call that is leaving still keeps its target busy, but not its callback.
	if _, err := s.ChangeAttempt(s.ctx, r.Attempt.ID, 0, func(r *callbacks.Record) error {
		r.Attempt.State, r.Attempt.Outcome = callbacks.Leaving, callbacks.OutcomeClosed
		r.Callback.State = callbacks.Booked
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	_, err = s.claim(b, "1", Start)
	wantErr(t, err, callbacks.ErrTargetBusy)
	second := s.mustClaim(t, a, "2", Start)
	same(t, second.Fence, int64(2))
	same(t, len(second.Earlier), 1)

	// Calls are paced over all callbacks.
	c := s.book(t)
	paced := callbacks.Claim{
		CallbackID: c.ID, AttemptID: "paced", Target: callbacks.Target{ID: "9", Kind: callbacks.Client,
			Address: "nine"},
		Now: Start.Add(400 * time.Millisecond), Lease: time.Minute, Pace: time.Second,
	}
	_, err = s.Claim(s.ctx, paced)
	var pe *callbacks.PacedError
	if !errors.As(err, &pe) || !pe.Until.Equal(Start.Add(time.Second)) {
		t.Fatalf("error = %v", err)
	}
	paced.Now = Start.Add(time.Second)
	if _, err := s.Claim(s.ctx, paced); err != nil {
		t.Fatal(err)
	}
}

func testClaimAtOnce(t *testing.T, s *suite) {
	c, others := s.book(t), make([]callbacks.Callback, 20)
	for i := range others {
		others[i] = s.book(t)
	}
	var one, target atomic.Int32
	claim := func(id int64, attempt, address string) error {
		_, err := s.Claim(s.ctx, callbacks.Claim{
			CallbackID: id, AttemptID: attempt, Now: Start, Lease: time.Minute,
			Target: callbacks.Target{ID: address, Kind: callbacks.Number, Address: address},
		})
		return err
	}
	atOnce(len(others), func(i int) {
		switch err := claim(c.ID, fmt.Sprint("x", i), fmt.Sprint("+62", i)); {
		case err == nil:
			one.Add(1)
		case !errors.Is(err, callbacks.ErrNotOpen):
			t.Error(err)
		}
		switch err := claim(others[i].ID, fmt.Sprint("y", i), "+999"); {
		case err == nil:
			target.Add(1)
		case !errors.Is(err, callbacks.ErrTargetBusy):
			t.Error(err)
		}
	})
	if one.Load() != 1 || target.Load() != 1 {
		t.Fatalf("%d claims of one callback, %d of one target", one.Load(), target.Load())
	}
}

func testFence(t *testing.T, s *suite) {
	c := s.book(t)
	late := s.mustClaim(t, c, "1", Start)
	s.settle(t, late, callbacks.Booked, Start)
	now := s.mustClaim(t, c, "2", Start)
	_, err := s.ChangeAttempt(s.ctx, late.Attempt.ID, late.Fence, func(*callbacks.Record) error {
		t.Error("the change of an older fence ran")
		return nil
	})
	wantErr(t, err, callbacks.ErrFenced)
	if _, err := s.ChangeAttempt(s.ctx, now.Attempt.ID, now.Fence,
		func(r *callbacks.Record) error { r.Attempt.SID = "CA2"; return nil }); err != nil {
		t.Fatal(err)
	}
}

func testAttempts(t *testing.T, s *suite) {
	c := s.book(t)
	first := s.mustClaim(t, c, "1", Start)
	got, err := s.ChangeAttempt(s.ctx, first.Attempt.ID, 0, func(r *callbacks.Record) error {
		a := r.Attempt
		a.State, a.SID, a.Status, a.Seq, a.Check = callbacks.Placed, "CA1", "ringing", 3, Start.Add(time.Minute)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.ActiveAttempts(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	same(t, list, []callbacks.Attempt{*got.Attempt})
	known, err := s.KnownSIDs(s.ctx, []string{"CA1", "CA2", ""})
	if err != nil {
		t.Fatal(err)
	}
	same(t, known, map[string]bool{"CA1": true})

	s.settle(t, got, callbacks.Booked, Start)
	if list, err := s.ActiveAttempts(s.ctx); err != nil || len(list) != 0 {
		t.Fatalf("%+v, %v", list, err)
	}
	second := s.mustClaim(t, c, "1", Start.Add(time.Minute))
	since := func(id int64, at time.Time, want ...callbacks.Attempt) {
		t.Helper()
		list, err := s.AttemptsSince(s.ctx, id, at)
		if err != nil {
			t.Fatal(err)
		}
		same(t, list, want)
	}
	since(c.ID, Start, second.Earlier[0], *second.Attempt)
	since(c.ID, Start.Add(time.Minute), *second.Attempt)
	since(c.ID, Start.Add(time.Minute+time.Millisecond))
	since(c.ID+99, Start)
	if len(second.Earlier) != 1 || second.Earlier[0].Outcome != "no-answer" {
		t.Fatalf("Earlier = %+v", second.Earlier)
	}
	// An ended attempt stays as it is, and another pass forgets it.
	_, err = s.ChangeAttempt(s.ctx, first.Attempt.ID, 0,
		func(r *callbacks.Record) error { r.Attempt.Outcome = "busy"; return nil })
	wantErr(t, err, callbacks.ErrTransition)
	r, err := s.Change(s.ctx, c.ID, func(r *callbacks.Record) error {
		r.Attempt.State, r.Attempt.Outcome = callbacks.Ended, "busy"
		r.Callback.State = callbacks.Booked
		r.Callback.Pass++
		return nil
	})
	if err != nil || r.Attempt.ID != second.Attempt.ID {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err = s.Record(s.ctx, c.ID); err != nil || r.Attempt != nil || len(r.Earlier) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
}

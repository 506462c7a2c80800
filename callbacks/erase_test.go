package callbacks_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// recordings are deleted unless they fail.
type recordings struct {
	deleted []string
	err     error
}

func (r *recordings) Delete(_ context.Context, sid string) error {
	if r.err == nil {
		r.deleted = append(r.deleted, sid)
	}
	return r.err
}

func TestErasingAPerson(t *testing.T) {
	w := newWorld(t)
	kept := w.book("+6281299999999")
	c := w.book(customer)
	if err := w.service.AttachNote(w.ctx, c.ID, callbacks.Recording{SID: "RE1", URL: "u", Seconds: 3}); err != nil {
		t.Fatal(err)
	}
	spoken := &recordings{err: errors.New("no answer")}
	eraser := callbacks.Eraser{Service: w.service, Store: w.store, Now: w.now}
	erase := func(want error) {
		t.Helper()
		if _, err := eraser.Erase(w.ctx, customer, "supervisor sari"); !errors.Is(err, want) {
			t.Fatalf("%v, want %v", err, want)
		}
	}
	erase(callbacks.ErrNoRecordings)
	if got := w.get(c); !got.Open() {
		t.Fatalf("a refused one changed %+v", got)
	}
	talk := func(state callbacks.State) {
		t.Helper()
		_, err := w.store.Claim(w.ctx, callbacks.Claim{CallbackID: c.ID, AttemptID: "a", From: "+622150001000",
			Target: callbacks.Target{ID: "support-1", Kind: callbacks.Number, Address: "+622150002001"}, Now: w.clock,
			Lease: time.Minute})
		if err == nil {
			_, err = w.store.ChangeAttempt(w.ctx, "a", 0, func(r *callbacks.Record) error {
				r.Attempt.State, r.Callback.State = callbacks.Taken, state
				return nil
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	eraser.Recordings = spoken
	talk(callbacks.AgentReached)
	erase(callbacks.ErrInProgress)
	if _, err := w.store.ChangeAttempt(w.ctx, "a", 0, func(r *callbacks.Record) error {
		r.Attempt.State, r.Attempt.Outcome, r.Callback.State = callbacks.Ended, "no-answer", callbacks.Booked
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	erase(spoken.err)
	if got := w.get(c); got.Number != customer || got.Note.SID != "RE1" {
		t.Fatalf("erased though its recording is still there: %+v", got)
	}
	spoken.err = nil
	erase(nil)
	if got := w.get(c); got.Number+got.Account+got.Note.SID != "" || len(spoken.deleted) != 1 {
		t.Errorf("left %+v, deleted %q", got, spoken.deleted)
	}
	if got := w.get(kept); !got.Open() || got.Number == "" {
		t.Errorf("another person's %+v", got)
	}
	w.logs("taken back by supervisor sari")
}

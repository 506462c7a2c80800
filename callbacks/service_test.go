package callbacks_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

func TestBookAtOnce(t *testing.T) {
	w := newWorld(t)
	requests := make([]callbacks.Request, 50)
	for i := range requests {
		requests[i] = w.request(customer)
	}
	answers := make([]callbacks.Booking, len(requests))
	var wg sync.WaitGroup
	for i, r := range requests {
		wg.Go(func() {
			var err error
			if answers[i], err = w.service.Book(w.ctx, r); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	written := 0
	for _, b := range answers {
		if !b.Existing {
			written++
		}
		if b.Callback.ID == 0 || b.Callback.Reference != answers[0].Callback.Reference {
			t.Fatalf("%+v and %+v for one number", b.Callback, answers[0].Callback)
		}
	}
	if written != 1 {
		t.Fatalf("%d callbacks for one number", written)
	}
}

func TestBookTwiceWithOneKey(t *testing.T) {
	w := newWorld(t)
	r := w.request(customer)
	first, err := w.service.Book(w.ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.service.Book(w.ctx, r)
	if err != nil || again != first {
		t.Fatalf("%+v, %v; want %+v", again, err, first)
	}
}

func TestBookRefuses(t *testing.T) {
	w := newWorld(t)
	for name, edit := range map[string]func(*callbacks.Request){
		"Key":            func(r *callbacks.Request) { r.Key = "" },
		"Line":           func(r *callbacks.Request) { r.Line = "" },
		"Desk":           func(r *callbacks.Request) { r.Desk = "" },
		"Number":         func(r *callbacks.Request) { r.Number = "081234567890" },
		"Called":         func(r *callbacks.Request) { r.Called = time.Time{} },
		"Kind":           func(r *callbacks.Request) { r.Kind = "soon" },
		"Due":            func(r *callbacks.Request) { r.Due = time.Time{} },
		"Expires":        func(r *callbacks.Request) { r.Expires = r.Due },
		"SlotEnd":        func(r *callbacks.Request) { r.Kind = callbacks.Slot },
		"without a slot": func(r *callbacks.Request) { r.SlotEnd = r.Due.Add(time.Hour) },
	} {
		r := w.request(customer)
		edit(&r)
		_, err := w.service.Book(w.ctx, r)
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "1234567890") {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

// References in use are drawn anew, and in the end there is an error and not a hang.
func TestReferenceDrawnAnew(t *testing.T) {
	w := newWorld(t)
	draws := func(random []byte) {
		w.service = w.serviceWith(callbacks.Config{Random: bytes.NewReader(random)})
	}
	draws(make([]byte, 3))
	if c := w.book(customer); c.Reference != "1000000" {
		t.Fatalf("reference %s", c.Reference)
	}
	draws([]byte{0, 0, 0, 0, 0, 7})
	m, err := w.service.SaveMessage(w.ctx, callbacks.Message{Key: "m", Line: "gopay"})
	if err != nil || m.Reference != "1000007" {
		t.Fatalf("%+v, %v", m, err)
	}
	if !m.Received.Equal(start) {
		t.Errorf("received %v", m.Received)
	}
	draws(make([]byte, 1000))
	if _, err := w.service.Book(w.ctx, w.request("+6281234567891")); !errors.Is(err, callbacks.ErrReferenceTaken) {
		t.Fatalf("error = %v", err)
	}
}

func TestVerify(t *testing.T) {
	w := newWorld(t)
	first := w.request(customer)
	first.Account = "08299994321"
	booked, err := w.service.Book(w.ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	c := booked.Callback
	for _, right := range []string{c.Reference, "4321"} {
		if got, ok, err := w.verify(c, customer, right); err != nil || !ok || got.ID != c.ID {
			t.Fatalf("Verify(%q) = %v, %v", right, ok, err)
		}
	}
	for _, wrong := range []string{"", "0000", "08299994321", "321"} {
		if _, ok, err := w.verify(c, customer, wrong); err != nil || ok {
			t.Fatalf("Verify(%q) = %v, %v", wrong, ok, err)
		}
	}
	if _, _, err := w.service.Verify(w.ctx, "", c.ID, customer, c.Reference); err == nil {
		t.Error("a proof without a key cannot be told from the same one again")
	}

	r := w.request("+6281234567891")
	r.Account = "12"
	b, err := w.service.Book(w.ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"12", ""} {
		if _, ok, err := w.verify(b.Callback, "", wrong); err != nil || ok {
			t.Fatalf("Verify(%q) = %v, %v", wrong, ok, err)
		}
	}
}

// verify gives a proof of its own each time.
func (w *world) verify(c callbacks.Callback, caller, digits string) (callbacks.Callback, bool, error) {
	w.n++
	return w.service.Verify(w.ctx, fmt.Sprint("CA/", w.n), c.ID, caller, digits)
}

// Somebody guesses until no proof counts; the owner waits an hour, and after many such hours until the day is over,
// and then the right reference counts again.
func TestWrongProofsLockNobodyOutForEver(t *testing.T) {
	w := newWorld(t)
	c := w.book(customer)
	owner := func(want error) {
		t.Helper()
		if _, ok, err := w.verify(c, customer, c.Reference); !errors.Is(err, want) || ok != (want == nil) {
			t.Fatalf("at %v the owner's reference: %v, %v; want %v", w.clock, ok, err, want)
		}
	}
	guessed, guesser := 0, 0
	guess := func() {
		t.Helper()
		guesser++ // from another number each time
		_, ok, err := w.verify(c, fmt.Sprintf("+62813%08d", guesser), "0000000")
		if ok || err != nil && !errors.Is(err, callbacks.ErrProofLimit) {
			t.Fatal(ok, err)
		}
		if err == nil {
			guessed++
		}
	}
	for range 5 {
		guess()
	}
	owner(nil)
	for range 20 {
		guess()
	}
	if guessed != 6 {
		t.Errorf("%d guesses were heard within an hour", guessed)
	}
	owner(callbacks.ErrProofLimit)
	w.pass(time.Hour)
	owner(nil)
	for range 10 {
		for range 10 {
			guess()
		}
		w.pass(time.Hour)
	}
	if guessed != 20 {
		t.Errorf("%d guesses were heard within a day", guessed)
	}
	owner(callbacks.ErrProofLimit)
	w.crash()
	owner(callbacks.ErrProofLimit)
	w.pass(14 * time.Hour)
	owner(nil)
}

// One who guesses at many callbacks is stopped, and others are not.
func TestWrongProofsOfOneCaller(t *testing.T) {
	w := newWorld(t)
	const guesser, office = "+6281399999999", "+622155550000"
	var all []callbacks.Callback
	for i := range 8 {
		all = append(all, w.book(fmt.Sprintf("+62812%08d", i)))
	}
	for i, c := range all {
		want := error(nil)
		if i >= 6 {
			want = callbacks.ErrProofLimit
		}
		if _, ok, err := w.verify(c, guesser, "0000000"); ok || !errors.Is(err, want) {
			t.Errorf("guess %d: %v, %v", i, ok, err)
		}
		for _, caller := range []string{office, "", "anonymous"} { // from where the owner rings
			if _, ok, err := w.verify(c, caller, c.Reference); !ok || err != nil {
				t.Errorf("the owner of %d rings from %q: %v, %v", i, caller, ok, err)
			}
		}
	}
	w.pass(time.Hour)
	if _, ok, err := w.verify(all[7], guesser, all[7].Reference); !ok || err != nil {
		t.Errorf("an hour later: %v, %v", ok, err)
	}
}

// An account that is a telephone number proves nothing: its last digits come with the call, and that can be forged.
func TestTheCallingNumberIsNoProof(t *testing.T) {
	for _, c := range []callbacks.Callback{
		{Account: "081234567890", Number: "+6281234567890", Caller: "+6281299990000"},
		{Account: "081234567890", Number: "+6281299990000", Caller: "+6281234567890"},
		{Account: "123", Number: "+6281299990000"},
		{Number: "+6281299990000"},
	} {
		if proof := c.AccountProof(); proof != "" {
			t.Errorf("%+v: %q proves nothing", c, proof)
		}
	}
	c := callbacks.Callback{Account: "081234567890", Number: "+6281299990000", Caller: "+6281288880000"}
	if c.AccountProof() != "7890" {
		t.Errorf("AccountProof = %q", c.AccountProof())
	}
}

// Everybody who withholds their number shares one: none of them is recognised.
func TestAnonymousIsNotRecognised(t *testing.T) {
	w := newWorld(t)
	for i, caller := range []string{"", "anonymous", "client:x", "+1"} {
		r := w.request(customer[:len(customer)-1] + string(rune('0'+i)))
		r.Caller = caller
		if b, err := w.service.Book(w.ctx, r); err != nil || b.Callback.Caller != "" {
			t.Fatalf("%+v, %v", b, err)
		}
		if c, found, err := w.service.OpenFor(w.ctx, "gopay", caller); err != nil || found {
			t.Errorf("%q finds %+v, %v", caller, c, err)
		}
		if err := w.service.CancelFor(w.ctx, "gopay", "support", caller); err != nil {
			t.Error(err)
		}
	}
	if due, err := w.store.List(w.ctx, callbacks.Filter{States: callbacks.OpenStates}); err != nil || len(due) != 4 {
		t.Fatalf("%d callbacks stand, %v", len(due), err)
	}
}

func TestMessagesAndTaken(t *testing.T) {
	w := newWorld(t)
	for _, m := range []callbacks.Message{{Line: "gopay"}, {Key: "k"}} {
		if _, err := w.service.SaveMessage(w.ctx, m); err == nil {
			t.Errorf("saved %+v", m)
		}
	}
	first, err := w.service.SaveMessage(w.ctx, callbacks.Message{Key: "k", Line: "gopay", Caller: customer})
	if err != nil || len(first.Reference) != 7 {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, err := w.service.SaveMessage(w.ctx, callbacks.Message{Key: "k", Line: "gopay"}); err != nil ||
		again != first {
		t.Fatalf("%+v, %v", again, err)
	}
	if err := w.service.AttachRecording(w.ctx, "k", callbacks.Recording{SID: "RE1", URL: "https://example.org/RE1",
		Seconds: 9}); err != nil {
		t.Fatal(err)
	}
	if err := w.service.MarkTaken(w.ctx, "CA1", 2, callbacks.Target{ID: "support-1"}); err != nil {
		t.Fatal(err)
	}
	if was, err := w.service.WasTaken(w.ctx, "CA1", 2); err != nil || !was {
		t.Fatalf("%v, %v", was, err)
	}
	if was, err := w.service.WasTaken(w.ctx, "CA1", 3); err != nil || was {
		t.Fatalf("%v, %v", was, err)
	}
}

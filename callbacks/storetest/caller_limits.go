package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Limits on those who ask for callbacks, and silence for numbers whose owners did not ask.

const (
	alice = "+6281310000001"
	bob   = "+6281310000002"
)

// by is a request of a caller for a number, "" for whatever number, so long after Start.
func by(caller, number string, after time.Duration, limits callbacks.CallerLimits) func(*callbacks.Request) {
	return func(r *callbacks.Request) {
		r.Caller, r.Account, r.Called, r.Asked = caller, "", Start.Add(after), Start.Add(after)
		r.Limits.CallerLimits = limits
		if number != "" {
			r.Number = number
		}
	}
}

// refused books what a limit is in the way of.
func (s *suite) refused(t *testing.T, want error, edit ...func(*callbacks.Request)) {
	t.Helper()
	r := s.request(edit...)
	if _, err := s.Book(s.ctx, r, s.reference()); !errors.Is(err, want) {
		t.Fatalf("Book(%+v): %v, want %v", r, err, want)
	}
}

// over books a callback, which ends at once.
func (s *suite) over(t *testing.T, edit ...func(*callbacks.Request)) {
	t.Helper()
	cancel(t, s, s.book(t, edit...).ID)
}

// What somebody else has asked for does not stand in the way of the owner of the number, unless it is being kept just
// now.
func testOwners(t *testing.T, s *suite) {
	owner := func(r *callbacks.Request) {
		by(alice, alice, time.Minute, callbacks.CallerLimits{})(r)
		r.GiveWay = func(o *callbacks.Record) error {
			o.Callback.State, o.Callback.Ended = callbacks.Cancelled, Start.Add(time.Minute)
			return nil
		}
	}
	for name, caller := range map[string]string{"another caller": bob, "nobody known": ""} {
		strangers := s.book(t, by(caller, alice, 0, callbacks.CallerLimits{}))
		b, err := s.Book(s.ctx, s.request(owner), s.reference())
		if err != nil || b.Existing || b.Callback.ID == strangers.ID || b.Callback.Caller != alice {
			t.Fatalf("%s: %+v, %v", name, b, err)
		}
		if c, err := s.Callback(s.ctx, strangers.ID); err != nil || c.State != callbacks.Cancelled {
			t.Fatalf("%s: the other one is %+v, %v", name, c, err)
		}
		if again, err := s.Book(s.ctx, s.request(owner), s.reference()); err != nil || !again.Existing ||
			again.Callback.ID != b.Callback.ID {
			t.Fatalf("%s: the owner's own stands: %+v, %v", name, again, err)
		}
		cancel(t, s, b.Callback.ID)
	}
	kept := s.book(t, by(bob, alice, 0, callbacks.CallerLimits{}))
	if _, err := s.claim(kept, "support-1", Start); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Book(s.ctx, s.request(owner), s.reference()); err != nil || !b.Existing || b.Callback.ID != kept.ID {
		t.Fatalf("one that is being kept stands: %+v, %v", b, err)
	}
}

// Who wants another number called has one callback afterwards: the second, or the first if there is no second.
func testReplaced(t *testing.T, s *suite) {
	first := s.book(t, by(alice, alice, 0, callbacks.CallerLimits{CallerDay: 2}))
	instead := func(r *callbacks.Request) {
		by(alice, bob, time.Minute, callbacks.CallerLimits{CallerDay: 2})(r)
		r.Replaces = first.ID
		r.GiveWay = func(o *callbacks.Record) error {
			o.Callback.State, o.Callback.Ended = callbacks.Cancelled, Start.Add(time.Minute)
			return nil
		}
	}
	s.refused(t, callbacks.ErrCallerLimit, instead, func(r *callbacks.Request) { r.Limits.CallerDay = 1 })
	if c, err := s.Callback(s.ctx, first.ID); err != nil || c.State != callbacks.Booked {
		t.Fatalf("refused, and yet the first is %+v, %v", c, err)
	}
	r := s.request(instead)
	for range 2 { // a webhook that comes again is one request
		b, err := s.Book(s.ctx, r, s.reference())
		if err != nil || b.Existing || b.Callback.Number != bob {
			t.Fatalf("%+v, %v", b, err)
		}
		if c, err := s.Callback(s.ctx, first.ID); err != nil || c.State != callbacks.Cancelled {
			t.Fatalf("the first is %+v, %v", c, err)
		}
	}
}

func testCallerLimits(t *testing.T, s *suite) {
	l := callbacks.CallerLimits{CallerHour: 2, CallerDay: 3}
	onUpay := func(r *callbacks.Request) { r.Line = "upay" }
	s.over(t, by(alice, "", 0, l))
	twice := s.request(by(alice, "", time.Minute, l), onUpay)
	for range 3 { // a webhook that comes again is one request
		if _, err := s.Book(s.ctx, twice, s.reference()); err != nil {
			t.Fatal(err)
		}
	}
	s.refused(t, callbacks.ErrCallerLimit, by(alice, "", 2*time.Minute, l))
	s.refused(t, callbacks.ErrCallerLimit, by(alice, alice, 2*time.Minute, l)) // whatever the number
	if _, err := s.Book(s.ctx, twice, s.reference()); err != nil {
		t.Fatalf("what was booked before is refused: %v", err)
	}
	if b, err := s.Book(s.ctx, s.request(by(alice, twice.Number, 3*time.Minute, l), onUpay),
		s.reference()); err != nil ||
		!b.Existing {
		t.Fatalf("what stands is not returned: %+v, %v", b, err)
	}
	s.over(t, by(bob, "", 3*time.Minute, l))
	s.over(t, by(alice, "", time.Hour, l)) // the first one is an hour old
	s.refused(t, callbacks.ErrCallerLimit, by(alice, "", 5*time.Hour, l))
	s.over(t, by(alice, "", 24*time.Hour, l))
}

func testNumberLimits(t *testing.T, s *suite) {
	l := callbacks.CallerLimits{NumberHour: 2, NumberDay: 3}
	onUpay := func(r *callbacks.Request) { r.Line = "upay" }
	s.over(t, by(alice, bob, 0, l))
	s.over(t, by("", bob, time.Minute, l), onUpay)
	s.refused(t, callbacks.ErrNumberLimit, by(alice, bob, 2*time.Minute, l))
	s.refused(t, callbacks.ErrNumberLimit, by("", bob, 2*time.Minute, l))
	for i := range 6 { // its owner is neither counted nor refused
		s.over(t, by(bob, bob, time.Duration(3+i)*time.Minute, l))
	}
	s.over(t, by(alice, "", 10*time.Minute, l)) // another number
	s.over(t, by(alice, bob, time.Hour, l))
	s.refused(t, callbacks.ErrNumberLimit, by(alice, bob, 5*time.Hour, l))
	s.over(t, by(alice, bob, 24*time.Hour, l))
}

func testAnonymousLimit(t *testing.T, s *suite) {
	l := callbacks.CallerLimits{AnonymousHour: 2, CallerHour: 1, OpenPerCaller: 1}
	s.book(t, by("", "", 0, l))
	s.book(t, by("", "", time.Minute, l), func(r *callbacks.Request) { r.Urgent = true })
	s.refused(t, callbacks.ErrAnonymousLimit, by("", "", 2*time.Minute, l))
	s.book(t, by("", "", 2*time.Minute, l), func(r *callbacks.Request) { r.Line = "upay" })
	s.book(t, by(alice, "", 2*time.Minute, l))
	s.book(t, by("", "", time.Hour, l))
}

func testOpenLimit(t *testing.T, s *suite) {
	l := callbacks.CallerLimits{OpenPerCaller: 2}
	first := s.book(t, by(alice, alice, 0, l))
	s.book(t, by(alice, "", 0, l), func(r *callbacks.Request) { r.Line = "upay" })
	s.refused(t, callbacks.ErrOpenLimit, by(alice, "", time.Hour, l))
	s.refused(t, callbacks.ErrOpenLimit, by(alice, alice, time.Hour, l), func(r *callbacks.Request) { r.Urgent = true })
	s.book(t, by(bob, bob, time.Hour, l))
	cancel(t, s, first.ID)
	s.book(t, by(alice, "", time.Hour, l))
}

func testUrgentToOthers(t *testing.T, s *suite) {
	l := callbacks.DefaultCallerLimits
	urgent := func(r *callbacks.Request) { r.Urgent = true }
	onUpay := func(r *callbacks.Request) { r.Line = "upay" }
	first := s.book(t, by(alice, bob, 0, l), urgent)
	s.refused(t, callbacks.ErrNumberLimit, by(alice, "", 0, l), urgent)                     // the caller has one
	s.refused(t, callbacks.ErrNumberLimit, by("+6281310000003", bob, 0, l), urgent, onUpay) // the number has one
	s.refused(t, callbacks.ErrNumberLimit, by("", bob, 0, l), urgent, onUpay)
	s.book(t, by(bob, bob, 0, l), urgent, onUpay) // its owner's
	withheld := s.book(t, by("", "", 0, l), urgent)
	s.refused(t, callbacks.ErrAnonymousLimit, by("", "", 0, l), urgent) // anonymous callers of a line have one together
	s.book(t, by("", "", 0, l), urgent, onUpay)
	cancel(t, s, withheld.ID)
	s.book(t, by("", "", 0, l), urgent)
	s.book(t, by(alice, alice, 0, l), urgent) // their own
	cancel(t, s, first.ID)
	s.book(t, by(alice, "", 2*time.Hour, l), urgent)
}

func testMoveLimits(t *testing.T, s *suite) {
	l := callbacks.CallerLimits{CallerHour: 3, NumberHour: 1, AnonymousHour: 1, OpenPerCaller: 1}
	c := s.book(t, by(bob, bob, 0, l))
	n := 0
	move := func(caller string, want error) {
		t.Helper()
		n++
		m := callbacks.Move{
			Key: fmt.Sprint("move-", n), Kind: callbacks.ASAP, Due: Start.Add(time.Hour),
			Expires: Start.Add(80 * time.Hour),
			Caller:  caller, Limits: l, Asked: Start.Add(time.Minute),
		}
		for range 2 { // a webhook that comes again is one request
			if _, err := s.Move(s.ctx, c.ID, m); !errors.Is(err, want) {
				t.Fatalf("move %d by %q: %v, want %v", n, caller, err, want)
			}
		}
	}
	move(bob, nil)
	move(bob, nil) // a customer who moves twice
	move(bob, callbacks.ErrCallerLimit)
	s.refused(t, callbacks.ErrCallerLimit, by(bob, "", 2*time.Minute, l))
	move("", nil)
	move("", callbacks.ErrAnonymousLimit)
	move(alice, callbacks.ErrNumberLimit)
	s.refused(t, callbacks.ErrNumberLimit, by(alice, bob, 2*time.Minute, l),
		func(r *callbacks.Request) { r.Urgent = true })
	m := callbacks.Move{Key: "supervisor", Kind: callbacks.ASAP, Due: Start.Add(2 * time.Hour),
		Expires: Start.Add(80 * time.Hour), Asked: Start}
	if moved, err := s.Move(s.ctx, c.ID, m); err != nil || !moved.Due.Equal(m.Due) {
		t.Fatalf("a supervisor moves it: %+v, %v", moved, err)
	}
}

func testCallerLimitsAtOnce(t *testing.T, s *suite) {
	for name, edit := range map[string]func(i int, r *callbacks.Request){
		"one caller": func(_ int, r *callbacks.Request) { by(alice, "", 0, callbacks.CallerLimits{CallerHour: 3})(r) },
		"one number": func(i int, r *callbacks.Request) {
			by(fmt.Sprintf("+6281320%06d", i), bob, 0, callbacks.CallerLimits{NumberHour: 3})(r)
			r.Line = fmt.Sprint("line ", i) // else what stands is returned
		},
		"anonymous": func(_ int, r *callbacks.Request) { by("", "", 0, callbacks.CallerLimits{AnonymousHour: 3})(r) },
	} {
		requests, references := make([]callbacks.Request, 16), make([]string, 16)
		for i := range requests {
			requests[i], references[i] = s.request(func(r *callbacks.Request) { edit(i, r) }), s.reference()
		}
		var booked atomic.Int32
		atOnce(len(requests), func(i int) {
			switch _, err := s.Book(s.ctx, requests[i], references[i]); {
			case err == nil:
				booked.Add(1)
			case !errors.Is(err, callbacks.ErrCallerLimit) && !errors.Is(err, callbacks.ErrNumberLimit) &&
				!errors.Is(err, callbacks.ErrAnonymousLimit):
				t.Error(err)
			}
		})
		if booked.Load() != 3 {
			t.Errorf("%s: %d were booked, at most three are wanted", name, booked.Load())
		}
	}
}

// What a supervisor asks for is neither counted nor bound.
func testAskedByNoCaller(t *testing.T, s *suite) {
	l := callbacks.CallerLimits{CallerHour: 1, NumberHour: 1}
	s.over(t, by(alice, bob, 0, callbacks.CallerLimits{}))
	s.over(t, by(alice, bob, 0, l))
	s.over(t, by(alice, bob, 0, callbacks.CallerLimits{}))
	s.refused(t, callbacks.ErrCallerLimit, by(alice, bob, 0, l))
}

// ends is what the service makes of a disowned callback.
func ends(r *callbacks.Record) error {
	if r.Attempt != nil && r.Attempt.State != callbacks.Ended {
		r.Attempt.State, r.Attempt.Outcome = callbacks.Ended, callbacks.OutcomeDisowned
	}
	set(r, callbacks.Cancelled, Start)
	return nil
}

// disowned is a callback for bob's number that alice asked for, whose customer says that they did not ask for the call.
func (s *suite) disowned(t *testing.T, until time.Time) (callbacks.Record, []callbacks.Callback) {
	t.Helper()
	rung := s.mustClaim(t, s.book(t, by(alice, bob, 0, callbacks.DefaultCallerLimits)), "1", Start)
	r, others, err := s.Disown(s.ctx, rung.Attempt.ID, until, ends, ends)
	if err != nil {
		t.Fatal(err)
	}
	return r, others
}

func testDisown(t *testing.T, s *suite) {
	none := callbacks.CallerLimits{}
	waits := s.book(t, by("", bob, 0, none), func(r *callbacks.Request) { r.Line = "upay" })
	rings := s.mustClaim(t, s.book(t, by(alice, bob, 0, none), func(r *callbacks.Request) { r.Line = "paypay" }), "2",
		Start)
	own := s.book(t, by(bob, bob, 0, none), func(r *callbacks.Request) { r.Line = "okpay" })
	elsewhere := s.book(t, by(alice, "", 0, none))
	r, others := s.disowned(t, Start.Add(24*time.Hour))
	if r.Callback.State != callbacks.Cancelled || r.Attempt.Outcome != callbacks.OutcomeDisowned {
		t.Errorf("the callback is %+v, its attempt %+v", r.Callback, r.Attempt)
	}
	if len(others) != 2 || others[0].ID != waits.ID || others[1].ID != rings.Callback.ID {
		t.Errorf("ended besides: %+v", others)
	}
	for _, c := range []struct {
		id   int64
		want callbacks.State
	}{
		{r.Callback.ID, callbacks.Cancelled}, {waits.ID, callbacks.Cancelled}, {rings.Callback.ID, callbacks.Cancelled},
		{own.ID, callbacks.Booked}, {elsewhere.ID, callbacks.Booked},
	} {
		if got, err := s.Callback(s.ctx, c.id); err != nil || got.State != c.want {
			t.Errorf("callback %d is %s, want %s, %v", c.id, got.State, c.want, err)
		}
	}
	unchanged := func(*callbacks.Record) error { return callbacks.ErrUnchanged }
	if _, others, err := s.Disown(s.ctx, r.Attempt.ID, Start.Add(time.Hour), unchanged, ends); err != nil ||
		len(others) != 0 {
		t.Errorf("once more: %+v, %v", others, err)
	}
	_, _, err := s.Disown(s.ctx, "nobody's", Start, ends, ends)
	wantErr(t, err, callbacks.ErrNotFound)
}

// A call that does not belong to the callback silences nobody.
func testDisownRefused(t *testing.T, s *suite) {
	rung := s.mustClaim(t, s.book(t, by(alice, bob, 0, callbacks.DefaultCallerLimits)), "1", Start)
	_, _, err := s.Disown(s.ctx, rung.Attempt.ID, Start.Add(time.Hour),
		func(*callbacks.Record) error { return callbacks.ErrFenced }, ends)
	wantErr(t, err, callbacks.ErrFenced)
	s.over(t, by(alice, bob, 0, callbacks.DefaultCallerLimits), func(r *callbacks.Request) { r.Line = "upay" })
}

func testSilence(t *testing.T, s *suite) {
	none := callbacks.CallerLimits{CallerDay: 100} // a caller's request, bound by hardly anything
	s.disowned(t, Start.Add(24*time.Hour))
	onUpay := func(r *callbacks.Request) { r.Line = "upay" }
	s.refused(t, callbacks.ErrSilenced, by(alice, bob, time.Hour, none), onUpay)
	s.refused(t, callbacks.ErrSilenced, by("", bob, 24*time.Hour-time.Second, none),
		func(r *callbacks.Request) { r.Urgent = true })
	own := s.book(t, by(bob, bob, time.Hour, none)) // its owner rings from it
	m := callbacks.Move{
		Key: "m", Kind: callbacks.ASAP, Due: Start.Add(3 * time.Hour), Expires: Start.Add(80 * time.Hour),
		Asked: Start.Add(2 * time.Hour), Caller: alice, Limits: none,
	}
	_, err := s.Move(s.ctx, own.ID, m)
	wantErr(t, err, callbacks.ErrSilenced)
	m.Caller = bob
	if _, err := s.Move(s.ctx, own.ID, m); err != nil {
		t.Fatal(err)
	}
	s.over(t, by(alice, "", time.Hour, none)) // another number
	s.over(t, by(alice, bob, 24*time.Hour, none), onUpay)
}

func testForget(t *testing.T, s *suite) {
	l := callbacks.CallerLimits{CallerDay: 1}
	s.over(t, by(alice, "", 0, l))
	s.disowned(t, Start.Add(time.Hour))
	c := s.book(t)
	wrong := func(after time.Duration) error {
		s.n++
		_, _, err := s.Check(s.ctx, callbacks.Proof{Key: fmt.Sprint("proof-", s.n), ID: c.ID, Given: Start.Add(after),
			Hour: 1, Day: 1}, never)
		return err
	}
	if err := wrong(0); err != nil {
		t.Fatal(err)
	}
	forget := func(before, now time.Duration) {
		t.Helper()
		if err := s.Forget(s.ctx, Start.Add(before), Start.Add(now)); err != nil {
			t.Fatal(err)
		}
	}
	forget(0, 0) // nothing is so old
	s.refused(t, callbacks.ErrCallerLimit, by(alice, "", 0, l))
	s.refused(t, callbacks.ErrSilenced, by("", bob, 0, l))
	wantErr(t, wrong(0), callbacks.ErrProofLimit)
	forget(time.Millisecond, time.Hour)
	s.over(t, by(alice, "", 0, l))
	s.over(t, by("", bob, 0, l))
	if err := wrong(0); err != nil {
		t.Error(err)
	}
}

func never(callbacks.Callback) bool { return false }

func always(callbacks.Callback) bool { return true }

func testWrongProofs(t *testing.T, s *suite) {
	c, d := s.book(t), s.book(t)
	n := 0
	check := func(of callbacks.Callback, caller string, after time.Duration, right bool, want error) {
		t.Helper()
		n++
		p := callbacks.Proof{Key: fmt.Sprint("proof-", n), ID: of.ID, Caller: caller, Given: Start.Add(after), Hour: 2,
			Day: 3}
		for range 3 { // a webhook that comes again is one proof
			got, ok, err := s.Check(s.ctx, p, func(c callbacks.Callback) bool { return right && c.ID == of.ID })
			if !errors.Is(err, want) || ok != (right && want == nil) || want == nil && got.ID != of.ID {
				t.Fatalf("proof %d: %v, %v, %v; want %v", n, got.ID, ok, err, want)
			}
		}
	}
	check(c, alice, 0, false, nil)
	check(c, alice, 0, true, nil) // a right one forgives nothing
	check(c, "", time.Minute, false, nil)
	check(c, bob, time.Minute, true, callbacks.ErrProofLimit) // two about this callback, by whomever
	check(d, bob, time.Minute, true, nil)
	check(c, bob, time.Hour, true, nil) // the first is an hour old
	check(c, "", time.Hour+time.Second, false, nil)
	check(c, bob, 5*time.Hour, true, callbacks.ErrProofLimit) // three within a day
	check(c, bob, 24*time.Hour, true, nil)

	check(d, bob, 30*time.Hour, false, nil)
	check(c, bob, 30*time.Hour, false, nil)
	check(s.book(t), bob, 30*time.Hour, true, callbacks.ErrProofLimit) // two by this caller, about whatever
	check(d, alice, 30*time.Hour, true, nil)
	check(s.book(t), "", 30*time.Hour, true, nil) // anonymous ones are nobody in particular
	_, _, err := s.Check(s.ctx, callbacks.Proof{Key: "x", ID: c.ID + 99, Given: Start, Hour: 1, Day: 1}, always)
	wantErr(t, err, callbacks.ErrNotFound)
}

// A proof about a number, and about no callback: whether we have called it.
func testWrongProofsAboutANumber(t *testing.T, s *suite) {
	c := s.book(t)
	n := 0
	check := func(number, caller string, after time.Duration, right bool, want error) {
		t.Helper()
		n++
		p := callbacks.Proof{Key: fmt.Sprint("proof-", n), Number: number, Caller: caller, Given: Start.Add(after),
			Hour: 2, Day: 3}
		for range 2 {
			_, ok, err := s.Check(s.ctx, p, func(c callbacks.Callback) bool { return right && c.ID == 0 })
			if !errors.Is(err, want) || ok != (right && want == nil) {
				t.Fatalf("proof %d: %v, %v; want %v", n, ok, err, want)
			}
		}
	}
	check(alice, "", 0, false, nil)
	check(alice, "", 0, true, nil)
	check(alice, bob, 0, false, nil)
	check(alice, "", time.Minute, true, callbacks.ErrProofLimit) // two about this number, by whomever
	check("", alice, time.Minute, true, nil)                     // not by it, and not about it
	check(bob, "", time.Minute, true, nil)
	check(bob, bob, time.Minute, false, nil)
	check("", bob, time.Minute, true, callbacks.ErrProofLimit) // two by this caller
	check(alice, "", time.Hour, false, nil)
	check(alice, "", 5*time.Hour, true, callbacks.ErrProofLimit) // three within a day
	check(alice, "", 25*time.Hour, true, nil)

	_, ok, err := s.Check(s.ctx, callbacks.Proof{Key: "own", ID: c.ID, Given: Start, Hour: 1, Day: 1}, always)
	if !ok || err != nil {
		t.Errorf("proofs about numbers count about a callback: %v, %v", ok, err)
	}
}

func testWrongProofsAtOnce(t *testing.T, s *suite) {
	booked := []callbacks.Callback{s.book(t), s.book(t)}
	var heard atomic.Int32
	atOnce(16, func(i int) {
		switch _, _, err := s.Check(s.ctx, callbacks.Proof{Key: fmt.Sprint("proof-", i), ID: booked[i%2].ID,
			Caller: alice,
			Given:  Start, Hour: 3, Day: 9}, never); {
		case err == nil:
			heard.Add(1)
		case !errors.Is(err, callbacks.ErrProofLimit):
			t.Error(err)
		}
	})
	if heard.Load() != 3 {
		t.Errorf("%d wrong proofs of one caller were heard, at most three are wanted", heard.Load())
	}
}

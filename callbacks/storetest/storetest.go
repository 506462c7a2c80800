// Package storetest says what a store has to do, as tests that every store passes.
//
// A new store is tried with three of them, from the tests of its own package: [Run] is the suite for callbacks, SMS,
// call records and housekeeping, [ConfigHistory] the one for overrides, versions and instances, and [Housekeepers] lets
// several processes do the daily jobs. One that uses package sqlstore runs [Migrations], too. [BenchmarkBookings] and
// [BenchmarkGrowth] are its benchmarks, which fail where callers would wait too long. The packages sqlite and postgres
// show how each is called.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
)

// Start is the instant at which the suite's callbacks are booked: a Monday, 10:00 in Jakarta.
var Start = time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)

// Run runs the suite. open returns an empty store each time it is called and closes it when the test ends.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s *suite)
	}{
		{"booking", testBooking},
		{"one open callback", testOneOpen},
		{"one open callback, at once", testOneOpenAtOnce},
		{"the same, at once", testTheSameAtOnce},
		{"slot capacity", testSlotCapacity},
		{"references", testReferences},
		{"find open", testOpenFor},
		{"urgent beside ordinary", testUrgentBesideOrdinary},
		{"wrong proofs", testWrongProofs},
		{"wrong proofs, at once", testWrongProofsAtOnce},
		{"wrong proofs about a number", testWrongProofsAboutANumber},
		{"move", testMove},
		{"transitions", testTransitions},
		{"nothing half written", testNothingHalfWritten},
		{"every field is written", testEveryFieldIsWritten},
		{"claim", testClaim},
		{"claim at once", testClaimAtOnce},
		{"fence", testFence},
		{"attempts", testAttempts},
		{"ready, in order", testReadyOrder},
		{"ready no more", testReadyNoMore},
		{"claim asks once more", testClaimCheck},
		{"no more customers than agents", testMostCustomers},
		{"limit of pending ones", testMaxOpen},
		{"owners", testOwners},
		{"replaced", testReplaced},
		{"limits of a caller", testCallerLimits},
		{"limits of a number", testNumberLimits},
		{"limit of anonymous callers", testAnonymousLimit},
		{"limit of open ones", testOpenLimit},
		{"urgent ones to others", testUrgentToOthers},
		{"limits of moves", testMoveLimits},
		{"limits of callers, at once", testCallerLimitsAtOnce},
		{"what no caller asked for", testAskedByNoCaller},
		{"disowned", testDisown},
		{"disowned by another call", testDisownRefused},
		{"silence", testSilence},
		{"forget", testForget},
		{"limits, at once", testLimitsAtOnce},
		{"spread", testOpeningSpacing},
		{"SMS of an end", testTextOfAnEnd},
		{"messages", testMessages},
		{"list", testList},
		{"backlog", testBacklog},
		{"list messages", testListMessages},
		{"call records", testCallRecords},
		{"one reference a call", testReferenceOfCallRecord},
		{"notes", testNotes},
		{"SMS", testSMS},
		{"SMS of a move", testTextOfAMove},
		{"SMS, at once", testSMSAtOnce},
		{"what became of SMS", testSMSDeliveries},
		{"alerts", testAlerts},
		{"alerts, at once", testAlertsAtOnce},
		{"alerts are erased", testEraseAlerts},
		{"taken", testTaken}, {"talking", testTalking},
		{"erase", testErase},
		{"erase a person", testErasePerson},
		{"erase what was spoken and written", testEraseWhatWasSpokenAndWritten},
		{"report", testReport},
		{"jobs", testJobs},
		{"writable", testWritable},
		{"cancelled context", testContext},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, &suite{Store: open(t), ctx: context.Background()}) })
	}
}

// suite adds what the tests repeat.
type suite struct {
	Store
	ctx context.Context
	n   int
}

// request is a callback of its own each time.
func (s *suite) request(edit ...func(*callbacks.Request)) callbacks.Request {
	s.n++
	r := callbacks.Request{
		Key: fmt.Sprint("key-", s.n), Line: "gopay", Desk: "support", Topic: "login", Language: "id",
		Number: fmt.Sprintf("+62812000%04d", s.n), Caller: fmt.Sprintf("+62813000%04d", s.n),
		Account: fmt.Sprintf("0812000%04d", s.n), Answers: "transaction:778899", Kind: callbacks.ASAP,
		Called: Start, Due: Start, Expires: Start.Add(72 * time.Hour),
	}
	for _, e := range edit {
		e(&r)
	}
	return r
}

// saying is an SMS that confirms the callback; {reference} in it is the callback's.
func saying(text string) func(*callbacks.Request) {
	return func(r *callbacks.Request) {
		r.SMSBody = func(c callbacks.Callback) string { return strings.ReplaceAll(text, "{reference}", c.Reference) }
	}
}

func (s *suite) book(t testing.TB, edit ...func(*callbacks.Request)) callbacks.Callback {
	t.Helper()
	r := s.request(edit...)
	b, err := s.Book(s.ctx, r, s.reference())
	if err != nil || b.Existing {
		t.Fatalf("Book(%+v) = %+v, %v", r, b, err)
	}
	return b.Callback
}

func (s *suite) reference() string { s.n++; return fmt.Sprint(1_000_000 + s.n) }

func (s *suite) claim(c callbacks.Callback, target string, at time.Time) (callbacks.Record, error) {
	s.n++
	return s.Claim(s.ctx, callbacks.Claim{
		CallbackID: c.ID, AttemptID: fmt.Sprint("attempt-", s.n), From: "+622150001000", Ring: 20 * time.Second,
		Target: callbacks.Target{ID: target, Kind: callbacks.Number, Address: "+62215000" + target},
		Now:    at, Lease: 30 * time.Second,
	})
}

func (s *suite) mustClaim(t testing.TB, c callbacks.Callback, target string, at time.Time) callbacks.Record {
	t.Helper()
	r, err := s.claim(c, target, at)
	if err != nil {
		t.Fatalf("Claim: %v", err)
	}
	return r
}

// settle ends the attempt under way and sets the callback's state.
func (s *suite) settle(t testing.TB, r callbacks.Record, state callbacks.State, at time.Time) {
	t.Helper()
	_, err := s.ChangeAttempt(s.ctx, r.Attempt.ID, r.Fence, func(r *callbacks.Record) error {
		r.Attempt.State, r.Attempt.Outcome = callbacks.Ended, "no-answer"
		set(r, state, at)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func set(r *callbacks.Record, state callbacks.State, at time.Time) {
	r.Callback.State = state
	if state.Final() {
		r.Callback.Ended = at
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error = %v, want %v", err, want)
	}
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("-want +got\n%s", diff)
	}
}

// atOnce runs f n times side by side.
func atOnce(n int, f func(i int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-begin; f(i) })
	}
	close(begin)
	wg.Wait()
}

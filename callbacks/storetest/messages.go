package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

func testMessages(t *testing.T, s *suite) {
	m := callbacks.Message{
		Key: "k", Reference: "6000000", Line: "gopay", Desk: "support", Topic: "feedback", Language: "zh",
		Caller: "+628120000001", Account: "08120000001", Answers: "transaction:1234567", Received: Start,
	}
	saved, err := s.SaveMessage(s.ctx, m)
	if err != nil {
		t.Fatal(err)
	}
	same(t, saved, m)
	spoken := callbacks.Recording{SID: "RE1", URL: "https://example.org/RE1", Seconds: 12}
	if err := s.AttachRecording(s.ctx, "k", spoken); err != nil {
		t.Fatal(err)
	}
	other := m
	other.Reference, other.Topic = "6000001", "login"
	again, err := s.SaveMessage(s.ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	m.Recording = spoken
	same(t, again, m)
	wantErr(t, s.AttachRecording(s.ctx, "nobody's", spoken), callbacks.ErrNotFound)
}

// Support1 is an agent's telephone.
var Support1 = callbacks.Target{ID: "support-1", Kind: callbacks.Number, Address: "+622150002001"}

func testTaken(t *testing.T, s *suite) {
	was := func(sid string, dial int, want bool) {
		t.Helper()
		got, err := s.WasTaken(s.ctx, sid, dial)
		if err != nil || got != want {
			t.Fatalf("WasTaken(%s, %d) = %v, %v", sid, dial, got, err)
		}
	}
	was("CA1", 0, false)
	for range 2 {
		if err := s.MarkTaken(s.ctx, "CA1", 0, Support1, Start); err != nil {
			t.Fatal(err)
		}
	}
	was("CA1", 0, true)
	was("CA1", 1, false)
	was("CA2", 0, false)
}

// testTalking: an agent's telephone is in use from the 1 until the call's Dials have ended.
func testTalking(t *testing.T, s *suite) {
	talking := func(since time.Time, want ...string) {
		t.Helper()
		got, err := s.Talking(s.ctx, since)
		if slices.Sort(got); err != nil || !slices.Equal(got, want) {
			t.Fatalf("Talking(%v) = %v, %v; want %v", since, got, err, want)
		}
	}
	hour := Start.Add(-time.Hour)
	talking(hour)
	agent := callbacks.Target{ID: "support-2", Kind: callbacks.Client, Address: "agent_2"}
	for call, target := range map[string]callbacks.Target{"CA1": Support1, "CA2": agent} {
		if err := s.MarkTaken(s.ctx, call, 1, target, Start); err != nil {
			t.Fatal(err)
		}
	}
	talking(hour, Support1.To(), "client:agent_2")
	talking(Start)
	for _, news := range []bool{true, false} {
		if got, err := s.DialsEnded(s.ctx, "CA1", Start.Add(time.Minute)); err != nil || got != news {
			t.Fatalf("DialsEnded = %v, %v; want %v", got, err, news)
		}
	}
	talking(hour, "client:agent_2")
}

func testErase(t *testing.T, s *suite) {
	open, old, recent := s.book(t), s.book(t), s.book(t)
	r := s.mustClaim(t, old, "1", Start)
	s.settle(t, r, callbacks.Expired, Start)
	s.settle(t, s.mustClaim(t, recent, "1", Start), callbacks.Expired, Start.Add(time.Hour))
	elsewhere := s.book(t, func(r *callbacks.Request) { r.Desk = "senior" })
	cancel(t, s, elsewhere.ID)
	withdrawn := s.book(t)
	s.mustClaim(t, withdrawn, "3", Start)
	cancel(t, s, withdrawn.ID) // its call is still under way
	message := func(key string, at time.Time) callbacks.Message {
		return callbacks.Message{
			Key: key, Reference: s.reference(), Line: "gopay", Desk: "support", Caller: "+628120000009",
			Account: "a", Answers: "transaction:7", Recording: callbacks.Recording{SID: "RE", URL: "u"}, Received: at,
		}
	}
	for _, m := range []callbacks.Message{message("old", Start), message("recent", Start.Add(time.Hour))} {
		if _, err := s.SaveMessage(s.ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(want ...callbacks.Desk) {
		t.Helper()
		got, err := s.HoldingPersonalData(s.ctx)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
	}
	support, senior := callbacks.Desk{Line: "gopay", Desk: "support"}, callbacks.Desk{Line: "gopay", Desk: "senior"}
	kept(senior, support)

	for want := range 2 { // the second time nothing is left
		n, err := s.Erase(s.ctx, support, Start.Add(time.Minute), Start.Add(2*time.Hour))
		if err != nil || n != 2-2*want {
			t.Fatalf("Erase = %d, %v", n, err)
		}
	}
	got, err := s.Callback(s.ctx, old.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Number+got.Caller+got.Account+string(got.Answers) != "" || got.State != callbacks.Expired ||
		got.Reference != old.Reference {
		t.Fatalf("after erasing: %+v", got)
	}
	rec, err := s.ChangeAttempt(s.ctx, r.Attempt.ID, 0, func(*callbacks.Record) error { return callbacks.ErrUnchanged })
	if err != nil || rec.Attempt.Target.Address+rec.Attempt.SID+rec.Attempt.From != "" {
		t.Fatalf("the attempt keeps %+v, %v", rec.Attempt, err)
	}
	for _, c := range []callbacks.Callback{open, recent, elsewhere, withdrawn} {
		if got, err := s.Callback(s.ctx, c.ID); err != nil || got.Number != c.Number || got.Account != c.Account {
			t.Fatalf("%+v was erased too soon: %+v, %v", c, got, err)
		}
	}
	if m, err := s.SaveMessage(s.ctx, message("old", Start)); err != nil ||
		m.Caller+m.Account+string(m.Answers)+m.Recording.URL != "" {
		t.Fatalf("the message keeps %+v, %v", m, err)
	}
	if m, err := s.SaveMessage(s.ctx, message("recent", Start)); err != nil || m.Caller == "" {
		t.Fatalf("the message was erased too soon: %+v, %v", m, err)
	}
	kept(senior, support)
	if _, err := s.Erase(s.ctx, senior, Start.Add(time.Minute), Start); err != nil {
		t.Fatal(err)
	}
	kept(support)
}

// A person is not erased while a callback of theirs is open, or a telephone rings for one; of others nothing is.
func testErasePerson(t *testing.T, s *suite) {
	const mine = "+6281200009999"
	asked := func(r *callbacks.Request) { r.Caller = mine } // for another number
	rings := func(r *callbacks.Request) { r.Number = mine }
	open, ringing, other := s.book(t, asked), s.book(t, rings), s.book(t)
	r := s.mustClaim(t, ringing, "1", Start)
	erase := func(want error) {
		t.Helper()
		_, err := s.ErasePerson(s.ctx, mine, Start.Add(time.Hour), false)
		wantErr(t, err, want)
	}
	erase(callbacks.ErrInProgress)
	p, err := s.Person(s.ctx, mine, Start)
	if err != nil || len(p.Open) != 2 || p.Open[0].ID != open.ID || p.Open[1].ID != ringing.ID {
		t.Fatalf("%+v, %v", p, err)
	}
	cancel(t, s, open.ID)
	cancel(t, s, ringing.ID)
	erase(callbacks.ErrInProgress) // it still rings
	s.settle(t, r, callbacks.Cancelled, Start)
	erase(nil)
	message := callbacks.Message{Key: "m", Reference: s.reference(), Line: "gopay", Desk: "support", Caller: mine,
		Received: Start}
	if _, err := s.SaveMessage(s.ctx, message); err != nil {
		t.Fatal(err)
	}
	erase(nil)
	// its recording comes only now, and must not be forgotten
	if err := s.AttachRecording(s.ctx, "m", callbacks.Recording{SID: "RE1", URL: "u"}); err != nil {
		t.Fatal(err)
	}
	sids, err := s.RecordingsOf(s.ctx, callbacks.Desk{Line: "gopay", Desk: "support"}, Start.Add(time.Hour))
	if err != nil || !slices.Equal(sids, []string{"RE1"}) {
		t.Errorf("recordings to delete: %q, %v", sids, err)
	}
	for _, id := range []int64{open.ID, ringing.ID} {
		if got, err := s.Callback(s.ctx, id); err != nil || got.Number+got.Caller+got.Account != "" {
			t.Errorf("left: %+v, %v", got, err)
		}
	}
	if got, err := s.Callback(s.ctx, other.ID); err != nil || got.Number != other.Number {
		t.Errorf("another person's: %+v, %v", got, err)
	}
}

func testReport(t *testing.T, s *suite) {
	day := 24 * time.Hour
	s.settle(t, s.mustClaim(t, s.book(t), "1", Start), callbacks.Expired, Start)
	s.settle(t, s.mustClaim(t, s.book(t), "1", Start), callbacks.Expired, Start.Add(day)) // the next day's
	cancel(t, s, s.book(t).ID)
	if _, err := s.Change(s.ctx, s.book(t).ID, func(r *callbacks.Record) error {
		set(r, callbacks.Undialable,
			Start)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.bring(t, callbacks.Done)
	s.book(t)
	s.book(t, func(r *callbacks.Request) { r.Line, r.Called = "upay", Start.Add(-time.Millisecond) }) // the day before
	if _, err := s.SaveMessage(s.ctx, callbacks.Message{Key: "m", Reference: s.reference(), Line: "upay",
		Received: Start}); err != nil {
		t.Fatal(err)
	}
	s.callRecord(t, "CA1")
	got, err := s.Report(s.ctx, Start, Start.Add(day))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, []callbacks.Report{
		{Line: "gopay", Called: 6, Done: 1, Cancelled: 1, Expired: 1, Undialable: 1, Open: 1, CallRecords: 1},
		{Line: "upay", Messages: 1, Open: 1},
	})
}

// It can be asked again and again, and of no job is it said that it ran.
func testWritable(t *testing.T, s *suite) {
	for range 3 {
		if err := s.Writable(s.ctx, Start); err != nil {
			t.Fatal(err)
		}
	}
	if last, err := s.LastRun(s.ctx, "report"); err != nil || !last.IsZero() {
		t.Errorf("a job ran at %v, %v", last, err)
	}
	if n, err := s.Count(s.ctx, callbacks.Filter{}); err != nil || n != 0 {
		t.Errorf("%d callbacks, %v", n, err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	var err *callbacks.UnwritableError
	if got := s.Writable(ctx, Start); !errors.As(got, &err) || err.Reason != "the database does not answer" {
		t.Errorf("error = %v", got)
	}
}

func testJobs(t *testing.T, s *suite) {
	at := func(want time.Time) {
		t.Helper()
		got, err := s.LastRun(s.ctx, "report")
		if err != nil || !got.Equal(want) {
			t.Fatalf("LastRun = %v, %v", got, err)
		}
	}
	at(time.Time{})
	for _, run := range []time.Time{Start, Start.Add(time.Hour)} {
		if err := s.SetLastRun(s.ctx, "report", run); err != nil {
			t.Fatal(err)
		}
		at(run)
	}
	begin := func(last, now time.Time, want bool) {
		t.Helper()
		if mine, err := s.BeginJob(s.ctx, "report", last, now, time.Minute); err != nil || mine != want {
			t.Fatalf("BeginJob(%v, %v) = %v, %v", last, now, mine, err)
		}
	}
	last := Start.Add(time.Hour)
	begin(Start, last, false) // it ran since
	begin(last, last, true)
	begin(last, last.Add(59*time.Second), false) // another has it
	begin(last, last.Add(time.Minute), true)     // who died with it
	at(last)
	if err := s.SetLastRun(s.ctx, "report", last.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	begin(last, last.Add(time.Hour), false)
	begin(last.Add(time.Minute), last.Add(time.Minute), true)
	if got, err := s.LastRun(s.ctx, "retention"); err != nil || !got.IsZero() {
		t.Fatalf("another job: %v, %v", got, err)
	}
}

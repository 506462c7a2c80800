package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

func (s *suite) callRecord(t *testing.T, key string) callbacks.CallRecord {
	t.Helper()
	c := callbacks.CallRecord{
		Key: key, Reference: s.reference(), Line: "gopay", Desk: "support", Topic: "login", Language: "zh",
		Caller: "+628120000001", Account: "08120000001", Answers: "transaction:12;order:345", Began: Start,
	}
	saved, err := s.SaveCallRecord(s.ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	same(t, saved, c)
	return saved
}

func testCallRecords(t *testing.T, s *suite) {
	first := s.callRecord(t, "CA1")
	other := first
	other.Reference, other.Topic = s.reference(), "refund"
	again, err := s.SaveCallRecord(s.ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	same(t, again, first)
	other.Key, other.Reference = "CA2", first.Reference
	_, err = s.SaveCallRecord(s.ctx, other)
	wantErr(t, err, callbacks.ErrReferenceTaken)
}

// The caller was told one reference; what the call then leads to has the same one.
func testReferenceOfCallRecord(t *testing.T, s *suite) {
	record := s.callRecord(t, "CA1")
	booked := s.book(t, func(r *callbacks.Request) { r.CallRecordKey = "CA1" })
	if booked.Reference != record.Reference {
		t.Errorf("the callback has reference %s, its call %s", booked.Reference, record.Reference)
	}
	second := s.book(t, func(r *callbacks.Request) { r.CallRecordKey = "CA1" })
	message, err := s.SaveMessage(s.ctx, callbacks.Message{Key: "m1", CallRecordKey: "CA1", Reference: s.reference(),
		Line: "gopay", Received: Start})
	if err != nil || second.Reference == record.Reference || message.Reference == record.Reference {
		t.Errorf("reference %s is given out again: %s, %s, %v", record.Reference, second.Reference, message.Reference,
			err)
	}
	record = s.callRecord(t, "CA2")
	message, err = s.SaveMessage(s.ctx, callbacks.Message{Key: "m2", CallRecordKey: "CA2", Reference: s.reference(),
		Line: "gopay", Received: Start})
	if err != nil || message.Reference != record.Reference {
		t.Errorf("the message has reference %s, its call %s, %v", message.Reference, record.Reference, err)
	}
	if c := s.book(t, func(r *callbacks.Request) { r.CallRecordKey = "unknown" }); c.Reference == "" {
		t.Error("a callback of an unknown call record has no reference")
	}
}

func testNotes(t *testing.T, s *suite) {
	c := s.book(t)
	for _, note := range []callbacks.Recording{{SID: "RE1", URL: "https://example.org/RE1", Seconds: 12},
		{SID: "RE2", URL: "https://example.org/RE2", Seconds: 3}} {
		if err := s.AttachNote(s.ctx, c.ID, note); err != nil {
			t.Fatal(err)
		}
		got, err := s.Callback(s.ctx, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got.Note, note)
	}
	wantErr(t, s.AttachNote(s.ctx, 9999, callbacks.Recording{SID: "RE3"}), callbacks.ErrNotFound)
	cancel(t, s, c.ID)
	wantErr(t, s.AttachNote(s.ctx, c.ID, callbacks.Recording{SID: "RE3"}), callbacks.ErrNotOpen)
}

func testSMS(t *testing.T, s *suite) {
	claim := func(at time.Time) (callbacks.SMS, bool) {
		t.Helper()
		text, found, err := s.ClaimSMS(s.ctx, at, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return text, found
	}
	s.book(t) // without one
	if next, err := s.NextSMS(s.ctx); err != nil || !next.IsZero() {
		t.Fatalf("NextText = %v, %v", next, err)
	}
	c := s.book(t, saying("ref {reference}, {reference}"))
	if next, err := s.NextSMS(s.ctx); err != nil || !next.Equal(Start) {
		t.Fatalf("NextText = %v, %v", next, err)
	}
	if _, found := claim(Start.Add(-time.Second)); found {
		t.Fatal("claimed before its time")
	}
	text, found := claim(Start)
	if !found || text.Body != fmt.Sprintf("ref %s, %s", c.Reference, c.Reference) || text.Callback.ID != c.ID ||
		text.Tries != 1 || !text.Created.Equal(Start) {
		t.Fatalf("claimed %+v, %v", text, found)
	}
	if _, found := claim(Start.Add(time.Hour)); found {
		t.Fatal("claimed twice")
	}
	settle := func(state callbacks.SMSState, again time.Time) {
		t.Helper()
		if err := s.SettleSMS(s.ctx, text.ID, callbacks.SMSResult{State: state, SID: "SM1", Again: again}); err != nil {
			t.Fatal(err)
		}
	}
	settle(callbacks.SMSWaiting, Start.Add(time.Hour)) // refused for the moment
	if _, found := claim(Start.Add(time.Minute)); found {
		t.Fatal("claimed before its time")
	}
	if text, found = claim(Start.Add(time.Hour)); !found || text.Tries != 2 {
		t.Fatalf("claimed %+v, %v", text, found)
	}
	if lost, err := s.ExpireSMS(s.ctx, Start.Add(time.Hour)); err != nil || lost != 0 {
		t.Fatalf("lost %d, %v within the lease", lost, err)
	}
	if lost, err := s.ExpireSMS(s.ctx, Start.Add(2*time.Hour)); err != nil || lost != 1 {
		t.Fatalf("lost %d, %v after the lease", lost, err)
	}
	settle(callbacks.SMSWaiting, Start) // too late: it is unknown for good
	if _, found := claim(Start.Add(3 * time.Hour)); found {
		t.Fatal("what was lost is sent again")
	}
}

func testTextOfAMove(t *testing.T, s *suite) {
	c := s.book(t, saying("first"))
	move := callbacks.Move{Key: "v", Kind: callbacks.ASAP, Due: Start.Add(time.Hour), Expires: Start.Add(9 * time.Hour),
		Asked:   Start,
		SMSBody: func(c callbacks.Callback) string { return "second " + c.Reference }}
	for range 2 { // the same webhook twice
		if _, err := s.Move(s.ctx, c.ID, move); err != nil {
			t.Fatal(err)
		}
	}
	text, found, err := s.ClaimSMS(s.ctx, Start, time.Minute)
	if err != nil || !found || text.Body != "second "+c.Reference {
		t.Fatalf("claimed %+v, %v, %v", text, found, err)
	}
	if text, found, err = s.ClaimSMS(s.ctx, Start.Add(time.Hour), time.Minute); err != nil || found {
		t.Fatalf("then claimed %+v, %v", text, err)
	}
}

func testSMSAtOnce(t *testing.T, s *suite) {
	const texts = 12
	for range texts {
		s.book(t, saying("t"))
	}
	claimed := make(chan int64, 4*texts)
	atOnce(4, func(int) {
		for {
			text, found, err := s.ClaimSMS(s.ctx, Start, time.Minute)
			if err != nil {
				t.Error(err)
			}
			if !found || err != nil {
				return
			}
			claimed <- text.ID
		}
	})
	close(claimed)
	seen := map[int64]bool{}
	for id := range claimed {
		if seen[id] {
			t.Errorf("text %d was claimed twice", id)
		}
		seen[id] = true
	}
	if len(seen) != texts {
		t.Errorf("%d of %d were claimed", len(seen), texts)
	}
}

// Recordings are listed before what names them is erased, with SMS and call records.
func testEraseWhatWasSpokenAndWritten(t *testing.T, s *suite) {
	c := s.book(t, saying("secret"))
	if err := s.AttachNote(s.ctx, c.ID, callbacks.Recording{SID: "RE1", URL: "u", Seconds: 2}); err != nil {
		t.Fatal(err)
	}
	s.settle(t, s.mustClaim(t, c, "1", Start), callbacks.Expired, Start)
	s.callRecord(t, "CA1")
	m := callbacks.Message{Key: "m", Reference: s.reference(), Line: "gopay", Desk: "support",
		Recording: callbacks.Recording{SID: "RE2", URL: "u"}, Received: Start}
	if _, err := s.SaveMessage(s.ctx, m); err != nil {
		t.Fatal(err)
	}
	desk := callbacks.Desk{Line: "gopay", Desk: "support"}
	recordings := func(want ...string) {
		t.Helper()
		got, err := s.RecordingsOf(s.ctx, desk, Start.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
	}
	recordings("RE1", "RE2")
	if early, err := s.RecordingsOf(s.ctx, desk, Start); err != nil || len(early) != 0 {
		t.Fatalf("recordings %v, %v are due too early", early, err)
	}
	if n, err := s.Erase(s.ctx, desk, Start.Add(time.Minute), Start.Add(time.Hour)); err != nil || n != 3 {
		t.Fatalf("Erase = %d, %v", n, err)
	}
	recordings()
	got, err := s.Callback(s.ctx, c.ID)
	if err != nil || got.Note.SID+got.Note.URL != "" {
		t.Errorf("the note is kept: %+v, %v", got.Note, err)
	}
	if text, found, err := s.ClaimSMS(s.ctx, Start.Add(time.Hour), time.Minute); err != nil || found {
		t.Errorf("the SMS is kept: %+v, %v", text, err)
	}
	again, err := s.SaveCallRecord(s.ctx, callbacks.CallRecord{Key: "CA1", Reference: s.reference()})
	if err != nil || again.Caller+again.Account+string(again.Answers) != "" || again.Reference == "" {
		t.Errorf("the call record is kept: %+v, %v", again, err)
	}
	if kept, err := s.HoldingPersonalData(s.ctx); err != nil || len(kept) != 0 {
		t.Errorf("kept: %v, %v", kept, err)
	}
}

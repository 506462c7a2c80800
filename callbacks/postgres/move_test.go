//go:build conformance

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/hotline-ivr/hotline/callbacks/sqlite"
	"github.com/hotline-ivr/hotline/callbacks/sqlstore"
	"github.com/hotline-ivr/hotline/callbacks/storetest"
)

// lived is a SQLite database in which something has happened.
func lived(t *testing.T) *sqlite.Store {
	t.Helper()
	ctx := context.Background()
	s, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "hotline.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 {
		b, err := s.Book(ctx, callbacks.Request{
			Key: fmt.Sprint(i), Line: "gopay", Desk: "support", Topic: "refund", Language: "zh",
			Number: fmt.Sprintf("+6281200%05d", i), Account: fmt.Sprint(i),
			Answers: "refund:12", Kind: callbacks.ASAP, Urgent: i == 3, Called: storetest.Start, Due: storetest.Start,
			Expires: storetest.Start.Add(time.Hour),
			SMSBody: func(c callbacks.Callback) string { return "t " + c.Reference },
		}, fmt.Sprint(1000000+i))
		must(err)
		must(s.AttachNote(ctx, b.Callback.ID, callbacks.Recording{SID: fmt.Sprint("RE", i), URL: "u", Seconds: i}))
	}
	_, err = s.Claim(ctx, callbacks.Claim{CallbackID: 2, AttemptID: "a", From: "+622150001000", Ring: time.Minute,
		Now: storetest.Start, Lease: time.Minute,
		Target: callbacks.Target{ID: "support-1", Kind: callbacks.SIP, Address: "sip:a@example.com"}})
	must(err)
	_, err = s.Move(ctx, 1, callbacks.Move{Key: "m", Kind: callbacks.Slot, Due: storetest.Start,
		SlotEnd: storetest.Start.Add(time.Hour), Expires: storetest.Start.Add(2 * time.Hour)})
	must(err)
	_, err = s.SaveMessage(ctx, callbacks.Message{Key: "k", Reference: "2000000", Line: "upay", Desk: "support",
		Caller: "+1", Received: storetest.Start})
	must(err)
	_, err = s.SaveCallRecord(ctx, callbacks.CallRecord{Key: "CA1", Reference: "3000000", Line: "upay", Desk: "support",
		Began: storetest.Start})
	must(err)
	must(s.MarkTaken(ctx, "CA1", 1, storetest.Support1, storetest.Start))
	must(s.SetLastRun(ctx, "report", storetest.Start))
	for range 2 {
		_, err = s.DeclareOverride(ctx, callbacks.DeclaredOverride{Line: "gopay", Desk: "support", Open: true,
			From:   storetest.Start,
			Until:  storetest.Start.Add(time.Hour),
			Reason: "地震", Say: map[string]string{"zh": "关闭"}, By: "sari", Created: storetest.Start})
		must(err)
	}
	_, err = s.LiftOverrides(ctx, "gopay", "support", "budi", storetest.Start)
	must(err)
	for i := range 3 {
		_, err = s.DeclareOverride(ctx, callbacks.DeclaredOverride{Line: "upay", Open: i == 1, From: storetest.Start,
			Until: storetest.Start.Add(time.Hour)})
		must(err)
		_, _, err = s.AddVersion(ctx, callbacks.Version{Hash: fmt.Sprint("h", i%2), At: storetest.Start, Author: "sari",
			Note: "n", Changes: "变",
			Files: map[string][]byte{"lines/upay.yaml": {byte(i), 0xff}, "empty": {},
				fmt.Sprint("only", i): []byte("same"), "prompts/audio/en/goodbye.wav": []byte("RIFF")}})
		must(err)
	}
	_, _, err = s.SMSDelivered(ctx, callbacks.SMSDelivery{SMSID: 2, SID: "SM2", State: callbacks.SMSUndelivered,
		Code: 30005, Remark: "no such number"})
	must(err)
	must(s.SeeInstance(ctx, callbacks.Instance{ID: "i", Seen: storetest.Start}))
	return s
}

// seen is everything that a store tells.
func seen(t *testing.T, s storetest.Store) (all []any) {
	t.Helper()
	ctx := context.Background()
	note := func(v any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	for id := range int64(5) {
		note(s.Record(ctx, id+1))
		note(s.SMSOf(ctx, id+1))
	}
	note(s.ActiveAttempts(ctx))
	note(s.List(ctx, callbacks.Filter{}))
	note(s.Promote(ctx, storetest.Start.Add(time.Hour), 100))
	note(s.Waiting(ctx))
	note(s.Ready(ctx, callbacks.Desk{Line: "gopay", Desk: "support"}, nil, 100))
	note(s.Report(ctx, storetest.Start, storetest.Start.Add(time.Hour)))
	note(s.LastRun(ctx, "report"))
	note(s.WasTaken(ctx, "CA1", 1))
	note(s.NextSMS(ctx))
	note(s.SaveMessage(ctx, callbacks.Message{Key: "k", Reference: "9"}))
	note(s.SaveCallRecord(ctx, callbacks.CallRecord{Key: "CA1", Reference: "9"}))
	note(s.Overrides(ctx, storetest.Start))
	note(s.Versions(ctx, 10))
	for number := range int64(4) {
		note(s.Version(ctx, number))
	}
	note(s.VersionOf(ctx, "h1"))
	return all
}

func TestEverythingMovesToPostgreSQL(t *testing.T) {
	ctx := context.Background()
	old, url := lived(t), cluster.Database(t)
	s := open(t, url)
	rows := map[string]int{}
	if err := s.CopyFrom(ctx, old.Store, func(table string, done, of int) { rows[table] = done }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(seen(t, old), seen(t, s)); diff != "" {
		t.Errorf("-SQLite +PostgreSQL\n%s", diff)
	}
	if rows["callbacks"] != 5 || rows["attempts"] != 1 || rows["sms"] != 5 || rows["overrides"] != 5 ||
		rows["config_versions"] != 3 || rows["config_audio"] != 1 || rows["config_version_audio"] != 3 {
		t.Errorf("progress told %v", rows)
	}
	if list, err := s.Instances(ctx, time.Time{}); err != nil || len(list) != 0 {
		t.Errorf("instances run on nothing: %+v, %v", list, err)
	}
	// Life goes on: numbers behind those that were copied, references that stay unique.
	b, err := s.Book(ctx, callbacks.Request{Key: "new", Line: "gopay", Desk: "support", Number: "+628129999999",
		Kind:   callbacks.ASAP,
		Called: storetest.Start, Due: storetest.Start, Expires: storetest.Start.Add(time.Hour)}, "4000000")
	if err != nil || b.Callback.ID != 6 {
		t.Errorf("the next callback is %+v, %v", b.Callback, err)
	}
	next := callbacks.DeclaredOverride{Line: "gopay", Until: storetest.Start}
	if o, err := s.DeclareOverride(ctx, next); err != nil || o.ID != 6 {
		t.Errorf("the next override is %+v, %v", o, err)
	}
	// it is in force
	if v, added, err := s.AddVersion(ctx, callbacks.Version{Hash: "h0"}); err != nil || added || v.Number != 3 {
		t.Errorf("the version in force is %+v, %v, %v", v, added, err)
	}
	if v, added, err := s.AddVersion(ctx, callbacks.Version{Hash: "h3"}); err != nil || !added || v.Number != 4 {
		t.Errorf("the next version is %+v, %v, %v", v, added, err)
	}
	if _, err := s.SaveCallRecord(ctx, callbacks.CallRecord{Key: "CA2", Reference: "1000001"}); !errors.Is(err,
		callbacks.ErrReferenceTaken) {
		t.Errorf("a reference is given out again: %v", err)
	}
	if err := s.CopyFrom(ctx, old.Store, nil); !errors.Is(err, sqlstore.ErrNotEmpty) {
		t.Errorf("copied onto what is there: %v", err)
	}
}

// Who has started an instance on the new database already has a version there, the first of a history. It makes way for
// the one that is copied.
func TestAMoveAfterAFirstStart(t *testing.T) {
	ctx := context.Background()
	old := lived(t)
	s := open(t, cluster.Database(t))
	begun := func(hash string) {
		t.Helper()
		if err := s.SetLastRun(ctx, "report", storetest.Start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, added, err := s.AddVersion(ctx, callbacks.Version{Hash: hash,
			Files: map[string][]byte{"empty": {}, "x.wav": []byte(hash)}}); err != nil || !added {
			t.Fatal(added, err)
		}
	}
	begun("h1")
	if err := s.CopyFrom(ctx, old.Store, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(seen(t, old), seen(t, s)); diff != "" {
		t.Errorf("-SQLite +PostgreSQL\n%s", diff)
	}
	s = open(t, cluster.Database(t))
	begun("h1")
	begun("h2") // somebody has worked with it
	if err := s.CopyFrom(ctx, old.Store, nil); !errors.Is(err, sqlstore.ErrNotEmpty) {
		t.Errorf("copied onto a history: %v", err)
	}
	if v, err := s.Version(ctx, 0); err != nil || v.Number != 2 || len(v.Files) != 2 {
		t.Errorf("its own version is %+v, %v", v, err)
	}
}

// Nothing is left behind when the move breaks off.
func TestAMoveThatBreaksOff(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := open(t, cluster.Database(t))
	err := s.CopyFrom(ctx, lived(t).Store, func(table string, _, _ int) {
		if table == "attempts" {
			cancel()
		}
	})
	if err == nil {
		t.Fatal("the move did not break off")
	}
	if _, err := s.Callback(context.Background(), 1); !errors.Is(err, callbacks.ErrNotFound) {
		t.Errorf("half of it is there: %v", err)
	}
}

// Two machines whose clocks differ go by the database's.
func TestOneClock(t *testing.T) {
	s := open(t, cluster.Database(t))
	for _, off := range []time.Duration{-time.Hour, 0, 37 * time.Minute} {
		clock, err := s.Clock(t.Context(), func() time.Time { return time.Now().Add(off) })
		if err != nil {
			t.Fatal(err)
		}
		if d := time.Until(clock()).Abs(); d > time.Second {
			t.Errorf("a clock that is off by %v goes by %v, off by %v", off, clock(), d)
		}
	}
}

// Somebody sets this machine's clock, forward and back, while the server runs.
func TestTheClockSteps(t *testing.T) {
	s := open(t, cluster.Database(t))
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		var off atomic.Int64
		clock, err := s.Clock(t.Context(), func() time.Time { return time.Now().Add(time.Duration(off.Load())) })
		if err != nil {
			t.Fatal(err)
		}
		off.Store(int64(step))
		limit := time.Now().Add(10 * time.Second)
		for time.Until(clock()).Abs() > time.Second {
			if time.Now().After(limit) {
				t.Fatalf("after a step of %v it is still off by %v", step, -time.Until(clock()))
			}
		}
	}
}

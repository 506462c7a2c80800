package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// How fast a store is, is held against something else in the same run: a figure of one machine says nothing on another.

// chances is how often a comparison is made that a busy machine may have spoiled.
const chances = 3

// bookingChances is the same for what takes a second, and on a fast disk has no great margin.
const bookingChances = 8

// A Database is one that a store has made, for what a test does to it past the store, on one connection.
type Database struct {
	*sql.DB
	// Indexes is a query for the name and definition of the indexes that callbacks has, but those of its constraints.
	Indexes string
	// Hurry is what makes the connection quick instead of safe. Settle is what makes a database ready that was filled: its statistics, its log.
	Hurry, Settle []string
}

// BookingSpeed holds 64 callers who book at once against rows of the same kind that one after another is inserted, each
// durable by itself, into the same database. It takes some seconds.
func BookingSpeed(t *testing.T, s Store, db Database) {
	const callers, rounds, least = 64, 5, 3
	const single, booked = 100, 10 * callers
	// The rows refer to references, which are there already: the comparison is with one statement.
	if _, err := db.Exec(fmt.Sprintf(`INSERT INTO reference_numbers WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		SELECT 'row ' || i FROM n`, bookingChances*rounds*single)); err != nil {
		t.Fatal(err)
	}
	row, err := db.Prepare(`INSERT INTO callbacks (request_key, reference, line, desk, topic, language, number, caller, account, answers, kind,
		urgent, priority, called_ms, due_ms, slot_start_ms, slot_end_ms, expires_ms, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = row.Close() }()
	var n atomic.Int64
	request := func(line string) callbacks.Request {
		i := n.Add(1)
		return callbacks.Request{
			Key: fmt.Sprint(line, i), Line: line, Desk: "support", Topic: "refund", Language: "id", Number: fmt.Sprintf("+628120%06d", i),
			Caller: fmt.Sprintf("+628130%06d", i), Account: fmt.Sprintf("0812%06d", i), Answers: "transaction:778899", Kind: callbacks.ASAP,
			Called: Start, Due: Start, Expires: Start.Add(72 * time.Hour), Limits: callbacks.Limits{CallerLimits: callbacks.DefaultCallerLimits},
		}
	}
	inserted := 0
	insert := func() {
		r := request("rows")
		inserted++
		if _, err := row.Exec(r.Key, fmt.Sprint("row ", inserted), r.Line, r.Desk, r.Topic, r.Language, r.Number, r.Caller, r.Account, r.Answers,
			r.Kind, r.Urgent, r.Priority, r.Called.UnixMilli(), r.Due.UnixMilli(), 0, 0, r.Expires.UnixMilli(), callbacks.Booked); err != nil {
			t.Error(err)
		}
	}
	book := func() {
		r := request("gopay")
		if b, err := s.Book(context.Background(), r, r.Account); err != nil || b.Existing {
			t.Error(b, err)
		}
	}
	ratio := 0.0
	for range bookingChances {
		var most [2]float64
		for range rounds { // in turn: what else the machine does makes both slower, never faster
			most[0] = max(most[0], rate(booked, callers, book))
			most[1] = max(most[1], rate(single, 1, insert))
		}
		ratio = most[0] / most[1]
		t.Logf("%d callers book %.0f a second, %.1f times as many as are inserted one by one", callers, most[0], ratio)
		if ratio >= least || t.Failed() {
			break
		}
	}
	if ratio < least {
		t.Errorf("%d callers book %.1f times as many as are inserted one by one, at least %d times is wanted", callers, ratio, least)
	}
}

// rate is how often a second f is done when so many do it at once.
func rate(times, atOnce int, f func()) float64 {
	began := time.Now()
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for range times / atOnce {
				f()
			}
		})
	}
	wg.Wait()
	return float64(times) / time.Since(began).Seconds()
}

package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

// A Database is one that a store has made, for what a benchmark does to it past the store, on one connection.
type Database struct {
	*sql.DB
	// Indexes is a query for the name and definition of the indexes that callbacks has, but those of its constraints.
	Indexes string
	// Hurry makes the connection quick instead of safe. Settle makes a database ready that was filled: its statistics,
	// its log.
	Hurry, Settle []string
}

// growthMost is how many times as much a step may cost among a million callbacks as among a thousand.
const growthMost = 1.5

// BenchmarkGrowth compares what a dispatcher does to find a callback, claim it and end the call in a store of a million
// open callbacks with the same in one of a thousand, turn by turn. It fails if a step costs more than one and a half
// times as much. Half of the callbacks are due and wait for a telephone, half are in the future. open returns an empty
// store and its database. An iteration is a hundred calls from beginning to end, in both.
func BenchmarkGrowth(b *testing.B, open func(b *testing.B) (Store, Database)) {
	few, many := fill(b, open, 1_000), fill(b, open, 1_000_000)
	for b.Loop() {
		for range 100 {
			few.round(b)
			many.round(b)
		}
	}
	for _, step := range few.steps {
		a, m := median(few.spent[step]), median(many.spent[step])
		ratio := float64(m) / float64(a)
		b.Logf("%s: %v of a thousand, %v of a million: %.2f times", step, a, m, ratio)
		if ratio > growthMost && (step == whole || m-a >= 100*time.Microsecond) { // a page more to read is not growth
			b.Errorf("%s: a million cost %.2f times what a thousand cost, at most %.1f times is wanted", step, ratio,
				growthMost)
		}
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// A filled store has a certain number of callbacks that stand.
type filled struct {
	*suite
	db    Database
	steps []string
	spent map[string][]time.Duration
}

// fill writes callbacks past the store, spread over four desks. Indexes are made afterwards, which is quicker, and the
// references that the callbacks refer to are left out.
func fill(t *testing.B, open func(b *testing.B) (Store, Database), callbacks int) *filled {
	t.Helper()
	s, db := open(t)
	f := &filled{suite: &suite{Store: s, ctx: context.Background()}, db: db, spent: map[string][]time.Duration{}}
	for _, query := range db.Hurry {
		f.exec(t, query)
	}
	indexes := f.indexes(t)
	for name := range indexes {
		f.exec(t, "DROP INDEX "+name)
	}
	f.exec(t, fmt.Sprintf(`INSERT INTO callbacks (request_key, reference, line, desk, topic, language, number, caller,
			account, answers, kind, urgent, called_ms, due_ms, ready, expires_ms, state)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %[2]d)
		SELECT 'k' || (10000000 + i), 'r' || (10000000 + i), 'gopay', 'desk ' || (i %% 4), '', '',
			'+62' || (81000000000 + i), '', '', '',
			'asap', FALSE, %[1]d - 172800000 + i,
			CASE WHEN i %% 8 < 4 THEN %[1]d - 86400000 + i ELSE %[1]d + 86400000 + i END,
			CASE WHEN i %% 8 < 4 THEN 1 ELSE 0 END, %[1]d + 864000000 + i, 'booked' FROM n`, Start.UnixMilli(),
		callbacks))
	for _, definition := range indexes {
		f.exec(t, definition)
	}
	for _, query := range db.Settle {
		f.exec(t, query)
	}
	return f
}

// indexes are the definitions by name.
func (f *filled) indexes(t testing.TB) map[string]string {
	t.Helper()
	rows, err := f.db.Query(f.db.Indexes)
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]string{}
	for rows.Next() {
		var name, definition string
		if err := rows.Scan(&name, &definition); err != nil {
			t.Fatal(err)
		}
		made[name] = definition
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	return made
}

func (f *filled) exec(t testing.TB, query string) {
	t.Helper()
	if _, err := f.db.Exec(query); err != nil {
		t.Fatalf("%v: %s", err, query)
	}
}

// step does one thing and notes how long it took.
func (f *filled) step(t testing.TB, name string, do func() error) {
	t.Helper()
	began := time.Now()
	err := do()
	f.note(name, time.Since(began))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func (f *filled) note(name string, took time.Duration) {
	if f.spent[name] == nil {
		f.steps = append(f.steps, name)
	}
	f.spent[name] = append(f.spent[name], took)
}

// whole is all steps together.
const whole = "all from due to its end"

// round is what a dispatcher does from a callback that falls due to the end of a call.
func (f *filled) round(t testing.TB) {
	t.Helper()
	f.book(t, func(r *callbacks.Request) { r.Desk, r.Called = "desk 1", Start.Add(-100*time.Hour) }) // it comes first
	var desks []callbacks.Desk
	var first callbacks.Callback
	var r callbacks.Record
	began := time.Now()
	f.step(t, "Promote one", func() error { return f.promoted(1) })
	f.step(t, "Promote none", func() error { return f.promoted(0) })
	f.step(t, "Expired", func() error { _, err := f.Expired(f.ctx, Start, 100); return err })
	f.step(t, "Waiting", func() (err error) { desks, err = f.Waiting(f.ctx); return err })
	f.step(t, "ActiveAttempts", func() error { _, err := f.ActiveAttempts(f.ctx); return err })
	f.step(t, "Ready", func() error {
		for _, d := range desks {
			list, err := f.Ready(f.ctx, d, nil, 16)
			if err != nil || len(list) == 0 {
				return fmt.Errorf("%d of %v, %w", len(list), d, err)
			}
			if first.ID == 0 || list[0].Before(first) {
				first = list[0]
			}
		}
		return nil
	})
	f.step(t, "Record", func() error { _, err := f.Record(f.ctx, first.ID); return err })
	f.step(t, "Claim", func() (err error) { r, err = f.claim(first, "1", Start); return err })
	f.step(t, "ChangeAttempt", func() error { f.settle(t, r, callbacks.Expired, Start); return nil })
	f.step(t, "NextDue", func() error { _, err := f.NextDue(f.ctx, Start); return err })
	f.note(whole, time.Since(began))
}

func (f *filled) promoted(want int) error {
	n, err := f.Promote(f.ctx, Start, 1000)
	if n != want {
		return fmt.Errorf("%d fell due, want %d, %w", n, want, err)
	}
	return err
}

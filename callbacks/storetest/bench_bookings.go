package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/callbacks"
)

const (
	// bookers is how many callers book at once.
	bookers = 64
	// longestWait is how long none of them may wait: a caller is on the line.
	longestWait = time.Second
)

// BenchmarkBookings has 64 callers book at once, and fails if one of them waits longer than a second. An iteration is
// twenty bookings of each.
func BenchmarkBookings(b *testing.B, s Store) {
	var waits []time.Duration
	for n := 0; b.Loop(); {
		for range 20 {
			waits = append(waits, bookAtOnce(b, s, n)...)
			n++
		}
	}
	slices.Sort(waits)
	longest := waits[len(waits)-1]
	b.ReportMetric(float64(len(waits))/b.Elapsed().Seconds(), "bookings/s")
	b.ReportMetric(float64(waits[len(waits)/2].Milliseconds()), "ms/median-wait")
	b.ReportMetric(float64(longest.Milliseconds()), "ms/longest-wait")
	if longest > longestWait {
		b.Errorf("of %d callers who book at once one waits %v, at most %v is wanted", bookers, longest, longestWait)
	}
}

// bookingMost is how many times as long as a bare insert a booking may take.
const bookingMost = 1.5

// BenchmarkOneBooking compares a booking, when nobody else writes, with the insert of one short row that is as durable,
// turn by turn. An iteration is 200 of each.
func BenchmarkOneBooking(b *testing.B, open func(b *testing.B) (Store, Database)) {
	s, db := open(b)
	f := &filled{suite: &suite{Store: s, ctx: context.Background()}, db: db, spent: map[string][]time.Duration{}}
	f.exec(b, "CREATE TABLE bare (n BIGINT PRIMARY KEY, text TEXT NOT NULL)")
	for n := 0; b.Loop(); {
		for range 200 {
			n++
			number := fmt.Sprintf("+62812%09d", n)
			f.step(b, "booking", func() error {
				_, err := s.Book(f.ctx, bookingOf(number), number)
				return err
			})
			f.step(b, "insert", func() error {
				_, err := db.Exec(fmt.Sprintf("INSERT INTO bare (n, text) VALUES (%d, '%s')", n, number))
				return err
			})
		}
	}
	booking, insert := median(f.spent["booking"]), median(f.spent["insert"])
	ratio := float64(booking) / float64(insert)
	b.ReportMetric(float64(booking.Microseconds()), "µs/booking")
	b.ReportMetric(float64(insert.Microseconds()), "µs/insert")
	b.ReportMetric(ratio, "x-an-insert")
	if ratio > bookingMost {
		b.Errorf("a booking takes %v, %.1f times an insert of %v; at most %.1f is wanted", booking, ratio, insert,
			bookingMost)
	}
}

// bookingOf is a request of somebody who calls for the first time.
func bookingOf(number string) callbacks.Request {
	return callbacks.Request{
		Key: number, Line: "gopay", Desk: "support", Topic: "refund", Language: "id", Number: number, Caller: number,
		Account: number, Answers: "transaction:778899", Kind: callbacks.ASAP,
		Called: Start, Due: Start, Expires: Start.Add(72 * time.Hour),
		Limits: callbacks.Limits{CallerLimits: callbacks.DefaultCallerLimits, MaxOpen: 1_000_000},
	}
}

// bookAtOnce has each caller book once, and returns how long each waits.
func bookAtOnce(b *testing.B, s Store, n int) []time.Duration {
	waits := make([]time.Duration, bookers)
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for i := range waits {
		wg.Go(func() {
			number := fmt.Sprintf("+62812%03d%06d", i, n)
			<-begin
			began := time.Now()
			booking, err := s.Book(context.Background(), bookingOf(number), number)
			waits[i] = time.Since(began)
			if err != nil || booking.Existing {
				b.Error(booking, err)
			}
		})
	}
	close(begin)
	wg.Wait()
	return waits
}

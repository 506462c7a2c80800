package hours_test

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// allZones are the names of the tz database, one a line.
//
//go:embed testdata/zones.txt
var allZones string

// A change is the instant at which a zone's offset from UTC changes.
type change struct {
	at     time.Time
	before int // seconds, as after
	after  int
}

var sweepFrom, sweepTo = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2041, 1, 1, 0, 0, 0, 0, time.UTC)

// changesOf lists the changes of a zone from 2000 to 2040. It looks at the offset every quarter of an hour where it
// differs within a day, so that it does not depend on what the time package says about bounds.
func changesOf(z *time.Location) (out []change) {
	offset := func(at time.Time) int { _, s := at.In(z).Zone(); return s }
	step := func(from, to time.Time, by time.Duration, found func(a, b time.Time)) {
		for at := from; at.Before(to); at = at.Add(by) {
			if offset(at) != offset(at.Add(by)) {
				found(at, at.Add(by))
			}
		}
	}
	step(sweepFrom, sweepTo, 24*time.Hour, func(a, b time.Time) {
		step(a, b, time.Minute, func(a, b time.Time) { out = append(out, change{b, offset(a), offset(b)}) })
	})
	return out
}

// A place is zones that have the same offsets from 2000 to 2040.
type place struct {
	name    string // of the first
	changes []change
}

// places lists the zones, alike ones once.
var places = sync.OnceValue(func() (out []place) {
	seen := map[string]bool{}
	for name := range strings.FieldsSeq(allZones) {
		z, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		_, offset := sweepFrom.In(z).Zone()
		p := place{name, changesOf(z)}
		if key := fmt.Sprint(offset, p.changes); !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	return out
})

// compare holds every answer of a calendar at every minute against a function that decides single instants.
func compare(c *hours.Calendar, open func(time.Time) bool, from, to time.Time) error {
	var runs []hours.Interval // of either state, alternating
	first, was := open(from), open(from)
	runs = append(runs, hours.Interval{From: from})
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		if now := open(at); now != was {
			was = now
			runs[len(runs)-1].To = at
			runs = append(runs, hours.Interval{From: at})
		}
	}
	runs[len(runs)-1].To = to
	var spans []hours.Interval
	var working time.Duration
	state := first
	for i, run := range runs {
		if err := compareRun(c, run, state, i > 0, i+1 < len(runs)); err != nil {
			return err
		}
		if state {
			spans = append(spans, run)
			working += run.To.Sub(run.From)
		}
		state = !state
	}
	if got := slices.Collect(c.Spans(from, to)); !slices.Equal(got, spans) {
		return fmt.Errorf("spans %v, want %v", got, spans)
	}
	if got := c.Working(from, to); got != working {
		return fmt.Errorf("working time %s, want %s", got, working)
	}
	return nil
}

// compareRun looks at every minute of a stretch of one state. Whether its ends are changes or only ends of what was
// looked at is told.
func compareRun(c *hours.Calendar, run hours.Interval, open, begins, ends bool) error {
	for at := run.From; at.Before(run.To); at = at.Add(time.Minute) {
		s := c.At(at)
		var err error
		switch {
		case s.Open != open:
			err = errors.New("wrong state")
		case begins && !s.Since.Equal(run.From), !begins && s.Since.After(run.From):
			err = errors.New("wrong Since")
		case ends && !s.Until.Equal(run.To), !ends && !s.Until.IsZero() && s.Until.Before(run.To):
			err = errors.New("wrong Until")
		case open && !s.NextOpen.IsZero(), !open && !s.NextOpen.Equal(s.Until):
			err = errors.New("wrong NextOpen")
		case at.Minute() == 0:
			err = compareAsked(c, at, s)
		}
		if err != nil {
			return fmt.Errorf("at %s, open %v from %s to %s: %w: %+v", at.In(c.Zone()), open, run.From, run.To, err, s)
		}
	}
	return nil
}

// compareAsked holds the other questions against the state.
func compareAsked(c *hours.Calendar, at time.Time, s hours.State) error {
	open, isOpen := c.NextOpening(at)
	closed, isClosed := c.NextClosing(at)
	if s.Open {
		open, isOpen, closed, isClosed = closed, isClosed, open, isOpen
	}
	// Now open is the other state's next instant, and closed is this state's.
	if !isClosed || !closed.Equal(at) || isOpen == s.Until.IsZero() || isOpen && !open.Equal(s.Until) {
		return errors.New("NextOpening or NextClosing differ")
	}
	if c.IsOpen(at) != s.Open {
		return errors.New("IsOpen differs")
	}
	if !slices.ContainsFunc(c.Explain(at).Considered, func(r hours.Considered) bool {
		return r.Decides && r.Applies && r.Open == s.Open && r.Rule == s.Rule && r.Reason == s.Reason &&
			r.Source == s.Source
	}) {
		return fmt.Errorf("explained by %+v", c.Explain(at).Considered)
	}
	return nil
}

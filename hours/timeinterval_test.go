package hours_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/timeinterval"

	"github.com/hotline-ivr/hotline/hours"
)

// timeIntervals writes a week for alertmanager, whose ranges end at midnight: a night shift becomes two.
func timeIntervals(z *time.Location, week hours.Week) (out []timeinterval.TimeInterval) {
	add := func(d, from, to int) {
		if from == to {
			return
		}
		out = append(out, timeinterval.TimeInterval{
			Times:    []timeinterval.TimeRange{{StartMinute: from, EndMinute: to}},
			Weekdays: []timeinterval.WeekdayRange{{InclusiveRange: timeinterval.InclusiveRange{Begin: d, End: d}}},
			Location: &timeinterval.Location{Location: z},
		})
	}
	for d, spans := range week {
		for _, s := range spans {
			if s.To > s.From {
				add(d, s.From, s.To)
				continue
			}
			add(d, s.From, 24*60)
			add((d+1)%7, 0, s.To)
		}
	}
	return out
}

// groupedIntervals is [officeWeek] in the fewest words that alertmanager has for it.
func groupedIntervals(z *time.Location) []timeinterval.TimeInterval {
	return []timeinterval.TimeInterval{{
		Times: []timeinterval.TimeRange{{StartMinute: 9 * 60, EndMinute: 12 * 60},
			{StartMinute: 13 * 60, EndMinute: 18 * 60}},
		Weekdays: []timeinterval.WeekdayRange{{InclusiveRange: timeinterval.InclusiveRange{Begin: 1, End: 5}}},
		Location: &timeinterval.Location{Location: z},
	}}
}

func contains(all []timeinterval.TimeInterval, at time.Time) bool {
	for i := range all {
		if all[i].ContainsTime(at) {
			return true
		}
	}
	return false
}

// TestAlertmanagerAgrees: the other module reads the wall clock as this package says it does, so there is no
// disagreement to excuse. Instants lie around clock changes, and a week on either side.
func TestAlertmanagerAgrees(t *testing.T) {
	const schedules = 2000
	all := places()
	for shard := range 2 {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			for n := shard; n < schedules; n += 2 {
				p := all[n%len(all)]
				z, near := zone(t, p.name), time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)
				if len(p.changes) > 0 {
					near = p.changes[n/len(all)%len(p.changes)].at
				}
				draw := drawFast(uint64(n))
				week := draw.rules(z, near).Week
				c, err := hours.New(z, week, nil)
				if err != nil {
					t.Fatal(err)
				}
				theirs := timeIntervals(z, week)
				for range 500 {
					reach := 36 * 60
					if draw.oneIn(4) {
						reach = 8 * 24 * 60
					}
					at := near.Add(time.Duration(draw(-reach, reach)) * time.Minute)
					if got, want := c.At(at).Open, contains(theirs, at); got != want {
						t.Fatalf("schedule %d, %s at %s: open %v, alertmanager says %v: %v", n, p.name, at.In(z), got, want, week)
					}
				}
			}
		})
	}
}

package hours_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

// Two calendars in zones that shift against each other: what does not overlap in winter opens in summer.
func TestAnOverlapThatOpensWithTheSeason(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	daily := func(zone *time.Location, from, to int) *hours.Calendar {
		var week hours.Week
		for day := range week {
			week[day] = []hours.Span{{From: from * 60, To: to * 60}}
		}
		calendar, err := hours.New(zone, week, nil)
		if err != nil {
			t.Fatal(err)
		}
		return calendar
	}
	both := hours.Intersect(daily(london, 8, 9), daily(time.UTC, 7, 8))
	winter := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	want := time.Date(2026, 3, 29, 7, 0, 0, 0, time.UTC) // the day on which London's clock goes forward
	if got, ok := both.NextOpening(winter); !ok || !got.Equal(want) {
		t.Errorf("NextOpening = %v, %v; want %v", got, ok, want)
	}
	if state := both.At(winter); !state.NextOpen.Equal(want) || !state.Until.Equal(want) {
		t.Errorf("At: until %v, next open %v; want %v", state.Until, state.NextOpen, want)
	}
	if worked := both.Working(winter, winter.AddDate(1, 0, 0)); worked != 210*time.Hour {
		t.Errorf("in a year both are open for %v; want an hour on each of the 210 days of summer time", worked)
	}
}

package hours_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/hours"
)

func TestSlots(t *testing.T) {
	every := func(texts ...string) hours.Week {
		s := spans(t, texts...)
		return hours.Week{s, s, s, s, s, s, s}
	}
	tests := []struct {
		name, zone string
		week       hours.Week
		from       string
		length     time.Duration
		n          int
		want       []string // start on the wall clock, and its day when that changes
	}{
		{"eq start", "Asia/Jakarta", every("09:00-12:00"), "2026-01-05 09:00", 30 * time.Minute, 3, []string{"05 09:00", "05 09:30", "05 10:00"}},
		{"just after a start", "Asia/Jakarta", every("09:00-12:00"), "2026-01-05 09:00:01", 30 * time.Minute, 2, []string{"05 09:30", "05 10:00"}},
		{"the last whole slot of a span", "Asia/Jakarta", every("09:00-12:00", "13:00-17:00"), "2026-01-05 11:01", 30 * time.Minute, 3, []string{"05 11:30", "05 13:00", "05 13:30"}},
		{"span begins off the grid", "Asia/Jakarta", every("08:40-10:10"), "2026-01-05 00:00", 30 * time.Minute, 3, []string{"05 09:00", "05 09:30", "06 09:00"}},
		{"span shorter than a slot", "Asia/Jakarta", every("09:00-09:20", "10:00-11:00"), "2026-01-05 00:00", 30 * time.Minute, 2, []string{"05 10:00", "05 10:30"}},
		{"45 minutes start on quarters", "Asia/Jakarta", every("08:40-11:00"), "2026-01-05 09:00", 45 * time.Minute, 3, []string{"05 09:30", "05 10:15", "06 08:45"}},
		{"two hours from the start of the span", "Asia/Jakarta", every("09:00-17:00"), "2026-01-05 10:00", 2 * time.Hour, 3, []string{"05 11:00", "05 13:00", "05 15:00"}},
		{"overnight", "Asia/Jakarta", every("22:00-06:00"), "2026-01-05 23:31", time.Hour, 2, []string{"06 00:00", "06 01:00"}},
		{"over a clock that is put back", "America/New_York", every("00:00-24:00"), "2026-11-01 00:30", time.Hour, 3, []string{"01 01:00", "01 01:00", "01 02:00"}},
		{"one slot over the change", "America/New_York", every("00:00-24:00"), "2026-11-01 00:00", 90 * time.Minute, 3, []string{"01 00:00", "01 01:30", "01 02:00"}},
		{"over a clock that is put forward", "America/New_York", every("00:00-24:00"), "2026-03-08 01:00", time.Hour, 2, []string{"08 01:00", "08 03:00"}},
		{"aligned again after half an hour is repeated", "Australia/Lord_Howe", every("00:00-24:00"), "2026-04-05 00:30", time.Hour, 3, []string{"05 01:00", "05 02:00", "05 03:00"}},
		{"no length", "Asia/Jakarta", every("09:00-12:00"), "2026-01-05 09:00", 0, 3, nil},
		{"none asked for", "Asia/Jakarta", every("09:00-12:00"), "2026-01-05 09:00", time.Hour, 0, nil},
		{"never open", "Asia/Jakarta", hours.Week{}, "2026-01-05 09:00", time.Hour, 3, nil},
		{"longer than any span", "Asia/Jakarta", every("09:00-12:00"), "2026-01-05 09:00", 4 * time.Hour, 3, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			z := zone(t, tt.zone)
			c, err := hours.New(z, tt.week, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range c.Slots(wall(t, z, tt.from), tt.length, tt.n) {
				got = append(got, s.From.In(z).Format("02 15:04"))
				if s.To.Sub(s.From) != tt.length {
					t.Errorf("slot of %s: %v", s.To.Sub(s.From), s)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

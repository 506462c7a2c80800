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
		{"eq start", "Asia/Jakarta", every("09:00-12:00"), "2026-01-05 09:00", 30 * time.Minute, 3,
			[]string{"05 09:00", "05 09:30", "05 10:00"}},
		{"just after a start", "Asia/Jakarta", every("09:00-12:00"), "2026-01-05 09:00:01", 30 * time.Minute, 2,
			[]string{"05 09:30", "05 10:00"}},
		{"the last whole slot of a span", "Asia/Jakarta", every("09:00-12:00", "13:00-17:00"), "2026-01-05 11:01",
			30 * time.Minute, 3, []string{"05 11:30", "05 13:00", "05 13:30"}},
		{"span begins off the grid", "Asia/Jakarta", every("08:40-10:10"), "2026-01-05 00:00", 30 * time.Minute, 3,
			[]string{"05 09:00", "05 09:30", "06 09:00"}},
		{"span shorter than a slot", "Asia/Jakarta", every("09:00-09:20", "10:00-11:00"), "2026-01-05 00:00",
			30 * time.Minute, 2, []string{"05 10:00", "05 10:30"}},
		{"45 minutes start on quarters", "Asia/Jakarta", every("08:40-11:00"), "2026-01-05 09:00", 45 * time.Minute, 3,
			[]string{"05 09:30", "05 10:15", "06 08:45"}},
		{"two hours from the start of the span", "Asia/Jakarta", every("09:00-17:00"), "2026-01-05 10:00",
			2 * time.Hour, 3,
			[]string{"05 11:00", "05 13:00", "05 15:00"}},
		{"overnight", "Asia/Jakarta", every("22:00-06:00"), "2026-01-05 23:31", time.Hour, 2,
			[]string{"06 00:00", "06 01:00"}},
		{"over a clock that is put back", "America/New_York", every("00:00-24:00"), "2026-11-01 00:30", time.Hour, 3,
			[]string{"01 01:00", "01 01:00", "01 02:00"}},
		{"one slot over the change", "America/New_York", every("00:00-24:00"), "2026-11-01 00:00", 90 * time.Minute, 3,
			[]string{"01 00:00", "01 01:30", "01 02:00"}},
		{"over a clock that is put forward", "America/New_York", every("00:00-24:00"), "2026-03-08 01:00", time.Hour, 2,
			[]string{"08 01:00", "08 03:00"}},
		{"aligned again after half an hour is repeated", "Australia/Lord_Howe", every("00:00-24:00"),
			"2026-04-05 00:30",
			time.Hour, 3, []string{"05 01:00", "05 02:00", "05 03:00"}},
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

// TestSlotsOfAnOverride: an override that opens is a span of its own, however long ago it began.
func TestSlotsOfAnOverride(t *testing.T) {
	z := zone(t, "Asia/Jakarta")
	c, err := hours.Build(hours.Rules{Zone: z, Overrides: []hours.Override{
		{From: wall(t, z, "2026-01-05 09:10"), Open: true, Reason: "Flood"}}})
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]string{
		"2026-01-05 09:00": "2026-01-05 10:00", // seven hours from the hour after it begins
		"2026-01-06 00:01": "2026-01-06 07:00",
		"2026-07-05 00:00": "2026-07-05 06:00",
	} {
		if got := c.Slots(wall(t, z, from), 7*time.Hour, 1); len(got) != 1 ||
			got[0].From.In(z).Format("2006-01-02 15:04") != want {
			t.Errorf("from %s: %v, want %s", from, got, want)
		}
	}
}

func TestSlotsOfTwoCalendars(t *testing.T) {
	jakarta, tokyo := zone(t, "Asia/Jakarta"), zone(t, "Asia/Tokyo")
	day, calling := spans(t, "06:00-09:00"), spans(t, "09:00-20:00") // 09:00 in Tokyo is 07:00 in Jakarta
	line, err := hours.New(jakarta, hours.Week{day, day, day, day, day, day, day}, nil)
	if err != nil {
		t.Fatal(err)
	}
	caller, err := hours.New(tokyo, hours.Week{calling, calling, calling, calling, calling, calling, calling}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := hours.Intersect(line, caller)
	got := c.Slots(wall(t, jakarta, "2026-01-05 00:00"), time.Hour, 3)
	want := []string{"05 07:00", "05 08:00", "06 07:00"}
	for i, s := range got {
		if s.From.In(jakarta).Format("02 15:04") != want[i] {
			t.Errorf("slot %d begins at %s, want %s", i, s.From.In(jakarta), want[i])
		}
	}
	if len(got) != 3 || c.Zone() != jakarta {
		t.Errorf("%v in %s", got, c.Zone())
	}
	for at, rule := range map[string]string{"2026-01-05 05:00": "week mon closed",
		"2026-01-05 06:30": "week mon closed",
		"2026-01-05 08:30": "week mon 06:00-09:00"} {
		if s := c.At(wall(t, jakarta, at)); s.Rule != rule {
			t.Errorf("%s: %+v", at, s)
		}
	}
	why := c.Explain(wall(t, jakarta, "2026-01-05 06:30"))
	if why.State.Reason != "Closed: outside Monday's hours, 09:00-20:00." || len(why.Considered) != 2 {
		t.Errorf("%+v", why)
	}
}

package hours_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/hours"
)

func TestReadingsOfAClockThatChanges(t *testing.T) {
	for _, c := range []struct{ zone, date, reading, want string }{
		{"Asia/Jakarta", "2026-11-01", "01:30", "2026-10-31T18:30:00Z"},
		{"Asia/Jakarta", "2026-12-31", "24:00", "2026-12-31T17:00:00Z"},
		{"America/New_York", "2026-11-01", "00:59", "2026-11-01T04:59:00Z"},
		{"America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"}, // the first
		{"America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00:00Z"},
		{"America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"}, // 03:30
		{"Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"},    // the first
		{"Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"},    // 03:30
		{"Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z"},
		{"Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z"},
	} {
		date, err := hours.ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		minute := int(c.reading[0]-'0')*600 + int(c.reading[1]-'0')*60 + int(c.reading[3]-'0')*10 +
			int(c.reading[4]-'0')
		if got := hours.InstantOf(date, minute, zone(t, c.zone)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s %s in %s is %s, want %s", c.date, c.reading, c.zone, got, c.want)
		}
	}
}

// Near the changes of many clocks, the first instant that shows a reading is the one that is meant, and every other one
// is repeated.
func TestReadingsNearClockChanges(t *testing.T) {
	repeated := 0
	for _, name := range []string{"America/New_York", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe",
		"America/Santiago", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Beirut", "Asia/Tehran", "Pacific/Apia",
		"Antarctica/Troll"} {
		z := zone(t, name)
		change := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
		for {
			if _, change = change.In(z).ZoneBounds(); change.IsZero() || change.Year() > 2026 {
				break
			}
			repeated += readingsNear(t, z, change)
		}
	}
	if repeated < 300 {
		t.Errorf("only %d readings are repeated", repeated)
	}
}

func readingsNear(t *testing.T, z *time.Location, change time.Time) (repeated int) {
	t.Helper()
	seen := map[string]bool{}
	for at := change.Add(-26 * time.Hour).UTC(); at.Before(change.Add(26 * time.Hour)); at = at.Add(15 * time.Minute) {
		local := at.In(z)
		reading := local.Format("2006-01-02 15:04")
		if got := hours.Repeated(local); got != seen[reading] {
			t.Fatalf("%s is the second time: %t", local, got)
		}
		if seen[reading] {
			repeated++
			continue
		}
		seen[reading] = true
		if at.Before(change.Add(-25 * time.Hour)) {
			continue // whether it was shown before is not known
		}
		minute := local.Hour()*60 + local.Minute()
		if got := hours.InstantOf(hours.DateOf(local), minute, z); !got.Equal(at) {
			t.Fatalf("%s is taken for %s", local, got.In(z))
		}
	}
	return repeated
}

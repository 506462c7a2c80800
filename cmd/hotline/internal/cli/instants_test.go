package cli

import (
	"strings"
	"testing"
	"time"
)

func TestInstants(t *testing.T) {
	jakarta, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC) // noon in Jakarta
	for _, c := range []struct {
		text, want string
		zone       *time.Location
	}{
		{"now", "2026-11-26T05:00:00Z", jakarta},
		{"18:00", "2026-11-26T11:00:00Z", jakarta},
		{"11:00", "2026-11-27T04:00:00Z", jakarta},
		{"12:00", "2026-11-27T05:00:00Z", jakarta},
		{"2026-12-01 14:00", "2026-12-01T07:00:00Z", jakarta},
		{"2027-11-07 01:30", "2027-11-07T05:30:00Z", newYork}, // the first of two
		{"2027-03-14 02:30", "2027-03-14T07:30:00Z", newYork}, // skipped: 03:30
		{"2026-12-01T14:00:00+09:00", "2026-12-01T05:00:00Z", nil},
		{"90m", "2026-11-26T06:30:00Z", nil},
		{"-2h", "has passed; write how long from now", jakarta},
		{"18:00", "on whose clock? Name the line with --line", nil},
		{"2026-12-01 14:00", "on whose clock?", nil},
		{"25:00", "is not a valid time; write " + instantForms, jakarta},
		{"2026-02-30 10:00", "is not a valid time", jakarta},
		{"", "is not a valid time", jakarta},
	} {
		at, err := parseInstant("--at", c.text, c.zone, now, now)
		if err != nil && strings.Contains(err.Error(), c.want) && at.IsZero() {
			continue
		}
		if err != nil || at.Format(time.RFC3339) != c.want {
			t.Errorf("%q: %v, %v; want %s", c.text, at, err, c.want)
		}
	}
}

package spoken_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

func TestJapanese(t *testing.T) {
	tokyo := zone(t, "Asia/Tokyo")
	now := at(t, tokyo, "2026-09-21 12:00:00")
	for _, tt := range []struct{ at, want string }{
		{"2026-09-21 14:00:00", "本日午後2時"},
		{"2026-09-22 09:00:00", "みょうにち、火曜日、午前9時"},
		{"2026-09-24 14:00:00", "9月24日木曜日、午後2時"},
		{"2026-09-24 12:00:00", "9月24日木曜日、正午"},
		{"2026-09-24 12:30:00", "9月24日木曜日、午後0時30分"},
		{"2026-09-24 00:05:00", "9月24日木曜日、午前0時5分"},
		{"2027-09-24 09:00:00", "2027年9月24日金曜日、午前9時"},
	} {
		if got := spoken.When("ja", at(t, tokyo, tt.at), now, tokyo); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.at, got, tt.want)
		}
	}
	day := at(t, tokyo, "2026-09-24 00:00:00")
	for _, tt := range []struct {
		from, to time.Duration
		want     string
	}{
		{10 * time.Hour, 10*time.Hour + 30*time.Minute, "9月24日木曜日、午前10時から10時30分まで"},
		{11*time.Hour + 30*time.Minute, 12 * time.Hour, "9月24日木曜日、午前11時30分から正午まで"},
		{11 * time.Hour, 13 * time.Hour, "9月24日木曜日、午前11時から午後1時まで"},
		{12 * time.Hour, 12*time.Hour + 30*time.Minute, "9月24日木曜日、正午から午後0時30分まで"},
		{23 * time.Hour, 24 * time.Hour, "9月24日木曜日、午後11時から夜12時まで"},
	} {
		if got := spoken.Between("ja", day.Add(tt.from), day.Add(tt.to), time.Time{}, now, tokyo); got != tt.want {
			t.Errorf("%v to %v: %q, want %q", tt.from, tt.to, got, tt.want)
		}
	}
}

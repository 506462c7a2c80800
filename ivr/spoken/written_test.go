package spoken_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

func TestWritten(t *testing.T) {
	for _, tt := range []struct{ tag, zone, when, between string }{
		{"en", "Asia/Jakarta", "Mon 9 Mar, 08:00 Jakarta time", "Mon 9 Mar, 08:00-08:30 Jakarta time"},
		{"en", "America/New_York", "Mon 9 Mar, 08:00 New York time", "Mon 9 Mar, 08:00-08:30 New York time"},
		{"id", "Asia/Jakarta", "Sen 9 Mar 08.00 WIB", "Sen 9 Mar 08.00-08.30 WIB"},
		{"id", "Asia/Singapore", "Sen 9 Mar 08.00 waktu Singapura", "Sen 9 Mar 08.00-08.30 waktu Singapura"},
		{"ja", "Asia/Tokyo", "3月9日(月)8:00（日本時間）", "3月9日(月)8:00-8:30（日本時間）"},
		{"zh", "Asia/Shanghai", "3月9日8:00（北京时间）", "3月9日8:00-8:30（北京时间）"},
		{"zh", "Asia/Singapore", "3月9日8:00（新加坡时间）", "3月9日8:00-8:30（新加坡时间）"},
		{"fr", "UTC", "Mon 9 Mar, 08:00 UTC time", "Mon 9 Mar, 08:00-08:30 UTC time"},
	} {
		z := zone(t, tt.zone)
		from := at(t, z, "2026-03-09 08:00:00")
		if got := spoken.WrittenWhen(tt.tag, from.UTC(), z); got != tt.when {
			t.Errorf("%s in %s: %q, want %q", tt.tag, tt.zone, got, tt.when)
		}
		if got := spoken.WrittenBetween(tt.tag, from.UTC(), from.Add(30*time.Minute).UTC(), z); got != tt.between {
			t.Errorf("%s in %s: %q, want %q", tt.tag, tt.zone, got, tt.between)
		}
	}
}

package spoken_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

func TestWritten(t *testing.T) {
	for _, tt := range []struct{ tag, zone, when, between string }{
		{"en", "Asia/Jakarta", "Mon 9 Mar, 08:00 (Jakarta)", "Mon 9 Mar, 08:00–08:30 (Jakarta)"},
		{"en", "America/New_York", "Mon 9 Mar, 08:00 (New York)", "Mon 9 Mar, 08:00–08:30 (New York)"},
		{"id", "Asia/Jakarta", "Sen 9 Mar 08.00 WIB", "Sen 9 Mar 08.00–08.30 WIB"},
		{"id", "Asia/Singapore", "Sen 9 Mar 08.00 (Singapore)", "Sen 9 Mar 08.00–08.30 (Singapore)"},
		{"ja", "Asia/Tokyo", "3月9日(月)8:00", "3月9日(月)8:00–8:30"},
		{"zh", "Asia/Shanghai", "3月9日8:00", "3月9日8:00–8:30"},
		{"zh", "Asia/Singapore", "3月9日8:00（Singapore时间）", "3月9日8:00–8:30（Singapore时间）"},
		{"fr", "UTC", "Mon 9 Mar, 08:00 (UTC)", "Mon 9 Mar, 08:00–08:30 (UTC)"},
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

package config_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config"
)

func TestShippedLoads(t *testing.T) {
	s := load(t, config.Shipped())
	gopay := s.ByID("gopay")
	if gopay == nil {
		t.Fatal("there is no line gopay")
	}
	if s.ByNumber(gopay.Numbers[0]) != gopay {
		t.Errorf("nobody answers %s", gopay.Numbers[0])
	}
	topics := map[string]bool{}
	for _, topic := range gopay.Topics {
		topics[topic.ID] = true
	}
	// What callers of this line ask about, according to its guide.
	for _, id := range []string{"stolen", "payment-failed", "login", "refund", "technical", "statement", "close-account", "senior"} {
		if !topics[id] {
			t.Errorf("no topic %s", id)
		}
	}
}

func TestShippedHoursOfGopay(t *testing.T) {
	line := load(t, config.Shipped()).ByID("gopay")
	for _, tt := range []struct {
		at   string
		open bool
		why  string
	}{
		{"2026-11-23 07:59", false, "before the start"},
		{"2026-11-23 08:00", true, "eq start"},
		{"2026-11-23 17:00", false, "eq end"},
		{"2026-11-27 11:29", true, "Friday before prayers"},
		{"2026-11-27 11:30", false, "Friday prayers begin"},
		{"2026-11-27 13:00", true, "Friday prayers have ended"},
		{"2026-11-28 12:59", true, "short Saturday"},
		{"2026-11-28 13:00", false, "short Saturday, eq end"},
		{"2026-11-29 10:00", false, "Sunday"},
		{"2026-03-20 10:00", false, "Idul Fitri"},
		{"2026-03-24 10:00", false, "Idul Fitri, last day"},
		{"2026-03-25 08:00", true, "after Idul Fitri"},
		{"2026-12-24 10:00", true, "cuti bersama, as on Saturday"},
		{"2026-12-24 14:00", false, "cuti bersama, as on Saturday"},
		{"2026-12-25 10:00", false, "Natal"},
		{"2026-12-31 15:00", false, "Year-end, eq end"},
		{"2027-01-01 10:00", false, "New Year's Day"},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, line.Hours.Zone())
		if err != nil {
			t.Fatal(err)
		}
		if got := line.Hours.At(at); got.Open != tt.open || got.Source == "" {
			t.Errorf("%s (%s): %+v", tt.at, tt.why, got)
		}
		if !line.Desks["emergency"].Hours.IsOpen(at) {
			t.Errorf("%s: the emergency desk is closed", tt.at)
		}
	}
}

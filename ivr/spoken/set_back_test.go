package spoken_test

import (
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

// The hour that a clock repeats: its second time is said to be that.
func TestTheHourThatAClockRepeats(t *testing.T) {
	newYork := zone(t, "America/New_York")
	now := at(t, newYork, "2026-10-31 12:00:00")
	utc := func(text string) time.Time {
		got, err := time.Parse(time.RFC3339, "2026-11-01T"+text+":00Z")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range []struct{ tag, from, to, said, written string }{
		{"en", "05:00", "05:30", "tomorrow, Sunday, between 1 and 1:30 a.m.", "Sun 1 Nov, 01:00-01:30 New York time"},
		{"en", "05:30", "06:00", "tomorrow, Sunday, between 1:30 and 2 a.m.", "Sun 1 Nov, 01:30-02:00 New York time"},
		{"en", "06:00", "06:30", "tomorrow, Sunday, between 1 and 1:30 a.m. after the clock is set back",
			"Sun 1 Nov, 01:00-01:30 New York time after the clock is set back"},
		{"en", "06:30", "07:00", "tomorrow, Sunday, between 1:30 and 2 a.m. after the clock is set back",
			"Sun 1 Nov, 01:30-02:00 New York time after the clock is set back"},
		{"en", "07:00", "07:30", "tomorrow, Sunday, between 2 and 2:30 a.m.", "Sun 1 Nov, 02:00-02:30 New York time"},
		{"en", "05:45", "06:15",
			"tomorrow, Sunday, at 1:45 a.m. until tomorrow, Sunday, at 1:15 a.m. after the clock is set back",
			"Sun 1 Nov, 01:45 New York time - Sun 1 Nov, 01:15 New York time after the clock is set back"},
		{"id", "06:00", "06:30", "besok, hari Minggu, dari pukul satu sampai setengah dua dini hari setelah jam dimundurkan",
			"Min 1 Nov 01.00-01.30 EST setelah jam dimundurkan"},
		{"zh", "06:00", "06:30", "时钟拨回后明天星期日凌晨一点到一点半", "时钟拨回后11月1日1:00-1:30（New York时间）"},
		{"ja", "06:00", "06:30", "時計が戻った後のみょうにち、日曜日、午前1時から1時30分まで", "時計が戻った後の11月1日(日)1:00-1:30（New York時間）"},
	} {
		if got := spoken.Between(c.tag, utc(c.from), utc(c.to), time.Time{}, now, newYork); got != c.said {
			t.Errorf("%s %s: said %q, want %q", c.tag, c.from, got, c.said)
		}
		if got := spoken.WrittenBetween(c.tag, utc(c.from), utc(c.to), newYork); got != c.written {
			t.Errorf("%s %s: written %q, want %q", c.tag, c.from, got, c.written)
		}
	}
	if got := spoken.When("en", utc("06:30"), now, newYork); got !=
		"tomorrow, Sunday, at 1:30 a.m. after the clock is set back" {
		t.Errorf("a point in time: %q", got)
	}
}

// No two slots near a change of the clock have the same words, in any language, wherever they are said.
func TestSlotsNearAClockChangeDiffer(t *testing.T) {
	for _, c := range []struct{ zone, around string }{{"America/New_York", "2026-11-01"},
		{"Europe/Berlin", "2026-10-25"},
		{"Australia/Lord_Howe", "2026-04-05"}, {"America/New_York", "2026-03-08"}, {"America/Santiago", "2026-04-05"},
		{"America/Asuncion", "2023-03-26"}} {
		place := zone(t, c.zone)
		start := at(t, place, c.around+" 12:00:00").Add(-24 * time.Hour)
		for _, length := range []time.Duration{15 * time.Minute, 30 * time.Minute, 45 * time.Minute, time.Hour} {
			for _, tag := range spoken.Tags() {
				said, written := map[string]time.Time{}, map[string]time.Time{}
				for from := start; from.Before(start.Add(36 * time.Hour)); from = from.Add(length) {
					for words, seen := range map[string]map[string]time.Time{
						spoken.Between(tag, from, from.Add(length), time.Time{}, start, place): said,
						spoken.WrittenBetween(tag, from, from.Add(length), place):              written,
					} {
						if other, ok := seen[words]; ok {
							t.Errorf("%s: %s and %s are both %q", c.zone, other.UTC(), from.UTC(), words)
						}
						seen[words] = from
					}
				}
			}
		}
	}
}

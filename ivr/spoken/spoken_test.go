package spoken_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, z *time.Location, text string) time.Time {
	t.Helper()
	instant, err := time.ParseInLocation("2006-01-02 15:04:05", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

// wanted is one sentence in each language, in the order of the fields.
type wanted struct{ id, en, zh string }

func (w wanted) check(t *testing.T, say func(tag string) string) {
	t.Helper()
	for tag, want := range map[string]string{"id": w.id, "en": w.en, "zh": w.zh} {
		if got := say(tag); got != want {
			t.Errorf("%s:\n got %q\nwant %q", tag, got, want)
		}
	}
}

func TestTags(t *testing.T) {
	if got, want := spoken.Tags(), []string{"en", "id", "ja", "zh"}; !slices.Equal(got, want) {
		t.Errorf("Tags() = %q, want %q", got, want)
	}
}

func TestWhen(t *testing.T) {
	jakarta := zone(t, "Asia/Jakarta")
	cases := []struct {
		name, now, t string
		want         wanted
	}{
		{"today", "2026-11-23 08:00:00", "2026-11-23 14:00:00", wanted{
			"hari ini pukul dua siang", "today at 2 p.m.", "今天下午两点"}},
		{"tomorrow", "2026-11-23 18:10:00", "2026-11-24 09:00:00", wanted{
			"besok, hari Selasa, pukul sembilan pagi", "tomorrow, Tuesday, at 9 a.m.", "明天星期二上午九点"}},
		{"another day", "2026-11-21 12:00:00", "2026-11-23 09:00:00", wanted{
			"hari Senin, tanggal dua puluh tiga November, pukul sembilan pagi", "Monday, 23 November, at 9 a.m.",
			"11月23日星期一上午九点"}},
		{"last minute before midnight", "2026-12-31 23:59:59", "2027-01-01 10:30:00", wanted{
			"besok, hari Jumat, pukul setengah sebelas pagi", "tomorrow, Friday, at 10:30 a.m.", "明天星期五上午十点半"}},
		{"first minute after midnight", "2027-01-01 00:00:00", "2027-01-01 10:30:00", wanted{
			"hari ini pukul setengah sebelas pagi", "today at 10:30 a.m.", "今天上午十点半"}},
		{"over new year without a year", "2026-12-30 09:00:00", "2027-01-04 15:00:00", wanted{
			"hari Senin, tanggal empat Januari, pukul tiga sore", "Monday, 4 January, at 3 p.m.", "1月4日星期一下午三点"}},
		{"300 days ahead", "2026-01-01 09:00:00", "2026-10-28 09:00:00", wanted{
			"hari Rabu, tanggal dua puluh delapan Oktober, pukul sembilan pagi", "Wednesday, 28 October, at 9 a.m.",
			"10月28日星期三上午九点"}},
		{"301 days ahead", "2026-01-01 09:00:00", "2026-10-29 09:00:00", wanted{
			"hari Kamis, tanggal dua puluh sembilan Oktober dua ribu dua puluh enam, pukul sembilan pagi",
			"Thursday, 29 October 2026, at 9 a.m.", "2026年10月29日星期四上午九点"}},
		{"yesterday", "2026-11-23 09:00:00", "2026-11-22 17:00:00", wanted{
			"hari Minggu, tanggal dua puluh dua November, pukul lima sore", "Sunday, 22 November, at 5 p.m.",
			"11月22日星期日下午五点"}},
		{"years ago", "2026-11-23 09:00:00", "1998-05-21 09:00:00", wanted{
			"hari Kamis, tanggal dua puluh satu Mei seribu sembilan ratus sembilan puluh delapan, pukul sembilan pagi",
			"Thursday, 21 May 1998, at 9 a.m.", "1998年5月21日星期四上午九点"}},
		{"leap day", "2028-02-27 09:00:00", "2028-02-29 09:00:00", wanted{
			"hari Selasa, tanggal dua puluh sembilan Februari, pukul sembilan pagi", "Tuesday, 29 February, at 9 a.m.",
			"2月29日星期二上午九点"}},
		{"midnight", "2026-11-23 18:00:00", "2026-11-24 00:00:00", wanted{
			"besok, hari Selasa, tepat lewat tengah malam", "tomorrow, Tuesday, just after midnight", "明天星期二凌晨零点"}},
		{"half past midnight", "2026-11-23 18:00:00", "2026-11-24 00:30:00", wanted{
			"besok, hari Selasa, pukul setengah satu dini hari", "tomorrow, Tuesday, at 12:30 a.m.", "明天星期二凌晨零点半"}},
		{"noon", "2026-11-23 08:00:00", "2026-11-23 12:00:00", wanted{
			"hari ini pukul dua belas siang", "today at noon", "今天中午十二点"}},
		{"half past twelve", "2026-11-23 08:00:00", "2026-11-23 12:30:00", wanted{
			"hari ini pukul setengah satu siang", "today at 12:30 p.m.", "今天中午十二点半"}},
		{"single minutes, seconds left out", "2026-11-23 08:00:00", "2026-11-23 14:05:59", wanted{
			"hari ini pukul dua lewat lima siang", "today at 2:05 p.m.", "今天下午两点零五分"}},
		{"quarter", "2026-11-23 08:00:00", "2026-11-23 19:15:00", wanted{
			"hari ini pukul tujuh lewat lima belas malam", "today at 7:15 p.m.", "今天晚上七点十五分"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			now, instant := at(t, jakarta, c.now), at(t, jakarta, c.t)
			c.want.check(t, func(tag string) string {
				// UTC in, so that only the zone argument can be the source of the reading.
				return spoken.When(tag, instant.UTC(), now.UTC(), jakarta)
			})
		})
	}
}

func TestBetween(t *testing.T) {
	jakarta := zone(t, "Asia/Jakarta")
	const now = "2026-11-22 08:00:00"
	cases := []struct {
		name, from, to string
		want           wanted
	}{
		{"morning", "2026-11-24 10:00:00", "2026-11-24 10:30:00", wanted{
			"hari Selasa, tanggal dua puluh empat November, dari pukul sepuluh sampai setengah sebelas pagi",
			"Tuesday, 24 November, between 10 and 10:30 a.m.", "11月24日星期二上午十点到十点半"}},
		{"today", "2026-11-22 13:30:00", "2026-11-22 14:00:00", wanted{
			"hari ini dari pukul setengah dua sampai dua siang",
			"today between 1:30 and 2 p.m.", "今天下午一点半到两点"}},
		{"tomorrow", "2026-11-23 09:00:00", "2026-11-23 11:00:00", wanted{
			"besok, hari Senin, dari pukul sembilan pagi sampai sebelas siang",
			"tomorrow, Monday, between 9 and 11 a.m.", "明天星期一上午九点到十一点"}},
		{"until noon", "2026-11-23 11:30:00", "2026-11-23 12:00:00", wanted{
			"besok, hari Senin, dari pukul setengah dua belas sampai dua belas siang",
			"tomorrow, Monday, between 11:30 a.m. and noon", "明天星期一上午十一点半到中午十二点"}},
		{"from noon", "2026-11-23 12:00:00", "2026-11-23 12:30:00", wanted{
			"besok, hari Senin, dari pukul dua belas sampai setengah satu siang",
			"tomorrow, Monday, between noon and 12:30 p.m.", "明天星期一中午十二点到十二点半"}},
		{"from midnight", "2026-11-23 00:00:00", "2026-11-23 00:30:00", wanted{
			"besok, hari Senin, dari tengah malam sampai setengah satu dini hari",
			"tomorrow, Monday, between midnight and 12:30 a.m.", "明天星期一凌晨零点到零点半"}},
		{"until midnight", "2026-11-22 23:30:00", "2026-11-23 00:00:00", wanted{
			"hari ini dari pukul setengah dua belas malam sampai tengah malam",
			"today between 11:30 p.m. and midnight", "今天晚上十一点半到零点"}},
		{"past midnight", "2026-11-22 23:45:00", "2026-11-23 00:15:00", wanted{
			"hari ini dari pukul sebelas lewat empat puluh lima malam sampai dua belas lewat lima belas dini hari",
			"today between 11:45 p.m. and 12:15 a.m.", "今天晚上十一点四十五分到凌晨零点十五分"}},
		{"night", "2026-11-22 20:00:00", "2026-11-23 07:59:00", wanted{
			"hari ini dari pukul delapan malam sampai tujuh lewat lima puluh sembilan pagi",
			"today between 8 p.m. and 7:59 a.m.", "今天晚上八点到早上七点五十九分"}},
		{"half a day or more, past midnight", "2026-11-22 20:00:00", "2026-11-23 08:00:00", wanted{
			"hari ini pukul delapan malam sampai besok, hari Senin, pukul delapan pagi",
			"today at 8 p.m. until tomorrow, Monday, at 8 a.m.", "今天晚上八点到明天星期一早上八点"}},
		{"a whole day", "2026-11-24 00:00:00", "2026-11-25 00:00:00", wanted{
			"hari Selasa, tanggal dua puluh empat November, tepat lewat tengah malam sampai hari Rabu, tanggal dua puluh lima November, tepat lewat tengah malam",
			"Tuesday, 24 November, just after midnight until Wednesday, 25 November, just after midnight",
			"11月24日星期二凌晨零点到11月25日星期三凌晨零点"}},
		{"days", "2026-11-24 09:00:00", "2026-11-26 08:00:00", wanted{
			"hari Selasa, tanggal dua puluh empat November, pukul sembilan pagi sampai hari Kamis, tanggal dua puluh enam November, pukul delapan pagi",
			"Tuesday, 24 November, at 9 a.m. until Thursday, 26 November, at 8 a.m.",
			"11月24日星期二上午九点到11月26日星期四早上八点"}},
		{"empty", "2026-11-23 09:00:00", "2026-11-23 09:00:00", wanted{
			"besok, hari Senin, pukul sembilan pagi", "tomorrow, Monday, at 9 a.m.", "明天星期一上午九点"}},
		{"backwards", "2026-11-23 09:00:00", "2026-11-22 10:00:00", wanted{
			"besok, hari Senin, pukul sembilan pagi", "tomorrow, Monday, at 9 a.m.", "明天星期一上午九点"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			from, to := at(t, jakarta, c.from), at(t, jakarta, c.to)
			c.want.check(t, func(tag string) string {
				return spoken.Between(tag, from.UTC(), to.UTC(), time.Time{}, at(t, jakarta, now).UTC(), jakarta)
			})
		})
	}
}

// Clocks in New York are set forward on 8 March 2026 at 2 a.m. and back on 1 November 2026 at 2 a.m.
func TestClockChange(t *testing.T) {
	newYork := zone(t, "America/New_York")
	utc := func(text string) time.Time { return at(t, time.UTC, text) }
	now := utc("2026-03-07 17:00:00")

	if got, want := spoken.When("en", utc("2026-03-08 07:00:00"), now,
		newYork), "tomorrow, Sunday, at 3 a.m."; got != want {
		t.Errorf("first instant after the gap: %q, want %q", got, want)
	}
	if got, want := spoken.Between("en", utc("2026-03-08 06:30:00"), utc("2026-03-08 07:00:00"), time.Time{}, now,
		newYork),
		"tomorrow, Sunday, between 1:30 and 3 a.m."; got != want {
		t.Errorf("over the gap: %q, want %q", got, want)
	}
	// The day after a short day is still tomorrow, 23 hours away.
	if got, want := spoken.When("en", utc("2026-03-09 04:00:00"), utc("2026-03-08 05:00:00"), newYork),
		"tomorrow, Monday, just after midnight"; got != want {
		t.Errorf("after a day of 23 hours: %q, want %q", got, want)
	}

	autumn := utc("2026-10-31 17:00:00")
	for _, c := range []struct{ from, to, want string }{
		{"2026-11-01 05:00:00", "2026-11-01 05:30:00", "tomorrow, Sunday, between 1 and 1:30 a.m."},
		{"2026-11-01 06:00:00", "2026-11-01 06:30:00",
			"tomorrow, Sunday, between 1 and 1:30 a.m. after the clock is set back"},
		{"2026-11-01 05:30:00", "2026-11-01 06:00:00", "tomorrow, Sunday, between 1:30 and 2 a.m."},
		{"2026-11-01 05:00:00", "2026-11-01 06:00:00", "tomorrow, Sunday, between 1 and 2 a.m."},
		// Backwards in time, though the clock shows more.
		{"2026-11-01 06:00:00", "2026-11-01 05:30:00",
			"tomorrow, Sunday, at 1 a.m. after the clock is set back"},
	} {
		if got := spoken.Between("en", utc(c.from), utc(c.to), time.Time{}, autumn, newYork); got != c.want {
			t.Errorf("%s to %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func TestZoneDecidesTheDay(t *testing.T) {
	instant, now := at(t, time.UTC, "2026-11-23 18:00:00"), at(t, time.UTC, "2026-11-23 10:00:00")
	for name, want := range map[string]string{
		"UTC":              "today at 6 p.m.",
		"Asia/Jakarta":     "tomorrow, Tuesday, at 1 a.m.",
		"Asia/Kathmandu":   "today at 11:45 p.m.",
		"Asia/Jayapura":    "tomorrow, Tuesday, at 3 a.m.",
		"America/New_York": "today at 1 p.m.",
	} {
		if got := spoken.When("en", instant, now, zone(t, name)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestUnknownTagIsEnglish(t *testing.T) {
	now := at(t, time.UTC, "2026-11-23 08:00:00")
	for _, tag := range []string{"", "fr", "EN", "id-ID"} {
		for name, say := range map[string]func(tag string) string{
			"Digits": func(tag string) string { return spoken.Digits(tag, "+62112") },
			"When":   func(tag string) string { return spoken.When(tag, now.Add(time.Hour), now, time.UTC) },
			"Between": func(tag string) string {
				return spoken.Between(tag, now, now.Add(time.Hour), time.Time{}, now, time.UTC)
			},
		} {
			if got, want := say(tag), say("en"); got != want {
				t.Errorf("%s in %q: %q, want %q", name, tag, got, want)
			}
		}
	}
}

// Two different times must never sound the same: the caller could not tell which was meant.
func TestEveryTimeSoundsDifferent(t *testing.T) {
	midnight := at(t, time.UTC, "2026-11-24 00:00:00")
	now := midnight.Add(-48 * time.Hour)
	for _, tag := range spoken.Tags() {
		heard := map[string]string{}
		note := func(text, meaning string) {
			if other, ok := heard[text]; ok {
				t.Errorf("%s: %q is both %s and %s", tag, text, other, meaning)
			}
			heard[text] = meaning
		}
		for minute := range 24 * 60 {
			instant := midnight.Add(time.Duration(minute) * time.Minute)
			note(spoken.When(tag, instant, now, time.UTC), instant.Format("15:04"))
		}
		for from := range 48 {
			for length := 1; length < 48; length++ {
				start := midnight.Add(time.Duration(from) * 30 * time.Minute)
				end := start.Add(time.Duration(length) * 30 * time.Minute)
				note(spoken.Between(tag, start, end, time.Time{}, now, time.UTC),
					start.Format("15:04")+" to "+end.Format("2 15:04"))
			}
		}
		for days := -400; days <= 800; days++ {
			instant := midnight.AddDate(0, 0, days).Add(9*time.Hour + 59*time.Second)
			if days == 0 {
				continue // said above
			}
			note(spoken.When(tag, instant, now, time.UTC), instant.Format("2006-01-02"))
		}
	}
}

// English is read back by the standard library's own parser.
func TestEnglishReadsBack(t *testing.T) {
	jayapura := zone(t, "Asia/Jayapura")
	rapid.Check(t, func(t *rapid.T) {
		instant := time.Unix(rapid.Int64Range(1577836800, 4102444800).Draw(t, "t"), 0)
		now := instant.AddDate(0, 0, -rapid.IntRange(302, 4000).Draw(t, "days ahead"))
		text := spoken.When("en", instant, now, jayapura)
		figures := strings.NewReplacer(
			"just after midnight", "at 12:00 AM", "at noon", "at 12:00 PM", "a.m.", "AM", "p.m.", "PM").Replace(text)
		layout := "Monday, 2 January 2006, at 3:04 PM"
		if !strings.Contains(figures, ":") {
			layout = "Monday, 2 January 2006, at 3 PM"
		}
		back, err := time.ParseInLocation(layout, figures, jayapura)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if want := instant.In(jayapura).Truncate(time.Minute); !back.Equal(want) || back.Weekday() != want.Weekday() {
			t.Fatalf("%q reads back as %s, want %s", text, back, want)
		}
	})
}

func TestAnySpeechIsUsable(t *testing.T) {
	zones := []*time.Location{time.UTC, zone(t, "Asia/Jakarta"), zone(t, "America/New_York"),
		zone(t, "Australia/Lord_Howe")}
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.SampledFrom(append(spoken.Tags(), "", "fr")).Draw(t, "tag")
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		seconds := rapid.Int64Range(-2e9, 6e9)
		from, to, now := time.Unix(seconds.Draw(t, "from"), 0), time.Unix(seconds.Draw(t, "to"),
			0), time.Unix(seconds.Draw(t, "now"), 0)
		if rapid.Bool().Draw(t, "short") {
			to = from.Add(time.Duration(rapid.IntRange(0, 72*60).Draw(t, "minutes")) * time.Minute)
		}
		for name, say := range map[string]func() string{
			"When":    func() string { return spoken.When(tag, from, now, z) },
			"Between": func() string { return spoken.Between(tag, from, to, time.Time{}, now, z) },
		} {
			text := say()
			if strings.TrimSpace(text) != text || text == "" || strings.Contains(text, "  ") {
				t.Fatalf("%s: blanks in %q", name, text)
			}
			if strings.ContainsAny(text, "{}%<>&") {
				t.Fatalf("%s: %q is no plain speech", name, text)
			}
			if again := say(); again != text {
				t.Fatalf("%s: %q, then %q", name, text, again)
			}
		}
	})
}

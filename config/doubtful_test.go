package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config"
)

// TestDoubtfulTimes: times that can hardly be meant are read all the same, and told in words with their line.
func TestDoubtfulTimes(t *testing.T) {
	const week = "mon: [MON], tue: [], wed: [], thu: [], fri: [], sat: [], sun: []"
	for name, tt := range map[string]struct{ text, want string }{
		"the whole day":             {`week: {mon: ["00:00-24:00"], REST}`, ""},
		"a night shift":             {`week: {mon: ["22:00-06:00"], REST}`, ""},
		"until midnight":            {`week: {mon: ["08:00-24:00"], REST}`, ""},
		"quarters, and five to six": {`week: {mon: ["08:15-17:55"], REST}`, ""},
		"two spans through a day":   {`week: {mon: ["05:00-14:00", "14:00-23:00"], REST}`, ""},
		"afternoon as in a watch": {`week: {mon: ["08:00-05:00"], REST}`,
			`3: week.mon[0]: is Monday 08:00 to Tuesday 05:00, ` +
				`21 hours; did you mean 08:00-17:00? If not, write 08:00-24:00, and 00:00-05:00 on the next day`},
		"half past twelve to one": {`week: {mon: ["12:30-01:00"], REST}`,
			`3: week.mon[0]: is Monday 12:30 to Tuesday 01:00, ` +
				`12.5 hours; did you mean 12:30-13:00? If not, write 12:30-24:00, and 00:00-01:00 on the next day`},
		"digits exchanged: 12:00": {`week: {mon: ["21:00-13:00"], REST}`,
			`3: week.mon[0]: is Monday 21:00 to Tuesday 13:00, ` +
				`16 hours; did you mean 13:00-21:00? If not, write 21:00-24:00, and 00:00-13:00 on the next day`},
		"the two times exchanged": {`week: {mon: ["17:00-08:00"], REST}`,
			`3: week.mon[0]: is Monday 17:00 to Tuesday 08:00, ` +
				`15 hours; did you mean 08:00-17:00? If not, write 17:00-24:00, and 00:00-08:00 on the next day`},
		"the morning as in a watch": {`week: {mon: ["20:00-17:00"], REST}`,
			`3: week.mon[0]: is Monday 20:00 to Tuesday 17:00, ` +
				`21 hours; did you mean 08:00-17:00? If not, write 20:00-24:00, and 00:00-17:00 on the next day`},
		"from midnight": {`week: {mon: ["00:00-17:00"], REST}`,
			`3: week.mon[0]: is Monday 00:00 to Monday 17:00, ` +
				`17 hours; correct it, or write two spans, one behind the other`},
		"digits exchanged: 10:00": {`week: {mon: ["01:00-18:00"], REST}`,
			`3: week.mon[0]: is Monday 01:00 to Monday 18:00, ` +
				`17 hours; correct it, or write two spans, one behind the other`},
		"digits exchanged: 11:30": {`week: {mon: ["08:00-11:03"], REST}`,
			`3: week.mon[0]: has 11:03; did you mean 11:30?`},
		"the last minute left out": {`week: {mon: ["08:00-16:59"], REST}`,
			`3: week.mon[0]: leaves out the minute from 16:59: ` +
				`hours end just before their second time; write 08:00-17:00`},
		"one weekday is not written": {`week: {mon: [], tue: [], wed: [], thu: [], fri: [], sat: []}`,
			`3: week: sun is not written, so nobody is there; write sun: [] to say that`},
		"weekdays are not written": {`week: {mon: ["08:00-17:00"]}`,
			`3: week: tue, wed, thu, fri, sat, sun are not written, ` +
				`so nobody is there; write tue: [], and so on, to say that`},
		"one weekday differs by a slip": {`week: {mon: ["09:00-21:00"], tue: ["09:00-12:00"], wed: ["09:00-21:00"], ` +
			`thu: ["09:00-21:00"], fri: ["09:00-18:00"], sat: [], sun: []}`,
			`3: week.tue: is 09:00-12:00, while 3 other ` +
				`days have 09:00-21:00; are two digits exchanged?`},
		"a special day at night": {"week: {mon: [], REST}\nspecial: [{date: 2026-12-24, open: [\"09:00-01:00\"], name: Eve}]",

			`4: special[0].open[0]: is the day 09:00 to the next day 01:00, 16 hours; did you mean 09:00-13:00? If not, ` +
				`write 09:00-24:00, and 00:00-01:00 on the next day`},
		"peak within": {"week: {mon: [\"08:00-12:00\", \"12:00-17:00\"], REST}\npeak: {mon: [\"11:00-13:00\"]}",
			""},
		"peak past midnight": {"week: {mon: [\"22:00-06:00\"], REST}\npeak: {tue: [\"01:00-02:00\"]}", ""},
		"peak outside": {"week: {mon: [\"08:00-17:00\"], REST}\npeak: {mon: [\"18:00-19:00\"]}",
			`4: peak.mon[0]: lies wholly ` +
				`outside the hours of Monday (08:00-17:00), where nobody hears of it; correct one of the two`},
		"peak reaches beyond": {"week: {mon: [\"08:00-17:00\"], REST}\npeak: {mon: [\"16:00-18:00\"]}",
			`4: peak.mon[0]: lies ` +
				`partly outside the hours of Monday (08:00-17:00), where nobody hears of it; correct one of the two`},
		"peak on a closed day": {"week: {mon: [], REST}\npeak: {mon: [\"16:00-18:00\"]}", `4: peak.mon[0]: lies ` +
			`wholly outside the hours of Monday (closed), where nobody hears of it; correct one of the two`},
		"a special day of two years ago": {"week: {mon: [], REST}\nspecial: [{date: 2024-12-24, closed: true, name: Eve}]",

			`4: special[0]: ended on 2024-12-24; remove it, or correct its dates`},
		"over, all told at once": {"week: {mon: [], REST}\nspecial:\n- {date: 2024-12-24, closed: true, name: Eve}\n" +
			"- {date: 2025-03-01, closed: true, name: Eve}", `5: special[0]: ended on 2024-12-24; remove it, or ` +
			`correct its dates; so are those on the lines 6`},
		"a special day of this year is over": {"week: {mon: [], REST}\nspecial: [{date: 2026-02-16, closed: true, name: x}]",
			""},
		"last month, of last year": {"week: {mon: [], REST}\nspecial: [{date: 2025-12-24, closed: true, name: x}]",
			"4: special[0]: ended on 2025-12-24; remove it, or correct its dates"},
		"a special day far ahead": {"week: {mon: [], REST}\nspecial: [{date: 2062-12-24, closed: true, name: Eve}]",
			`4: special[0]: begins on 2062-12-24, which is in 36 years; correct the year unless that is meant`},
		"special days of a year": {"week: {mon: [], REST}\nspecial: [{from: 2026-12-24, to: 2027-12-26, closed: true, name: x}]",

			`4: special[0]: lasts 368 days, from 2026-12-24 to 2027-12-26; correct one of the two unless that is meant`},
		"an override of a year": {"week: {mon: [], REST}\noverrides: [{from: 2026-12-01 10:00, until: 2027-12-01 14:00, closed: true, reason: x}]",

			`4: overrides[0]: lasts 365 days; correct its dates unless that is meant`},
		"an override of last year": {"week: {mon: [], REST}\noverrides: [{from: 2025-02-01 10:00, until: 2025-02-01 14:00, closed: true, reason: x}]",

			`4: overrides[0]: ended on 2025-02-01; remove it, or correct its dates`},
		"an announcement of a year ago": {"week: {mon: [], REST}\nannouncements: [{from: 2025-02-01 10:00, until: 2025-02-01 24:00, text: {en: x}}]",

			`4: announcements[0]: ended on 2025-02-01; remove it, or correct its dates`},
		"an announcement for a year": {"week: {mon: [], REST}\nannouncements: [{from: 2026-02-01 10:00, until: 2027-02-01 24:00, text: {en: x}}]",

			`4: announcements[0]: lasts 365 days; correct its dates unless that is meant`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.NewReplacer("REST", strings.TrimPrefix(week, "mon: [MON], ")).Replace(tt.text)
			f, err := config.LoadHours(config.Shipped(), "x.yaml", []byte("line: x\nzone: Asia/Jakarta\n"+text+
				"\nholidays: []\n"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range f.Warnings(time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)) {
				got = append(got, strings.TrimPrefix(w.Problem.String(), "x.yaml:"))
			}
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

package hours_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/hours"
)

// ruleDays lists the days of a rule in a year as the calendar has them.
func ruleDays(t rapid.TB, from hours.Date, rule string, first, last time.Time) (out []string) {
	t.Helper()
	c, err := hours.New(time.UTC, hours.Week{},
		[]hours.Special{{From: from, RRule: rule, Open: []hours.Span{{From: 0, To: 60}}, Name: "x"}})
	if err != nil {
		t.Fatalf("%s: %v", rule, err)
	}
	for at := first; !at.After(last); at = at.AddDate(0, 0, 1) {
		if name := c.Day(hours.DateOf(at)).Name; name != "" {
			out = append(out, at.Format(time.DateOnly))
		}
	}
	return out
}

// genRule draws a rule that both this package and rrule-go take. Left out is what RFC 5545 leaves to DTSTART beside
// BYWEEKNO (rrule-go takes every day of the week, this package the weekday of DTSTART), and the last weeks of a year,
// which rrule-go miscounts where they pass its end: with WKST=SA it has 2026-01-01 in a week 53 that 2025 has not;
// and counted weekdays beside plain ones, of which rrule-go takes only the days that are both;
// and BYSETPOS in a week, as rrule-go counts the first week from DTSTART and not from its beginning.
func genRule(rt *rapid.T) string {
	freq := rapid.SampledFrom([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}).Draw(rt, "freq")
	parts := []string{"FREQ=" + freq}
	maybe := func(key string, odds int, values ...string) bool {
		if rapid.IntRange(1, odds).Draw(rt, key) > 1 {
			return false
		}
		list := rapid.SliceOfNDistinct(rapid.SampledFrom(values), 1, min(3, len(values)), rapid.ID[string]).Draw(rt,
			key)
		parts = append(parts, key+"="+strings.Join(list, ","))
		return true
	}
	if rapid.Bool().Draw(rt, "interval") {
		parts = append(parts, fmt.Sprintf("INTERVAL=%d", rapid.IntRange(1, 5).Draw(rt, "n")))
	}
	switch rapid.IntRange(0, 3).Draw(rt, "end") {
	case 0:
		parts = append(parts, fmt.Sprintf("COUNT=%d", rapid.IntRange(1, 40).Draw(rt, "count")))
	case 1:
		parts = append(parts, fmt.Sprintf("UNTIL=20%d0615", rapid.IntRange(24, 40).Draw(rt, "until")))
	}
	if rapid.Bool().Draw(rt, "wkst") {
		parts = append(parts, "WKST="+rapid.SampledFrom([]string{"SU", "MO", "WE", "SA"}).Draw(rt, "wkst"))
	}
	weekdays := []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	by := maybe("BYMONTH", 3, "1", "2", "3", "6", "11", "12")
	if freq != "WEEKLY" {
		by = maybe("BYMONTHDAY", 4, "1", "2", "13", "29", "30", "31", "-1", "-2", "-31") || by
	}
	weekNumbers := false
	if freq == "YEARLY" {
		by = maybe("BYYEARDAY", 6, "1", "59", "60", "100", "365", "366", "-1", "-366") || by
		weekNumbers = rapid.IntRange(1, 6).Draw(rt, "weekNumbers") == 1
	}
	switch {
	case weekNumbers:
		maybe("BYWEEKNO", 1, "1", "2", "20", "40", "51")
		maybe("BYDAY", 1, weekdays...)
		by = true
	case freq == "MONTHLY" || freq == "YEARLY":
		if rapid.Bool().Draw(rt, "counted") {
			weekdays = []string{"1MO", "2TU", "-1FR", "-2SU", "5SA", "3WE"}
		}
		by = maybe("BYDAY", 2, weekdays...) || by
	default:
		by = maybe("BYDAY", 2, weekdays...) || by
	}
	if by && freq != "WEEKLY" {
		maybe("BYSETPOS", 4, "1", "2", "-1", "-2", "5")
	}
	return strings.Join(parts, ";")
}

func TestRRuleAgreesWithRRuleGo(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rule := genRule(rt)
		start := time.Date(rapid.IntRange(2019, 2027).Draw(rt, "year"), 1, rapid.IntRange(1, 366).Draw(rt, "day"), 0, 0,
			0, 0,
			time.UTC)
		option, err := rrule.StrToROption(rule)
		if err != nil {
			rt.Fatalf("%s: %v", rule, err)
		}
		option.Dtstart = start
		reference, err := rrule.NewRRule(*option)
		if err != nil {
			rt.Fatalf("%s: %v", rule, err)
		}
		first := time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(9, 0, 0)
		var want []string
		for _, at := range reference.Between(first, last, true) {
			want = append(want, at.Format(time.DateOnly))
		}
		got := ruleDays(rt, hours.DateOf(start), rule, first, last)
		if strings.Join(got, " ") != strings.Join(want, " ") {
			rt.Fatalf("%s from %s:\n got %v\nwant %v", rule, start.Format(time.DateOnly), got, want)
		}
	})
}

// TestRRuleBesideWeekNumbers is what the comparison leaves out.
func TestRRuleBesideWeekNumbers(t *testing.T) {
	first, last := wall(t, time.UTC, "2026-01-01 00:00"), wall(t, time.UTC, "2028-12-31 00:00")
	for rule, want := range map[string]string{
		"FREQ=YEARLY;BYWEEKNO=20":          "2026-05-14 2027-05-20 2028-05-18",
		"FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO": "2026-12-28 2027-12-27 2028-12-25",
		"FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH": "2026-12-31",

		"FREQ=YEARLY;BYWEEKNO=52;BYDAY=TH;WKST=SA;COUNT=1": "2026-01-01",
		"FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1;COUNT=2":       "2026-01-05 2026-01-12",
		"FREQ=MONTHLY;BYDAY=MO,1TU;UNTIL=20260112":         "2026-01-05 2026-01-06 2026-01-12",
	} {
		if got := strings.Join(ruleDays(t, date(t, "2026-01-01"), rule, first, last), " "); got != want {
			t.Errorf("%s: %s, want %s", rule, got, want)
		}
	}
}

func TestRRuleMistakes(t *testing.T) {
	for rule, want := range map[string]string{
		"FREQ=SECONDLY":                     "FREQ=SECONDLY comes back within a day",
		"FREQ=HOURLY;INTERVAL=24":           "FREQ=HOURLY comes back within a day",
		"FREQ=FORTNIGHTLY":                  `FREQ="FORTNIGHTLY" is unknown`,
		"FREQ=DAILY;BYHOUR=9":               "BYHOUR counts within a day",
		"INTERVAL=2":                        "has no FREQ",
		"FREQ=DAILY;COUNT=2;UNTIL=20270101": "both COUNT and UNTIL",
		"FREQ=DAILY;COUNT=0":                `COUNT="0" is out of bounds; write 1 to 100000`,
		"FREQ=DAILY;COUNT=99999999999999":   "is out of bounds",
		"FREQ=DAILY;INTERVAL=-1":            `INTERVAL="-1" is out of bounds`,
		"FREQ=DAILY;UNTIL=tomorrow":         "is no date; write it as YYYYMMDD",
		"FREQ=DAILY;UNTIL=20270230":         "is no date; write it as YYYYMMDD",
		"FREQ=DAILY;UNTIL=20270101T9":       "is no date; write it as YYYYMMDD",
		"FREQ=WEEKLY;BYDAY=2MO":             "counts weekdays in BYDAY",
		"FREQ=YEARLY;BYWEEKNO=3;BYDAY=2MO":  "beside BYWEEKNO",
		"FREQ=YEARLY;BYDAY=XX":              `"XX" is no weekday`,
		"FREQ=YEARLY;BYDAY=54MO":            `"54MO" is no weekday`,
		"FREQ=YEARLY;WKST=2MO":              "WKST",
		"FREQ=MONTHLY;BYWEEKNO=3":           "only FREQ=YEARLY allows",
		"FREQ=MONTHLY;BYYEARDAY=3":          "only FREQ=YEARLY allows",
		"FREQ=WEEKLY;BYMONTHDAY=3":          "FREQ=WEEKLY does not allow",
		"FREQ=YEARLY;BYSETPOS=1":            "nothing to choose from",
		"FREQ=YEARLY;BYMONTH=13":            "out of bounds; write 1 to 12",
		"FREQ=YEARLY;BYEASTER=1":            "not a part of a recurrence rule",
		"FREQ=YEARLY;FREQ=DAILY":            "FREQ is given twice",
		"FREQ=YEARLY;":                      "is not a part of a rule",
		strings.Repeat("FREQ=YEARLY;", 100): "at most 1000",
	} {
		_, err := hours.New(time.UTC, hours.Week{},
			[]hours.Special{{From: date(t, "2026-01-01"), RRule: rule, Closed: true}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "special[0].rrule: ") {
			t.Errorf("%.40s: %v, want %q", rule, err, want)
		}
	}
	for year, fine := range map[int]bool{1899: false, 1900: true, 2200: true, 2201: false} {
		_, err := hours.New(time.UTC, hours.Week{},
			[]hours.Special{{From: hours.Date{Year: year, Month: 1, Day: 1}, RRule: "FREQ=DAILY", Closed: true}})
		if (err == nil) != fine {
			t.Errorf("from %d: %v", year, err)
		}
	}
}

// FuzzRRule: whatever a rule is, it is refused or it comes to an end.
func FuzzRRule(f *testing.F) {
	for _, rule := range []string{"FREQ=DAILY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=YEARLY;BYDAY=-53MO;BYMONTH=1",
		"FREQ=MONTHLY;BYDAY=1MO,-1FR;BYSETPOS=1,-1", "RRULE:FREQ=WEEKLY;WKST=SU;BYDAY=TU;UNTIL=20301231T235959Z",
		"FREQ=SECONDLY"} {
		f.Add(rule)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		c, err := hours.New(time.UTC, hours.Week{},
			[]hours.Special{{From: hours.Date{Year: 2026, Month: 1, Day: 1}, RRule: rule,
				Open: []hours.Span{{From: 0, To: 60}}}})
		if err != nil {
			return
		}
		at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		if s := c.At(at); !s.Until.IsZero() && !s.Until.After(at) {
			t.Errorf("%+v", s)
		}
	})
}

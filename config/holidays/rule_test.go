package holidays_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"github.com/hotline-ivr/hotline/config/holidays"
)

// A rule names the days that the library says it does, over all of the years that are asked for, however it is searched
// for; and its start.
func TestRulesNameWhatTheyName(t *testing.T) {
	occur := 0
	rapid.Check(t, func(t *rapid.T) {
		part := func(name string, values ...string) string {
			if v := rapid.SampledFrom(append([]string{"", "", ""}, values...)).Draw(t, name); v != "" {
				return ";" + name + "=" + v
			}
			return ""
		}
		text := "FREQ=" + rapid.SampledFrom([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}).Draw(t, "freq") +
			part("INTERVAL", "2", "3", "7") + part("BYMONTH", "2", "5,11", "12") +
			part("BYMONTHDAY", "1", "-1", "29,30", "13") +
			part("BYDAY", "MO", "SU,SA", "TH") + part("WKST", "SU") + part("BYSETPOS", "1", "-1")
		if strings.Contains(text, "BYSETPOS") && !strings.Contains(text, "BYDAY") {
			text += ";BYDAY=MO,FR"
		}
		start := time.Date(rapid.IntRange(1970, 2026).Draw(t, "year"),
			time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t,
				"day"), 0, 0, 0, 0, time.UTC)
		option, err := rrule.StrToROption(text)
		if err != nil {
			t.Fatal(err)
		}
		option.Dtstart, option.Until = start, time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC)
		rule, err := rrule.NewRRule(*option)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{start.Format(time.DateOnly): start.Year() >= 2024}
		for _, day := range rule.All() {
			want[day.Format(time.DateOnly)] = day.Year() >= 2024
		}
		for day, wanted := range want {
			if !wanted {
				delete(want, day)
			}
		}
		options := years(2024, 2027)
		options.Name = "xx"
		calendar := calendarOf(eventOf(fmt.Sprintf("DTSTART;VALUE=DATE:%s", start.Format("20060102")), "RRULE:"+text,
			"SUMMARY:a"))
		got, err := holidays.Import("xx.ics", []byte(calendar), options)
		if len(want) == 0 {
			if err == nil || !strings.Contains(err.Error(), "holds no day") {
				t.Fatalf("%s: %v", text, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("%s from %s: %v", text, start, err)
		}
		dates := map[string]bool{}
		for _, d := range got.Set.Days {
			dates[d.Date.String()] = true
		}
		if diff := cmp.Diff(want, dates); diff != "" {
			t.Fatalf("%s from %s: %s", text, start.Format(time.DateOnly), diff)
		}
		occur += len(want)
	})
	if occur < 500 {
		t.Errorf("only %d days were compared", occur)
	}
}

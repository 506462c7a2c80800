package holidays_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/config/holidays"
	"github.com/hotline-ivr/hotline/hours"
)

// Every day of every year, held against sources that we did not type; testdata/README.md names them.

func shippedSet(t testing.TB, name string) *holidays.Set {
	t.Helper()
	sets, err := holidays.Load(os.DirFS("."), ".")
	if err != nil {
		t.Fatal(err)
	}
	if sets[name] == nil {
		t.Fatalf("there is no set %s", name)
	}
	return sets[name]
}

type sourceDay struct {
	Date     string
	Name     string
	Type     string
	Kind     string
	IsOffDay *bool
}

// source reads one file of testdata/sources: kind by date.
func source(t *testing.T, file string) map[string]holidays.Kind {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "sources", file))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]holidays.Kind{}
	if strings.HasSuffix(file, ".csv") {
		for line := range strings.Lines(string(data)) {
			date, err := time.Parse("2006/1/2", strings.Split(line, ",")[0])
			if err != nil {
				t.Fatal(err)
			}
			out[date.Format(time.DateOnly)] = holidays.Holiday
		}
		return out
	}
	var days []sourceDay
	var year struct{ Days []sourceDay }
	if err := json.Unmarshal(data, &days); err != nil {
		if err := json.Unmarshal(data, &year); err != nil {
			t.Fatal(err)
		}
		days = year.Days
	}
	for _, d := range days {
		out[d.Date] = holidays.Holiday
		switch {
		case d.IsOffDay != nil && !*d.IsOffDay:
			out[d.Date] = holidays.MakeUp
		case d.Kind == "cuti_bersama":
			out[d.Date] = holidays.Collective
		}
	}
	return out
}

// compare holds every day of some years against a source, and returns how many days it compared and how many are
// special.
func compare(t *testing.T, set *holidays.Set, first, last int, want map[string]holidays.Kind) (days, special int) {
	t.Helper()
	for day := time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() <= last; day = day.AddDate(0, 0, 1) {
		date := hours.DateOf(day)
		got, _ := entryOf(set, date)
		if got.Kind != want[date.String()] {
			t.Errorf("%s %s: the set says %q, the source %q", set.Name, date, got.Kind, want[date.String()])
		}
		if date.Compare(set.From) < 0 || date.Compare(set.To) > 0 {
			t.Errorf("%s does not cover %s", set.Name, date)
		}
		days++
		if got.Kind != "" {
			special++
		}
	}
	return days, special
}

func TestEveryDayAgainstTheSources(t *testing.T) {
	for _, c := range []struct {
		set, file   string
		first, last int
		special     int // so that an empty source cannot agree with an empty set
	}{
		{"cn", "cn-2024.json", 2024, 2024, 36},
		{"cn", "cn-2025.json", 2025, 2025, 33},
		{"cn", "cn-2026.json", 2026, 2026, 39},
		{"jp", "jp-2024-2027.csv", 2024, 2027, 75},
		{"id", "id-2024.json", 2024, 2024, 29},
		{"id", "id-2025.json", 2025, 2025, 28},
		{"id", "id-2026.json", 2026, 2026, 25},
		{"sg", "sg-2024.json", 2024, 2024, 12},
		{"sg", "sg-2025.json", 2025, 2025, 12},
		{"sg", "sg-2026.json", 2026, 2026, 14},
		{"sg", "sg-2027.json", 2027, 2027, 12},
		{"us", "us-2024-2027.json", 2024, 2027, 49},
	} {
		t.Run(fmt.Sprintf("%s %d-%d", c.set, c.first, c.last), func(t *testing.T) {
			if days, special := compare(t, shippedSet(t, c.set), c.first, c.last,
				source(t, c.file)); special != c.special || days < 365 {
				t.Errorf("%d of %d days are special, expected %d", special, days, c.special)
			}
		})
	}
}

// The days of the decrees, counted as the decrees count them.
func TestCountsOfTheDecrees(t *testing.T) {
	for _, c := range []struct{ year, national, collective int }{
		{2024, 17 + 2, 10}, // and two days of elections
		{2025, 17, 10 + 1}, // and the amendment
		{2026, 17, 8},
	} {
		n := map[holidays.Kind]int{}
		for _, d := range shippedSet(t, "id").Days {
			if d.Date.Year == c.year {
				n[d.Kind]++
			}
		}
		if n[holidays.Holiday] != c.national || n[holidays.Collective] != c.collective {
			t.Errorf("%d: %v", c.year, n)
		}
	}
}

// A make-up day is worked, so it is on a weekend; a Japanese substitute is not, and follows a Sunday.
func TestDaysAreOfTheRightWeekday(t *testing.T) {
	for _, d := range shippedSet(t, "cn").Days {
		if w := d.Date.Weekday(); d.Kind == holidays.MakeUp && w != time.Saturday && w != time.Sunday {
			t.Errorf("cn: make-up day %s is a %s", d.Date, w)
		}
	}
	for _, d := range shippedSet(t, "jp").Days {
		if strings.HasSuffix(d.Name, "振替休日") && (d.Date.Weekday() == time.Sunday || d.Date.Weekday() == time.Saturday) {
			t.Errorf("jp: %s %s is a %s", d.Name, d.Date, d.Date.Weekday())
		}
	}
	for _, name := range []string{"sg", "us"} {
		for _, d := range shippedSet(t, name).Days {
			if w := d.Date.Weekday(); strings.HasSuffix(d.Name, "(observed)") && w != time.Monday && w != time.Friday {
				t.Errorf("%s: %s %s is a %s", name, d.Name, d.Date, w)
			}
		}
	}
}

// A calendar made of the sets answers as the sets say.
func TestSetsInACalendar(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	office := []hours.Span{{From: 9 * 60, To: 18 * 60}}
	monday := time.Monday
	set := shippedSet(t, "cn").HolidaySet()
	calendar, err := hours.Build(hours.Rules{Zone: zone,
		Week:     hours.Week{nil, office, office, office, office, office, nil},
		Holidays: []hours.HolidaySet{set}, MakeUp: &monday, Collective: true})
	if err != nil {
		t.Fatal(err)
	}
	for at, open := range map[string]bool{
		"2026-02-14": true,  // a Saturday that is worked
		"2026-02-16": false, // a Monday of the Spring Festival
		"2026-02-21": false, "2026-02-24": true, "2026-02-28": true, "2026-03-01": false,
		"2026-09-20": true, "2026-10-08": true, "2026-10-10": true, "2026-10-11": false,
	} {
		noon, err := time.ParseInLocation("2006-01-02 15:04", at+" 12:00", zone)
		if err != nil {
			t.Fatal(err)
		}
		if state := calendar.At(noon); state.Open != open {
			t.Errorf("%s: %+v", at, state)
		}
	}
	if !strings.HasPrefix(set.Days[0].Source, "cn.yaml:") || !strings.HasPrefix(set.Source, "cn.yaml:") {
		t.Errorf("sources are %q and %q", set.Days[0].Source, set.Source)
	}
}

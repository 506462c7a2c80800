package hours_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/hours"
)

// layered is a line in Shanghai with rules of every layer.
func layered(t testing.TB) hours.Rules {
	t.Helper()
	workday := spans(t, "09:00-12:00", "13:00-18:00")
	monday := time.Monday
	cn := hours.HolidaySet{Name: "cn", From: date(t, "2026-01-01"), To: date(t, "2026-12-31"),
		Source: "holidays/cn.yaml:3", Days: []hours.Holiday{
			{Date: date(t, "2026-10-01"), Name: "国庆节", Source: "holidays/cn.yaml:30"},
			{Date: date(t, "2026-10-02"), Name: "国庆节"},
			{Date: date(t, "2026-10-10"), Kind: hours.MakeUp, Name: "国庆节", Source: "holidays/cn.yaml:40"},
			{Date: date(t, "2026-09-20"), Kind: hours.MakeUp, Name: "国庆节"},
		}}
	id := hours.HolidaySet{Name: "id", From: date(t, "2026-01-01"), To: date(t, "2027-06-30"), Days: []hours.Holiday{
		{Date: date(t, "2026-03-20"), Kind: hours.Collective, Name: "Cuti bersama"},
		{Date: date(t, "2026-09-20"), Name: "Hari"},
	}}
	return hours.Rules{
		Zone: zone(t, "Asia/Shanghai"),
		Week: hours.Week{time.Monday: workday, time.Tuesday: workday, time.Wednesday: workday, time.Thursday: workday,
			time.Friday: spans(t, "22:00-06:00")},
		WeekSource: [7]string{time.Thursday: "line.yaml:7"},
		Special: []hours.Special{
			{From: date(t, "2026-10-02"), Open: spans(t, "10:00-11:00"), Name: "Stand-by", Source: "line.yaml:20"},
			{Yearly: &hours.Yearly{Month: time.December, Day: 24, ToMonth: time.January, ToDay: 2}, Closed: true,
				Name: "Break"},
			{Nth: &hours.Nth{Weekday: time.Monday, N: 1}, Open: spans(t, "10:00-12:00"), Name: "Late start"},
			{Nth: &hours.Nth{Month: time.September, Weekday: time.Monday, N: 1}, Closed: true, Name: "Outing"},
			{From: date(t, "2026-01-06"), RRule: "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", Closed: true, Name: "Never seen"},
			{From: date(t, "2026-01-06"), RRule: "FREQ=WEEKLY;INTERVAL=2", Open: spans(t, "14:00-15:00"),
				Name: "Every other Tuesday"},
		},
		Holidays: []hours.HolidaySet{cn, id}, Collective: true, MakeUp: &monday,
		Overrides: []hours.Override{
			{From: wall(t, zone(t, "Asia/Shanghai"), "2026-03-04 10:00"),
				Until:  wall(t, zone(t, "Asia/Shanghai"), "2026-03-04 11:00"),
				Reason: "Fire drill", Say: map[string]string{"en": "We will be back at eleven."},
				Source: "line.yaml:40"},
			{From: wall(t, zone(t, "Asia/Shanghai"), "2026-11-01 00:00"), Open: true, Reason: "Flood"},
		},
	}
}

func TestEveryLayer(t *testing.T) {
	rules := layered(t)
	c, err := hours.Build(rules)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		at, rule, reason, source, until string
		open                            bool
	}{
		{at: "2026-03-04 09:59", open: true, rule: "week wed 09:00-12:00", until: "2026-03-04 10:00",
			reason: "Open: Wednesday's hours, 09:00-12:00."},
		{at: "2026-03-04 10:30", rule: "override 2026-03-04T02:00:00Z", until: "2026-03-04 11:00",
			source: "line.yaml:40",
			reason: "Closed: Fire drill (override from 2026-03-04 10:00, until 2026-03-04 11:00)."},
		{at: "2026-03-04 11:00", open: true, rule: "week wed 09:00-12:00", until: "2026-03-04 12:00",
			reason: "Open: Wednesday's hours, 09:00-12:00."},
		{at: "2026-10-01 10:00", rule: "holiday cn 2026-10-01 国庆节", source: "holidays/cn.yaml:30",
			until:  "2026-10-02 10:00",
			reason: "Closed: 国庆节 (2026-10-01, set cn)."},
		{at: "2026-10-02 10:30", open: true, rule: "special 2026-10-02 Stand-by", source: "line.yaml:20",
			until: "2026-10-02 11:00", reason: "Open: Stand-by (2026-10-02), 10:00-11:00."},
		{at: "2026-10-10 10:00", open: true, rule: "holiday cn 2026-10-10 国庆节", source: "holidays/cn.yaml:40",
			until:  "2026-10-10 12:00",
			reason: "Open: 国庆节 (2026-10-10, make-up working day, set cn), by Monday's hours, 09:00-12:00."},
		{at: "2026-09-20 10:00", rule: "holiday id 2026-09-20 Hari", until: "2026-09-21 09:00",
			reason: "Closed: Hari (2026-09-20, set id)."},
		{at: "2026-03-20 23:00", rule: "holiday id 2026-03-20 Cuti bersama", until: "2026-03-23 09:00",
			reason: "Closed: Cuti bersama (2026-03-20, collective leave, set id)."},
		{at: "2026-12-24 10:00", open: true, rule: "override 2026-10-31T16:00:00Z",
			reason: "Open: Flood (override from 2026-11-01 00:00, until revoked)."},
		{at: "2026-01-01 10:00", rule: "special yearly 12-24..01-02 Break", until: "2026-01-05 10:00",
			reason: "Closed: Break (every 24 December to 2 January)."},
		{at: "2026-08-03 09:30", rule: "special nth 1 mon Late start", until: "2026-08-03 10:00",
			reason: "Closed: Late start (first Monday of every month), open only 10:00-12:00."},
		{at: "2026-09-07 10:30", rule: "special nth 1 mon 09 Outing", until: "2026-09-08 09:00",
			reason: "Closed: Outing (first Monday of September)."},
		{at: "2026-01-20 14:30", open: true, rule: "special rrule FREQ=WEEKLY;INTERVAL=2 Every other Tuesday",
			until:  "2026-01-20 15:00",
			reason: "Open: Every other Tuesday (FREQ=WEEKLY;INTERVAL=2 from 2026-01-06), 14:00-15:00."},
	} {
		at := wall(t, rules.Zone, tt.at)
		got := c.At(at)
		until := ""
		if !got.Until.IsZero() {
			until = got.Until.In(rules.Zone).Format("2006-01-02 15:04")
		}
		if got.Open != tt.open || got.Rule != tt.rule || got.Reason != tt.reason || got.Source != tt.source ||
			until != tt.until || got.Recurring != strings.Contains(tt.rule, " rrule ") {
			t.Errorf("At(%s) = %+v, until %s", tt.at, got, until)
		}
	}
	if say := c.At(wall(t, rules.Zone, "2026-03-04 10:30")).Say; say["en"] != "We will be back at eleven." {
		t.Errorf("Say = %v", say)
	}
	if say := c.At(wall(t, rules.Zone, "2026-03-04 11:30")).Say; say != nil {
		t.Errorf("Say after the override = %v", say)
	}
	if _, ok := c.NextClosing(wall(t, rules.Zone, "2026-11-02 10:00")); ok {
		t.Error("an override until revoked ends")
	}
}

func TestMakeUpAndCollective(t *testing.T) {
	sunday := hours.OwnDay
	for _, tt := range []struct {
		name       string
		makeUp     *time.Weekday
		collective bool
		at, rule   string
	}{
		{"rests on make-up days", nil, true, "2026-10-10 10:00", "holiday cn 2026-10-10 国庆节"},
		{"keeps its own Saturday", &sunday, true, "2026-10-10 15:30", "holiday cn 2026-10-10 国庆节"},
		{"works on collective leave", nil, false, "2026-03-20 23:00", "week fri 22:00-06:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rules := layered(t)
			rules.Week[time.Saturday] = spans(t, "15:00-16:00")
			rules.MakeUp, rules.Collective = tt.makeUp, tt.collective
			c, err := hours.Build(rules)
			if err != nil {
				t.Fatal(err)
			}
			got := c.At(wall(t, rules.Zone, tt.at))
			if got.Rule != tt.rule || got.Open != (tt.name != "rests on make-up days") {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestUncoveredIsNeverSilent(t *testing.T) {
	rules := layered(t)
	rules.Overrides, rules.Special = nil, nil
	c, err := hours.Build(rules)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2026-12-31 10:00": "Open: Thursday's hours, 09:00-12:00.",
		"2027-06-30 10:00": "Open: Wednesday's hours, 09:00-12:00. Holidays are not known: set cn does not cover " +
			"2027 (only 2026-01-01 to 2026-12-31).",
		"2027-07-01 08:00": "Closed: outside Thursday's hours, 09:00-12:00, 13:00-18:00. Holidays are not known: " +
			"set cn does not cover 2027 (only 2026-01-01 to 2026-12-31). Holidays are not known: set id does not " +
			"cover this day of 2027 (only 2026-01-01 to 2027-06-30).",
		"2028-01-03 10:00": "Open: Monday's hours, 09:00-12:00. Holidays are not known: set cn does not cover 2028 " +
			"(only 2026-01-01 to 2026-12-31). Holidays are not known: set id does not cover 2028 (only 2026-01-01 to " +
			"2027-06-30).",
	} {
		if got := c.At(wall(t, rules.Zone, at)).Reason; got != want {
			t.Errorf("%s: %s", at, got)
		}
	}
	want := []hours.Gap{
		{Set: "cn", Source: "holidays/cn.yaml:3", From: date(t, "2025-12-30"), To: date(t, "2025-12-31")},
		{Set: "cn", Source: "holidays/cn.yaml:3", From: date(t, "2027-01-01"), To: date(t, "2027-07-02")},
		{Set: "id", From: date(t, "2025-12-30"), To: date(t, "2025-12-31")},
		{Set: "id", From: date(t, "2027-07-01"), To: date(t, "2027-07-02")},
	}
	if diff := cmp.Diff(want, c.Uncovered(date(t, "2025-12-30"), date(t, "2027-07-02"))); diff != "" {
		t.Errorf("Uncovered (-want +got):\n%s", diff)
	}
	if got := c.Uncovered(date(t, "2026-01-01"), date(t, "2026-12-31")); got != nil {
		t.Errorf("covered, but %v", got)
	}
	if got := c.Uncovered(date(t, "2030-01-01"), date(t, "2030-01-01")); len(got) != 2 ||
		got[0].From != date(t, "2030-01-01") {
		t.Errorf("long after: %v", got)
	}
}

func TestExplain(t *testing.T) {
	rules := layered(t)
	rules.Collective = false
	rules.Special = append(rules.Special,
		hours.Special{From: date(t, "2026-09-19"), Closed: true, Name: "Saturday off", Source: "line.yaml:22"})
	c, err := hours.Build(rules)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string][]string{
		// The night shift of Friday runs over a day on which nothing starts.
		"2026-09-19 05:00": {
			"> week 2026-09-18 open [week fri 22:00-06:00] It began the evening before.",
			"  special 2026-09-19 closed [special 2026-09-19 Saturday off] line.yaml:22",
			"  - holiday 2026-09-19 [holiday cn] holidays/cn.yaml:3 Set cn has no holiday on 2026-09-19.",
			"  - holiday 2026-09-19 [holiday id] Set id has no holiday on 2026-09-19.",
			"  week 2026-09-19 closed [week sat closed]",
			"else special 2026-09-19 Saturday off",
		},
		"2026-03-20 23:00": {
			"  - holiday 2026-03-20 [holiday id 2026-03-20 Cuti bersama] Cuti bersama is collective leave, on which " +
				"this line works.",
			"  - holiday 2026-03-20 [holiday cn] holidays/cn.yaml:3 Set cn has no holiday on 2026-03-20.",
			"> week 2026-03-20 open [week fri 22:00-06:00]",
			"else ",
		},
		"2026-03-04 10:30": {
			"> override closed [override 2026-03-04T02:00:00Z] line.yaml:40",
			"  - holiday 2026-03-04 [holiday cn] holidays/cn.yaml:3 Set cn has no holiday on 2026-03-04.",
			"  - holiday 2026-03-04 [holiday id] Set id has no holiday on 2026-03-04.",
			"  week 2026-03-04 open [week wed 09:00-12:00]",
			"else week wed 09:00-12:00",
		},
		"2026-09-20 10:00": {
			"> holiday 2026-09-20 closed [holiday id 2026-09-20 Hari]",
			"  holiday 2026-09-20 open [holiday cn 2026-09-20 国庆节]",
			"  week 2026-09-20 closed [week sun closed]",
			"else holiday cn 2026-09-20 国庆节",
		},
	} {
		if diff := cmp.Diff(want, explained(c.Explain(wall(t, rules.Zone, at)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", at, diff)
		}
	}
}

// explained writes an explanation for a comparison.
func explained(e hours.Explanation) (out []string) {
	for _, r := range e.Considered {
		words := []string{" "}
		if r.Decides {
			words[0] = ">"
		}
		if !r.Applies {
			words = append(words, "-")
		}
		words = append(words, r.Layer.String())
		if r.Date != (hours.Date{}) {
			words = append(words, r.Date.String())
		}
		if r.Applies {
			words = append(words, map[bool]string{true: "open", false: "closed"}[r.Open])
		}
		for _, more := range []string{"[" + r.Rule + "]", r.Source, r.Note} {
			if more != "" {
				words = append(words, more)
			}
		}
		out = append(out, strings.Join(words, " "))
	}
	return append(out, "else "+e.Otherwise.Rule)
}

func TestMistakesOfBuild(t *testing.T) {
	day := date(t, "2026-01-01")
	full := hours.HolidaySet{Name: "cn", From: day, To: day}
	bad := time.Weekday(8)
	at := wall(t, time.UTC, "2026-01-01 10:00")
	tests := []struct {
		name  string
		rules hours.Rules
		want  string
	}{
		{"two ways", hours.Rules{Special: []hours.Special{{From: day, Nth: &hours.Nth{N: 1}, Closed: true}}},
			"special[0]: gives its days in two ways"},
		{"no such yearly day", hours.Rules{Special: []hours.Special{{Yearly: &hours.Yearly{Month: 2, Day: 30},
			Closed: true}}}, "special[0].yearly: 02-30 is not a day of any year"},
		{"no such yearly end", hours.Rules{Special: []hours.Special{{Yearly: &hours.Yearly{Month: 2, Day: 3,
			ToMonth: 13,
			ToDay:   1}, Closed: true}}}, "special[0].yearly: ends on 13-01"},
		{"yearly twice", hours.Rules{Special: []hours.Special{{Yearly: &hours.Yearly{Month: 12, Day: 24, ToMonth: 1,
			ToDay: 2}, Closed: true, Source: "a.yaml:3"},
			{Yearly: &hours.Yearly{Month: 1, Day: 1},
				Closed: true}}}, "special[1]: 01-01 is a special day of every year already, in a.yaml:3"},
		{"nth twice", hours.Rules{Special: []hours.Special{{Nth: &hours.Nth{N: 1}, Closed: true},
			{Nth: &hours.Nth{N: 1}, Closed: true}}}, "special[1]: is the same weekday as in special[0]"},
		{"nth", hours.Rules{Special: []hours.Special{{Nth: &hours.Nth{N: 6, Month: 13, Weekday: 7}, Closed: true}}},
			"special[0].nth: 6 does not count"},
		{"rule twice", hours.Rules{Special: []hours.Special{{From: day, RRule: "freq=daily", Closed: true},
			{From: day, RRule: "FREQ=DAILY", Closed: true}}}, "special[1]: is the same rule as in special[0]"},
		{"rule without a day", hours.Rules{Special: []hours.Special{{RRule: "FREQ=DAILY", Closed: true}}},
			"special[0]: has no valid first day"},
		{"rule with a last day", hours.Rules{Special: []hours.Special{{From: day, To: day, RRule: "FREQ=DAILY",
			Closed: true}}}, "special[0]: has a rule and a last day"},
		{"every second for ever", hours.Rules{Special: []hours.Special{{From: day, RRule: "FREQ=SECONDLY",
			Closed: true}}},
			"special[0].rrule: FREQ=SECONDLY comes back within a day"},
		{"set without a name", hours.Rules{Holidays: []hours.HolidaySet{{From: day, To: day}}},
			"holidays[0]: has no name"},
		{"set twice", hours.Rules{Holidays: []hours.HolidaySet{full, full}}, "holidays[1]: set cn is named already"},
		{"set without coverage", hours.Rules{Holidays: []hours.HolidaySet{{Name: "cn"}}},
			"holidays[0]: set cn does not say which days it covers"},
		{"day without a date", hours.Rules{Holidays: []hours.HolidaySet{{Name: "cn", From: day, To: day,
			Days: []hours.Holiday{{}}}}}, "holidays[0].days[0]: has no valid date"},
		{"day of no kind", hours.Rules{Holidays: []hours.HolidaySet{{Name: "cn", From: day, To: day,
			Days: []hours.Holiday{{Date: day, Kind: 9}}}}}, "holidays[0].days[0]: has no kind"},
		{"off and on", hours.Rules{Holidays: []hours.HolidaySet{{Name: "cn", From: day, To: day,
			Days: []hours.Holiday{{Date: day}, {Date: day, Kind: hours.MakeUp}}}}},
			"holidays[0].days[1]: 2026-01-01 is both"},
		{"make-up weekday", hours.Rules{MakeUp: &bad}, "make_up: is no weekday"},
		{"override without a beginning", hours.Rules{Overrides: []hours.Override{{Reason: "x"}}},
			"overrides[0]: has no first instant"},
		{"override backwards", hours.Rules{Overrides: []hours.Override{{Reason: "x", From: at, Until: at}}},
			"overrides[0]: ends before it begins"},
		{"override without a reason", hours.Rules{Overrides: []hours.Override{{From: at}}},
			"overrides[0]: has no reason"},
		{"overrides overlap", hours.Rules{Overrides: []hours.Override{{From: at, Reason: "x", Source: "a.yaml:9"},
			{From: at.Add(time.Hour), Until: at.Add(2 * time.Hour), Reason: "y"}}},
			"overrides[1]: rules at the same time as a.yaml:9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.rules.Zone = time.UTC
			_, err := hours.Build(tt.rules)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Build: %v, want %q", err, tt.want)
			}
		})
	}
}

// TestOverridesThatTouch do not overlap.
func TestOverridesThatTouch(t *testing.T) {
	at := wall(t, time.UTC, "2026-01-01 10:00")
	c, err := hours.Build(hours.Rules{Zone: time.UTC, Overrides: []hours.Override{
		{From: at.Add(time.Hour), Until: at.Add(2 * time.Hour), Open: true, Reason: "second"}, {From: at,
			Until: at.Add(time.Hour), Open: true, Reason: "first"}}})
	if err != nil {
		t.Fatal(err)
	}
	s := c.At(at)
	if !s.Since.Equal(at) || !s.Until.Equal(at.Add(2*time.Hour)) {
		t.Errorf("%+v", s)
	}
}

// TestExplainIntersection: the calendar whose rule closes says what would be otherwise, the first one if both are
// closed.
func TestExplainIntersection(t *testing.T) {
	all := spans(t, "00:00-24:00")
	closed := func(day, name, hours0 string) *hours.Calendar {
		week := hours.Week{time.Monday: spans(t, hours0), time.Tuesday: all}
		return build(t, hours.Rules{Zone: time.UTC, Week: week,
			Special: []hours.Special{{From: date(t, day), Closed: true, Name: name}}})
	}
	one, two := closed("2026-01-05", "One", "09:00-12:00"), closed("2026-01-05", "Two", "08:00-12:00")
	other := closed("2026-01-06", "Tuesday", "08:00-13:00")
	for _, tt := range []struct {
		c               *hours.Calendar
		rule, otherwise string
	}{
		{hours.Intersect(one, two), "special 2026-01-05 One", "week mon 09:00-12:00"},
		{hours.Intersect(two, one), "special 2026-01-05 Two", "week mon 08:00-12:00"},
		{hours.Intersect(other, one), "special 2026-01-05 One", "week mon 09:00-12:00"},
		{hours.Intersect(one, other), "special 2026-01-05 One", "week mon 09:00-12:00"},
	} {
		why := tt.c.Explain(wall(t, time.UTC, "2026-01-05 10:00"))
		if why.State.Rule != tt.rule || why.Otherwise.Rule != tt.otherwise {
			t.Errorf("%s, otherwise %s; want %s, otherwise %s", why.State.Rule, why.Otherwise.Rule, tt.rule,
				tt.otherwise)
		}
	}
}

// TestOverridesCountWholeSeconds: parts of a second are rounded up.
func TestOverridesCountWholeSeconds(t *testing.T) {
	at := wall(t, time.UTC, "2026-01-05 10:00")
	c := build(t, hours.Rules{Zone: time.UTC, Overrides: []hours.Override{
		{From: at.Add(time.Millisecond), Until: at.Add(time.Minute + time.Millisecond), Open: true, Reason: "x"}}})
	if s := c.At(at.Add(2 * time.Second)); !s.Since.Equal(at.Add(time.Second)) ||
		!s.Until.Equal(at.Add(61*time.Second)) {
		t.Errorf("%+v", s)
	}
}

// TestIntersectionLooksAsFarAsEither: a change that only the second calendar knows, years away.
func TestIntersectionLooksAsFarAsEither(t *testing.T) {
	far := build(t, hours.Rules{Zone: time.UTC,
		Special: []hours.Special{{From: date(t, "2031-05-05"), Open: spans(t, "09:00-10:00")}}})
	now := wall(t, time.UTC, "2026-01-05 10:00")
	for _, c := range []*hours.Calendar{hours.Intersect(hours.Always(time.UTC), far),
		hours.Intersect(far, hours.Always(time.UTC))} {
		if next, ok := c.NextOpening(now); !ok || !next.Equal(wall(t, time.UTC, "2031-05-05 09:00")) {
			t.Errorf("%s, %v", next, ok)
		}
	}
}

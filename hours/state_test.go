package hours_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/hours"
)

// zone loads a zone or ends the test.
func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func span(t testing.TB, text string) hours.Span {
	t.Helper()
	s, err := hours.ParseSpan(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func spans(t testing.TB, texts ...string) (out []hours.Span) {
	t.Helper()
	for _, text := range texts {
		out = append(out, span(t, text))
	}
	return out
}

func date(t testing.TB, text string) hours.Date {
	t.Helper()
	d, err := hours.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// wall reads "2026-01-05 09:00" or "2026-01-05 09:00:30" in a zone.
func wall(t testing.TB, z *time.Location, text string) time.Time {
	t.Helper()
	layout := "2006-01-02 15:04:05"[:len(text)]
	at, err := time.ParseInLocation(layout, text, z)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// office is a week in Jakarta with a break, a night shift that begins on Saturday, and special days.
func office(t testing.TB) *hours.Calendar {
	t.Helper()
	workday := spans(t, "09:00-12:00", "13:00-17:00")
	week := hours.Week{
		time.Monday: workday, time.Tuesday: workday, time.Wednesday: workday, time.Thursday: workday,
		time.Friday:   spans(t, "08:00-11:30", "13:00-24:00"),
		time.Saturday: spans(t, "22:00-06:00"),
	}
	monday := time.Monday
	c, err := hours.New(zone(t, "Asia/Jakarta"), week, []hours.Special{
		{From: date(t, "2026-12-31"), Closed: true, Name: "Year-end", Source: "office.yaml:14"},
		{From: date(t, "2026-12-24"), Open: spans(t, "09:00-12:00"), Name: "Half day", Source: "office.yaml:12"},
		{From: date(t, "2026-03-18"), To: date(t, "2026-03-24"), Closed: true, Name: "Lebaran"},
		{From: date(t, "2026-04-05"), Closed: true, Name: "Sunday after a night shift"},
		{From: date(t, "2026-05-03"), As: &monday, Name: "Make-up day"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAt(t *testing.T) {
	c := office(t)
	z := c.Zone()
	tests := []struct {
		name, at   string
		open       bool
		since      string
		until      string
		rule       string
		reason     string
		source     string
		wantNoOpen bool
	}{
		{name: "before start", at: "2026-01-05 08:59:59", since: "2026-01-04 06:00", until: "2026-01-05 09:00",
			rule: "week mon closed", reason: "Closed: outside Monday's hours, 09:00-12:00, 13:00-17:00."},
		{name: "eq start", at: "2026-01-05 09:00", open: true, since: "2026-01-05 09:00", until: "2026-01-05 12:00",
			rule: "week mon 09:00-12:00", reason: "Open: Monday's hours, 09:00-12:00."},
		{name: "last second", at: "2026-01-05 11:59:59", open: true, since: "2026-01-05 09:00",
			until: "2026-01-05 12:00",
			rule:  "week mon 09:00-12:00", reason: "Open: Monday's hours, 09:00-12:00."},
		{name: "eq end", at: "2026-01-05 12:00", since: "2026-01-05 12:00", until: "2026-01-05 13:00",
			rule: "week mon closed", reason: "Closed: outside Monday's hours, 09:00-12:00, 13:00-17:00."},
		{name: "second span", at: "2026-01-05 13:00", open: true, since: "2026-01-05 13:00", until: "2026-01-05 17:00",
			rule: "week mon 13:00-17:00", reason: "Open: Monday's hours, 13:00-17:00."},
		{name: "24:00 is the end", at: "2026-01-09 23:59:59", open: true, since: "2026-01-09 13:00",
			until: "2026-01-10 00:00",
			rule:  "week fri 13:00-24:00", reason: "Open: Friday's hours, 13:00-24:00."},
		{name: "eq 24:00", at: "2026-01-10 00:00", since: "2026-01-10 00:00", until: "2026-01-10 22:00",
			rule: "week sat closed", reason: "Closed: outside Saturday's hours, 22:00-06:00."},
		{name: "overnight, before midnight", at: "2026-01-10 22:00", open: true, since: "2026-01-10 22:00",
			until: "2026-01-11 06:00",
			rule:  "week sat 22:00-06:00", reason: "Open: Saturday's hours, 22:00-06:00."},
		{name: "overnight, after midnight", at: "2026-01-11 05:59:59", open: true, since: "2026-01-10 22:00",
			until: "2026-01-11 06:00",
			rule:  "week sat 22:00-06:00", reason: "Open: Saturday's hours, 22:00-06:00."},
		{name: "overnight, eq end", at: "2026-01-11 06:00", since: "2026-01-11 06:00", until: "2026-01-12 09:00",
			rule: "week sun closed", reason: "Closed: no hours on Sunday."},
		{name: "special, closed", at: "2026-12-31 10:00", since: "2026-12-30 17:00", until: "2027-01-01 08:00",
			rule: "special 2026-12-31 Year-end", reason: "Closed: Year-end (2026-12-31).", source: "office.yaml:14"},
		{name: "special, half day, open", at: "2026-12-24 11:00", open: true, since: "2026-12-24 09:00",
			until: "2026-12-24 12:00",
			rule:  "special 2026-12-24 Half day", reason: "Open: Half day (2026-12-24), 09:00-12:00.",
			source: "office.yaml:12"},
		{name: "special, half day, eq end", at: "2026-12-24 12:00", since: "2026-12-24 12:00",
			until: "2026-12-25 08:00",
			rule:  "special 2026-12-24 Half day", reason: "Closed: Half day (2026-12-24), open only 09:00-12:00.",
			source: "office.yaml:12"},
		{name: "special range, first day", at: "2026-03-18 09:00", since: "2026-03-17 17:00", until: "2026-03-25 09:00",
			rule: "special 2026-03-18..2026-03-24 Lebaran", reason: "Closed: Lebaran (2026-03-18 to 2026-03-24)."},
		{name: "special range, last day", at: "2026-03-24 16:59:59", since: "2026-03-17 17:00",
			until: "2026-03-25 09:00",
			rule:  "special 2026-03-18..2026-03-24 Lebaran", reason: "Closed: Lebaran (2026-03-18 to 2026-03-24)."},
		{name: "closed special, what began the evening before runs on", at: "2026-04-05 02:00", open: true,
			since: "2026-04-04 22:00", until: "2026-04-05 06:00",
			rule: "week sat 22:00-06:00", reason: "Open: Saturday's hours, 22:00-06:00."},
		{name: "special, works as another weekday", at: "2026-05-03 10:00", open: true, since: "2026-05-03 09:00",
			until:  "2026-05-03 12:00",
			rule:   "special 2026-05-03 Make-up day",
			reason: "Open: Make-up day (2026-05-03), by Monday's hours, 09:00-12:00."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := hours.State{Open: tt.open, Since: wall(t, z, tt.since).UTC(), Until: wall(t, z, tt.until).UTC(),
				Reason: tt.reason, Rule: tt.rule, Source: tt.source, Layer: hours.LayerWeek}
			if rest, special := strings.CutPrefix(tt.rule, "special "); special {
				want.Layer = hours.LayerSpecial
				_, want.Name, _ = strings.Cut(rest, " ")
			}
			if !tt.open {
				want.NextOpen = want.Until
			}
			at := wall(t, z, tt.at)
			if diff := cmp.Diff(want, c.At(at)); diff != "" {
				t.Errorf("At(%s) (-want +got):\n%s", tt.at, diff)
			}
			if got := c.IsOpen(at); got != tt.open {
				t.Errorf("IsOpen(%s) = %v", tt.at, got)
			}
		})
	}
}

func TestSpansThatTouchAreOneOpening(t *testing.T) {
	week := hours.Week{time.Monday: spans(t, "22:00-24:00"), time.Tuesday: spans(t, "00:00-02:00", "02:00-03:00")}
	c, err := hours.New(time.UTC, week, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := c.At(wall(t, time.UTC, "2026-01-06 01:00"))
	if want := wall(t, time.UTC, "2026-01-05 22:00"); !s.Since.Equal(want) {
		t.Errorf("Since = %s, want %s", s.Since, want)
	}
	if want := wall(t, time.UTC, "2026-01-06 03:00"); !s.Until.Equal(want) {
		t.Errorf("Until = %s, want %s", s.Until, want)
	}
}

// TestSinceFarBack: a state that began longer ago than the calendar looks back at first.
func TestSinceFarBack(t *testing.T) {
	all := spans(t, "00:00-24:00")
	c, err := hours.New(time.UTC, hours.Week{all, all, all, all, all, all, all},
		[]hours.Special{{From: date(t, "2026-06-01"), Closed: true}})
	if err != nil {
		t.Fatal(err)
	}
	closes, opens := wall(t, time.UTC, "2026-06-01 00:00"), wall(t, time.UTC, "2026-06-02 00:00")
	for _, days := range []int{0, 1, 2, 3, 8, 9, 63, 64, 65, 1000} {
		if s := c.At(opens.AddDate(0, 0, days)); !s.Open || !s.Since.Equal(opens) || !s.Until.IsZero() {
			t.Errorf("%d days after it opened: %+v", days, s)
		}
		if s := c.At(closes.AddDate(0, 0, -days-1)); !s.Open || !s.Since.IsZero() || !s.Until.Equal(closes) {
			t.Errorf("%d days before it closes: %+v", days+1, s)
		}
	}
}

func TestSpecialBesideANightShiftIsOpenWhileEitherIs(t *testing.T) {
	night := spans(t, "22:00-06:00")
	c, err := hours.New(time.UTC, hours.Week{night, night, night, night, night, night, night},
		[]hours.Special{{From: date(t, "2026-01-07"), Open: spans(t, "04:00-08:00"), Name: "Early"}})
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Collect(c.Spans(wall(t, time.UTC, "2026-01-06 12:00"), wall(t, time.UTC, "2026-01-08 12:00")))
	want := []hours.Interval{{From: wall(t, time.UTC, "2026-01-06 22:00"), To: wall(t, time.UTC, "2026-01-07 08:00")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestClockChanges(t *testing.T) {
	tests := []struct {
		name, zone, span string
		date             string // the only day that is open
		want             []string
	}{
		{"spring: the hour is not there", "America/New_York", "01:00-04:00", "2026-03-08",
			[]string{"2026-03-08T06:00:00Z/2026-03-08T08:00:00Z"}},
		{"spring: span inside the gap never occurs", "America/New_York", "02:10-02:50", "2026-03-08", nil},
		{"spring: starts in the gap", "America/New_York", "02:30-04:00", "2026-03-08",
			[]string{"2026-03-08T07:00:00Z/2026-03-08T08:00:00Z"}},
		{"spring: ends in the gap", "America/New_York", "01:00-02:30", "2026-03-08",
			[]string{"2026-03-08T06:00:00Z/2026-03-08T07:00:00Z"}},
		{"autumn: the hour counts twice", "America/New_York", "00:00-03:00", "2026-11-01",
			[]string{"2026-11-01T04:00:00Z/2026-11-01T08:00:00Z"}},
		{"autumn: exactly the repeated hour", "America/New_York", "01:00-02:00", "2026-11-01",
			[]string{"2026-11-01T05:00:00Z/2026-11-01T07:00:00Z"}},
		{"autumn: inside the repeated hour", "America/New_York", "01:15-01:45", "2026-11-01",
			[]string{"2026-11-01T05:15:00Z/2026-11-01T05:45:00Z", "2026-11-01T06:15:00Z/2026-11-01T06:45:00Z"}},
		{"overnight into the spring change", "America/New_York", "22:00-06:00", "2026-03-07",
			[]string{"2026-03-08T03:00:00Z/2026-03-08T10:00:00Z"}},
		{"half an hour is repeated", "Australia/Lord_Howe", "01:00-03:00", "2026-04-05",
			[]string{"2026-04-04T14:00:00Z/2026-04-04T16:30:00Z"}},
		{"half an hour is skipped", "Australia/Lord_Howe", "01:00-03:00", "2026-10-04",
			[]string{"2026-10-03T14:30:00Z/2026-10-03T16:00:00Z"}},
		{"the clock goes back at midnight: the day begins twice", "America/Havana", "00:00-01:00", "2026-11-01",
			[]string{"2026-11-01T04:00:00Z/2026-11-01T06:00:00Z"}},
		{"midnight is skipped", "America/Havana", "00:00-02:00", "2026-03-08",
			[]string{"2026-03-08T05:00:00Z/2026-03-08T06:00:00Z"}},
		{"a day that a zone skipped", "Pacific/Apia", "00:00-24:00", "2011-12-30", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := date(t, tt.date)
			c, err := hours.New(zone(t, tt.zone), hours.Week{}, []hours.Special{{From: d, Open: spans(t, tt.span)}})
			if err != nil {
				t.Fatal(err)
			}
			noon := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
			var got []string
			for i := range c.Spans(noon.AddDate(0, 0, -4), noon.AddDate(0, 0, 4)) {
				got = append(got, i.From.Format(time.RFC3339)+"/"+i.To.Format(time.RFC3339))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNextOpening(t *testing.T) {
	c := office(t)
	z := c.Zone()
	for at, want := range map[string]string{
		"2026-01-05 10:00:01": "2026-01-05 10:00:01", // open: the instant itself
		"2026-01-05 12:00":    "2026-01-05 13:00",
		"2026-03-17 17:00":    "2026-03-25 09:00", // over the whole holiday, whose Saturday night is closed too
	} {
		if got, ok := c.NextOpening(wall(t, z, at)); !ok || !got.Equal(wall(t, z, want)) {
			t.Errorf("NextOpening(%s) = %s, %v; want %s", at, got.In(z), ok, want)
		}
	}
}

func TestCalendarsWithoutChange(t *testing.T) {
	all := []hours.Span{{From: 0, To: 24 * 60}}
	fullWeek, err := hours.New(time.UTC, hours.Week{all, all, all, all, all, all, all}, nil)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := hours.New(time.UTC, hours.Week{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	long, err := hours.New(time.UTC, hours.Week{}, []hours.Special{{From: date(t, "2126-01-01"), Open: all}})
	if err != nil {
		t.Fatal(err)
	}
	now := wall(t, time.UTC, "2026-01-05 10:00")
	always := hours.Always(zone(t, "Asia/Jakarta"))
	tests := []struct {
		name string
		c    *hours.Calendar
		want hours.State
	}{
		{"always", always, hours.State{Open: true, Reason: "Open at all hours.", Rule: "always",
			Layer: hours.LayerWeek}},
		{"week of whole days", fullWeek,
			hours.State{Open: true, Reason: "Open: Monday's hours, 00:00-24:00.", Rule: "week mon 00:00-24:00",
				Layer: hours.LayerWeek}},
		{"never", empty, hours.State{Reason: "Closed: no hours on Monday.", Rule: "week mon closed",
			Layer: hours.LayerWeek}},
		{"not within 41 years", long, hours.State{Reason: "Closed: no hours on Monday.", Rule: "week mon closed",
			Layer: hours.LayerWeek}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.c.At(now)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			next, ok := tt.c.NextOpening(now)
			if ok != tt.want.Open || (ok && !next.Equal(now)) {
				t.Errorf("NextOpening = %s, %v", next, ok)
			}
		})
	}
	if diff := cmp.Diff([]hours.Interval{{From: now, To: now.Add(100 * time.Hour)}},
		slices.Collect(always.Spans(now, now.Add(100*time.Hour)))); diff != "" {
		t.Errorf("Spans of Always (-want +got):\n%s", diff)
	}
	if hours.Always(nil).Zone() != time.UTC {
		t.Error("Always(nil) is not in UTC")
	}
}

func TestSpansIsClippedAndCanBeLeft(t *testing.T) {
	c := office(t)
	from, to := wall(t, c.Zone(), "2026-01-05 11:00").Add(time.Millisecond), wall(t, c.Zone(),
		"2026-01-05 13:30").Add(time.Millisecond)
	want := []hours.Interval{
		{From: from.UTC(), To: wall(t, c.Zone(), "2026-01-05 12:00").UTC()},
		{From: wall(t, c.Zone(), "2026-01-05 13:00").UTC(), To: to.UTC()},
	}
	if diff := cmp.Diff(want, slices.Collect(c.Spans(from, to))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range c.Spans(from, to) {
		if diff := cmp.Diff(want[0], i); diff != "" {
			t.Errorf("first (-want +got):\n%s", diff)
		}
		break
	}
	if got := slices.Collect(c.Spans(to, from)); got != nil {
		t.Errorf("backwards: %v", got)
	}
}

func TestDay(t *testing.T) {
	c := office(t)
	for _, tt := range []struct {
		date, name string
		want       []hours.Span
	}{
		{"2026-01-05", "", spans(t, "09:00-12:00", "13:00-17:00")},
		{"2026-01-10", "", spans(t, "22:00-06:00")},
		{"2026-01-11", "", nil},
		{"2026-12-31", "Year-end", nil},
		{"2026-05-03", "Make-up day", spans(t, "09:00-12:00", "13:00-17:00")},
	} {
		got := c.Day(date(t, tt.date))
		if diff := cmp.Diff(tt.want, got.Spans); diff != "" || got.Name != tt.name {
			t.Errorf("Day(%s): name %q (-want +got):\n%s", tt.date, got.Name, diff)
		}
	}
}

// With overrides a day has the hours that start on it; what lasts longer than a day is cut at midnight.
func TestHoursOfADayWithOverrides(t *testing.T) {
	c := office(t)
	at := func(text string) time.Time { return wall(t, c.Zone(), text) }
	closed := hours.Override{From: at("2026-01-05 10:00"), Until: at("2026-01-05 11:00"), Reason: "Power cut"}
	night := hours.Override{From: at("2026-01-11 22:00"), Until: at("2026-01-12 05:00"), Open: true, Reason: "Campaign"}
	days := hours.Override{From: at("2026-01-13 20:00"), Until: at("2026-01-15 06:00"), Open: true, Reason: "Campaign"}
	c = c.WithOverrides(closed, night, days)
	for day, want := range map[string][]hours.Span{
		"2026-01-05": spans(t, "09:00-10:00", "11:00-12:00", "13:00-17:00"),
		"2026-01-11": spans(t, "22:00-05:00"),
		"2026-01-12": spans(t, "09:00-12:00", "13:00-17:00"),
		"2026-01-13": spans(t, "09:00-12:00", "13:00-17:00", "20:00-24:00"),
		"2026-01-14": spans(t, "00:00-24:00"),
		"2026-01-15": spans(t, "00:00-06:00", "09:00-12:00", "13:00-17:00"),
	} {
		if diff := cmp.Diff(want, c.Hours(date(t, day))); diff != "" {
			t.Errorf("Hours(%s) (-want +got):\n%s", day, diff)
		}
	}
}

// A calendar of Rules says where each weekday's hours were written, open or closed.
func TestTheWeekIsCited(t *testing.T) {
	c, err := hours.Build(hours.Rules{
		Zone: office(t).Zone(), Week: hours.Week{time.Monday: spans(t,
			"09:00-12:00")}, WeekSource: [7]string{time.Monday: "office.yaml:5"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"2026-01-05 10:00", "2026-01-05 13:00"} {
		if got := c.At(wall(t, c.Zone(), at)).Source; got != "office.yaml:5" {
			t.Errorf("Source at %s = %q", at, got)
		}
	}
}

func TestAtAllocatesNothing(t *testing.T) {
	c := office(t)
	open, closed := wall(t, c.Zone(), "2026-01-05 10:00"), wall(t, c.Zone(), "2026-03-20 10:00")
	if n := testing.AllocsPerRun(100, func() { c.At(open); c.At(closed); c.IsOpen(open) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

package hours_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/hours"
)

func TestParseSpan(t *testing.T) {
	for _, text := range []string{"00:00-24:00", "09:00-12:00", "22:00-06:00", "22:00-24:00", "22:00-00:00",
		"23:59-24:00",
		"00:00-00:01"} {
		if got, err := hours.ParseSpan(text); err != nil || got.String() != text {
			t.Errorf("ParseSpan(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "9:00-12:00", "09:00–12:00", "09:00 - 12:00", "24:00-06:00", "09:00-09:00",
		"09:60-12:00",
		"09:00-24:01", "25:00-26:00", "0900-1200", "+9:00-12:00", "09:00-12:00 ", "09.00-12.00", strings.Repeat("9",
			1000)} {
		if got, err := hours.ParseSpan(text); err == nil {
			t.Errorf("ParseSpan(%q) = %v, want an error", text, got)
		} else if len(err.Error()) > 300 {
			t.Errorf("ParseSpan of a long text: message of %d bytes", len(err.Error()))
		}
	}
}

func TestParseDate(t *testing.T) {
	for _, text := range []string{"2026-12-31", "2024-02-29", "0001-01-01", "9999-12-31"} {
		if got, err := hours.ParseDate(text); err != nil || got.String() != text {
			t.Errorf("ParseDate(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2026-2-1", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "0000-01-01",
		"31-12-2026", "2026/12/31", "2026-12-31T00:00:00Z", "-026-12-31"} {
		if got, err := hours.ParseDate(text); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", text, got)
		}
	}
}

func TestNewNamesEveryMistake(t *testing.T) {
	tuesday, noDay := time.Tuesday, time.Weekday(9)
	_, err := hours.New(time.UTC,
		hours.Week{
			time.Monday:   {{From: 540, To: 720}, {From: 700, To: 800}, {From: 60, To: 60}},
			time.Saturday: {{From: 22 * 60, To: 6 * 60}},
			time.Sunday:   {{From: 5 * 60, To: 8 * 60}},
		},
		[]hours.Special{
			{From: date(t, "2026-12-25"), Closed: true, Name: "Natal"},
			{From: date(t, "2026-12-20"), To: date(t, "2026-12-26"), Closed: true, Source: "office.yaml:9"},
			{From: date(t, "2026-12-26"), As: &tuesday},
			{From: date(t, "2026-06-02"), To: date(t, "2026-06-01"), Closed: true},
			{Closed: true},
			{From: date(t, "2026-07-01")},
			{From: date(t, "2026-07-02"), Closed: true, As: &tuesday},
			{From: date(t, "2026-07-03"), Open: []hours.Span{{From: 540, To: 720}, {From: 600, To: 660}}},
			{From: date(t, "2026-07-04"), As: &noDay},
			{From: date(t, "2026-07-05"), Open: []hours.Span{{From: -1, To: 720}}},
			{From: date(t, "2026-07-06"), To: hours.Date{Year: 2026, Month: 7, Day: 40}, Closed: true},
		})
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("not joined: %v", err)
	}
	var got []string
	for _, e := range joined.Unwrap() {
		if m := (*hours.Mistake)(nil); !errors.As(e, &m) {
			t.Errorf("%T is no Mistake", e)
		}
		got = append(got, e.Error())
	}
	slices.Sort(got)
	want := []string{
		"special[10]: has no valid last day; correct to, or leave it out for a single day",
		"special[1]: 2026-12-25 is a special day already, in special[0]; keep one of the two",
		"special[2]: 2026-12-26 is a special day already, in office.yaml:9; keep one of the two",
		"special[3]: ends on 2026-06-01, before it begins on 2026-06-02; exchange the two",
		"special[4]: has no valid date; give a date, or from and to",
		"special[5]: needs exactly one of closed: true, open: [hours] and as: weekday",
		"special[6]: needs exactly one of closed: true, open: [hours] and as: weekday",
		"special[7].open[1]: overlaps 09:00-12:00; end the first before the second begins",
		"special[8].as: is no weekday; write one of mon, tue, wed, thu, fri, sat, sun",
		"special[9].open[0]: a span has to lie between 00:00 and 24:00; it is -1 to 720 minutes after midnight",
		"week.mon[1]: overlaps 09:00-12:00; end the first before the second begins",
		"week.mon[2]: 01:00-01:00 begins and ends at the same time; write 00:00-24:00 for the whole day, or leave it " +
			"out for closed",
		"week.sat[0]: Saturday 22:00 to Sunday 06:00 overlaps Sunday's 05:00-08:00; end it at 05:00 or earlier",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := hours.New(nil, hours.Week{}, nil); err == nil {
		t.Error("a calendar without a zone was made")
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, text := range []string{"09:00-12:00", "22:00-06:00", "24:00-24:00", "00:00-24:00", "9-12", "09:00–12:00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := hours.ParseSpan(text)
		if err != nil {
			return
		}
		if s.String() != text {
			t.Errorf("%q became %q", text, s)
		}
		if _, err := hours.New(time.UTC, hours.Week{time.Monday: {s}}, nil); err != nil {
			t.Errorf("New refuses %q: %v", text, err)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, text := range []string{"2026-12-31", "2024-02-29", "2026-02-30", "0000-00-00", "9999-12-31"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := hours.ParseDate(text)
		if err != nil {
			return
		}
		if d.String() != text {
			t.Errorf("%q became %q", text, d)
		}
		std, err := time.Parse(time.DateOnly, text)
		if err != nil || std.Weekday() != d.Weekday() || hours.DateOf(std) != d {
			t.Errorf("%q: package time reads %v, %v", text, std, err)
		}
	})
}

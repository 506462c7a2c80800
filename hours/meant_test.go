package hours_test

import (
	"regexp"
	"testing"

	"github.com/hotline-ivr/hotline/hours"
)

// What people write in another way is answered with the same in the form that is read. Where that is not clear, or not
// likely, nothing is offered.
func TestMeant(t *testing.T) {
	span := func(text string) error { _, err := hours.ParseSpan(text); return err }
	date := func(text string) error { _, err := hours.ParseDate(text); return err }
	yearly := func(text string) error { _, err := hours.ParseMonthDay(text); return err }
	reading := func(text string) error { _, err := hours.ParseReading(text); return err }
	offered := regexp.MustCompile(`; write (?:"|)(\d.*)$`)
	for _, c := range []struct {
		parse      func(string) error
		text, want string
	}{
		{span, "8-17", `08:00-17:00"`},
		{span, "8am to 12pm", `08:00-12:00"`},
		{span, "0800-1700", `08:00-17:00"`},
		{span, "08:00-12:00, 13:00-17:00", `08:00-12:00", "13:00-17:00"`},
		{span, "8-12 and 1pm-5pm", `08:00-12:00", "13:00-17:00"`},
		{span, "8-5", ""}, // would open the night
		{span, "8:75-17", ""},
		{span, "25-26", ""},
		{date, "20261224", "2026-12-24"},
		{date, "2026年12月24日", "2026-12-24"},
		{date, "24.12.2026", "2026-12-24 for 24 December 2026"},
		{date, "1/5/2026", "2026-01-05 for 5 January 2026, or 2026-05-01 for 1 May 2026"},
		{date, "20261324", ""},
		{yearly, "1-5", "01-05 for 5 January, or 05-01 for 1 May"},
		{yearly, "12/31", "12-31 for 31 December"},
		{yearly, "13-32", ""},
		{reading, "2026-12-01 10:30am", "2026-12-01 10:30"},
		{reading, "2026/12/1 2pm", "2026-12-01 14:00"},
		{reading, "2026-12-01T09:30", "2026-12-01 09:30"},
		{reading, "2026-12-01 9:30:00", "2026-12-01 09:30"},
		{reading, "1/5/2026 9:30", ""},
		{reading, "2026-12-01 10", ""},
		{reading, "10:30am", ""},
	} {
		got, err := "", c.parse(c.text)
		if err == nil {
			t.Errorf("%q is read", c.text)
		} else if m := offered.FindStringSubmatch(err.Error()); m != nil && m[1][:2] != "00" {
			got = m[1]
		}
		if got != c.want {
			t.Errorf("%q: offered %q, want %q: %v", c.text, got, c.want, err)
		}
	}
}

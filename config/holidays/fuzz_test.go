package holidays_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/config/holidays"
	"github.com/hotline-ivr/hotline/hours"
)

// slowest is far more than any file may take to read, even on a busy machine.
const slowest = 20 * time.Second

// FuzzParse: no panic; what is accepted is written and read again as the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sound))
	for _, text := range []string{"", "a", "- a", "a: &b [*b]", "days: [{date: 2026-01-01, kind: holiday, name: a}]",
		"{{{{", "\xff", "# a\n#\n", "? a\n: b\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := holidays.Parse("xx.yaml", data)
		if err != nil {
			checkProblems(t, err)
			return
		}
		again, err := holidays.Parse("xx.yaml", set.YAML())
		if err != nil {
			t.Fatalf("%v\n%s", err, set.YAML())
		}
		set.Comment, again.Comment = "", ""
		if diff := cmp.Diff(set, again, ours); diff != "" {
			t.Errorf("%s\n%s", diff, set.YAML())
		}
	})
}

// FuzzImport: no panic, no hang; what is imported can be written and read again.
func FuzzImport(f *testing.F) {
	for _, name := range []string{"ics/holiday-cn-2025.ics", "ics/aws-changecalendar-jp.ics", "ics/telerik-bad.ics"} {
		// The beginning of a file tells as much to a fuzzer as all of it, and is quicker.
		f.Add(append(testFile(f, name)[:1000], "\nEND:VEVENT\nEND:VCALENDAR\n"...), false)
	}
	f.Add([]byte(`{"year": 2026, "papers": ["x"], "days": [{"name": "a", "date": "2026-01-01", "isOffDay": true}, {"name": "b", "date": "2026-01-04", "isOffDay": false}]}`), false)
	f.Add([]byte(calendarOf(newYork+eventOf("UID:1", "DTSTART;TZID=Our Own:20260704T000000", "DTEND:20260705T040000Z",
		"RRULE:FREQ=YEARLY;BYDAY=1MO;BYMONTH=7;UNTIL=20300101T000000Z", "EXDATE:20270704T040000Z", "SUMMARY:a"))), true)
	f.Add([]byte(calendarOf(eventOf("DTSTART:20260101",
		"RRULE:FREQ=DAILY;BYSETPOS=1;BYWEEKNO=1,-1;BYYEARDAY=-1;INTERVAL=3;WKST=SU;COUNT=5",
		"RDATE;VALUE=PERIOD:20260101T000000/P1D", "SUMMARY:a"))), true)
	f.Fuzz(func(t *testing.T, data []byte, lenient bool) {
		began := time.Now()
		options := holidays.Options{Name: "xx", Today: hours.Date{Year: 2026, Month: 11, Day: 22}, SkipBroken: lenient,
			Touched: lenient}
		got, err := holidays.Import("xx.ics", data, options)
		if took := time.Since(began); took > slowest {
			t.Errorf("took %s", took)
		}
		if err != nil {
			checkProblems(t, err)
			return
		}
		again, err := holidays.Parse("xx.yaml", got.Set.YAML())
		if err != nil {
			t.Fatalf("%v\n%s", err, got.Set.YAML())
		}
		if diff := cmp.Diff(got.Set, again, ours); diff != "" {
			t.Error(diff)
		}
		if len(got.Skipped) > 0 && !lenient {
			t.Error("something is left out, although nobody said so")
		}
	})
}

// FuzzKinds: no event changes its kind by white space, case or the order of the file.
func FuzzKinds(f *testing.F) {
	for name := range namesInUse {
		f.Add(name, "", "Cuti Bersama", `Public holiday`)
	}
	f.Add("a", `Observance\nTo hide`, "上班", "节假日")
	f.Fuzz(func(t *testing.T, name, says, other, othersSay string) {
		for _, text := range []string{name, says, other, othersSay} {
			if strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) {
				return // not a line of text
			}
		}
		event := func(name, says string) string { return on("20270505", "SUMMARY:"+name, "DESCRIPTION:"+says) }
		want := outcome(event(name, says) + event(other, othersSay))
		got := outcome(event(respaced(other), respaced(othersSay)) + event(respaced(name), respaced(says)))
		if got != want {
			t.Errorf("%q, %q and %q, %q: %s\notherwise %s", name, says, other, othersSay, want, got)
		}
	})
}

// respaced is a text with more white space and the other case, which is not told from the first.
func respaced(text string) string {
	swapped := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r ^ 0x20
		}
		return r
	}, text)
	return "  " + strings.ReplaceAll(strings.ReplaceAll(swapped, `\N`, `\n`), " ", " \t ") + " "
}

func checkProblems(t *testing.T, err error) {
	t.Helper()
	problems, ok := errors.AsType[holidays.Problems](err)
	if !ok || len(problems) == 0 {
		t.Fatalf("error of type %T", err)
	}
	for _, p := range problems {
		if p.File == "" || p.Message == "" {
			t.Errorf("incomplete problem %+v", p)
		}
	}
}

package holidays_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/google/go-cmp/cmp"

	"github.com/hotline-ivr/hotline/config/holidays"
	"github.com/hotline-ivr/hotline/hours"
)

var today = hours.Date{Year: 2026, Month: time.November, Day: 22}

// days is the set as text, for comparison: dates without hyphens, the kind when it is not holiday, and the name.
func days(set *holidays.Set) string {
	var b strings.Builder
	for _, d := range set.Days {
		kind := ""
		if d.Kind != holidays.Holiday {
			kind = " " + string(d.Kind)
		}
		fmt.Fprintf(&b, "%s%s %s\n", d.Date, kind, d.Name)
	}
	return b.String()
}

func calendarOf(events string) string {
	return "BEGIN:VCALENDAR\nVERSION:2.0\n" + events + "END:VCALENDAR\n"
}

func eventOf(lines ...string) string {
	return "BEGIN:VEVENT\n" + strings.Join(lines, "\n") + "\nEND:VEVENT\n"
}

const newYork = `BEGIN:VTIMEZONE
TZID:Our Own
BEGIN:DAYLIGHT
DTSTART:16010311T020000
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:16011104T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
`

func TestImportCalendars(t *testing.T) {
	for _, c := range []struct {
		name, events string
		options      holidays.Options
		want         string
	}{
		{"a day", eventOf("DTSTART;VALUE=DATE:20260817", "DTEND;VALUE=DATE:20260818", "SUMMARY:Hari Kemerdekaan"),
			holidays.Options{}, "2026-08-17 Hari Kemerdekaan\n"},
		{"several days, the end is not included", eventOf("DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270102",
			"SUMMARY:元旦"), holidays.Options{}, "2026-12-31 元旦\n2027-01-01 元旦\n"},
		{"no end", eventOf("DTSTART;VALUE=DATE:20260101", "SUMMARY:a"), holidays.Options{}, "2026-01-01 a\n"},
		{"end on the same date", eventOf("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20260101", "SUMMARY:a"),
			holidays.Options{}, "2026-01-01 a\n"},
		{"a date that does not say so", eventOf("DTSTART:19970101", "DTEND:19970102", "SUMMARY:New Year’s Day"),
			holidays.Options{}, "1997-01-01 New Year’s Day\n"},
		{"duration", eventOf("DTSTART;VALUE=DATE:20260101", "DURATION:P2D", "SUMMARY:a"), holidays.Options{},
			"2026-01-01 a\n2026-01-02 a\n"},
		{"midnight to midnight", eventOf("DTSTART;TZID=Asia/Tokyo:20260101T000000",
			"DTEND;TZID=Asia/Tokyo:20260103T000000", "SUMMARY:a"), holidays.Options{}, "2026-01-01 a\n2026-01-02 a\n"},
		{"midnight to one minute to", eventOf("DTSTART;TZID=Asia/Tokyo:20260101T000000",
			"DTEND;TZID=Asia/Tokyo:20260101T235900", "SUMMARY:a"), holidays.Options{}, "2026-01-01 a\n"},
		{"of no zone", eventOf("DTSTART:20260101T000000", "DURATION:PT24H", "SUMMARY:a"), holidays.Options{},
			"2026-01-01 a\n"},
		{"UTC of the calendar's zone", "X-WR-TIMEZONE:Asia/Shanghai\n" +
			eventOf("DTSTART:20251231T160000Z", "DTEND:20260103T160000Z", "SUMMARY:元旦"), holidays.Options{},
			"2026-01-01 元旦\n2026-01-02 元旦\n2026-01-03 元旦\n"},
		{"UTC of the zone that is given", eventOf("DTSTART:20251231T150000Z", "DTEND:20260101T150000Z", "SUMMARY:元日"),
			holidays.Options{Zone: location(t, "Asia/Tokyo")}, "2026-01-01 元日\n"},
		{"UTC of the only zone defined", newYork +
			eventOf("DTSTART:20260704T040000Z", "DTEND:20260705T040000Z", "SUMMARY:summer") +
			eventOf("DTSTART:20261126T050000Z", "DTEND:20261127T050000Z", "SUMMARY:winter"), holidays.Options{},
			"2026-07-04 summer\n2026-11-26 winter\n"},
		{"a zone of Windows that the file does not define", eventOf("DTSTART;TZID=China Standard Time:20270308T000000",
			"DTEND;TZID=China Standard Time:20270309T000000", "SUMMARY:a"), holidays.Options{}, "2027-03-08 a\n"},
		{"a zone of an offset, quoted and defined", strings.NewReplacer("Our Own", "GMT+07:00").Replace(newYork) +
			eventOf(`DTSTART;TZID="GMT+07:00":20270308T000000`, "DURATION:P1D", "SUMMARY:a"), holidays.Options{},
			"2027-03-08 a\n"},
		{"two zones in one event", newYork + eventOf("DTSTART;TZID=Our Own:20260704T000000", "DTEND:20260705T040000Z",
			"SUMMARY:a"), holidays.Options{}, "2026-07-04 a\n"},
		{"a zone with a prefix", eventOf("DTSTART;TZID=/example.org/20070101_1/Europe/Berlin:20260101T000000",
			"DTEND;TZID=\"Europe/Berlin\":20260102T000000", "SUMMARY:a"), holidays.Options{}, "2026-01-01 a\n"},
		{"the clock changes in the day", eventOf("DTSTART;TZID=Europe/Berlin:20260329T000000",
			"DTEND;TZID=Europe/Berlin:20260330T000000", "SUMMARY:a"), holidays.Options{}, "2026-03-29 a\n"},
		{"days that are touched", eventOf("DTSTART;TZID=Asia/Tokyo:20260101T220000",
			"DTEND;TZID=Asia/Tokyo:20260102T000000", "SUMMARY:a"), holidays.Options{Touched: true}, "2026-01-01 a\n"},
		{"yearly, of the years that are asked for",
			eventOf("DTSTART;VALUE=DATE:20201126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
				"SUMMARY:Thanksgiving Day"), years(2024, 2026),
			"2024-11-28 Thanksgiving Day\n2025-11-27 Thanksgiving Day\n2026-11-26 Thanksgiving Day\n"},
		{"yearly for ever: this year and the next",
			eventOf("DTSTART;VALUE=DATE:16041225", "RRULE:FREQ=YEARLY", "SUMMARY:Natal"), holidays.Options{},
			"2026-12-25 Natal\n2027-12-25 Natal\n"},
		{"for ever, beside what is not: its years",
			eventOf("DTSTART;VALUE=DATE:20201225", "RRULE:FREQ=YEARLY", "SUMMARY:Natal") +
				eventOf("DTSTART;VALUE=DATE:20240619", "SUMMARY:a"), holidays.Options{},
			"2024-06-19 a\n2024-12-25 Natal\n"},
		{"counted", eventOf("DTSTART;VALUE=DATE:20240501", "RRULE:FREQ=YEARLY;COUNT=3", "SUMMARY:a"),
			holidays.Options{}, "2024-05-01 a\n2025-05-01 a\n2026-05-01 a\n"},
		{"until a date, included", eventOf("DTSTART;VALUE=DATE:20260501", "RRULE:FREQ=DAILY;UNTIL=20260503",
			"SUMMARY:a"), holidays.Options{}, "2026-05-01 a\n2026-05-02 a\n2026-05-03 a\n"},
		{"until an instant in UTC", eventOf("DTSTART;TZID=Asia/Tokyo:20260501T000000",
			"DTEND;TZID=Asia/Tokyo:20260502T000000", "RRULE:FREQ=DAILY;UNTIL=20260501T150000Z", "SUMMARY:a"),
			holidays.Options{}, "2026-05-01 a\n2026-05-02 a\n"},
		{"29 February", eventOf("DTSTART;VALUE=DATE:20200229", "RRULE:FREQ=YEARLY", "SUMMARY:a"), years(2020, 2028),
			"2020-02-29 a\n2024-02-29 a\n2028-02-29 a\n"},
		{"last Monday, with hours that mean nothing",
			eventOf("DTSTART;VALUE=DATE:20240527", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;BYHOUR=9;WKST=SU",
				"SUMMARY:Memorial Day"), years(2024, 2025), "2024-05-27 Memorial Day\n2025-05-26 Memorial Day\n"},
		{"RDATE and EXDATE", eventOf("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY;COUNT=4",
			"EXDATE;VALUE=DATE:20260102,20260103", "RDATE;VALUE=DATE:20260201", "RDATE;VALUE=DATE:20260301,20260104",
			"SUMMARY:a"), holidays.Options{}, "2026-01-01 a\n2026-01-04 a\n2026-02-01 a\n2026-03-01 a\n"},
		{"EXDATE in UTC and as a date", eventOf("DTSTART;TZID=Asia/Tokyo:20260101T000000", "DURATION:P1D",
			"RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260101T150000Z", "EXDATE;VALUE=DATE:20260103", "SUMMARY:a"),
			holidays.Options{}, "2026-01-01 a\n2026-01-04 a\n"},
		{"RDATE of periods", eventOf("DTSTART:20260101T000000", "DURATION:P1D",
			"RDATE;VALUE=PERIOD:20260105T000000/P1D", "SUMMARY:a"), holidays.Options{}, "2026-01-01 a\n2026-01-05 a\n"},
		{"RDATE of periods, of an event that lasts another time", eventOf("DTSTART;TZID=Asia/Jakarta:20270309T000000",
			"DTEND;TZID=Asia/Jakarta:20270310T000000",
			"RDATE;TZID=Asia/Jakarta;VALUE=PERIOD:20270415T000000/20270418T000000,20270601T000000/P2D", "SUMMARY:a"),
			holidays.Options{}, "2027-03-09 a\n2027-04-15 a\n2027-04-16 a\n2027-04-17 a\n2027-06-01 a\n2027-06-02 a\n"},
		{"RDATE of a period that ends in UTC", eventOf("DTSTART;TZID=Asia/Jakarta:20270309T000000", "DURATION:P1D",
			"RDATE;TZID=Asia/Jakarta;VALUE=PERIOD:20270415T000000/20270416T170000Z", "SUMMARY:a"),
			holidays.Options{}, "2027-03-09 a\n2027-04-15 a\n2027-04-16 a\n"},
		{"whole days until an instant in UTC, in the east", "X-WR-TIMEZONE:Asia/Jakarta\n" + eventOf(
			"DTSTART;VALUE=DATE:20270308", "RRULE:FREQ=DAILY;UNTIL=20270310T170000Z", "SUMMARY:a"), holidays.Options{},
			"2027-03-08 a\n2027-03-09 a\n2027-03-10 a\n2027-03-11 a\n"},
		{"whole days until an instant in UTC, in the west", "X-WR-TIMEZONE:America/New_York\n" + eventOf(
			"DTSTART;VALUE=DATE:20270308", "RRULE:FREQ=DAILY;UNTIL=20270312T045959Z", "SUMMARY:a"), holidays.Options{},
			"2027-03-08 a\n2027-03-09 a\n2027-03-10 a\n2027-03-11 a\n"},
		{"whole days until midnight in UTC, of a calendar that names no zone", eventOf("DTSTART;VALUE=DATE:20270308",
			"RRULE:FREQ=DAILY;UNTIL=20270309T000000Z", "SUMMARY:a"), holidays.Options{},
			"2027-03-08 a\n2027-03-09 a\n"},
		{"EXDATE and RDATE in UTC of whole days", eventOf("DTSTART;VALUE=DATE:20270301", "RRULE:FREQ=DAILY;COUNT=3",
			"EXDATE:20270301T170000Z", "RDATE:20270309T170000Z", "SUMMARY:a") + "X-WR-TIMEZONE:Asia/Jakarta\n",
			holidays.Options{}, "2027-03-01 a\n2027-03-03 a\n2027-03-10 a\n"},
		{"two versions of one of several, in either order", eventOf("UID:1", "DTSTART;VALUE=DATE:20270301",
			"RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:a") + moved("SEQUENCE:1", "20270309") + moved("SEQUENCE:2",
			"20270310") +
			moved("SEQUENCE:0", "20270311"), holidays.Options{}, "2027-03-01 a\n2027-03-10 b\n2027-03-15 a\n"},
		{"two versions that differ in their stamps", eventOf("UID:1", "DTSTART;VALUE=DATE:20270301",
			"RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:a") + moved("DTSTAMP:20260102T000000Z", "20270309") +
			moved("DTSTAMP:20260101T000000Z", "20270310"), holidays.Options{},
			"2027-03-01 a\n2027-03-09 b\n2027-03-15 a\n"},
		{"one of several cancelled in UTC, of whole days", "X-WR-TIMEZONE:Asia/Jakarta\n" +
			eventOf("UID:1", "RECURRENCE-ID:20260131T170000Z", "DTSTART;VALUE=DATE:20260201", "STATUS:CANCELLED",
				"SUMMARY:a") +
			eventOf("UID:1", "DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=MONTHLY;COUNT=3", "SUMMARY:a"),
			holidays.Options{}, "2026-01-01 a\n2026-03-01 a\n"},
		{"one of several on another day", eventOf("UID:1", "DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=MONTHLY;COUNT=3",
			"SUMMARY:a") +
			eventOf("UID:1", "RECURRENCE-ID;VALUE=DATE:20260201", "DTSTART;VALUE=DATE:20260202", "SUMMARY:b"),
			holidays.Options{}, "2026-01-01 a\n2026-02-02 b\n2026-03-01 a\n"},
		{"one of several cancelled", eventOf("UID:1", "RECURRENCE-ID;VALUE=DATE:20260201",
			"DTSTART;VALUE=DATE:20260201", "STATUS:CANCELLED", "SUMMARY:a") +
			eventOf("UID:1", "DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=MONTHLY;COUNT=3", "SUMMARY:a"),
			holidays.Options{}, "2026-01-01 a\n2026-03-01 a\n"},
		{"cancelled", eventOf("DTSTART;VALUE=DATE:20260101", "SUMMARY:a") +
			eventOf("DTSTART;VALUE=DATE:20260102", "STATUS:cancelled", "SUMMARY:b"), holidays.Options{},
			"2026-01-01 a\n"},
		{"a newer version", eventOf("UID:1", "DTSTART;VALUE=DATE:20260101", "SUMMARY:a") +
			eventOf("UID:1", "SEQUENCE:2", "DTSTART;VALUE=DATE:20260102", "SUMMARY:b"), holidays.Options{},
			"2026-01-02 b\n"},
		{"UIDs that are all the same", eventOf("UID:1", "DTSTART;VALUE=DATE:20260101", "SUMMARY:a") +
			eventOf("UID:1", "DTSTART;VALUE=DATE:20260102", "SUMMARY:b"), holidays.Options{},
			"2026-01-01 a\n2026-01-02 b\n"},
		{"two names of one day", eventOf("DTSTART;VALUE=DATE:20190530", "SUMMARY:Father's Day") +
			eventOf("DTSTART;VALUE=DATE:20190530", "SUMMARY:Ascension Day") +
			eventOf("DTSTART;VALUE=DATE:20190530", "SUMMARY:Father's Day"), holidays.Options{},
			"2019-05-30 Father's Day / Ascension Day\n"},
		{"folded within a character and a name", "BEGIN:VEVENT\r\nDTSTART;VAL\r\n UE=DATE:20260101\r\n" +
			"SUMMARY:\xe6\x98\r\n \xa5节\r\n\t假期\r\nEND:VEVENT\r\n", holidays.Options{}, "2026-01-01 春节假期\n"},
		{"other alphabets", eventOf("DTSTART;VALUE=DATE:20260321", "SUMMARY:عيد الفطر") +
			eventOf("DTSTART;VALUE=DATE:20260509", "SUMMARY:День Победы") +
			eventOf("DTSTART;VALUE=DATE:20260925", "SUMMARY:추석"), holidays.Options{},
			"2026-03-21 عيد الفطر\n2026-05-09 День Победы\n2026-09-25 추석\n"},
		{"escapes", eventOf("DTSTART;VALUE=DATE:20260119",
			`SUMMARY:Birthday of Martin Luther King\, Jr.\;\n observed\\`), holidays.Options{},
			`2026-01-19 Birthday of Martin Luther King, Jr.; observed\` + "\n"},
		{"kinds by their names", eventOf("DTSTART;VALUE=DATE:20260214", "SUMMARY:上班(补春节假期)") +
			eventOf("DTSTART;VALUE=DATE:20260228", "SUMMARY:春节（班）") +
			eventOf("DTSTART;VALUE=DATE:20260320", "SUMMARY:Cuti Bersama Idul Fitri") +
			eventOf("DTSTART;VALUE=DATE:20260501", "SUMMARY:International Workers' Day"), holidays.Options{},
			"2026-02-14 make-up 上班(补春节假期)\n2026-02-28 make-up 春节（班）\n2026-03-20 collective Cuti Bersama Idul Fitri\n" +
				"2026-05-01 International Workers' Day\n"},
		{"alarms, to-dos and unknown components", "BEGIN:VTODO\nDTSTART:20260105\nSUMMARY:x\nEND:VTODO\nBEGIN:X-Y\n" +
			"z\nEND:X-Y\nBEGIN:VEVENT\nDTSTART:20260101\nSUMMARY:a\nBEGIN:VALARM\nTRIGGER:-PT15M\nSUMMARY:b\n" +
			"END:VALARM\nEND:VEVENT\n", holidays.Options{}, "2026-01-01 a\n"},
		{"observances", eventOf("DTSTART:20260214", `DESCRIPTION:Observance\nTo hide observances`,
			"SUMMARY:Valentine's Day") + eventOf("DTSTART:20260101", "DESCRIPTION:Public holiday", "SUMMARY:a"),
			holidays.Options{}, "2026-01-01 a\n"},
		{"lower case", "begin:vevent\ndtstart;value=date:20260101\nsummary:a\nend:vevent\n", holidays.Options{},
			"2026-01-01 a\n"},
	} {
		c.options.Name, c.options.Today = "xx", today
		for form, text := range map[string]string{"LF": calendarOf(c.events),
			"CRLF": strings.ReplaceAll(strings.ReplaceAll(calendarOf(c.events), "\r\n", "\n"), "\n",
				"\r\n"), "BOM": "\ufeff\n" + calendarOf(c.events)} {
			got, err := holidays.Import("xx.ics", []byte(text), c.options)
			if err != nil {
				t.Errorf("%s (%s): %v", c.name, form, err)
				continue
			}
			if diff := cmp.Diff(c.want, days(got.Set)); diff != "" {
				t.Errorf("%s (%s): %s", c.name, form, diff)
			}
		}
	}
}

// moved is an event that stands for the one of 8 March.
func moved(version, to string) string {
	return eventOf("UID:1", "RECURRENCE-ID;VALUE=DATE:20270308", version, "DTSTART;VALUE=DATE:"+to, "SUMMARY:b")
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func years(first, last int) holidays.Options {
	return holidays.Options{From: hours.Date{Year: first, Month: 1, Day: 1},
		To: hours.Date{Year: last, Month: 12, Day: 31}}
}

// A broken event is named with its line, and left out only if that is said; the others come all the same.
func TestBrokenEvents(t *testing.T) {
	good := eventOf("DTSTART;VALUE=DATE:20260817", "SUMMARY:good")
	for _, c := range []struct{ event, want string }{
		{eventOf("SUMMARY:bad"), `xx.ics:6: event "bad": has no beginning`},
		{eventOf("DTSTART:20260101"), `xx.ics:6: event "": has no name`},
		{eventOf("DTSTART:20260230", "SUMMARY:bad"), `"20260230" is neither a date`},
		{eventOf("DTSTART;VALUE=DATE:20260101T000000", "SUMMARY:bad"), "is neither a date"},
		{eventOf("DTSTART;VALUE=FOO:20260101", "SUMMARY:bad"), "a value of type FOO is not supported"},
		{eventOf("DTSTART:00260101", "SUMMARY:bad"), "is too far away"},
		{eventOf("DTSTART:20260102", "DTEND:20260101", "SUMMARY:bad"), "ends before it begins"},
		{eventOf("DTSTART:20260102", "DTEND:20280101", "SUMMARY:bad"), "lasts 729 days"},
		{eventOf("DTSTART:20260102", "DTEND:20260103T000000", "SUMMARY:bad"), "are not of one kind"},
		{eventOf("DTSTART:20260102", "DURATION:PT5H", "SUMMARY:bad"), "does not last whole days"},
		{eventOf("DTSTART:20260102", "DURATION:-P1D", "SUMMARY:bad"), "is no length of time"},
		{eventOf("DTSTART:20260102,20260103", "SUMMARY:bad"), "DTSTART has 2 values"},
		{eventOf("DTSTART;TZID=Nowhere:20260101T000000", "SUMMARY:bad"), `zone "Nowhere" is neither known nor defined`},
		{eventOf("DTSTART;TZID=GMT+07:00:20260101T000000", "SUMMARY:bad"), `xx.ics:7: event "bad": line DTSTART;TZID=` +
			`GMT+07:00:20260101T000000 has a colon in TZID=GMT+07:00, which ends it; quote it: TZID="GMT+07:00"`},
		{eventOf("DTSTART:20260101T090000", "DTEND:20260101T100000", "SUMMARY:Meeting"),
			`event "Meeting": is not of whole days: 2026-01-01 09:00 to 2026-01-01 10:00`},
		{eventOf("DTSTART:20260101T000000", "SUMMARY:bad"), "is not of whole days"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=SECONDLY", "SUMMARY:bad"),
			"the rule repeats secondly; holidays are days"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=HOURLY;COUNT=2", "SUMMARY:bad"), "the rule repeats hourly"},
		{eventOf("DTSTART:20260101", "RRULE:INTERVAL=1", "SUMMARY:bad"), "the rule has no FREQ"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=OFTEN", "SUMMARY:bad"), "the rule cannot be read"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;FREQ=DAILY", "SUMMARY:bad"), "says FREQ twice"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=YEARLY;BYEASTER=1", "SUMMARY:bad"),
			`a part "BYEASTER=1" that is not known`},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20260201", "SUMMARY:bad"),
			"COUNT as well as UNTIL"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;COUNT=0", "SUMMARY:bad"), `COUNT is "0"`},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;INTERVAL=99999999999999999999", "SUMMARY:bad"), "INTERVAL is"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=YEARLY;BYMONTH=13", "SUMMARY:bad"), "the rule cannot be used"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;BYSETPOS="+strings.Repeat("1,", 300)+"1", "SUMMARY:bad"),
			"characters; at most 500"},
		{eventOf("DTSTART:20260101T000000", "DURATION:P1D", "RRULE:FREQ=DAILY;BYHOUR=9", "SUMMARY:bad"),
			"BYHOUR=9 repeats at other times"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;UNTIL=21991231", "SUMMARY:bad"), "names more than 10000 days"},
		{eventOf("DTSTART:20260101", "EXRULE:FREQ=DAILY", "SUMMARY:bad"), "EXRULE is not supported"},
		{eventOf("DTSTART:20260101", "EXDATE:tomorrow", "SUMMARY:bad"), "EXDATE: \"tomorrow\""},
		{eventOf("DTSTART:20260101", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260101", "SUMMARY:bad"),
			"RANGE is not supported"},
		{eventOf("DTSTART:20260101", "RECURRENCE-ID:20260101", "RRULE:FREQ=DAILY;COUNT=2", "SUMMARY:bad"),
			"repeats itself"},
		{eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;UNTIL=20260105T170000Z", "SUMMARY:bad"),
			`xx.ics:8: event "bad": UNTIL: 20260105T170000Z is a time in UTC, and the event is of whole days`},
		{"X-WR-TIMEZONE:America/New_York\n" + eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;UNTIL=20260105T000000Z",
			"SUMMARY:bad"),
			"UNTIL: 20260105T000000Z is midnight in UTC, but 2026-01-04 19:00 where the calendar is at home"},
		{eventOf("DTSTART:20260101", "RDATE;VALUE=PERIOD:20260105T000000/P1D", "SUMMARY:bad"),
			"RDATE names periods, but the event is of whole days"},
		{eventOf("DTSTART:20260101T000000", "RDATE;VALUE=PERIOD:20260105T000000", "SUMMARY:bad"),
			"is no period such as"},
		{eventOf("DTSTART:20260101T000000", "DURATION:P1D", "RDATE;VALUE=PERIOD:20260105T000000/20260104T000000",
			"SUMMARY:bad"), "a period that ends before it begins"},
		{moved("DTSTAMP:20260101T000000Z", "20270309") + strings.ReplaceAll(moved("DTSTAMP:20260101T000000Z",
			"20270310"),
			"SUMMARY:b", "SUMMARY:bad"),
			`xx.ics:13: event "bad": stands for the same one of several as the event of line 6`},
		{eventOf("DTSTART:20260101", "SEQUENCE:x", "SUMMARY:bad"), "SEQUENCE is \"x\""},
		{eventOf("DTSTART:20260101", "no colon here", "SUMMARY:bad"),
			`xx.ics:8: event "bad": line no colon here is no line of a calendar`},
		{eventOf("DTSTART;X", "SUMMARY:bad"), "has a parameter without a value"},
		{eventOf("DTSTART;X=\"a:20260101", "SUMMARY:bad"), "quotation mark is not closed"},
		{eventOf("DTSTART;X=a", "SUMMARY:bad"), "no colon"},
		{eventOf("DTSTART:20260101", "SUMMARY:\xff"), "is not UTF-8"},
		{eventOf("DTSTART:20260101", "SUMMARY:bad", "BEGIN:VALARM"), "comes before the end"},
		{eventOf("DTSTART:20260101", "SUMMARY:bad", "END:VTODO"), "ends what never began"},
		{"BEGIN:VEVENT\nDTSTART:20260101\nSUMMARY:bad\n" + eventOf("DTSTART:20260818", "SUMMARY:better"),
			"has no END:VEVENT"},
		{"END:VTODO\n", "END:VTODO ends what never began"},
		{"rubbish\n", "rubbish"},
		{strings.Replace(newYork, "TZOFFSETTO:-0400", "TZOFFSETTO:x", 1) +
			eventOf("DTSTART;TZID=Our Own:20260101T000000", "SUMMARY:bad"),
			"is defined on line 6 in a way that cannot be used"},
		{strings.Replace(newYork, "FREQ=YEARLY", "FREQ=SECONDLY", 1) +
			eventOf("DTSTART;TZID=Our Own:20260101T000000", "SUMMARY:bad"), "cannot be used"},
	} {
		text := []byte(calendarOf(good + strings.TrimPrefix(c.event, "\n")))
		text = []byte(strings.Replace(string(text), "VERSION:2.0\n", "", 1))
		options := holidays.Options{Name: "xx", Today: today}
		_, err := holidays.Import("xx.ics", text, options)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.event, err, c.want)
			continue
		}
		options.SkipBroken = true
		got, err := holidays.Import("xx.ics", text, options)
		if err != nil {
			t.Errorf("%q: not skipped: %v", c.event, err)
			continue
		}
		if !strings.Contains(days(got.Set), "2026-08-17 good\n") || strings.Contains(days(got.Set), "bad") ||
			len(got.Skipped) != 1 {
			t.Errorf("%q: %v\n%s", c.event, got.Skipped, days(got.Set))
		}
	}
}

// What a value holds and is not used is said, with its line.
func TestWhatIsNotUsedIsSaid(t *testing.T) {
	got := importCase(t, "", "X-WR-TIMEZONE:Asia/Jakarta\n"+eventOf("UID:1", "DTSTART;VALUE=DATE:20270301",
		"DTEND;VALUE=DATE:20270302", "DURATION:P1D", "RRULE:FREQ=DAILY;COUNT=2;BYHOUR=9", "EXDATE:20270301T170000Z",
		"RDATE:20270309T080000", "SUMMARY:a")+eventOf("UID:1", "SEQUENCE:1", "DTSTART;VALUE=DATE:20270501",
		"SUMMARY:b"))
	want := []string{"Not used is BYHOUR, BYMINUTE and BYSECOND, because the event is of whole days: line 9.",
		"Not used is DURATION, because DTEND says the same: line 4.",
		"Not used is an older version of an event: line 4.",
		"Not used is the time of day of a value, because the event is of whole days: line 10, 11."}
	if got == nil || cmp.Diff(want, got.Notes[:min(len(got.Notes), 4)]) != "" {
		t.Errorf("%+v", got)
	}
}

// What is wrong with a file as a whole is refused in any case.
func TestRefusedFiles(t *testing.T) {
	good := calendarOf(eventOf("DTSTART;VALUE=DATE:20260817", "SUMMARY:good"))
	for _, c := range []struct{ text, want string }{
		{"", "is empty"},
		{" \n", "is empty"},
		{"hello", `xx:1: is no calendar: it begins with "hello"`},
		{good[1:], `begins with "EGIN:VCALENDAR"`},
		{strings.TrimSuffix(good, "END:VCALENDAR\n"), "the file ends in the middle: VCALENDAR of line 1 has no END"},
		{good[:60], "the file ends in the middle: VEVENT"},
		{strings.ReplaceAll(good, "", "\x00"), "is not UTF-8 text"},
		{"BEGIN:VCALENDAR\n" + good, "a calendar begins within the one of line 1"},
		{calendarOf(""), "holds no day"},
		{calendarOf("METHOD:CANCEL\n" + eventOf("DTSTART:20260101", "SUMMARY:a")), "cancels its events"},
		{calendarOf(strings.Repeat("BEGIN:X\n", 20)), "nested more than"},
		{calendarOf(strings.Repeat(eventOf("DTSTART:20260101"), 2000)), "more than 1000 entries cannot be read"},
		{calendarOf(strings.Repeat(eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "SUMMARY:a"),
			2000)), "rules name no day"},
		{calendarOf(strings.Repeat(eventOf("DTSTART:20260101", "RRULE:FREQ=DAILY;COUNT=9000", "DTEND:20260401",
			"SUMMARY:a"), 10)), "days"},
		{calendarOf(strings.Repeat(eventOf("UID:1", "DTSTART:20260101", "RECURRENCE-ID:20260101", "SUMMARY:a"), 5000) +
			strings.Repeat(eventOf("UID:1", "DTSTART:20260101", "SUMMARY:a"), 5000)), "more than 200000 days together"},
		{calendarOf(manyZones(1000)), "1000 zones are defined"},
		{calendarOf(strings.Repeat(eventOf("DTSTART:16000101",
			"RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=100", "SUMMARY:a"), 1000)),
			"the rules of the file are too many"},
		{"[" + strings.Repeat("1,", 20000) + "1]", "more than 10000 entries"},
		{strings.Repeat(" ", holidays.LargestImport) + good, "bytes; at most"},
		{"{", "xx:1: cannot be read as holiday JSON"},
		{"{\n\"year\": 2026,\n\"days\": [}", "xx:3: cannot be read as holiday JSON"},
		{string(testFile(t, "sources/cn-2027.json")), "the holidays of 2027 have not been announced"},
		{`{"year": 20270, "days": [{}]}`, "is no year of a holiday calendar"},
		{`{}`, "xx:1: this form of JSON is not known: it has no members; known are the forms of holiday-cn"},
		{"{\"code\": 0,\n\"holiday\": {}}", "not known: it has the members code, holiday; known are"},
		{"\n[{\"date\": \"2027-01-01\", \"holiday\": true}]", "xx:2: this form of JSON is not known"},
		{"\xff\xfeB\x00", "xx:1: is UTF-16 text; save it as UTF-8"},
		{strings.Replace(good, "good", "go\x00od", 1), "xx:5: holds a NUL character"},
		{`[]`, "holds no day"},
	} {
		_, err := holidays.Import("xx", []byte(c.text), holidays.Options{Name: "xx", Today: today, SkipBroken: true})
		if _, ok := errors.AsType[holidays.Problems](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80q: got %v, want %q", c.text, err, c.want)
		}
	}
}

func manyZones(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Replace(newYork, "Our Own", fmt.Sprint("Zone ", i), 1))
	}
	return b.String()
}

func TestImportJSON(t *testing.T) {
	for _, c := range []struct {
		text, want, broken string
		from, to           string
	}{
		{`{"$schema": "x", "year": 2024, "papers": ["https://example.org/"], "days": [{"name": "元旦", "date": "2023-12-30", "isOffDay": true}, {"name": "春节", "date": "2024-02-04", "isOffDay": false}]}`,
			"2023-12-30 元旦\n2024-02-04 make-up 春节\n", "", "2023-12-30", "2024-12-31"},
		{`[{"name": "元旦", "date": "2026-01-01", "isOffDay": true}]`, "2026-01-01 元旦\n", "", "2026-01-01", "2026-12-31"},
		{`[{"year": 2025, "days": [{"name": "a", "date": "2025-01-01", "isOffDay": true}]}, {"year": 2026, "days": [{"name": "a", "date": "2026-01-01", "isOffDay": true}]}]`, "2025-01-01 a\n2026-01-01 a\n", "", "2025-01-01", "2026-01-01"},
		{`{"year": 2026, "days": [{"name": "a", "date": "2026-01-01", "isOffDay": true}, {"name": "b", "date": "2026-02-30", "isOffDay": true}]}`, "2026-01-01 a\n", "days[1].date: \"2026-02-30\" is not a day", "2026-01-01", "2026-12-31"},
		{`{"year": 2026, "days": [{"name": "a", "date": "2026-01-01", "isOffDay": true}, {"name": "b", "date": "2026-02-03"}]}`, "2026-01-01 a\n", "days[1]: lacks name, date or isOffDay", "2026-01-01", "2026-12-31"},
		{`{"year": 2026, "days": [{"name": "a", "date": "2026-01-01", "isOffDay": true}, 7]}`, "2026-01-01 a\n",
			"days[1]: is no day", "2026-01-01", "2026-12-31"},
		{`{"year": 2026, "days": [{"name": "a", "date": "2026-01-01", "isOffDay": true}, {"name": "b", "date": "2016-02-03", "isOffDay": true}]}`, "2026-01-01 a\n", "is not near the year 2026", "2026-01-01", "2026-12-31"},
	} {
		options := holidays.Options{Name: "xx", Today: today}
		got, err := holidays.Import("xx.json", []byte(c.text), options)
		if c.broken != "" {
			if err == nil || !strings.Contains(err.Error(), c.broken) {
				t.Errorf("%s: got %v, want %q", c.text, err, c.broken)
			}
			options.SkipBroken = true
			got, err = holidays.Import("xx.json", []byte(c.text), options)
		}
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, days(got.Set)); diff != "" || got.Set.From.String() != c.from ||
			got.Set.To.String() != c.to {
			t.Errorf("%s: covers %s to %s\n%s", c.text, got.Set.From, got.Set.To, diff)
		}
	}
}

// The forms of others, and what is asked because they do not say whether it is a holiday for everybody.
func TestImportJSONOfOthers(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		asked      []string
	}{
		"Nager.Date": {`[
{"date": "2027-01-01", "localName": "Tahun Baru", "name": "New Year's Day", "countryCode": "ID", "global": true,
	"types": ["Public"]},
{"date": "2027-02-06", "localName": "Imlek", "name": "Lunar", "countryCode": "ID", "global": true,
	"types": ["Optional"]},
{"date": "2027-02-14", "localName": "Valentin", "name": "V", "countryCode": "ID", "global": true,
	"types": ["Observance"]},
{"date": "2027-03-01", "localName": "St. Davids", "name": "D", "countryCode": "ID",
 "global": false, "counties": ["ID-AC"], "types": ["Public"]},
{"date": "2027-10-09", "localName": "补班", "name": "Make-up", "countryCode": "ID", "global": true,
	"types": ["Public"]}]`,
			"2027-01-01 Tahun Baru\n", []string{"Imlek", "St. Davids", "补班"}},
		"date-holidays": {`[
{"date": "2027-01-01 00:00:00", "start": "2026-12-31T16:00:00.000Z",
 "end": "2027-01-01T16:00:00.000Z", "name": "元旦", "type": "public", "rule": "01-01"},
{"date": "2027-02-06 00:00:00", "start": "2027-02-05T16:00:00.000Z",
 "end": "2027-02-09T16:00:00.000Z", "name": "春节", "type": "public", "rule": "chinese"},
{"date": "2027-03-08 00:00:00", "start": "2027-03-07T16:00:00.000Z",
 "end": "2027-03-08T16:00:00.000Z", "name": "妇女节", "type": "observance", "rule": "03-08"},
{"date": "2027-03-12 00:00:00 +0800", "start": "2027-03-11T16:00:00.000Z",
 "end": "2027-03-12T16:00:00.000Z", "name": "植树节", "type": "bank"}]`,
			"2027-01-01 元旦\n2027-02-06 春节\n2027-02-07 春节\n2027-02-08 春节\n2027-02-09 春节\n", []string{"植树节"}},
	} {
		got, err := holidays.Import("xx.json", []byte(c.text), holidays.Options{Name: "xx", Today: today})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, days(got.Set)); diff != "" || !strings.Contains(strings.Join(got.Notes, "\n"),
			"1 event is left out, called an observance by the calendar") {
			t.Errorf("%s: %v\n%s", name, got.Notes, diff)
		}
		asksOf(t, name, got.Doubts, c.asked)
	}
	_, err := holidays.Import("xx.json",
		[]byte(`[{"date": "2027-01-01 18:00:00", "name": "a", "type": "public", "rule": "x"}]`),
		holidays.Options{Name: "xx", Today: today})
	if err == nil || !strings.Contains(err.Error(), "xx.json:1: days[0]: begins at 18:00:00 and is not of whole days") {
		t.Errorf("from the evening on: %v", err)
	}
	_, err = holidays.Import("xx.json",
		[]byte("{\"year\": 2027, \"days\": [\n{\"name\": \"元旦\", \"date\": \"2027-01-01\", "+
			"\"isOffDay\": true},\n{\"name\": \"元旦\", \"date\": \"2027-01-01\", \"isOffDay\": false}]}"),
		holidays.Options{Name: "xx", Today: today})
	if err == nil || !strings.Contains(err.Error(),
		`xx.json:3: 2027-01-01: "元旦" is a make-up day, but the one on line 2`) {
		t.Errorf("written twice: %v", err)
	}
}

// What holiday-cn has is what the set has: importing it again changes nothing.
func TestImportingTheSourceAgainChangesNothing(t *testing.T) {
	set := shippedSet(t, "cn")
	for _, year := range []string{"2024", "2025", "2026"} {
		data := testFile(t, "sources/cn-"+year+".json")
		imported, err := holidays.Import("cn.json", data, holidays.Options{Name: "cn", Today: today})
		if err != nil {
			t.Fatal(err)
		}
		merged, err := set.Merge(imported.Set)
		if err != nil {
			t.Fatal(err)
		}
		if diff := holidays.Diff(set, merged); diff != "" {
			t.Errorf("%s:\n%s", year, diff)
		}
	}
}

func testFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Real calendars; testdata/README.md names where they come from.
func TestRealCalendars(t *testing.T) {
	for _, c := range []struct {
		file, from, to string
		days, regional int
		some           []string
	}{
		{"holiday-cn-2025.ics", "2025-01-01", "2025-12-31", 33, 0,
			[]string{"2025-01-26 make-up 上班(补春节假期)", "2025-02-04 春节假期", "2025-10-08 "}},
		{"google-derdack-export.ics", "2017-01-01", "2019-12-31", 111, 9,
			[]string{"2019-05-30 Father's Day / Ascension Day", "2017-10-31 Reformation Day"}},
		{"aws-changecalendar-jp.ics", "2025-01-01", "2026-12-31", 33, 0,
			[]string{"2025-02-24 日本の祝日: 休日", "2026-09-22 日本の祝日: 休日"}},
	} {
		options := holidays.Options{Name: "xx", Today: today}
		got, err := holidays.Import(c.file, testFile(t, "ics/"+c.file), options)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if len(got.Doubts) != c.regional {
			t.Errorf("%s: %d in doubt, want %d: %v", c.file, len(got.Doubts), c.regional, got.Doubts)
		}
		options.Decide = asAdvised(t, got.Doubts)
		if got, err = holidays.Import(c.file, testFile(t, "ics/"+c.file), options); err != nil || len(got.Doubts) > 0 {
			t.Errorf("%s: as advised: %v, %v", c.file, err, got)
			continue
		}
		if len(got.Set.Days) != c.days || got.Set.From.String() != c.from || got.Set.To.String() != c.to ||
			len(got.Skipped) > 0 {
			t.Errorf("%s: %d days, %s to %s, %v", c.file, len(got.Set.Days), got.Set.From, got.Set.To, got.Skipped)
		}
		for _, some := range c.some {
			if !strings.Contains(days(got.Set), some) {
				t.Errorf("%s: no %q in\n%s", c.file, some, days(got.Set))
			}
		}
		sameDates(t, c.file, got.Set)
	}
	// The whole of 2025, against what the set of China says.
	got, err := holidays.Import("cn.ics", testFile(t, "ics/holiday-cn-2025.ics"),
		holidays.Options{Name: "cn", Today: today})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range shippedSet(t, "cn").Days {
		if other, ok := entryOf(got.Set, d.Date); d.Date.Year == 2025 && (!ok || other.Kind != d.Kind) {
			t.Errorf("%s is %v, and in the calendar %v", d.Date, d, other)
		}
	}
	broken := testFile(t, "ics/telerik-bad.ics")
	if _, err := holidays.Import("telerik-bad.ics", broken,
		holidays.Options{Name: "xx", Today: today, SkipBroken: true}); err == nil ||
		!strings.Contains(err.Error(), `telerik-bad.ics:1: is no calendar: it begins with "EGIN:VCALENDAR"`) {
		t.Errorf("the broken file: %v", err)
	}
	mended, err := holidays.Import("telerik-bad.ics", append([]byte("B"), broken...),
		holidays.Options{Name: "xx", Today: today})
	if err != nil || days(mended.Set) != "1997-01-01 New Year’s Day\n1997-01-20 Birthday of Martin Luther King, Jr.\n"+
		"1997-02-17 Washington’s Birthday\n" {
		t.Errorf("mended: %v %v", err, mended)
	}
}

// asAdvised decides what is in doubt by the flags that are advised for it.
func asAdvised(t *testing.T, doubts holidays.Problems) (out []holidays.Decision) {
	t.Helper()
	for _, doubt := range doubts {
		flag := regexp.MustCompile(`--decide '(.*)', or there`).FindStringSubmatch(doubt.Message)
		d, err := holidays.ParseDecision(strings.ReplaceAll(flag[1], `'\''`, "'"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// sameDates holds the dates of a plain calendar against those that another library reads.
func sameDates(t *testing.T, file string, set *holidays.Set) {
	t.Helper()
	calendar, err := ical.NewDecoder(strings.NewReader(string(testFile(t, "ics/"+file)))).Decode()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, e := range calendar.Events() {
		start, err1 := e.DateTimeStart(nil)
		end, err2 := e.DateTimeEnd(nil)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for ; start.Before(end); start = start.AddDate(0, 0, 1) {
			want[start.Format(time.DateOnly)] = true
		}
	}
	got := map[string]bool{}
	for _, d := range set.Days {
		got[d.Date.String()] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", file, diff)
	}
}

// A first year with days in December only, or a last one with days in January only, is not taken to be known.
func TestWhatACalendarIsTakenToCover(t *testing.T) {
	for _, c := range []struct {
		dates    []string
		from, to string
	}{
		{[]string{"20260101"}, "2026-01-01", "2026-12-31"},
		{[]string{"20261225", "20270101"}, "2026-12-25", "2027-01-01"},
		{[]string{"20260817", "20270101"}, "2026-01-01", "2027-01-01"},
		{[]string{"20251231", "20260101", "20260817"}, "2025-12-31", "2026-12-31"},
		{[]string{"20250101", "20270601"}, "2025-01-01", "2027-12-31"},
	} {
		var events string
		for _, d := range c.dates {
			events += eventOf("DTSTART:"+d, "SUMMARY:a")
		}
		got, err := holidays.Import("xx.ics", []byte(calendarOf(events)), holidays.Options{Name: "xx", Today: today})
		if err != nil || got.Set.From.String() != c.from || got.Set.To.String() != c.to {
			t.Errorf("%v: %v, %v", c.dates, got, err)
		}
	}
}

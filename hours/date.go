package hours

import (
	"cmp"
	"fmt"
	"time"
)

const secondsPerDay = 24 * 60 * 60

// A Date is a day of the Gregorian calendar, in no particular zone. The zero Date is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date written as YYYY-MM-DD, years 0001 to 9999. A day that the month does not have is an error.
func ParseDate(text string) (Date, error) {
	if len(text) != 10 || text[4] != '-' || text[7] != '-' {
		return Date{}, notADate(text)
	}
	year, ok1 := digits(text[:4])
	month, ok2 := digits(text[5:7])
	day, ok3 := digits(text[8:])
	if !ok1 || !ok2 || !ok3 {
		return Date{}, notADate(text)
	}
	d := Date{Year: year, Month: time.Month(month), Day: day}
	if !d.Valid() {
		return Date{}, fmt.Errorf("%s is not a day of the calendar; correct the month or the day", quote(text))
	}
	return d, nil
}

func notADate(text string) error {
	if meant := dateMeant(text); meant != "" {
		return fmt.Errorf("%s is not a date; write %s", quote(text), meant)
	}
	return fmt.Errorf("%s is not a date; write it as YYYY-MM-DD, for example 2026-12-31", quote(text))
}

// DateOf returns the date that a clock in the zone of t shows.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// Valid reports whether the date exists, in the years 1 to 9999.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= time.January && d.Month <= time.December &&
		d.Day >= 1 && d.Day <= daysIn(d.Year, d.Month)
}

// String writes the date as YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// MarshalText writes 2026-12-31.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Midnight is when the clock of a zone begins the date. Where the zone leaves the date out it is on another.
func (d Date) Midnight(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// Weekday is the date's day of the week.
func (d Date) Weekday() time.Weekday { return weekday(d.number()) }

// DaysUntil is how many days later another date is; negative when it is earlier.
func (d Date) DaysUntil(o Date) int { return int(o.number() - d.number()) }

// AddDays is the date so many days later, or earlier if n is negative.
func (d Date) AddDays(n int) Date { return dateOf(d.number() + int64(n)) }

// Compare is negative if d is before o, positive if it is after, and 0 if they are the same day.
func (d Date) Compare(o Date) int {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day))
}

// number counts days from 1970-01-01.
func (d Date) number() int64 {
	return floorDiv(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix(), secondsPerDay)
}

// dateOf is the date of a day counted from 1970-01-01.
func dateOf(number int64) Date { return DateOf(time.Unix(number*secondsPerDay, 0).UTC()) }

// daysIn is how many days a month has.
func daysIn(year int, m time.Month) int {
	if m == time.February && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return [...]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m]
}

// weekday of a day counted from 1970-01-01, which was a Thursday.
func weekday(number int64) time.Weekday {
	return time.Weekday(floorMod(number+int64(time.Thursday), 7))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - b*floorDiv(a, b) }

// digits reads decimal digits and nothing else: no sign, no space.
func digits(text string) (int, bool) {
	n := 0
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + int(text[i]-'0')
	}
	return n, true
}

// quote quotes text for a message, shortened if it is long.
func quote(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

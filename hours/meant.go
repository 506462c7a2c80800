package hours

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A supervisor who writes 8am-5pm, 2026/12/24 or 10:30am is told the same as it has to be written, if only one reading
// is likely. Whatever is offered here can be read.

const (
	looseClock = `(\d{1,2})(?:[:.h]?(\d{2}))?(?::00)? *([ap]m)?`
	looseDay   = `(\d{4})[-/.年 ](\d{1,2})[-/.月 ](\d{1,2})日?`
	// longSpan is more than somebody means who writes 8-5.
	longSpan = 16 * 60
)

var (
	looseSpan    = regexp.MustCompile(`^` + looseClock + ` *(?:-|~|to|until) *` + looseClock + `$`)
	looseReading = regexp.MustCompile(`^(?:(.+?)[ t,]+)?` + looseClock + `$`)
	yearFirst    = regexp.MustCompile(`^(?:` + looseDay + `|(\d{4})(\d{2})(\d{2}))$`)
	yearLast     = regexp.MustCompile(`^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$`)
	monthAndDay  = regexp.MustCompile(`^(\d{1,2})[-/. ](\d{1,2})$`)
	betweenSpans = regexp.MustCompile(` *(?:[,;&]| and ) *`)
)

// digitsMeant are letters that are typed for digits, and shown much like them.
var digitsMeant = strings.NewReplacer("O", "0", "o", "0", "l", "1", "I", "1")

// loosely matches a text without regard to case, and with digits for letters that look like them, if it does not
// match as it is.
func loosely(form *regexp.Regexp, text string) []string {
	if m := form.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text))); m != nil {
		return m
	}
	return form.FindStringSubmatch(strings.ToLower(digitsMeant.Replace(text)))
}

// minutesMeant are those after midnight of an hour, a minute and am or pm; false for what no clock shows.
func minutesMeant(parts []string) (int, bool) {
	hour, _ := strconv.Atoi(parts[0])
	minute, _ := strconv.Atoi(parts[1])
	if half := parts[2]; half != "" {
		hour = hour%12 + map[string]int{"pm": 12}[half]
	}
	return hour*60 + minute, minute < 60 && hour*60+minute <= minutesPerDay
}

// spanMeant is the text of a span, or of several in one text.
func spanMeant(text string) string {
	var spans []string
	for _, part := range betweenSpans.Split(text, -1) {
		m := loosely(looseSpan, part)
		if m == nil {
			return ""
		}
		from, ok1 := minutesMeant(m[1:4])
		to, ok2 := minutesMeant(m[4:7])
		s := Span{From: from, To: to}
		if !ok1 || !ok2 || s.check() != nil || s.end()-s.From >= longSpan {
			return ""
		}
		spans = append(spans, `"`+s.String()+`"`)
	}
	return strings.Join(spans, ", ")
}

// dateMeant says how a date has to be written: both ways where day and month may be exchanged.
func dateMeant(text string) string {
	if m := loosely(yearFirst, text); m != nil {
		m = slices.DeleteFunc(m[1:], func(part string) bool { return part == "" })
		meant := fmt.Sprintf("%s-%02s-%02s", m[0], m[1], m[2])
		if _, err := ParseDate(meant); err == nil {
			return meant
		}
		return ""
	}
	if m := loosely(yearLast, text); m != nil {
		year, _ := strconv.Atoi(m[3])
		return eitherOrder(m[1], m[2], func(d Date) (string, string) {
			return d.String(), d.spoken() + fmt.Sprintf(" %d", year)
		}, year)
	}
	return ""
}

// monthDayMeant is dateMeant for a day of every year.
func monthDayMeant(text string) string {
	if m := loosely(monthAndDay, text); m != nil {
		return eitherOrder(m[1], m[2], func(d Date) (string, string) { return d.String()[5:], d.spoken() }, leapYear)
	}
	return ""
}

// ReadingMeant is a time of day, with its date or without, that is written in another way, such as 8am, as it has to
// be; empty when that is not clear.
func ReadingMeant(text string) string {
	m := loosely(looseReading, text)
	if m == nil || m[3]+m[4] == "" { // a bare 10 may be anything
		return ""
	}
	minutes, ok := minutesMeant(m[2:])
	if !ok {
		return ""
	}
	clock := fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
	if m[1] == "" {
		return clock
	}
	if _, err := ParseDate(m[1]); err == nil {
		return m[1] + " " + clock
	}
	day := dateMeant(m[1])
	if day == "" || strings.Contains(day, ", or ") {
		return ""
	}
	return day[:len("2026-12-31")] + " " + clock
}

// eitherOrder writes month and day in the order of the two numbers and in the other one, whichever there is.
func eitherOrder(first, second string, write func(Date) (text, words string), year int) string {
	a, _ := strconv.Atoi(first)
	b, _ := strconv.Atoi(second)
	var ways []string
	for _, d := range []Date{{year, time.Month(a), b}, {year, time.Month(b), a}} {
		text, words := write(d)
		if way := text + " for " + words; d.Valid() && !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	return strings.Join(ways, ", or ")
}

// spoken is a day without its year: "24 December".
func (d Date) spoken() string { return fmt.Sprintf("%d %s", d.Day, d.Month) }

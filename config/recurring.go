package config

import (
	"regexp"
	"strconv"
	"time"

	"github.com/hotline-ivr/hotline/config/problem"
	"github.com/hotline-ivr/hotline/hours"
)

// longestRule bounds what one recurrence rule costs to read.
const longestRule = 300

// readRecurring reads special days that come back: yearly (and to), nth, or rrule with from.
func readRecurring(m mapping, way string, s *hours.Special) {
	first, last := m.get("from"), m.get("to")
	switch {
	case first.present() && way != "rrule":
		first.fail("does not go together with %s; remove one of the two", way)
	case last.present() && way == "nth":
		last.fail("does not go together with nth; remove one of the two")
	case last.present() && way == "rrule":
		last.fail("does not go together with rrule; end the rule itself, for example with UNTIL=20271231")
	}
	switch way {
	case "yearly":
		s.Yearly = readYearly(m)
	case "nth":
		s.Nth = readNth(m.need("nth", "write for example {n: 4, weekday: thu, month: 11}"))
	case "rrule":
		s.RRule, _ = m.need("rrule", "write a rule such as FREQ=WEEKLY;INTERVAL=2;BYDAY=SA").text("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA")
		if len(s.RRule) > longestRule {
			m.get("rrule").fail("has %d characters; at most %d are supported", len(s.RRule), longestRule)
		}
		s.From, _ = m.need("from", "write the day on which the rule begins, for example 2026-01-03").date()
	}
}

func readYearly(m mapping) *hours.Yearly {
	y := &hours.Yearly{}
	y.Month, y.Day, _ = m.need("yearly", "write month and day, for example 12-24").monthDay()
	if m.get("to").present() {
		y.ToMonth, y.ToDay, _ = m.need("to", "write month and day, for example 12-26").monthDay()
	}
	return y
}

func readNth(v value) *hours.Nth {
	m, ok := v.mapping()
	if !ok || v.empty() {
		return nil
	}
	nth := &hours.Nth{}
	at := m.need("n", "write which one, 1 to 5, or -1 for the last")
	if nth.N, ok = at.whole(); ok && nth.N == 0 {
		at.fail("is 0; write 1 to 5 from the start of the month, or -1 to -5 from its end")
	}
	if weekday, _ := readWeekday(m.need("weekday", "write one of mon, tue, wed, thu, fri, sat, sun")); weekday != nil {
		nth.Weekday = *weekday
	}
	month, _ := m.get("month").whole()
	nth.Month = time.Month(month)
	return nth
}

var monthDayForm = regexp.MustCompile(`^\d{2}-\d{2}$`)

// monthDay is a day of every year.
func (v value) monthDay() (time.Month, int, bool) {
	text, ok := v.plain("12-24")
	if !ok {
		return 0, 0, false
	}
	if !monthDayForm.MatchString(text) {
		v.fail("%q is not a month and a day; write them as MM-DD, for example 12-24", problem.Short(text))
		return 0, 0, false
	}
	month, _ := strconv.Atoi(text[:2])
	day, _ := strconv.Atoi(text[3:])
	if d := (hours.Date{Year: 2024, Month: time.Month(month), Day: day}); month < 1 || month > 12 || !d.Valid() { // a leap year
		v.fail("%q is not a day of the calendar; correct the month or the day", text)
		return 0, 0, false
	}
	return time.Month(month), day, true
}

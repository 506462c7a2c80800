package config

import (
	"time"

	"github.com/hotline-ivr/hotline/config/internal/yamlnode"
	"github.com/hotline-ivr/hotline/config/schema"
	"github.com/hotline-ivr/hotline/hours"
)

// readRecurring reads special days that come back: yearly (and to), nth, or rrule with from.
func readRecurring(m yamlnode.Mapping, way string, s *hours.Special) {
	first, last := m.Get("from"), m.Get("to")
	switch {
	case first.Present() && way != "rrule":
		first.Fail("does not go together with %s; remove one of the two", way)
	case last.Present() && way == "nth":
		last.Fail("does not go together with nth; remove one of the two")
	case last.Present() && way == "rrule":
		last.Fail("does not go together with rrule; end the rule itself, for example with UNTIL=20271231")
	}
	switch way {
	case "yearly":
		s.Yearly = readYearly(m)
	case "nth":
		s.Nth = readNth(m.Need("nth", "write for example {n: 4, weekday: thu, month: 11}"))
	case "rrule":
		const example = "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA"
		s.RRule, _ = m.Need("rrule", "write a rule such as "+example).Text(example)
		if len(s.RRule) > schema.LongestRule {
			m.Get("rrule").Fail("has %d characters; at most %d are supported", len(s.RRule), schema.LongestRule)
		}
		s.From, _ = m.Need("from", "write the day on which the rule begins, for example 2026-01-03").Date()
	}
}

func readYearly(m yamlnode.Mapping) *hours.Yearly {
	y := &hours.Yearly{}
	y.Month, y.Day, _ = readMonthDay(m.Need("yearly", "write month and day, for example 12-24"))
	if m.Get("to").Present() {
		y.ToMonth, y.ToDay, _ = readMonthDay(m.Need("to", "write month and day, for example 12-26"))
	}
	return y
}

func readNth(v yamlnode.Value) *hours.Nth {
	m, ok := v.Mapping()
	if !ok {
		return nil
	}
	nth := &hours.Nth{}
	at := m.Need("n", "write which one, 1 to 5, or -1 for the last")
	if nth.N, ok = at.Whole(); ok && nth.N == 0 {
		at.Fail("is 0; write 1 to 5 from the start of the month, or -1 to -5 from its end")
	}
	if weekday, _ := readWeekday(m.Need("weekday", "write one of mon, tue, wed, thu, fri, sat, sun")); weekday != nil {
		nth.Weekday = *weekday
	}
	month, _ := m.Get("month").Whole()
	nth.Month = time.Month(month)
	return nth
}

// readMonthDay reads a day of every year.
func readMonthDay(v yamlnode.Value) (time.Month, int, bool) {
	y, ok := yamlnode.Form(v, "12-24", hours.ParseMonthDay)
	return y.Month, y.Day, ok
}

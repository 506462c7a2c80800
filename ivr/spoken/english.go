package spoken

import (
	"fmt"
	"strings"
)

type english struct{}

func (english) digits(plus bool, groups []string) string {
	text := make([]string, len(groups))
	for i, g := range groups {
		text[i] = spaced(g)
	}
	if plus {
		return "plus " + strings.Join(text, ", ")
	}
	return strings.Join(text, ", ")
}

func (e english) at(d day, c clock) string {
	if c == 0 {
		// "Tuesday at midnight" may be either end of Tuesday.
		return e.day(d) + " just after midnight"
	}
	return e.day(d) + " at " + e.clock(c)
}

func (e english) between(d day, from, to clock) string {
	start := e.clock(from)
	if e.half(from) == e.half(to) {
		// "between 10 and 10:30 a.m."
		start = strings.TrimSuffix(start, " "+e.half(from))
	}
	if d.said {
		return start + " to " + e.clock(to)
	}
	return e.day(d) + " between " + start + " and " + e.clock(to)
}

func (english) until(from, to string) string { return from + " until " + to }

// day ends with a comma where a time may not follow directly.
func (english) day(d day) string {
	switch d.ahead {
	case 0:
		return "today"
	case 1:
		return fmt.Sprintf("tomorrow, %s,", d.weekday)
	}
	if d.year != 0 {
		return fmt.Sprintf("%s, %d %s %d,", d.weekday, d.date, d.month, d.year)
	}
	return fmt.Sprintf("%s, %d %s,", d.weekday, d.date, d.month)
}

func (english) setBack(said string) string { return said + " after the clock is set back" }

func (e english) clock(c clock) string {
	switch {
	case c == 0 || c == dayEnd:
		return "midnight"
	case c == dayEnd/2:
		return "noon"
	case c.minute() == 0:
		return fmt.Sprintf("%d %s", c.twelve(), e.half(c))
	}
	return fmt.Sprintf("%d:%02d %s", c.twelve(), c.minute(), e.half(c))
}

// half is empty for readings that have a name of their own.
func (english) half(c clock) string {
	switch {
	case c == 0 || c == dayEnd/2 || c == dayEnd:
		return ""
	case c < dayEnd/2:
		return "a.m."
	}
	return "p.m."
}

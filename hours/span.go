package hours

import (
	"fmt"
	"strings"
	"time"
)

const minutesPerDay = 24 * 60

// A Span is a stretch of one day between two wall-clock readings, the end not included.
type Span struct {
	// From and To are minutes after midnight: From 0 to 1439, To 0 to 1440 (24:00).
	// A To that is not later than From lies on the next day: 22:00-06:00. The two are never equal.
	From, To int
}

// ParseSpan reads a span written as HH:MM-HH:MM. 00:00-24:00 is the whole day, 22:00-06:00 runs past midnight.
func ParseSpan(text string) (Span, error) {
	if len(text) != 11 || text[5] != '-' {
		return Span{}, fmt.Errorf("%s is not a span of hours; write it as HH:MM-HH:MM, for example 09:00-12:00", quote(text))
	}
	from, ok1 := parseReading(text[:5])
	to, ok2 := parseReading(text[6:])
	if !ok1 || !ok2 {
		return Span{}, fmt.Errorf("%s is not a span of hours; write it as HH:MM-HH:MM with hours 00 to 24 and minutes 00 to 59", quote(text))
	}
	s := Span{From: from, To: to}
	return s, s.check()
}

// String writes the span as ParseSpan reads it.
func (s Span) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}

// Overnight reports whether the span ends on the day after it starts. A span that ends at midnight does not.
func (s Span) Overnight() bool { return s.end() > minutesPerDay }

// end is the end in minutes after the midnight that begins the day of the start: up to 2879.
func (s Span) end() int {
	if s.To <= s.From {
		return s.To + minutesPerDay
	}
	return s.To
}

func (s Span) check() error {
	switch {
	case s.From < 0 || s.From > minutesPerDay || s.To < 0 || s.To > minutesPerDay:
		return fmt.Errorf("a span has to lie between 00:00 and 24:00; it is %d to %d minutes after midnight", s.From, s.To)
	case s.From == minutesPerDay:
		return fmt.Errorf("%s begins at 24:00; let it begin at 00:00 of the next day", s)
	case s.From == s.To:
		return fmt.Errorf("%s begins and ends at the same time; write 00:00-24:00 for the whole day, or leave it out for closed", s)
	}
	return nil
}

// parseReading reads HH:MM, 00:00 to 24:00.
func parseReading(text string) (int, bool) {
	hour, ok1 := digits(text[:2])
	minute, ok2 := digits(text[3:])
	if !ok1 || !ok2 || text[2] != ':' || minute > 59 || hour*60+minute > minutesPerDay {
		return 0, false
	}
	return hour*60 + minute, true
}

// joinSpans writes spans for a sentence.
func joinSpans(spans []Span) string {
	texts := make([]string, len(spans))
	for i, s := range spans {
		texts[i] = s.String()
	}
	return strings.Join(texts, ", ")
}

// A Week lists the spans of each weekday, indexed by [time.Weekday]. A span belongs to the day on which it starts.
// A day without spans is closed.
type Week [7][]Span

// An Interval is a stretch between two instants, the end not included. A zero To means that it never ends.
type Interval struct{ From, To time.Time }

// Contains reports whether the instant is inside.
func (i Interval) Contains(t time.Time) bool {
	return !t.Before(i.From) && (i.To.IsZero() || t.Before(i.To))
}

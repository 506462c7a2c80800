package hours

import (
	"fmt"
	"slices"
	"time"
)

// compileWeekday writes down what one weekday says.
func compileWeekday(d time.Weekday, spans []Span) day {
	spans = sorted(spans)
	out := day{closed: rule{
		id:     "week " + shortDay(d) + " closed",
		reason: fmt.Sprintf("Closed: no hours on %s.", d),
	}}
	if len(spans) > 0 {
		out.closed.reason = fmt.Sprintf("Closed: outside %s's hours, %s.", d, joinSpans(spans))
	}
	for _, s := range spans {
		out.spans = append(out.spans, daySpan{from: s.From, to: s.end(), rule: rule{
			id:     fmt.Sprintf("week %s %s", shortDay(d), s),
			reason: fmt.Sprintf("Open: %s's hours, %s.", d, s),
		}})
	}
	return out
}

// compileSpecial writes down what a special day says. The special day has been checked.
func compileSpecial(s Special, week Week) specialDay {
	last := s.last()
	dates, when := s.From.String(), s.From.String()
	if last != s.From {
		dates, when = dates+".."+last.String(), dates+" to "+last.String()
	}
	id, name := "special "+dates, "special day"
	if s.Name != "" {
		id, name = id+" "+s.Name, s.Name
	}
	label := fmt.Sprintf("%s (%s)", name, when)
	spans := s.Open
	if s.As != nil {
		spans = week[*s.As]
		label = fmt.Sprintf("%s (%s), by %s's hours", name, when, *s.As)
	}
	spans = sorted(spans)
	out := specialDay{first: s.From.number(), last: last.number(), name: s.Name}
	out.day.closed = rule{id: id, source: s.Source, reason: fmt.Sprintf("Closed: %s.", label)}
	if len(spans) > 0 {
		out.day.closed.reason = fmt.Sprintf("Closed: %s, open only %s.", label, joinSpans(spans))
	}
	for _, span := range spans {
		out.day.spans = append(out.day.spans, daySpan{from: span.From, to: span.end(), rule: rule{
			id: id, source: s.Source, reason: fmt.Sprintf("Open: %s, %s.", label, span),
		}})
	}
	return out
}

func (s Special) last() Date {
	if s.To == (Date{}) {
		return s.From
	}
	return s.To
}

func sorted(spans []Span) []Span {
	return slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return a.From - b.From })
}

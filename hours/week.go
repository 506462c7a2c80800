package hours

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Week lists the spans of each weekday, indexed by [time.Weekday]. A span belongs to the day on which it starts.
// A day without spans is closed.
type Week [7][]Span

// checkWeek finds spans that are malformed, and spans that overlap within a day or across midnight.
func checkWeek(week Week) (out []error) {
	var days [7][]placed
	for d, spans := range week {
		good, mistakes := checkSpans("week."+shortDay(time.Weekday(d)), spans)
		days[d] = good
		out = append(out, mistakes...)
	}
	for d, spans := range days {
		next := days[(d+1)%7]
		for _, s := range spans {
			i := slices.IndexFunc(next, func(n placed) bool { return s.end()-minutesPerDay > n.From })
			if i < 0 {
				continue
			}
			day, after := time.Weekday(d), time.Weekday((d+1)%7)
			message := fmt.Sprintf("%s %s to %s %s overlaps %s's %s; ", day, s.String()[:5], after, s.String()[6:], after,
				next[i])
			if meant, ok := s.Meant(); ok {
				message += fmt.Sprintf("did you mean %s? If not, ", meant)
			}
			out = append(out, &Mistake{Path: s.path, Message: message + fmt.Sprintf("end it at %s or earlier",
				next[i].String()[:5])})
		}
	}
	return out
}

// compileWeekday makes the day of one weekday. The note is a further sentence, about what is not known of the day.
func compileWeekday(d time.Weekday, spans []Span, source, note string) day {
	if note != "" {
		note = " " + note
	}
	spans = sorted(spans)
	closed := rule{layer: LayerWeek, id: "week " + shortDay(d) + " closed", source: source}
	out := day{closed: closed.because("no hours on %s.%s", d, note)}
	if len(spans) > 0 {
		out.closed = closed.because("outside %s's hours, %s.%s", d, SpellSpans(spans), note)
	}
	for _, s := range spans {
		open := rule{open: true, minute: s.From, layer: LayerWeek, id: fmt.Sprintf("week %s %s", shortDay(d), s),
			source: source}
		out.spans = append(out.spans, daySpan{from: s.From, to: s.end(),
			rule: open.because("%s's hours, %s.%s", d, s, note)})
	}
	return out
}

// shortDay is the name of a weekday in files: "mon".
func shortDay(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

package hours

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A Mistake is one thing wrong with the rules of a calendar.
type Mistake struct {
	// Path names the rule as it is written in a file: "week.mon[1]", "special[3]", "special[3].open[0]", "zone".
	// Positions are those of the values that were handed in.
	Path string
	// Message says what is wrong and what to do.
	Message string
}

// Error is the path and the message.
func (m *Mistake) Error() string { return m.Path + ": " + m.Message }

// placed is a span together with where it stands.
type placed struct {
	Span
	path  string
	index int
}

// checkWeek finds spans that are no spans, and spans that overlap within a day or across midnight.
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
			for _, n := range next {
				if s.end()-minutesPerDay > n.From {
					out = append(out, &Mistake{Path: n.path, Message: fmt.Sprintf(
						"overlaps %s's %s, which runs past midnight; let it begin at %s or later",
						time.Weekday(d), s, Span{From: s.To, To: s.To}.String()[:5])})
				}
			}
		}
	}
	return out
}

// checkSpans looks at the spans of one day and returns the well-formed ones.
func checkSpans(path string, spans []Span) (good []placed, mistakes []error) {
	for i, s := range spans {
		at := fmt.Sprintf("%s[%d]", path, i)
		if err := s.check(); err != nil {
			mistakes = append(mistakes, &Mistake{Path: at, Message: err.Error()})
			continue
		}
		good = append(good, placed{Span: s, path: at, index: i})
	}
	byStart := slices.SortedStableFunc(slices.Values(good), func(a, b placed) int { return cmp.Compare(a.From, b.From) })
	for i := 1; i < len(byStart); i++ {
		first, second := byStart[i-1], byStart[i]
		if first.end() <= second.From {
			continue
		}
		// The one written later is named: that is the line somebody has just added.
		blamed, other := second, first
		if first.index > second.index {
			blamed, other = first, second
		}
		mistakes = append(mistakes, &Mistake{Path: blamed.path, Message: fmt.Sprintf(
			"overlaps %s; end the first before the second begins", other)})
	}
	return good, mistakes
}

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

// checkSpecial finds special days that are incomplete, contradict themselves, or name a date twice.
func checkSpecial(special []Special) (out []error) {
	var good []int
	for i, s := range special {
		path := fmt.Sprintf("special[%d]", i)
		before := len(out)
		switch {
		case !s.From.Valid():
			out = append(out, &Mistake{path, "has no valid date; give a date, or from and to"})
		case !s.last().Valid():
			out = append(out, &Mistake{path, "has no valid last day; correct to, or leave it out for a single day"})
		case s.last().Compare(s.From) < 0:
			out = append(out, &Mistake{path, fmt.Sprintf("ends on %s, before it begins on %s; exchange the two", s.last(), s.From)})
		}
		if len(out) == before {
			good = append(good, i)
		}
		out = append(out, s.checkHours(path)...)
	}
	slices.SortStableFunc(good, func(a, b int) int { return special[a].From.Compare(special[b].From) })
	reach := -1 // the position in special of the run that reaches furthest so far
	for _, i := range good {
		if reach >= 0 && special[reach].last().Compare(special[i].From) >= 0 {
			out = append(out, twice(special, min(i, reach), max(i, reach)))
		}
		if reach < 0 || special[reach].last().Compare(special[i].last()) < 0 {
			reach = i
		}
	}
	return out
}

// twice says that a date stands in two special days; the later entry is named.
func twice(special []Special, first, second int) error {
	date := special[second].From
	if special[first].From.Compare(date) > 0 {
		date = special[first].From
	}
	where := fmt.Sprintf("special[%d]", first)
	if special[first].Source != "" {
		where = special[first].Source
	}
	return &Mistake{fmt.Sprintf("special[%d]", second),
		fmt.Sprintf("%s is a special day already, in %s; keep one of the two", date, where)}
}

// checkHours looks at what happens on the special day.
func (s Special) checkHours(path string) (out []error) {
	set := 0
	for _, b := range []bool{s.Closed, len(s.Open) > 0, s.As != nil} {
		if b {
			set++
		}
	}
	if set != 1 {
		out = append(out, &Mistake{path, "needs exactly one of closed: true, open: [hours] and as: weekday"})
	}
	if s.As != nil && (*s.As < time.Sunday || *s.As > time.Saturday) {
		out = append(out, &Mistake{path + ".as", "is no weekday; write one of mon, tue, wed, thu, fri, sat, sun"})
	}
	_, mistakes := checkSpans(path+".open", s.Open)
	return append(out, mistakes...)
}

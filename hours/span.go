package hours

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const minutesPerDay = 24 * 60

// A Span lasts from one wall-clock reading of a day to another, the end not included.
type Span struct {
	// From and To are minutes after midnight: From 0 to 1439, To 0 to 1440 (24:00).
	// A To that is not later than From lies on the next day: 22:00-06:00. The two are never equal.
	From, To int
}

// ParseSpan reads a span written as HH:MM-HH:MM. 00:00-24:00 is the whole day, 22:00-06:00 runs past midnight.
func ParseSpan(text string) (Span, error) {
	if len(text) != 11 || text[5] != '-' {
		return Span{}, notASpan(text, ", for example 09:00-12:00")
	}
	from, ok1 := parseReading(text[:5])
	to, ok2 := parseReading(text[6:])
	if !ok1 || !ok2 {
		return Span{}, notASpan(text, " with hours 00 to 24 and minutes 00 to 59")
	}
	s := Span{From: from, To: to}
	return s, s.check()
}

func notASpan(text, form string) error {
	switch meant := spanMeant(text); {
	case strings.Contains(meant, ","):
		return fmt.Errorf("%s is several spans in one text; write %s", quote(text), meant)
	case meant != "":
		return fmt.Errorf("%s is not a span of hours; write %s", quote(text), meant)
	}
	return fmt.Errorf("%s is not a span of hours; write it as HH:MM-HH:MM%s", quote(text), form)
}

// String writes the span so that [ParseSpan] can read it.
func (s Span) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}

// Overnight reports whether the span ends on the day after it starts. A span that ends at midnight does not.
func (s Span) Overnight() bool { return s.end() > minutesPerDay }

// Meant is what hours past midnight may have been meant to be: the two times exchanged, where that is a day's work, or
// one of them as a watch shows it, in the afternoon or in the morning.
func (s Span) Meant() (Span, bool) {
	const morning, shortest, longest, halfDay = 6 * 60, 4 * 60, 14 * 60, minutesPerDay / 2
	switch length := s.From - s.To; {
	case !s.Overnight():
	case s.To >= morning && length >= shortest && length <= longest:
		return Span{From: s.To, To: s.From}, true
	case s.To < halfDay && s.To+halfDay > s.From:
		return Span{From: s.From, To: s.To + halfDay}, true
	case s.From >= halfDay && s.To > s.From-halfDay && s.To >= halfDay:
		return Span{From: s.From - halfDay, To: s.To}, true
	}
	return Span{}, false
}

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
		return fmt.Errorf("a span has to lie between 00:00 and 24:00; it is %d to %d minutes after midnight", s.From,
			s.To)
	case s.From == minutesPerDay:
		return fmt.Errorf("%s begins at 24:00; let it begin at 00:00 of the next day", s)
	case s.From == s.To:
		return fmt.Errorf(
			"%s begins and ends at the same time; write 00:00-24:00 for the whole day, or leave it out for closed", s)
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

// placed is a span and where it is written.
type placed struct {
	Span
	path  string
	index int
}

// checkSpans checks the spans of one day and returns the well-formed ones.
func checkSpans(path string, spans []Span) (good []placed, mistakes []error) {
	for i, s := range spans {
		at := fmt.Sprintf("%s[%d]", path, i)
		if err := s.check(); err != nil {
			mistakes = append(mistakes, &Mistake{Path: at, Message: err.Error()})
			continue
		}
		good = append(good, placed{Span: s, path: at, index: i})
	}
	byStart := slices.SortedStableFunc(slices.Values(good), func(a, b placed) int {
		return cmp.Compare(a.From, b.From)
	})
	for i := 1; i < len(byStart); i++ {
		first, second := byStart[i-1], byStart[i]
		if first.end() <= second.From {
			continue
		}
		// The mistake names the one written later, which is more likely to be new.
		blamed, other := second, first
		if first.index > second.index {
			blamed, other = first, second
		}
		mistakes = append(mistakes, &Mistake{Path: blamed.path, Message: fmt.Sprintf(
			"overlaps %s; end the first before the second begins", other)})
	}
	return good, mistakes
}

func sorted(spans []Span) []Span {
	return slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return a.From - b.From })
}

// SpellSpans writes the hours of a day for a sentence: "09:00-12:00, 13:00-17:00", or "closed" when there are none.
func SpellSpans(spans []Span) string {
	if len(spans) == 0 {
		return "closed"
	}
	texts := make([]string, len(spans))
	for i, s := range spans {
		texts[i] = s.String()
	}
	return strings.Join(texts, ", ")
}

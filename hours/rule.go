package hours

import (
	"fmt"
	"slices"
	"time"
)

// A rule explains a state. It is written once, before it is asked for, so that answering allocates nothing.
type rule struct {
	open bool
	// minute is when a span begins; it tells the spans of one day apart.
	minute             int
	id, reason, source string
	say                map[string]string
}

// A day is the compiled rule of one day.
type day struct {
	layer Layer
	name  string
	spans []daySpan // sorted, not overlapping; only the last may run past midnight
	// closed explains the instants of the day at which nobody is there.
	closed rule
}

// A daySpan counts minutes from the midnight that begins its day; to is up to 2879.
type daySpan struct {
	from, to int
	rule     rule
}

// tail is the span that runs on into the next day, and for how many minutes.
func (d *day) tail() (*rule, int) {
	if len(d.spans) == 0 {
		return nil, 0
	}
	last := &d.spans[len(d.spans)-1]
	return &last.rule, max(0, last.to-minutesPerDay)
}

// at is what the day says about one of its own minutes.
func (d *day) at(minute int) *rule {
	for i := range d.spans {
		if s := &d.spans[i]; s.from <= minute && minute < s.to {
			return &s.rule
		}
	}
	return &d.closed
}

// compileWeekday writes down what one weekday says. The note is a sentence more, on what is not known of the day.
func compileWeekday(d time.Weekday, spans []Span, source, note string) day {
	if note != "" {
		note = " " + note
	}
	spans = sorted(spans)
	out := day{layer: LayerWeek, closed: rule{
		id:     "week " + shortDay(d) + " closed",
		reason: fmt.Sprintf("Closed: no hours on %s.%s", d, note),
		source: source,
	}}
	if len(spans) > 0 {
		out.closed.reason = fmt.Sprintf("Closed: outside %s's hours, %s.%s", d, joinSpans(spans), note)
	}
	for _, s := range spans {
		out.spans = append(out.spans, daySpan{from: s.From, to: s.end(), rule: rule{
			open: true, minute: s.From,
			id:     fmt.Sprintf("week %s %s", shortDay(d), s),
			reason: fmt.Sprintf("Open: %s's hours, %s.%s", d, s, note),
			source: source,
		}})
	}
	return out
}

// compileDay writes down a day that does not follow the week; label is what a sentence calls it.
func compileDay(layer Layer, id, name, label, source string, spans []Span) day {
	spans = sorted(spans)
	out := day{layer: layer, name: name, closed: rule{id: id, source: source, reason: "Closed: " + label + "."}}
	if len(spans) > 0 {
		out.closed.reason = fmt.Sprintf("Closed: %s, open only %s.", label, joinSpans(spans))
	}
	for _, s := range spans {
		out.spans = append(out.spans, daySpan{from: s.From, to: s.end(), rule: rule{
			open: true, minute: s.From, id: id, source: source, reason: fmt.Sprintf("Open: %s, %s.", label, s),
		}})
	}
	return out
}

// compileSpecial writes down what a special day says. The special day has been checked.
func compileSpecial(s Special, week Week) day {
	key, when := s.describe()
	id, name := "special "+key, "special day"
	if s.Name != "" {
		id, name = id+" "+s.Name, s.Name
	}
	label, spans := fmt.Sprintf("%s (%s)", name, when), s.Open
	if s.As != nil {
		spans = week[*s.As]
		label += fmt.Sprintf(", by %s's hours", *s.As)
	}
	return compileDay(LayerSpecial, id, s.Name, label, s.Source, spans)
}

// describe names the days of a special day, shortly for its rule and in words for a sentence.
func (s Special) describe() (key, when string) {
	switch last := s.last(); {
	case s.Yearly != nil:
		return s.Yearly.describe()
	case s.Nth != nil:
		return s.Nth.describe()
	case s.RRule != "":
		return "rrule " + s.RRule, s.RRule + " from " + s.From.String()
	case last != s.From:
		return s.From.String() + ".." + last.String(), s.From.String() + " to " + last.String()
	}
	return s.From.String(), s.From.String()
}

// compileHoliday writes down what a day of a set says. Collective leave on which the line works has no such day.
func (r *Rules) compileHoliday(set string, h Holiday) day {
	name := h.Name
	if name == "" {
		name = "holiday"
	}
	id := fmt.Sprintf("holiday %s %s", set, h.Date)
	if h.Name != "" {
		id += " " + h.Name
	}
	label := fmt.Sprintf("%s (%s, set %s)", name, h.Date, set)
	var spans []Span
	switch {
	case h.Kind == Collective:
		label = fmt.Sprintf("%s (%s, collective leave, set %s)", name, h.Date, set)
	case h.Kind == MakeUp && r.MakeUp == nil:
		label = fmt.Sprintf("%s (%s, make-up working day, set %s), on which this line rests", name, h.Date, set)
	case h.Kind == MakeUp:
		as := *r.MakeUp
		if as == OwnDay {
			as = h.Date.Weekday()
		}
		spans = r.Week[as]
		label = fmt.Sprintf("%s (%s, make-up working day, set %s), by %s's hours", name, h.Date, set, as)
	}
	return compileDay(LayerHoliday, id, h.Name, label, h.Source, spans)
}

// overrideTime is how reasons write an instant: on the wall clock of the calendar's zone, as everything near it.
const overrideTime = "2006-01-02 15:04"

// compileOverride writes down an override.
func compileOverride(o Override, zone *time.Location) override {
	out := override{from: ceilSecond(o.From), until: forever, rule: &rule{open: o.Open, source: o.Source, say: o.Say}}
	word, end := "Closed", "until revoked"
	if o.Open {
		word = "Open"
	}
	if !o.Until.IsZero() {
		out.until = ceilSecond(o.Until)
		end = "until " + o.Until.In(zone).Format(overrideTime)
	}
	out.rule.id = "override " + o.From.UTC().Format(time.RFC3339)
	out.rule.reason = fmt.Sprintf("%s: %s (override from %s, %s).", word, o.Reason, o.From.In(zone).Format(overrideTime), end)
	return out
}

// ceilSecond is the first whole second at or after an instant.
func ceilSecond(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return clamp(t.Unix() + 1)
	}
	return clamp(t.Unix())
}

func sorted(spans []Span) []Span {
	return slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return a.From - b.From })
}

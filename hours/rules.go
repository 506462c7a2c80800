package hours

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// Rules are everything that decides when a line is open. The rule of the highest rank decides alone:
//
//  1. an [Override], from its first to its last instant;
//  2. a [Special] day: one with dates before [Yearly], Yearly before [Nth], Nth before an RRule;
//  3. a [Holiday] of one of the sets: a holiday before collective leave, collective leave before a make-up day;
//  4. the [Week].
//
// Rules 2 to 4 decide which spans start on a day. A span that started the evening before runs to its end, whatever the
// next day is. The order in which rules of the same rank are written never matters.
type Rules struct {
	// Zone is the zone of the wall clock. Required.
	Zone *time.Location
	Week Week
	// WeekSource is where each weekday's hours are written, for example "gopay.yaml:5". It may be empty.
	WeekSource [7]string
	Special    []Special
	// Holidays are the sets that apply. They are kept, not copied, so that many lines can share one set.
	Holidays []HolidaySet
	// Collective is set if the line rests on days of collective leave.
	Collective bool
	// MakeUp is the weekday whose hours a make-up working day has; it may point to [OwnDay]. If it is nil, the line
	// rests on such a day.
	MakeUp    *time.Weekday
	Overrides []Override
}

// A Layer is a rank of rules; see [Rules].
type Layer int

// The layers, highest first. A span that started the evening before keeps the layer of its rule.
const (
	LayerOverride Layer = iota + 1
	LayerSpecial
	LayerHoliday
	LayerWeek
)

// String is "override", "special", "holiday" or "week"; of no layer it is empty.
func (l Layer) String() string { return [...]string{"", "override", "special", "holiday", "week"}[l] }

// A Mistake is one thing wrong with the rules of a calendar.
type Mistake struct {
	// Path names the rule as in a file: "week.mon[1]", "special[3]", "special[3].open[0]", "zone". Positions are
	// those of the values in [Rules].
	Path string
	// Message says what is wrong and what to do.
	Message string
}

// Error is the path and the message.
func (m *Mistake) Error() string { return m.Path + ": " + m.Message }

// A ruleset is [Rules], checked and prepared for questions.
type ruleset struct {
	Rules       // as given to Build, but with Holidays in order
	always bool // made by Always

	week      [7]day
	dated     []datedDay         // in order of date, never two on one date
	recurring []recurring        // the higher rank first
	overrides []compiledOverride // in order, never two at one instant
	// overruled are overrides that others outrank, see WithOverrides. Only Explain needs them.
	overruled []compiledOverride
	// Everything that has a date lies between the days first and last, counted from 1970-01-01.
	first, last int64
}

// compile prepares checked rules. The rrules are those of the special days, at the same positions.
func compile(r Rules, rrules []*rrule) *ruleset {
	set := &ruleset{Rules: r, first: math.MaxInt64, last: math.MinInt64}
	for d, spans := range r.Week {
		set.week[d] = compileWeekday(time.Weekday(d), spans, r.WeekSource[d], "")
	}
	for i, s := range r.Special {
		compiled := compileSpecial(s, r.Week)
		switch {
		case s.Recurs():
			set.recurring = append(set.recurring, recurring{yearly: s.Yearly, nth: s.Nth, rrule: rrules[i],
				day: compiled})
			if rrules[i] != nil {
				set.reach(rrules[i].start, rrules[i].start)
			}
		default:
			d := datedDay{first: s.From.number(), last: s.Last().number(), day: compiled}
			set.dated = append(set.dated, d)
			set.reach(d.first, d.last)
		}
	}
	slices.SortFunc(set.dated, func(a, b datedDay) int { return cmp.Compare(a.first, b.first) })
	slices.SortStableFunc(set.recurring, func(a, b recurring) int { return a.before(&b) })
	set.Holidays = inOrder(r.Holidays)
	for _, h := range set.Holidays {
		set.reach(h.From.number(), h.To.number())
		if len(h.Days) > 0 {
			set.reach(h.Days[0].Date.number(), h.Days[len(h.Days)-1].Date.number())
		}
	}
	for _, o := range r.Overrides {
		compiled := compileOverride(o, r.Zone)
		set.overrides = append(set.overrides, compiled)
		set.reachOverride(compiled)
	}
	slices.SortFunc(set.overrides, func(a, b compiledOverride) int { return cmp.Compare(a.from, b.from) })
	return set
}

// reach extends first and last.
func (r *ruleset) reach(first, last int64) { r.first, r.last = min(r.first, first), max(r.last, last) }

func (r *ruleset) reachOverride(o compiledOverride) {
	for _, at := range []int64{o.from, o.until} {
		if at != forever {
			r.reach(floorDiv(at, secondsPerDay)-1, floorDiv(at, secondsPerDay)+1)
		}
	}
}

// A rule explains a state. It is made once, in advance, so that an answer allocates nothing.
type rule struct {
	open bool
	// minute is when a span begins; it tells the spans of one day apart.
	minute             int
	layer              Layer
	recurring          bool
	kind               HolidayKind
	name               string
	id, reason, source string
	why                string // the reason without "Open" or "Closed"
	say                map[string]string
}

// because is the rule with its reason.
func (r rule) because(format string, args ...any) rule {
	word := "Closed: "
	if r.open {
		word = "Open: "
	}
	r.why = fmt.Sprintf(format, args...)
	r.reason = word + r.why
	return r
}

// A day says when the line is open on one day, and why.
type day struct {
	name   string
	spans  []daySpan // sorted, not overlapping; only the last may run past midnight
	closed rule      // of the rest of the day
}

// A daySpan counts minutes from the midnight that begins its day; to is up to 2879.
type daySpan struct {
	from, to int
	rule     rule
}

// tail is the span that runs past midnight, and how many minutes of the next day it takes.
func (d *day) tail() (*rule, int) {
	if len(d.spans) == 0 {
		return nil, 0
	}
	last := &d.spans[len(d.spans)-1]
	return &last.rule, max(0, last.to-minutesPerDay)
}

// at is the rule for one minute of the day.
func (d *day) at(minute int) *rule {
	for i := range d.spans {
		if s := &d.spans[i]; s.from <= minute && minute < s.to {
			return &s.rule
		}
	}
	return &d.closed
}

// compileDay makes a day that does not follow the week. Its rules are like the given one; the label is what a sentence
// calls the day.
func compileDay(like rule, label string, spans []Span) day {
	spans = sorted(spans)
	out := day{closed: like.because("%s.", label)}
	if len(spans) > 0 {
		out.closed = like.because("%s, open only %s.", label, SpellSpans(spans))
	}
	for _, s := range spans {
		like.open, like.minute = true, s.From
		out.spans = append(out.spans, daySpan{from: s.From, to: s.end(), rule: like.because("%s, %s.", label, s)})
	}
	return out
}
